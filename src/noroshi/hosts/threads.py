"""Work that may hang (a dead network mount, a slow directory of users), away from the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def apart(work: Callable[[], T]) -> asyncio.Future[T]:
    """Do it in a thread of its own; the answer, or the exception, comes in the future.

    No pool: its threads would all hang on one dead mount. And a daemon, as the end of the
    process must not wait for what hangs.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(answer: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(answer)  # type: ignore[arg-type]  # no error: it is the answer

    def run() -> None:
        answer, error = None, None
        try:
            answer = work()
        except Exception as its:  # it is the caller's: the future raises it
            error = its
        try:
            loop.call_soon_threadsafe(settle, answer, error)
        except RuntimeError:
            pass  # the loop is closed, so nobody waits any more

    threading.Thread(target=run, daemon=True, name="noroshi-apart").start()
    return future
