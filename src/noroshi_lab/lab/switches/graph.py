"""Switches of Microsoft Graph: what an app may do there, and how fast."""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.translation import _
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches.kinds import Switch, counted, later, number

_SEND = "Mail.Send"
_READING = {"read-write": "Mail.ReadWrite", "read": "Mail.Read", "basic": "Mail.ReadBasic"}
_NONE = "none"


def _roles(board: Board, gone: set[str], come: tuple[str, ...]) -> None:
    remaining = tuple(role for role in board.app.roles if role not in gone)
    board.keep(replace(board.app, roles=remaining + come))


def _send(board: Board, value: str) -> None:
    _roles(board, {_SEND}, (_SEND,) if value == "consented" else ())


def _read(board: Board, value: str) -> None:
    come = (_READING[value],) if value in _READING else ()
    _roles(board, set(_READING.values()), come)


def _shown_read(board: Board) -> str:
    held = (name for name, role in _READING.items() if role in board.app.roles)
    return next(held, _NONE)


def _scope(board: Board, value: str) -> None:
    closed, address = board.tenant.graph_closed, board.mailbox.address
    (closed.discard if value == "open" else closed.add)(address)


def _delay(board: Board, value: str) -> None:
    board.faults.graph_delay = number(value, 0, 600)


GRAPH = (
    Switch(
        name="graph-send",
        values=("consented", "unconsented"),
        help=_("admin consent to Mail.Send for the app; unconsented: 403 ErrorAccessDenied"),
        get=lambda board: "consented" if _SEND in board.app.roles else "unconsented",
        put=_send,
    ),
    Switch(
        name="graph-read",
        values=(*_READING, _NONE),
        help=_(
            "permission of the app on the mailbox's mail: Mail.ReadWrite, Mail.Read, Mail.ReadBasic "
            "or nothing"
        ),
        get=_shown_read,
        put=_read,
    ),
    Switch(
        name="graph-mailbox",
        values=("open", "closed"),
        help=_("access of apps to this mailbox (access policy or RBAC); closed: 403"),
        get=lambda board: (
            "closed" if board.mailbox.address in board.tenant.graph_closed else "open"
        ),
        put=later("graph-mailbox", _scope),
    ),
    counted(
        "graph-connections",
        lambda board: board.limits,
        "graph_connections",
        1000,
        _("concurrent requests of one app on one mailbox; above: 429 with Retry-After"),
    ),
    counted(
        "graph-requests",
        lambda board: board.limits,
        "graph_requests",
        10_000_000,
        _("requests of one app on one mailbox in ten minutes; above: 429"),
    ),
    Switch(
        name="graph-latency",
        kind="number",
        help=_("seconds for each request to Graph"),
        get=lambda board: f"{board.faults.graph_delay:g}",
        put=_delay,
    ),
)
