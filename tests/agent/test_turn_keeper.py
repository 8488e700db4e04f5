"""Whose turn it is to send, by what the loops of an agent hear of the hub: a story a row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.agent.turn_keeper import TurnKeeper, TurnMemory
from noroshi.core.report import Position, ReportLog
from noroshi.core.sender_lease import Phase, PhaseReason, Sender

NO_ROUTE, LINKED, ALONE, RETURNING = Phase
HUB, AGENT, HUB_ONLY = Sender
KNOWN = TurnMemory(is_route_known=True)
SILENCE = 125.0
"""Seconds after a stamp in which an agent that promised sends nothing."""


class Agent:
    """A turn on a clock of the test. What happens is a word, or a number of seconds that pass."""

    def __init__(self, memory=KNOWN, *, has_route=True, has_own_notifications=False):
        self.now, self.attempts, self.sender = 1000.0, 0, None
        self.stamp_received_at = None
        self.end = self.taken = 0
        self.keeper = TurnKeeper(
            memory,
            lambda: self.now,
            lambda: self.attempts,
            has_route=has_route,
            has_own_notifications=has_own_notifications,
        )
        self.note_log()

    def do(self, *happenings):
        for one in happenings:
            if isinstance(one, str):
                getattr(self, one)()
            else:
                self.now += one
        return self.keeper.follow()

    def ask(self):
        """A request leaves, and nothing is heard."""
        self.sender = self.keeper.sender_of_request(self.stamp_received_at)

    def answer(self):
        """The hub answers a request at once, and takes what is reported."""
        self.ask()
        self.stamp_received_at, self.taken = self.now, self.end
        self.keeper.note_answer(self.sender)
        self.note_log()

    def answer_alone(self):
        """The hub answers, and takes nothing."""
        self.ask()
        self.stamp_received_at = self.now
        self.keeper.note_answer(self.sender)

    def busy(self):
        """The hub answers a report that it cannot take now."""
        self.ask()
        self.stamp_received_at = self.now

    def write(self):
        self.end += 1
        self.note_log()

    def note_log(self):
        log = ReportLog(acknowledged=Position(seq=self.taken), last=Position(seq=self.end))
        self.keeper.note_log(log)

    def minute(self):
        """A minute in which the hub answers every half."""
        self.do("answer", 30, "answer", 30)

    def lose_route(self):
        self.keeper.has_route = False

    def get_route(self):
        self.keeper.has_route = True

    def begin_attempt(self):
        self.attempts += 1

    def end_attempt(self):
        self.attempts -= 1


STORIES = [
    ("a start", [], LINKED, PhaseReason.PROMISED),
    ("a start without a hub", [SILENCE], ALONE, PhaseReason.HUB_AWAY),
    ("and a moment before", [SILENCE - 1], LINKED, PhaseReason.PROMISED),
    ("a day with a hub", ["minute"] * 5, LINKED, PhaseReason.PROMISED),
    ("a cut", ["minute", "answer", "ask", SILENCE - 1], LINKED, PhaseReason.PROMISED),
    ("a cut for long", ["minute", "answer", "ask", SILENCE], ALONE, PhaseReason.HUB_AWAY),
    (
        "asking in vain promises nothing more",
        ["minute", "answer", 60, "ask", 30, "ask", SILENCE - 90],
        ALONE,
        PhaseReason.HUB_AWAY,
    ),
    (
        "a hub that takes nothing",
        ["minute", "write", *["answer_alone", 25] * 8],
        ALONE,
        PhaseReason.NOT_TAKEN,
    ),
    ("a hub that is busy", ["minute", "write", *["busy", 25] * 8], ALONE, PhaseReason.HUB_AWAY),
    (
        "a row after the other is taken in time",
        ["minute", *["write", 20, "answer", "write", 5] * 9],
        LINKED,
        PhaseReason.PROMISED,
    ),
    (
        "the hub is back",
        ["minute", SILENCE + 60, "ask", "answer"],
        LINKED,
        PhaseReason.HANDED_OVER,
    ),
    (
        "the hub is back, and an attempt is out",
        ["minute", SILENCE + 60, "ask", "begin_attempt", "answer"],
        RETURNING,
        PhaseReason.ATTEMPTS_OUT,
    ),
    (
        "and then ends",
        ["minute", SILENCE + 60, "ask", "begin_attempt", "answer", "end_attempt"],
        LINKED,
        PhaseReason.HANDED_OVER,
    ),
    (
        "and the hub goes away again",
        ["minute", SILENCE + 60, "ask", "begin_attempt", "answer", 61],
        ALONE,
        PhaseReason.HUB_AWAY,
    ),
    ("the route goes", ["minute", "lose_route"], NO_ROUTE, PhaseReason.NO_ROUTE),
    (
        "the route goes while alone",
        ["minute", SILENCE + 60, "ask", "begin_attempt", "lose_route"],
        RETURNING,
        PhaseReason.ROUTE_REMOVED,
    ),
    (
        "the route comes back",
        ["minute", "lose_route", 60, "ask", "get_route", SILENCE],
        LINKED,
        PhaseReason.UNKNOWN_ROUTE,
    ),
    (
        "the route comes back, and the hub knows",
        ["minute", "lose_route", 60, "ask", "get_route", "answer", 5, "ask", SILENCE],
        ALONE,
        PhaseReason.HUB_AWAY,
    ),
]


@pytest.mark.parametrize(
    ("happenings", "phase", "reason"), [pytest.param(*row[1:], id=row[0]) for row in STORIES]
)
def test_whose_turn_it_is(happenings, phase, reason):
    turn = Agent().do(*happenings)
    assert (turn.phase, turn.reason) == (phase, reason)


SENDERS = [
    ("the hub is well", ["minute", "ask"], HUB),
    ("alone", ["minute", SILENCE + 60, "ask"], AGENT),
    ("the hub is back", ["minute", SILENCE + 60, "answer", "ask"], HUB),
    (
        "an attempt is out",
        ["minute", SILENCE + 60, "ask", "begin_attempt", "answer", "ask"],
        AGENT,
    ),
    ("the hub does not take a row", ["minute", "write", 31, "ask"], AGENT),
    ("no route", ["minute", "lose_route", "ask"], HUB_ONLY),
]


@pytest.mark.parametrize(
    ("happenings", "sender"), [pytest.param(*row[1:], id=row[0]) for row in SENDERS]
)
def test_who_is_named_in_a_request(happenings, sender):
    agent = Agent()
    agent.do(*happenings)
    assert agent.sender is sender


def test_an_agent_without_a_route_never_sends():
    agent = Agent(TurnMemory(), has_route=False)
    assert agent.do(10 * SILENCE).phase is NO_ROUTE
    agent.ask()
    assert agent.sender is HUB_ONLY


def test_a_route_counts_once_the_hub_knows_of_it_also_in_the_next_life():
    agent = Agent(TurnMemory(), has_route=False)
    agent.do("minute", "get_route", "ask")
    assert agent.sender is HUB and not agent.keeper.memory.is_route_known
    agent.do("answer")
    assert agent.keeper.memory.is_route_known
    assert Agent(agent.keeper.memory).do(SILENCE).phase is ALONE
    agent.do("lose_route")
    assert not agent.keeper.memory.is_route_known


def test_a_life_that_finds_notifications_of_its_own_hands_them_over_first():
    agent = Agent(has_own_notifications=True)
    assert (agent.do().phase, agent.do(5).reason) == (RETURNING, PhaseReason.PROMISED)
    assert agent.do("answer").phase is LINKED


def test_a_life_that_finds_notifications_of_its_own_sends_them_without_a_hub():
    agent = Agent(has_own_notifications=True)
    assert agent.do(SILENCE - 1).phase is RETURNING
    assert agent.do(1).phase is ALONE


@pytest.mark.parametrize(("told", "kept"), [(300, 300), (1, 90), (1e9, 86_400)])
def test_the_hub_says_how_long_it_may_be_away(told, kept):
    agent = Agent(TurnMemory(alone_after=90, is_route_known=True))
    agent.keeper.note_terms(told)
    assert agent.keeper.terms.alone_after == timedelta(seconds=kept)
    agent.do("answer", "ask")
    assert agent.do(kept + 4).phase is LINKED
    assert agent.do(1).phase is ALONE


def test_a_log_that_began_anew_is_not_taken_for_one_that_waits():
    agent = Agent()
    agent.end = 50
    agent.note_log()
    agent.do(20)
    agent.end, agent.taken = 10, 10
    agent.note_log()
    agent.do(10, "write", 25, "ask")
    assert agent.sender is HUB
