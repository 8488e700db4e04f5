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
        help=_("time of the whole lab; +90d: moved forward; real: reset"),
        get=lambda board: f"{board.clock():%Y-%m-%dT%H:%M:%SZ}",
        put=_clock,
    ),
    Switch(
        name="skew",
        kind="span",
        help=_(
            "offset of the lab's clock from yours (+: ahead, -: behind); beyond a few minutes, "
            "certificates get AADSTS700024"
        ),
        get=lambda board: write_span(board.clock.skew),
        put=_skew,
    ),
)
