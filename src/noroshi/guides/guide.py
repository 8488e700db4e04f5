"""Hold a guide: its steps, the cases that each is for, and the failures that show when one is
missing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import NOTHING, Message, _, pgettext

TAKES: Mapping[str, Message] = {
    "": NOTHING,
    "soon": _("a few minutes, at most 2 hours"),
    "rights": _("30 minutes to 2 hours"),
}
"""The time until a step acts."""
COMMANDS: Mapping[str, CommandText] = {
    "sign_in_to_read": CommandText("authorize", pgettext("command", "ROUTE --read-mailbox"))
}
"""The places of sentences that are commands, for whoever runs Noroshi."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Say for whom steps are looked up. `known_values` need not be found any more."""

    way: str
    kind: str
    path: str = "exchange"
    is_shared: bool = False
    known_values: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Describe one thing to do. `sentences` tell it, in order; `lines` are PowerShell; `check`
    is PowerShell that shows whether it is done, and `expected_result` says what to look
    for. Without ways, kinds or a path, the step is for all of them."""

    id: str
    part: str
    title: Message
    sentences: tuple[Message, ...]
    source: str
    ways: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    path: str = ""
    for_shared: bool = False
    unless_known: str = ""
    lines: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    expected_result: Message = NOTHING
    note: Message = NOTHING
    delay: Message = NOTHING

    def is_for(self, case: Case) -> bool:
        """Return whether somebody in this case has to do it."""
        return (
            (not self.ways or case.way in self.ways)
            and (not self.kinds or case.kind in self.kinds)
            and self.path in ("", case.path)
            and (case.is_shared or not self.for_shared)
            and not (self.unless_known and self.unless_known in case.known_values)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Hold what is shown, what it means, and the steps that mend it, the likeliest first."""

    reply_part: str
    meaning: Message
    act: Message
    steps: tuple[str, ...] = ()
    reply: str = ""
    """As a page names it, if `reply_part` is only a part of the answer."""

    def is_in(self, text: str) -> bool:
        """Return whether somebody who reads this text has this failure: 5.7.3 is not 5.7.30."""
        return (
            re.search(rf"(?<![\d.]){re.escape(self.reply_part)}(?![\d.]*\d)", text) is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """Hold all steps and all failures, in order."""

    steps: tuple[Step, ...] = ()
    failures: tuple[Failure, ...] = ()
    _by_id: Mapping[str, Step] = field(default_factory=dict)

    def steps_for(self, case: Case, *parts: str) -> tuple[Step, ...]:
        """Return the steps for this case, of these parts; of all if none are named."""
        return tuple(s for s in self.steps if s.is_for(case) and s.part in (parts or PARTS))

    def remedy_steps(self, replies: str, case: Case) -> tuple[Step, ...]:
        """Return the steps that mend what Microsoft said by these codes or replies."""
        ids = [id for one in self.failures if one.is_in(replies) for id in one.steps]
        by_id = {step.id: step for step in self.steps_for(case)}
        return tuple(by_id[id] for id in dict.fromkeys(ids) if id in by_id)

    def step(self, id: str) -> Step:
        """Return the step of that id."""
        return self._by_id[id]


PARTS = ("entra", "exchange", "after")


@cache
def read_guide(name: str) -> Guide:
    """Read the guide of that name from its file."""
    text = files("noroshi.guides").joinpath(f"{name}.toml").read_text("utf-8")
    table = tomllib.loads(text)
    steps = tuple(_step(one) for one in table["step"])
    return Guide(
        steps=steps,
        failures=tuple(_failure(one) for one in table["failure"]),
        _by_id={step.id: step for step in steps},
    )


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        id=row["id"],
        part=row["part"],
        title=_words(row, "title"),
        sentences=tuple(map(_sentence, _lines(row["how"]))),
        source=row["source"],
        ways=frozenset(row.get("ways", ())),
        kinds=frozenset(row.get("kinds", ())),
        path=row.get("path", ""),
        for_shared=row.get("shared", False),
        unless_known=row.get("unless", ""),
        lines=_lines(row.get("lines", "")),
        check=_lines(row.get("check", "")),
        expected_result=_words(row, "shows"),
        note=_words(row, "note"),
        delay=TAKES[row.get("takes", "")],
    )


def _failure(row: Mapping[str, Any]) -> Failure:
    return Failure(
        reply_part=row["shows"],
        meaning=_words(row, "means"),
        act=_words(row, "act"),
        steps=tuple(row["steps"]),
        reply=row.get("reply", ""),
    )


def _words(row: Mapping[str, Any], name: str) -> Message:
    return Message(row[name]) if name in row else NOTHING


def _sentence(text: str) -> Message:
    """Return a sentence whose commands are values."""
    message = Message(text)
    commands = {name: COMMANDS[name] for name in message.places & COMMANDS.keys()}
    return with_commands(message, **commands) if commands else message


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.strip().splitlines())
