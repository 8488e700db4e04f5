"""The hub and the agent's own client over TLS whose key is pinned."""

from __future__ import annotations

import pytest

from noroshi.agent.link_client import (
    HubAddress,
    HubNotReachedError,
    LinkClient,
    LinkRefusedError,
    Signer,
)
from noroshi.core.agents import Life
from noroshi.core.mail import Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.link.agent_key import PrivateKey
from noroshi.link.link_messages import (
    HELLO,
    WAIT,
    HelloAnswer,
    HelloRequest,
    LinkFault,
    WaitAnswer,
    WaitRequest,
)
from noroshi.network import NetworkEgress
from tests.web.link.agent_client import FS01, AgentClient, invite
from tests.web.test_agent_listener import HERE, ask, node


@pytest.fixture
async def listener(harness, tmp_path):
    async with node(harness, tmp_path):
        yield await ask(harness, "agents_listen", port=0, **HERE)


def client(listener, pin):
    async def secret(name):
        raise AssertionError(name)

    egress = NetworkEgress(Network(policy=NetworkPolicy()), secret)
    address = HubAddress("127.0.0.1", listener.port, (pin,))
    return LinkClient(address, egress, lambda: 0.0)


async def test_an_agent_joins_and_asks_at_the_address_for_agents(harness, listener):
    link, server = client(listener, listener.pin), AgentClient("", None)
    code = await invite(harness, pin=bytes.fromhex(listener.pin))
    joined = await link.join(server.join_request(code))
    assert joined.pins == (listener.pin,)
    signer = Signer(joined.hub, joined.agent, server.key, Life(1, "aa"))
    hello = HelloRequest(version="0.1.0", machine=FS01)
    link.stamp = ""
    with pytest.raises(LinkRefusedError) as refused:
        await link.ask(HELLO, hello, HelloAnswer, signer)
    assert refused.value.fault is LinkFault.STALE
    answer = await link.ask(HELLO, hello, HelloAnswer, signer)
    assert (answer.name, answer.pins) == ("fs01", (listener.pin,))
    news = await link.ask(WAIT, WaitRequest(hold=0.0), WaitAnswer, signer)
    assert news.configuration == answer.configuration
    link.close()


async def test_an_agent_says_nothing_to_a_server_with_another_key(harness, listener):
    link, server = client(listener, "22" * 32), AgentClient("", None)
    with pytest.raises(HubNotReachedError, match="is not the expected hub"):
        await link.join(server.join_request(await invite(harness)))
    assert harness.service.agents_hub.refusals == {}


async def test_a_key_that_is_not_enrolled_is_refused_over_tls(listener):
    link = client(listener, listener.pin)
    signer = Signer("hub", "nobody", PrivateKey.create(), Life(1, "aa"))
    with pytest.raises(LinkRefusedError) as refused:
        await link.ask(WAIT, WaitRequest(), WaitAnswer, signer)
    assert refused.value.fault is LinkFault.BAD_SIGNATURE
    link.close()
