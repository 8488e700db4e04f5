"""Servers join by an invitation, over a real socket, and attackers do not."""

from __future__ import annotations

import pytest

from noroshi.core.agents import AgentState
from noroshi.link.join_code import JoinCode
from noroshi.link.link_messages import JOIN, JoinAnswer
from noroshi.link.message_body import Body, body_of
from noroshi.service import perform
from noroshi.service.agents.hub_endpoints import Endpoint
from tests.contracts.sample_records import MADE_BY
from tests.service.harness import AKI, documents
from tests.web.link.agent_client import FS01, PIN, invite


async def rows(harness):
    return [(one.op, one.who, one.refused.en) for one in await harness.store.audit_log()]


async def test_a_server_joins_and_is_told_who_it_is(harness, newcomer):
    server = newcomer()
    answer = await server.join(await invite(harness))
    assert (answer.name, answer.hub, answer.hub_name) == ("fs01", MADE_BY.installation, "hub1")
    (agent,) = (await harness.service.agents_hub.agents()).values()
    assert (agent.id, agent.machine, agent.invited_by) == (answer.agent, FS01, "sato")
    assert agent.thumbprint == server.key.thumbprint
    assert await rows(harness) == [("agent_join", "fs01", "")]


async def test_the_same_server_joins_again_when_the_answer_was_lost(harness, newcomer):
    server, code = newcomer(), await invite(harness)
    first = await server.join(code)
    again = await server.join(code)
    assert (again.agent, again.name) == (first.agent, first.name)
    assert len(await rows(harness)) == 1


async def test_a_stolen_invitation_is_refused_and_its_maker_is_told(harness, newcomer):
    code = await invite(harness)
    await newcomer().join(code)
    refused = await newcomer().try_join(code)
    assert (refused.status, refused.fault) == (403, "invitation")
    assert len(await harness.store.agents()) == 1
    words = "another server has already used the invitation"
    assert (await rows(harness))[0] == ("agent_join", "sato", words)


async def test_a_stolen_invitation_is_told_by_mail_once_a_day(harness, newcomer):
    await perform(harness.service, AKI, "apply", {"documents": documents()})
    code = await invite(harness)
    await newcomer().join(code)
    for _ in range(2):
        assert (await newcomer().try_join(code, name="thief")).fault == "invitation"
    (row,) = await harness.store.queue()
    assert row.envelope.id.startswith("notice/agent-refused/i-")
    assert row.envelope.payload["subject"] == "[Noroshi] agent-refused"


async def test_an_agent_that_used_a_second_invitation_is_named_with_it(harness, newcomer):
    """It keeps the name of its first join, and the second invitation is used up."""
    server = newcomer()
    await server.join(await invite(harness))
    code = await invite(harness)
    await server.join(code)
    assert (await newcomer().try_join(code, name="thief")).fault == "invitation"
    used = await perform(harness.service, AKI, "agent_invitations", {})
    assert [one.agents for one in used] == [("fs01",), ("fs01",)]


async def test_whoever_was_quicker_with_a_stolen_code_is_seen_by_the_owner(harness, newcomer):
    """The thief is the agent; the server that was invited is refused, which is told."""
    code = await invite(harness)
    await newcomer().join(code, name="thief")
    assert (await newcomer().try_join(code)).fault == "invitation"
    assert [row[1] for row in await rows(harness)] == ["sato", "thief"]


async def test_an_invitation_that_is_over_lets_nobody_in(harness, newcomer):
    code = await invite(harness)
    harness.time.pass_by(hours=1)
    refused = await newcomer().try_join(code)
    assert (refused.status, refused.fault) == (403, "invitation")
    assert (await rows(harness))[0][2] == "the invitation has expired"


async def test_a_code_of_another_hub_is_refused(harness, newcomer):
    refused = await newcomer().try_join(JoinCode.create(PIN))
    assert refused.fault == "invitation"
    assert await rows(harness) == [("agent_join", "", "there is no such invitation")]


