"""A server with Windows joins a hub on Linux: Windows' own Python under Wine, and two real nodes."""

import pytest

from tests.e2e.test_agent_alarms import ROUTE
from tests.e2e.test_agents import killed
from tests.e2e.windows_servers import WindowsServer
from tests.e2e.world import Mailbox, until
from tools import wine

pytestmark = pytest.mark.timeout(600)
FILES = """
source = "win01"
every = "1s"
rules = ["ops"]
[[group]]
name = "os"
[[group.monitor]]
name = "disks"
kind = "disk"
rules = []
[[group.monitor]]
name = "memory"
kind = "memory"
rules = []
[[group.monitor]]
name = "services"
kind = "service"
rules = []
options = {{ include = ["eventlog"] }}
[[group.monitor]]
name = "orders"
kind = "logfile"
[group.monitor.options]
path = '{log}'
encoding = "cp932"
from_start = true
terms = [{{ word = "障害" }}]
"""


@pytest.fixture(scope="module", autouse=True)
def prefix():
    wine.set_up()


@pytest.fixture
def server():
    server = WindowsServer()
    yield server
    server.end()


@pytest.fixture
def log(server):
    """A log as programs in Japan write it there, with nothing in it yet."""
    log = server.folder / "orders.log"
    log.write_bytes("開始しました。\r\n".encode("cp932"))
    return log


@pytest.fixture
def hub(hub):
    with (hub.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write("\nalone_after_seconds = 90\n")
    return hub


@pytest.fixture
def own_mailbox():
    """That of the agent's own route."""
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def joined(hub, server, log, mailbox):
    """The hub has the agent win01, watches it, and knows whom to tell."""
    hub.begin()
    server.run("join", *hub.line()[1:], "--name", "win01")
    server.serve()
    until(lambda: not hub.agent()["is_silent"], "the agent's first contact")
    hub.define(
        contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
        rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
        routes__smtp1=ROUTE.format(port=mailbox.port),
        instances__files=FILES.format(log=server.own_folder / "orders.log"),
    )


def found(hub):
    """The items of what the agent measures, as the hub has them."""
    monitors = hub.status()["monitors"]
    return {
        one["path"]: [item["item"] for item in one["items"]]
        for one in monitors
        if one["path"].startswith("files/") and one["known"]
    }


ALL = {f"files/os/{name}" for name in ("disks", "memory", "orders", "services")}


def logged(log, time):
    """A program there reports a failure at that time of its own. Returns what it wrote."""
    line = f"2026/11/29 {time} 受注サーバーで障害を検知しました。"
    with log.open("ab") as file:
        file.write(f"{line}\r\n".encode("cp932"))
    return line


def body(mail):
    return mail.get_body().get_content()


def quoted(mailbox, line):
    """Whether the last mail quotes the line."""
    return mailbox.mails and line in body(mailbox.mails[-1])


def test_a_windows_server_is_measured_and_its_alarms_are_sent_by_the_hub(
    hub, server, log, mailbox, joined
):
    until(lambda: set(found(hub)) == ALL, "all that the agent measures")
    assert "C:\\" in found(hub)["files/os/disks"]
    assert "Eventlog" in found(hub)["files/os/services"]
    assert hub.agent()["system"].startswith("Windows")
    proposed = {one["id"] for one in hub.call("suggest", agent="win01")["monitors"]}
    assert {"system/disk", "services/automatic"} <= proposed
    line = logged(log, "10:00:00")
    until(lambda: quoted(mailbox, line), "the alarm")

    killed(hub.running[-1])
    until(lambda: server.link()["phase"] == "away", "the hub to be missed")
    line = logged(log, "10:00:05")
    until(lambda: server.link()["backlog"], "a change that the hub does not know")
    hub.serve_warm()
    until(lambda: quoted(mailbox, line), "the alarm of the time without the hub")


@pytest.mark.long
def test_a_windows_server_with_a_route_of_its_own_sends_while_its_hub_is_away(
    hub, server, log, mailbox, own_mailbox, joined
):
    server.define("routes", "own", ROUTE.format(port=own_mailbox.port))
    until(lambda: set(found(hub)) == ALL, "all that the agent measures")
    until(lambda: server.link()["sender_reason"] == "promised", "the hub to know of the route")
    killed(hub.running[-1])
    line = logged(log, "10:00:00")
    until(
        lambda: quoted(own_mailbox, line),
        "the agent to tell that the hub is away, and to notify",
    )
    assert server.link()["sender"] == "alone"
    hub.serve_warm()
    until(lambda: server.link()["sender"] == "linked", "the hub to notify again")
    until(lambda: not server.link()["backlog"], "the hub to know it all")
    assert [line in body(mail) for mail in own_mailbox.mails] == [False, True]
    assert mailbox.mails == []  # nothing that the agent sent already
