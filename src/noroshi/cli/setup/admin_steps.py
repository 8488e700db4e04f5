"""The administrator's steps: shown at the terminal, or written into a file to be handed on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from noroshi.cli.errors import RefusedError
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import STDOUT, Dialogue
from noroshi.core.translation import NOTHING, Message, composed
from noroshi.guides import MICROSOFT365, TITLES, Case, Step, Value, fill_places, line
from noroshi.guides.export import steps_document
from noroshi.guides.missing_values import REPLACE, missing_values
from noroshi.guides.setup_goal import SetupGoal
from noroshi.knowledge.os_errors import cause_text

INDENT = "     "


@dataclass(slots=True)
class KnownValues:
    """Hold what has been found out on the way, and which steps are behind."""

    object_id: str = ""
    certificate: str = ""
    thumbprint: str = ""
    path: str = ""
    done_steps: set[str] = field(default_factory=set)

    def values(self, goal: SetupGoal) -> Mapping[str, Value]:
        return goal.values(
            object_id=self.object_id, certificate=self.certificate, thumbprint=self.thumbprint
        )

    def steps(self, goal: SetupGoal, *parts: str) -> Sequence[Step]:
        """Return the steps that are still to be done; an app's token will tell the object ID of
        the app."""
        return self._select(goal.case("object_id", path=self.path), *parts)

    def all_steps(self, goal: SetupGoal) -> Sequence[Step]:
        """Return the same for somebody who sees no token."""
        known_names = ("object_id",) if self.object_id else ()
        return self._select(goal.case(*known_names, path=self.path))

    def _select(self, case: Case, *parts: str) -> Sequence[Step]:
        return [s for s in MICROSOFT365.steps_for(case, *parts) if s.id not in self.done_steps]


def show(
    talk: Dialogue, goal: SetupGoal, known_values: KnownValues, steps: Sequence[Step]
) -> None:
    """Show the steps with the values filled in, each part under its heading."""
    values, part = known_values.values(goal), ""
    _show_missing_values(talk, steps, values)
    for number, step in enumerate(steps, 1):
        if step.part != part:
            part = step.part
            talk.line("")
            talk.say(TITLES[part])
        talk.line("")
        talk.say(_numbered(number, fill_places(step.title, values)), "  ")
        _show_step(talk, step, values)


def show_remedy_steps(
    talk: Dialogue, goal: SetupGoal, known_values: KnownValues, codes: Collection[str]
) -> None:
    """Show the steps that mend what other servers said by codes or replies, if the guide knows
    any."""
    case = goal.case("object_id", path=known_values.path)
    steps = MICROSOFT365.remedy_steps("\n".join(codes), case)
    if steps:
        talk.line("")
        talk.say(setup_texts.MENDED_BY)
        show(talk, goal, known_values, steps)
        talk.line("")


def write(talk: Dialogue, goal: SetupGoal, known_values: KnownValues, file: str) -> None:
    """Write all steps of this way as a text to send to the administrator. Raises
    RefusedError."""
    steps, values = known_values.all_steps(goal), known_values.values(goal)
    text = steps_document(goal, steps, values, talk.context.language)
    if file == STDOUT:
        print(text, end="")
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RefusedError(
            "trouble", setup_texts.NOT_WRITTEN.fill(file=file, why=cause_text(error))
        ) from None
    talk.say_success(setup_texts.WROTE_STEPS.fill(file=file))


def _show_missing_values(
    talk: Dialogue, steps: Sequence[Step], values: Mapping[str, Value]
) -> None:
    missing = missing_values(steps, values)
    if missing:
        talk.line("")
        talk.say(REPLACE)
    for one in missing:
        talk.item(composed("{name}: {where}", name=one.placeholder, where=one.where), INDENT)


def _show_step(talk: Dialogue, step: Step, values: Mapping[str, Value]) -> None:
    for words in step.sentences:
        talk.item(fill_places(words, values), INDENT)
    for text in step.lines:
        talk.line(line(text, values), INDENT + "  ")
    if step.check:
        talk.say(setup_texts.CHECK, INDENT)
        for text in step.check:
            talk.line(line(text, values), INDENT + "  ")
    for words in (step.expected_result, step.note):
        if words != NOTHING:
            talk.say(fill_places(words, values), INDENT)
    if step.delay != NOTHING:
        talk.say(setup_texts.ACTS_AFTER.fill(time=step.delay), INDENT)


def _numbered(number: int, title: Message) -> Message:
    return composed("{number}. {title}", number=number, title=title)
