"""Decide who sends an agent's notifications: the hub, or the agent while the hub is away.

The right to send is a lease that the agent grants to the hub. Each request of an agent sends back
the hub's last stamp, and names a `Sender`. `Sender.HUB` is a promise: the agent begins no attempt
until the moment at which it received that stamp plus `alone_after` and `promise_margin`. The hub
may begin an attempt until the time in the stamp plus `alone_after`, less `attempt_margin`, and
ends it within `LONGEST_ATTEMPT`. A stamp is received after it was given, so the two never send at
once while their clocks differ by less than 10 s in `alone_after` (8 % of the default).

The hub's time must not go back during a life of the hub: it is the wall clock at the start, and
goes on by the steady clock. The agent's time is its steady clock, in seconds, which has to count
while the computer sleeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

LONGEST_ATTEMPT = timedelta(seconds=60)
"""An attempt of the hub or of an agent is cut after that time."""
SHORTEST_ALONE_AFTER = timedelta(seconds=90)
LONGEST_HOLD = timedelta(seconds=40)


class Sender(Enum):
    """Name who sends the notifications of an agent, as its requests say."""

    HUB = "hub"
    """The hub: the agent promises to send nothing for a while."""
    AGENT = "agent"
    """The agent, or nobody: it promises nothing."""
    HUB_ONLY = "hub-only"
    """The hub: the agent has no route of its own, and sends nothing at all."""


class Custody(Enum):
    """Name who has to send a notification."""

    HUB = "hub"
    AGENT = "agent"
    """The agent took it over, and has neither sent it nor handed it back."""
    SENT_BY_AGENT = "sent-by-agent"


@dataclass(frozen=True, slots=True, order=True)
class SendRight:
    """Name notifications that may be sent now: those of an agent that have this custody.
    `possible_sender` names the node that may have sent them already, "" if none may."""

    agent: str
    custody: Custody
    possible_sender: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Return it as one text."""
        return f"{self.agent}/{self.custody.value}"


class HubReason(Enum):
    """Name why the hub may send a notification of an agent now, or may not."""

    ONLY_SENDER = "only-sender"
    """The agent has no route of its own."""
    LEASE = "lease"
    """The agent promised to send nothing."""
    GRACE = "grace"
    """The agent was not heard for so long that it may be destroyed. It may have sent this."""
    LAPSED = "lapsed"
    """The agent may be sending this itself."""
    WITH_AGENT = "with-agent"
    """The agent took it over."""
    SENT_BY_AGENT = "sent-by-agent"

    @property
    def may_send(self) -> bool:
        """Return whether the hub may begin an attempt."""
        return self in (HubReason.ONLY_SENDER, HubReason.LEASE, HubReason.GRACE)


class Phase(Enum):
    """Name what an agent does with its notifications."""

    NO_ROUTE = "no-route"
    """It has no route of its own: the hub sends."""
    LINKED = "linked"
    """The hub sends."""
    ALONE = "alone"
    """The agent sends."""
    RETURNING = "returning"
    """The hub is back: the agent begins no further attempt, and waits for those that are out."""


