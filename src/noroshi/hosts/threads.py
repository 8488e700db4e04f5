"""Do work that may hang (a dead network mount, a slow directory of users), away from the loop."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from noroshi.hosts.snapshot_cache import retrieve_exception

T = TypeVar("T")
P = ParamSpec("P")
MOST_THREADS = 64
IDLE = 10.0  # seconds for which a thread waits for more work


def run_in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """Do work in a thread that does nothing else; the answer, or the exception, comes in the
    future.

    No pool of so many threads: they would all hang on one dead mount. The threads are daemons,
    as the end of the process must not wait for what hangs. A thread that is done takes the next
    work.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # no error: it is the answer

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as exception:  # it is the caller's: the future raises it
            error = exception
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            pass  # the loop is closed, so nobody waits any more

    try:
        _idle.pop().put(run)
    except IndexError:
        jobs = SimpleQueue[Callable[[], None]]()
        jobs.put(run)
        threading.Thread(target=_work, args=(jobs,), daemon=True, name="noroshi-apart").start()
    return future


class SharedWork:
    """Do work in threads, one for all who ask under the same key: work that hangs is not begun again
    by each measurement that has given it up. Used from one loop."""

    def __init__(self) -> None:
        self._future_by_key = dict[Hashable, asyncio.Future[Any]]()

    async def do(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what the work returns, or raise what it raises."""
        future: asyncio.Future[T] | None = self._future_by_key.get(key)
        if future is None:
            future = self._future_by_key[key] = run_in_thread(work)
            future.add_done_callback(retrieve_exception)
            future.add_done_callback(lambda _future: self._future_by_key.pop(key, None))
        return await asyncio.shield(future)


_idle = list[SimpleQueue[Callable[[], None]]]()
"""The queues of threads that wait for work; each hears of one piece at a time."""
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_idle.clear)  # a fork has no threads but its own


def _work(jobs: SimpleQueue[Callable[[], None]]) -> None:
    """Do one piece of work after the other, until none comes for a while."""
    while True:
        try:
            jobs.get(timeout=IDLE)()
        except Empty:
            with suppress(ValueError):  # a piece of work is on its way
                _idle.remove(jobs)
                return
            continue
        _idle.append(jobs)


class Pool(ThreadPoolExecutor):
    """Serve the loop itself, which looks up names in this pool. The end of the process does not
    wait for it.

    Python's pool does, and a name server that is away holds a look-up for half a minute.
    asyncio takes nothing as its pool but a ThreadPoolExecutor. Used from one loop.
    """

    def __init__(self, max_threads: int = MOST_THREADS) -> None:
        super().__init__(max_threads)
        self._most, self._thread_count = max_threads, 0
        self._jobs = SimpleQueue[tuple[Future[Any], Callable[[], Any]]]()
        self._free = threading.Semaphore(0)

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future = Future[T]()
        self._jobs.put((future, partial(work, *args, **kwargs)))
        if not self._free.acquire(blocking=False) and self._thread_count < self._most:
            self._thread_count += 1
            threading.Thread(target=self._work, daemon=True, name="noroshi-pool").start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave alone what hangs."""

    def _work(self) -> None:
        while True:
            self._do_next()
            self._free.release()

    def _do_next(self) -> None:
        """Do one piece of work. The work and its outcome are local here, so that a thread that
        waits for the next piece holds nothing of them: that may be megabytes."""
        future, work = self._jobs.get()
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(work())
            except BaseException as error:  # it is the caller's: the future raises it
                future.set_exception(error)
