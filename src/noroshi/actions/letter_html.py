"""A page as HTML for mail programs: tables and inline styles, for Outlook's engine is Word's.

The template is `templates/mail.html`: no picture, no script, nothing from another host, and
everything that was handed in is escaped. A mail stays below what Gmail shows of one: long texts and
long lists are cut, and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from noroshi.actions.letter import Page, Part, Row, shorten
from noroshi.core.translation import known_language
from noroshi.imports import ONE_AT_A_TIME

MOST_BYTES = 100 * 1024
"""Gmail clips a mail's HTML at 102 KiB."""
MOST_AROUND = 36 * 1024
MOST_PARTS = 60 * 1024
LAST_LINE = 1024
LONGEST_CUT = 100
PARTS_HERE = "<!-- parts -->"
NOTE_HERE = "<!-- note -->"
MOST_LINES = 8
MOST_LISTED = 51
"""A notice lists fifty, and says in one more line how many it left out."""


class Macros(Protocol):
    """The macros of `templates/mail.html`, in one language: each returns rows of HTML."""

    def document(self, page: Page, most: int) -> str:
        """Return all but the parts, which take the room that is left; of what is listed at most
        so many lines."""

    def part(self, part: Part) -> str: ...

    def more(self, count: int) -> str: ...

    def note(self, sentence: str) -> str: ...


def as_html(page: Page) -> str:
    """Return the page as one HTML document of at most MOST_BYTES bytes in UTF-8."""
    macros = _macros(page.language)
    frame = str(macros.document(page, MOST_LISTED))
    if len(frame.encode()) > MOST_AROUND:
        frame = str(macros.document(page, MOST_LINES))
    if len(frame.encode()) > MOST_AROUND:
        page = _shorter(page)
        frame = str(macros.document(page, MOST_LINES))
    room = min(MOST_BYTES - len(frame.encode()), MOST_PARTS) - LAST_LINE
    return frame.replace(PARTS_HERE, "\n".join(_parts(page, room, macros)), 1)


def with_note(html: str, note: str) -> str:
    """Return the same mail with one more sentence at its head, such as that a template
    failed."""
    sentence = _rows(_macros("").note(note))
    return html.replace(NOTE_HERE, f"{NOTE_HERE}\n{sentence}", 1)


def _macros(language: str) -> Macros:
    """Return the macros of the template, all in that language."""
    with ONE_AT_A_TIME:
        from noroshi.actions.letter_template import MACROS
    macros: Macros = MACROS[known_language(language)]
    return macros


def _rows(html: str) -> str:
    """Return rows of the template as text, the last of them without its line end."""
    return str(html).removesuffix("\n")


def _shorter(page: Page) -> Page:
    """Names and sentences as long as a book are cut to a line each."""
    return replace(
        page,
        path=tuple(shorten(one, LONGEST_CUT) for one in page.path),
        headline=shorten(page.headline, LONGEST_CUT),
        lead=tuple(shorten(one, LONGEST_CUT) for one in page.lead),
        rows=tuple(Row(shorten(r.label, 40), shorten(r.value, LONGEST_CUT)) for r in page.rows),
        closing_rows=tuple(
            Row(shorten(r.label, 40), shorten(r.value, LONGEST_CUT)) for r in page.closing_rows
        ),
        footer=tuple(shorten(one, LONGEST_CUT) for one in page.footer),
    )


def _parts(page: Page, room: int, macros: Macros) -> Iterator[str]:
    """Yield as many parts as there is room for, in bytes; the last line says how many are not
    shown."""
    rows_left = sum(map(_count, page.parts))
    for part in page.parts:
        html = _rows(macros.part(part))
        bytes_left = room - len(html.encode()) - 1
        if bytes_left < 0 and (fitting_part := _fitting(part, room, macros)):
            yield _rows(macros.part(fitting_part))
            rows_left -= _count(fitting_part)
        if bytes_left < 0:
            yield _rows(macros.more(rows_left))
            return
        room, rows_left = bytes_left, rows_left - _count(part)
        yield html


def _count(part: Part) -> int:
    """Return how many things a part names."""
    return len(part.entries) or 1


def _fitting(part: Part, room: int, macros: Macros) -> Part | None:
    """Shorten the list of a part to what there is room for; None: there is none for even one
    line."""
    count = len(part.entries)
    while count:
        count //= 2
        shorter_part = replace(part, entries=part.entries[:count])
        if count and len(_rows(macros.part(shorter_part)).encode()) < room:
            return shorter_part
    return None
