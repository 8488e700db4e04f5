"""Answers of the operations about mail: plain values, texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from noroshi.core.levels import Level
from noroshi.core.mail import Verdict
from noroshi.core.translation import NOTHING, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attempt for one address: when, by which route, what came of it. `provider_id` is the
    provider's own number of the mail, "" where it gave none. `mark` stands beside a route whose
    provider is none of the built-in ones; `quoted` as in Said, `sent_by` as in Attempt."""

    at: datetime
    route: str
    address: str
    verdict: Verdict
    code: int
    text: str
    words: Message
    quoted: bool
    provider_id: str
    mark: Message = NOTHING
    sent_by: str = ""

    @property
    def enhanced(self) -> str:
        """Return no enhanced code: a ledger has it in the text alone."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The arrival of a mail after it was accepted: seen arrived, or came back. `by`: who says
    that it arrived; "": Noroshi found it itself."""

    at: datetime
    address: str
    state: str
    said: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrives:
    """Round trips of the mails that go by a route to the account's own mailbox: when one was
    last seen there (None: not yet), how many seconds it took, what stands against the last.
    `by`: who had the last in hand, at which nobody can say what it took; "": Noroshi found it
    itself."""

    seen: datetime | None
    took: float
    why: Message
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One alarm: when it was raised (None: the history is forgotten), when the mail went into
    the queue, the mail, and the `state` of that: waiting, held, accepted, seen arrived, came
    back, set aside or dropped. `digest` is the mail that combines several alarms, or "".
    `unproved` says what is not known of an accepted one. `path` is the monitor's path at that
    time, `path_now` the present one; "" if the monitor is gone. `sender`: who sends what the rules
    of a hub tell of an agent, the hub or the agent; `sender_since`: when that changed last."""

    alarm: str
    raised: datetime | None
    queued: datetime
    path: str
    item: str
    level: Level | None
    subject: str
    contact: str
    mail: str
    digest: str
    state: str
    why: Message
    tried: tuple[Tried, ...]
    arrived: tuple[Arrived, ...]
    unproved: Message = NOTHING
    path_now: str = ""
    sender: Message = NOTHING
    sender_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """All alarms ever raised, and where they are: they add up, and `lost` must be 0."""

    raised: int
    accepted: int
    came_back: int
    waiting: int
    held: int
    set_aside: int
    dropped: int
    forgotten: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Alarms, newest first, and the sum of all."""

    sum: Sum
    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """The envelopes that are safely queued now."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One envelope in short. `state`: waiting, out, held, set aside, accepted or dropped,
    or once it is shown in full seen arrived or came back.

    `next` is when it may next be lent, and `because` why not now. `marks`, by route: what stands
    beside those whose provider is none of the built-in ones. `sender`: who sends what the rules of
    a hub tell of an agent, the hub or the agent; `sender_since`: when that changed last.
    """

    id: str
    state: str
    contact: str
    to: tuple[str, ...]
    subject: str
    routes: tuple[str, ...]
    attempts: int
    born: datetime
    next: datetime | None
    because: Message
    marks: Mapping[str, Message] = field(default_factory=dict)
    sender: Message = NOTHING
    sender_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The answer about one address: `text` is the other side's, `words` are our own; `quoted`: all
    of that text stands in them."""

    address: str
    verdict: Verdict
    code: int
    enhanced: str
    text: str
    words: Message
    quoted: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that came to an end, by a route ("": from before routes were recorded). `sent_by`
    names the hub or the agent that made it, "" if this node did."""

    at: datetime
    provider_id: str
    said: tuple[Said, ...]
    route: str = ""
    sent_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One envelope in full, with what each attempt brought and what became of it; `unproved`
    says what is not known of an accepted one."""

    queued: Queued
    text: str
    reached: tuple[str, ...]
    refused: tuple[str, ...]
    alarms: tuple[str, ...]
    members: tuple[str, ...]
    thread: tuple[str, ...]
    tried: tuple[Attempt, ...]
    arrived: tuple[Arrived, ...] = ()
    unproved: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class AsSent:
    """`route` is the first of those left that sends mails; "": none does any more, and there
    are no `headers`. `html` "": it goes as text alone."""

    id: str
    route: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()
