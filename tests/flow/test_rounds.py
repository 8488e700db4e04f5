"""Many that are ready at once: others who use the loop have their turn between them."""

import asyncio

from noroshi.engine.rounds import MOST, Rounds


async def test_little_goes_on_at_once():
    rounds = Rounds()
    for _ in range(MOST):
        turn = asyncio.create_task(rounds.turn())
        await asyncio.sleep(0)
        assert turn.done()


async def test_of_many_only_some_go_on_between_two_turns_of_somebody_else():
    rounds, order = Rounds(), []

    async def work(number):
        await rounds.turn()
        order.append(number)

    tasks = [asyncio.create_task(work(number)) for number in range(20 * MOST)]
    before = 0
    while len(order) < len(tasks):
        await asyncio.sleep(0)
        assert len(order) - before <= MOST
        before = len(order)
    assert order == list(range(len(tasks)))


async def test_who_is_cancelled_while_waiting_keeps_nobody_waiting():
    rounds = Rounds()
    tasks = [asyncio.create_task(rounds.turn()) for _ in range(3 * MOST)]
    await asyncio.sleep(0)
    for task in tasks[MOST : 2 * MOST]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.done() for task in tasks)
    await rounds.turn()
