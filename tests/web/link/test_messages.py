"""What a verified agent asks, over a real socket: hello, wait, fetch, key and leave."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi import __version__
from noroshi.core.agents import AgentState, LastSeen, Life
from noroshi.definitions.document_content import document
from noroshi.link.agent_key import PrivateKey
from noroshi.link.link_messages import (
    FETCH,
    HELLO,
    KEY,
    LEAVE,
    PREFIX,
    Accepted,
    FetchAnswer,
    FetchRequest,
    HubPlace,
    KeyRequest,
    WaitAnswer,
)
from noroshi.link.message_body import CODING
from noroshi.link.signature import Signed, key_binding, sign
from noroshi.ports import Beat, Version
from noroshi.service import perform
from noroshi.service.agents.configurations import NO_DOCUMENTS, configuration_of
from tests.contracts.sample_records import DAWN
from tests.service.harness import AKI, documents
from tests.web.link.agent_client import FS01, invite

FILES = document("instances/files", {"source": "fs01", "address": "192.0.2.1"})
DATABASE = document("instances/db01", {"source": "db01"})


async def publish(harness, *documents):
    number = await harness.store.current_number()
    await harness.store.publish(Version(number=0, documents=documents), [], number)


async def stored(harness, agent):
    return (await harness.store.agents())[agent.id]


async def started(agent, **given):
    """Return the task of a request that the hub holds, once it holds it."""
    return asyncio.create_task(agent.try_wait(**given))


async def test_an_agent_is_told_what_counts_and_the_hub_knows_it(harness, agent):
    await publish(harness, FILES, DATABASE)
    later = harness.time.now.timestamp() + 300
    answer = await agent.greet(machine=replace(FS01, host_name="fs01b"), clock=later, backlog=7)
    assert (answer.hub_name, answer.name) == ("hub1", "fs01")
    assert answer.configuration == configuration_of([FILES]).name
    assert answer.clock == harness.time.now.timestamp()
    assert (await stored(harness, agent)).machine.host_name == "fs01b"
    seen = (await harness.service.agents_hub.last_seen())[agent.id]
    assert seen == LastSeen(
        agent=agent.id,
        last_contact=DAWN,
        address="127.0.0.1",
        life=agent.life,
        version="0.1.0",
        backlog=7,
        clock_offset=timedelta(minutes=5),
    )


async def test_a_configuration_in_use_is_no_news(harness, agent):
    await publish(harness, FILES)
    name = configuration_of([FILES]).name
    assert (await agent.greet(configuration=name)).configuration == ""
    answer = await agent.wait(configuration=name)
    assert answer == WaitAnswer(clock=harness.time.now.timestamp())


async def test_an_agent_is_told_its_name_once_and_again_when_it_says_hello(harness, agent):
    assert (await agent.greet()).name == "fs01"
    assert (await agent.wait()).name == ""
    await harness.service.agents_hub.rename(agent.id, "files")
    assert [(await agent.wait()).name for _ in range(2)] == ["files", ""]
    assert (await agent.greet()).name == "files"  # where the answer was lost


async def test_an_agent_is_told_where_the_nodes_of_its_hub_are_and_again_when_they_change(
    harness, agent
):
    endpoints = harness.service.context.endpoints
    first, second = (HubPlace(host=host, port=7665) for host in ("alpha", "beta"))
    endpoints.node_places = lambda: (first,)
    answer = await agent.greet()
    assert answer.nodes == (first,)
    endpoints.node_places = lambda: (first, second)
    answer = await agent.wait()
    assert answer.nodes == (first, second)


async def test_an_agent_fetches_the_documents_that_concern_it(harness, agent):
    await publish(harness, FILES, DATABASE)
    name = (await agent.wait()).configuration
    answer = (await agent.send(FETCH, FetchRequest(configuration=name))).message(FetchAnswer)
    assert (answer.configuration, answer.documents) == (name, (FILES,))


async def test_an_agent_without_instances_is_told_so(agent):
    assert (await agent.greet()).configuration == NO_DOCUMENTS.name
    message = FetchRequest(configuration=NO_DOCUMENTS.name)
    assert (await agent.send(FETCH, message)).message(FetchAnswer).documents == ()


async def test_an_agent_does_not_get_the_definitions_of_another(harness, agent, newcomer):
    other = newcomer()
    await other.join(await invite(harness), name="db01")
    await publish(harness, FILES, DATABASE)
    name = (await other.greet()).configuration
    refused = await agent.send(FETCH, FetchRequest(configuration=name))
    assert (refused.status, refused.fault) == (400, "malformed")
    assert b"db01" not in refused.content


async def test_an_agent_that_asks_for_what_changed_since_gets_the_newest(harness, agent):
    await publish(harness, FILES)
    name = (await agent.greet()).configuration
    changed = document("instances/files", {"source": "fs01", "title": "Files"})
    await publish(harness, changed)
    answer = (await agent.send(FETCH, FetchRequest(configuration=name))).message(FetchAnswer)
    assert answer.documents == (changed,) and answer.configuration != name


async def test_a_wait_ends_when_there_is_a_newer_configuration(harness, agent):
    await publish(harness, FILES)
    name = (await agent.greet()).configuration
    held = await started(agent, hold=40.0, configuration=name)
    await publish(harness, DATABASE, FILES)
    assert not held.done()
    await publish(harness, DATABASE)
    assert (await held).message(WaitAnswer).configuration == NO_DOCUMENTS.name


async def test_a_configuration_that_was_refused_is_no_news(harness, agent):
    await publish(harness, FILES)
    name = (await agent.greet()).configuration
    problems = ("there is no such kind: disk",)
    answer = await agent.wait(refused_configuration=name, problems=problems)
    assert answer.configuration == ""
    seen = (await harness.service.agents_hub.last_seen())[agent.id]
    assert (seen.configuration, seen.problems) == ("", problems)


async def test_a_wait_ends_when_the_agent_gets_another_name(harness, agent):
    answer = await agent.greet()
    held = await started(agent, hold=40.0, configuration=answer.configuration)
    await harness.service.agents_hub.rename(agent.id, "files")
    assert (await held).message(WaitAnswer).name == "files"


async def test_a_wait_ends_when_the_agent_is_removed_and_it_comes_in_no_more(harness, agent):
    answer = await agent.greet()
    held = await started(agent, hold=40.0, configuration=answer.configuration)
    await harness.service.agents_hub.revoke(agent.id)
    for refused in (await held, await agent.hello(), await agent.try_wait()):
        assert (refused.status, refused.fault) == (403, "revoked")


async def test_an_agent_that_another_process_removed_is_out_within_seconds(harness, agent):
    await agent.greet()
    current = await stored(harness, agent)
    removed = replace(current, state=AgentState.REVOKED, revoked_at=harness.time.now)
    assert await harness.store.put_agent(removed, current)
    harness.time.pass_by(seconds=2)
    assert (await agent.hello()).fault == "revoked"


async def test_a_wait_ends_when_another_process_removed_the_agent(harness, agent):
    answer = await agent.greet()
    held = await started(agent, hold=40.0, configuration=answer.configuration)
    current = await stored(harness, agent)
    removed = replace(current, state=AgentState.REVOKED, revoked_at=harness.time.now)
    assert await harness.store.put_agent(removed, current)
    harness.time.pass_by(seconds=2)
    await harness.store.beat("nightly", Beat(at=harness.time.now))
    assert (await held).fault == "revoked"


async def test_invitations_that_are_over_for_a_month_are_forgotten(harness):
    await invite(harness)
    hub = harness.service.agents_hub
    harness.time.pass_by(days=30)
    await hub.forget_invitations()
    assert len(await harness.store.invitations()) == 1
    harness.time.pass_by(hours=2)
    await hub.forget_invitations()
    assert await harness.store.invitations() == {}


async def test_a_further_wait_ends_the_one_before(agent):
    answer = await agent.greet()
    held = await started(agent, hold=40.0, configuration=answer.configuration)
    other = replace(agent)
    last = await started(other, hold=40.0, configuration=answer.configuration)
    await asyncio.wait((held, last), return_when=asyncio.FIRST_COMPLETED)
    assert held.done() != last.done()
    for task in (held, last):
        task.cancel()


async def test_a_rename_with_its_definitions_tells_no_half_of_it(harness, agent):
    await publish(harness, FILES)
    name = (await agent.greet()).configuration
    moved = document("instances/files", {"source": "files", "address": "192.0.2.1"})
    with harness.service.agents_hub.unchanged_configurations():
        await publish(harness, moved)
        assert (await agent.wait(configuration=name)).configuration == ""
        await harness.service.agents_hub.rename(agent.id, "files")
        assert (await agent.wait(configuration=name)).configuration == ""
    answer = await agent.greet(configuration=name)
    assert answer.configuration == configuration_of([moved]).name


async def test_a_name_of_another_agent_is_not_given(harness, agent, newcomer):
    other = newcomer()
    await other.join(await invite(harness), name="db01")
    hub = harness.service.agents_hub
    assert await hub.rename(agent.id, "DB01") is None
    assert await hub.rename("nobody", "x") is None
    assert (await stored(harness, agent)).name == "fs01"


def announcement(agent, new_key, signer=None, **given):
    """Return the message that announces a key, and the authorization that it is sent with."""
    signed = {
        "hub": agent.hub,
        "path": PREFIX + KEY,
        "body_hash": "",
        "stamp": agent.stamp,
        "life": agent.life,
    }
    proof = sign(key_binding(Signed(**signed | given)), "", signer or new_key)
    return KeyRequest(key=new_key.public_text, proof=proof)


async def test_the_next_key_counts_beside_the_current_one_until_it_is_used(harness, agent):
    old_key, new_key = agent.key, PrivateKey.create()
    reply = await agent.send(KEY, announcement(agent, new_key))
    assert reply.message(Accepted).life == agent.life
    assert (await agent.hello()).status == 200
    agent.key = new_key
    assert (await agent.hello()).status == 200
    current = await stored(harness, agent)
    assert (current.thumbprint, current.next_key) == (new_key.thumbprint, "")
    assert current.key_since == harness.time.now
    assert (await harness.store.audit_log())[0].op == "agent_key"
    agent.key = old_key
    assert (await agent.hello()).fault == "bad-signature"


async def test_a_next_key_is_not_used_by_a_request_that_is_refused(harness, agent):
    old_key, new_key = agent.key, PrivateKey.create()
    await agent.send(KEY, announcement(agent, new_key))
    agent.key = new_key
    refused = await agent.send(HELLO, path=PREFIX + KEY)
    assert refused.fault == "bad-signature"
    assert (await agent.send(HELLO, stamp="old")).fault == "stale"
    agent.key = old_key
    assert (await agent.hello()).status == 200


async def test_a_key_that_its_sender_does_not_hold_is_refused(harness, agent):
    new_key = PrivateKey.create()
    refused = await agent.send(KEY, announcement(agent, new_key, signer=agent.key))
    assert refused.fault == "bad-signature"
    refused = await agent.send(KEY, announcement(agent, new_key, path=PREFIX + HELLO))
    assert refused.fault == "bad-signature"
    assert (await agent.send(KEY, KeyRequest(key="{}", proof="x"))).fault == "malformed"
    assert (await stored(harness, agent)).next_key == ""


async def test_an_agent_is_asked_for_another_key_after_ninety_days(harness, agent):
    harness.time.pass_by(days=89)
    assert (await agent.hello()).fault == "stale"
    assert not (await agent.wait()).new_key
    harness.time.pass_by(days=1)
    assert (await agent.hello()).fault == "stale"
    assert (await agent.wait()).new_key


async def test_an_agent_leaves(harness, agent):
    assert (await agent.send(LEAVE)).status == 200
    assert (await stored(harness, agent)).state is AgentState.REVOKED
    assert (await harness.store.audit_log())[0].op == "agent_leave"
    assert (await agent.hello()).fault == "revoked"


async def test_what_was_heard_is_in_the_store_when_the_hub_ends(harness, agent):
    await agent.greet(backlog=3)
    await harness.service.close()
    assert (await harness.store.last_seen())[agent.id].backlog == 3


@pytest.mark.parametrize("version", ["0.3.0", "1.0.0"])
async def test_versions_that_differ_too_much_are_told_so(agent, version):
    refused = await agent.hello(version=version)
    assert (refused.status, refused.fault) == (409, "version")
    reason = refused.refusal.reason
    assert reason.en == f"the hub runs {__version__}, the agent {version}"
    assert reason.ja == f"ハブは {__version__}、エージェントは {version} です"


async def test_a_message_that_this_hub_does_not_know_is_refused(agent):
    refused = await agent.send("samples")
    assert (refused.status, refused.fault) == (400, "malformed")


async def test_of_two_machines_with_one_key_the_first_goes_on_and_it_is_told(harness, agent):
    await perform(harness.service, AKI, "apply", {"documents": documents()})
    clone = replace(agent, life=Life(2, "bb"))
    await agent.greet()
    harness.time.pass_by(seconds=10)
    await clone.greet()
    for _ in range(3):
        harness.time.pass_by(seconds=40)
        await agent.hello()
        reply = await clone.hello()
    assert (reply.status, reply.fault) == (409, "cloned")
    assert (await agent.hello()).status == 200
    row = (await harness.store.audit_log())[0]
    assert (row.op, row.who, row.given["address"]) == ("agent_clone", "fs01", "127.0.0.1")
    (mail,) = await harness.store.queue()
    assert mail.envelope.id.startswith(f"notice/agent-refused/{agent.id}/2026-04-01/")


async def test_a_large_answer_is_deflated(harness, agent):
    documents = [
        document(f"instances/n{number}", {"source": "fs01", "title": "x" * 100})
        for number in range(50)
    ]
    await publish(harness, *documents)
    name = (await agent.greet()).configuration
    reply = await agent.send(FETCH, FetchRequest(configuration=name))
    assert reply.headers["Content-Encoding"] == CODING
    assert len(reply.message(FetchAnswer).documents) == 50
