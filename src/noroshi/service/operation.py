"""Offer operations: who may ask for one, what it takes, and what a refusal says.

Every door asks through `perform`, so an operation means the same near and far.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from noroshi import answer_json, schema
from noroshi.core.definitions.problems import MOST_FOUND, Problem, first_of, shortened_text
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.people import Audited, Person as Person
from noroshi.core.roles import (
    ADMIN as ADMIN,
    OPERATOR as OPERATOR,
    ROLE_NAMES,
    VIEWER as VIEWER,
    roles_up_to,
)
from noroshi.core.size import MOST_VALUES, is_small
from noroshi.core.translation import Medium, Message, ReadAt, _, bilingual, pgettext
from noroshi.hosts.freed_memory import give_back
from noroshi.operations.declaration import Declaration
from noroshi.ports import StoreError
from noroshi.service.errors import (
    ERRORS,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
    OperationError,
    OperationFailedError,
    ReauthenticationRequiredError,
)

if TYPE_CHECKING:
    from noroshi.service.operation_list import Service

log = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Awaitable[Any]])

LONGEST_KEPT, MOST_KEPT = 200, 50
"""Letters of an argument that the audit log keeps, and of how many in a list."""
LONGEST_TOLD = 4000
"""Letters of one sentence of a refusal: it may quote what was given."""

NO_OPERATION = _("There is no operation “{name}”.")
NOT_ALLOWED = _(
    "{name} requires the role {role}, which {who} does not have. Ask a Noroshi "
    "administrator, or run it as Noroshi's own user."
)
REAUTHENTICATION_REQUIRED = followed_by(
    _(
        "{name} affects programs that run on the node, or who may log in, so it requires the "
        "password again."
    ),
    InstructionKind.GIVE_PASSWORD,
)
BAD_ARGUMENTS = _("The arguments of {name} are not valid.")
NOT_TAKEN = _("is not accepted here")
MISSING = pgettext("missing", "is missing")
STORE_TROUBLE = _(
    "The store is currently unavailable: {why}. Nothing was changed; monitoring continues."
)
BUG = _(
    "Internal error in Noroshi ({kind}). See the node's log for details; monitoring continues."
)


def administrator(name: str) -> Person:
    """Return somebody who may do everything: the node's own user."""
    return Person(name, roles_up_to(ADMIN))