async def test_who_saw_another_server_is_refused(harness, newcomer):
    """Somebody in between relays the request: the agent proves which key it saw."""
    endpoint = Endpoint(host="hub1", port=8443, pin=b"\x22" * 32)
    harness.service.context.endpoints.manager = endpoint
    refused = await newcomer().try_join(await invite(harness))
    assert (refused.status, refused.fault) == (401, "bad-signature")
    server = newcomer()
    assert (await server.join(await invite(harness, pin=endpoint.pin))).pins == ("22" * 32,)


async def test_who_relays_a_join_cannot_put_in_another_key(harness, newcomer):
    code, victim, thief = await invite(harness), newcomer(), newcomer()
    request = victim.join_request(code)
    forged = thief.join_request(code)
    body = body_of(type(forged)(**{**as_fields(forged), "proof": request.proof}))
    assert (await thief.post(JOIN, body, {})).fault == "bad-signature"
    assert await harness.store.agents() == {}


def as_fields(request):
    return {name: getattr(request, name) for name in request.__dataclass_fields__}


async def test_several_servers_join_with_one_invitation_under_names_of_their_own(
    harness, newcomer
):
    code = await invite(harness, servers=2)
    names = [(await newcomer().join(code)).name for _ in range(2)]
    assert names == ["fs01", "fs01-2"]
    assert (await newcomer().try_join(code)).fault == "invitation"


@pytest.mark.parametrize("name", ["hub1", "HUB1", "network"])
async def test_no_agent_has_the_name_of_another_source(harness, newcomer, name):
    answer = await newcomer().join(await invite(harness), name=name)
    assert answer.name == f"{name}-2"


async def test_a_removed_key_does_not_come_back_by_another_invitation(harness, newcomer):
    server = newcomer()
    id = (await server.join(await invite(harness))).agent
    await harness.service.agents_hub.revoke(id)
    assert (await server.try_join(await invite(harness))).fault == "invitation"
    assert (await harness.store.agents())[id].state is AgentState.REVOKED


@pytest.mark.parametrize(
    ("content", "fault", "status"),
    [
        (b"{}", "malformed", 400),
        (b"no json", "malformed", 400),
        (b'{"secret": 5}', "malformed", 400),
        (b'{"unknown":' + b"[" * 15_000, "malformed", 400),
        (b" " * 20_000, "too-large", 413),
        (b"x" * (1 << 20), "too-large", 413),
    ],
)
async def test_what_is_no_request_to_join_is_refused(newcomer, content, fault, status):
    refused = await newcomer().post(JOIN, Body(content), {})
    assert (refused.status, refused.fault) == (status, fault)


async def test_who_guesses_codes_waits_longer_and_longer(harness, newcomer):
    stranger = newcomer()
    for _ in range(20):
        assert (await stranger.try_join(JoinCode.create(PIN))).fault == "invitation"
    refused = await stranger.try_join(await invite(harness))
    assert (refused.status, refused.fault) == (429, "busy")
    assert int(refused.headers["Retry-After"]) >= 1
    harness.time.pass_by(minutes=2)
    reply = await stranger.try_join(await invite(harness))
    assert reply.message(JoinAnswer).name == "fs01"


async def test_what_a_server_says_of_itself_is_bounded_and_cannot_command_a_terminal(
    harness, newcomer
):
    machine = type(FS01)(
        host_name="fs\x1b[31m01" + "x" * 5000, id="m\n1", addresses=("a",) * 500
    )
    server = newcomer()
    await server.join(await invite(harness), machine=machine)
    (agent,) = (await harness.store.agents()).values()
    assert agent.machine.host_name.startswith("fs?[31m01x")
    assert len(agent.machine.host_name) == 128 and len(agent.machine.addresses) == 20
    assert len(agent.name) <= 63 and agent.machine.id == "m?1"
