"""`noroshi agent listen`, `unlisten`, `listener`, as a person types them."""

import json

import pytest

from noroshi.app.agent_listening import AgentListenerControl, listening
from noroshi.web.context import WebContext
from tests.cli.command_process import a_node, typed
from tests.service.harness import Harness

HERE = ("127.0.0.1", "--address", "127.0.0.1", "--port", "0")


@pytest.fixture
async def harness(tmp_path):
    harness = Harness()
    web = WebContext(service=harness.service, people=harness.people)
    async with (
        listening(
            harness.store,
            harness.service.context.endpoints,
            AgentListenerControl(lambda: web, tmp_path),
        ),
        a_node(tmp_path, harness.service),
    ):
        yield harness


async def test_the_address_is_opened_shown_and_closed(harness, tmp_path):
    told = await typed("agent", "listener", home=tmp_path)
    assert told.code == 0 and "noroshi agent listen" in told.out
    told = await typed("agent", "listen", *HERE, home=tmp_path)
    endpoint = harness.service.context.endpoints.listener
    assert f"Agents reach this node at {endpoint.address}. Fingerprint" in told.out
    shown = json.loads((await typed("agent", "listener", "--json", home=tmp_path)).out)
    assert (shown["where"], shown["pin"]) == (endpoint.address, endpoint.pin.hex())
    told = await typed("agent", "unlisten", home=tmp_path)
    assert "Other servers cannot reach this node" in told.out
    assert harness.service.context.endpoints.listener is None


async def test_what_is_no_host_is_refused(harness, tmp_path):
    told = await typed("agent", "listen", "two names", home=tmp_path)
    assert told.code == 3 and "host: must be the name or IP address" in told.err
