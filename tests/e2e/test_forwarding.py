"""What an agent reports arrives as a mail of its hub, once, also if one of the two dies meanwhile.

The hub is a real node. The agent is one too, or is made of the link's own language, so that it can
report what no check would measure at will.
"""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest

from noroshi.core.agents import Machine
from noroshi.core.levels import Level
from noroshi.core.report import MOST_ROWS, ReportRow, RowKind
from noroshi.definitions.document_content import content
from noroshi.link.join_code import JoinCode
from noroshi.link.link_messages import FETCH, FetchAnswer, FetchRequest
from noroshi.link.report_messages import GapOfRow, ReportAnswer
from noroshi.schema import text
from tests.e2e.hubs import Hub
from tests.e2e.world import until
from tests.ports import free_port
from tests.web.link.agent_client import AgentClient
from tests.web.link.reporting_agent import ReportingAgent, found, positions_of

RULE = 'action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]'
FILES = """
source = "fs01"
rules = ["all"]
[[group]]
name = "base"
[[group.monitor]]
name = "disks"
kind = "disk"
"""
SERVER = Machine(host_name="fs01", id="m1")


NOROSHI = 'rules = ["all"]\nevery = "1s"'


def now():
    return datetime.now(UTC)


def smtp(mailbox):
    return f"""
        kind = "smtp"
        [options]
        host = "127.0.0.1"
        port = {mailbox.port}
        protection = "none"
        sender = "noroshi@example.com"
    """


@pytest.fixture
def hub(tmp_path, mailbox):
    hub = Hub(tmp_path / "hub", free_port())
    hub.define(
        contacts__ops='addresses = ["ops@example.com"]',
        rules__all=RULE,
        routes__smtp1=smtp(mailbox),
    )
    yield hub
    hub.end()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=False, force_close=True)
    ) as session:
        yield session


class Agent(ReportingAgent):
    """An agent that has the configuration of its hub."""

    monitor = known = ""

    async def take_up(self):
        """Fetch the configuration, and know the monitor by its id."""
        while not (
            name := (await self.client.wait(hold=20.0, configuration=self.known)).configuration
        ):
            pass
        request = FetchRequest(configuration=name)
        answer = (await self.client.send(FETCH, request)).message(FetchAnswer)
        tables = {one.key: content(one) for one in answer.documents}
        assert tables.keys() == {"instances/files", "rules/all", "contacts/ops"}
        self.monitor = tables["instances/files"]["group"][0]["monitor"][0]["id"]

    def finds(self, level, serial, before):
        return found(level, serial=serial, before=before, now=now(), monitor=self.monitor)


async def joined(hub, session):
    code = JoinCode.read(hub.line()[-1])
    client = AgentClient(f"https://127.0.0.1:{hub.port}", session)
    await client.join(code, name="fs01", machine=SERVER)
    agent = Agent(client, now)
    agent.known = (await client.greet(machine=SERVER)).configuration
    hub.define(instances__files=FILES)
    await agent.take_up()
    return agent


def files(hub):
    (monitor,) = (one for one in hub.status()["monitors"] if one["path"] == "files/base/disks")
    return monitor


def until_mails(mailbox, count):
    until(lambda: len(mailbox.mails) >= count, f"{count} mails")
    return mailbox.mails


async def test_an_alarm_of_an_agent_arrives_once_and_so_does_its_end(hub, mailbox, session):
    hub.begin()
    agent = await joined(hub, session)
    answer = await agent.report(agent.finds(Level.CRITICAL, 1, Level.OK))
    assert positions_of(answer) == ("apply", 1) and answer.refused_rows == ()
    monitor = files(hub)
    assert (monitor["level"], monitor["agent"]) == ("critical", "fs01")
    (alarm,) = until_mails(mailbox, 1)
    assert alarm["To"] == "ops@example.com" and "/var" in alarm["Subject"]
    assert "fs01" in alarm.get_body(("plain",)).get_content()
    again = (await agent.send(start=0)).message(ReportAnswer)
    assert positions_of(again) == ("repeat", 1)
    await agent.report(agent.finds(Level.OK, 2, Level.CRITICAL))
    _, recovery = until_mails(mailbox, 2)
    assert recovery["In-Reply-To"] == alarm["Message-ID"]
    assert files(hub)["level"] == "ok"
    assert hub.queue() == 0 and len(mailbox.mails) == 2


async def test_a_hub_that_is_killed_after_a_report_sends_it_once_and_knows_it_again(
    hub, mailbox, session
):
    hub.serve()
    hub.call("agents_listen", host="127.0.0.1", address="127.0.0.1", port=hub.port)
    agent = await joined(hub, session)
    mailbox.close()  # what is reported waits
    await agent.report(agent.finds(Level.CRITICAL, 1, Level.OK))
    hub.running[-1].kill()
    hub.running[-1].wait()
    mailbox.open()
    hub.serve()
    first: ReportRow = agent.rows[0]
    answer = (await agent.send(start=0, rows=(first,))).message(ReportAnswer)
    assert positions_of(answer) == ("repeat", 1)
    assert files(hub)["level"] == "critical"
    await agent.report(agent.finds(Level.OK, 2, Level.CRITICAL))
    alarm, recovery = until_mails(mailbox, 2)
    assert recovery["In-Reply-To"] == alarm["Message-ID"]
    assert hub.queue() == 0 and len(mailbox.mails) == 2


