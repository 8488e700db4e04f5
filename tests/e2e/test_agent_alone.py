"""An agent with a route of its own notifies while its hub is away, and the hub none of that again: two
real nodes, and a server for mail of each."""

import pytest

from tests.e2e.test_agent_alarms import ROUTE, SHOP, Shop, caught_up, killed, known
from tests.e2e.world import Mailbox, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
SHORTEST = "\nalone_after_seconds = 90\n"


@pytest.fixture
def mailboxes():
    """That of the hub's route, and that of the agent's."""
    boxes = Mailbox().open(), Mailbox().open()
    yield boxes
    for box in boxes:
        box.close()


@pytest.fixture
def hub(hub):
    with (hub.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(SHORTEST)
    return hub


@pytest.fixture
def shop(hub, server, mailboxes):
    """The agent fs01 watches a port, has a route of its own, and the hub knows of it."""
    of_hub, of_agent = mailboxes
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    server.definitions.mkdir(exist_ok=True)
    server.define(routes__own=ROUTE.format(port=of_agent.port))
    shop = Shop()
    hub.define(
        contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=of_hub.port),
        instances__files=SHOP.format(port=shop.port).replace('"1s"', '"5s"'),
    )
    known(server, "critical")
    until(lambda: alarms(of_hub) and not hub.queue(), "the alarm")
    until(lambda: sender(server) == ("linked", "promised"), "the hub to know of the route")
    return shop


def sender(server):
    link = server.link()
    return link["sender"], link["sender_reason"]


def alarms(mailbox):
    """The mails of the shop, each as the word before it."""
    return [
        mail["Subject"].partition(" ")[0] for mail in mailbox.mails if "shop" in mail["Subject"]
    ]


def ledger(node):
    """The alarms of the shop, oldest first: their state, and by whose attempt."""
    rows = node.call("ledger", monitor="files/net/shop")["rows"]
    return [
        (row["state"], {attempt["sent_by"] for attempt in row["tried"]})
        for row in reversed(rows)
    ]


def until_the_hub_is_back(hub, server):
    hub.serve_warm()
    until(lambda: sender(server)[0] == "linked", "the hub to notify again")
    caught_up(hub, server)
    until(lambda: not hub.queue(), "the hub to have sent what it may")


def test_the_agent_notifies_while_the_hub_is_away_and_the_hub_none_of_it(
    hub, server, mailboxes, shop
):
    of_hub, of_agent = mailboxes
    killed(hub.running[-1])
    with shop.open():
        known(server, "ok")
        assert server.queue() == 0  # the hub may be back in time
        until(lambda: alarms(of_agent), "the agent to notify")
        assert sender(server) == ("alone", "hub-away")
        until_the_hub_is_back(hub, server)
    known(hub, "critical")
    until(lambda: len(alarms(of_hub)) >= 2 and not hub.queue(), "the next alarm")
    assert alarms(of_hub) == ["[CRITICAL]", "[CRITICAL]"]
    assert alarms(of_agent) == ["[RECOVERED]"]
    assert ledger(hub) == [("accepted", {""}), ("accepted", {"fs01"}), ("accepted", {""})]
    until(lambda: server.link()["pending"] == 0, "the agent to hear of it")
    assert [state for state, _ in ledger(server)][-1] == "accepted"


def test_an_agent_that_is_killed_between_take_over_and_sending_notifies_once(
    hub, server, mailboxes, shop
):
    of_hub, of_agent = mailboxes
    of_agent.close()
    killed(hub.running[-1])
    with shop.open():
        known(server, "ok")
        until(lambda: sender(server)[0] == "alone" and server.queue(), "the agent to be alone")
        killed(server.running[-1])
        of_agent.open()
        server.serve_warm()
        until(lambda: alarms(of_agent), "the agent to notify")
        until_the_hub_is_back(hub, server)
    assert (alarms(of_hub), alarms(of_agent)) == (["[CRITICAL]"], ["[RECOVERED]"])
    assert ledger(hub) == [("accepted", {""}), ("accepted", {"fs01"})]


def test_what_the_agent_could_not_send_is_sent_by_the_hub_that_is_back(
    hub, server, mailboxes, shop
):
    of_hub, of_agent = mailboxes
    of_agent.close()
    killed(hub.running[-1])
    with shop.open():
        known(server, "ok")
        until(lambda: sender(server)[0] == "alone" and server.queue(), "the agent to be alone")
        until_the_hub_is_back(hub, server)
        until(lambda: len(alarms(of_hub)) == 2, "the hub to notify")
    of_agent.open()
    assert (alarms(of_hub), alarms(of_agent)) == (["[CRITICAL]", "[RECOVERED]"], [])
