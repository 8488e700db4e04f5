"""Routes that are shared with an agent, over a real socket: it alone gets them, with their secrets, and
hears of each change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.definitions.document_content import content, document
from noroshi.link.agent_key import PrivateKey
from noroshi.link.link_messages import FETCH, FetchAnswer, FetchRequest
from noroshi.link.sealed_secrets import BadSealError, SealedFor, open_sealed
from noroshi.service import perform
from noroshi.vault import Secret
from tests.service.harness import AKI
from tests.web.link.agent_client import invite
from tests.web.link.test_messages import FILES, publish, stored

ROUTE = document(
    "routes/out", {"kind": "smtp", "options": {"host": "mx.example.com", "password": "smtp"}}
)


@pytest.fixture
async def sharing(harness, agent):
    """An agent with which a route is shared."""
    await harness.vault.put("smtp", Secret("geheim"))
    await publish(harness, FILES, ROUTE)
    await agent.greet(accepts_routes=True)
    await perform(harness.service, AKI, "agent_share", {"agent": "fs01", "route": "out"})
    return agent


async def fetched(agent):
    name = (await agent.wait()).configuration
    answer = await agent.send(FETCH, FetchRequest(configuration=name))
    return answer.message(FetchAnswer)


def opened(agent, answer):
    purpose = SealedFor(hub=agent.hub, agent=agent.id, configuration=answer.configuration)
    return open_sealed(answer.secrets, purpose, [agent.key])


async def test_the_agent_gets_the_route_and_what_it_alone_can_open(harness, sharing):
    answer = await fetched(sharing)
    tables = {one.key: content(one) for one in answer.documents}
    assert tables["routes/out"]["options"]["password"] == "smtp"
    assert opened(sharing, answer) == {"smtp": "geheim"}
    assert "geheim" not in str(answer) and "secrets" not in repr(answer)
    other = replace(sharing, key=PrivateKey.create())
    with pytest.raises(BadSealError):
        opened(other, answer)


async def test_another_agent_gets_none_of_it(harness, sharing, newcomer):
    other = newcomer()
    await other.join(await invite(harness), name="db01")
    await other.greet(accepts_routes=True)
    answer = await fetched(other)
    assert answer.secrets == "" and "routes/out" not in [one.key for one in answer.documents]


async def test_the_hub_notes_the_secrets_that_the_agent_has(harness, sharing):
    assert (await stored(harness, sharing)).secrets == ()
    await fetched(sharing)
    assert (await stored(harness, sharing)).secrets == ("smtp",)
    await perform(harness.service, AKI, "agent_unshare", {"agent": "fs01", "route": "out"})
    answer = await fetched(sharing)
    assert answer.secrets == "" and "routes/out" not in [one.key for one in answer.documents]
    revoked = await perform(harness.service, AKI, "agent_revoke", {"agent": "fs01"})
    assert revoked.secrets == ("smtp",)


async def test_a_hub_that_was_restored_learns_what_the_agent_has(harness, sharing):
    name = (await fetched(sharing)).configuration
    agent = await stored(harness, sharing)
    await harness.store.put_agent(replace(agent, secrets=()), agent)
    harness.time.pass_by(seconds=5)
    await sharing.greet(configuration=name, accepts_routes=True)
    assert (await stored(harness, sharing)).secrets == ("smtp",)


async def test_a_secret_that_is_replaced_is_news(harness, sharing):
    first = await fetched(sharing)
    await harness.vault.put("smtp", Secret("neu"))
    harness.time.pass_by(seconds=1)
    second = await fetched(sharing)
    assert second.configuration != first.configuration
    assert second.documents == first.documents and opened(sharing, second) == {"smtp": "neu"}


async def test_an_agent_whose_file_forbids_it_gets_none(harness, sharing):
    await sharing.greet(accepts_routes=False)
    assert [one.key for one in (await fetched(sharing)).documents] == [FILES.key]
