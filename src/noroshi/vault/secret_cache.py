"""Keep the vault's entries at hand, sealed as they are, for the time in which the store is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from math import inf
from typing import Protocol

from noroshi.ports import StoreError

RETRY = 10.0
"""Seconds in which a store that could not be read is not asked again: each question may take long."""
PATIENCE = 5.0
"""Seconds in which the store must answer, once its entries are in memory: an alarm waits for it."""
log = logging.getLogger(__name__)


class ReadableStore(Protocol):
    """Read the entries of a store."""

    async def get_secret(self, name: str) -> bytes | None: ...
    async def get_secrets(self) -> Mapping[str, bytes]: ...


class SecretCache:
    """Answer as the store does, and from memory while that cannot be read: a node whose database is
    away sends its alarms past the queue, and most routes need a secret for that."""

    def __init__(
        self, store: ReadableStore, steady: Callable[[], float], patience: float = PATIENCE
    ) -> None:
        self._store, self._steady, self._patience = store, steady, patience
        self._sealed_by_name: dict[str, bytes] | None = None
        self._ask_from = -inf
        self._note_count = 0

    async def read_ahead(self) -> None:
        """Read all entries: another node may have written them. Raise StoreError."""
        while True:
            note_count = self._note_count
            sealed_by_name = dict(await self._store.get_secrets())
            if note_count == self._note_count:  # else they may be older than what was noted
                break
        self._sealed_by_name = sealed_by_name

    async def get_secret(self, name: str) -> bytes | None:
        """Return an entry; None: there is none. Raise StoreError if the store cannot be read and
        never was."""
        if self._sealed_by_name is None:
            return await self._store.get_secret(name)
        if self._steady() < self._ask_from:
            return self._sealed_by_name.get(name)
        note_count = self._note_count
        try:
            async with asyncio.timeout(self._patience):
                sealed = await self._store.get_secret(name)
        except (StoreError, TimeoutError) as error:
            reason = str(error) or "no answer"
            log.info("secrets come from memory, as the store cannot be read: %s", reason)
            self._ask_from = self._steady() + RETRY
            return self._sealed_by_name.get(name)
        if note_count == self._note_count:
            self._put(name, sealed)
        return sealed

    def note(self, name: str, sealed: bytes | None) -> None:
        """Note how an entry is in the store now; None: it is gone. What is being read may be older."""
        self._note_count += 1
        self._put(name, sealed)

    def _put(self, name: str, sealed: bytes | None) -> None:
        if self._sealed_by_name is None:
            return
        if sealed is None:
            self._sealed_by_name.pop(name, None)
        else:
            self._sealed_by_name[name] = sealed
