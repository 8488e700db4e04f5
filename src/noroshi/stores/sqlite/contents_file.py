"""Read what a file contains, and fill an empty one, to move a store from or to a database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from noroshi.stores.contents import (
    IDENTITY,
    INSTALLATION,
    MOVED_FROM,
    NOTE,
    NUMBERED,
    OWN_NOTES,
    SAMPLE,
    TABLES,
    Batcher,
    Row,
    Table,
)
from noroshi.stores.sqlite.types import Connection

COUNTED = frozenset({"lease", "event", "spool", "remark"})
"""Tables of which SQLite remembers the last number; of the others the highest row has it."""
ROW_NUMBERS = {"receipt": "rowid", "series": "id", "audit": "seq", SAMPLE: "rowid"}
EXPRESSIONS = {
    ("receipt", "seq"): "rowid",
    (SAMPLE, "row"): "rowid",
    (SAMPLE, "value"): "iif(typeof(value) = 'real', value, null)",
    (SAMPLE, "packed"): "iif(typeof(value) = 'blob', value, null)",
    (SAMPLE, "fault"): "iif(typeof(value) = 'text', value, null)",
}
"""Expressions for columns that a file stores in another form than the contents."""
TRIGGERS = "select name, sql from sqlite_schema where type = 'trigger'"
IS_NO_CONTENT = "name in (" + ", ".join(f"'{name}'" for name in OWN_NOTES) + ")"
PUT_SAMPLE = """
insert into sample (rowid, at, series, value) values (?, ?, ?, coalesce(?, ?, ?))"""
PUT_NUMBER = "insert into sqlite_sequence (name, seq) values (?, ?)"


def readable_text(stored: bytes) -> str:
    """Return a text that a database accepts: damaged letters become U+FFFD."""
    return stored.decode("utf-8", "replace").replace("\0", "\ufffd")


class FileContents:
    """Read what a file contains, within a transaction of the connection."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        db.text_factory = readable_text

    async def batches(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        columns = ", ".join(_expression(table.name, one) for one in table.columns)
        order = ", ".join(_expression(table.name, one) for one in table.key)
        cursor = self._db.execute(
            f"select {columns} from {table.name} {_condition(table.name)} order by {order}"  # noqa: S608  our own names
        )
        if table.name == SAMPLE:
            while samples := cursor.fetchmany(table.batch_size):
                yield samples
            return
        batcher = Batcher(table)
        for row in cursor:
            if rows := batcher.add(row):
                yield rows
        if rows := batcher.take():
            yield rows

    async def numbers(self) -> Mapping[str, int]:
        last_numbers = dict(self._db.execute("select name, seq from sqlite_sequence"))
        return {name: max(last_numbers.get(name, 0), self._highest(name)) for name in NUMBERED}

    def is_empty(self) -> bool:
        """Return True for a store on which nothing has been done yet."""
        return not any(self._has_rows(table.name) for table in TABLES)

    def note(self, name: str) -> str:
        """Return a note; "": there is none."""
        row = self._db.execute("select body from note where name = ?", (name,)).fetchone()
        return "" if row is None else str(row[0])

    def _has_rows(self, table: str) -> bool:
        condition = {
            NOTE: f"where name not in ('{INSTALLATION}', '{IDENTITY}')",
            "counter": "where value <> 0",
        }.get(table, "")
        row = self._db.execute(f"select 1 from {table} {condition} limit 1").fetchone()  # noqa: S608  our own names
        return row is not None

    def _highest(self, table: str) -> int:
        column = ROW_NUMBERS.get(table)
        if column is None:
            return 0
        sql = f"select coalesce(max({column}), 0) from {table}"  # noqa: S608  our own names
        return int(self._db.execute(sql).fetchone()[0])


class EmptyFileContents(FileContents):
    """Fill a file that has the tables, and nothing in them but what the schema's steps wrote."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._triggers = db.execute(TRIGGERS).fetchall()
        for name, _sql in self._triggers:  # what they would write comes from the other store
            db.execute(f"drop trigger {name}")
        for table in TABLES:
            db.execute(f"delete from {table.name}")  # noqa: S608  our own names

    async def put(self, table: Table, rows: Sequence[Row]) -> None:
        if table.name == SAMPLE:
            self._db.executemany(PUT_SAMPLE, rows)
            return
        names = ", ".join(_expression(table.name, one) for one in table.columns)
        places = ", ".join("?" * len(table.columns))
        sql = f"insert into {table.name} ({names}) values ({places})"  # noqa: S608  our own names
        self._db.executemany(sql, rows)

    async def put_numbers(self, numbers: Mapping[str, int]) -> None:
        self._db.execute("delete from sqlite_sequence")
        rows = [(name, number) for name, number in numbers.items() if name in COUNTED]
        self._db.executemany(PUT_NUMBER, rows)

    def finish(self, source_hash: str) -> None:
        """Note the hash of the source, restore the triggers, and commit."""
        row = MOVED_FROM, source_hash
        self._db.execute("insert or replace into note values (?, ?)", row)
        for _name, sql in self._triggers:
            self._db.execute(sql)
        self._db.execute("commit")


def _expression(table: str, column: str) -> str:
    return EXPRESSIONS.get((table, column), f'"{column}"')


def _condition(table: str) -> str:
    return f"where not {IS_NO_CONTENT}" if table == NOTE else ""
