"""A hub is gone for good: three of its agents tell so, one after the other, and no other agent does.
Real nodes and a server for mail, in real time: the third one waits for half an hour."""

import re
from datetime import datetime, timedelta

import pytest

from tests.e2e.hubs import Server
from tests.e2e.test_agent_alarms import ROUTE, SHOP, Shop, killed
from tests.e2e.world import Mailbox, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
HALF_AN_HOUR = 1800
WITH_ROUTES = ("fs01", "fs02", "fs03", "fs04", "fs05")
NAMES = (*WITH_ROUTES, "fs06")
LAST_RANK = timedelta(seconds=40)  # longer than an open wait and the age of a rank at the hub


@pytest.fixture
def mailboxes():
    """That of the hub's route, and that of the agents' routes."""
    boxes = Mailbox().open(), Mailbox().open()
    yield boxes
    for box in boxes:
        box.close()


@pytest.fixture
def agents(tmp_path):
    agents = {name: Server(tmp_path / name) for name in NAMES}
    yield agents
    for agent in agents.values():
        agent.end()


def last_contact(agent):
    return datetime.fromisoformat(agent.link()["last_contact"])


def watches(agent):
    """Return whether what the hub defined for the agent is in force there."""
    return any(one["path"].endswith("/net/shop") for one in agent.status()["monitors"])


def join(hub, agents, mailboxes, shop):
    of_hub, of_agents = mailboxes
    for name, agent in agents.items():
        agent.run(*hub.line(), "--name", name)
        agent.serve_warm()
        agent.until_linked()
    watched = SHOP.format(port=shop.port).replace('"1s"', '"5s"')
    hub.define(
        contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=of_hub.port),
        **{f"instances__{name}": watched.replace("fs01", name) for name in agents},
    )
    for name, agent in agents.items():
        until(lambda agent=agent: watches(agent), f"the configuration of {name}")
    for name in WITH_ROUTES:
        agents[name].define(routes__own=ROUTE.format(port=of_agents.port))


def until_all_know_their_turn(agents):
    for name in WITH_ROUTES:
        until(
            lambda agent=agents[name]: agent.link()["sender_reason"] == "promised",
            f"the hub to know of the route of {name}",
        )
    since = max(last_contact(agent) for agent in agents.values())
    for name, agent in agents.items():
        until(lambda agent=agent: last_contact(agent) > since + LAST_RANK, f"words to {name}")


def tellers(mailbox):
    """The agents that told, in the order of their mails, that the hub cannot be reached."""
    told = (re.search(r"(fs\d\d) cannot reach hub ", mail["Subject"]) for mail in mailbox.mails)
    return [found[1] for found in told if found]


def alarms_of(mailbox, name):
    subjects = [mail["Subject"] for mail in mailbox.mails]
    return [one for one in subjects if one.startswith(f"[CRITICAL] {name} shop")]


def test_three_agents_tell_in_turn_that_the_hub_is_gone_and_no_other_does(
    hub, agents, mailboxes
):
    of_hub, of_agents = mailboxes
    shop = Shop()
    with shop.open():
        hub.begin()
        join(hub, agents, mailboxes, shop)
        until_all_know_their_turn(agents)
        killed(hub.running[-1])
        for count in (1, 2, 3):
            until(
                lambda count=count: len(tellers(of_agents)) >= count,
                f"{count} to tell",
                HALF_AN_HOUR,
            )
            assert tellers(of_agents) == list(WITH_ROUTES[:count])
    # An alarm of each comes after all that it had to tell before.
    for name in WITH_ROUTES:
        until(lambda name=name: alarms_of(of_agents, name), f"an alarm of {name}")
    assert tellers(of_agents) == list(WITH_ROUTES[:3])
    assert tellers(of_hub) == []
    assert agents["fs06"].link()["sender"] == "no-route"
