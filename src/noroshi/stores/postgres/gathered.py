"""Do in one transaction what was asked for while the last one was under way.

A mail that is lent and settled by itself costs two commits; ten of them together cost two as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from noroshi.stores.postgres.transaction_errors import is_everybodys

T = TypeVar("T")
Argument = TypeVar("Argument")
LARGEST_BATCH = 50


CLOSE_TIMEOUT = 3.0
"""Seconds in which what was asked for has to be answered once the store closes."""


class Gathered(Generic[Argument, T]):
    """Answer those of one kind together: `all_of` does the work for each argument in one
    transaction, and answers each in that order."""

    def __init__(self, all_of: Callable[[Sequence[Argument]], Awaitable[Sequence[T]]]) -> None:
        self._all_of = all_of
        self._waiting = dict[Hashable, list[tuple[Argument, asyncio.Future[T]]]]()
        self._tasks = dict[Hashable, asyncio.Task[None]]()
        self._pending_answers = set[asyncio.Future[T]]()

    async def do(self, kind: Hashable, argument: Argument) -> T:
        """Return the answer to one argument, which is done even if nobody waits for it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._pending_answers.add(answer)
        answer.add_done_callback(self._forget)
        self._waiting.setdefault(kind, []).append((argument, answer))
        if kind not in self._tasks:
            self._tasks[kind] = loop.create_task(self._work_off(kind))
        return await asyncio.shield(answer)

    async def wait_until_idle(self) -> None:
        """Return when all that was asked for until now is done."""
        if self._pending_answers:
            await asyncio.wait(self._pending_answers)

    def _forget(self, answer: asyncio.Future[T]) -> None:
        self._pending_answers.discard(answer)
        if not answer.cancelled():
            answer.exception()  # whoever asked may be gone

    async def _work_off(self, kind: Hashable) -> None:
        try:
            while waiting := self._waiting.get(kind):
                batch, self._waiting[kind] = waiting[:LARGEST_BATCH], waiting[LARGEST_BATCH:]
                await self._answer(batch)
        finally:
            del self._tasks[kind]
            self._waiting.pop(kind, None)

    async def _answer(self, batch: Sequence[tuple[Argument, asyncio.Future[T]]]) -> None:
        try:
            answers = await self._all_of([argument for argument, _ in batch])
        except Exception as error:  # handed to whoever asked
            if len(batch) > 1 and not is_everybodys(
                error
            ):  # one may have spoiled it for the others
                for one in batch:
                    await self._answer([one])
                return
            # Without a database one after the other would wait for it, for minutes in all; and what
            # was committed, though the answer was lost, would be written a second time.
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)


async def wait_for_answers(*questions: Gathered[Any, Any]) -> None:
    """Return when all that was asked for until now is done, or if the database does not answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            for one in questions:
                await one.wait_until_idle()
