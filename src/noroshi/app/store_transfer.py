"""Move a store from a file to a database, or back, while no node runs.

The target is filled and compared in one transaction. The source is not changed before that is
committed; then it is marked, so that no node goes on with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from noroshi import imports
from noroshi.config.database import Database
from noroshi.core.translation import _, list_names
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreError
from noroshi.stores.contents import (
    LASTING_NUMBERS,
    MOVED_FROM,
    MOVED_TO,
    Contents,
    Digests,
    EmptyContents,
    Progress,
    copy_contents,
    different_tables,
    digests_of,
    one_hash,
    reused_numbers,
)
from noroshi.stores.sqlite import moved_file

if TYPE_CHECKING:
    from types import ModuleType

NOT_EMPTY = _(
    "{target} is not empty. A store can only be moved into an empty database or file; "
    "nothing was changed"
)
UNEQUAL = _(
    "the copy differs from the original (tables: {tables}) and was undone; please report this"
)


class UnmarkedMoveError(StoreError):
    """Report that all was moved, and that the original could not be marked as moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReport:
    """Report how many rows were moved. `renamed_file`: the new name of the file that was moved (None:
    it was a database). `was_moved_before`: an earlier move was killed before it marked the source,
    and the source has not changed since."""

    row_count: int
    renamed_file: Path | None = None
    was_moved_before: bool = False


async def move_to_database(
    file: Path, database: Database, now: datetime, progress: Progress
) -> MoveReport:
    """Move a file into a database. Raise StoreError, with the file as it was, and UnmarkedMoveError."""
    moved_database = _moved_database()
    with moved_file.opened_source(file) as source:
        async with moved_database.opened_target(database) as target:
            is_empty, moved_from = await target.is_empty(), await target.note(MOVED_FROM)
            if is_empty:
                await target.clear()
                digests = await _copy(source, target, progress)
                await target.put_note(MOVED_FROM, one_hash(digests))
            else:
                digests = await _digests_of_earlier_move(
                    source, moved_from, database.place, progress
                )
    try:
        renamed_file = moved_file.rename_moved(file, now)
    except OSError as error:
        raise UnmarkedMoveError(cause_text(error)) from error
    return MoveReport(
        row_count=_row_count(digests), renamed_file=renamed_file, was_moved_before=not is_empty
    )


async def move_to_file(database: Database, file: Path, progress: Progress) -> MoveReport:
    """Move a database into a file. Raise StoreError, with the database as it was, and
    UnmarkedMoveError."""
    is_empty, moved_from = moved_file.move_state(file)
    is_in_place = False
    try:
        async with _moved_database().opened_source(database) as source:
            if is_empty:
                digests = await _copy_to_file(source, file, progress)
                is_in_place = True
            else:
                digests = await _digests_of_earlier_move(
                    source, moved_from, str(file), progress
                )
            await source.put_note(MOVED_TO, str(file))
    except StoreError as error:
        if is_in_place:
            raise UnmarkedMoveError(error.words) from error
        raise
    return MoveReport(row_count=_row_count(digests), was_moved_before=not is_empty)


async def _copy_to_file(source: Contents, file: Path, progress: Progress) -> Digests:
    with moved_file.unfinished_file(file) as target:
        digests = await _copy(source, target, progress)
        target.finish(one_hash(digests))
    moved_file.put_in_place(file)
    return digests


def _moved_database() -> ModuleType:
    with imports.ONE_AT_A_TIME:  # only who uses a database loads asyncpg
        from noroshi.stores.postgres import moved_database

    return moved_database


async def _copy(source: Contents, target: EmptyContents, progress: Progress) -> Digests:
    """Copy, and read the copy back. Raise StoreError if the two differ."""
    digests = await copy_contents(source, target, progress)
    tables = different_tables(digests, await digests_of(target, progress))
    numbers = reused_numbers(await source.numbers(), await target.numbers(), LASTING_NUMBERS)
    if tables or numbers:
        raise StoreError(UNEQUAL.fill(tables=list_names([*tables, *numbers])))
    return digests


async def _digests_of_earlier_move(
    source: Contents, moved_from: str, target: str, progress: Progress
) -> Digests:
    """Return the digests of the source if an earlier move copied exactly it there; else raise
    StoreError."""
    digests = await digests_of(source, progress) if moved_from else {}
    if not moved_from or one_hash(digests) != moved_from:
        raise StoreError(NOT_EMPTY.fill(target=target))
    return digests


def _row_count(digests: Digests) -> int:
    return sum(one.row_count for one in digests.values())
