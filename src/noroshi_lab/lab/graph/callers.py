"""Find who calls Graph, and what of which mailbox the token lets them do."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.directory import Directory, Mailbox, Tenant
from noroshi_lab.lab.graph.errors import GraphError
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.scopes import GRAPH, GRAPH_AUDIENCE
from noroshi_lab.lab.tokens import Mint

Want = Literal["send", "read", "delete"]
_PERMISSIONS: dict[Want, frozenset[str]] = {
    "send": frozenset({"Mail.Send"}),
    "read": frozenset({"Mail.Read", "Mail.ReadBasic", "Mail.ReadWrite"}),
    "delete": frozenset({"Mail.ReadWrite"}),
}
_POLICY = (
    "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy "
    "settings."
)
_ONLY_PEOPLE = "/me request is only valid with delegated authentication flow."
_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Hold the rights of a valid token, and the mailbox of the request."""

    tenant: Tenant
    mailbox: Mailbox
    app: str
    permissions: frozenset[str]

    @property
    def reads_bodies(self) -> bool:
        """Return whether the caller may read what a mail says: Mail.ReadBasic does not allow
        it."""
        return any("Mail.Read" in each for each in self.permissions - {"Mail.ReadBasic"})


class Callers:
    """Read tokens, and limit each app to its permissions for one mailbox."""

    def __init__(
        self, *, directory: Directory, mint: Mint, clock: LabClock, limits: Limits
    ) -> None:
        self._directory, self._mint = directory, mint
        self._clock, self._limits = clock, limits
        self._under_way: dict[tuple[str, str], int] = defaultdict(int)
        self._asked: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def find(self, authorization: str, upn: str | None, want: Want) -> Caller:
        """Return whose request it is; `upn` None is /me. Raises GraphError."""
        claims = self._claims(authorization)
        tenant = self._directory.tenant(str(claims.get("tid", "")))
        if tenant is None:
            raise GraphError("InvalidAuthenticationToken")
        alone = "upn" not in claims
        if upn is None and alone:
            raise GraphError("BadRequest", _ONLY_PEOPLE)
        permissions = frozenset(claims.get("roles", ()) if alone else claims["scp"].split())
        box = _mailbox(tenant, str(claims.get("upn", "")) if upn is None else upn)
        own = alone or box.address == claims["upn"]
        _check(tenant, box, claims, want, permissions=permissions, own=own)
        return Caller(
            tenant=tenant, mailbox=box, app=str(claims.get("appid")), permissions=permissions
        )

    @contextmanager
    def in_turn(self, caller: Caller) -> Iterator[None]:
        """Take one of the requests that an app may have under way on one mailbox. Raise
        GraphError if it is one too many, by now or within ten minutes."""
        key, now = (caller.app, caller.mailbox.address), self._clock()
        most, times = self._limits.graph_connections, self._asked[key]
        while times and not timedelta() <= now - times[0] < _WINDOW:
            times.popleft()
        if most and self._under_way[key] >= most:
            raise GraphError("ApplicationThrottled")
        if self._limits.graph_requests and len(times) >= self._limits.graph_requests:
            raise GraphError("ApplicationThrottled", "Application is over its request limit.")
        times.append(now)
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._under_way[key] -= 1

    def _claims(self, authorization: str) -> Mapping[str, Any]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise GraphError("InvalidAuthenticationToken", "Access token is empty.")
        claims = self._mint.read(token)
        if claims is None:
            raise GraphError("InvalidAuthenticationToken", "IDX14100: JWT is not well formed.")
        if claims.get("aud") not in (GRAPH, GRAPH_AUDIENCE):
            raise GraphError("InvalidAuthenticationToken")
        if not claims.get("nbf", 0) <= self._clock().timestamp() < claims.get("exp", 0):
            message = "Lifetime validation failed, the token is expired."
            raise GraphError("InvalidAuthenticationToken", message)
        return claims


def _mailbox(tenant: Tenant, name: str) -> Mailbox:
    """Return the mailbox by address, or by the object id of the user. Raises GraphError."""
    user = next((u for u in tenant.users.values() if name.lower() in (u.upn, u.oid)), None)
    box = tenant.mailbox(user.upn if user else name)
    if box is None and user is None:
        raise GraphError("ErrorInvalidUser", who=name)
    if box is None or not box.licensed:
        raise GraphError("MailboxNotEnabledForRESTAPI")
    return box


def _check(
    tenant: Tenant,
    box: Mailbox,
    claims: Mapping[str, Any],
    want: Want,
    *,
    permissions: frozenset[str],
    own: bool,
) -> None:
    """Check whether the token's permissions reach so far; an app's, by what the tenant limits
    it to. Raise GraphError if not."""
    wanted = _PERMISSIONS[want]
    if own and not permissions & wanted:
        raise GraphError("ErrorAccessDenied")
    if not own:
        shared = {f"{each}.Shared" for each in wanted}
        if not permissions & shared or claims["upn"] not in box.open_to:
            raise GraphError("ErrorAccessDenied")
    if "upn" not in claims and box.address in tenant.graph_closed:
        raise GraphError("ErrorAccessDenied", _POLICY)
