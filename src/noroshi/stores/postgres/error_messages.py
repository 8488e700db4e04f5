"""Word the errors of PostgreSQL and of the way to it, and say what each means for a store."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreError, StoreFault
from noroshi.schema import Unreadable

QUOTED_ERROR = _("PostgreSQL says “{said}”")
FAULTS: Mapping[str, StoreFault] = {
    "53100": StoreFault.FULL,
    "53200": StoreFault.FULL,
    "25006": StoreFault.READ_ONLY,
    "55P03": StoreFault.LOCKED,
    "57014": StoreFault.LOCKED,
    "58030": StoreFault.BROKEN,
    "XX001": StoreFault.BROKEN,
    "XX002": StoreFault.BROKEN,
}
MEANS: Mapping[StoreFault, Message] = {
    StoreFault.FULL: _(
        "{name}: the database has no room left, so nothing can be written ({said})"
    ),
    StoreFault.LOCKED: _("{name}: somebody else holds a lock for too long ({said})"),
    StoreFault.READ_ONLY: _(
        "{name}: this server cannot be written to; it may be a standby ({said})"
    ),
    StoreFault.BROKEN: _(
        "{name}: the server's disk returned an error, or its data are damaged ({said})"
    ),
}
OTHER_ERROR = _("{name}: {said}")
TRANSACTION_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    Unreadable,
    UnicodeError,
)
"""All by which a transaction fails; TimeoutError is among them, as an OSError."""
TRIED_AGAIN = ("40001", "40P01")
"""Two transactions were in each other's way: one of them was undone, and may be done again."""
AWAY = ("08", "57P")
"""The beginnings of the codes of a connection that is gone, and of a server that stops."""


def sqlstate(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def may_be_done_again(error: BaseException) -> bool:
    """Return True if nothing of a transaction was written, and the same may go well now."""
    return sqlstate(error) in TRIED_AGAIN


def is_away(error: BaseException) -> bool:
    """Return True if the connection is of no more use: the server may be back at the next one."""
    return sqlstate(error).startswith(AWAY) or isinstance(
        error, OSError | asyncpg.InterfaceError
    )


def in_words(error: BaseException) -> Message:
    """Return an error's own words; PostgreSQL's are quoted."""
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return QUOTED_ERROR.fill(said=error)
    return cause_text(error)


def store_error(name: str, error: Exception) -> StoreError:
    """Return an error as the store's own."""
    if isinstance(error, StoreError):
        return StoreError(error.words, error.fault)
    fault = FAULTS.get(sqlstate(error), StoreFault.OTHER)
    translated = StoreError(
        MEANS.get(fault, OTHER_ERROR).fill(name=name, said=in_words(error)), fault
    )
    translated.__cause__ = error
    return translated
