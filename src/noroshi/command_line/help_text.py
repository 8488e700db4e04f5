"""Lay out the help of a command: usage, what it does, arguments, options, the commands below it.

Lines are counted in columns, so that Japanese fits as English does.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence

from noroshi.command_line.text_width import pad, paragraphs, width, wrap
from noroshi.core.translation import _

USAGE_HEAD = _("usage: ")
ARGUMENTS = _("arguments")
OPTIONS = _("options")
NAMES, NARROWEST = 30, 20
"""Columns: where the helps begin at the latest, and how narrow they may be."""
Row = tuple[str, str]
"""A name and its help."""
Section = tuple[str, Sequence[Row]]
"""A title, and what stands below it."""


def usage(language: str, program: str, parts: Iterable[str], room: int) -> str:
    """Return the usage, wrapped between its parts and never within one."""
    head = f"{USAGE_HEAD.say(language)}{program} "
    indent = width(head) if width(head) <= room // 2 else 4
    lines = [head]
    for part in parts:
        if width(lines[-1]) + width(part) > room and lines[-1].strip():
            lines.append(" " * indent)
        lines[-1] += f"{part} "
    return "\n".join(line.rstrip() for line in lines)


def sections(all_sections: Iterable[Section], room: int) -> Iterator[str]:
    """Yield each section that has rows; the helps of all begin in one column."""
    filled_sections = [(title, rows) for title, rows in all_sections if rows]
    names = [width(name) for _title, rows in filled_sections for name, _help in rows]
    start = min(max(names, default=0) + 4, NAMES)
    for title, rows in filled_sections:
        lines = (line for row in rows for line in _row(row, start, room))
        yield "\n".join([f"{title}:", *lines])


def _row(row: Row, start: int, room: int) -> Iterator[str]:
    """Yield the name and its help beside it; below it where the name is too long."""
    name, help = row
    lines = wrap(help, max(room - start, NARROWEST)) if help else [""]
    if width(name) + 4 > start:
        yield f"  {name}"
    else:
        yield f"  {pad(name, start - 2)}{lines.pop(0)}".rstrip()
    yield from (" " * start + line for line in lines)


def usage_of(action: argparse.Action) -> str:
    """Return how an option or an argument stands in the usage."""
    place = _place(action)
    if not action.option_strings:
        return place
    usage_text = f"{action.option_strings[0]} {place}".rstrip()
    return usage_text if action.required else f"[{usage_text}]"


def row_of(action: argparse.Action, program: str) -> Row:
    """Return an option or an argument with its help, filled as argparse fills it."""
    place = _place(action)
    names = [f"{flag} {place}".rstrip() for flag in action.option_strings] or [_name(action)]
    values = {"default": action.default, "prog": program}
    return ", ".join(names), (action.help or "") % values


def _place(action: argparse.Action) -> str:
    """Return what stands for the value; "" for a flag."""
    name = _name(action)
    if action.nargs == 0:
        return ""
    forms = {"?": f"[{name}]", "*": f"[{name} ...]", "+": f"{name} [{name} ...]"}
    return forms.get(str(action.nargs), name)


def _name(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper() if action.option_strings else action.dest


def descriptions(texts: Iterable[str], room: int) -> Iterator[str]:
    """Yield the paragraphs that are not empty."""
    return (paragraphs(text, room) for text in texts if text)
