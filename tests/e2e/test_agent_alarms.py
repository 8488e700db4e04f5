"""What an agent measures is told by its hub: two real nodes, and a server for mail."""

import socket
from collections import Counter
from contextlib import contextmanager

import pytest

from tests.e2e.world import until
from tests.ports import free_port

SHOP = """
source = "fs01"
every = "1s"
rules = ["ops"]
[[group]]
name = "net"
[[group.monitor]]
name = "shop"
kind = "port"
[group.monitor.options]
port = {port}
"""
ROUTE = """
kind = "smtp"
[options]
host = "127.0.0.1"
port = {port}
protection = "none"
sender = "noroshi@example.com"
"""


class Shop:
    """A port that answers, or does not."""

    def __init__(self):
        self.port = free_port()

    @contextmanager
    def open(self):
        # Nobody accepts: each look stays in the queue, and a full one would look like no answer.
        with socket.create_server(("127.0.0.1", self.port), backlog=4000):
            yield


@pytest.fixture
def shop(hub, server, mailbox):
    """The agent fs01 watches a port, and the hub knows whom to tell."""
    shop = Shop()
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    hub.define(
        contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=mailbox.port),
        instances__files=SHOP.format(port=shop.port),
    )
    return shop


def killed(node):
    node.kill()
    node.wait()


def level(node):
    """The level of the shop, "" while it is not known."""
    found = [one for one in node.status()["monitors"] if one["path"].startswith("files/")]
    return found[0]["level"] if found and found[0]["items"] else ""


def known(node, wanted):
    until(lambda: level(node) == wanted, f"{wanted} at {node.folder}")


def events(node):
    """The events of the shop, oldest first."""
    shown = node.call("log", monitor="files/net/shop")["events"]
    return [(one["id"], one["at"], one["after"]) for one in reversed(shown)]


def subjects(mailbox):
    return [mail["Subject"] for mail in mailbox.mails]


def told(hub, mailbox, count):
    """So many mails came, each once, and no more waits."""
    until(lambda: len(mailbox.raw) >= count and not hub.queue(), f"{count} mails")
    ids = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert len(ids) == count and set(ids.values()) == {1}, subjects(mailbox)


def caught_up(hub, server):
    """The hub has all that the agent has; more may have happened since it was looked at."""
    until(lambda: events(hub) and events(hub) == events(server), "the hub to have the events")
    until(lambda: server.link()["backlog"] == 0, "the hub to have the log")


def test_an_alarm_of_an_agent_is_sent_by_the_hub_and_once(hub, server, mailbox, shop):
    told(hub, mailbox, 1)
    known(hub, "critical")
    with shop.open():
        told(hub, mailbox, 2)
        known(hub, "ok")
    caught_up(hub, server)
    assert server.queue() == 0
    assert "fs01" in hub.run("status").stdout


def test_what_happens_while_the_hub_is_away_is_told_by_it_later(hub, server, mailbox, shop):
    told(hub, mailbox, 1)
    killed(hub.running[-1])
    with shop.open():
        known(server, "ok")
    known(server, "critical")
    with shop.open():
        known(server, "ok")
        assert server.link()["backlog"] > 0 and len(mailbox.raw) == 1
        hub.serve_warm()
        told(hub, mailbox, 4)
        known(hub, "ok")
    caught_up(hub, server)


def test_an_agent_that_is_killed_tells_each_alarm_once(hub, server, mailbox, shop):
    told(hub, mailbox, 1)
    killed(hub.running[-1])
    with shop.open():
        known(server, "ok")
        killed(server.running[-1])  # what it measured is in its log
        hub.serve_warm()
        server.serve_warm()
        told(hub, mailbox, 2)
    told(hub, mailbox, 3)
    caught_up(hub, server)


def test_a_hub_that_is_killed_again_and_again_tells_each_alarm_once(hub, server, mailbox, shop):
    told(hub, mailbox, 1)
    with shop.open():
        for _ in range(3):
            killed(hub.running[-1])
            hub.serve_warm()
        known(server, "ok")
        told(hub, mailbox, 2)
    caught_up(hub, server)


def silences(node):
    return [one["why"] for one in node.call("silence_list")]


def test_a_silence_at_the_hub_is_kept_by_the_agent_and_judged_there(hub, server, mailbox, shop):
    told(hub, mailbox, 1)
    with shop.open():
        told(hub, mailbox, 2)
        hub.call("silence_add", place="files", reason="new switch", length="1h")
        until(lambda: silences(server) == ["new switch"], "the silence at the agent")
        killed(hub.running[-1])
        killed(server.running[-1])
        server.serve_warm()  # the hub is away, and it is silent all the same
        known(server, "ok")
    known(server, "critical")
    assert silences(server) == ["new switch"]
    hub.serve_warm()
    known(hub, "critical")
    caught_up(hub, server)
    assert len(mailbox.raw) == 2
    hub.call("silence_end", silence="files")
    told(hub, mailbox, 3)  # the agent tells how it is now
    assert silences(server) == []
    with shop.open():
        told(hub, mailbox, 4)


def test_what_somebody_acknowledged_at_the_hub_has_somebody_at_the_agent(
    hub, server, mailbox, shop
):
    def holders(node):
        rows = node.call("alarms", monitor="files/net/shop")["rows"]
        return [row["acknowledged"] and row["acknowledged"]["who"] for row in rows]

    told(hub, mailbox, 1)
    known(hub, "critical")
    hub.call("alarm_acknowledge", monitor="files/net/shop", comment="on it")
    until(lambda: holders(server) == holders(hub) != [None], "who has it, at the agent")
    with shop.open():
        told(hub, mailbox, 2)
        assert holders(server) == []
    told(hub, mailbox, 3)  # the next problem is nobody's
    assert holders(server) == [None]


def test_a_server_whose_rules_and_contacts_are_called_as_the_hubs_keeps_its_own(
    hub, server, mailbox
):
    shop = Shop()
    hub.begin()
    server.run("init", "--name", "node")
    with (server.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write("\nweb = false\n")
    server.serve_warm()
    server.define(
        contacts__people='addresses = ["own@example.com"]',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=mailbox.port),
    )
    server.run(*hub.line(), "--name", "fs01")
    server.until_linked()
    hub.define(
        contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=mailbox.port),
        instances__files=SHOP.format(port=shop.port),
    )
    told(hub, mailbox, 1)
    assert mailbox.mails[0]["To"] == "ops@example.com"
    known(hub, "critical")
    hub.call("silence_add", place="files", reason="new switch", length="1h")
    until(lambda: silences(server) == ["new switch"], "the silence at the agent")
    with shop.open():
        known(hub, "ok")
    assert len(mailbox.raw) == 1
