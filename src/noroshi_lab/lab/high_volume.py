"""Simulate High Volume Email: a separate server beside Exchange Online's, for mail within the
organisation alone.

The accounts are no mailboxes: they have no Sent Items and no limits of a mailbox. Codes
5.2.240, 5.6.241 and 5.7.62 are known from practice; no page of Microsoft's names the code for
an external recipient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from noroshi_lab.lab.access import UNSUCCESSFUL, holds, read_xoauth2
from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.dialects import EXCHANGE
from noroshi_lab.lab.directory import Directory, Tenant
from noroshi_lab.lab.mail_acceptance import Handed
from noroshi_lab.lab.mailbox import Mailboxes
from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.smtp_auth import MECHANISM, Admitted
from noroshi_lab.lab.smtp_line import Line
from noroshi_lab.lab.submission import senders
from noroshi_lab.lab.tokens import Mint

LEFT_AT_LEAST = timedelta(minutes=10)
PERMISSION = "Mail.Send"
"""Of Office 365 Exchange Online, as an application."""
SIZE, RECIPIENTS = 10 * 1024 * 1024, 50
HIGH_VOLUME = replace(
    EXCHANGE,
    host="LAB1PR01CA0002.hve.lab.example",
    after_tls=EXCHANGE.after_tls.replace("AUTH_LOGIN_XOAUTH2", "AUTH_XOAUTH2"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HighVolumeGate:
    """Admit an app that the account allows (Add-HVEAppAccess), by a token that lasts long
    enough."""

    directory: Directory
    mint: Mint
    clock: LabClock

    async def admit(self, line: Line, mechanism: str, initial: str) -> Admitted | None:
        """Admit by AUTH XOAUTH2 in both forms."""
        if mechanism != "XOAUTH2":
            await line.no(MECHANISM)
            return None
        if not initial:
            await line.say("334 ")
            initial = await line.read()
        found = self._by_token(initial)
        if isinstance(found, Admitted):
            return found
        await line.no(found)
        return None

    def left(self, who: Admitted) -> None:
        """Count no connections."""

    def _by_token(self, initial: str) -> Admitted | str:
        given = read_xoauth2(initial)
        if given is None:
            return REPLIES["5.5.124"]
        claims, now = self.mint.read(given.token), self.clock()
        if claims is None or not holds(claims, now):
            return UNSUCCESSFUL
        if claims["exp"] - now.timestamp() < LEFT_AT_LEAST.total_seconds():
            return REPLIES["5.5.127"]
        tenant = self.directory.tenant(str(claims.get("tid", "")))
        if tenant is None or PERMISSION not in claims.get("roles", ()):
            return UNSUCCESSFUL
        return _admitted(tenant, given.user, str(claims.get("appid")))


def _admitted(tenant: Tenant, user: str, app: str) -> Admitted | str:
    if user not in tenant.high_volume:
        return REPLIES["5.2.240"]
    allowed = app in tenant.high_volume[user]
    return Admitted(user, "XOAUTH2") if allowed else UNSUCCESSFUL


@dataclass(frozen=True, slots=True, kw_only=True)
class HighVolumePost:
    """Accept mails to recipients of the organisation, from the account itself."""

    directory: Directory
    mailboxes: Mailboxes

    @property
    def size(self) -> int:
        return SIZE

    def refuse_recipient(
        self, who: Admitted | None, recipient: str, before: Sequence[str]
    ) -> str | None:
        """Refuse recipients outside, and more than one mail may have."""
        if len(before) >= RECIPIENTS:
            return REPLIES["4.5.3"]
        tenant = self._tenant(who)
        return None if tenant is not None and tenant.has(recipient) else REPLIES["5.7.1"]

    async def take(self, who: Admitted, mail: Handed) -> str | None:
        """Keep a mail, or return the reply that refuses it. Envelope and header must name the
        account as the only sender."""
        if mail.sender.lower() != who.mailbox:
            return REPLIES["5.7.62"]
        if [each.lower() for each in senders(mail.content)] != [who.mailbox]:
            return REPLIES["5.6.241"]
        await self.mailboxes.keep(
            sender=mail.sender,
            recipients=list(mail.recipients),
            received=mail.received,
            queue_id=mail.queue_id,
            content=mail.content,
        )
        return None

    def _tenant(self, who: Admitted | None) -> Tenant | None:
        of_user = who.mailbox if who else ""
        return next((t for t in self.directory.tenants if of_user in t.high_volume), None)
