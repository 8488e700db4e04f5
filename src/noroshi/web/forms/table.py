"""Draw a table in a form: columns, cells, and the names of settings and their choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from noroshi.core.translation import Message
from noroshi.web.forms.field_values import Form, entries_of, split
from noroshi.web.forms.schema import Column, Shape
from noroshi.web.view.setting_names import choice_name, setting_name

Say = Callable[[Message], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Hold one choice; `name` is its box's, where several can be chosen."""

    value: str
    label: str
    name: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Hold one cell of a table: its text, or its boxes."""

    name: str
    value: str
    label: str
    boxes: tuple[Choice, ...] = ()


def label(name: str, kind: str, say: Say) -> str:
    """Return the name of a setting for people; its own name if it has none."""
    title = setting_name(name, kind)
    return say(title) if title else name


def choice(value: str, name: str, say: Say) -> str:
    """Return the name of a choice for people."""
    title = choice_name(value, name)
    return say(title) if title else value


def columns_of(shape: Shape, say: Say) -> tuple[tuple[str, str], ...]:
    """Return label and help of each column of a table."""
    return tuple((label(one.name, shape.name, say), say(one.help)) for one in shape.columns)


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
        label=label(column.name, shape.name, say),
        boxes=tuple(
            Choice(
                value=one,
                label=choice(one, column.name, say),
                name=f"{name}.{one}",
                chosen=one in chosen_texts,
            )
            for one in boxes
        ),
    )
