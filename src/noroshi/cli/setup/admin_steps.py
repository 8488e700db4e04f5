"""The administrator's steps: shown at the terminal, or written into a file to be handed on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from noroshi.cli.errors import RefusedError
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import STDOUT, Dialogue
from noroshi.core.translation import NOTHING, Message, composed
from noroshi.guides import MICROSOFT365, TITLES, Case, Step, Value, filled, line
from noroshi.guides.export import handed
from noroshi.guides.setup_goal import SetupGoal
from noroshi.knowledge.os_errors import why

INDENT = "     "


@dataclass(slots=True)
class KnownValues:
    """Hold what has been found out on the way, and which steps are behind."""

    object_id: str = ""
    certificate: str = ""
    thumbprint: str = ""
    path: str = ""
    done: set[str] = field(default_factory=set)

    def values(self, wanted: SetupGoal) -> Mapping[str, Value]:
        return wanted.values(
            object_id=self.object_id, certificate=self.certificate, thumbprint=self.thumbprint
        )

    def steps(self, wanted: SetupGoal, *parts: str) -> Sequence[Step]:
        """Those that are still to be done; an app's token will tell its object ID."""
        return self._of(wanted.case("object_id", path=self.path), *parts)

    def all_steps(self, wanted: SetupGoal) -> Sequence[Step]:
        """The same for somebody who sees no token."""
        known = ("object_id",) if self.object_id else ()
        return self._of(wanted.case(*known, path=self.path))

    def _of(self, case: Case, *parts: str) -> Sequence[Step]:
        return [s for s in MICROSOFT365.of(case, *parts) if s.id not in self.done]


def show(talk: Dialogue, wanted: SetupGoal, known: KnownValues, steps: Sequence[Step]) -> None:
    """The steps with the values filled in, under the heads of their parts."""
    values, part = known.values(wanted), ""
    for number, step in enumerate(steps, 1):
        if step.part != part:
            part = step.part
            talk.line("")
            talk.say(TITLES[part])
        talk.line("")
        talk.say(_numbered(number, filled(step.title, values)), "  ")
        _show(talk, step, values)


def mending(
    talk: Dialogue, wanted: SetupGoal, known: KnownValues, codes: Collection[str]
) -> None:
    """The steps that mend what other servers said by codes or replies, if the guide knows any."""
    case = wanted.case("object_id", path=known.path)
    steps = MICROSOFT365.mending("\n".join(codes), case)
    if steps:
        talk.line("")
        talk.say(setup_texts.MENDED_BY)
        show(talk, wanted, known, steps)
        talk.line("")


def write(talk: Dialogue, wanted: SetupGoal, known: KnownValues, file: str) -> None:
    """All steps of this way as a text to send to the administrator. Raises RefusedError."""
    steps, values = known.all_steps(wanted), known.values(wanted)
    text = handed(wanted, steps, values, talk.asked.language)
    if file == STDOUT:
        print(text, end="")
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RefusedError(
            "trouble", setup_texts.NOT_WRITTEN.fill(file=file, why=why(error))
        ) from None
    talk.done(setup_texts.WROTE_STEPS.fill(file=file))


def _show(talk: Dialogue, step: Step, values: Mapping[str, Value]) -> None:
    for words in step.how:
        talk.item(filled(words, values), INDENT)
    for text in step.lines:
        talk.line(line(text, values), INDENT + "  ")
    if step.check:
        talk.say(setup_texts.CHECK, INDENT)
        for text in step.check:
            talk.line(line(text, values), INDENT + "  ")
    for words in (step.shows, step.note):
        if words != NOTHING:
            talk.say(filled(words, values), INDENT)
    if step.takes != NOTHING:
        talk.say(setup_texts.ACTS_AFTER.fill(time=step.takes), INDENT)


def _numbered(number: int, title: Message) -> Message:
    return composed("{number}. {title}", number=number, title=title)
