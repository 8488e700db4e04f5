"""Open the store that the settings name: a file, or a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from noroshi import imports
from noroshi.config.config import Config
from noroshi.config.database import Database
from noroshi.ports import SharedStore, Store


async def open_store_of(
    config: Config, open_file: Callable[[Path], Store], *, to_look: bool = False
) -> Store:
    """Open the store: a file by `open_file`, which knows who wants it; a database is made ready,
    unless it is opened `to_look`. Raise StoreError."""
    if config.database is None:
        return open_file(config.store)
    return await _open_database(config.database, to_look=to_look)


async def _open_database(database: Database, *, to_look: bool) -> Store:
    with imports.ONE_AT_A_TIME:  # only a node with a database loads asyncpg
        from noroshi.stores.postgres.store import PostgresStore

    return await (PostgresStore.look if to_look else PostgresStore.open)(database)


async def open_shared_store(
    database: Database, on_answer: Callable[[float], None]
) -> SharedStore:
    """Open what the nodes on a database agree in, on connections of its own. Raise StoreError.
    `on_answer` is called at each answer, with the seconds since the statement was sent."""
    with imports.ONE_AT_A_TIME:
        from noroshi.stores.postgres.store import PostgresStore

    return await PostgresStore.open(database, on_answer=on_answer)
