"""Describe the contents of a store in a form that all stores share, so that one can be copied into
another and compared with it.

A row is a tuple of values: numbers, texts, bytes, and 0 or 1 for no and yes. Columns that a store has
only to find rows faster are left out.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = tuple[Any, ...]
BATCH, SAMPLE_BATCH = 500, 5_000
"""Rows at a time, at most. Samples are small, so their bytes are not counted."""
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes of the texts of a batch, at most, unless a single row has more: a mail may be large."""
SAMPLE, NOTE, COUNTER = "sample", "note", "counter"
INSTALLATION = "installation"
"""A note that each store gets when it is first opened."""
MOVED_TO, MOVED_FROM = "moved-to", "moved-from"
"""Notes of the store that was moved, and of the one that it was moved to."""
IDENTITY = "database"
"""A note that identifies the database, by which a restored or copied one is noticed."""
OWN_NOTES = (MOVED_TO, MOVED_FROM, IDENTITY)
"""Notes that are no part of the contents."""


@dataclass(frozen=True, slots=True)
class Table:
    """Name a table and its columns. The first `key_length` columns are the key, which is unique and
    orders the rows."""

    name: str
    columns: tuple[str, ...]
    key_length: int = 1

    @property
    def key(self) -> tuple[str, ...]:
        return self.columns[: self.key_length]

    @property
    def batch_size(self) -> int:
        return SAMPLE_BATCH if self.name == SAMPLE else BATCH


def _table(name: str, columns: str, key_length: int = 1) -> Table:
    return Table(name, tuple(columns.split()), key_length)


TABLES = (
    _table("document", "hash key body"),
    _table("version", "number documents who at note"),
    _table("life", "node life seen"),
    _table("monitor", "id state standing named reporter"),
    _table("memory", "monitor body"),
    _table("event", "seq id monitor body"),
    _table("decision", "monitor rule item number at reason", 4),
    _table(
        "spool",
        "seq id order_key due head lease node life attempts fate why lane contact alone agent "
        "custody custody_at envelope",
    ),
    _table("way", "envelope place route", 2),
    _table("receipt", "seq envelope body at route taken"),
    _table("alarm", "id envelope"),
    _table(COUNTER, "name value"),
    _table("arrival", "envelope address state at said", 3),
    _table("accepted", "route at"),
    _table("message", "id envelope"),
    _table("rest", "route since until why fault early"),
    _table("series", "id monitor item name unit"),
    _table(SAMPLE, "row at series value packed fault"),
    _table("secret", "name sealed"),
    _table("beat", "name at ok text"),
    _table("user", "name body"),
    _table("api_token", "name body"),
    _table("session", "key user ends body"),
    _table("audit", "seq at body"),
    _table(NOTE, "name body"),
    _table("acknowledged", "monitor item body", 2),
    _table("silence", "id ends body"),
    _table("remark", "seq monitor at body"),
    _table("agent", "id thumbprint body"),
    _table("invitation", "id hash body"),
    _table("last_seen", "agent body"),
    _table("report", "seq epoch kind at body tag"),
    _table("report_bound", "name epoch seq tag"),
    _table("received", "agent epoch seq tag"),
    _table("hub_fate", "envelope agent number fate"),
)
LEFT_OUT = frozenset({"migration", "lease", "turn", "node_place"})
"""Tables that are no part of the contents: the steps of the schema, and what a node holds or
announces only while it runs."""
NUMBERED = ("lease", "event", "spool", "receipt", "audit", "remark", "series", SAMPLE)
"""Tables whose rows are numbered: the next row must not have a number that was given out before."""

LASTING_NUMBERS = ("lease", "event", "spool", "remark")
"""Numbers that do not return even if the last rows are deleted."""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """Hold the number of rows of a table, and a hash of all rows in their order."""

    row_count: int
    hash: str


LIST_FORMAT, LIST_HEAD = 2, 5
"""A format of `marshal` in which equal values have equal bytes, and how many bytes begin a list."""
Digests = Mapping[str, TableDigest]
Progress = Callable[[int], None]
"""Is called with the number of rows that were handled since the last call."""


class Contents(Protocol):
    """Read what a store contains, while nobody writes to it."""

    def batches(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        """Yield the rows of a table in the order of its key, a bounded number at a time."""
        ...

    async def numbers(self) -> Mapping[str, int]:
        """Return the last number that was given out, of each numbered table."""
        ...


class EmptyContents(Contents, Protocol):
    """Fill a store that is empty, in one transaction."""

    async def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows of a table."""
        ...

    async def put_numbers(self, numbers: Mapping[str, int]) -> None:
        """Let the next numbers be above these."""
        ...


class Batcher:
    """Gather rows into batches that are bounded by their number and by their bytes."""

    def __init__(self, table: Table) -> None:
        self._most, self._rows, self._size = table.batch_size, list[Row](), 0

    def add(self, row: Row) -> Sequence[Row]:
        """Add a row; return the batch before it if the row does not fit into that, else no rows."""
        size = sum(len(value) for value in row if isinstance(value, str | bytes))
        is_full = len(self._rows) >= self._most or self._size + size > BATCH_BYTES
        full_batch = self.take() if is_full else ()
        self._rows.append(row)
        self._size += size
        return full_batch

    def take(self) -> Sequence[Row]:
        """Return the rows that no batch has yet."""
        rows, self._rows, self._size = self._rows, [], 0
        return rows


class ContentsHash:
    """Hash the rows of a table as they come, however they are batched."""

    def __init__(self) -> None:
        self._hash, self._row_count = hashlib.sha256(), 0

    def add(self, rows: Sequence[Row]) -> None:
        """Add the next rows."""
        self._row_count += len(rows)
        self._hash.update(memoryview(marshal.dumps(list(rows), LIST_FORMAT))[LIST_HEAD:])

    @property
    def digest(self) -> TableDigest:
        return TableDigest(self._row_count, self._hash.hexdigest())


async def copy_contents(source: Contents, target: EmptyContents, progress: Progress) -> Digests:
    """Copy all rows and numbers, and return what was read."""
    digests = dict[str, TableDigest]()
    for table in TABLES:
        table_hash = ContentsHash()
        async for rows in source.batches(table):
            table_hash.add(rows)
            await target.put(table, rows)
            progress(len(rows))
        digests[table.name] = table_hash.digest
    await target.put_numbers(await source.numbers())
    return digests


async def digests_of(contents: Contents, progress: Progress) -> Digests:
    """Read all rows, and return what was read."""
    digests = dict[str, TableDigest]()
    for table in TABLES:
        table_hash = ContentsHash()
        async for rows in contents.batches(table):
            table_hash.add(rows)
            progress(len(rows))
        digests[table.name] = table_hash.digest
    return digests


def different_tables(first: Digests, second: Digests) -> Sequence[str]:
    """Return the names of the tables that differ, or that only one of the two has."""
    names = sorted(first.keys() | second.keys())
    return [name for name in names if first.get(name) != second.get(name)]


def reused_numbers(
    given_out: Mapping[str, int], last_numbers: Mapping[str, int], tables: Sequence[str]
) -> Sequence[str]:
    """Return the tables that would give out a number a second time."""
    return [name for name in tables if last_numbers[name] < given_out[name]]


def one_hash(digests: Digests) -> str:
    """Return one hash of the whole contents."""
    text = "".join(f"{name} {digests[name]}\n" for name in sorted(digests))
    return hashlib.sha256(text.encode()).hexdigest()
