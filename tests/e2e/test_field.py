"""Ten agents and their hub, each on a computer of its own, and what befalls their cables, their
processes, their clocks and their disks.

After each of these the hub has each event once and in order, and each alarm came as one mail.
"""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.fields import Fleet
from tests.e2e.world import until
from tests.stores.volumes import fill

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

MINUTE, FIVE_MINUTES = timedelta(minutes=1), timedelta(minutes=5)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), agents=10)
    yield fleet
    fleet.end()


def misses_its_hub(agent):
    until(lambda: agent.link()["phase"] == "away", f"{agent.name} to miss its hub")


def test_each_of_ten_is_told_once(fleet):
    for agent in fleet.agents:
        agent.flip()
    fleet.all_is_told()


def test_cables_that_are_cut_or_carry_one_way(fleet):
    cut, deaf, mute, *others = fleet.agents
    cut.machine.cut_from(fleet.hub.machine)
    deaf.machine.hear_nothing_from(fleet.hub.machine)
    mute.machine.say_nothing_to(fleet.hub.machine)
    for agent in fleet.agents:
        agent.flip()
    for agent in others:
        fleet.told_once(agent)
    for agent in (cut, deaf, mute):
        misses_its_hub(agent)
        agent.flip()
        agent.machine.heal()
    fleet.all_is_told()


def test_cables_that_lose_packets(fleet):
    for agent in fleet.agents[:3]:
        agent.machine.lose(5, fleet.hub.machine)
    for agent in 3 * fleet.agents[:4]:
        agent.flip()
    fleet.all_is_told()
    for agent in fleet.agents[:3]:
        agent.machine.heal()


# killed between two steps


TRIES = 9


def before_it_is_sent(fleet, agent):
    agent.machine.cut_from(fleet.hub.machine)
    agent.flip()


def before_it_is_received(fleet, agent):
    agent.machine.say_nothing_to(fleet.hub.machine)
    agent.flip()


def before_the_hub_answers(fleet, agent):
    for _ in range(TRIES):
        agent.machine.hear_nothing_from(fleet.hub.machine)
        agent.flip()
        try:
            return fleet.hub.shows(agent, patience=5)
        except AssertionError:  # samples were on their way, so no report is begun
            agent.machine.heal()
            fleet.all_is_told()
    raise AssertionError("no report came through")


def before_the_mail_is_sent(fleet, agent):
    fleet.mailbox.close()
    agent.flip()
    fleet.hub.shows(agent)


def after_all(fleet, agent):
    agent.flip()
    fleet.all_is_told()


