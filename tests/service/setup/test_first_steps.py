"""The first start: what is suggested to watch, and an alarm whose number is given back."""

import re
from dataclasses import replace

import pytest

from noroshi.checks import BUILT_IN
from noroshi.config.web import Web
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.mail import Verdict
from noroshi.definitions.blueprints import blueprints
from noroshi.hosts.footprint import Surroundings
from noroshi.ports import (
    Listener,
    Memory,
    Process,
    Processor,
    ServiceFact,
    ServiceState,
    StartType,
    Volume,
)
from noroshi.service.setup.known_services import PORTS, PROGRAMS
from noroshi.service.setup.suggestions import instance_name
from noroshi.testing import FakeHost, ManualClocks
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import NOWHERE, Harness

GIB = 1 << 30
FOUND = FakeHost(
    volumes=[Volume("/", 100 * GIB, 60 * GIB), Volume("/srv", 10 * GIB, GIB)],
    processes=[Process(n, name, (name,)) for n, name in enumerate(("sshd", "bash", "sshd"), 9)],
    memory=Memory(total=4 * GIB, available=GIB),
    processors=[Processor(cores=2, total=1.0, busy=0.5)],
    listeners=[Listener("0.0.0.0", 22), Listener("::", 22), Listener("127.0.0.1", 49152)],
)
BARE = FakeHost(volumes=None, processes=None, listeners=None)
CONTACT = {"contacts/ops": {"addresses": ["ops@example.com"], "language": "ja"}}
ROUTE = {"routes/plain": {"kind": "post"}}


@pytest.fixture
def asking():
    return InProcessClient(Harness(host=FOUND, checks=BUILT_IN))


async def number_in_the_mail(ask, id):
    text = (await ask("queue_mail", id=id))["text"]
    return re.search(r"\b(\d{4})$", text, re.MULTILINE)[1]


async def test_what_is_found_on_the_computer_is_suggested(asking):
    found = await asking("suggest")
    assert found["instance"] == "node"
    assert [one["id"] for one in found["monitors"]] == [
        "system/disk",
        "system/memory",
        "system/cpu",
        "services/sshd",
        "ports/tcp-22",
    ]
    disk, _, _, sshd, port = found["monitors"]
    assert disk["found"]["en"] == "/: 40% of 100 GiB used; /srv: 90% of 10 GiB used"
    assert sshd["found"]["ja"] == "動作中 (2プロセス)"
    assert sshd["title"]["ja"] == "リモート ログイン (SSH)"
    assert port["title"]["ja"] == "ポート 22: リモート ログイン (SSH)"
    assert port["found"]["ja"] == "すべてのアドレスで待ち受け中"


def service(name, state=ServiceState.RUNNING, start=StartType.AUTOMATIC, **more):
    return ServiceFact(name=name, state=state, start_type=start, **more)


class WindowsServices:
    """Return what Windows manages on a computer with these services."""

    facts = (
        service("Spooler"),
        service("W32Time", ServiceState.STOPPED),
        service("TrustedInstaller", ServiceState.STOPPED),
        service("edgeupdate", ServiceState.STOPPED),
        service("CDPSvc", ServiceState.STOPPED, ends_by_itself=True),
        service("Fax", ServiceState.STOPPED, StartType.MANUAL),
    )

    async def services(self, names):
        assert names == ["*"]
        return self.facts


async def test_on_windows_the_automatic_services_are_suggested_in_the_place_of_programs():
    found = {"processes": [Process(9, "spoolsv.exe", ())], "system": WindowsServices()}
    host = FakeHost(volumes=[Volume("C:\\", 100 * GIB, 60 * GIB)], **found)
    answer = await InProcessClient(Harness(host=host, checks=BUILT_IN))("suggest")
    disk, services = answer["monitors"]
    assert (disk["id"], services["id"]) == ("system/disk", "services/automatic")
    assert services["found"]["ja"] == "2個中1個が実行中"
    blueprint = blueprints(())["windows-server"]
    monitors = {one["name"]: one for group in blueprint.groups for one in group["monitor"]}
    assert services["monitor"]["options"] == monitors["services"]["options"]


