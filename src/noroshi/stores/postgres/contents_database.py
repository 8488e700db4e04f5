"""Read what a database contains, and fill an empty one, to move a store from or to a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

from noroshi.stores.contents import (
    COUNTER,
    IDENTITY,
    INSTALLATION,
    NOTE,
    NUMBERED,
    OWN_NOTES,
    SAMPLE,
    TABLES,
    Batcher,
    Row,
    Table,
)
from noroshi.stores.postgres import samples
from noroshi.stores.postgres.derived_columns import with_derived_columns
from noroshi.stores.postgres.session import Session

NAMES = {"user": "person"}
"""Tables that have another name here, as SQL has that word for itself."""
COLUMNS = {("session", "user"): "person"}
YES_NO = frozenset(
    {
        ("monitor", "named"),
        ("spool", "head"),
        ("spool", "alone"),
        ("rest", "early"),
        ("beat", "ok"),
    }
)
EXPRESSIONS = {
    (COUNTER, "value"): "sum(value)::bigint",
    (SAMPLE, "value"): "value + 0.0::float8",  # a file knows no negative zero
}
DERIVED = {
    "event": ("at",),
    "receipt": ("named_until",),
    "spool": ("digest", "unanswered", "born", "member_count", "oldest"),
}
LAST_NUMBERS = """
select one.name, coalesce(pg_sequence_last_value(coalesce(
    pg_get_serial_sequence(one.name, one.number_column), 'sample_row')::regclass), 0)
from unnest($1::text[], $2::text[]) one (name, number_column)"""
PUT_NUMBER = """
select setval(coalesce(pg_get_serial_sequence($1, $2), 'sample_row')::regclass,
    greatest($3::bigint, 1), $3::bigint > 0)"""
IS_NO_CONTENT = "name in (" + ", ".join(f"'{name}'" for name in OWN_NOTES) + ")"
NUMBER_COLUMNS = {"lease": "fence", "series": "id", SAMPLE: "row"}
SETTINGS = """
set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
set local lock_timeout = '10s'; set local enable_sort = off"""
"""The whole move is one transaction. Samples are read in their order by the index of each day."""
PREFETCH = 20
"""Rows that the server sends at a time, beside those of the batch: each may be a large mail."""
HELD_BY_NODES = ("lease", "turn")
LOCK = "lock table {tables} in {mode} mode"


class DatabaseContents:
    """Read what a database contains, in a transaction in which others cannot write."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._db = connection, Session(connection)

    async def batches(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        if table.name == SAMPLE:
            cursor = await self._connection.cursor(_select(table))
            while records := await cursor.fetch(table.batch_size):
                yield list(map(tuple, records))
            return
        batcher = Batcher(table)
        async for record in self._connection.cursor(_select(table), prefetch=PREFETCH):
            if rows := batcher.add(tuple(record)):
                yield rows
        if rows := batcher.take():
            yield rows

    async def numbers(self) -> Mapping[str, int]:
        columns = [NUMBER_COLUMNS.get(name, "seq") for name in NUMBERED]
        return dict(await self._db.rows(LAST_NUMBERS, list(NUMBERED), columns))

    async def is_empty(self) -> bool:
        """Return True for a store on which nothing has been done yet."""
        for table in TABLES:
            sql = f"select 1 from {_name(table.name)} {_use_condition(table.name)} limit 1"  # noqa: S608  our own names
            if await self._db.value(sql):
                return False
        return True

    async def note(self, name: str) -> str:
        """Return a note; "": there is none."""
        return await self._db.value("select body from note where name = $1", name) or ""

    async def put_note(self, name: str, text: str) -> None:
        """Write a note that is no part of the contents."""
        sql = """insert into note values ($1, $2)
            on conflict (name) do update set body = excluded.body"""
        await self._db.run(sql, name, text)


class EmptyDatabaseContents(DatabaseContents):
    """Fill a database that has the tables, and nothing in them but what the schema's steps wrote."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._days = set[int]()

    async def clear(self) -> None:
        """Delete what the schema's steps wrote."""
        for table in TABLES:
            await self._db.run(f"delete from {_name(table.name)}")  # noqa: S608  our own names

    async def put(self, table: Table, rows: Sequence[Row]) -> None:
        if table.name == SAMPLE:
            await self._make_days({row[1] // samples.DAY for row in rows})
        names = [COLUMNS.get((table.name, one), one) for one in table.columns]
        flags = [
            place for place, one in enumerate(table.columns) if (table.name, one) in YES_NO
        ]
        is_plain = not flags and table.name not in DERIVED
        records = list(rows) if is_plain else [_record(table, row, flags) for row in rows]
        if table.name == COUNTER:
            names, records = [*names, "slot"], [(*one, 0) for one in records]
        await self._connection.copy_records_to_table(
            _name(table.name), columns=[*names, *DERIVED.get(table.name, ())], records=records
        )

    async def put_numbers(self, numbers: Mapping[str, int]) -> None:
        for name, number in numbers.items():
            await self._db.value(PUT_NUMBER, name, NUMBER_COLUMNS.get(name, "seq"), number)

    async def _make_days(self, days: Collection[int]) -> None:
        new_days = set(days) - self._days
        await samples.make_days(self._db, new_days)
        self._days |= new_days


def _record(table: Table, row: Row, flags: Sequence[int]) -> tuple[Any, ...]:
    record = list(with_derived_columns(table.name, row))
    for place in flags:
        record[place] = bool(record[place])
    return tuple(record)


def _name(table: str) -> str:
    return NAMES.get(table, table)


def _select(table: Table) -> str:
    columns = ", ".join(_expression(table.name, one) for one in table.columns)
    # By bytes, as a file has it, whatever the database's order of letters is.
    key = ", ".join(f"{number}" for number in range(1, len(table.key) + 1))
    condition = f"where not {IS_NO_CONTENT}" if table.name == NOTE else ""
    group = "group by name" if table.name == COUNTER else ""
    return f"select {columns} from {_name(table.name)} {condition} {group} order by {key}"  # noqa: S608  our own names


def _expression(table: str, column: str) -> str:
    name = EXPRESSIONS.get((table, column), COLUMNS.get((table, column), column))
    if (table, column) in YES_NO:
        return f"{name}::integer"
    return f'{name} collate "C"' if (table, column) == ("hub_fate", "envelope") else name


def _use_condition(table: str) -> str:
    return {
        NOTE: f"where name not in ('{INSTALLATION}', '{IDENTITY}')",
        COUNTER: "where value <> 0",
    }.get(table, "")


def lock_statement(mode: str) -> str:
    """Return the statement that keeps others from the tables, and nodes from starting."""
    names = [*(_name(table.name) for table in TABLES), *HELD_BY_NODES]
    return LOCK.format(tables=", ".join(names), mode=mode)
