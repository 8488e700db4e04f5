"""Who sends an agent's notifications, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from noroshi.core.sender_lease import (
    LONGEST_ATTEMPT,
    AgentTurn,
    Custody,
    HubReason,
    LeaseTerms,
    LinkView,
    Phase,
    PhaseReason,
    Sender,
    start_lease,
    start_turn,
)

DAWN = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TERMS = LeaseTerms()
HUB, AGENT, SENT = Custody.HUB, Custody.AGENT, Custody.SENT_BY_AGENT


def lease(**other):
    """A lease of a hub that started a day ago and heard a promise at dawn."""
    fresh = start_lease(DAWN - timedelta(days=1))
    promised = fresh.renewed(Sender.HUB, DAWN, TERMS, is_caught_up=True)
    return replace(promised, **other)


# the hub


@pytest.mark.parametrize(
    ("custody", "seconds", "reason"),
    [
        (HUB, 0, HubReason.LEASE),
        (HUB, 54, HubReason.LEASE),  # 120 s less the margin of 65 s
        (HUB, 55, HubReason.LAPSED),
        (HUB, 719, HubReason.LAPSED),
        (HUB, 720, HubReason.GRACE),
        (AGENT, 0, HubReason.WITH_AGENT),
        (AGENT, 719, HubReason.WITH_AGENT),
        (AGENT, 720, HubReason.GRACE),
        (SENT, 0, HubReason.SENT_BY_AGENT),
        (SENT, 10_000, HubReason.SENT_BY_AGENT),
    ],
)
def test_the_hub_sends_by_the_lease_and_by_grace(custody, seconds, reason):
    assert lease().decide(custody, DAWN + seconds * SECOND, TERMS) is reason


@pytest.mark.parametrize(
    ("custody", "reason"),
    [
        (HUB, HubReason.ONLY_SENDER),
        (AGENT, HubReason.WITH_AGENT),  # until the agent hands it back
        (SENT, HubReason.SENT_BY_AGENT),
    ],
)
def test_for_an_agent_without_a_route_no_lease_is_needed(custody, reason):
    lapsed = lease(has_route=False)
    assert lapsed.decide(custody, DAWN + 300 * SECOND, TERMS) is reason


def test_a_reason_says_whether_the_hub_may_send():
    allowing = {reason for reason in HubReason if reason.may_send}
    assert allowing == {HubReason.ONLY_SENDER, HubReason.LEASE, HubReason.GRACE}


def test_a_hub_that_just_started_has_no_lease_and_its_grace_begins():
    fresh = start_lease(DAWN)
    assert fresh.decide(HUB, DAWN, TERMS) is HubReason.LAPSED
    assert fresh.decide(HUB, DAWN + 599 * SECOND, TERMS) is HubReason.LAPSED
    assert fresh.decide(HUB, DAWN + 600 * SECOND, TERMS) is HubReason.GRACE


@pytest.mark.parametrize(
    ("sender", "is_caught_up", "seconds"),
    [
        (Sender.HUB, True, 120),
        (Sender.HUB, False, 0),  # it may have sent what the hub has not read yet
        (Sender.AGENT, True, 0),
        (Sender.HUB_ONLY, True, 0),
    ],
)
def test_a_promise_counts_from_its_stamp_once_the_hub_has_the_whole_log(
    sender, is_caught_up, seconds
):
    renewed = start_lease(DAWN).renewed(sender, DAWN + SECOND, TERMS, is_caught_up=is_caught_up)
    expected = DAWN + SECOND + seconds * SECOND if seconds else DAWN
    assert (renewed.expires_at, renewed.last_contact) == (expected, DAWN + SECOND)


def test_a_message_that_was_long_under_way_makes_nothing_older():
    late = lease().renewed(Sender.HUB, DAWN - 300 * SECOND, TERMS, is_caught_up=True)
    assert late == lease()


def test_an_agent_that_is_heard_gets_no_grace():
    heard = lease().renewed(Sender.AGENT, DAWN + 600 * SECOND, TERMS, is_caught_up=False)
    assert heard.decide(AGENT, DAWN + 1199 * SECOND, TERMS) is HubReason.WITH_AGENT
    assert heard.decide(AGENT, DAWN + 1200 * SECOND, TERMS) is HubReason.GRACE


@pytest.mark.parametrize(
    ("messages", "has_route"),
    [
        ([(Sender.HUB_ONLY, 1, True)], False),
        ([(Sender.HUB_ONLY, 1, False)], True),  # its log may say that it sends something
        ([(Sender.HUB_ONLY, 1, True), (Sender.AGENT, 2, False)], True),
        ([(Sender.HUB, 2, True), (Sender.HUB_ONLY, 1, True)], True),  # overtaken
        ([(Sender.HUB, 1, True), (Sender.HUB_ONLY, 1, True)], True),
        ([(Sender.HUB_ONLY, 1, True), (Sender.HUB, 1, True)], True),
        ([(Sender.HUB_ONLY, -1, True)], True),  # of before the hub's start
    ],
)
def test_the_newest_stamp_tells_of_the_route(messages, has_route):
    one = start_lease(DAWN)
    for sender, seconds, is_caught_up in messages:
        stamped_at = DAWN + seconds * SECOND
        one = one.renewed(sender, stamped_at, TERMS, is_caught_up=is_caught_up)
    assert one.has_route is has_route


# the times


@pytest.mark.parametrize("alone_after", [90, 120, 300, 3600])
def test_between_the_hubs_last_attempt_and_the_agents_first_are_ten_seconds(alone_after):
    terms = LeaseTerms(alone_after=alone_after * SECOND)
    end_of_hub = terms.alone_after - terms.attempt_margin + LONGEST_ATTEMPT
    assert timedelta(seconds=terms.silence) - end_of_hub == 10 * SECOND


def test_a_time_that_leaves_the_hub_none_to_send_is_refused():
    with pytest.raises(ValueError, match="alone_after"):
        LeaseTerms(alone_after=89 * SECOND)


@pytest.mark.parametrize(
    ("alone_after", "hold"), [(90, 13.5), (119, 39.6), (120, 40), (600, 40)]
)
def test_a_wait_is_over_before_the_lease_is(alone_after, hold):
    terms = LeaseTerms(alone_after=alone_after * SECOND)
    assert terms.longest_hold == timedelta(seconds=hold)
    assert terms.longest_hold * 1.1 < terms.alone_after - terms.attempt_margin


# the agent

NOW = 1000.0
UP = LinkView(has_route=True, answered_at=NOW - 1)
CUT = LinkView(has_route=True, answered_at=NOW - 60, backlog_since=NOW - 20)
DEAF = replace(UP, backlog_since=NOW - 30)
NEVER = LinkView(has_route=True)
NEW = replace(UP, is_route_known=False)
OUT = replace(UP, attempts_out=1)
BARE = replace(UP, has_route=False)


def turn(phase, quiet=0.0, reason=PhaseReason.PROMISED):
    """The part of an agent that is quiet for so many seconds more."""
    return AgentTurn(phase=phase, quiet_until=NOW + quiet, reason=reason)


P, R = Phase, PhaseReason


@pytest.mark.parametrize(
    ("phase", "quiet", "link", "next_phase", "reason"),
    [
        (P.NO_ROUTE, 0, BARE, P.NO_ROUTE, R.NO_ROUTE),
        (P.NO_ROUTE, 0, NEW, P.LINKED, R.UNKNOWN_ROUTE),
        (P.LINKED, -999, NEW, P.LINKED, R.UNKNOWN_ROUTE),
        (P.LINKED, 1, UP, P.LINKED, R.PROMISED),
        (P.LINKED, 1, CUT, P.LINKED, R.PROMISED),
        (P.LINKED, 0, CUT, P.ALONE, R.HUB_AWAY),
        (P.LINKED, 0, NEVER, P.ALONE, R.HUB_AWAY),
        (P.LINKED, 0, DEAF, P.ALONE, R.NOT_TAKEN),
        (P.LINKED, 1, BARE, P.NO_ROUTE, R.NO_ROUTE),
        (P.ALONE, 0, CUT, P.ALONE, R.HUB_AWAY),
        (P.ALONE, 0, DEAF, P.ALONE, R.NOT_TAKEN),
        (P.ALONE, 0, UP, P.RETURNING, R.HUB_BACK),
        (P.ALONE, 0, BARE, P.RETURNING, R.ROUTE_REMOVED),
        (P.RETURNING, 0, OUT, P.RETURNING, R.ATTEMPTS_OUT),
        (P.RETURNING, 0, UP, P.LINKED, R.HANDED_OVER),
        (P.RETURNING, 0, CUT, P.ALONE, R.HUB_AWAY),
        (P.RETURNING, 0, replace(CUT, attempts_out=1), P.ALONE, R.HUB_AWAY),
        (P.RETURNING, 1, NEVER, P.RETURNING, R.PROMISED),  # of the life before
        (P.RETURNING, 0, replace(BARE, attempts_out=1), P.RETURNING, R.ATTEMPTS_OUT),
        (P.RETURNING, 0, BARE, P.NO_ROUTE, R.NO_ROUTE),
    ],
)
def test_an_agent_goes_from_phase_to_phase(phase, quiet, link, next_phase, reason):
    first = R.NO_ROUTE if phase is P.NO_ROUTE else R.PROMISED
    after = turn(phase, quiet, first).following(link, NOW, TERMS)
    assert (after.phase, after.reason) == (next_phase, reason)


def test_an_agent_is_quiet_after_a_promise_for_longer_than_the_lease():
    promised = turn(P.LINKED).promised(NOW - 40, TERMS)
    assert promised.quiet_until == NOW - 40 + 125
    assert promised.promised(NOW - 90, TERMS) == promised


def test_an_agent_that_handed_over_promised_as_well():
    after = turn(P.RETURNING).following(UP, NOW, TERMS)
    assert after.quiet_until == NOW - 1 + 125


def test_a_new_route_is_used_only_a_while_after_the_hub_knows_of_it():
    fresh = turn(P.LINKED, -999, R.UNKNOWN_ROUTE).following(UP, NOW, TERMS)
    assert (fresh.phase, fresh.reason, fresh.quiet_until) == (P.LINKED, R.PROMISED, NOW + 125)


@pytest.mark.parametrize(
    ("phase", "link", "sender"),
    [
        (P.NO_ROUTE, BARE, Sender.HUB_ONLY),
        (P.LINKED, UP, Sender.HUB),
        (P.LINKED, CUT, Sender.HUB),
        (P.LINKED, DEAF, Sender.AGENT),  # else it would promise for ever, and nobody sent
        (P.ALONE, UP, Sender.AGENT),
        (P.RETURNING, UP, Sender.AGENT),
    ],
)
def test_a_request_names_who_sends(phase, link, sender):
    assert turn(phase).sender(link, NOW, TERMS) is sender


@pytest.mark.parametrize(
    ("phase", "may_send", "custody"),
    [
        (P.NO_ROUTE, False, HUB),
        (P.LINKED, False, HUB),
        (P.ALONE, True, AGENT),
        (P.RETURNING, False, AGENT),
    ],
)
def test_a_phase_says_who_has_to_send(phase, may_send, custody):
    assert (turn(phase).may_send, turn(phase).custody) == (may_send, custody)


@pytest.mark.parametrize(
    ("has_route", "has_own", "phase"),
    [
        (True, False, P.LINKED),
        (True, True, P.RETURNING),
        (False, True, P.RETURNING),
        (False, False, P.NO_ROUTE),
    ],
)
def test_an_agent_that_just_started_is_quiet_as_if_it_had_promised(has_route, has_own, phase):
    fresh = start_turn(NOW, TERMS, has_route=has_route, has_own_notifications=has_own)
    assert (fresh.phase, fresh.quiet_until) == (phase, NOW + 125)
