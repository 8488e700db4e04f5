"""The lab's remote control: all of a running lab that can be looked at and changed.

Only who can read lab.json knows the token; a page in a browser cannot send it. docs/use/lab.md lists
the calls, and `remote` makes them.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import aiohttp
from aiohttp import web
from cryptography import x509

from noroshi.core.translation import Message, _, list_names, plain
from noroshi_lab.lab.certificates import make_client_certificate, read_certificate, thumbprint
from noroshi_lab.lab.clock import read_moment
from noroshi_lab.lab.directory import ClientSecret, new_secret
from noroshi_lab.lab.faults import PLACES, Faults, read_fault
from noroshi_lab.lab.mailbox import FOLDERS
from noroshi_lab.lab.person import SmtpAuthError, enter_code, sign_in
from noroshi_lab.lab.propagation import Change
from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.responses import as_json
from noroshi_lab.lab.state import Board
from noroshi_lab.lab.switches import GROUPS, SWITCHES, find
from noroshi_lab.lab.switches.kinds import Switch

_NO_SWITCH = _("There is no switch “{name}”. Available: {known}.")
_NO_VALUE = _("{name} cannot be {value}; allowed: {known}.")
_NO_FAULT = _(
    "There is no such fault. Places: {places}. At SMTP places: a whole reply, {short}, drop, "
    "silent or wait:SECONDS, and at END also keep-then-drop and ok-then-drop; --to is for "
    "RCPT. At the others: an HTTP status, an AADSTS number, an OAuth error, a Graph error "
    "code, html, html-200, truncated, drop, silent or wait:SECONDS."
)
_NO_MOMENT = _("“{given}” is not a date, nor a duration such as +180d.")
_NOTHING_NEW = _("Only secret and certificate can be created.")
_NO_CERTIFICATE = _("This is not a certificate (.cer: PEM or DER).")
_SIDES = ("microsoft", "elsewhere")
_Handler = Callable[[Mapping[str, Any]], Awaitable[web.Response]]


class Control:
    """Serve the addresses under /lab."""

    def __init__(self, board: Board, token: str, ca_file: str) -> None:
        self._board, self._token, self._ca_file = board, token, ca_file
        self._begun = {each.name: each.get(board) for each in SWITCHES if not each.momentary}

    @property
    def calls(self) -> Mapping[tuple[str, str], _Handler]:
        """Return the handlers by method and address; a GET has the arguments in the query."""
        asks = {"state": self._whole_state, "mails": self._mails, "events": self._events}
        does = {
            "set": self._set,
            "fault": self._fault,
            "clear": self._clear,
            "reset": self._reset,
            "new": self._new,
            "upload": self._upload,
            "sign-in": self._sign_in,
            "empty": self._empty,
        }
        gets = {("GET", f"/lab/{name}"): ask for name, ask in asks.items()}
        return gets | {("POST", f"/lab/{name}"): do for name, do in does.items()}

    def routes(self, app: web.Application) -> None:
        """Add the addresses to the application."""
        for (method, path), call in self.calls.items():
            app.router.add_route(method, path, self._guarded(call))

    def _guarded(self, then: _Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(token.encode(), self._token.encode()):
                return as_json({"error": "forbidden"}, 403)
            try:
                arguments = (
                    await request.json() if request.can_read_body else dict(request.query)
                )
            except ValueError:
                arguments = None
            if not isinstance(arguments, dict):
                return as_json({"error": "not JSON"}, 400)
            return await then(arguments)

        return handler

    # To look

    async def _whole_state(self, arguments: Mapping[str, Any]) -> web.Response:
        """Return the whole state: time, switches, pending changes, and scripted faults."""
        board, now = self._board, self._board.clock()
        board.pending.settle(now)
        return as_json(
            {
                "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
                "switches": [
                    _switch(each, board) | {"group": title.both()}
                    for title, switches in GROUPS
                    for each in switches
                ],
                "pending": [_change(each) for each in board.pending.waiting],
                "faults": [
                    asdict(fault) | {"side": side}
                    for side in _SIDES
                    for fault in self._faults(side).scripted
                ],
            }
        )

    async def _mails(self, arguments: Mapping[str, Any]) -> web.Response:
        wanted, after = str(arguments.get("folder", "inbox")), _count(arguments.get("after"))
        folder = next((each for each in FOLDERS if each == wanted), FOLDERS[0])
        box = str(arguments.get("box", "")) or None
        found = await asyncio.to_thread(self._board.submission.mailboxes.mails, box, folder)
        return as_json({"mails": [each.as_json() for each in found if each.number > after]})

    async def _events(self, arguments: Mapping[str, Any]) -> web.Response:
        found = self._board.journal.after(_count(arguments.get("after")))
        return as_json({"events": [asdict(each) for each in found]})

    # To change

    async def _set(self, arguments: Mapping[str, Any]) -> web.Response:
        name, value = str(arguments.get("name")), str(arguments.get("value"))
        switch = find(name)
        if switch is None:
            known = list_names(each.name for each in SWITCHES)
            return _refused(_NO_SWITCH.fill(name=name, known=known))
        if not switch.takes(value):
            return _refused(_NO_VALUE.fill(name=name, value=value, known=switch.known))
        switch.put(self._board, value)
        self._board.journal.note("lab", "set", value, name)
        return await self._whole_state({})

    async def _fault(self, arguments: Mapping[str, Any]) -> web.Response:
        left = arguments.get("left", 1)
        fault = None
        if left is None or isinstance(left, int):
            at, does, to = (str(arguments.get(name, "")) for name in ("at", "does", "to"))
            fault = read_fault(at, does, to=to, left=left)
        if fault is None:
            words = _NO_FAULT.fill(places=list_names(PLACES), short=list_names(REPLIES))
            return _refused(words)
        self._faults(str(arguments.get("side", ""))).scripted.append(fault)
        return await self._whole_state({})

    def _faults(self, side: str) -> Faults:
        return self._board.elsewhere.faults if side == _SIDES[1] else self._board.faults

    async def _clear(self, arguments: Mapping[str, Any]) -> web.Response:
        for side in _SIDES:
            self._faults(side).scripted.clear()
        return await self._whole_state({})

    async def _reset(self, arguments: Mapping[str, Any]) -> web.Response:
        """Put all back as it was at the start, but for what was sent and signed in."""
        board = self._board
        board.pending.forget()
        for switch in SWITCHES:
            begun = self._begun.get(switch.name, switch.get(board))
            if switch.name == "clock":
                switch.put(board, "real")
            elif begun != switch.get(board) and switch.takes(begun):
                switch.put(board, begun)
        return await self._clear({})

    async def _new(self, arguments: Mapping[str, Any]) -> web.Response:
        """Make a further secret or certificate of the app, beside the others or instead of
        them."""
        board, moment = self._board, str(arguments.get("ends", ""))
        ends = read_moment(moment, board.clock()) if moment else None
        if moment and ends is None:
            return _refused(_NO_MOMENT.fill(given=moment))
        making = {"secret": self._new_secret, "certificate": self._new_certificate}
        what = str(arguments.get("what"))
        if what not in making:
            return _refused(_NOTHING_NEW)
        value = making[what](ends, alone=bool(arguments.get("alone")))
        return as_json({"value": value, "ends": ends.isoformat() if ends else None})

    def _new_secret(self, ends: datetime | None, *, alone: bool) -> str:
        board, made = self._board, ClientSecret(new_secret(), ends)
        others = board.app.secrets
        if alone:
            others = tuple(replace(each, ends=board.clock()) for each in others)
        board.keep(replace(board.app, secrets=(*others, made)))
        return made.value

    def _new_certificate(self, ends: datetime | None, *, alone: bool) -> str:
        """Make a certificate; return it with the private key as one PEM."""
        made, both = make_client_certificate("Noroshi", ends)
        self._register(made, alone=alone)
        return both.decode()

    async def _upload(self, arguments: Mapping[str, Any]) -> web.Response:
        """Register a certificate that was made elsewhere with the app."""
        try:
            certificate = read_certificate(str(arguments.get("certificate", "")).encode())
        except ValueError:
            return _refused(_NO_CERTIFICATE)
        self._register(certificate, alone=bool(arguments.get("alone")))
        ends = certificate.not_valid_after_utc.isoformat()
        return as_json({"thumbprint": thumbprint(certificate), "ends": ends})

    def _register(self, certificate: x509.Certificate, *, alone: bool) -> None:
        app = self._board.app
        others = () if alone else tuple(one for one in app.certificates if one != certificate)
        self._board.keep(replace(app, certificates=(*others, certificate)))

    async def _sign_in(self, arguments: Mapping[str, Any]) -> web.Response:
        """Sign in as a person at a browser would; a refusal has the words of the page."""
        url, code = str(arguments.get("url", "")), str(arguments.get("code", ""))
        user, password = self._person(url, admin=bool(arguments.get("admin")))
        try:
            if code:
                goes_to = await enter_code(url, code, user, password, self._ca_file)
            else:
                for_all = bool(arguments.get("admin"))
                goes_to = await sign_in(url, user, password, self._ca_file, for_all=for_all)
        except (SmtpAuthError, aiohttp.ClientError, OSError, ValueError) as refused:
            return _refused(plain(str(refused)))
        return as_json({"goes_to": goes_to})

    def _person(self, url: str, *, admin: bool) -> tuple[str, str]:
        """Return name and password of the person who signs in: at the other provider's page the
        user of that."""
        board = self._board
        other = board.elsewhere.card
        if url.startswith(other.issuer):
            return other.user, other.password
        people = board.tenant.users.values()
        found = next((each for each in people if each.admin and admin), board.user)
        return found.upn, found.password

    async def _empty(self, arguments: Mapping[str, Any]) -> web.Response:
        box = str(arguments.get("mailbox", ""))
        return as_json({"deleted": self._board.submission.mailboxes.empty(box)})


def _switch(switch: Switch, board: Board) -> dict[str, object]:
    return {
        "name": switch.name,
        "value": switch.get(board),
        "values": switch.values,
        "momentary": switch.momentary,
        "takes": switch.known.both(),
        "help": switch.help.both(),
    }


def _change(change: Change) -> dict[str, object]:
    at = f"{change.at:%Y-%m-%dT%H:%M:%SZ}"
    return {"name": change.name, "value": change.value, "at": at}


def _count(value: object) -> int:
    return int(str(value)) if str(value).isdecimal() else 0


def _refused(words: Message) -> web.Response:
    return as_json({"error": words.both()}, 400)
