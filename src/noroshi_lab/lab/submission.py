"""Take in a mail that was submitted by SMTP or by Graph: refuse it, or deliver it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses

from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.dialects import HOST
from noroshi_lab.lab.directory import Directory, Mailbox, Tenant
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mailbox import Mailboxes
from noroshi_lab.lab.propagation import Pending
from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.reports import Lost, make_report, why_lost
from noroshi_lab.lab.usage import Usage

_THROTTLED = {
    "full": "5.2.251",
    "send-as": "5.2.252",
    "recipients": "5.2.254",
    "invalid": "5.2.255",
}
_SEND_AS = (
    "554 5.2.252 SendAsDenied; {mailbox} not allowed to send as {sender}; "
    "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A mail as it was handed over; `received` is the line that tells how."""

    tenant: Tenant
    mailbox: Mailbox
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    queue_id: str
    received: str
    saves: bool = True

    @property
    def outside(self) -> int:
        """Return the number of recipients outside the tenant."""
        return sum(not self.tenant.has(each) for each in self.recipients)

    @property
    def initial(self) -> bool:
        """Return whether it comes from an onmicrosoft.com address."""
        return self.tenant.initial_domain or self.tenant.domain.endswith(".onmicrosoft.com")


@dataclass(frozen=True, slots=True)
class Denial:
    """Hold why a mail is not taken: a short name of `replies`, or `send-as`; and the whole
    reply."""

    name: str
    reply: str


