"""Draw a table in a form: columns and cells. Name settings and choices, in help texts too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from noroshi.core.definitions.validation_errors import QUOTED
from noroshi.core.translation import Message, _
from noroshi.web.forms.field_values import Form, entries_of, split
from noroshi.web.forms.schema import NO, YES, Column, Shape
from noroshi.web.view.setting_names import choice_name, setting_name

Say = Callable[[Message], str]
CODE = re.compile("`([^`]+)`")
"""Code in a help text: names and values as a definition file has them."""
ASSIGNMENT = re.compile(r"(\w+) = \"?(\w+)\"?")
SET_TO = _("“{setting}” set to “{choice}”")
BESIDE_BRACKET = re.compile("(?<=\u300d) | (?=\u300c)")
"""A blank beside a quotation in Japanese, which has none there."""
OF_FILE: Mapping[str, str] = {"true": YES, "false": NO}
"""The values of a file that a form has other words for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Hold one choice; `name` is that of the box, where several can be chosen."""

    value: str
    label: str
    name: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Hold one cell of a table: the text, or the boxes."""

    name: str
    value: str
    label: str
    boxes: tuple[Choice, ...] = ()


def label(name: str, kind: str, say: Say, own_label: Message | None = None) -> str:
    """Return the display name of a setting: the label that it declares itself, else the one that
    all settings of this name have; the key if there is none."""
    title = own_label or setting_name(name, kind)
    return say(title) if title else name


def choice(value: str, name: str, say: Say) -> str:
    """Return the name of a choice for people."""
    title = choice_name(value, name)
    return say(title) if title else value


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpNames:
    """Hold what a help text may name: the setting with its choices, and the readings of the
    kind of monitor."""

    kind: str = ""
    setting: str = ""
    choices: tuple[str, ...] = ()
    readings: Mapping[str, Message] = field(default_factory=dict)


def help_of(text: Message, names: HelpNames, say: Say) -> str:
    """Return a help text of the reference as a form has it: `auto` is the label of that choice
    there, and `when = "nth"` label and choice; what the form has no name for stays."""

    def labelled(match: re.Match[str]) -> str:
        if parts := ASSIGNMENT.fullmatch(match[1]):
            return _assignment_in_form(parts[1], parts[2], names.kind, say) or match[0]
        name = _name_in_form(match[1], names, say)
        return say(QUOTED.fill(text=name)) if name else match[0]

    return BESIDE_BRACKET.sub("", CODE.sub(labelled, say(text)))


def _assignment_in_form(setting: str, value: str, kind: str, say: Say) -> str:
    title = setting_name(setting, kind)
    choice_title = choice_name(OF_FILE.get(value, value), setting)
    if title is None or choice_title is None:
        return ""
    return say(SET_TO.fill(setting=title, choice=choice_title))


def _name_in_form(code: str, names: HelpNames, say: Say) -> str:
    if code in names.choices:
        return choice(code, names.setting, say)
    title = names.readings.get(code) or setting_name(code, names.kind)
    return say(title) if title else ""


def columns_of(shape: Shape, say: Say) -> tuple[tuple[str, str], ...]:
    """Return label and help of each column of a table."""
    return tuple(
        (
            label(one.name, shape.name, say, one.label),
            help_of(one.help, HelpNames(kind=shape.name, setting=one.name), say),
        )
        for one in shape.columns
    )


def cells_of(shape: Shape, name: str, form: Form, say: Say) -> tuple[tuple[Cell, ...], ...]:
    """Return the entries of a table, one more than are filled."""
    if shape.sort != "table":
        return ()
    entries = [*entries_of(shape, name, form), {one.name: "" for one in shape.columns}]
    return tuple(
        tuple(
            _cell(shape, one, f"{name}.{n}.{one.name}", entry[one.name], say)
            for one in shape.columns
        )
        for n, entry in enumerate(entries, 1)
    )


def _cell(shape: Shape, column: Column, name: str, text: str, say: Say) -> Cell:
    chosen_texts = split(text)
    boxes = dict.fromkeys((*column.choices, *chosen_texts)) if column.choices else ()
    return Cell(
        name=name,
        value=text,
        label=label(column.name, shape.name, say, column.label),
        boxes=tuple(
            Choice(
                value=one,
                label=choice(one, column.name, say),
                name=f"{name}.{one}",
                is_chosen=one in chosen_texts,
            )
            for one in boxes
        ),
    )
