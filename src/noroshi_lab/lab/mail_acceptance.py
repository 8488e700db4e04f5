"""Decide what an SMTP server does with a mail that was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.smtp_auth import Admitted
from noroshi_lab.lab.submission import Outgoing, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Hold a mail as it came by SMTP."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    queue_id: str
    received: str


class Post(Protocol):
    """Take mails in, or return the reply that refuses one."""

    @property
    def size(self) -> int:
        """Return the most bytes that a mail may have."""

    def refuse_recipient(
        self, who: Admitted | None, recipient: str, before: Sequence[str]
    ) -> str | None:
        """Return the reply to one recipient that is not taken, or None."""

    async def take(self, who: Admitted, mail: Handed) -> str | None:
        """Keep a mail, or return the reply that refuses it."""


class ExchangePost:
    """Take mails in as Exchange Online does; the rules are in `submission`."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission

    @property
    def size(self) -> int:
        return self._submission.limits.size

    def refuse_recipient(
        self, who: Admitted | None, recipient: str, before: Sequence[str]
    ) -> str | None:
        """Refuse more recipients than one mail may have; the others are taken."""
        most = self._submission.limits.recipients
        if not most or len(before) < most:
            return None
        if who:
            self._submission.usage.failed(who.mailbox, "recipients")
        return REPLIES["4.5.3"]

    async def take(self, who: Admitted, mail: Handed) -> str | None:
        """Judge a mail, wait where the limit a minute delays it, and keep it; or return the
        reply that refuses it."""
        tenant = self._submission.directory.home_of(who.mailbox)
        outgoing = Outgoing(
            tenant=tenant,
            mailbox=tenant.mailboxes[who.mailbox],
            sender=mail.sender,
            recipients=mail.recipients,
            content=mail.content,
            queue_id=mail.queue_id,
            received=mail.received,
        )
        submission = self._submission
        denial = submission.refuse(outgoing) or submission.refuse_now(outgoing)
        if denial:
            return denial.reply
        await submission.clock.until(submission.moment(outgoing))
        await submission.take(outgoing)
        return None
