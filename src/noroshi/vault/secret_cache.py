"""Keep the vault's entries at hand, sealed as they are, for the time in which the store is away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from math import inf
from typing import Protocol

from noroshi.ports import StoreError

RETRY = 10.0
"""Seconds in which a store that could not be read is not asked again: each question may take long."""
log = logging.getLogger(__name__)


class ReadableStore(Protocol):
    """Read the entries of a store."""

    async def get_secret(self, name: str) -> bytes | None: ...
    async def get_secrets(self) -> Mapping[str, bytes]: ...


class SecretCache:
    """Answer as the store does, and from memory while that cannot be read: a node whose database is
    away sends its alarms past the queue, and most routes need a secret for that."""

    def __init__(self, store: ReadableStore, steady: Callable[[], float]) -> None:
        self._store, self._steady = store, steady
        self._sealed_by_name: dict[str, bytes] | None = None
        self._ask_from = -inf

    async def read_ahead(self) -> None:
        """Read all entries: another node may have written them. Raise StoreError."""
        self._sealed_by_name = dict(await self._store.get_secrets())

    async def get_secret(self, name: str) -> bytes | None:
        """Return an entry; None: there is none. Raise StoreError if the store cannot be read and
        never was."""
        if self._sealed_by_name is not None and self._steady() < self._ask_from:
            return self._sealed_by_name.get(name)
        try:
            sealed = await self._store.get_secret(name)
        except StoreError as error:
            if self._sealed_by_name is None:
                raise
            log.info("secrets come from memory, as the store cannot be read: %s", error)
            self._ask_from = self._steady() + RETRY
            return self._sealed_by_name.get(name)
        self.note(name, sealed)
        return sealed

    def note(self, name: str, sealed: bytes | None) -> None:
        """Note how an entry is in the store now; None: it is gone."""
        if self._sealed_by_name is None:
            return
        if sealed is None:
            self._sealed_by_name.pop(name, None)
        else:
            self._sealed_by_name[name] = sealed
