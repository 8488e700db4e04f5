"""The messages of the link: JSON in the bodies of `POST /link/1/NAME`, deflated where it is large.

Unknown fields are ignored, so that versions may differ. Each request but `join` is signed
(`signature`); each answer carries a stamp.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from noroshi.core.agents import Life, Machine
from noroshi.core.definitions.document import Document
from noroshi.core.report import START, Position
from noroshi.core.sender_lease import DEFAULT_TERMS, Sender
from noroshi.core.translation import Message
from noroshi.link.order_messages import Order
from noroshi.link.report_messages import HubFate, StatesOfHub, SuppressionsOfHub
from noroshi.link.update_messages import NO_UPDATE, UpdateReport

PREFIX = "/link/1/"
JOIN, HELLO, WAIT, FETCH, KEY, LEAVE = "join", "hello", "wait", "fetch", "key", "leave"
REPORT, SAMPLES = "report", "samples"
FILE = "file"
"""Asks for a part of the file that updates an agent; the answer is the part, and no JSON."""
NAME_DIGITS = 32
"""The hexadecimal digits by which a configuration, and what people say, are named: the first 128 bits
of a SHA-256. Each `wait` names both."""
STAMP_HEADER = "Noroshi-Stamp"
"""The header of each answer with a fresh stamp."""
LONGEST_WAIT = 40.0
"""Seconds for which the hub holds a `wait` at the most."""
MOST_BYTES_SENT, MOST_BYTES_TAKEN, MOST_BYTES_INFLATED = 1 << 18, 3 << 18, 1 << 22
"""Bytes of a body as agents fill it, and as the hub takes it: a row is not divided, and may need more."""


class LinkFault(Enum):
    """Name why the hub refuses a request; the value is in the answer's `fault`."""

    STALE = "stale"
    """401: the stamp is missing or old; the answer has a new one, to be used at once."""
    BAD_SIGNATURE = "bad-signature"
    """401."""
    REVOKED = "revoked"
    """403: the agent was removed."""
    CLONED = "cloned"
    """409: another machine has the same key."""
    INVITATION = "invitation"
    """403: the invitation is unknown, expired or used; `message` says which."""
    MALFORMED = "malformed"
    """400: the body is no message of that name, or there is none of that name."""
    VERSION = "version"
    """409: the versions of hub and agent differ too much."""
    EARLIER_TEXT = "earlier-text"
    """409: the hub does not have the earlier text by which the body is deflated (`message_body`); the
    request is sent again without."""
    TOO_LARGE = "too-large"
    """413."""
    BUSY = "busy"
    """429 or 503, with Retry-After."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Answer a request that is refused. `message` is English, for a log; `reason` says the same to
    the agent's administrator, who may read another language: None if the fault alone says enough."""

    fault: LinkFault
    message: str = ""
    reason: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """Ask to become an agent. `secret` is that of the code, in hexadecimal digits; `key` a JWK;
    `proof` a JWS by that key over `signature.join_binding`, so that who relays the request cannot
    put in another key."""

    secret: str = field(repr=False)
    key: str
    proof: str
    machine: Machine
    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAnswer:
    """Tell a new agent who it is. `hub` is the installation's id, `pins` the pins of the hub's
    keys, in hexadecimal digits, the current one first; `name` the agent's name at the hub."""

    agent: str
    name: str
    hub: str
    hub_name: str
    pins: tuple[str, ...]
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloRequest:
    """Say that a run of the agent begins, or its link begins anew. `configuration` names the one in
    use; `clock` is the agent's wall time (seconds since 1970). `own_route`: the agent has a route
    by which it can send while the hub is away; `accepts_routes`: it takes those of the hub."""

    version: str
    machine: Machine
    kinds: tuple[str, ...] = ()
    configuration: str = ""
    clock: float = 0.0
    backlog: int = 0
    own_route: bool = False
    accepts_routes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlace:
    """Hold a host and a port at which agents reach the hub."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloAnswer:
    """Tell what counts: the hub's names, pins and the configuration to take up. `clock` is the
    hub's wall time, `position` that up to which the hub has the agent's log. `alone_after`:
    seconds without the hub after which the agent sends by its own route
    (`core.sender_lease.LeaseTerms`). `fates` is the number of the last `HubFate` of this hub: an
    agent that stored a higher one goes back to this, as the hub was restored. `place` is where agents
    are to reach the hub; None: where they do. `nodes` are further places, at which they may ask if
    it does not answer."""

    hub_name: str
    name: str
    pins: tuple[str, ...]
    configuration: str = ""
    clock: float = 0.0
    position: Position = START
    alone_after: float = DEFAULT_TERMS.alone_after.total_seconds()
    fates: int = 0
    place: HubPlace | None = None
    nodes: tuple[HubPlace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRequest:
    """Ask for news, and say that the agent lives. The hub answers when there is any, or after
    `hold` seconds. `configuration` names the one in use, `refused_configuration` a newer one that was
    not taken up, and `problems` why: it is no news until there is another. `sender` is what the
    agent promises (`core.sender_lease`), with the `alone_after` that it goes by, `last` the end of
    its log, `fates` the number of the last `HubFate` that it stored. `suppressions` names those in use ("" none yet; None: the agent does
    not know them); `orders` is the number of the last order that it stored, `update` how far its
    last update is."""

    configuration: str = ""
    refused_configuration: str = ""
    problems: tuple[str, ...] = ()
    backlog: int = 0
    hold: float = LONGEST_WAIT
    clock: float = 0.0
    sender: Sender = Sender.HUB_ONLY
    alone_after: float = DEFAULT_TERMS.alone_after.total_seconds()
    last: Position = START
    fates: int = 0
    suppressions: str | None = None
    orders: int = 0
    update: UpdateReport = NO_UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAnswer:
    """Tell what is news, or nothing. `name` is the agent's, "" if it is known. `configuration` names the one to take up, "" if it is in use;
    `pins` are those of the hub's keys, the next one too once it is announced, () if they are known; `new_key`: the agent
    is to replace its key now. `fates` tell what became of notifications at the hub.
    `witness_rank` is the agent's place, from 1, among those that tell when the hub is gone; 0: it
    does not. `suppressions` are those to use from now on, None if they are in use; `orders` those
    that are not stored yet. `clock` is the hub's wall time. `place` is where agents are to reach the
    hub, `nodes` are further places, as in `HelloAnswer`; None if that is no news."""

    configuration: str = ""
    name: str = ""
    pins: tuple[str, ...] = ()
    new_key: bool = False
    fates: tuple[HubFate, ...] = ()
    witness_rank: int = 0
    suppressions: SuppressionsOfHub | None = None
    orders: tuple[Order, ...] = ()
    clock: float = 0.0
    place: HubPlace | None = None
    nodes: tuple[HubPlace, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """Ask for a configuration by its name."""

    configuration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAnswer:
    """Hold a configuration: the documents that concern the agent. `states` are those of the
    monitors in it, as the hub has them. `secrets` are the entries of the vault that its routes name
    (`sealed_secrets`), "" if there are none."""

    configuration: str
    documents: tuple[Document, ...]
    states: StatesOfHub = StatesOfHub()
    secrets: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    """Announce the next key, in a request signed by the current one; `proof` is a JWS by the next
    key over `signature.key_binding` of the request."""

    key: str
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRequest:
    """Say that the agent leaves the hub for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Answer a request of which nothing else is to be told."""

    life: Life = Life()
