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

from noroshi.core.instruction import ANY_ROUTE
from noroshi.core.printable import printable
from noroshi.core.translation import Message
from noroshi.knowledge.knowledge_files import knowledge
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
LONGEST_VALUE = 80

OTHER_AUDIENCE = "tokens.other_audience"
NO_SCOPE = "tokens.no_scope"
NO_ROLE = "tokens.no_role"
NO_BULK_ROLE = "tokens.no_bulk_role"
OTHER_PERSON = "tokens.other_person"
OTHER_SENDER = "tokens.other_sender"
NO_RIGHTS = "tokens.no_rights"
TOKEN_ENDED = "tokens.ended"
OF_MAILBOX = "tokens.of_mailbox"
OF_APP = "tokens.of_app"
OF_BULK = "tokens.of_bulk"
OF_GRAPH = "tokens.of_graph"
"""The rows of knowledge/tokens.toml."""


@dataclass(frozen=True, slots=True)
class TokenCause:
    """Hold one cause: the name of the row in the knowledge, and the sentence, whose places are
    filled with `values`."""

    name: str
    words: Message
    user_values: Mapping[str, str]


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
    first_fault = next(faults(claims, resource, user, now, bulk=bulk), None) if claims else None
    if first_fault is not None:
        return first_fault
    if bulk:
        return _cause_of(OF_BULK, user=user)
    return _remaining_cause(resource, user, app=claims is not None and is_app(claims))


def faults(
    claims: Mapping[str, Any],
    resource: Resource,
    user: str,
    now: datetime,
    *,
    is_shared: bool = False,
    bulk: bool = False,
) -> Iterator[TokenCause]:
    """Yield all that is wrong with a token's claims, for this use of it: for a shared mailbox, too,
    and for High Volume Email."""
    app, name = is_app(claims), NAMES[resource]
    aud, is_for_resource = audience_of(claims, AUDIENCES[resource])
    if aud and not is_for_resource:
        setting = SETTINGS[resource][app]
        yield _cause_of(OTHER_AUDIENCE, aud=shorten(aud), name=name, setting=setting)
    ends = claims.get("exp")
    if isinstance(ends, int | float) and 0 < ends < now.timestamp():
        ends_text = datetime.fromtimestamp(ends, UTC).isoformat(" ", "minutes")
        yield _cause_of(TOKEN_ENDED, at=ends_text)
    if app:
        yield from _app_faults(claims, resource, bulk=bulk)
    else:
        yield from _person_faults(claims, resource, user, is_shared=is_shared)


def _app_faults(
    claims: Mapping[str, Any], resource: Resource, *, bulk: bool
) -> Iterator[TokenCause]:
    roles, wanted_role = claims.get("roles"), BULK_ROLE if bulk else ROLES[resource]
    if isinstance(roles, list) and wanted_role in roles:
        return
    if bulk:
        yield _cause_of(NO_BULK_ROLE)
        return
    name = "Office 365 Exchange Online" if resource == "smtp" else "Microsoft Graph"
    yield _cause_of(NO_ROLE, wanted=wanted_role, name=name)


def _person_faults(
    claims: Mapping[str, Any], resource: Resource, user: str, *, is_shared: bool
) -> Iterator[TokenCause]:
    granted_scopes, wanted_scopes = (
        scopes_in(claims),
        (FOR_SHARED if is_shared else SCOPES)[resource],
    )
    if granted_scopes and not set(wanted_scopes).intersection(granted_scopes):
        yield _cause_of(
            NO_SCOPE, has=shorten(" ".join(granted_scopes)), wanted=wanted_scopes[0]
        )
    if resource == "smtp":  # Graph says 403 of another's mailbox, and never 401
        yield from other_person(person_in(claims, user), resource, user)


def exclusion_causes(claims: Mapping[str, Any], user: str) -> Iterator[TokenCause]:
    """Yield the reasons why Graph keeps the person who signed in out of another's mailbox."""
    for fault in other_person(person_in(claims, user), "graph", user):
        has_scope = set(FOR_SHARED["graph"]).intersection(scopes_in(claims))
        yield _cause_of(NO_RIGHTS, **fault.user_values) if has_scope else fault


def other_person(person: str, resource: Resource, user: str) -> Iterator[TokenCause]:
    """Yield a cause if the person who signed in is not the mailbox's owner; "" is an unknown
    person."""
    if person and not is_name_of(person, user):
        row = OTHER_SENDER if resource == "graph" else OTHER_PERSON
        yield _cause_of(row, person=person, user=user)


def person_in(claims: Mapping[str, Any], mailbox: str = "") -> str:
    """Return the person who signed in, by the mailbox's name if it is that; "" for an app."""
    if is_app(claims):
        return ""
    return shorten(named_in(claims, mailbox))


def _remaining_cause(resource: Resource, user: str, *, app: bool) -> TokenCause:
    if resource == "graph":
        return _cause_of(OF_GRAPH)
    return _cause_of(OF_APP if app else OF_MAILBOX, user=user)


def _cause_of(name: str, /, **arguments: str) -> TokenCause:
    meaning = knowledge().explanations[name].meaning
    return TokenCause(name, meaning.fill(route=ANY_ROUTE, **arguments), arguments)


def shorten(claim: object) -> str:
    """Return a claim fit to show: short, and without terminal controls."""
    return printable(str(claim))[:LONGEST_VALUE]
