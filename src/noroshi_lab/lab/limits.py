"""Say what Exchange Online allows a mailbox and a tenant, and what it does with what is too
much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

MEGABYTE = 1024 * 1024
Manner = Literal["off", "delay", "reject"]


@dataclass(slots=True, kw_only=True)
class Limits:
    """The numbers of Microsoft's pages; 0 is without a limit.

    `manner` is off until somebody wants it, as the lab's clock may stand still: then nothing
    that is delayed would ever go on.
    """

    a_minute: int = 30  # mails of one mailbox
    manner: Manner = "off"  # what happens to those above it
    recipients: int = 500  # of one mail
    recipients_a_day: int = 10_000  # of one mailbox, in any 24 hours
    size: int = 35 * MEGABYTE  # MaxSendSize of a mailbox as it is made
    licences: int = 100  # of the tenant; 0: it is a trial
    from_initial_domain: int = 100  # external recipients in 24 hours from onmicrosoft.com
    errors: int = 20  # of one kind within `errors_for`, and the sender is throttled so long
    errors_for: timedelta = timedelta(hours=1)
    graph_connections: int = 4  # requests under way of one app on one mailbox
    graph_requests: int = 10_000  # of one app on one mailbox in ten minutes
    unknown: Literal["returned", "kept"] = "returned"  # mail to nobody in the own domain
    tar_pit: timedelta = timedelta()  # how long a refusal of credentials is kept back
    idle: timedelta = timedelta()  # of an SMTP connection, until it is closed; 0: never
    report_after: timedelta = timedelta()  # until a report of non-delivery comes

    @classmethod
    def of_exchange(cls) -> Limits:
        """Return the limits of Exchange Online, for a clock that goes on by itself."""
        return cls(manner="delay", tar_pit=timedelta(seconds=5), idle=timedelta(minutes=10))

    @property
    def outside_a_day(self) -> int:
        """Return the tenant's external recipients in 24 hours (TERRL)."""
        return round(500 * self.licences**0.7 + 9500) if self.licences else 5000
