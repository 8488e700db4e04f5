"""What a hub may send for its agents, as their messages and the time make it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.agents import AgentState
from noroshi.core.sender_lease import Custody, HubReason, LeaseTerms, Sender, SendRight
from noroshi.service.agents.agent_leases import CURRENT_FOR, AgentLeases, Promise
from noroshi.service.agents.hub_time import HubTime
from noroshi.service.agents.witnesses import witness_ranks
from noroshi.testing import ManualClocks
from tests.contracts.test_store_agents import FS01, SEEN

HUB, AGENT = Custody.HUB, Custody.AGENT
ALONE = replace(FS01, needs_lease=True)
OTHER = replace(FS01, id="a2", name="db01", thumbprint="t2")


@pytest.fixture
def time():
    return ManualClocks()


@pytest.fixture
def leases(time):
    leases = AgentLeases(time.clocks)
    leases.update([ALONE, OTHER])
    return leases


def promise(leases, sender=Sender.HUB, age=0.0, **given):
    stamped_at = leases.time.now() - timedelta(seconds=age)
    fields = {"alone_after": 120.0, "is_caught_up": True, "stamped_at": stamped_at}
    return Promise(sender=sender, **fields | given)


def test_at_its_start_a_hub_sends_for_agents_that_never_send_themselves(leases):
    assert set(leases.rights()) == {SendRight("a2", HUB)}
    assert leases.reason("a1", HUB) is HubReason.LAPSED


def test_an_agent_that_nobody_knows_yet_may_be_sending(leases):
    assert leases.reason("a9", HUB) is HubReason.LAPSED


def test_a_promise_counts_at_once_and_its_end_within_a_moment(leases, time):
    leases.rights()
    assert leases.renew("a1", promise(leases))
    assert SendRight("a1", HUB) in leases.rights()
    time.pass_by(seconds=55)
    assert SendRight("a1", HUB) not in leases.rights()
    assert leases.reason("a1", HUB) is HubReason.LAPSED


def test_rights_are_the_same_object_while_they_are_current(leases, time):
    rights = leases.rights()
    time.pass_by(seconds=CURRENT_FOR / 2)
    assert leases.rights() is rights


@pytest.mark.parametrize("age", [55.0, 600.0])
def test_a_message_that_was_long_under_way_grants_nothing(leases, age):
    leases.renew("a1", promise(leases, age=age))
    assert leases.reason("a1", HUB) is HubReason.LAPSED


def test_a_message_without_a_promise_postpones_the_grace(leases, time):
    time.pass_by(minutes=9)
    leases.note_contact("a1", leases.time.now())
    time.pass_by(minutes=9)
    assert leases.reason("a1", HUB) is HubReason.LAPSED
    time.pass_by(minutes=1)
    assert leases.reason("a1", HUB) is HubReason.GRACE


def test_by_grace_it_is_known_who_may_have_sent_it(leases, time):
    time.pass_by(minutes=10)
    senders = {(one.agent, one.custody): one.possible_sender for one in leases.rights()}
    assert senders == {
        ("a1", HUB): "fs01",
        ("a1", AGENT): "fs01",
        ("a2", HUB): "",
        ("a2", AGENT): "db01",
    }


def test_the_hubs_setting_and_that_of_the_agent_may_differ(time):
    leases = AgentLeases(time.clocks, LeaseTerms(alone_after=timedelta(minutes=10)))
    leases.update([ALONE])
    leases.renew("a1", promise(leases))  # two minutes, as the agent goes by
    time.pass_by(seconds=54)
    assert leases.reason("a1", HUB) is HubReason.LEASE
    time.pass_by(seconds=1)
    assert leases.reason("a1", HUB) is HubReason.LAPSED
    leases.renew("a1", promise(leases, alone_after=600.0))
    time.pass_by(seconds=530)
    assert leases.reason("a1", HUB) is HubReason.LEASE


def test_a_wait_is_held_so_that_the_lease_never_lapses(leases):
    assert leases.longest_hold(120.0).total_seconds() == 40
    assert leases.longest_hold(90.0).total_seconds() == 13.5
    assert leases.longest_hold(5.0) == leases.longest_hold(120.0)


def test_what_is_read_again_does_not_change_a_lease(leases):
    leases.renew("a1", promise(leases))
    leases.update([replace(ALONE, name="files"), OTHER])
    assert leases.reason("a1", HUB) is HubReason.LEASE


def test_the_hubs_time_goes_on_whatever_happens_to_the_wall_clock(time):
    hub_time, start = HubTime(time.clocks), time.now
    time.pass_by(seconds=5)
    time.jump(hours=-2)
    assert hub_time.now() == start + timedelta(seconds=5)


def test_witnesses_have_a_route_and_were_heard_lately():
    def agent(number, **given):
        return replace(FS01, id=f"a{number}", joined_at=SEEN.last_contact, **given)

    now = SEEN.last_contact + timedelta(seconds=1)
    agents = [
        agent(1, own_route=True, state=AgentState.REVOKED),
        agent(2),
        agent(3, own_route=True),
        *(agent(number, own_route=True) for number in (4, 5, 6, 7)),
    ]
    last_seen = {one.id: replace(SEEN, agent=one.id) for one in agents}
    last_seen["a3"] = replace(SEEN, last_contact=now - timedelta(minutes=5))
    ranks = witness_ranks({one.id: one for one in agents}, last_seen, now)
    assert ranks == {"a4": 1, "a5": 2, "a6": 3}
