"""Joining a hub, leaving it, and the link shown: as operations, with a hub on loopback."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from noroshi.agent.hub_notifications import HubNotifications
from noroshi.agent.link_on_demand import LinkOnDemand
from noroshi.agent.link_settings import LinkSettings, NodeCalls
from noroshi.agent.turn_keeper import TurnKeeper, TurnMemory
from noroshi.app.startup_report import announce
from noroshi.core.agents import Machine
from noroshi.core.definitions.compiler import Plan
from noroshi.core.network_policy import NetworkPolicy
from noroshi.core.report import ReportDraft
from noroshi.link.join_code import JoinCode
from noroshi.link.link_messages import FetchAnswer
from noroshi.oauth.token_provider import secret_of
from noroshi.ports import Clocks
from noroshi.service import perform
from noroshi.service.agents.hub_definitions import HubDefinitions
from noroshi.service.agents.join_leave import read_address, read_proxy
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationFailedError,
)
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import Box, Secret, Vault
from tests.agent.stand_in_hub import stand_in_hub
from tests.service.agents.test_hub_definitions import configuration, with_rules
from tests.service.clients import InProcessClient, open_manager
from tests.service.harness import AKI, Harness
from tests.web.browser import with_user

OWN_GROUP = {"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}
NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


def node_with_links():
    """A node, and what would be its link."""
    store = MemoryStore()
    vault = Vault(store, Box(Secret("5a" * 32)))
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    notifications = HubNotifications(store, clocks, Plan)
    settings = LinkSettings(
        clocks=clocks,
        uniform=lambda least, most: most,
        sleep=lambda seconds: asyncio.Event().wait() if seconds else asyncio.sleep(0),
        random_mark=lambda: "ab" * 8,
        machine=lambda: Machine(host_name="fs01"),
        kinds=(),
        policy=NetworkPolicy(),
        notifications=notifications,
        secret=secret_of(vault),
    )
    harness = Harness(store, hub_links=LinkOnDemand(store, vault, settings))
    harness.notifications = notifications
    return harness


@pytest.fixture
def node():
    return node_with_links()


@pytest.fixture
async def hub(tmp_path):
    async with stand_in_hub(tmp_path).open() as found:
        yield found


async def join(node, hub, code=None, **more):
    address, text = f"127.0.0.1:{hub.port}", str(code or hub.invite())
    return await node.service.hub.join(AKI, address, text, **more)


async def test_joining_answers_with_the_hub_and_both_keys(node, hub):
    answer = await join(node, hub, name="files")
    assert (answer.hub, answer.name, answer.phase) == ("Tokyo", "files", "stopped")
    assert answer.pins == (hub.pin.hex(),) and len(answer.fingerprint) == 43
    assert answer.where == f"127.0.0.1:{hub.port}"


async def test_the_audit_log_has_the_hub_and_not_the_code(node, hub):
    code = str(hub.invite())
    args = {"address": f"127.0.0.1:{hub.port}", "code": code, "proxy": ""}
    await perform(node.service, AKI, "hub_join", args)
    (row,) = await node.store.audit_log(5)
    assert row.after == {"hub": "Tokyo", "name": "fs01"} and code not in str(row)


async def test_all_that_is_wrong_is_told_at_once(node):
    with pytest.raises(InvalidArgumentError) as refusal:
        await node.service.hub.join(
            AKI, "https://hub/path", "abc", name="a b", proxy="socks5://p:1"
        )
    problems = refusal.value.problems
    assert [one.where for one in problems] == ["address", "code", "name", "proxy"]


async def test_a_used_invitation_is_told_with_what_to_do(node, hub):
    code = hub.invite()
    await join(node, hub, code)
    with pytest.raises(OperationFailedError) as refusal:
        await join(node_with_links(), hub, code)
    assert "already been used by another server" in refusal.value.words.en


async def test_a_hub_that_is_not_there_is_told(node, hub):
    with pytest.raises(OperationFailedError) as refusal:
        await node.service.hub.join(AKI, "127.0.0.1:1", str(hub.invite()))
    assert "127.0.0.1:1" in refusal.value.words.en


async def test_a_port_without_tls_is_told_as_none_for_agents(node, hub, tmp_path):
    async with open_manager(await with_user(), tmp_path) as url:
        with pytest.raises(OperationFailedError) as refusal:
            await node.service.hub.join(AKI, url.removeprefix("http://"), str(hub.invite()))
    words = refusal.value.words
    assert "without TLS" in words.en and "“Add a server”" in words.en
    assert "VERSION" not in words.en and "マネージャー" in words.ja


async def test_another_hub_is_refused_until_this_one_is_left(node, hub, tmp_path):
    await join(node, hub)
    other = JoinCode.create(b"o" * 32)
    with pytest.raises(ConflictError) as refusal:
        await join(node, hub, other)
    assert "already belongs to hub Tokyo" in refusal.value.words.en
    assert (await node.service.hub.leave(AKI)).informed
    (tmp_path / "osaka").mkdir()
    async with stand_in_hub(tmp_path / "osaka", hub_name="Osaka").open() as osaka:
        assert (await join(node, osaka)).hub == "Osaka"


async def test_a_node_without_a_hub_says_so(node):
    assert (await node.service.hub.status(AKI)).hub == ""
    with pytest.raises(NotFoundError):
        await node.service.hub.leave(AKI)


@pytest.mark.parametrize("remove", [False, True])
async def test_what_the_hub_gave_stays_unless_it_is_to_go(node, hub, remove):
    await join(node, hub)
    enrolment = await node.service.context.hub_links.enrolment()
    answer: FetchAnswer = configuration()
    assert await HubDefinitions(node.service.context).take_up(enrolment, answer) == ()
    left = await node.service.hub.leave(AKI, remove=remove)
    assert left.given == ("instances/fs01",) and left.removed is remove
    there = {one.key for one in (await node.store.current()).documents}
    assert there == (set() if remove else {"instances/fs01"})
    if not remove:  # it is the node's own now, and may be changed
        await node.service.switches.stop_instance(AKI, instance="fs01")


async def test_the_hub_sends_the_alarms_of_an_agent_without_routes(node, hub):
    assert (await perform(node.service, AKI, "status", {})).sending_hub == ""
    await join(node, hub)
    enrolment = await node.service.context.hub_links.enrolment()
    assert await HubDefinitions(node.service.context).take_up(enrolment, with_rules()) == ()
    assert (await perform(node.service, AKI, "status", {})).sending_hub == "Tokyo"
    assert "hub Tokyo sends the alarms of this server" in [
        one.en for one in announce((await node.service.context.current())[1], enrolment)
    ]
    put = {"instances/mine": {"source": "node", "group": [OWN_GROUP]}}
    await InProcessClient(node)("definition_change", put=put)
    assert (await perform(node.service, AKI, "status", {})).sending_hub == ""


async def test_an_agent_says_in_whose_place_it_sends(node, hub):
    await join(node, hub)
    assert (await perform(node.service, AKI, "status", {})).absent_hub == ""
    assert (await node.service.hub.status(AKI)).sender == ""  # no link runs
    now = 0.0
    node.notifications.keeper = TurnKeeper(
        TurnMemory(is_route_known=True),
        lambda: now,
        lambda: 0,
        has_route=True,
        has_own_notifications=False,
    )
    now = 200.0
    assert (await perform(node.service, AKI, "status", {})).absent_hub == "Tokyo"
    status = await node.service.hub.status(AKI)
    assert (status.sender, status.sender_reason) == ("alone", "hub-away")
    assert (status.alone_after, status.pending) == (120.0, 0)


async def test_an_agent_that_has_nothing_yet_is_told_to_look_at_the_hub(node, hub):
    await join(node, hub)
    enrolment = await node.service.context.hub_links.enrolment()
    lines = announce((await node.service.context.current())[1], enrolment)
    assert "no monitors yet; set them up on the hub" in [one.en for one in lines]
    assert not any("no delivery route" in one.en for one in lines)


@pytest.mark.parametrize("remove", [False, True])
async def test_rules_and_contacts_of_a_hub_go_with_it(node, hub, remove):
    await join(node, hub)
    enrolment = await node.service.context.hub_links.enrolment()
    assert await HubDefinitions(node.service.context).take_up(enrolment, with_rules()) == ()
    left = await node.service.hub.leave(AKI, remove=remove)
    assert ("rules/night" in left.given) is remove
    documents = (await node.store.current()).documents
    assert [one.key for one in documents] == ([] if remove else ["instances/fs01"])
    for one in documents:
        assert "of_hub" not in one.body and json.loads(one.body)["rules"] == []


async def test_a_running_node_links_as_soon_as_it_has_joined(node, hub):
    links, definitions = node.service.context.hub_links, HubDefinitions(node.service.context)
    running = asyncio.create_task(
        links.run(NodeCalls(definitions.take_up, definitions.report_refusal))
    )
    try:
        await join(node, hub)
        await hub.until(lambda: hub.heard_of("wait"))
        status = await node.service.hub.status(AKI)
        assert (status.phase, status.trouble) == ("linked", None)
    finally:
        running.cancel()
        await asyncio.wait((running,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hub.example.com:443", ("hub.example.com", 443)),
        ("192.0.2.1", ("192.0.2.1", 7664)),
        (" https://hub:7663/ ", ("hub", 7663)),
        ("https://hub/", ("hub", 7664)),
        ("[2001:db8::1]:7664", ("2001:db8::1", 7664)),
        ("", None),
        ("hub:port", None),
        ("hub:99999", None),
        ("user@hub:1", None),
        ("hub:1/page", None),
        ("ハブ:1", None),
    ],
)
def test_an_address_is_a_host_and_a_port(text, expected):
    assert read_address(text) == expected


def test_a_proxy_is_a_url_of_http_with_a_port():
    proxy = read_proxy("http://fs01:se%40cret@proxy:3128")
    assert (proxy.address, proxy.user) == ("proxy:3128", "fs01")
    assert proxy.password.reveal() == "se@cret"
    assert read_proxy("proxy:3128").address == "proxy:3128"
    assert read_proxy("").address == ""
    for wrong in ("https://proxy:3128", "http://proxy", "socks5://proxy:1", "proxy:x"):
        assert read_proxy(wrong) is None


async def test_the_status_tells_what_the_hub_lacks(node, hub):
    await join(node, hub)
    assert (await node.service.hub.status(AKI)).backlog == 0
    await node.store.add_reports(ReportDraft(kind="change", written_at=NOW, body="{}"))
    assert (await node.service.hub.status(AKI)).backlog == 1
