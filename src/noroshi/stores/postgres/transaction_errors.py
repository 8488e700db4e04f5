"""Say which errors end a transaction, which of them may go well at a second try, and what each
means for a store."""

from __future__ import annotations

import asyncpg

from noroshi.config.database import Database
from noroshi.ports import StoreError
from noroshi.schema import Unreadable
from noroshi.stores.postgres.connection_errors import ConnectError, is_lost_connection

TRANSACTION_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    StoreError,
    Unreadable,
    UnicodeError,
)
"""All by which a transaction fails; TimeoutError is among them, as an OSError."""
TRIED_AGAIN = ("40001", "40P01", "25P03")
"""Two transactions were in each other's way, or the server cut off one that stood still: it was undone,
and may be done again."""
LOCKED = "55P03"
"""A lock could not be had within lock_timeout. Others that need the same one would wait as long each."""
AWAY = ("08", "57P")
"""The beginnings of the codes of a connection that is gone, and of a server that stops."""


def may_be_done_again(error: BaseException) -> bool:
    """Return True if nothing of a transaction was written, and the same may go well now."""
    # asyncpg's own error: the server has ended the connection, so the statement was not sent.
    return isinstance(error, asyncpg.InternalClientError) or _code(error) in TRIED_AGAIN


def is_away(error: BaseException) -> bool:
    """Return True if the connection is of no more use: the server may be back at the next one."""
    is_lost = isinstance(error, OSError | asyncpg.InternalClientError)
    return is_lost or is_lost_connection(error) or _code(error).startswith(AWAY)


def is_everybodys(error: BaseException) -> bool:
    """Return True if an error of a store, as `store_error` makes it, says nothing of what was asked
    for: there is no connection, or it broke, or somebody locks a table, so anything else would fail
    alike."""
    cause = error.__cause__ or error
    return isinstance(cause, ConnectError) or is_away(cause) or _code(cause) == LOCKED


def store_error(database: Database, error: Exception) -> StoreError:
    """Return an error as the store's own."""
    if isinstance(error, StoreError):
        return StoreError(error.words, error.fault)
    translated = ConnectError(database, {database.addresses[0]: error})
    translated.__cause__ = error
    return translated


def _code(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")
