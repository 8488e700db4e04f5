"""Many that are ready at once: others who use the loop have their turn between them."""

import asyncio
from time import perf_counter

from noroshi.engine.monitoring.rounds import FEWEST_TURNS, MOST_TURNS, SPENT_SECONDS, Rounds


async def test_little_goes_on_at_once():
    rounds = Rounds()
    for _ in range(3 * MOST_TURNS):
        turn = asyncio.create_task(rounds.turn())
        await asyncio.sleep(0)
        assert turn.done()
        await asyncio.sleep(0)


async def between(work, count):
    """How many pieces of work are done between two turns of somebody else; and in which order."""
    rounds, order, found = Rounds(), [], []

    async def piece(number):
        await rounds.turn()
        work()
        order.append(number)

    tasks = [asyncio.create_task(piece(number)) for number in range(count)]
    before = 0
    while len(order) < len(tasks):
        await asyncio.sleep(0)
        found.append(len(order) - before)
        before = len(order)
    assert order == list(range(len(tasks)))
    return found


async def test_of_many_that_cost_much_few_go_on_between_two_turns_of_somebody_else():
    def dear():
        end = perf_counter() + SPENT_SECONDS
        while perf_counter() < end:
            pass

    assert max(await between(dear, 10 * FEWEST_TURNS)) <= FEWEST_TURNS


async def test_of_many_that_cost_little_no_more_than_the_most_do():
    assert max(await between(lambda: None, 20 * MOST_TURNS)) <= MOST_TURNS


async def test_who_is_cancelled_while_waiting_keeps_nobody_waiting():
    rounds = Rounds()
    tasks = [asyncio.create_task(rounds.turn()) for _ in range(30)]
    await asyncio.sleep(0)
    for task in tasks[5:20]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.done() for task in tasks)
    await rounds.turn()
