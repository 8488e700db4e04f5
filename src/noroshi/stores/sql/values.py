"""How instants stand in a table, and the type of a connection to SQLite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection as Connection  # for its types; pysqlite3 brings none
else:
    Connection = object

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def number(at: datetime) -> int:
    """Microseconds since 1970, so that instants are compared as numbers."""
    return (at - EPOCH) // MICROSECOND


def instant(stored: int) -> datetime:
    return EPOCH + stored * MICROSECOND
