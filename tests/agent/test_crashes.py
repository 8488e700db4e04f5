"""An agent that ends at any of its writes: the next run goes on, and loses and doubles nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import count

import pytest

from noroshi.agent.enrolment import AcceptedConfiguration, configuration_in, enrolment_in
from noroshi.agent.hub_clock import HubClock
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.agent.key_chain import read_keys
from noroshi.agent.link_on_demand import LinkOnDemand
from noroshi.agent.link_settings import LinkSettings, NodeCalls
from noroshi.core.agents import KEY_AGE, Machine
from noroshi.core.definitions.compiler import Plan
from noroshi.core.network_policy import NetworkPolicy
from noroshi.link.link_messages import FetchAnswer, WaitRequest
from noroshi.oauth.token_provider import secret_of
from noroshi.ports import Clocks
from noroshi.service.agents.hub_definitions import HubDefinitions
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import Box, Secret, Vault
from tests.agent.stand_in_hub import stand_in_hub
from tests.service.agents.test_hub_definitions import configuration, instance
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import AKI, Harness

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
WRITES = ("put_value", "put_secret", "publish", "audit")
ALL_WRITES = 14
"""As many as an agent makes here in a run that nothing ends: the first test counts them."""
FIRST = configuration("c1")
SECOND = configuration(
    "c2", instances__fs01=instance(title="Newer"), instances__fs02=instance(group=[])
)


class MortalStore:
    """A store whose user ends at a write: `dead` is set, and the write never returns. `after`: it
    was done all the same."""

    def __init__(self, inner, last_write=0, after=False):
        self._inner, self._last_write, self._after = inner, last_write, after
        self.writes, self.dead = 0, asyncio.Event()

    def __getattr__(self, name):
        call = getattr(self._inner, name)
        return self._dying(call) if name in WRITES else call

    def _dying(self, call):
        async def wrapped(*args):
            self.writes += 1
            is_last = self.writes == self._last_write or self.dead.is_set()
            if is_last and not self._after:
                await self._die()
            answer = await call(*args)
            if is_last:
                await self._die()
            return answer

        return wrapped

    async def _die(self):
        self.dead.set()
        await asyncio.Event().wait()


class Run:
    """One run of a node that is an agent, or becomes one."""

    def __init__(self, store, hub, code):
        self.store, self.hub, self.code = store, hub, code
        vault = Vault(store, Box(Secret("5a" * 32)))
        times = count(0, 10)
        clocks = Clocks(wall=lambda: NOW + self.later, steady=lambda: float(next(times)))
        notifications = HubNotifications(store, clocks, Plan)
        # The clock here jumps to when the key is due, which is not what is looked at.
        notifications.hub_clock = HubClock(Clocks(wall=lambda: NOW, steady=float))
        settings = LinkSettings(
            clocks=clocks,
            uniform=lambda least, most: most,
            sleep=lambda seconds: asyncio.sleep(0),
            random_mark=lambda: "ab" * 8,
            machine=lambda: Machine(host_name="fs01"),
            kinds=(),
            policy=NetworkPolicy(),
            notifications=notifications,
            secret=secret_of(vault),
        )
        self.later = KEY_AGE * 0
        self.links = LinkOnDemand(store, vault, settings)
        self.node = Harness(store, hub_links=self.links)

    async def to_the_end(self):
        """Join, take up two configurations, and replace the key."""
        if await self.links.enrolment() is None:
            address = f"127.0.0.1:{self.hub.port}"
            await self.node.service.hub.join(AKI, address, str(self.code))
        self.later = KEY_AGE
        linking = asyncio.create_task(
            self.links.run(
                NodeCalls(
                    self.take_up, HubDefinitions(self.node.service.context).report_refusal
                )
            )
        )
        try:
            await self.hub.until(self.is_done)
        finally:
            linking.cancel()
            await asyncio.wait((linking,))

    async def take_up(self, enrolment, answer: FetchAnswer):
        problems = await HubDefinitions(self.node.service.context).take_up(enrolment, answer)
        assert problems == ()
        if answer.configuration == "c1":
            self.hub.configuration, self.hub.documents = "c2", SECOND.documents
            self.hub.tell()
        return problems

    def is_done(self):
        """The last request is a wait that the new key signed."""
        if not self.hub.heard or not self.hub.heard_of("key"):
            return False
        message = self.hub.heard[-1].message
        return isinstance(message, WaitRequest) and message.configuration == "c2"


@pytest.fixture
async def hub(tmp_path):
    async with stand_in_hub(tmp_path, clock=lambda: NOW).open() as found:
        found.configuration, found.documents = "c1", FIRST.documents
        yield found


async def own_definitions():
    """A store with definitions of the node's own."""
    store = MemoryStore()
    await apply_definitions(InProcessClient(Harness(store)))
    return store


async def check(store, hub):
    """One agent, its newest key, both definitions of the hub and its own."""
    values = await store.get_values()
    keys = await read_keys(Vault(store, Box(Secret("5a" * 32))))
    assert list(hub.keys) == [enrolment_in(values).agent]
    assert hub.keys[enrolment_in(values).agent] == [keys.current.public_text]
    assert configuration_in(values) == AcceptedConfiguration(
        configuration="c2", keys=("instances/fs01", "instances/fs02")
    )
    documents = {one.key: one.body for one in (await store.current()).documents}
    assert '"title":"Newer"' in documents["instances/fs01"] and "instances/web1" in documents


async def test_a_run_that_nothing_ends_makes_so_many_writes(hub):
    inner = await own_definitions()
    store = MortalStore(inner)
    await Run(store, hub, hub.invite()).to_the_end()
    await check(inner, hub)
    assert store.writes == ALL_WRITES


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("last_write", range(1, ALL_WRITES + 1))
async def test_after_a_crash_the_next_run_comes_to_the_same_end(hub, last_write, after):
    inner, code = await own_definitions(), hub.invite()
    store = MortalStore(inner, last_write, after)
    first = asyncio.create_task(Run(store, hub, code).to_the_end())
    await store.dead.wait()
    first.cancel()
    await asyncio.wait((first,))
    hub.heard.clear()
    hub.configuration, hub.documents = "c2", SECOND.documents
    hub.new_key = True  # or a key that was replaced before the end is not replaced again
    await Run(inner, hub, code).to_the_end()
    await check(inner, hub)
