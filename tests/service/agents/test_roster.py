"""The agents that a hub holds in memory, when several ask at once."""

import asyncio

from noroshi.service.agents.roster import Roster
from noroshi.stores.memory.store import MemoryStore
from tests.contracts.sample_records import MADE_BY
from tests.service.agents.fleet import joined
from tests.service.harness import Harness


class SlowStore(MemoryStore):
    """Answers about agents once it is told to."""

    def __init__(self):
        super().__init__(MADE_BY)
        self.may_answer = asyncio.Event()

    async def agents(self):
        await self.may_answer.wait()
        return await super().agents()


async def test_who_asks_during_the_first_look_waits_for_it():
    store = SlowStore()
    store.may_answer.set()
    harness = Harness(store=store)
    agent = await joined(harness)
    store.may_answer.clear()
    roster = Roster(store, harness.time.clocks, on_change=list, on_read=list)
    found = [asyncio.create_task(asked(roster)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not any(one.done() for one in found)
    store.may_answer.set()
    assert await asyncio.gather(*found) == [{agent.id}, {agent.id}]
    await harness.service.close()


async def asked(roster):
    await roster.refresh()
    return set(roster.agents)
