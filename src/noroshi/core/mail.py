"""Hold what leaves: a route, an envelope, the parcel it is lent as, and the receipt it brings.

Everything here is an immutable value, as in model.py, from which what leaves comes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.digest_id import id_of_set
from noroshi.core.network_policy import CLOSED, NetworkPolicy
from noroshi.core.roles import ADMIN
from noroshi.core.sender_lease import Custody
from noroshi.core.translation import NOTHING, Message, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The way by which a route, an account or a monitor reaches the outside; "" is directly.

    `proxy` is host:port of an HTTP proxy, `proxy_password` the name of the vault's entry;
    `source` is the address that connections come from; `ca_file` (PEM) is trusted beside the
    system's store. `closed` is what no connection may lead to.
    """

    name: str = ""
    proxy: str = ""
    proxy_user: str = ""
    proxy_password: str = ""
    source: str = ""
    ca_file: str = ""
    policy: NetworkPolicy = CLOSED


DIRECT = Network()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The allowance of a mailbox, or of a server without one; 0 is without a limit.

    `account` has the allowance: routes of the same account share it. `connections` is how many
    mails may be on their way at once.
    """

    account: str = ""
    mails_a_minute: int = 0
    mails_an_hour: int = 0
    recipients_a_day: int = 0
    connections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A named way out, and how many may use it at once.

    `signs_in` is the account of the route as defined: with another account it is another route,
    which is opened anew and does not take over the outage of the old one.
    """

    name: str
    title: str = ""
    kind: str = ""
    options: object = None
    connections: int = 1
    network: Network = DIRECT
    pace: Pace = Pace()
    signs_in: object = None


class Lane(Enum):
    """Class of urgency in the queue: the lower goes first, of different monitors. Stored."""

    CRITICAL = 0
    WARNING = 1
    RECOVERY = 2
    REPORT = 3


class EnvelopeState(StrEnum):
    """State of an envelope in the spool. The values are stored."""

    WAITING = ""
    """It is lent as soon as it is due and nothing older of its order key is left; or is lent now."""
    HELD = "held"
    """A person keeps it from leaving; envelopes of the same order key wait behind it."""
    SET_ASIDE = "set aside"
    """No route delivers it, or it cannot be read: a person decides. Nothing waits behind it."""
    IN_DIGEST = "together"
    """A digest tells it, and that one waits or is held."""
    SET_ASIDE_IN_DIGEST = "set aside together"
    """A digest tells it, and that one is set aside."""
    ACCEPTED = "accepted"
    """A provider took it, itself or in a digest, for all who were not refused."""
    DROPPED = "dropped"
    """A person gave it up: it is kept, and never sent."""

    @property
    def of_members(self) -> EnvelopeState:
        """Return the state of a digest's members, by the digest's own."""
        return MEMBER_STATES.get(self, self)

    @property
    def of_alarms(self) -> EnvelopeState:
        """Return the state that counts for the envelope's alarms: a member's is that of its
        digest."""
        return ALARM_STATES.get(self, self)


_S = EnvelopeState
MEMBER_STATES = {
    _S.WAITING: _S.IN_DIGEST,
    _S.HELD: _S.IN_DIGEST,
    _S.SET_ASIDE: _S.SET_ASIDE_IN_DIGEST,
}
ALARM_STATES: Mapping[str, EnvelopeState] = {
    _S.IN_DIGEST: _S.WAITING,
    _S.SET_ASIDE_IN_DIGEST: _S.SET_ASIDE,
}


def delivery_state(state: EnvelopeState, *, out: bool = False) -> DeliveryState:
    """Return how an envelope's state is told, as far as the spool knows it; `out`: it is lent."""
    if state is EnvelopeState.WAITING:
        return DeliveryState.OUT if out else DeliveryState.WAITING
    return DeliveryState(state)


@dataclass(frozen=True, slots=True)
class Origin:
    """Identify who gave an id; both parts are random. `installation` belongs to the store and
    goes with its backups; `life` belongs to one opening of the store, as a store that lost its
    last writes would give a number once more. Ids that are older than origins have none."""

    installation: str = ""
    life: str = ""


NO_ORIGIN = Origin()
MARK = "~"
"""Goes before a life in an id. No name of a definition has it."""


def marked(id: str, life: str) -> str:
    """Return an id that no other life gives."""
    return f"{id}{MARK}{life}" if life else id


