"""Orders of a hub at the agent: stored, then done at most once and in their time, and answered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from noroshi import schema
from noroshi.agent.order_desk import MOST_OPEN, ORDERS, OrderDesk
from noroshi.agent.order_log import OrderLog
from noroshi.link.order_messages import MOST_ANSWER, Order, OrderAnswer, OrderOutcome
from noroshi.ports import Clocks, StoreError
from noroshi.stores.memory.store import MemoryStore

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
CLOCKS = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
DONE = OrderOutcome.DONE.value


def order(number, **more):
    return Order(number=number, id=f"o{number}", verb="try", target="m1", **more)


@pytest.mark.parametrize(
    ("number", "given", "taken", "new_number"),
    [
        (0, [1], ["o1"], 1),
        (0, [2, 1], ["o1", "o2"], 2),
        (2, [1, 2], [], 2),  # given again, as the hub had not heard that they are stored
        (2, [2, 3], ["o3"], 3),
        (17, [18, 18], ["o18"], 18),
        (5, [], [], 5),
    ],
)
def test_only_orders_beyond_the_last_are_taken(number, given, taken, new_number):
    log, new = OrderLog(number=number).take([order(one) for one in given])
    assert ([one.id for one in new], log.number) == (taken, new_number)
    assert log.open_orders == tuple(taken)
    assert log.with_answered("o1").open_orders == tuple(one for one in taken if one != "o1")


class Desk:
    """A desk of orders, what it did, and a gate before which it stands."""

    def __init__(self, store=None):
        self.store, self.done = store or MemoryStore(), []
        self.gate = asyncio.Event()
        self.gate.set()
        self.result = OrderAnswer(order="", outcome=DONE, body="{}")
        self.desk = OrderDesk(self.store, CLOCKS.wall, self.carry_out)

    async def carry_out(self, one):
        self.done.append((one.id, schema.value(OrderLog, await self.stored())))
        await self.gate.wait()
        if isinstance(self.result, Exception):
            raise self.result
        return OrderAnswer(order=one.id, outcome=self.result.outcome, body=self.result.body)

    async def stored(self):
        return (await self.store.get_values())[ORDERS]

    async def answers(self, count=0):
        """What is in the log for the hub, once there are so many."""
        while len(rows := await self.store.reports(0)) < count:
            await self.store.wait(timedelta(minutes=1))
        return [schema.value(OrderAnswer, row.body) for row in rows if row.kind == "answer"]


async def test_an_order_is_stored_then_done_then_answered():
    desk = Desk()
    assert await desk.desk.take([order(1)]) and await desk.desk.last_number() == 1
    (answer,) = await desk.answers(1)
    assert (answer.order, answer.outcome, answer.body) == ("o1", DONE, "{}")
    assert desk.done == [("o1", OrderLog(number=1, open_orders=("o1",)))]
    await desk.desk.close()
    assert not await desk.desk.take([order(1)])
    assert schema.value(OrderLog, await desk.stored()) == OrderLog(number=1)


async def test_one_that_was_taken_by_a_process_that_ended_is_done_no_second_time():
    desk = Desk()
    desk.gate.clear()
    await desk.desk.take([order(1), order(2)])
    await asyncio.sleep(0)
    await desk.desk.close()
    after = Desk(desk.store)
    assert await after.desk.last_number() == 2
    assert not await after.desk.take([order(1), order(2)]) and after.done == []
    outcomes = [(one.order, one.outcome) for one in await after.answers()]
    assert outcomes == [("o1", "interrupted"), ("o2", "interrupted")]
    assert len(await Desk(desk.store).answers()) == 2


async def test_one_whose_time_is_over_is_answered_so():
    desk = Desk()
    desk.gate.clear()
    await desk.desk.take([order(1, seconds=0.0)])
    assert [one.outcome for one in await desk.answers(1)] == ["expired"]


async def test_what_fails_here_or_is_too_large_is_answered_so():
    desk = Desk()
    desk.result = ValueError("a bug")
    await desk.desk.take([order(1)])
    await desk.answers(1)
    desk.result = OrderAnswer(order="", outcome=DONE, body="x" * (MOST_ANSWER + 1))
    await desk.desk.take([order(2)])
    answers = await desk.answers(2)
    assert [(one.outcome, one.words.en) for one in answers] == [
        ("failed", "ValueError"),
        ("failed", "the result is too large"),
    ]


async def test_there_are_only_so_many_at_a_time():
    desk = Desk()
    desk.gate.clear()
    await desk.desk.take([order(one) for one in range(1, MOST_OPEN + 2)])
    (answer,) = await desk.answers(1)
    assert (answer.order, answer.outcome) == (f"o{MOST_OPEN + 1}", "failed")
    await desk.desk.close()


async def test_nothing_is_begun_that_cannot_be_stored():
    class FullStore(MemoryStore):
        async def put_value(self, name, text):
            raise StoreError("full")

    desk = Desk(FullStore())
    with pytest.raises(StoreError):
        await desk.desk.take([order(1)])
    assert desk.done == [] and await desk.desk.last_number() == 0
