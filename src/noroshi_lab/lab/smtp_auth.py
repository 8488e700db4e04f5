"""Signing in at Exchange Online's SMTP: by token, or by password while that is still taken."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

from noroshi_lab.lab.access import (
    UNSUCCESSFUL,
    Credentials,
    read_xoauth2,
    refuse_token,
    switched_off,
)
from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.directory import Directory, Mailbox, Tenant
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.propagation import Pending
from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.smtp_line import Line
from noroshi_lab.lab.tokens import Mint

BASIC_ENDS = datetime(2026, 12, 31, tzinfo=UTC)
"""From then on Basic is off unless an administrator has switched it on again."""
_LOGIN = ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6")  # base64 of "Username:" and "Password:"
MECHANISM = "504 5.7.4 Unrecognized authentication type"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Hold the open mailbox, and the mechanism of the sign-in."""

    mailbox: str
    by: str


class Gate(Protocol):
    """Decide who may sign in at an SMTP server."""

    async def admit(self, line: Line, mechanism: str, initial: str) -> Admitted | None:
        """Speak with the client until there is a decision, and return it; the caller sends the
        reply that admits somebody."""

    def left(self, who: Admitted) -> None:
        """Note that a connection has ended that somebody signed in on."""


@dataclass(slots=True, kw_only=True)
class ExchangeGate:
    """Admit as Exchange Online does; one text for all that can be wrong with a token."""

    directory: Directory
    mint: Mint
    clock: LabClock
    faults: Faults
    pending: Pending
    limits: Limits
    _open: Counter[str] = field(default_factory=Counter)  # connections for each mailbox

    async def admit(self, line: Line, mechanism: str, initial: str) -> Admitted | None:
        """Admit by AUTH XOAUTH2 in both forms, and AUTH LOGIN."""
        known = {"XOAUTH2": self._xoauth2, "LOGIN": self._login}
        if mechanism not in known:
            await line.no(MECHANISM)
            return None
        self.pending.settle(self.clock())
        found = await known[mechanism](line, initial)
        if isinstance(found, str):
            if found.startswith(("535", "550")):
                await self.clock.until(self.clock() + self.limits.tar_pit)
            await line.no(found)
            return None
        self._open[found.mailbox] += 1
        return found

    def left(self, who: Admitted) -> None:
        """Count one connection of this mailbox fewer."""
        self._open[who.mailbox] -= 1

    def _crowded(self, mailbox: str) -> bool:
        return self._open[mailbox] >= self.faults.connections

    async def _xoauth2(self, line: Line, initial: str) -> Admitted | str:
        if not initial:
            await line.say("334 ")
            initial = await line.read()
        if initial == "*":  # Exchange says 535 where RFC 4954 wants 501
            return UNSUCCESSFUL
        credentials = read_xoauth2(initial)
        if credentials is None:
            return REPLIES["5.5.124"]
        return self._by_token(credentials)

    def _by_token(self, credentials: Credentials) -> Admitted | str:
        if self.faults.refuse_auth:
            return UNSUCCESSFUL
        if self._crowded(credentials.user):
            return REPLIES["432"]
        now = self.clock()
        found = refuse_token(credentials, directory=self.directory, mint=self.mint, now=now)
        return found if isinstance(found, str) else Admitted(found.address, "XOAUTH2")

    async def _login(self, line: Line, initial: str) -> Admitted | str:
        """Ask for user and password, as Exchange does, whatever comes of it."""
        replies = [initial] if initial else []
        for challenge in _LOGIN[len(replies) :]:
            await line.say(challenge)
            replies.append(await line.read())
        user, password = decode_base64(replies[0]).lower(), decode_base64(replies[1])
        tenant = next((t for t in self.directory.tenants if t.has(user)), None)
        stage = basic_stage(tenant or self.directory.tenants[0], self.clock())
        if stage != "on":
            return REPLIES["5.7.30" if stage == "removed" else "basic-off"]
        box = tenant.mailbox(user) if tenant else None
        if tenant is None or box is None:
            return REPLIES["password"]
        refused = self._refuse_password(tenant, box, user, password)
        return refused or Admitted(box.address, "LOGIN")

    def _refuse_password(
        self, tenant: Tenant, box: Mailbox, user: str, password: str
    ) -> str | None:
        if tenant.security_defaults:
            return REPLIES["security-defaults"]
        if off := switched_off(tenant, box):
            return off
        if tenant.blocking:
            return REPLIES["criteria"]
        person = tenant.users.get(user)
        right = person is not None and hmac.compare_digest(
            person.password.encode(), password.encode()
        )
        if person is None or person.disabled or not right:
            return REPLIES["password"]
        return REPLIES["432"] if self._crowded(box.address) else None


def basic_stage(tenant: Tenant, now: datetime) -> Literal["on", "off", "removed"]:
    """Return whether passwords are taken: as it was set, else by Microsoft's calendar."""
    if tenant.basic != "by-date":
        return tenant.basic
    return "on" if now < BASIC_ENDS else "off"


def decode_base64(text: str) -> str:
    """Return the text that stands in Base64; "" if it is none."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