POSSIBLE_SENDER = "possible_sender"
"""The part of a payload that names another node that may have sent the envelope, as a transport is
given it. Mails need no word of it: two of one Message-ID are shown once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Hold something that must leave this process, for one contact; `to` are the addresses that
    still wait.

    `routes` are those left to try, in order; `order` is the key within which nothing overtakes;
    `thread` are the ids, as known outside, of the mails that it follows, oldest first; `action`
    is the kind that drafted it; `reached` and `refused` are settled addresses; `members` are
    the ids of the envelopes that a digest tells in their place; `attempts` counts those that
    brought an answer, `earlier_attempts` those before all routes were given back to it;
    `unanswered` counts those without an answer, as the node's life ended: the mail may have
    been accepted, so it goes alone, and that is no reason to wait; `origin` is that of the
    store that first had it; `agent` is the id of the agent whose notification it is, "" if it
    is the node's own, and `custody` tells who has to send an agent's. `written_at` is the date of
    what an agent keeps for its hub, by the hub's clock; None: it is dated by `born`.
    """

    id: str
    routes: tuple[str, ...]
    contact: str
    to: tuple[str, ...]
    order: str
    alarms: tuple[str, ...]
    payload: Mapping[str, Any]
    born: datetime
    action: str = ""
    thread: tuple[str, ...] = ()
    attempts: int = 0
    earlier_attempts: int = 0
    reached: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    lane: Lane = Lane.REPORT
    members: tuple[str, ...] = ()
    unanswered: int = 0
    origin: Origin = NO_ORIGIN
    agent: str = ""
    custody: Custody = Custody.HUB
    written_at: datetime | None = None

    @property
    def date(self) -> datetime:
        """Return the date that its readers see."""
        return self.born if self.written_at is None else self.written_at

    @property
    def known_as(self) -> str:
        """Return the id that stands in the Message-ID and in threads: an id without a life in
        it (of a report, or of a digest put together anew) may be given once more, so the life
        is added. The hub and an agent may both join an agent's alarms: the id is that of all of
        them, as a mail that tells more must not be taken for a copy."""
        if self.agent and self.members:
            return id_of_set(self.members)
        life = self.origin.life
        return self.id if marked("", life) in self.id else marked(self.id, life)


def with_origin(envelope: Envelope, origin: Origin) -> Envelope:
    """Return the envelope with its origin, if it has none yet."""
    return envelope if envelope.origin != NO_ORIGIN else replace(envelope, origin=origin)


@dataclass(frozen=True, slots=True)
class Parcel:
    """An envelope lent for one attempt by one route; the attempt is already on record.

    `down_since` is since when the route has been down without a break, None if it is well, and
    `open_until` until when its circuit was open; `due` is when the turn of the envelope came, which orders the lane. `read_error` says why
    the envelope could not be read: then it stands in for what is stored, and must not leave.
    """

    envelope: Envelope
    route: str
    lease: str
    down_since: datetime | None = None
    due: datetime | None = None
    read_error: Message | None = None
    open_until: datetime | None = None

    def due_again(self, now: datetime) -> datetime:
        """Return where an envelope stands that was not tried: where it stood. It is due all the
        same where the clock was set back meanwhile."""
        return now if self.due is None else min(self.due, now)


class Verdict(Enum):
    """The verdict of the other side on a recipient, or on the route itself."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    ROUTE_DOWN = "route down"


class Fault(Enum):
    """The fault that keeps a route from being used, by who can mend it. The values are stored."""

    NETWORK = "network"
    """Nobody answers there: a name, a firewall, a proxy, a certificate, a server that is off."""
    SERVER = "server"
    """The other side is out of order or busy; time mends it."""
    QUOTA = "quota"
    """The account has sent as much as it may; hours mend it."""
    SIGN_IN = "sign-in"
    """Somebody has to sign in again, or to renew a secret, a certificate or a password."""
    PERMISSION = "refused"
    """The other side's administrator has to allow something."""
    SETUP = "setup"
    """Our own settings do not fit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold the answer for one recipient: `text` is the other side's reply, word for word, with
    codes; `words` are our own, where there is more to say or nobody answered (`code` 0).

    `fault` goes with ROUTE_DOWN; `again` is the instant before which the other side wants no
    further try; `early`: the fault was found before any mail was handed over, so a look without
    a mail finds it too. `private`: `text` may be that of any server within reach of this
    computer, as a definition names the server: it is for administrators alone, and not in
    `words`.
    """

    verdict: Verdict
    text: str = ""
    code: int = 0
    enhanced: str = ""
    words: Message = NOTHING
    fault: Fault | None = None
    again: datetime | None = None
    early: bool = False
    private: bool = False

    def text_for(self, roles: Collection[str]) -> str:
        """Return the other side's text, as far as people of these roles may read it."""
        return "" if self.private and ADMIN not in roles else self.text

    @property
    def explanation(self) -> Message:
        """Return the words that a person reads of it."""
        return plain(self.text) if self.words == NOTHING else self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receipt of an attempt by a route: an answer for each recipient.

    `message_ids` are those by which a mail that was taken may be found again: our own, and
    what the provider calls it if it says so. `sent_by` names the other side, of a hub and its
    agent, if the attempt was not this node's.
    """

    at: datetime
    answers: Mapping[str, Answer]
    provider_id: str = ""
    route: str = ""
    message_ids: tuple[str, ...] = ()
    sent_by: str = ""
