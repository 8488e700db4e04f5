"""Read the claims of an access token for people; never decide by them.

The format of a token is the mail server's matter (Microsoft: "access tokens are opaque to
clients"), and a token that cannot be read is no fault.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noroshi.core.printable import printable
from noroshi.core.translation import Message, _, list_names
from noroshi.oauth.high_volume import BULK_ROLE, MAILBOX_ROLE
from noroshi.ports import Resource
from noroshi.vault import Secret

EXCHANGE = frozenset(
    {
        "https://outlook.office.com",
        "https://outlook.office365.com",
        "https://outlook.office365.us",
        "https://outlook-dod.office365.us",
        "https://partner.outlook.cn",
        "00000002-0000-0ff1-ce00-000000000000",
    }
)
"""The audiences of Exchange Online in Microsoft's clouds."""
GRAPH = frozenset(
    {
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
        "00000003-0000-0000-c000-000000000000",
    }
)
"""The audiences of Microsoft Graph in Microsoft's clouds."""
AUDIENCES: Mapping[Resource, frozenset[str]] = {"smtp": EXCHANGE, "graph": GRAPH}
NAMES: Mapping[Resource, str] = {"smtp": "Exchange Online", "graph": "Microsoft Graph"}
SCOPES: Mapping[Resource, tuple[str, ...]] = {
    "smtp": ("SMTP.Send",),
    "graph": ("Mail.Send", "Mail.Send.Shared"),
}
"""The scopes that a person grants; the first is the least."""
FOR_SHARED: Mapping[Resource, tuple[str, ...]] = {**SCOPES, "graph": ("Mail.Send.Shared",)}
"""The scopes to send from a mailbox other than that of the person who signed in."""
ROLES: Mapping[Resource, str] = {"smtp": MAILBOX_ROLE, "graph": "Mail.Send"}
"""The roles that an app is granted."""
PERSON = ("upn", "preferred_username", "email", "unique_name")
"""The claims that name a person to people: Entra's, and OpenID Connect's (Core, 5.1)."""
LONGEST_CLAIM, MOST_CLAIMS = 100, 20
LONGEST_AUDIENCE = 80

OPAQUE = _("The token is opaque; only the mail server can validate it.")
FOR_EXCHANGE = _("The token is for Exchange Online.")
EXCHANGE_REFUSES = _(
    "Caution: the token is for “{aud}”, not for Exchange Online, which will refuse it (535 "
    "5.7.3). Check the cloud's app_scope."
)
MAY_SEND = _("It has the permission {role}.")
MAY_NOT = _(
    "Caution: it lacks the permission SMTP.SendAsApp. Under API permissions › Office 365 "
    "Exchange Online, ask an administrator to add it as an application permission and grant "
    "admin consent. (Not needed where Exchange itself grants it: RBAC for Applications.)"
)
MAY_NOT_BULK = _(
    "Caution: it lacks the Office 365 Exchange Online permission Mail.Send, which High "
    "Volume Email requires. Under API permissions › Office 365 Exchange Online, ask an "
    "administrator to add it as an application permission, to grant admin consent, and to "
    "allow the app in the account with Add-HVEAppAccess."
)
READING = frozenset({"Mail.Read", "Mail.ReadWrite"})
MAY_READ = _("It allows reading the mailbox ({role}).")
MAY_NOT_READ = _(
    "Caution: it lacks the permission Mail.Read. Under API permissions › Microsoft Graph, "
    "ask an administrator to add it as an application permission and grant admin consent. "
    "(Not needed where Exchange itself grants it: RBAC for Applications.)"
)
FOR_THIS = _("It is for {name}.")
FOR_OTHER = _(
    "It is for “{audience}”, not for {name}, which will refuse it. Check the cloud's scopes."
)
PERMITS = _("It has {permits}.")
NO_PERMITS = _("It has no permission.")
LACKS_RIGHT = _(
    "It lacks {wanted}. Add it to the app registration as a delegated Microsoft Graph "
    "permission, and sign in again."
)
BY_EXCHANGE = _(
    "It has no permission, which is right if Exchange itself grants it (RBAC for Applications)."
)
EVERY_MAILBOX = _(
    "With Mail.Send from Entra ID, the app can send from every mailbox. To restrict it, "
    "remove the permission there and let Exchange grant “Application Mail.Send” for this "
    "mailbox only."
)
OF_PERSON = _("{person} signed in.")
FOR_SHARED_MAILBOX = _("{person} signed in, for the shared mailbox {mailbox}.")
ANOTHER = _(
    "{person} signed in, but messages are sent from {mailbox}: that requires Full Access and "
    "Send As there."
)


def describe_reading(token: Secret) -> tuple[Message, ...]:
    """Say whether an app's token lets it read mailboxes."""
    claims = claims_in(token.reveal())
    roles = claims.get("roles") if claims is not None else None
    held_roles = sorted(
        READING.intersection(map(str, roles if isinstance(roles, list) else ()))
    )
    return (MAY_READ.fill(role=held_roles[0]) if held_roles else MAY_NOT_READ,)


def describe_app_token(token: Secret, role: str = MAILBOX_ROLE) -> tuple[Message, ...]:
    """Describe an app's token: the audience, and whether it may send; `role` is the role that
    the route's server needs."""
    claims = claims_in(token.reveal())
    if claims is None:
        return (OPAQUE,)
    aud, fit = audience_of(claims, EXCHANGE)
    audience_text = (
        FOR_EXCHANGE if fit else EXCHANGE_REFUSES.fill(aud=printable(aud[:LONGEST_AUDIENCE]))
    )
    roles = claims.get("roles")
    if isinstance(roles, list) and role in roles:
        return audience_text, MAY_SEND.fill(role=role)
    return audience_text, MAY_NOT_BULK if role == BULK_ROLE else MAY_NOT


