"""Two agents and their hub on computers of their own: a cable that is pulled, and whose disk is whose."""

import pytest

from tests.e2e.fields import Fleet
from tests.e2e.world import until


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), agents=2)
    yield fleet
    fleet.end()


def test_what_an_agent_sees_while_it_is_cut_off_is_told_once_it_is_back(fleet):
    cut_off, other = fleet.agents
    cut_off.machine.cut_from(fleet.hub.machine)
    cut_off.flip()
    cut_off.flip()
    other.flip()
    fleet.told_once(other)
    assert len(fleet.alarms(cut_off)) == len(cut_off.seen) - 2
    cut_off.machine.heal()
    fleet.all_is_told()


def test_a_disk_is_shown_under_the_name_of_its_own_computer(fleet):
    own = {agent.name: f"{agent.machine.folder}/disk" for agent in fleet.agents}
    for agent in fleet.agents:
        disk = own[agent.name]
        until(lambda name=agent.name, disk=disk: disk in fleet.hub.disks(name), disk)
    machines = fleet.hub.machine, *(agent.machine for agent in fleet.agents)
    every_disk = {f"{machine.folder}/disk" for machine in machines}
    shown = {name: fleet.hub.disks(name) & every_disk for name in own}
    assert shown == {name: {disk} for name, disk in own.items()}
