"""Describe what somebody else changed while a form was open, and put what was typed on top of what
is in force, as in the forms that are drawn from a schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from noroshi.core.marked_names import key_at
from noroshi.core.translation import _, marks_of
from noroshi.definitions.changes import differences
from noroshi.definitions.document_content import document
from noroshi.ports import Document
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.forms.location import Content, title_of
from noroshi.web.view.difference import DifferenceText, difference_text, names_of, sort_of
from noroshi.web.view.form_operations import number_in, run
from noroshi.web.view.page_context import Visit

CALLED = _(" {sort} “{name}” ")
Side = tuple[str, Content | None]
"""A definition's key, and what it says; None: it is not there."""


async def differences_between(
    visit: Visit, base_side: Side, now: Side
) -> Sequence[DifferenceText]:
    """Return the differences between what the editor saw and what is in force."""
    names = names_of(await visit.call(StatusOperations.kinds))
    return [difference_text(one, names) for one in differences(_side(base_side), _side(now))]


def _side(side: Side) -> tuple[Document, ...]:
    key, content = side
    return () if content is None else (document(key, content),)


async def changes_since(visit: Visit, key: str, version: int) -> Sequence[DifferenceText]:
    """Return the differences of one definition from that version; nothing if it is not known any
    more."""
    now = await visit.call(EditOperations.read, keys=[key])
    base_outcome = await run(visit, EditOperations.read, keys=[key], version=version)
    if base_outcome.reasons:
        return ()
    base_document, current_document = (one.documents.get(key) for one in (base_outcome.ok, now))
    return await differences_between(visit, (key, base_document), (key, current_document))


def by_title(visit: Visit, text: str, side: Side) -> str:
    """Replace the key of a definition in a sentence by the name that people know."""
    key, content = side
    title = title_of(key.partition("/")[2], content)
    name_in_words = CALLED.fill(sort=sort_of(key), name=title)
    mark = next((one for one in marks_of(text) if key_at(one) == key), None)
    if mark is None:
        return text
    head, tail = text[: mark.start].removesuffix(" "), text[mark.end :].removeprefix(" ")
    words = visit.say(name_in_words)  # which has the blanks of its language
    return f"{head}{_within_sentence(words) if head else words}{tail}"


def _within_sentence(words: str) -> str:
    first = len(words) - len(words.lstrip())
    return f"{words[:first]}{words[first : first + 1].lower()}{words[first + 1 :]}"


BASE_VERSION = "seen"
"""The field with the version that the form showed. It is not called `version`: with that a form
says that it can show what it would change, and is kept over a log-in with all that is in it."""
Texts = Mapping[str, str]
FieldReader = Callable[[Mapping[str, Mapping[str, Any]]], Texts]
"""Return the fields of a form, by name, that show these definitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedForm:
    """Hold the fields of a form, the version that it is about, and what is in force `now` of the
    fields that somebody else changed otherwise; `is_overtaken`: somebody did."""

    form: Texts
    base_version: int
    now: Texts = field(default_factory=dict)
    is_overtaken: bool = False


class Refusal(Protocol):
    """Hold an outcome: the reason for a refusal, the kind of it, and the problems."""

    @property
    def reasons(self) -> Sequence[str]: ...

    @property
    def kind(self) -> str: ...

    @property
    def problems(self) -> Sequence[tuple[str, str]]: ...


def is_conflict(refusal: Refusal) -> bool:
    """Return True if the change was refused because somebody else changed the same thing
    first."""
    return refusal.kind == "conflict" and bool(refusal.problems)


async def merged_form(
    visit: Visit,
    typed_fields: Texts,
    read_fields: FieldReader,
    refusal: Refusal,
    **selection: Any,
) -> MergedForm:
    """Return the form to show after a refusal; `selection` names the definitions of the
    form."""
    base_version = _base_version(visit)
    if not is_conflict(refusal):
        return MergedForm(form=typed_fields, base_version=base_version)
    current = await visit.call(EditOperations.read, **selection)
    base_outcome = await run(visit, EditOperations.read, version=base_version, **selection)
    base_documents = {} if base_outcome.reasons else base_outcome.ok.documents
    return _merged(
        typed_fields,
        read_fields(base_documents),
        read_fields(current.documents),
        current.version,
    )


def _merged(
    typed_fields: Texts, base_fields: Texts, current_fields: Texts, version: int
) -> MergedForm:
    form = {
        name: text if text != base_fields.get(name, "") else current_fields.get(name, "")
        for name, text in typed_fields.items()
    }
    changed_elsewhere = {
        name: text
        for name, text in current_fields.items()
        if text not in (base_fields.get(name, ""), form.get(name, ""))
    }
    return MergedForm(form=form, base_version=version, now=changed_elsewhere, is_overtaken=True)


async def refusal_lines(visit: Visit, refusal: Refusal) -> tuple[str, ...]:
    """Say why it was not taken; if somebody else was first, what they changed and what to do
    now."""
    if not is_conflict(refusal):
        return tuple(refusal.reasons)
    first_key, key = refusal.problems[0][0], refusal.problems[-1][0]
    lines = [text for _place, text in refusal.problems]
    if first_key == key:  # else it has another name, which the first of them tells
        differences = await changes_since(visit, key, _base_version(visit))
        lines = [visit.say(one.sentence) for one in differences] or lines
    reason = by_title(visit, refusal.reasons[0], (key, None))
    return (
        reason,
        *lines,
        visit.say(
            _(
                "Your change has not been saved yet. The form below shows your changes applied to the "
                "version now in effect. Where someone else changed a value, the current value is shown "
                "below the field."
            )
        ),
    )


def _base_version(visit: Visit) -> int:
    return number_in(visit.form.get(BASE_VERSION, "")) or 0
