"""Find why a token that is as fresh as can be was refused, by what it says of itself.

Exchange Online says 535 5.7.3 of a dozen things. A token's format is the other side's matter
(Microsoft: "access tokens are opaque to clients"): nothing is decided by it, and one that cannot
be read is no fault. Claims: Microsoft, Access token claims reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noroshi.core.instruction import ANY_ROUTE, InstructionKind, with_instruction
from noroshi.core.printable import printable
from noroshi.core.translation import Message, _
from noroshi.oauth.high_volume import BULK_ROLE
from noroshi.oauth.jwt_claims import (
    AUDIENCES,
    FOR_SHARED,
    NAMES,
    ROLES,
    SCOPES,
    audience_of,
    claims_in,
    is_app,
    is_name_of,
    named_in,
    scopes_in,
)
from noroshi.ports import Resource

SETTINGS: Mapping[Resource, tuple[str, str]] = {
    "smtp": ("scope", "app_scope"),
    "graph": ("graph_scope", "graph_app_scope"),
}
LONGEST = 80

OTHER_AUDIENCE = _(
    "The token is for “{aud}”, not for {name}: check {setting} of the cloud, which must name "
    "only that resource, or name it first."
)
NO_SCOPE = with_instruction(
    _(
        "The token carries “{has}” and lacks the permission {wanted}: add it to the app "
        "registration as a delegated permission of Microsoft Graph, and sign in again "
        "({instruction})."
    ),
    InstructionKind.SIGN_IN_PLACE,
    route=ANY_ROUTE,
)
NO_ROLE = _(
    "The token lacks the permission {wanted}: the administrator adds it under API "
    "permissions, {name}, as an application permission and grants admin consent. (Not needed "
    "where Exchange itself grants it: RBAC for Applications.)"
)
NO_BULK_ROLE = _(
    "The token lacks the permission Mail.Send of Office 365 Exchange Online, which High "
    "Volume Email requires (not that of Microsoft Graph): the administrator adds it under "
    "API permissions, Office 365 Exchange Online, as an application permission and grants "
    "admin consent."
)
OTHER_PERSON = _(
    "{person} signed in, but the route opens the mailbox {user}: that requires Full Access "
    "to it (Add-MailboxPermission {user} -User {person} -AccessRights FullAccess), or sign "
    "in as {user}."
)
OTHER_SENDER = _(
    "{person} signed in, but the route sends from the mailbox {user}: that requires "
    "Mail.Send.Shared (shared = true in the account, then a new sign-in) and the rights Full "
    "Access and Send As there; or sign in as {user}."
)
NO_RIGHTS = _(
    "{person} signed in for the shared mailbox {user}, and the token has Mail.Send.Shared. "
    "{person} lacks the rights Full Access and Send As there; or they were given within the "
    "last two hours and have not taken effect yet."
)
ENDED = _(
    "By this computer's clock, the token expired at {at}, although it is new: the clock is "
    "wrong."
)
OF_MAILBOX = _(
    "The token itself looks right. Remaining causes: the mailbox {user} does not exist or "
    "has no licence; SMTP AUTH is off for it (Set-CASMailbox {user} "
    "-SmtpClientAuthenticationDisabled $false); a policy blocks it (Entra, Sign-in logs). A "
    "change takes 30 minutes to 2 hours to take effect in Exchange; Noroshi retries "
    "automatically."
)
OF_APP = _(
    "The token itself looks right. Remaining causes: the app's service principal is missing "
    "in Exchange, or was created with the object ID of the app registration instead of the "
    "enterprise application's (New-ServicePrincipal); it has no Full Access to {user} "
    "(Add-MailboxPermission); SMTP AUTH is off for the mailbox (Set-CASMailbox {user} "
    "-SmtpClientAuthenticationDisabled $false); the mailbox does not exist or has no "
    "licence; a policy for workload identities blocks the app. A change takes 30 minutes to "
    "2 hours to take effect in Exchange; Noroshi retries automatically."
)
OF_BULK = _(
    "The token itself looks right. Remaining causes: the High Volume Email account {user} "
    "does not allow the app (Add-HVEAppAccess, with the object ID of the enterprise "
    "application), or {user} is not such an account."
)
OF_GRAPH = with_instruction(
    _(
        "The token itself looks right. A policy of the organisation (Conditional Access) may "
        "keep it out, or somebody revoked it: look under Entra admin center, Sign-in logs; "
        "then sign in again ({instruction})."
    ),
    InstructionKind.SIGN_IN_PLACE,
    route=ANY_ROUTE,
)


@dataclass(frozen=True, slots=True)
class TokenCause:
    """Hold one reason, as one of the sentences above: `about` is it before its places were filled
    with `values`."""

    about: Message
    words: Message
    values: Mapping[str, str]


def diagnosis(
    token: str, resource: Resource, user: str, now: datetime, *, bulk: bool = False
) -> Message:
    """Return the first thing that is wrong with a refused token, or what else it can be; `bulk` at
    a server of High Volume Email."""
    return cause(token, resource, user, now, bulk=bulk).words


def cause(
    token: str, resource: Resource, user: str, now: datetime, *, bulk: bool = False
) -> TokenCause:
    """Return the same as a TokenCause, so that more can be found to say of it."""
    claims = claims_in(token)
    found = next(faults(claims, resource, user, now, bulk=bulk), None) if claims else None
    if found is not None:
        return found
    if bulk:
        return _cause_of(OF_BULK, user=user)
    return _remaining_cause(resource, user, app=claims is not None and is_app(claims))


def faults(
    claims: Mapping[str, Any],
    resource: Resource,
    user: str,
    now: datetime,
    *,
    shared: bool = False,
    bulk: bool = False,
) -> Iterator[TokenCause]:
    """Yield all that is wrong with a token's claims, for this use of it: for a shared mailbox, too,
    and for High Volume Email."""
    app, name = is_app(claims), NAMES[resource]
    aud, fits = audience_of(claims, AUDIENCES[resource])
    if aud and not fits:
        setting = SETTINGS[resource][app]
        yield _cause_of(OTHER_AUDIENCE, aud=shown(aud), name=name, setting=setting)
    ends = claims.get("exp")
    if isinstance(ends, int | float) and 0 < ends < now.timestamp():
        at = datetime.fromtimestamp(ends, UTC).isoformat(" ", "minutes")
        yield _cause_of(ENDED, at=at)
    if app:
        yield from _app_faults(claims, resource, bulk=bulk)
    else:
        yield from _person_faults(claims, resource, user, shared=shared)


def _app_faults(
    claims: Mapping[str, Any], resource: Resource, *, bulk: bool
) -> Iterator[TokenCause]:
    roles, wanted = claims.get("roles"), BULK_ROLE if bulk else ROLES[resource]
    if isinstance(roles, list) and wanted in roles:
        return
    if bulk:
        yield _cause_of(NO_BULK_ROLE)
        return
    name = "Office 365 Exchange Online" if resource == "smtp" else "Microsoft Graph"
    yield _cause_of(NO_ROLE, wanted=wanted, name=name)


def _person_faults(
    claims: Mapping[str, Any], resource: Resource, user: str, *, shared: bool
) -> Iterator[TokenCause]:
    has, wanted = scopes_in(claims), (FOR_SHARED if shared else SCOPES)[resource]
    if has and not set(wanted).intersection(has):
        yield _cause_of(NO_SCOPE, has=shown(" ".join(has)), wanted=wanted[0])
    if resource == "smtp":  # Graph says 403 of another's mailbox, and never 401
        yield from other_person(person_in(claims, user), resource, user)


def exclusion_causes(claims: Mapping[str, Any], user: str) -> Iterator[TokenCause]:
    """Yield why Graph keeps whoever signed in out of a mailbox that is not their own."""
    for found in other_person(person_in(claims, user), "graph", user):
        has_scope = set(FOR_SHARED["graph"]).intersection(scopes_in(claims))
        yield _cause_of(NO_RIGHTS, **found.values) if has_scope else found


def other_person(person: str, resource: Resource, user: str) -> Iterator[TokenCause]:
    """Yield that somebody signed in whose mailbox it is not; "" is nobody who is known."""
    if person and not is_name_of(person, user):
        about = OTHER_SENDER if resource == "graph" else OTHER_PERSON
        yield _cause_of(about, person=person, user=user)


def person_in(claims: Mapping[str, Any], mailbox: str = "") -> str:
    """Return who signed in, by the mailbox's name if it is that; "" for an app."""
    if is_app(claims):
        return ""
    return shown(named_in(claims, mailbox))


def _remaining_cause(resource: Resource, user: str, *, app: bool) -> TokenCause:
    if resource == "graph":
        return _cause_of(OF_GRAPH)
    return _cause_of(OF_APP if app else OF_MAILBOX, user=user)


def _cause_of(about: Message, **arguments: str) -> TokenCause:
    return TokenCause(about, about.fill(**arguments), arguments)


def shown(claim: object) -> str:
    """Return a claim as it may be told: short, and nothing that a terminal obeys."""
    return printable(str(claim))[:LONGEST]