LISTENING = {
    "everywhere, by both families": (("0.0.0.0", "::"), ""),
    "everywhere, by IPv6": (("::",), "::1"),
    "on this computer alone": (("127.0.0.1", "::1"), "127.0.0.1"),
    "on one address, which Java writes as IPv6": (("::ffff:192.0.2.7",), "192.0.2.7"),
    "on another loopback": (("127.0.0.53",), "127.0.0.53"),
}


@pytest.mark.parametrize("case", LISTENING)
async def test_a_port_is_watched_where_it_listens(case):
    at, address = LISTENING[case]
    host = FakeHost(listeners=[Listener(one, 25) for one in at])
    (found,) = (await InProcessClient(Harness(host=host, checks=BUILT_IN))("suggest"))[
        "monitors"
    ]
    assert found["monitor"]["options"].get("address", "") == address
    assert found["title"]["en"] == "Port 25: Mail server (SMTP)"


OWN = {
    "at all addresses": (("0.0.0.0", 8443), [("ports/tcp-8080", "127.0.0.1")]),
    "here": (("127.0.0.1", 8080), [("ports/tcp-8080", "192.0.2.7"), ("ports/tcp-8443", "")]),
}
"""Where the manager listens, and what is suggested beside it, at which address."""


@pytest.mark.parametrize("case", OWN)
async def test_the_manager_itself_is_not_suggested(case):
    (address, port), beside = OWN[case]
    at = [Listener("0.0.0.0", 8443), Listener("192.0.2.7", 8080), Listener("127.0.0.1", 8080)]
    node = replace(NOWHERE, web=Web(address=address, port=port))
    around = Surroundings(node, ManualClocks().clocks)
    harness = Harness(host=FakeHost(listeners=at), checks=BUILT_IN, surroundings=around)
    found = (await InProcessClient(harness)("suggest"))["monitors"]
    assert [(o["id"], o["monitor"]["options"].get("address", "")) for o in found] == beside


async def test_an_address_that_a_monitor_could_not_have_is_not_suggested():
    host = FakeHost(listeners=[Listener("fe80::1%eth0", 22)])
    assert (await InProcessClient(Harness(host=host, checks=BUILT_IN))("suggest"))[
        "monitors"
    ] == []


async def test_a_service_of_windows_is_known_by_its_program():
    programs = ("SqlServr.exe", "w3wp.exe", "svchost.exe", "W3WP")
    host = FakeHost(processes=[Process(n, name, ()) for n, name in enumerate(programs, 9)])
    found = (await InProcessClient(Harness(host=host, checks=BUILT_IN))("suggest"))["monitors"]
    assert [(one["id"], one["monitor"]["options"]["name"]) for one in found] == [
        ("services/w3wp", "w3wp.exe"),
        ("services/sqlservr", "SqlServr.exe"),
    ]
    assert found[1]["title"]["ja"] == "データベース (SQL Server)"


def test_services_are_told_in_words_and_their_programs_are_names_that_a_definition_may_have():
    assert all(is_name(one) for one in PROGRAMS)
    assert all(title.ja != program for program, title in PROGRAMS.items())
    assert {22, 25, 80, 443, 445, 3306, 3389, 5432} <= PORTS.keys()


SSH = {
    "title": "NAS 1",
    "address": "192.0.2.9",
    "source": "ssh",
    "zone": "Asia/Tokyo",
    "ssh": {"user": "watcher", "key": "nas"},
    "group": [{"name": "system", "monitor": [{"name": "disk", "kind": "disk"}]}],
}


async def over_ssh(host):
    ask = InProcessClient(Harness(host=host, checks=BUILT_IN))
    await apply_definitions(ask, instances__nas=SSH)
    return ask


async def test_what_is_found_over_ssh_is_suggested_for_the_instance_there():
    ask = await over_ssh(FOUND)
    found = await ask("suggest", instance="nas")
    assert (found["instance"], found["title"], found["zone"]) == ("nas", "NAS 1", "Asia/Tokyo")
    there = {one["id"]: one["there"] for one in found["monitors"]}
    assert there["system/disk"] and not there["services/sshd"]
    taken = await ask("suggest_take", wanted=["services/sshd", "ports/tcp-22"], instance="nas")
    documents = (await ask("definition_show", keys=["instances/nas"]))["documents"]
    nas = documents["instances/nas"]
    assert nas["title"] == "NAS 1" and taken["version"] == 2
    assert [group["name"] for group in nas["group"]] == ["system", "services", "ports"]