def member(name: str) -> Person:
    """Return somebody of the door's group."""
    return Person(name, roles_up_to(OPERATOR))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation that is offered: the declaration, the arguments, and the type of the
    answer."""

    declaration: Declaration
    arguments: Mapping[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    answer_type: Any = None

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def role(self) -> str:
        return self.declaration.role

    @property
    def help(self) -> Message:
        return self.declaration.help

    @property
    def changes(self) -> bool:
        return self.declaration.changes


@dataclass
class Note:
    """The note for the audit log that an operation writes while it runs: the states before and
    after."""

    old_state: Any = None
    new_state: Any = None
    is_noted: bool = False
    is_unchanged: bool = False


NOTE: ContextVar[Note] = ContextVar("NOTE")


def note(old_state: Any = None, new_state: Any = None) -> None:
    """Note for the audit log the state before and after: plain values without secrets. Later
    notes are added to the first."""
    if (current := NOTE.get(None)) is not None:
        current.is_noted = True
        current.old_state = current.old_state if old_state is None else old_state
        current.new_state = current.new_state if new_state is None else new_state


def note_nothing() -> None:
    """Note that there was nothing to change: the audit log gets no row."""
    if (current := NOTE.get(None)) is not None:
        current.is_unchanged = True


def require_reauthentication(person: Person, name: str) -> None:
    """Raise ReauthenticationRequiredError unless the person may now do what runs a program."""
    if not person.reauthenticated:
        raise ReauthenticationRequiredError(REAUTHENTICATION_REQUIRED.fill(name=name))


def offers(declaration: Declaration) -> Callable[[F], F]:
    """Offer an async method as that operation, by every door."""

    def mark(method: F) -> F:
        method.__dict__["offered"] = declaration
        return method

    return mark


class CheckedArguments(dict[str, Any]):
    """Hold arguments that a separate process has read and found to fit the operation."""


def name_of(method: Callable[..., Awaitable[Any]]) -> str:
    """Return the name of the operation that a method is offered as."""
    declaration: Declaration = method.__dict__["offered"]
    return declaration.name


def operations(group: type) -> Mapping[str, Operation]:
    """Return the operations that a class itself offers, by method name; not those of the base
    classes."""
    return {
        name: _describe(method)
        for name, method in vars(group).items()
        if hasattr(method, "offered")
    }


@cache  # type hints are read anew each time, and each service asks for those of the same methods
def _describe(method: Callable[..., Any]) -> Operation:
    hints = get_type_hints(method)
    parameters = [p for p in inspect.signature(method).parameters.values() if p.name in hints]
    accepted = [p for p in parameters if p.name != "person"]
    return Operation(
        declaration=method.__dict__["offered"],
        answer_type=hints.get("return"),
        arguments={p.name: hints[p.name] for p in accepted},
        required=frozenset(p.name for p in accepted if p.default is p.empty),
    )


async def perform(
    service: Service,
    person: Person,
    name: str,
    args: Mapping[str, Any],
    news: Callable[[], None] = lambda: None,
) -> Any:
    """Run an operation for a door in this process, and return the answer; `news` is called
    after an operation that the engine should see. Raises an OperationError, whatever failed."""
    try:
        with _failures_as_refusals(name):
            return await run(service, person, name, args)
    finally:
        spec = service.operations().get(name)
        if spec is not None and spec.declaration.news:
            news()  # after a refusal too: half of it may be done


async def run_as_json(
    service: Service,
    person: Person,
    name: str,
    args: Mapping[str, Any],
    news: Callable[[], None] = lambda: None,
    medium: ReadAt = Medium.TERMINAL,
) -> dict[str, Any]:
    """Run an operation that was requested over a wire, as `perform`; return the answer, or the
    refusal, as plain values, with texts as `medium` shows them."""
    try:
        answer = await perform(service, person, name, args, news)
        with _failures_as_refusals(name):
            return {"ok": answer_json.as_json(answer, medium)}
    except OperationError as refusal:
        return refusal_as_json(refusal, medium)


@contextmanager
def _failures_as_refusals(name: str) -> Iterator[None]:
    """Turn what the store cannot do now, and a fault of ours, into refusals in words: neither may
    end the door or the node."""
    try:
        yield
    except OperationError as refusal:
        raise bounded(refusal) from refusal
    except StoreError as error:
        raise OperationFailedError(STORE_TROUBLE.fill(why=error.words)) from error
    except Exception as bug:
        # No message: it may quote what was given to us, and that may be a secret.
        way = "".join(traceback.format_tb(bug.__traceback__))
        log.error("operation %s failed: %s\n%s", name, type(bug).__name__, way)  # noqa: TRY400
        raise OperationFailedError(BUG.fill(kind=type(bug).__name__)) from None


async def run(service: Service, person: Person, name: str, args: Mapping[str, Any]) -> Any:
    """Check role and arguments, do it, and write down what it changed. Raises an
    OperationError."""
    spec = service.operations().get(name)
    if spec is None:
        raise NotFoundError(NO_OPERATION.fill(name=shortened_text(name)))
    if spec.role not in person.roles:
        role = ROLE_NAMES.get(spec.role, spec.role)
        reason = NOT_ALLOWED.fill(name=name, role=role, who=person.name)
        await service.turn_away(person, name, reason)
        raise ForbiddenError(reason)
    if spec.declaration.reauthenticate:
        require_reauthentication(person, name)
    if not isinstance(args, CheckedArguments) and not is_small(args):
        args = await service.judge(name, args)
    logged, change_note = _logged_arguments(spec, args), Note()
    # The operation alone holds what was read, to let go of it: it may be megabytes.
    call = service.method(name)(person, **arguments(spec, args))
    is_large = isinstance(args, CheckedArguments)
    if isinstance(args, CheckedArguments):
        args.clear()  # whoever asks holds it still
    mark = NOTE.set(change_note)
    try:
        result = await call
    finally:
        NOTE.reset(mark)
        if is_large:  # the next one is read beside what this one leaves
            await asyncio.to_thread(give_back)
    if change_note.is_noted or (spec.changes and not change_note.is_unchanged):
        await _record(service, _row(service.now(), person, spec, logged, change_note))
    return result


async def _record(service: Service, row: Audited) -> None:
    """Keep a row of the audit log. What it tells of is done, so a store that refuses the row makes
    no failure of it: the log has it instead."""
    try:
        await service.record(row)
    except StoreError as error:
        # The store's trouble needs no traceback; the row must not be lost.
        log.error("not in the audit log: %s by %s %s (%s)", row.op, row.who, row.given, error)  # noqa: TRY400


def _row(
    at: datetime, person: Person, spec: Operation, logged: Mapping[str, Any], change_note: Note
) -> Audited:
    return Audited(
        at=at,
        who=person.name,
        door=person.door,
        address=person.address,
        op=spec.name,
        given=logged,
        before=answer_json.as_json(change_note.old_state),
        after=answer_json.as_json(change_note.new_state),
    )


def _logged_arguments(spec: Operation, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the arguments as the audit log keeps them."""
    return {
        k: _short(v)
        for k, v in args.items()
        if k not in spec.declaration.secret and _is_short(v)
    }