STEPS = (
    before_it_is_sent,
    before_it_is_received,
    before_the_hub_answers,
    before_the_mail_is_sent,
    after_all,
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("killed", ["hub", "agent"])
def test_one_of_the_two_is_killed(fleet, killed, step):
    agent = fleet.agents[3]
    step(fleet, agent)
    node = {"hub": fleet.hub, "agent": agent}[killed]
    node.kill()
    node.serve_warm()
    agent.machine.heal()
    fleet.open_mailbox()
    fleet.all_is_told()


def test_an_agent_is_killed_while_it_measures(fleet):
    agent = fleet.agents[4]
    if agent.shop.is_open:
        agent.flip()
    agent.shop.open()
    until(lambda: agent.shop.visits, "a visit")
    agent.kill()
    agent.serve_warm()
    agent.sees("ok")
    fleet.all_is_told()


def test_the_hub_is_killed_with_reports_that_it_has_not_read(fleet):
    with fleet.hub.standing_still():
        for agent in fleet.agents:
            agent.flip()
        fleet.hub.kill()
    fleet.hub.serve_warm()
    fleet.all_is_told()


def test_a_hub_that_stands_still_for_five_minutes(fleet):
    for agent in fleet.agents:  # the first look, of a new configuration, is no turn
        until(lambda clock=agent.clock: len(clock.visits) > 1, "a turn")
        agent.clock.visits.clear()
    with fleet.hub.standing_still():
        for agent in fleet.agents:
            agent.flip()
        for agent in fleet.agents:
            misses_its_hub(agent)
        until(lambda: age_of_contact(fleet.agents[0]) > FIVE_MINUTES, "five minutes", 400)
        for agent in fleet.agents:
            agent.flip()
    fleet.all_is_told()
    for agent in fleet.agents:  # each looked at its turns, and at each once
        assert agent.turns() == [*range(len(agent.turns()))]
        assert len(agent.turns()) > 28


def age_of_contact(agent):
    return datetime.now(UTC) - datetime.fromisoformat(agent.link()["last_contact"])


# delays, clocks, disks


def test_a_link_that_is_slow_by_200_ms(fleet):
    relay = fleet.relay(0.2)
    agent = fleet.join(fleet.field.machine("fs11"), relay.address)
    fleet.watch(agent)
    for _ in range(6):
        agent.flip()
    assert relay.carried
    assert agent.link()["where"].startswith(relay.address)  # not by the hub's own address
    fleet.all_is_told()


def test_clocks_that_are_five_minutes_apart(fleet):
    began, earlier_mails = datetime.now(UTC), len(fleet.mailbox.mails)
    for agent, minutes in zip(fleet.agents, (5, -5), strict=False):
        agent.end()
        agent.serve_by_clock(minutes)
        agent.until_linked()
        agent.flip()
        agent.flip()
        offset = timedelta(seconds=agent.link()["clock_offset"])
        assert abs(offset - timedelta(minutes=minutes)) < timedelta(minutes=1)
    fleet.all_is_told()
    for agent in fleet.agents[:2]:
        agent.end()
        agent.serve_warm()
        agent.until_linked()
        agent.flip()
    fleet.all_is_told()
    times = [time for agent in fleet.agents[:2] for time in fleet.hub.times(agent.name)[-3:]]
    for moment in (*times, *fleet.dates()[earlier_mails:]):
        assert began - MINUTE < moment < datetime.now(UTC) + MINUTE


def test_an_agent_whose_disk_is_full(fleet):
    agent = fleet.agents[5]
    agent.machine.cut_from(fleet.hub.machine)
    filler = fill(agent.machine.outside)
    agent.clock.visits.clear()
    agent.flip()
    fill(agent.machine.outside)  # what it had kept for this, too
    agent.flip()
    fill(agent.machine.outside)
    agent.flip()
    until(lambda: len(agent.clock.visits) > 2, "three turns")
    assert agent.turns() == [*range(len(agent.turns()))]
    agent.kill()
    filler.unlink()
    agent.lives.clear()  # what it measured made room for its log
    agent.serve_warm()
    agent.machine.heal()
    fleet.all_is_told()


def test_a_hub_whose_disk_is_full(fleet):
    filler = fill(fleet.hub.machine.outside)
    for agent in fleet.agents[:4]:
        agent.flip()
        agent.flip()
    filler.unlink()
    fleet.all_is_told()


def test_a_hub_that_is_restored_from_an_older_backup(fleet):
    for agent in fleet.agents:
        agent.flip()
    fleet.all_is_told()
    backup = fleet.hub.folder.parent / "backup"
    fleet.hub.run("backup", str(backup))
    before = fleet.mails()
    for agent in fleet.agents:
        agent.flip()
    fleet.all_is_told()
    fleet.hub.kill()
    for agent in fleet.agents[:5]:
        agent.flip()
    fleet.may_repeat |= fleet.mails().keys() - before.keys()  # it no longer knows of these
    fleet.hub.run("restore", str(backup))
    fleet.hub.serve_warm()
    fleet.all_is_told()


def test_an_agent_that_is_set_back_to_a_snapshot(fleet):
    agent = fleet.agents[6]
    agent.flip()
    fleet.all_is_told()
    agent.end()
    snapshot = agent.folder.with_name("snapshot")
    shutil.copytree(agent.folder, snapshot)
    agent.serve_warm()
    agent.flip()
    agent.flip()
    fleet.all_is_told()
    agent.kill()
    shutil.rmtree(agent.folder)
    snapshot.rename(agent.folder)
    agent.lives.clear()  # what it stored since then is gone
    agent.serve_warm()
    agent.flip()
    agent.flip()
    agent.is_set_back = True  # it does not know of what was between
    fleet.all_is_told()
