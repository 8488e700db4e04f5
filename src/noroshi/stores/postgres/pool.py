"""Hold connections to a database, and do each piece of work in a transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Self, TypeVar

import asyncpg

from noroshi.config.database import Database
from noroshi.core.translation import Message, _
from noroshi.ports import StoreError
from noroshi.stores.postgres.connection import connect
from noroshi.stores.postgres.session import Session
from noroshi.stores.postgres.transaction_errors import (
    TRANSACTION_ERRORS,
    is_away,
    may_be_done_again,
    store_error,
)

T = TypeVar("T")
Work = Callable[[Session], Awaitable[T]]
OnAnswer = Callable[[float], None]
"""Is called at each answer of the database, with the seconds since the statement was sent."""
IS_CLOSED = _("{name} is closed")

BEGIN = """
begin isolation level {mode};
set local statement_timeout = '10s'; set local lock_timeout = '5s';
set local idle_in_transaction_session_timeout = '5s'"""
"""As one message. In each transaction, as a pooler between hands out another connection for each."""
TO_WRITE = BEGIN.format(mode="read committed, read write")
TO_READ = BEGIN.format(mode="repeatable read, read only")
MOST_CONNECTIONS = 8
TRIES = 8
"""So often a transaction is done in all, if it and another one were in each other's way."""
LONGEST_REST = 0.02
"""Seconds of rest before it is done again, at most, times the tries so far."""
ACQUIRE_TIMEOUT = 15.0
CLOSE_TIMEOUT = 5.0
"""Seconds in which what was asked for has to be done once the pool closes: a stop must end before the
service manager kills the node."""
UNDO_TIMEOUT = 5.0
COMMAND_TIMEOUT = 15.0
"""Seconds without an answer from the server, which by itself ends a statement sooner."""


class Pool:
    """Do work on connections of a pool. A piece of work that was asked for is done even if nobody
    waits for it any more."""

    def __init__(self, connections: Any, database: Database) -> None:
        self._connections, self._database = connections, database
        self._works = set[asyncio.Task[Any]]()
        self._is_closed = False
        self.trouble: Message | None = None
        """The reason why the last transaction that writes failed; None: it did not."""

    @classmethod
    async def open(
        cls, database: Database, application: str, on_answer: OnAnswer | None = None
    ) -> Self:
        """Connect. Raise StoreError if that does not go."""

        async def connect_one(_no_dsn: None, **options: Any) -> Any:
            connection = await connect(
                database, application, command_timeout=COMMAND_TIMEOUT, **options
            )
            if on_answer is not None:
                connection.add_query_logger(partial(_note_answer, on_answer))
            return connection

        # Below its least size the pool would connect by itself, and log each failure with a traceback.
        connections = await asyncpg.create_pool(
            min_size=0, max_size=MOST_CONNECTIONS, reset=_nothing_to_reset, connect=connect_one
        )
        try:
            await connections.release(await connections.acquire())
        except TRANSACTION_ERRORS as error:
            await connections.close()
            raise store_error(database, error) from error
        return cls(connections, database)

    async def write(self, work: Work[T]) -> T:
        """Return the result of `work`, once it is committed."""
        return await asyncio.shield(self._start(self._write_noting_trouble(work)))

    async def read(self, work: Work[T]) -> T:
        """Return what `work` finds, all of it as it was at one instant."""
        return await asyncio.shield(self._start(self._in_words(TO_READ, work)))

    async def wait_until_idle(self) -> None:
        """Return when all that was asked for until now is done."""
        works = [one for one in self._works if one is not asyncio.current_task()]
        if works:
            await asyncio.wait(works)

    async def close(self) -> None:
        """Do what was asked for, and let go. It may be called twice. A database that does not answer
        for CLOSE_TIMEOUT is not waited for: what is still under way fails."""
        self._is_closed = True
        with suppress(*TRANSACTION_ERRORS):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self.wait_until_idle()
                await self._connections.close()
        self._connections.terminate()
        for work in self._works:
            work.cancel()
        await self.wait_until_idle()

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        if self._is_closed:
            work.close()
            raise StoreError(IS_CLOSED.fill(name=self._database.place))
        task = asyncio.get_running_loop().create_task(work)
        self._works.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._works.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone

    async def _write_noting_trouble(self, work: Work[T]) -> T:
        try:
            result = await self._in_words(TO_WRITE, work)
        except StoreError as error:
            self.trouble = error.words
            raise
        self.trouble = None
        return result

    async def _in_words(self, begin: str, work: Work[T]) -> T:
        try:
            return await self._again_if_undone(begin, work)
        except TRANSACTION_ERRORS as error:
            raise store_error(self._database, error) from error
        except asyncio.CancelledError:
            if not self._is_closed:  # the loop ends
                raise
            raise StoreError(IS_CLOSED.fill(name=self._database.place)) from None

    async def _again_if_undone(self, begin: str, work: Work[T]) -> T:
        for try_number in range(1, TRIES):
            try:
                return await self._in_transaction(begin, work)
            except (asyncpg.PostgresError, asyncpg.InternalClientError) as error:
                if not may_be_done_again(error):
                    raise
            await asyncio.sleep(LONGEST_REST * try_number)
        return await self._in_transaction(begin, work)

    async def _in_transaction(self, begin: str, work: Work[T]) -> T:
        connection = await self._begin_on_connection(begin)
        try:
            result = await work(Session(connection))
            await connection.execute("commit")
        except BaseException:  # whatever it was, no half of it may stay
            await self._undo(connection)
            raise
        await self._connections.release(connection)
        return result

    async def _begin_on_connection(self, begin: str) -> Any:
        """Return a connection with a transaction that began. One that was idle may have been
        ended by the server meanwhile; nothing was done on it yet, so another one will do."""
        for _unused in range(MOST_CONNECTIONS + 1):
            connection = await self._connections.acquire(timeout=ACQUIRE_TIMEOUT)
            try:
                await connection.execute(begin)
            except BaseException as error:  # whatever it was, the connection goes back
                await self._undo(connection)
                if not is_away(error):
                    raise
            else:
                return connection
        raise StoreError(IS_CLOSED.fill(name=self._database.place))

    async def _undo(self, connection: Any) -> None:
        """Give a connection back without what it did; close one that does not answer. It raises
        nothing: one that has ended went out of the pool by itself, and can do nothing more."""
        try:
            await connection.execute("rollback", timeout=UNDO_TIMEOUT)
        except TRANSACTION_ERRORS:
            with suppress(*TRANSACTION_ERRORS):
                connection.terminate()
        with suppress(*TRANSACTION_ERRORS):
            await self._connections.release(connection)


def _note_answer(on_answer: OnAnswer, statement: Any) -> None:
    if statement.exception is None:
        on_answer(statement.elapsed)


async def _nothing_to_reset(connection: Any) -> None:
    """Leave a connection as it is: all that is set here ends with its transaction."""