def audience_of(claims: Mapping[str, Any], expected: Collection[str]) -> tuple[str, bool]:
    """Return for whom a token is, and whether that is one of those: of several (RFC 7519, 4.1.3)
    the one that is, else all."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    texts = [one for one in audiences if isinstance(one, str)]
    fit = next((one for one in texts if one.rstrip("/") in expected), None)
    return (", ".join(texts), False) if fit is None else (fit, True)


def scopes_in(claims: Mapping[str, Any]) -> list[str]:
    """Return the scopes that a person granted: some servers give a list, Entra words in a
    line."""
    claim = claims.get("scp", "")
    return [str(one) for one in claim] if isinstance(claim, list) else str(claim).split()


def claims_in(token: str) -> Mapping[str, Any] | None:
    """Decode the payload of a JWT without verifying the signature; None for anything else."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def is_app(claims: Mapping[str, Any]) -> bool:
    """Return whether it is an app's own: then nobody's scopes are in it."""
    return claims.get("idtyp") == "app" or ("scp" not in claims and "upn" not in claims)


def named_in(claims: Mapping[str, Any], mailbox: str = "") -> str:
    """Return the user who signed in, as named by an id_token or an access token: by the mailbox
    if one of the names is that, else by an address; "" where nobody is named."""
    names = [one for name in PERSON if isinstance(one := claims.get(name), str) and one]
    subject = claims.get("sub")
    if isinstance(subject, str) and "@" in subject:  # mostly a number (OpenID Connect Core, 2)
        names.append(subject)
    own_names = (one for one in names if is_name_of(one, mailbox))
    addresses = (one for one in names if "@" in one)
    return next(own_names, None) or next(addresses, None) or next(iter(names), "")


def is_name_of(person: str, mailbox: str) -> bool:
    """Return whether that names the mailbox: many sign-in servers leave the domain out."""
    mailbox_name = mailbox.casefold()
    return person.casefold() in (mailbox_name, mailbox_name.partition("@")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """Take one token apart. `object_id` is an app's service principal; "" for a person's token.
    `ends` is the end of it, None if the token does not say."""

    audience: str
    is_for_resource: bool
    permits: tuple[str, ...]
    app_only: bool
    person: str = ""
    object_id: str = ""
    ends: datetime | None = None

    def describe(
        self, resource: Resource, mailbox: str, *, is_shared: bool = False
    ) -> tuple[Message, ...]:
        """Describe all of it; what will be refused, and what is wider than it need be, too."""
        name = NAMES[resource]
        template = FOR_THIS if self.is_for_resource else FOR_OTHER
        sentences = [template.fill(name=name, audience=self.audience)]
        if self.app_only:
            return (*sentences, *self._of_app(resource))
        sentences += self._rights(resource, is_shared=is_shared)
        return (*sentences, *self._describe_person(mailbox, is_shared=is_shared))

    def missing_right(self, resource: Resource, *, is_shared: bool = False) -> str:
        """Return the permission that the token lacks; an app may have it at Exchange
        instead."""
        scopes = (FOR_SHARED if is_shared else SCOPES)[resource]
        return "" if self.app_only or set(scopes) & set(self.permits) else scopes[0]

    def _of_app(self, resource: Resource) -> list[Message]:
        if ROLES[resource] not in self.permits:
            return [BY_EXCHANGE]
        sentences = [PERMITS.fill(permits=ROLES[resource])]
        return [*sentences, EVERY_MAILBOX] if resource == "graph" else sentences

    def _rights(self, resource: Resource, *, is_shared: bool) -> list[Message]:
        missing_scope = self.missing_right(resource, is_shared=is_shared)
        permits = PERMITS.fill(permits=list_names(self.permits)) if self.permits else NO_PERMITS
        return [permits, LACKS_RIGHT.fill(wanted=missing_scope)] if missing_scope else [permits]

    def _describe_person(self, mailbox: str, *, is_shared: bool) -> list[Message]:
        if not self.person:
            return []
        is_other = not is_name_of(self.person, mailbox)
        of_other = FOR_SHARED_MAILBOX if is_shared else ANOTHER
        template = of_other if is_other else OF_PERSON
        return [template.fill(person=self.person, mailbox=mailbox)]


def read_claims(token: Secret, resource: Resource) -> TokenClaims | None:
    """Take a token apart; None where it cannot be looked into, which is no fault."""
    claims = claims_in(token.reveal())
    if claims is None:
        return None
    audience, is_for_resource = audience_of(claims, AUDIENCES[resource])
    app_only = is_app(claims)
    return TokenClaims(
        audience=_shorten(audience),
        is_for_resource=is_for_resource,
        permits=_permits(claims, app_only=app_only),
        app_only=app_only,
        person="" if app_only else _shorten(named_in(claims)),
        object_id=_shorten(claims.get("oid", "")) if app_only else "",
        ends=_instant(claims.get("exp")),
    )


def _permits(claims: Mapping[str, Any], *, app_only: bool) -> tuple[str, ...]:
    roles = claims.get("roles")
    role_list = roles if isinstance(roles, list) else []
    rights = role_list if app_only else scopes_in(claims)
    return tuple(_shorten(one) for one in rights[:MOST_CLAIMS])


def _instant(claim: object) -> datetime | None:
    """Read a NumericDate (RFC 7519, 2); None where it is none."""
    try:
        return datetime.fromtimestamp(claim, UTC) if isinstance(claim, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _shorten(claim: object) -> str:
    """Return a claim as it may be shown: short, and nothing that a terminal obeys."""
    return printable(str(claim))[:LONGEST_CLAIM]
