"""Examine a route, or this computer, stage by stage; nothing is ever sent.

A kind of route says its stages as steps, each of which looks and answers, or stops there with a
remedy. `examined` takes them one after the other and measures their time.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

from noroshi.core.command_text import CommandText, CopiedCommand, with_commands
from noroshi.core.translation import NOTHING, Message, _, plain

log = logging.getLogger(__name__)
State = Literal["ok", "failed", "not reached"]


class Whose(Enum):
    """The people who can mend a thing."""

    YOU = "you"
    """Whoever runs Noroshi."""
    ADMINISTRATOR = "administrator"
    """Of the provider's side: your Microsoft 365 administrator, say."""
    PROVIDER = "provider"
    """Microsoft itself, or whoever runs the server."""
    NETWORK = "network"
    """Your network: firewall, proxy, name server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """The meaning of a failure, whose it is, and what mends it.

    `how` are steps in their order, `lines` are to be copied as they stand (PowerShell, a
    definition, a command); `takes` is how long it takes to act; `reply` is what the other side
    said, word for word.
    """

    meaning: Message
    whose: Whose
    who: Message
    how: tuple[Message, ...] = ()
    lines: tuple[str, ...] = ()
    link: str = ""
    takes: Message = NOTHING
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """A remedy as a table has it: {places} in it are filled with the user's own values, and one
    that is not known shows its name."""

    party: Whose
    steps: tuple[Message, ...] = ()
    lines: tuple[str | CommandText, ...] = ()
    link: str = ""
    delay: Message = NOTHING

    def remedy(self, meaning: Message, exam: Exam, reply: str = "") -> Remedy:
        """Return the remedy for this route and these people; the meaning stands as it is
        given."""
        places = _UserValues(exam.user_values)
        return Remedy(
            meaning=meaning,
            whose=self.party,
            who=exam.people.get(self.party, PEOPLE[self.party]),
            how=tuple(fill_places(step, exam) for step in self.steps),
            lines=tuple(_filled_line(line, exam) for line in self.lines),
            link=_in_own_cloud(self.link.format_map(places), exam),
            takes=self.delay,
            reply=reply,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Hold one stage and its result. `remarks` are to be known, though it is well."""

    name: str
    title: Message
    state: State
    milliseconds: float | None = None
    found: Message = NOTHING
    remarks: tuple[Message, ...] = ()
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """The result of a step that found all well, or ("not reached") that found nothing to look
    at."""

    message: Message = NOTHING
    remarks: tuple[Message, ...] = ()
    state: State = "ok"


class StepError(Exception):
    """Report that a step failed: the short of it, and its remedy."""

    def __init__(self, message: Message, remedy: Remedy) -> None:
        super().__init__(message.en)
        self.message, self.remedy = message, remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Describe one step. `take` raises StepError; `is_independent`: no other step needs this
    one to be well."""

    name: str
    title: Message
    take: Callable[[], Awaitable[StepResult]]
    is_independent: bool = False


class Examination(Protocol):
    """The steps that a kind of route makes of its options, in their order."""

    @property
    def steps(self) -> Sequence[Step]: ...

    async def close(self) -> None:
        """Let go of all that is open. It may be called at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """The context of an examination, beside the route's options.

    `recipient` is a recipient who is named and never written to; "" is the mailbox itself.
    `sign_in` are the steps of its account; they stand where the kind puts them. `user_values`
    are the user's own (account, tenant ...), to be filled into remedies, and `people` how those
    are called who can mend a thing. `reference_host` is a host and port that should answer too
    where the network is well. `replacements` are the beginnings of pages and lines that are
    others in this provider's cloud, and what stands in their place; "": nothing does, as nobody
    says where that page is there.
    """

    recipient: str = ""
    sign_in: tuple[Step, ...] = ()
    user_values: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[Whose, Message] = field(default_factory=dict)
    reference_host: tuple[str, int] | None = None
    replacements: Mapping[str, str] = field(default_factory=dict)


PEOPLE: Mapping[Whose, Message] = {
    Whose.YOU: _("you, in Noroshi's settings"),
    Whose.ADMINISTRATOR: _("the remote service's administrator"),
    Whose.PROVIDER: _("the operator of the remote server"),
    Whose.NETWORK: _("whoever runs your network (firewall, proxy, name server)"),
}
WE_FAILED = with_commands(
    _("Internal error in Noroshi ({kind}). Report it with the file that {command} writes."),
    command=CommandText("doctor", "--bundle"),
)
MAKERS = _("the Noroshi developers")


class _UserValues(dict[str, str]):
    """Show, for a place without a value, what belongs there."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def literal(line: str) -> str:
    """Return a line without {places}: a path or a URL of the user's may have braces."""
    return line.replace("{", "{{").replace("}", "}}")


def _filled_line(line: str | CommandText, exam: Exam) -> str:
    places = _UserValues(exam.user_values)
    if isinstance(line, str):
        return _in_own_cloud(line.format_map(places), exam)
    command = line.fill(**{name: places[name] for name in line.empty_places})
    return CopiedCommand(command)


def _in_own_cloud(text: str, exam: Exam) -> str:
    """Return a page or a line as it is in the provider's own cloud."""
    for begins, replacement in exam.replacements.items():
        if text.startswith(begins):
            return replacement and replacement + text.removeprefix(begins)
    return text


def fill_places(text: Message, exam: Exam) -> Message:
    """Fill the words' {places} with the user's own values. A route has no password, say, if an
    account signs in for it: that shows its name, too, or a command would end in nothing."""
    places = _UserValues({name: value for name, value in exam.user_values.items() if value})
    return text.fill(**{name: places[name] for name in text.empty_places})


async def run_steps(steps: Sequence[Step], steady: Callable[[], float]) -> AsyncIterator[Stage]:
    """Yield each stage as it is over; after one that failed the others are not reached."""
    has_failed = False
    for step in steps:
        if has_failed and not step.is_independent:
            yield Stage(name=step.name, title=step.title, state="not reached")
            continue
        stage = await _run_step(step, steady)
        has_failed = has_failed or (stage.state == "failed" and not step.is_independent)
        yield stage


async def _run_step(step: Step, steady: Callable[[], float]) -> Stage:
    started_at = steady()
    remedy: Remedy | None = None
    try:
        result = await step.take()
    except StepError as stop:
        result, remedy = StepResult(stop.message), stop.remedy
    except Exception as bug:  # a kind's fault must end neither the examination nor the node
        log.exception("the stage %s failed", step.name)
        kind = type(bug).__name__
        result = StepResult(plain(kind))
        remedy = Remedy(meaning=WE_FAILED.fill(kind=kind), whose=Whose.PROVIDER, who=MAKERS)
    return Stage(
        name=step.name,
        title=step.title,
        state=result.state if remedy is None else "failed",
        milliseconds=round(1000 * (steady() - started_at), 1),
        found=result.message,
        remarks=result.remarks,
        remedy=remedy,
    )
