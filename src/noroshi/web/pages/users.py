"""Show and change users and the API tokens of programs, and show the audit log."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.answer_json import as_json
from noroshi.core.people import API, DOOR_NAMES, Audited, Maker
from noroshi.core.roles import ROLE_NAMES, ROLES, VIEWER
from noroshi.core.sentences import without_stop
from noroshi.core.translation import Medium
from noroshi.operations.people_answers import TokenMade, TokenRow, UserMade, UserRow
from noroshi.operations.registry import label_of
from noroshi.service import InvalidArgumentError, NotFoundError
from noroshi.service.people.api_tokens import ApiTokenOperations
from noroshi.service.people.audit_log import AuditLogOperations
from noroshi.service.people.users import UserOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.normalize import typed_number
from noroshi.web.pages.own_account import step_shown
from noroshi.web.view.audit_log import Line, lines
from noroshi.web.view.form_operations import (
    Outcome,
    clock,
    permissions_of,
    query_value,
    refusal_texts,
    refused_input,
    run,
    run_reauthenticated,
)
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.page_context import Visit, page

DEEDS: Mapping[str, tuple[Callable[..., Awaitable[object]], tuple[str, ...]]] = {
    "user_add": (UserOperations.add, ("name", "role")),
    "user_role": (UserOperations.set_role, ("name", "role")),
    "user_password": (UserOperations.set_password, ("name",)),
    "user_totp": (UserOperations.begin_totp, ("name",)),
    "user_totp_on": (UserOperations.enable_totp, ("name", "code")),
    "user_totp_off": (UserOperations.disable_totp, ("name",)),
    "user_remove": (UserOperations.remove, ("name",)),
}
"""The operations of the page of users, and the arguments that the forms give."""
SHOWN_AGAIN = ("name", "role", "days", "programs")
"""The fields that are shown again of a form that was not taken: no code, which is good once."""
TOKEN_DEEDS: Mapping[str, Callable[..., Awaitable[object]]] = {
    "token_new": ApiTokenOperations.create,
    "token_revoke": ApiTokenOperations.revoke,
}
LISTED, SEARCHED, LONGEST_SHOWN = 200, 2_000, 6_000


def routes(web: WebContext) -> list[Route]:
    """Return the routes of users, tokens and audit log."""
    methods = ["GET", "POST"]
    return [
        Route("/settings/users", page(web, users), methods=methods),
        Route("/settings/tokens", page(web, tokens), methods=methods),
        Route("/settings/audit", page(web, audit), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserOnPage:
    """Hold a row of the list of users, with the role and the time in words."""

    user: UserRow
    role: str
    creation_time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOnPage:
    """Hold a row of the list of API tokens, with the role, the creator and the times in
    words."""

    token: TokenRow
    role: str
    creator: str
    creation_time: str
    expiry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedOnPage:
    """Hold a row of the audit log, with all values in words. `raw` is the row as JSON, "" where
    there is nothing more."""

    entry: Audited
    time: str
    door: str
    deed: str
    arguments: Sequence[Line]
    lines: Sequence[Line]
    raw: str
    refusal: str


async def users(visit: Visit) -> Response:
    """Show and change users; a code or a seed, which is shown once, stands in the answer to the
    form."""
    outcome, deed = Outcome[object](), visit.form.get("do", "")
    if visit.request.method == "POST":
        if deed not in DEEDS:
            raise NotFoundError(NO_SUCH_PAGE)
        operation, names = DEEDS[deed]
        arguments = {name: visit.form.get(name, "").strip() for name in names}
        outcome = await run_reauthenticated(visit, operation, **arguments)
    rows = [
        UserOnPage(user=one, role=_role(visit, one.role), creation_time=clock(visit, one.made))
        for one in await visit.call(UserOperations.list)
    ]
    return await visit.show(
        "users.html",
        outcome.status,
        rows=rows,
        roles=_roles(visit),
        **_form_context(visit, deed, outcome),
    )


async def tokens(visit: Visit) -> Response:
    """Show and change API tokens; a new one is shown once, in the answer to the form."""
    outcome, deed = Outcome[object](), visit.form.get("do", "")
    if visit.request.method == "POST":
        if deed not in TOKEN_DEEDS:
            raise NotFoundError(NO_SUCH_PAGE)
        # The form of a new one has a field for the password, those of the rows have none.
        do = run_reauthenticated if deed == "token_new" else run
        outcome = await do(visit, TOKEN_DEEDS[deed], **_token(visit, deed))
    rows = [
        TokenOnPage(
            token=one,
            role=_role(visit, one.role),
            creator=visit.say(Maker.read(one.by).words),
            creation_time=clock(visit, one.made),
            expiry=clock(visit, one.until),
        )
        for one in await visit.call(ApiTokenOperations.list)
    ]
    return await visit.show(
        "tokens.html",
        outcome.status,
        rows=rows,
        roles=_roles(visit),
        **_form_context(visit, deed, outcome),
    )


def _token(visit: Visit, deed: str) -> Mapping[str, Any]:
    form = visit.form
    name = form.get("name", "").strip()
    if deed == "token_revoke":
        return {"name": name}
    return {
        "name": name,
        "role": form.get("role", VIEWER),
        "days": typed_number(form.get("days", "").strip()),
        "programs": form.get("programs") == "yes",
    }


def _form_context(visit: Visit, deed: str, outcome: Outcome[object]) -> Mapping[str, Any]:
    expires = outcome.answer.until if isinstance(outcome.answer, UserMade | TokenMade) else None
    return {
        "deed": deed if outcome.answer is not None else "",
        "done": outcome.answer,
        "step": step_shown(visit, outcome),
        "until": clock(visit, expires),
        "why": refusal_texts(visit, outcome),
        "bad": outcome.wrong_fields if deed in ("token_new", "user_add") else (),
        "needs_password": outcome.needs_password,
        "retry": visit.form.get("name", "") if _is_code_mistyped(deed, outcome) else "",
        "form": refused_input(visit, *SHOWN_AGAIN)
        if outcome.answer is None
        else dict.fromkeys(("do", *SHOWN_AGAIN), ""),
        "about": without_stop(_help(visit, deed)) if outcome.needs_password else "",
        "may": permissions_of(visit),
    }


def _is_code_mistyped(deed: str, outcome: Outcome[object]) -> bool:
    """Return True if the authenticator has the seed, but the code has to be typed again."""
    return deed == "user_totp_on" and (
        outcome.needs_password or outcome.kind == InvalidArgumentError.kind
    )


def _role(visit: Visit, role: str) -> str:
    return visit.say(ROLE_NAMES[role]) if role in ROLE_NAMES else role


def _roles(visit: Visit) -> list[tuple[str, str]]:
    return [(role, _role(visit, role)) for role in ROLES]


async def audit(visit: Visit) -> Response:
    """Show the audit log, the newest first: who, by which door, from what to what."""
    words, localizer = query_value(visit, "q"), LOCALIZERS[visit.language]
    now = visit.web.service.now()
    entries = await visit.call(AuditLogOperations.entries, last=SEARCHED)
    entries_with_deed = [(one, _operation_title(visit, one.op)) for one in entries]
    matches = [(one, deed) for one, deed in entries_with_deed if _matches(one, deed, words)]
    rows = [
        AuditedOnPage(
            entry=one,
            time=clock(visit, one.at),
            door=visit.say(DOOR_NAMES.get(one.door, DOOR_NAMES[API])),
            deed=deed,
            arguments=lines(None, _without_empty(one.given), localizer, now),
            lines=lines(one.before, one.after, localizer, now, one.op),
            raw=_raw(one),
            refusal=visit.say(one.refused),
        )
        for one, deed in matches[:LISTED]
    ]
    return await visit.show(
        "audit.html",
        rows=rows,
        search_words=words,
        count=len(matches),
        may=permissions_of(visit),
    )


def _help(visit: Visit, op: str) -> str:
    operations = visit.web.service.operations()
    return visit.say(operations[op].help) if op in operations else ""


def _operation_title(visit: Visit, op: str) -> str:
    """Return the title of an operation; the name if there is no title, as for a former
    operation."""
    label = label_of(op)
    return op if label is None else visit.say(label)


def _without_empty(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Drop the arguments that a form or a program sends empty, or switched off."""
    return {name: one for name, one in values.items() if one or type(one) in (int, float)}


def _matches(one: Audited, deed: str, words: str) -> bool:
    text = f"{deed}\n{json.dumps(as_json(one, Medium.PAGE), ensure_ascii=False)}".casefold()
    return all(word in text for word in words.casefold().split())


def _raw(one: Audited) -> str:
    """Return the whole entry as JSON; "" where there is nothing more."""
    states = {
        name: state
        for name, state in (("given", one.given), ("before", one.before), ("after", one.after))
        if state
    }
    text = json.dumps(states, ensure_ascii=False, indent=1) if states else ""
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
