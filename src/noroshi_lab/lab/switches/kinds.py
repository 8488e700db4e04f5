"""Define what a switch is, and the kinds of values that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from noroshi.core.translation import COMMA, Message, _, joined, pgettext, plain
from noroshi_lab.lab.clock import read_moment, read_span, write_span
from noroshi_lab.lab.state import Board

Kind = Literal["", "number", "span", "moment"]
_KINDS = {
    "number": pgettext("number", "a number"),
    "span": _("a duration (90d, 2h30m, 45s)"),
    "moment": _("a date (2026-12-31, 2026-12-31T09:00+09:00) or a duration from now (+90d)"),
}
_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Hold one switch: the words that it takes, and the kind of value that it takes beside
    them.

    A `momentary` switch does something once and always shows the first word.
    """

    name: str
    help: Message
    get: Callable[[Board], str]
    put: Callable[[Board, str], None]
    values: tuple[str, ...] = ()
    kind: Kind = ""
    momentary: bool = False

    def takes(self, value: str) -> bool:
        """Return whether the switch takes a value."""
        if value in self.values:
            return True
        if self.kind == "number":
            return value.replace(".", "", 1).isdecimal() and value.isascii()
        if self.kind == "span":
            return read_span(value) is not None
        return self.kind == "moment" and read_moment(value, _SOME_TIME) is not None

    @property
    def known(self) -> Message:
        """Return what it takes, in words."""
        parts = [plain(value) for value in self.values]
        parts += [_KINDS[self.kind]] if self.kind else []
        return joined(parts, COMMA)


def flag(
    name: str, yes: str, no: str, of: Callable[[Board], Any], field: str, help: Message
) -> Switch:
    """Return a switch with two words for a field that is true or false; `of` gives what has the
    field."""

    def put(board: Board, value: str) -> None:
        setattr(of(board), field, value == yes)

    return Switch(
        name=name,
        values=(yes, no),
        help=help,
        get=lambda board: yes if getattr(of(board), field) else no,
        put=put,
    )


def later(name: str, change: Callable[[Board, str], None]) -> Callable[[Board, str], None]:
    """Return a change that Exchange notices only after a while."""

    def put(board: Board, value: str) -> None:
        board.pending.ask(name, value, board.clock(), lambda: change(board, value))

    return put


def counted(
    name: str, of: Callable[[Board], Any], field: str, most: int, help: Message
) -> Switch:
    """Return a switch for a whole number; `of` gives what has the field."""

    def put(board: Board, value: str) -> None:
        setattr(of(board), field, int(number(value, 0, most)))

    return Switch(
        name=name,
        kind="number",
        help=help,
        get=lambda board: str(getattr(of(board), field)),
        put=put,
    )


def spanned(name: str, of: Callable[[Board], Any], field: str, help: Message) -> Switch:
    """Return a switch for a span of time."""

    def put(board: Board, value: str) -> None:
        setattr(of(board), field, max(read_span(value) or timedelta(), timedelta()))

    return Switch(
        name=name,
        kind="span",
        help=help,
        get=lambda board: write_span(getattr(of(board), field)),
        put=put,
    )


def number(value: str, least: float, most: float) -> float:
    """Return a number within bounds."""
    return min(max(float(value), least), most)