class PhaseReason(Enum):
    """Name why an agent is in its phase."""

    NO_ROUTE = "no-route"
    UNKNOWN_ROUTE = "unknown-route"
    """The hub does not know yet that the agent has a route, and may send without a lease."""
    PROMISED = "promised"
    """The promise to the hub, or that of the agent's earlier life, is not over."""
    HUB_AWAY = "hub-away"
    """The hub has not answered for a while."""
    NOT_TAKEN = "not-taken"
    """The hub answers, but does not take the agent's report."""
    HUB_BACK = "hub-back"
    ATTEMPTS_OUT = "attempts-out"
    HANDED_OVER = "handed-over"
    ROUTE_REMOVED = "route-removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """Hold the times that hub and agent must agree on. Raise ValueError for an `alone_after`
    that leaves the hub no time to send.

    `attempt_margin`: the hub begins no attempt so shortly before its lease ends.
    `promise_margin`: the agent waits so long after its promise. `grace`: the hub sends what an
    agent may have sent, once the agent was not heard for that long. `answer_patience`: without
    an answer for that long the hub is away again. `report_patience`: a report that the hub does
    not take for that long ends the promises of the agent.
    """

    alone_after: timedelta = timedelta(seconds=120)
    attempt_margin: timedelta = timedelta(seconds=65)
    promise_margin: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(minutes=10)
    answer_patience: timedelta = timedelta(seconds=60)
    report_patience: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        if self.alone_after < SHORTEST_ALONE_AFTER:
            raise ValueError(f"alone_after {self.alone_after} is below {SHORTEST_ALONE_AFTER}")

    @property
    def longest_hold(self) -> timedelta:
        """Return for how long the hub may hold a `wait`, so that the lease never runs out while
        the link is up."""
        return min(LONGEST_HOLD, (self.alone_after - timedelta(seconds=75)) * 0.9)

    @property
    def silence(self) -> float:
        """Return for how many seconds after a stamp an agent that promises sends nothing."""
        return (self.alone_after + self.promise_margin).total_seconds()


DEFAULT_TERMS = LeaseTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLease:
    """Hold the hub's right to send for one agent, in the hub's time. It is not stored: a life of
    the hub begins without a lease (`start_lease`).

    `last_contact` is the time in the newest stamp that came back, which a message that was long
    under way does not make any newer. `has_route`: the agent has a route of its own, as the
    message with the newest stamp, `route_known_at`, says.
    """

    expires_at: datetime
    last_contact: datetime
    has_route: bool = True
    route_known_at: datetime

    def renewed(
        self, sender: Sender, stamped_at: datetime, terms: LeaseTerms, *, is_caught_up: bool
    ) -> HubLease:
        """Return the lease after a message with a stamp of that time. `is_caught_up`: the hub
        has the agent's log up to the end that the message names; else it must not rely on what
        the message promises, as it does not know what the agent has sent."""
        lease = self.with_contact(stamped_at)
        if sender is Sender.HUB and is_caught_up:
            expires_at = max(self.expires_at, stamped_at + terms.alone_after)
            lease = replace(lease, expires_at=expires_at)
        if self._tells_of_route(sender, stamped_at, is_caught_up=is_caught_up):
            has_route = sender is not Sender.HUB_ONLY
            lease = replace(lease, has_route=has_route, route_known_at=stamped_at)
        return lease

    def with_contact(self, stamped_at: datetime) -> HubLease:
        """Return the lease after a message with a stamp of that time that says nothing of who
        sends."""
        return replace(self, last_contact=max(self.last_contact, stamped_at))

    def decide(self, custody: Custody, now: datetime, terms: LeaseTerms) -> HubReason:
        """Return whether the hub may begin to send a notification of the agent, and why."""
        if custody is Custody.SENT_BY_AGENT:
            return HubReason.SENT_BY_AGENT
        if custody is Custody.HUB and not self.has_route:
            return HubReason.ONLY_SENDER
        if custody is Custody.HUB and now < self.expires_at - terms.attempt_margin:
            return HubReason.LEASE
        if now >= self.grace_at(terms):
            return HubReason.GRACE
        return HubReason.WITH_AGENT if custody is Custody.AGENT else HubReason.LAPSED

    def grace_at(self, terms: LeaseTerms) -> datetime:
        """Return from when on the hub sends what the agent may have sent, as it may be
        destroyed."""
        return max(self.expires_at, self.last_contact) + terms.grace

    def _tells_of_route(
        self, sender: Sender, stamped_at: datetime, *, is_caught_up: bool
    ) -> bool:
        """Return whether a message tells whether the agent has a route. One that was overtaken
        does not; of two with the same stamp, the one that asks for a lease is right."""
        if sender is Sender.HUB_ONLY:
            return is_caught_up and stamped_at > self.route_known_at
        return stamped_at >= self.route_known_at


def start_lease(now: datetime, *, has_route: bool = True) -> HubLease:
    """Return the right of a hub that just started: none, and the grace begins now. `has_route`: as
    the hub stored it, before it answered the message that said so; else it is not known."""
    return HubLease(
        expires_at=now,
        last_contact=now,
        has_route=has_route,
        route_known_at=now - timedelta.resolution,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """Hold what an agent knows of its link, in seconds of its steady clock.

    `has_route`: it has a route of its own; `is_route_known`: the hub answered a message that
    said so, which is stored. `answered_at`: the last answer that took what was reported, None
    since the start. `backlog_since`: since when the oldest row of its log waits that the hub has
    not taken, None if there is none. `attempts_out` counts its own attempts that have not ended.
    """

    has_route: bool
    is_route_known: bool = True
    answered_at: float | None = None
    backlog_since: float | None = None
    attempts_out: int = 0

    def is_answered(self, now: float, terms: LeaseTerms) -> bool:
        """Return whether the hub answered lately."""
        patience = terms.answer_patience.total_seconds()
        return self.answered_at is not None and now - self.answered_at < patience

    def is_taken(self, now: float, terms: LeaseTerms) -> bool:
        """Return whether the hub takes what the agent reports."""
        patience = terms.report_patience.total_seconds()
        return self.backlog_since is None or now - self.backlog_since < patience

    def is_up(self, now: float, terms: LeaseTerms) -> bool:
        """Return whether the hub can be relied upon to send."""
        return self.is_answered(now, terms) and self.is_taken(now, terms)

    def failure(self, now: float, terms: LeaseTerms) -> PhaseReason:
        """Return why the hub cannot be relied upon."""
        is_answered = self.is_answered(now, terms)
        return PhaseReason.NOT_TAKEN if is_answered else PhaseReason.HUB_AWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTurn:
    """Hold an agent's part in who sends. It begins no attempt before `quiet_until`, in seconds of
    its steady clock."""

    phase: Phase
    quiet_until: float
    reason: PhaseReason

    @property
    def may_send(self) -> bool:
        """Return whether the agent may begin an attempt."""
        return self.phase is Phase.ALONE

    @property
    def custody(self) -> Custody:
        """Return who has to send a notification that the agent writes now."""
        is_own = self.phase in (Phase.ALONE, Phase.RETURNING)
        return Custody.AGENT if is_own else Custody.HUB

    def sender(self, link: LinkView, now: float, terms: LeaseTerms) -> Sender:
        """Return the sender that the next request names. With `Sender.HUB` the turn must be
        `promised` before the request leaves."""
        if self.phase is Phase.NO_ROUTE:
            return Sender.HUB_ONLY
        is_hub = self.phase is Phase.LINKED and link.is_taken(now, terms)
        return Sender.HUB if is_hub else Sender.AGENT

    def promised(self, received_at: float, terms: LeaseTerms) -> AgentTurn:
        """Return the turn with the promise that goes with a stamp that was received then."""
        return replace(self, quiet_until=max(self.quiet_until, received_at + terms.silence))

    def following(self, link: LinkView, now: float, terms: LeaseTerms) -> AgentTurn:
        """Return the turn as it is now.

        From LINKED to ALONE the agent takes over what the hub has not reported as sent; from
        RETURNING to another phase but ALONE it hands over what it has not sent. Both are written
        to its log before anything else happens.
        """
        match self.phase:
            case Phase.NO_ROUTE:
                return self._next_of_no_route(link)
            case Phase.LINKED:
                return self._next_of_linked(link, now, terms)
            case Phase.ALONE:
                return self._next_of_alone(link, now, terms)
            case Phase.RETURNING:
                return self._next_of_returning(link, now, terms)

    def _next_of_no_route(self, link: LinkView) -> AgentTurn:
        if link.has_route:
            return self._in_phase(Phase.LINKED, PhaseReason.UNKNOWN_ROUTE)
        return self

    def _next_of_linked(self, link: LinkView, now: float, terms: LeaseTerms) -> AgentTurn:
        if not link.has_route:
            return self._in_phase(Phase.NO_ROUTE, PhaseReason.NO_ROUTE)
        if not link.is_route_known:
            return self._in_phase(Phase.LINKED, PhaseReason.UNKNOWN_ROUTE)
        if self.reason is PhaseReason.UNKNOWN_ROUTE:  # the hub may just have begun to send
            return self._in_phase(Phase.LINKED, PhaseReason.PROMISED).promised(now, terms)
        if now < self.quiet_until:
            return self._in_phase(Phase.LINKED, PhaseReason.PROMISED)
        return self._in_phase(Phase.ALONE, link.failure(now, terms))

    def _next_of_alone(self, link: LinkView, now: float, terms: LeaseTerms) -> AgentTurn:
        if not link.has_route:
            return self._in_phase(Phase.RETURNING, PhaseReason.ROUTE_REMOVED)
        if link.is_up(now, terms):
            return self._in_phase(Phase.RETURNING, PhaseReason.HUB_BACK)
        return self._in_phase(Phase.ALONE, link.failure(now, terms))

    def _next_of_returning(self, link: LinkView, now: float, terms: LeaseTerms) -> AgentTurn:
        if link.has_route and not link.is_up(now, terms):
            if now < self.quiet_until:
                return self._in_phase(Phase.RETURNING, PhaseReason.PROMISED)
            return self._in_phase(Phase.ALONE, link.failure(now, terms))
        if link.attempts_out:
            return self._in_phase(Phase.RETURNING, PhaseReason.ATTEMPTS_OUT)
        if not link.has_route:
            return self._in_phase(Phase.NO_ROUTE, PhaseReason.NO_ROUTE)
        # Quiet as after a promise: the next request makes it.
        received_at = now if link.answered_at is None else link.answered_at
        turn = self._in_phase(Phase.LINKED, PhaseReason.HANDED_OVER)
        return turn.promised(received_at, terms)

    def _in_phase(self, phase: Phase, reason: PhaseReason) -> AgentTurn:
        return replace(self, phase=phase, reason=reason)


def start_turn(
    now: float, terms: LeaseTerms, *, has_route: bool, has_own_notifications: bool
) -> AgentTurn:
    """Return an agent's part as its life begins. An earlier life may have promised until just
    now. `has_own_notifications`: that life took over notifications that it did not send."""
    quiet_until = now + terms.silence
    if has_own_notifications:
        phase, reason = Phase.RETURNING, PhaseReason.PROMISED
    elif has_route:
        phase, reason = Phase.LINKED, PhaseReason.PROMISED
    else:
        phase, reason = Phase.NO_ROUTE, PhaseReason.NO_ROUTE
    return AgentTurn(phase=phase, quiet_until=quiet_until, reason=reason)
