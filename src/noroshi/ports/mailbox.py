"""Define the seam to a mailbox that its own account may read: what arrived there, and what came
back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedMail:
    """A mail of ours that may have arrived: by which Message-IDs it goes, its subject, which no
    other mail has, and since when. `mark` is the part of the subject by which it can be searched
    for in ASCII; "" is all of it."""

    message_ids: tuple[str, ...]
    subject: str
    search_start: datetime
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """An address that a mail was not delivered to ("": it is not named), and the diagnostic that
    the report gives of that."""

    address: str
    diagnostic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """A report of non-delivery (RFC 3464). `message_ids` are those that the mail may go by that
    it is about; there may be others among them, and none of ours."""

    message_ids: tuple[str, ...]
    recipients: tuple[FailedRecipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedReport:
    """A report, and when it came, by the mailbox's clock."""

    report: BounceReport
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBatch:
    """The reports read from a mailbox, oldest first. Read on from `read_until` the next time,
    and at once if there is `has_more`. Mail that comes in with an earlier time than what is
    there is not missed by that, so some is read twice."""

    reports: tuple[ReceivedReport, ...]
    read_until: datetime
    has_more: bool = False


class Inbox(Protocol):
    """A mailbox that can be searched. Its methods raise ports.RouteError while it cannot be
    read."""

    async def find(self, mail: ExpectedMail) -> datetime | None:
        """Return when a mail arrived, by the mailbox's clock; None if it is not there."""

    async def read(self, start: datetime) -> ReportBatch:
        """Return the reports of non-delivery that came since an instant of the mailbox's
        clock."""

    async def close(self) -> None:
        """Let go of its connections. It may be called at any time, and twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSource:
    """A mailbox of an account, its address, and how it is opened, without any I/O.

    `settings` are all that the way to it depends on: with others it is opened anew. `id` is
    under what the store keeps how far it was read; "" is the account's name.
    """

    account: str
    id: str = ""
    address: str
    settings: object
    open: Callable[[], Inbox] = field(compare=False)

    @property
    def store_key(self) -> str:
        """Return the name under which the store keeps what is known of it."""
        return self.id or self.account
