"""Open a database as the source or the target of a move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from noroshi.config.database import Database
from noroshi.core.translation import _, list_names
from noroshi.ports import StoreError
from noroshi.stores.postgres.connection import connect
from noroshi.stores.postgres.contents_database import (
    SETTINGS,
    DatabaseContents,
    EmptyDatabaseContents,
    lock_statement,
)
from noroshi.stores.postgres.database_marks import refuse_moved
from noroshi.stores.postgres.migrations import Schema, refuse_older, take_steps
from noroshi.stores.postgres.session import Session
from noroshi.stores.postgres.transaction_errors import TRANSACTION_ERRORS, store_error

APPLICATION = "noroshi/move"
BEGIN = "begin isolation level read committed"
"""As others cannot write meanwhile, each statement sees the same."""
RUNNING_NODES = """
select node from lease where until > noroshi_now()
union select regexp_replace(holder, '/[^/]*$', '') from turn
    where name = 'work' and until > noroshi_now()
order by 1"""
NODES_RUN = _(
    "nodes are running on {place}: {names}. Stop all of them first; a node that was killed "
    "counts as running for another ten seconds"
)


@asynccontextmanager
async def opened_source(database: Database) -> AsyncIterator[DatabaseContents]:
    """Yield what a database contains; nobody writes to it until the end, where `put_note` is
    committed. Raise StoreError, also if a node runs."""
    async with long_transaction(database) as connection:
        db = Session(connection)
        await refuse_older(db, database.place, Schema())
        await connection.execute(lock_statement("share"))
        await refuse_moved(db)
        await refuse_running(db, database)
        yield DatabaseContents(connection)


@asynccontextmanager
async def opened_target(database: Database) -> AsyncIterator[EmptyDatabaseContents]:
    """Yield a database with the tables; what is put there is committed at the end. Raise
    StoreError, also if a node runs."""
    async with long_transaction(database) as connection:
        db = Session(connection)
        await take_steps(db, database.place, Schema())
        await connection.execute(lock_statement("exclusive"))
        await refuse_running(db, database)
        yield EmptyDatabaseContents(connection)


async def refuse_running(db: Session, database: Database) -> None:
    names = [name for (name,) in await db.rows(RUNNING_NODES)]
    if names:
        raise StoreError(NODES_RUN.fill(place=database.place, names=list_names(names)))


@asynccontextmanager
async def long_transaction(database: Database) -> AsyncIterator[Any]:
    """Yield a connection for one transaction that may take minutes. Raise StoreError."""
    connection: Any = None
    try:
        connection = await connect(database, APPLICATION)
        await connection.execute(f"{BEGIN}; {SETTINGS}")
        yield connection
        await connection.execute("commit")
        await connection.close()
    except TRANSACTION_ERRORS as error:
        raise store_error(database, error) from error
    finally:
        if connection is not None:
            connection.terminate()  # without a commit nothing of it stays
