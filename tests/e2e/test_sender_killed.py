"""Hub and agent can both send an alarm of the agent, and either is killed between any two steps: it
is told, and twice only if an answer was lost; real nodes, and a mail server for each."""

import random
from collections import Counter

import pytest

from tests.e2e.test_agent_alarms import (
    ROUTE,
    SHOP,
    Shop,
    caught_up,
    events,
    killed,
    known,
    subjects,
)
from tests.e2e.world import Mailbox, opened, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
SHORTEST = "\nalone_after_seconds = 90\n"


@pytest.fixture
def mailbox():
    """Where the hub sends."""
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def own_mailbox():
    """Where the agent sends."""
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def hub(hub):
    with (hub.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(SHORTEST)
    return hub


@pytest.fixture
def shop(hub, server, mailbox, own_mailbox):
    """The agent fs01 watches a port, and both have a route."""
    shop = Shop()
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    server.define(routes__own=ROUTE.format(port=own_mailbox.port))
    hub.define(
        contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=mailbox.port),
        instances__files=SHOP.format(port=shop.port),
    )
    told(mailbox, 1)
    until(lambda: phase(server) == "linked", "the hub to know of the route", 150)
    return shop


def phase(server):
    """Who sends, as the agent sees it."""
    return server.link()["sender"]


def alarms(mailbox):
    """The mails of the shop; what a node tells of its own restart is another story."""
    return [mail for mail in mailbox.mails if "shop" in mail["Subject"]]


def told(mailbox, count, patience=150):
    until(lambda: len(alarms(mailbox)) >= count, f"{count} mails", patience)
    assert len(alarms(mailbox)) == count, subjects(mailbox)


def settled(hub, server):
    """The hub sends again, has the whole log, and nothing waits."""
    until(lambda: phase(server) == "linked", "the hub to send again", 240)
    caught_up(hub, server)
    until(lambda: hub.queue() == 0, "nothing to wait", 240)


def test_an_alarm_that_the_hub_took_and_did_not_send_is_sent_once(
    hub, server, mailbox, own_mailbox, shop
):
    """Its own server is gone, and then the hub itself: the agent takes over what the hub has."""
    mailbox.close()
    with shop.open():
        known(hub, "ok")
        assert hub.queue() == 1
        killed(hub.running[-1])
        told(own_mailbox, 1, 240)
        mailbox.open()
        hub.serve_warm()
        settled(hub, server)
    told(mailbox, 2)  # the problem before, and the one after
    told(own_mailbox, 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_either_side_is_killed_again_and_again(hub, server, mailbox, own_mailbox, shop, seed):
    draw, kills = random.Random(seed), 0

    def kill(node):
        nonlocal kills
        kills += 1
        killed(node.running[-1])
        until(lambda: not opened(node.folder / "door.sock"), "its end")

    kill(hub)
    for _ in range(2):
        with shop.open():
            known(server, "ok")
        known(server, "critical")
    until(lambda: alarms(own_mailbox), "the first mail", 240)
    kill(server)  # between what its provider answered and what it writes, or soon after
    server.serve_warm()
    with shop.open():
        known(server, "ok")
        until(lambda: len(alarms(own_mailbox)) > 2 or server.queue() == 0, "the others", 240)
        for node in draw.choices([hub, server], k=4):
            if node.running[-1].poll() is None:
                kill(node)
            node.serve_warm()
            until(lambda: phase(server) != "", "the agent", 60)
        if hub.running[-1].poll() is not None:
            hub.serve_warm()
        settled(hub, server)
    told_ids = Counter(mail["Message-ID"] for mail in (*alarms(mailbox), *alarms(own_mailbox)))
    assert max(told_ids.values()) <= 1 + kills
    assert sum(told_ids.values()) - len(told_ids) <= kills
    until(lambda: hub.queue() == 0 and len(events(hub)) == len(events(server)), "the end", 240)
    totals = hub.call("ledger")["sum"]
    assert totals["lost"] == totals["waiting"] == totals["set_aside"] == 0
    assert totals["accepted"] == totals["raised"] >= 6