async def test_over_ssh_a_port_is_watched_by_the_address_of_the_instance():
    listeners = [
        Listener("::", 22),
        Listener("127.0.0.1", 25),
        Listener("::ffff:127.0.0.1", 3306),
        Listener("192.0.2.9", 443),
    ]
    ask = await over_ssh(FakeHost(listeners=listeners))
    found = (await ask("suggest", instance="nas"))["monitors"]
    ports = {
        one["id"]: one["monitor"]["options"].get("address", "")
        for one in found
        if one["id"].startswith("ports/")
    }
    assert ports == {"ports/tcp-22": "", "ports/tcp-443": "192.0.2.9"}


async def test_over_ssh_an_address_that_is_none_is_left_out():
    """netstat shortens long ones, and what answers there may be anything."""
    ask = await over_ssh(FakeHost(listeners=(Listener("fe80::1ff:fe23:4567:89", 22),)))
    assert await ask("suggest", instance="nas")
    ask = await over_ssh(FakeHost(listeners=(Listener("localhost", 22),)))
    assert "ports/tcp-22" not in str(await ask("suggest", instance="nas"))


async def test_a_login_over_ssh_that_fails_is_told():
    ask = await over_ssh(BARE)
    with pytest.raises(ErrorAnswer, match="trouble: the host cannot be asked"):
        await ask("suggest", instance="nas")


async def test_an_instance_that_is_not_over_ssh_cannot_be_looked_at():
    ask = await over_ssh(FOUND)
    with pytest.raises(ErrorAnswer, match=r"no instance “nsa” that is .* over SSH .*mean nas"):
        await ask("suggest", instance="nsa")


async def test_what_cannot_be_had_is_not_suggested():
    ask = InProcessClient(Harness(host=BARE, checks=BUILT_IN))
    assert (await ask("suggest"))["monitors"] == []


async def test_what_was_chosen_is_watched_and_the_rest_can_be_added_later(asking):
    told = await asking("suggest_take", wanted=["system/disk", "services/sshd"], language="ja")
    assert told["version"] == 1
    paths = [one["path"] for one in (await asking("status"))["monitors"]]
    assert paths == ["node/services/sshd", "node/system/disk"]
    there = {one["id"]: one["there"] for one in (await asking("suggest"))["monitors"]}
    assert there["system/disk"] and not there["system/cpu"]
    await asking("suggest_take", wanted=list(there))
    assert len((await asking("status"))["monitors"]) == 5
    shown = (await asking("definition_show", keys=["instances/node"]))["documents"]
    assert shown["instances/node"]["group"][0]["title"] == "システム"


async def test_nothing_chosen_and_what_was_not_suggested_are_told(asking):
    with pytest.raises(ErrorAnswer, match="invalid: Choose at least one"):
        await asking("suggest_take", wanted=[])
    with pytest.raises(ErrorAnswer, match="“system/disc” was not suggested"):
        await asking("suggest_take", wanted=["system/disc"])
    assert (await asking("export"))["version"] == 0


@pytest.mark.parametrize(
    ("host", "name"),
    [("FS01.corp.example", "fs01"), ("サーバー", "this-machine"), ("noroshi", "this-machine")],
)
def test_a_computer_has_a_name_that_definitions_may_have(host, name):
    assert instance_name(host) == name


async def test_the_first_start_comes_on_step_by_step(asking):
    look = await asking("first_look")
    assert look["open"] and (look["contact"], look["instance"], look["route"]) == ("", "", "")
    await asking("suggest_take", wanted=["system/disk"])
    await asking("definition_change", put=CONTACT | ROUTE)
    look = await asking("first_look")
    assert look["open"] and (look["contact"], look["instance"]) == ("ops", "node")
    assert (look["route"], look["ready"], look["accepted"]) == ("plain", True, False)
    await asking("test_alarm")
    await asking.harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    assert (await asking("first_look"))["accepted"]


