"""`noroshi join` and `leave`, as a person types them, with a hub on loopback."""

import pytest

from noroshi.cli.paths import HOME
from noroshi.core.report import ReportDraft
from noroshi.service.agents.hub_definitions import HubDefinitions
from tests.agent.stand_in_hub import stand_in_hub
from tests.cli.command_process import a_node, typed
from tests.service.agents.test_hub_definitions import configuration, taken, with_rules
from tests.service.agents.test_join_leave import join, node_with_links
from tests.service.clients import InProcessClient

REMOVE = "definition remove --empty instances/fs01"


@pytest.fixture
async def hub(tmp_path):
    async with stand_in_hub(tmp_path).open() as found:
        yield found


async def taken_up(node, answer):
    enrolment = await node.service.context.hub_links.enrolment()
    assert await HubDefinitions(node.service.context).take_up(enrolment, answer) == ()


async def test_an_agent_says_who_sends_its_alarms(hub, tmp_path):
    node = node_with_links()
    await join(node, hub)
    await taken_up(node, with_rules())
    async with a_node(tmp_path, node.service):
        told = await typed("status", home=tmp_path)
    assert "Hub Tokyo sends the alarms of this server." in told.out
    assert "no alarm can be sent" not in told.out


async def test_the_ledger_of_an_agent_tells_what_waits_for_the_hub(hub, tmp_path):
    node = node_with_links()
    await join(node, hub)
    await taken_up(node, with_rules())
    async with a_node(tmp_path, node.service):
        assert "not yet reported" not in (await typed("ledger", home=tmp_path)).out
        now = node.time.now
        await node.store.add_reports(ReportDraft(kind="change", written_at=now, body="{}"))
        told = await typed("ledger", home=tmp_path)
    assert "1 change is not yet reported to hub Tokyo" in told.out


async def test_who_leaves_is_told_that_nobody_is_notified(hub, tmp_path):
    node = node_with_links()
    await join(node, hub)
    await taken_up(node, with_rules())
    async with a_node(tmp_path, node.service):
        told = await typed("leave", home=tmp_path)
    assert "nobody is notified" in told.out and "definition remove" in told.out


async def test_what_is_in_the_way_of_a_hub_is_told_with_the_command_that_removes_it(hub):
    node = node_with_links()
    put = {"instances/fs01": {"source": "node", "group": []}}
    await InProcessClient(node)("definition_change", put=put)
    (problem,) = await taken(node, configuration())
    assert f"noroshi {REMOVE}" in problem


async def test_only_the_home_of_the_service_is_offered_as_one(hub, tmp_path):
    code = str(hub.invite())
    told = await typed("join", f"127.0.0.1:{hub.port}", code, home=tmp_path / "agent")
    assert "serve" in told.out and "service install" not in told.out


async def test_where_the_service_cannot_be_removed_the_hub_is_not_left(hub, tmp_path):
    node = node_with_links()
    await join(node, hub)
    async with a_node(tmp_path, node.service):
        told = await typed("leave", "--service", home=tmp_path)
    assert told.code != 0 and f"home folder is {HOME}" in told.err
    assert await node.service.context.hub_links.enrolment() is not None
