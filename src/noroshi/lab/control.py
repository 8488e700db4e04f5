"""The lab's remote control: switches and faults of a running lab, for `noroshi lab set` and others.

Only who can read lab.json knows the token; a page in a browser cannot send it.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from noroshi.core.words import Words
from noroshi.lab.answering import as_json
from noroshi.lab.board import Board
from noroshi.lab.faults import PLACES, Faults, read_fault
from noroshi.lab.pending import Change
from noroshi.lab.replies import REPLIES
from noroshi.lab.switches import SWITCHES, find
from noroshi.lab.switches.kinds import Switch

_NO_SWITCH = Words(
    en="There is no switch {name}. There are: {known}.",
    ja="{name} というスイッチはありません。あるもの: {known}",
)
_NO_VALUE = Words(
    en="{name} cannot be {value}; it takes: {known}.",
    ja="{name} を {value} にはできません。使える値: {known}",
)
_NO_FAULT = Words(
    en="There is no such fault. Places: {places}. What it does: a whole SMTP answer, or "
    "{short}, drop, silent, wait:SECONDS; at END also keep-then-drop, ok-then-drop; at TOKEN, "
    "METADATA and DEVICE an AADSTS number, an HTTP status, html, html-200, truncated, drop, silent "
    "or wait:SECONDS. --to is for RCPT.",
    ja="そのような障害は起こせません。場所: {places}。内容: SMTP の応答全体、または {short}、drop、silent、"
    "wait:秒数。END では keep-then-drop と ok-then-drop も、TOKEN・METADATA・DEVICE では AADSTS の番号、"
    "HTTP のステータス、html、html-200、truncated、drop、silent、wait:秒数。--to は RCPT 用です。",
)
_SIDES = ("microsoft", "elsewhere")
_Handler = Callable[[Any], Awaitable[web.Response]]


class Control:
    """The addresses under /lab."""

    def __init__(self, board: Board, token: str) -> None:
        self._board, self._token = board, token
        self._begun = {each.name: each.get(board) for each in SWITCHES if not each.momentary}

    def routes(self, app: web.Application) -> None:
        """Adds the addresses to the application."""
        app.router.add_get("/lab/state", self._guarded(self._told))
        app.router.add_post("/lab/set", self._guarded(self._set))
        app.router.add_post("/lab/fault", self._guarded(self._fault))
        app.router.add_post("/lab/clear", self._guarded(self._clear))
        app.router.add_post("/lab/reset", self._guarded(self._reset))

    def _guarded(self, then: _Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                return as_json({"error": "forbidden"}, 403)
            try:
                asked = await request.json() if request.can_read_body else {}
            except ValueError:
                asked = None
            if not isinstance(asked, dict):
                return as_json({"error": "not JSON"}, 400)
            return await then(asked)

        return handler

    async def _told(self, asked: Mapping[str, Any]) -> web.Response:
        """The whole state: time, switches, what is on its way, and scripted faults."""
        board, now = self._board, self._board.clock()
        board.pending.settle(now)
        return as_json(
            {
                "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
                "switches": [_switch(switch, board) for switch in SWITCHES],
                "pending": [_change(each) for each in board.pending.waiting],
                "faults": [
                    asdict(fault) | {"side": side}
                    for side in _SIDES
                    for fault in self._faults(side).scripted
                ],
            }
        )

    def _faults(self, side: str) -> Faults:
        return self._board.elsewhere.faults if side == _SIDES[1] else self._board.faults

    async def _set(self, asked: Mapping[str, Any]) -> web.Response:
        name, value = str(asked.get("name")), str(asked.get("value"))
        switch = find(name)
        if switch is None:
            known = ", ".join(each.name for each in SWITCHES)
            return _refused(_NO_SWITCH.fill(name=name, known=known))
        if not switch.takes(value):
            return _refused(_NO_VALUE.fill(name=name, value=value, known=switch.known))
        switch.put(self._board, value)
        return await self._told({})

    async def _fault(self, asked: Mapping[str, Any]) -> web.Response:
        left = asked.get("left", 1)
        fault = None
        if left is None or isinstance(left, int):
            at, does, to = (str(asked.get(name, "")) for name in ("at", "does", "to"))
            fault = read_fault(at, does, to=to, left=left)
        if fault is None:
            words = _NO_FAULT.fill(places=", ".join(PLACES), short=", ".join(REPLIES))
            return _refused(words)
        self._faults(str(asked.get("side", ""))).scripted.append(fault)
        return await self._told({})

    async def _clear(self, asked: Mapping[str, Any]) -> web.Response:
        for side in _SIDES:
            self._faults(side).scripted.clear()
        return await self._told({})

    async def _reset(self, asked: Mapping[str, Any]) -> web.Response:
        """All as it was at the start, but for what was sent and signed in."""
        board = self._board
        board.pending.forget()
        for side in _SIDES:
            self._faults(side).scripted.clear()
        for switch in SWITCHES:
            begun = self._begun.get(switch.name, switch.get(board))
            if switch.name == "clock":
                switch.put(board, "real")
            elif begun != switch.get(board) and switch.takes(begun):
                switch.put(board, begun)
        return await self._told({})


def _switch(switch: Switch, board: Board) -> dict[str, object]:
    return {
        "name": switch.name,
        "value": switch.get(board),
        "values": switch.values,
        "takes": asdict(switch.known),
        "help": asdict(switch.help),
    }


def _change(change: Change) -> dict[str, object]:
    at = f"{change.at:%Y-%m-%dT%H:%M:%SZ}"
    return {"name": change.name, "value": change.value, "at": at}


def _refused(words: Words) -> web.Response:
    return as_json({"error": asdict(words)}, 400)
