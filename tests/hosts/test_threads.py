"""The loop's own pool: what hangs in it holds up neither other work nor the end."""

from __future__ import annotations

import asyncio
import threading
import weakref

import pytest

from noroshi.hosts.threads import Pool, SharedWork


def test_what_hangs_holds_up_neither_other_work_nor_the_end_of_the_loop():
    hangs = threading.Event()

    async def run():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(Pool(3))
        hung = [loop.run_in_executor(None, hangs.wait) for _ in range(2)]
        found = [await asyncio.to_thread(lambda: threading.get_ident()) for _ in range(3)]
        for one in hung:
            one.cancel()
        return found

    assert len(set(asyncio.run(run()))) == 1
    hangs.set()


async def test_what_goes_wrong_in_it_is_for_who_asked():
    asyncio.get_running_loop().set_default_executor(Pool())
    with pytest.raises(ValueError, match="invalid literal"):
        await asyncio.to_thread(int, "x")
    assert await asyncio.to_thread(int, "7") == 7


async def test_names_are_looked_up_in_it():
    loop = asyncio.get_running_loop()
    loop.set_default_executor(Pool())
    assert await loop.getaddrinfo("localhost", 80)


class Large:
    """Something that one would not want to be held while nothing happens."""


@pytest.mark.parametrize("end", ["given", "answered"])
def test_a_thread_that_waits_for_work_holds_nothing_of_the_last(end):
    released, pool = threading.Event(), Pool(1)
    one = Large()
    weakref.finalize(one, released.set)
    if end == "given":
        pool.submit(lambda _: None, one).result()
    else:
        answers = [one]
        assert pool.submit(answers.pop).result() is one
    del one
    assert released.wait(20)


async def test_work_that_hangs_is_not_begun_again():
    hangs, starts = threading.Event(), []

    def work():
        starts.append(1)
        hangs.wait()
        return "done"

    shared = SharedWork()
    asks = [asyncio.ensure_future(shared.do("log", work)) for _ in range(3)]
    await asyncio.sleep(0)
    asks[0].cancel()
    assert await shared.do("other log", lambda: 7) == 7
    hangs.set()
    assert await asyncio.gather(*asks[1:]) == ["done", "done"]
    assert starts == [1]
    assert await shared.do("log", lambda: "anew") == "anew"
