"""Time limits of looks: as `asyncio.timeout` has them, under one timer."""

from __future__ import annotations

import asyncio

import pytest

from noroshi.engine.deadlines import Deadlines


async def test_who_is_in_time_is_left_alone():
    deadlines = Deadlines()
    with deadlines.limit(60):
        await asyncio.sleep(0)


async def test_who_is_late_is_ended_and_nobody_else():
    deadlines, for_ever = Deadlines(), asyncio.Event()

    async def look(seconds: float) -> str:
        try:
            with deadlines.limit(seconds):
                await for_ever.wait()
        except TimeoutError:
            return "late"
        return "in time"

    patient = asyncio.create_task(look(60))
    await asyncio.sleep(0)
    hasty = [asyncio.create_task(look(0.01 * n)) for n in range(20)]
    assert await asyncio.gather(*hasty) == ["late"] * 20
    assert not patient.done()
    for_ever.set()
    assert await patient == "in time"


async def test_after_a_quiet_time_the_next_one_is_ended_too():
    deadlines = Deadlines()
    for _ in range(3):
        with deadlines.limit(0.01):
            pass
        with pytest.raises(TimeoutError), deadlines.limit(0.01):
            await asyncio.Event().wait()


async def test_a_task_goes_on_after_its_limit():
    deadlines, task = Deadlines(), asyncio.current_task()
    with pytest.raises(TimeoutError), deadlines.limit(0):
        await asyncio.Event().wait()
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_the_engine_s_own_end_is_no_time_out():
    deadlines = Deadlines()

    async def look() -> None:
        with deadlines.limit(60):
            await asyncio.Event().wait()

    task = asyncio.create_task(look())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_beside_the_time_out_stays_one():
    deadlines = Deadlines()

    async def look() -> None:
        with deadlines.limit(0):
            try:
                await asyncio.Event().wait()
            finally:
                task.cancel()  # while the look ends, so does the engine

    task = asyncio.create_task(look())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_look_is_its_own():
    deadlines = Deadlines()
    with pytest.raises(LookupError), deadlines.limit(60):
        raise LookupError
