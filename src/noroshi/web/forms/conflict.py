"""Describe what somebody else changed while a form was open, and put what was typed on top of what
is in force, as in the forms that are drawn from a schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from noroshi.core.marked_names import key_at
from noroshi.core.translation import _, marks_of
from noroshi.definitions import differences, document
from noroshi.ports import Document
from noroshi.web.forms.location import Content, called
from noroshi.web.view.difference import Worded, names_of, sort_of, worded
from noroshi.web.view.page_context import Visit

CALLED = _(" {sort} {name} ")
Side = tuple[str, Content | None]
"""A definition's key, and what it says; None: it is not there."""


async def differing(visit: Visit, before: Side, now: Side) -> Sequence[Worded]:
    """Return the differences from what its editor saw to what is in force."""
    names = names_of(await visit.call("kinds"))
    return [worded(one, names) for one in differences(_side(before), _side(now))]


def _side(side: Side) -> tuple[Document, ...]:
    key, content = side
    return () if content is None else (document(key, content),)


async def since(visit: Visit, key: str, version: int) -> Sequence[Worded]:
    """Return the differences of one definition from that version; nothing if it is not known any
    more."""
    now = await visit.call("definition_show", keys=[key])
    seen = await visit.call_json("definition_show", keys=[key], version=version)
    if "ok" not in seen:
        return ()
    before, after = (one["documents"].get(key) for one in (seen["ok"], now))
    return await differing(visit, (key, before), (key, after))


def by_title(visit: Visit, text: str, side: Side) -> str:
    """A sentence that names a definition by its key, with what a person calls it instead."""
    key, content = side
    its = CALLED.fill(sort=sort_of(key), name=called(key.partition("/")[2], content))
    mark = next((one for one in marks_of(text) if key_at(one) == key), None)
    if mark is None:
        return text
    before, after = text[: mark.start].removesuffix(" "), text[mark.end :].removeprefix(" ")
    return f"{before}{visit.say(its)}{after}"  # which has the blanks of its language


BASE_VERSION = "seen"
"""The field with the version that the form showed. It is not called `version`: with that a form
says that it can show what it would change, and is kept over a log-in with all that is in it."""
LONGEST_NUMBER = 9
Texts = Mapping[str, str]
Reading = Callable[[Mapping[str, Mapping[str, Any]]], Texts]
"""Makes the fields of a form, by their names, of definitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedForm:
    """Hold the fields of a form, the version that it is about, and what is in force `now` of the
    fields that somebody else changed otherwise; `overtaken`: somebody did."""

    form: Texts
    base_version: int
    now: Texts = field(default_factory=dict)
    overtaken: bool = False


class Refused(Protocol):
    """Hold an outcome: why not, which kind of refusal, and the problems told with it."""

    @property
    def why(self) -> Sequence[str]: ...

    @property
    def kind(self) -> str: ...

    @property
    def problems(self) -> Sequence[tuple[str, str]]: ...


def is_conflict(done: Refused) -> bool:
    """Return whether it was refused as somebody else changed the same thing meanwhile."""
    return done.kind == "conflict" and bool(done.problems)


async def merged_form(
    visit: Visit, typed: Texts, reading: Reading, done: Refused, **which: Any
) -> MergedForm:
    """Return the form as it is shown after it was not taken; `which` definitions it is about."""
    base = _number(visit.form.get(BASE_VERSION, ""))
    if not is_conflict(done):
        return MergedForm(form=typed, base_version=base)
    now = await visit.call("definition_show", **which)
    seen = await visit.call_json("definition_show", version=base, **which)
    there = seen["ok"]["documents"] if "ok" in seen else {}
    return _merged(typed, reading(there), reading(now["documents"]), now["version"])


def _merged(typed: Texts, before: Texts, now: Texts, version: int) -> MergedForm:
    form = {
        name: text if text != before.get(name, "") else now.get(name, "")
        for name, text in typed.items()
    }
    theirs = {
        name: text
        for name, text in now.items()
        if text not in (before.get(name, ""), form.get(name, ""))
    }
    return MergedForm(form=form, base_version=version, now=theirs, overtaken=True)


async def refusal_lines(visit: Visit, done: Refused) -> tuple[str, ...]:
    """Say why it was not taken; if somebody else was first, what they changed and what to do
    now."""
    if not is_conflict(done):
        return tuple(done.why)
    first, key = done.problems[0][0], done.problems[-1][0]
    lines = [what for _where, what in done.problems]
    if first == key:  # else it has another name, which the first of them tells
        differ = await since(visit, key, _number(visit.form.get(BASE_VERSION, "")))
        lines = [visit.say(one.sentence) for one in differ] or lines
    why = by_title(visit, done.why[0], (key, None))
    return (
        why,
        *lines,
        visit.say(
            _(
                "Your change is not saved yet. The form below shows your input on top of the version in "
                "effect. Values changed in the meantime are shown at their fields."
            )
        ),
    )


def _number(text: str) -> int:
    is_one = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_one else 0
