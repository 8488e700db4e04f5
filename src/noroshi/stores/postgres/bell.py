"""Hear from other nodes that something was committed, and let them hear it.

NOTIFY within a transaction takes one lock for the whole server as it commits, so it is sent
afterwards, by a connection of its own, for all that was committed meanwhile.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from noroshi.config.database import Database
from noroshi.stores.postgres.connection import connect
from noroshi.stores.postgres.transaction_errors import TRANSACTION_ERRORS

CHANNEL = "noroshi"
TRIAL = "?"
"""Begins what a bell sends to itself, to hear whether it hears."""
BETWEEN_RINGS = 0.05
BETWEEN_PINGS = 5.0
PATIENCE = 2.0
TRIAL_PATIENCE = 1.0
POLL, POLL_DEAF = 5.0, 1.0
"""Seconds after which whoever waits looks all the same: what was sent while no one listened is lost."""


class Bell:
    """Ring and listen on a connection of its own. It never fails: while it does not hear, whoever
    waits looks each second."""

    def __init__(
        self, database: Database, application: str, on_ring: Callable[[], None]
    ) -> None:
        self._database, self._application, self._on_ring = database, application, on_ring
        self._mark = secrets.token_hex(8)
        self._has_news, self._heard_trial = asyncio.Event(), asyncio.Event()
        self.hears = False
        """Tells whether other nodes are heard; behind PgBouncer in transaction mode they are not."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def longest_wait(self) -> float:
        return POLL if self.hears else POLL_DEAF

    def ring(self) -> None:
        """Tell the others, in a moment."""
        self._has_news.set()

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            with suppress(*TRANSACTION_ERRORS):
                await self._serve()
            self.hears = False
            await asyncio.sleep(POLL_DEAF)

    async def _serve(self) -> None:
        connection = await connect(self._database, self._application, command_timeout=PATIENCE)
        try:
            await connection.add_listener(CHANNEL, self._on_notification)
            await self._try_out(connection)
            self._on_ring()  # what was sent before it listened is lost
            while True:
                await self._ring_or_ping(connection)
        finally:
            self.hears = False
            connection.terminate()

    async def _try_out(self, connection: Any) -> None:
        self._heard_trial.clear()
        await self._send(connection, TRIAL)
        try:
            async with asyncio.timeout(TRIAL_PATIENCE):
                await self._heard_trial.wait()
        except TimeoutError:
            return
        self.hears = True

    async def _ring_or_ping(self, connection: Any) -> None:
        try:
            async with asyncio.timeout(BETWEEN_PINGS):
                await self._has_news.wait()
        except TimeoutError:
            await connection.fetchval("select 1")
            return
        self._has_news.clear()
        await self._send(connection, "")
        await asyncio.sleep(BETWEEN_RINGS)

    async def _send(self, connection: Any, sort: str) -> None:
        await connection.execute("select pg_notify($1, $2)", CHANNEL, f"{sort}{self._mark}")

    def _on_notification(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        if payload == f"{TRIAL}{self._mark}":
            self._heard_trial.set()
        elif payload != self._mark and not payload.startswith(TRIAL):
            self._on_ring()