class Submission:
    """Judge mails, keep them, and send reports of non-delivery."""

    def __init__(
        self,
        *,
        directory: Directory,
        mailboxes: Mailboxes,
        clock: LabClock,
        limits: Limits,
        pending: Pending,
    ) -> None:
        self.directory, self.mailboxes = directory, mailboxes
        self.clock, self.limits = clock, limits
        self.usage = Usage(clock, limits)
        self.old_wording = False  # of what says that a sender is not the mailbox's own
        self._pending = pending
        self._tasks: set[asyncio.Task[None]] = set()

    def settle(self) -> None:
        """Make the changes of an administrator whose time has come."""
        self._pending.settle(self.clock())

    def refuse(self, mail: Outgoing) -> Denial | None:
        """Return why this mail is not taken; None: it is. A fault of the sender's is
        remembered."""
        self.settle()
        if kind := self.usage.throttled(mail.mailbox.address):
            return _denial(_THROTTLED[kind])
        denial = self._sender(mail) or self._standing(mail) or self._allowance(mail)
        kinds = {"5.2.2": "full", "send-as": "send-as"}
        if denial and denial.name in kinds:
            self.usage.failed(mail.mailbox.address, kinds[denial.name])
        return denial

    def refuse_now(self, mail: Outgoing) -> Denial | None:
        """Return the denial if the limit a minute is exceeded, where the limit rejects; else
        None."""
        limits, address = self.limits, mail.mailbox.address
        if limits.manner != "reject" or self.usage.slot(address) <= self.clock():
            return None
        self.usage.give_back(address)
        return _denial("sender-threads")

    def moment(self, mail: Outgoing) -> datetime:
        """Return when it goes, where what is above the minute's limit is delayed."""
        if self.limits.manner != "delay":
            return self.clock()
        return self.usage.slot(mail.mailbox.address)

    async def take(self, mail: Outgoing) -> None:
        """Put a mail into all mailboxes; report undeliverable recipients after a while."""
        self.usage.note(
            mail.mailbox.address,
            recipients=len(mail.recipients),
            outside=mail.outside,
            initial=mail.initial,
        )
        lost = [found for each in mail.recipients if (found := self._lost(mail, each))]
        there = [each for each in mail.recipients if each not in {x.recipient for x in lost}]
        saves = mail.saves and mail.mailbox.saves_sent
        await self.mailboxes.keep(
            sender=mail.sender,
            recipients=[self._primary(mail, each) for each in there],
            received=mail.received,
            queue_id=mail.queue_id,
            content=mail.content,
            sent_by=mail.mailbox.address if saves else "",
        )
        if lost:
            self.report(mail, lost)

    async def hand_in(self, mail: Outgoing) -> None:
        """Take a mail in, or later where the limit a minute delays it."""
        moment = self.moment(mail)
        if moment <= self.clock():
            return await self.take(mail)
        self._later(self._take_at(mail, moment))

    async def _take_at(self, mail: Outgoing, moment: datetime) -> None:
        await self.clock.until(moment)
        await self.take(mail)

    def _later(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def report(self, mail: Outgoing, lost: Iterable[Lost]) -> None:
        """Send a report of non-delivery, later."""
        if any(each.status == "5.1.10" for each in lost):
            self.usage.failed(mail.mailbox.address, "invalid")
        self._later(self._report(mail, tuple(lost)))

    async def stop(self) -> None:
        """Drop what has not left yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _report(self, mail: Outgoing, lost: tuple[Lost, ...]) -> None:
        await self.clock.until(self.clock() + self.limits.report_after)
        now, to = self.clock(), mail.mailbox.address
        await self.mailboxes.keep(
            sender="",
            recipients=[to],
            received=f"Received: by {HOST} id {mail.queue_id}; {format_datetime(now)}",
            queue_id=mail.queue_id,
            content=make_report(mail.content, lost, sender=to, host=HOST, now=now),
        )

    # Why not

    def _sender(self, mail: Outgoing) -> Denial | None:
        """Check the senders: envelope and header must both name the mailbox, or one that it may
        send as."""
        named = senders(mail.content)
        if not named or "@" not in named[0]:
            return _denial("5.7.512")
        for sender in (mail.sender, *named):
            if not _may_send_as(mail, sender):
                if self.old_wording:
                    return Denial("send-as", REPLIES["5.7.60"])
                whose = mail.mailbox.address
                return Denial("send-as", _SEND_AS.format(mailbox=whose, sender=sender))
        return None

    def _standing(self, mail: Outgoing) -> Denial | None:
        """Return the denial that follows from how the mailbox stands."""
        if mail.mailbox.blocked:
            return _denial("5.1.8")
        quota = mail.mailbox.quota
        if quota and self.mailboxes.used(mail.mailbox.address) + len(mail.content) > quota:
            return _denial("5.2.2")
        return None

    def _allowance(self, mail: Outgoing) -> Denial | None:
        """Return the denial for what the mailbox and the tenant have used up, in any 24
        hours."""
        limits, usage, count = self.limits, self.usage, len(mail.recipients)
        most = limits.recipients_a_day
        if most and usage.recipients(mail.mailbox.address) + count > most:
            return _denial("554")
        if not mail.outside:
            return None
        if mail.initial and usage.initial() + mail.outside > limits.from_initial_domain:
            return _denial("5.7.236")
        if usage.outside() + mail.outside > limits.outside_a_day:
            return _denial("5.7.233" if limits.licences else "5.7.232")
        return None

    def _lost(self, mail: Outgoing, recipient: str) -> Lost | None:
        box = mail.tenant.mailbox(recipient)
        unknown = mail.tenant.has(recipient) and box is None
        full = box is not None and 0 < box.quota < self.mailboxes.used(box.address)
        return why_lost(recipient, unknown and self.limits.unknown == "returned", full)

    def _primary(self, mail: Outgoing, recipient: str) -> str:
        box = mail.tenant.mailbox(recipient)
        return box.address if box and recipient.lower() != box.address else recipient


def senders(content: bytes) -> list[str]:
    """Return the addresses in From."""
    headers = BytesHeaderParser().parsebytes(content)
    return [address for _, address in getaddresses(headers.get_all("From", []))]


def _may_send_as(mail: Outgoing, sender: str) -> bool:
    box = mail.tenant.mailbox(sender)
    if box is None:
        return False
    return box.address == mail.mailbox.address or mail.mailbox.address in box.send_as


def _denial(name: str) -> Denial:
    return Denial(name, REPLIES[name])
