"""Orders to agents: each is given until it is stored there, and its answer reaches whoever waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import count

import pytest

from noroshi.core.agents import Agent, Machine
from noroshi.link.order_messages import OrderAnswer, OrderOutcome, OrderVerb
from noroshi.service.agents.order_book import MOST_OPEN, OrderBook
from noroshi.service.errors import OperationFailedError

FS01 = Agent(
    id="a1",
    name="fs01",
    key="{}",
    thumbprint="t",
    machine=Machine(host_name="fs01", id="m", system="Linux", addresses=()),
    joined_at=datetime(2026, 4, 1, tzinfo=UTC),
    invited_by="sato",
    invitation="i1",
)


class Desk:
    """A book of orders, and what it woke."""

    def __init__(self):
        self.woken, ids = [], (f"o{number}" for number in count(1))
        self.now = 100.0
        self.book = OrderBook(self.woken.append, lambda: next(ids), lambda: self.now)

    async def given(self, verb=OrderVerb.TRY, target="m1", seconds=30.0):
        """The task of somebody who waits for an answer."""
        waiting = asyncio.create_task(self.book.give(FS01, verb, target, seconds))
        await asyncio.sleep(0)
        return waiting

    def numbers(self, last):
        return [one.number for one in self.book.news("a1", last)]

    def answer(self, id, **more):
        answer = OrderAnswer(order=id, outcome=OrderOutcome.DONE.value, **more)
        self.book.note_answer("a1", answer)
        return answer


@pytest.fixture
def desk():
    return Desk()


async def test_an_order_is_given_and_its_answer_returned(desk):
    waiting = await desk.given()
    assert desk.woken == ["a1"] and desk.book.has_news("a1", 0)
    desk.now += 10
    (order,) = desk.book.news("a1", 0)
    assert (order.id, order.number, order.verb, order.target) == ("o1", 1, "try", "m1")
    assert order.seconds == 20.0
    answer = desk.answer("o1", body="{}")
    assert await waiting == answer
    assert not desk.book.has_news("a1", 0)


async def test_it_is_given_again_until_it_is_stored_there(desk):
    waiting = await desk.given()
    assert desk.numbers(0) == [1] == desk.numbers(0)  # an answer to a wait may be lost
    assert desk.numbers(1) == [] and not desk.book.has_news("a1", 1)
    desk.answer("o1")
    await waiting


async def test_numbers_go_on_from_the_last_that_is_stored_there(desk):
    first, second = await desk.given(), await desk.given()
    assert desk.numbers(17) == [18, 19]  # the hub began anew, and the agent did not
    third = await desk.given()
    assert desk.numbers(18) == [19, 20]
    for id in ("o1", "o2", "o3"):
        desk.answer(id)
    await asyncio.gather(first, second, third)


async def test_answers_of_others_and_late_ones_are_left(desk):
    waiting = await desk.given()
    desk.numbers(0)
    desk.book.note_answer("a2", OrderAnswer(order="o1", outcome="done"))
    desk.answer("unknown")
    first = desk.answer("o1", body="first")
    desk.answer("o1", body="second")
    assert await waiting == first
    desk.answer("o1")


async def test_an_agent_that_is_not_connected_is_not_waited_for_longer(desk):
    waiting = await desk.given(seconds=0.0)
    with pytest.raises(OperationFailedError, match="fs01 is currently not connected"):
        await waiting
    assert not desk.book.has_news("a1", 0)


async def test_there_are_only_so_many_at_a_time(desk):
    waiting = [await desk.given() for _ in range(MOST_OPEN)]
    with pytest.raises(OperationFailedError, match="earlier requests"):
        await desk.book.give(FS01, OrderVerb.TRY, "m1", 30.0)
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)
    assert not desk.book.has_news("a1", 0)
