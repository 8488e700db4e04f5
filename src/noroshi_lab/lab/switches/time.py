"""The lab's clock."""

from __future__ import annotations

from datetime import timedelta

from noroshi.core.translation import _
from noroshi_lab.lab.clock import read_moment, read_span, write_span
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches.kinds import Switch

_REAL = "real"


def _clock(board: Board, value: str) -> None:
    if value == _REAL:
        board.clock.moved = timedelta()
        return
    span, moment = read_span(value), read_moment(value, board.clock())
    if span is not None:
        board.clock.move(span)
    elif moment is not None:
        board.clock.set(moment)


def _skew(board: Board, value: str) -> None:
    board.clock.skew = read_span(value) or timedelta()


TIME = (
    Switch(
        name="clock",
        values=(_REAL,),
        kind="moment",
        help=_(
            "the time by which everything in the lab goes; +90d moves it on, real puts it back"
        ),
        get=lambda board: f"{board.clock():%Y-%m-%dT%H:%M:%SZ}",
        put=_clock,
    ),
    Switch(
        name="skew",
        kind="span",
        help=_(
            "by how much the lab's clock is ahead of yours (-: behind); from some minutes on "
            "AADSTS700024 for certificates"
        ),
        get=lambda board: write_span(board.clock.skew),
        put=_skew,
    ),
)
