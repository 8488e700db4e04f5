"""A hub that listens on loopback, and agents that speak to it over real sockets."""

from __future__ import annotations

import aiohttp
import pytest

from noroshi.stores.memory.store import MemoryStore
from tests.contracts.sample_records import MADE_BY
from tests.service.clients import open_manager
from tests.service.harness import Harness
from tests.web.link.agent_client import AgentClient, invite


@pytest.fixture
async def harness():
    harness = Harness(store=MemoryStore(MADE_BY), name="hub1")
    yield harness
    await harness.service.close()


@pytest.fixture
async def url(harness, tmp_path):
    async with open_manager(harness, tmp_path) as url:
        yield url


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def newcomer(url, session):
    """Return a server that has not joined yet."""

    def make(**given):
        return AgentClient(url, session, **given)

    return make


@pytest.fixture
async def agent(harness, newcomer):
    agent = newcomer()
    await agent.join(await invite(harness))
    return agent
