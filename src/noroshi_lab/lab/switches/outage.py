"""Switches that put a whole server out of order, and those for the certificates that they show."""

from __future__ import annotations

from noroshi.core.translation import Message, _
from noroshi_lab.lab.certificates import SHOWN
from noroshi_lab.lab.ports import STATES
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches.kinds import Switch

_MICROSOFT = {
    "entra": _("the sign-in server"),
    "smtp": _("the mail server (SMTP)"),
    "graph": _("Microsoft Graph"),
}
_NAMES = _MICROSOFT | {
    "elsewhere": _("the other provider's sign-in"),
    "elsewhere-smtp": _("the other provider's SMTP"),
}
_STATE = _("{what}: refuses connections, is silent, or is busy (503; SMTP: 421)")
_ALL = _("all Microsoft servers at once")
_MIXED = "mixed"
_SHOWS = _("certificate of {what}, for new connections")


def _put(board: Board, name: str, value: str) -> None:
    state = next(each for each in STATES if each == value)
    board.doors[name].put(state)
    if name.endswith("smtp"):
        faults = board.faults_of(name)
        faults.silent, faults.busy = state == "silent", state == "busy"


def _state(name: str, what: Message) -> Switch:
    return Switch(
        name=name,
        values=STATES,
        help=_STATE.fill(what=what),
        get=lambda board: board.doors[name].state,
        put=lambda board, value: _put(board, name, value),
    )


def _put_all(board: Board, value: str) -> None:
    for name in _MICROSOFT:
        _put(board, name, value)


def _all(board: Board) -> str:
    states = {board.doors[name].state for name in _MICROSOFT}
    return states.pop() if len(states) == 1 else _MIXED


def _certificate(name: str, what: Message) -> Switch:
    def put(board: Board, value: str) -> None:
        shown = next(each for each in SHOWN if each == value)
        board.faults_of(name).certificates[name] = shown

    return Switch(
        name=f"{name}-certificate",
        values=SHOWN,
        help=_SHOWS.fill(what=what),
        get=lambda board: board.faults_of(name).certificates.get(name, "good"),
        put=put,
    )


OUTAGE = (
    *(_state(name, what) for name, what in _NAMES.items()),
    Switch(
        name="microsoft", values=STATES, help=_STATE.fill(what=_ALL), get=_all, put=_put_all
    ),
    *(_certificate(name, what) for name, what in _NAMES.items()),
)
