"""Ask within one transaction: what every module of this store does its work with."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sequence
from hashlib import sha256
from typing import Any

KEYS = 1
"""The class of the advisory locks of order keys; those of names have no class."""
LOCK_KEYS = """
select pg_advisory_xact_lock($1, key)
from (select distinct hashtext(one) as key from unnest($2::text[]) one order by 1) keys"""


class Session:
    """Hold one connection for one transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: object) -> Sequence[Any]:
        """Return the rows of a query, or of what a statement returns."""
        rows: Sequence[Any] = await self._connection.fetch(sql, *values)
        return rows

    async def row(self, sql: str, *values: object) -> Any:
        """Return the first row; None: there is none."""
        return await self._connection.fetchrow(sql, *values)

    async def value(self, sql: str, *values: object) -> Any:
        """Return the first column of the first row; None: there is none."""
        return await self._connection.fetchval(sql, *values)

    async def run(self, sql: str, *values: object) -> int:
        """Execute a statement and return how many rows it wrote."""
        status: str = await self._connection.execute(sql, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def script(self, sql: str) -> None:
        """Execute several statements without values, as those of a migration."""
        await self._connection.execute(sql)

    def pages(self, sql: str, *values: object, size: int = 500) -> AsyncIterable[Any]:
        """Yield rows, fetched by so many: all at once would fill the memory."""
        rows: AsyncIterable[Any] = self._connection.cursor(sql, *values, prefetch=size)
        return rows

    async def lock_keys(self, order_keys: Iterable[str]) -> None:
        """Wait for, and hold until the transaction ends, the locks of order keys: whoever puts
        into one, or changes its fates or its head, holds it. Two transactions that take several
        take them in one order. A statement that looks must be another one, as this one's view
        is from before the wait."""
        await self._connection.fetch(LOCK_KEYS, KEYS, list(order_keys))

    async def lock(self, name: str) -> None:
        """Wait for, and hold until the transaction ends, the lock of a name, for a small table
        that is read, changed and written."""
        await self._connection.fetch("select pg_advisory_xact_lock($1::bigint)", _key(name))

    async def share_lock(self, name: str) -> None:
        """Do the same beside others who share it, so that only who locks it waits."""
        await self._connection.fetch(
            "select pg_advisory_xact_lock_shared($1::bigint)", _key(name)
        )


def _key(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