# two real nodes


PORT = """
source = "fs01"
rules = ["all"]
every = "1s"
[[group]]
name = "net"
[[group.monitor]]
name = "shop"
kind = "port"
[group.monitor.options]
port = {port}
"""


class Shop:
    """A port that somebody listens at, or nobody."""

    def __init__(self):
        self.port, self._listener = free_port(), None

    def open(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))

    def close(self):
        if self._listener is not None:
            self._listener.close()


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


def shown(hub, server):
    """The level that each of the two shows, once there is one."""
    return [
        one["level"] if one["known"] else "new"
        for node in (hub, server)
        for one in node.status()["monitors"]
        if one["path"] == "files/net/shop"
    ]


def watched_agents(hub):
    """The level of each agent by the hub's own monitor of them."""
    (monitor,) = (m for m in hub.status()["monitors"] if m["path"] == "noroshi/node/agent")
    return {one["item"]: one["level"] for one in monitor["items"] if one["item"]}


def until_shown(hub, server, level):
    until(lambda: shown(hub, server) == [level, level], f"{level} on both sides")


def test_a_fault_on_an_agent_is_told_once_by_its_hub_and_shown_there(
    hub, server, mailbox, shop
):
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    shop.open()
    hub.define(instances__files=PORT.format(port=shop.port))
    until_shown(hub, server, "ok")
    shop.close()
    (alarm,) = until_mails(mailbox, 1)
    assert (
        alarm["To"] == "ops@example.com" and "fs01" in alarm.get_body(("plain",)).get_content()
    )
    until_shown(hub, server, "critical")
    shop.open()
    _, recovery = until_mails(mailbox, 2)
    assert recovery["In-Reply-To"] == alarm["Message-ID"]
    until_shown(hub, server, "ok")
    assert hub.queue() == server.queue() == 0 and len(mailbox.mails) == 2
    until(lambda: watched_agents(hub) == {"fs01": "ok"}, "the hub to watch its agent")


@pytest.mark.parametrize("killed", ["hub", "server"])
def test_what_happens_while_one_of_the_two_is_killed_is_told_once_it_is_back(
    hub, server, mailbox, shop, killed
):
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    shop.open()
    hub.define(instances__files=PORT.format(port=shop.port))
    until_shown(hub, server, "ok")
    node = {"hub": hub, "server": server}[killed]
    node.running[-1].kill()
    node.running[-1].wait()
    shop.close()
    if killed == "hub":
        until(lambda: server_level(server) == "critical", "the agent to see it")
    node.serve_warm()
    (alarm,) = until_mails(mailbox, 1)
    until_shown(hub, server, "critical")
    shop.open()
    _, recovery = until_mails(mailbox, 2)
    assert recovery["In-Reply-To"] == alarm["Message-ID"]
    until_shown(hub, server, "ok")
    assert hub.queue() == 0 and len(mailbox.mails) == 2


def server_level(server):
    (monitor,) = (m for m in server.status()["monitors"] if m["path"] == "files/net/shop")
    return monitor["level"]


def until_measured(hub):
    """Return what the monitor of the hub's agents says of fs01 once it was measured again. The
    measurement that ends next may have begun before: the one after it counts."""
    words = ""
    for _ in range(2):
        words = _next_words(hub)
    return words


def _next_words(hub):
    after, found_items = now().isoformat(), list[str]()

    def is_measured():
        by_path = {one["path"]: one for one in hub.status()["monitors"]}
        monitor = by_path["noroshi/node/agent"]
        found_items[:] = [
            one["words"]["en"] for one in monitor["items"] if one["item"] == "fs01"
        ]
        return monitor["measured"] is not None and monitor["measured"] > after

    until(is_measured, "the agents to be measured")
    return "".join(found_items)


async def test_of_an_agent_that_sends_a_million_events_few_are_taken_and_people_hear_once(
    hub, mailbox, session
):
    hub.begin()
    agent = await joined(hub, session)
    hub.define(instances__noroshi=NOROSHI)
    gap = text(GapOfRow(count=1, start=now(), end=now()))
    agent.write(*[gap] * (2 * MOST_ROWS), kind=RowKind.GAP)
    million = replace(agent.positions[-1], seq=1_000_000)
    first = await agent.send(rows=tuple(agent.rows[:MOST_ROWS]), last=million)
    assert positions_of(first.message(ReportAnswer)) == ("apply", MOST_ROWS)
    for count in (1, 2, 3):
        refused = await agent.send(rows=tuple(agent.rows[MOST_ROWS:]), last=million)
        assert (refused.status, refused.fault) == (429, "busy")
        assert "records more changes or samples" in until_measured(hub), count
    (mail,) = until_mails(mailbox, 1)
    assert "fs01" in mail["Subject"] and hub.queue() == 0
    assert "Next step: on fs01, run noroshi log" in mail.get_body(("plain",)).get_content()