async def test_an_alarm_whose_number_is_given_back_is_proved(asking):
    await asking("definition_change", put=CONTACT | ROUTE)
    sent = await asking("test_alarm")
    assert sent["to"] == ["ops@example.com"]
    await asking.harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    number = await number_in_the_mail(asking, sent["id"])
    with pytest.raises(ErrorAnswer, match="invalid: This is not the number"):
        await asking("test_alarm_seen", number="0000")
    look = await asking("test_alarm_seen", number=f" {number} ")
    assert look["seen"] and look["by"] == "aki" and not look["open"]
    (row,) = (await asking("ledger"))["rows"]
    assert (row["alarm"], row["state"]) == (sent["id"], "seen arrived")
    (kept,) = [one for one in await asking("audit") if one["op"] == "test_alarm_seen"]
    assert kept["after"]["mail"] == sent["id"] and kept["given"] == {}


async def test_a_mail_whose_number_is_given_back_was_seen_and_its_route_is_proved_by_who_did(
    asking,
):
    await asking("definition_change", put=CONTACT | ROUTE)
    sent = await asking("test_alarm")
    await asking.harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    number = await number_in_the_mail(asking, sent["id"])
    seen = (await asking("test_alarm_seen", number=number))["seen"]
    asking.harness.time.pass_by(hours=1)
    assert (await asking("test_alarm_seen", number=number))["seen"] == seen
    letter = await asking("queue_show", id=sent["id"])
    said = {"address": "ops@example.com", "state": "seen arrived", "at": seen, "said": ""}
    assert letter["arrived"] == [said | {"by": "aki"}] and letter["unproved"]["en"] == ""
    assert letter["queued"]["state"] == "seen arrived"
    (route,) = (await asking("status"))["routes"]
    assert (route["arrives"]["seen"], route["arrives"]["by"]) == (seen, "aki")


async def test_a_number_that_came_before_its_receipt_is_believed_once_that_is_there(asking):
    await asking("definition_change", put=CONTACT | ROUTE)
    sent = await asking("test_alarm")
    number = await number_in_the_mail(asking, sent["id"])
    await asking("test_alarm_seen", number=number)
    await asking.harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    await asking("test_alarm_seen", number=number)
    assert (await asking("queue_show", id=sent["id"]))["queued"]["state"] == "seen arrived"


async def test_a_number_is_not_to_be_guessed(asking):
    await asking("definition_change", put=CONTACT | ROUTE)
    number = await number_in_the_mail(asking, (await asking("test_alarm"))["id"])
    for _ in range(5):
        with pytest.raises(ErrorAnswer, match="invalid"):
            await asking("test_alarm_seen", number="0000")
    with pytest.raises(ErrorAnswer, match="conflict: Five wrong numbers"):
        await asking("test_alarm_seen", number=number)
    again = await number_in_the_mail(asking, (await asking("test_alarm"))["id"])
    assert (await asking("test_alarm_seen", number=again))["seen"]


async def test_an_alarm_that_could_go_nowhere_is_not_made(asking):
    with pytest.raises(ErrorAnswer, match="not found: There is no contact yet"):
        await asking("test_alarm")
    with pytest.raises(ErrorAnswer, match="conflict: No test alarm"):
        await asking("test_alarm_seen", number="1234")
    await asking("definition_change", put=CONTACT)
    with pytest.raises(ErrorAnswer, match="conflict: There is no route yet"):
        await asking("test_alarm")


async def test_a_node_that_watched_before_is_not_led_by_the_hand():
    ask = InProcessClient(Harness())
    await apply_definitions(ask)
    assert not (await ask("first_look"))["open"]


async def test_a_first_start_is_put_away(asking):
    await asking("first_end")
    assert not (await asking("first_look"))["open"]


async def test_a_route_that_is_not_there_is_told_with_the_one_that_may_be_meant(asking):
    await apply_definitions(asking)
    with pytest.raises(
        ErrorAnswer, match=r"There is no route “plane” \(did you mean plain\?\)\."
    ):
        await asking("test_alarm", routes=("plane",))