def _is_short(value: Any) -> bool:
    """Return whether a value is kept: definitions are kept as versions, and what they changed
    is told as `after`."""
    return isinstance(value, str | int | float | bool) or (
        isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    )


def _short(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [one[:LONGEST_KEPT] for one in value[:MOST_KEPT]]
    return value[:LONGEST_KEPT] if isinstance(value, str) else value


def arguments(spec: Operation, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments in the types that the operation takes. Raises InvalidArgumentError
    with all that is wrong."""
    unknown = islice(args.keys() - spec.arguments.keys(), MOST_FOUND)
    problems = [Problem(shortened_text(name), NOT_TAKEN) for name in unknown]
    problems += [Problem(name, MISSING) for name in spec.required - args.keys()]
    read_args = dict[str, Any]()
    for name in args.keys() & spec.arguments.keys():
        try:
            read_args[name] = schema.read(spec.arguments[name], args[name], name, MOST_VALUES)
        except schema.Invalid as invalid:
            problems += invalid.problems
    if problems:
        problems.sort(key=lambda p: p.where)
        raise InvalidArgumentError(BAD_ARGUMENTS.fill(name=spec.name), tuple(problems))
    return read_args


def bounded(refusal: OperationError) -> OperationError:
    """Return the refusal no longer than a person reads."""
    problems = (
        Problem(shortened_text(one.where, LONGEST_TOLD), _bounded(one.what))
        for one in first_of(refusal.problems)
    )
    error = ERRORS[refusal.kind]
    return error(_bounded(refusal.words), tuple(problems), refusal.codes)


def _bounded(words: Message) -> Message:
    texts = words.both()
    if max(map(len, texts.values())) <= LONGEST_TOLD:
        return words
    return bilingual(
        **{code: shortened_text(text, LONGEST_TOLD) for code, text in texts.items()}
    )


def refusal_as_json(
    refusal: OperationError, medium: ReadAt = Medium.TERMINAL
) -> dict[str, Any]:
    """Return a refusal as plain values for a wire."""
    return {
        "error": refusal.kind,
        "words": refusal.words.both(medium),
        "problems": [
            {"where": one.where, "what": one.what.both(medium)} for one in refusal.problems
        ],
        "codes": list(refusal.codes),
    }
