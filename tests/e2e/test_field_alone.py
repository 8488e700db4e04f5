"""Agents with a route of their own, each on a computer of its own, that tell while their hub is
away; and the hub, which tells none of that again.
"""

import pytest

from tests.e2e.fields import Fleet
from tests.e2e.world import PATIENCE, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    fleet = Fleet(folder, agents=10, settings="\nalone_after_seconds = 90\n")
    try:
        fleet.give_routes(*fleet.agents[:8])
        yield fleet
    finally:
        fleet.end()


def newest(agent):
    """The newest alarm of an agent."""
    id, _ = agent.events(agent.name)[-1]
    return f"{id}/ops/people"


def until_told(fleet, alarm):
    until(lambda: fleet.mails()[alarm], f"a mail of {alarm}", 2 * PATIENCE)


def test_cables_that_are_cut_or_carry_one_way(fleet):
    cut, deaf, mute, *_, routeless = fleet.agents
    cut.machine.cut_from(fleet.hub.machine)
    routeless.machine.cut_from(fleet.hub.machine)
    mute.machine.say_nothing_to(fleet.hub.machine)
    deaf.machine.hear_nothing_from(fleet.hub.machine)
    for agent in fleet.agents:
        agent.flip()
    fleet.may_repeat.add(newest(deaf))  # the hub tells it, and cannot say so
    for agent in (cut, deaf, mute):
        agent.until_sender("alone")
        agent.flip()
        until_told(fleet, newest(agent))
    assert not fleet.mails()[newest(routeless)]
    for agent in (cut, deaf, mute, routeless):
        agent.machine.heal()
    for agent in (cut, deaf, mute):
        agent.until_sender("linked")
    fleet.all_is_told()


def test_a_hub_that_stands_still(fleet):
    with fleet.hub.standing_still():
        for agent in fleet.agents:
            agent.flip()
        for agent in fleet.agents[:8]:
            until_told(fleet, newest(agent))
        for agent in fleet.agents:
            agent.flip()
    fleet.all_is_told()


def test_a_hub_that_is_killed_before_it_sends(fleet):
    fleet.hub.machine.cut_from(fleet.post)
    for agent in fleet.agents:
        agent.flip()
    for agent in fleet.agents:
        fleet.hub.shows(agent)
    fleet.hub.kill()
    for agent in fleet.agents[:8]:
        until_told(fleet, newest(agent))
    fleet.hub.machine.heal()
    fleet.hub.serve_warm()
    fleet.all_is_told()


def test_an_agent_that_is_killed_while_it_is_alone(fleet):
    """It has taken over an alarm, and cannot send it."""
    agent = fleet.agents[4]
    agent.machine.cut_off()
    agent.flip()
    agent.until_sender("alone")
    agent.kill()
    agent.serve_warm()
    agent.machine.cut_from(fleet.hub.machine)
    until_told(fleet, newest(agent))
    agent.machine.heal()
    fleet.all_is_told()


def test_an_agent_whose_route_is_down_while_it_is_alone(fleet):
    """What it cannot send is told by the hub."""
    agent = fleet.agents[5]
    agent.machine.cut_off()
    agent.flip()
    agent.until_sender("alone")
    agent.flip()
    agent.machine.cut_from(fleet.post)
    agent.until_sender("linked")
    fleet.all_is_told()
    agent.machine.heal()


def test_a_hub_that_is_restored_tells_nothing_again(fleet):
    backup = fleet.hub.folder.parent / "backup"
    fleet.hub.run("backup", str(backup))
    for agent in fleet.agents:
        agent.flip()
    fleet.all_is_told()
    for agent in fleet.agents:
        until(lambda agent=agent: not agent.link()["pending"], f"{agent.name} to hear of it")
    fleet.hub.kill()
    fleet.hub.run("restore", str(backup))
    fleet.hub.serve_warm()
    fleet.all_is_told()
