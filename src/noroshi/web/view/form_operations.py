"""Run an operation in the name of whoever sent a form, and report the outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Never, TypeVar
from urllib.parse import quote

from noroshi.core.definitions.problems import Problem
from noroshi.core.roles import ADMIN, OPERATOR
from noroshi.core.translation import Message, _, join_sentences, plain
from noroshi.people import AuthenticationError
from noroshi.service import (
    ForbiddenError,
    OperationError,
    ReauthenticationRequiredError,
    name_of,
)
from noroshi.service.definitions.edit import EditOperations
from noroshi.web.api.endpoints import STATUS
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.page_context import Visit
from noroshi.web.view.problem_text import problems_at
from noroshi.web.view.role_refusal import needs

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)
LENGTHS: Sequence[tuple[int, Message]] = (
    (86_400, _("{n} d")),
    (3_600, _("{n} h")),
    (60, _("{n} min")),
    (1, _("{n} s")),
)
"""Units of time in seconds, the largest first."""
MAX_DIGITS = 9


@dataclass(frozen=True)  # no slots: Outcome[A]() could not note its A in them
class Outcome(Generic[A_co]):
    """Hold the answer of an operation, or the `reasons` why there is none, in the reader's
    language: the sentence first, then one for each wrong argument. `problems` are the same with
    their places, `kind` is the kind of the refusal."""

    answer: A_co | None = None
    reasons: tuple[str, ...] = ()
    status: int = 200
    needs_password: bool = False
    problems: tuple[tuple[str, str], ...] = ()
    kind: str = ""

    @property
    def ok(self) -> A_co:
        """Return the answer of what was done."""
        assert self.answer is not None
        return self.answer

    @property
    def wrong_fields(self) -> frozenset[str]:
        """Return the fields that are wrong, to be marked."""
        return frozenset(place for place, _ in self.problems)


async def run(visit: Visit, operation: Callable[..., Awaitable[A]], **args: Any) -> Outcome[A]:
    """Run an operation. A refusal is an outcome, so that the typed values can be shown once
    more. Raises ReauthenticationRequiredError: the password is asked for by a page that sends
    the whole form again."""
    outcome = await run_with_form(visit, operation, **args)
    if outcome.needs_password:
        raise ReauthenticationRequiredError(
            plain(join_sentences(outcome.reasons, visit.language)), tuple(_problems(outcome))
        )
    return outcome


def _problems(outcome: Outcome[object]) -> Iterator[Problem]:
    return (Problem(place, plain(text)) for place, text in outcome.problems)


async def run_with_form(
    visit: Visit, operation: Callable[..., Awaitable[A]], **args: Any
) -> Outcome[A]:
    """Run an operation as `run` does, for a form with a field for the password."""
    try:
        return Outcome(await visit.call(operation, **args))
    except OperationError as refusal:
        return _refusal_outcome(visit, name_of(operation), refusal)


def _refusal_outcome(visit: Visit, name: str, refusal: OperationError) -> Outcome[Never]:
    problems = [(one.where, visit.say(one.what)) for one in refusal.problems]
    sentence = visit.say(refusal.words)
    # A refusal of one thing alone is that thing's own sentence: it is told once.
    other_problems = ((place, text) for place, text in problems if text != sentence)
    reasons = (
        sentence,
        *(problems_at(place, text, visit.language, name) for place, text in other_problems),
    )
    return Outcome(
        reasons=reasons,
        status=STATUS.get(refusal.kind, 503),
        needs_password=refusal.kind == "password",
        problems=tuple(problems),
        kind=refusal.kind,
    )


async def reauthenticate_from_form(visit: Visit) -> str:
    """Take the password that stands in the form itself, so that nothing that was typed beside it
    is lost. Return why it was not taken; "" if it was, or none was given."""
    password = visit.form.get("password", "")
    try:
        if password:
            await visit.reauthenticate(password)
    except AuthenticationError as error:
        return visit.say(error.words)
    return ""


async def run_reauthenticated(
    visit: Visit, operation: Callable[..., Awaitable[A]], **args: Any
) -> Outcome[A]:
    """Run an operation as `run` does, where the form itself asks for the password once more."""
    if reason := await reauthenticate_from_form(visit):
        return Outcome(None, (reason,), 403, needs_password=True, kind="password")
    return await run_with_form(visit, operation, **args)


def refusal_texts(visit: Visit, outcome: Outcome[object]) -> tuple[str, ...]:
    """Return the texts of a refusal to show above the form. A request for the password is
    reported at the field of that, unless there is more to say: which secret is sent where."""
    return (
        ()
        if outcome.needs_password and not outcome.problems and not visit.form.get("password")
        else outcome.reasons
    )


def address(path: str, **query: str) -> str:
    """Return an address of ours, with the query quoted."""
    query_text = "&".join(
        f"{name}={quote(value, safe='')}" for name, value in query.items() if value
    )
    return f"{path}?{query_text}" if query_text else path


def query_value(visit: Visit, name: str, most: int = 400) -> str:
    """Return a value of the query by name."""
    return visit.request.query_params.get(name, "")[:most]


def number_in(text: str) -> int | None:
    """Return the number that a text is; None: it is none, or has more than `MAX_DIGITS`."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if is_number else None


def refused_input(visit: Visit, *names: str) -> Mapping[str, str]:
    """Return the posted values of these fields and of the action, for a form that was refused;
    "" on the first visit."""
    return {name: visit.form.get(name, "") for name in ("do", *names)}


def permissions_of(visit: Visit) -> Mapping[str, bool]:
    """Return the permissions of this person for a page; the service decides all the same."""
    roles = visit.person.roles if visit.person else frozenset()
    return {"act": OPERATOR in roles, "rule": ADMIN in roles}


def require_administrator(visit: Visit) -> None:
    """Raise ForbiddenError for all but administrators, before anything is shown."""
    if not permissions_of(visit)["rule"]:
        raise ForbiddenError(needs(ADMIN))


async def require_change_allowed(visit: Visit) -> None:
    """Raise ForbiddenError for all but administrators, before anything of a form is read; the
    audit log then has who asked."""
    if not permissions_of(visit)["rule"]:
        await visit.call(EditOperations.change)


def clock(visit: Visit, at: datetime | None) -> str:
    """Return an instant by the node's clock: the date only when it is not today."""
    return LOCALIZERS[visit.language].moment(at, visit.web.service.now(), seconds=True)


def time_since(visit: Visit, at: datetime | None) -> str:
    """Return the time since then, in one unit."""
    if not at:
        return ""
    seconds = (visit.web.service.now() - at).total_seconds()
    for unit, text in LENGTHS[:-1]:
        if seconds >= 2 * unit:
            return visit.say(text.fill(n=int(seconds // unit)))
    return visit.say(LENGTHS[-1][1].fill(n=max(0, int(seconds))))
