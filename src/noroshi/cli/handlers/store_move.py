"""Run `noroshi store move`: from a file into a database, or from a database into a file."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.config.config import Config
from noroshi.config.database import Database, is_database_url, read_database
from noroshi.config.setting_values import SettingsError
from noroshi.core.translation import SENTENCES, Message, _, joined, ngettext
from noroshi.ports import StoreError

if TYPE_CHECKING:
    from noroshi.app.store_transfer import MoveReport

NOT_MOVED = _("Nothing was moved: {why}")
NOT_MARKED = _(
    "Everything was moved to {target}, but the original could not be marked as moved: {why}. Run the "
    "same command again."
)
SAME_KIND = _("the store is already a file; a store moves from a file into a database, or back")
SAME_DATABASE = _(
    "the store is already in a database; to move it to another one, use pg_dump and pg_restore"
)
PROGRESS = ngettext(
    "{rows} row copied or compared so far", "{rows} rows copied or compared so far", by="rows"
)
MOVED = ngettext(
    "Moved {source} to {target} ({rows} row). The copy was read back and matches the original.",
    "Moved {source} to {target} ({rows} rows). The copy was read back and matches the "
    "original.",
    by="rows",
)
MARKED = _(
    "{target} already contains {source}, from a move that was interrupted. The original is "
    "now marked as moved."
)
KEPT = _("The old file is now {kept}. Delete it once the node runs with the database.")
KEPT_DATABASE = _(
    "The database is kept, but marked as moved. Delete it once the node runs with the file."
)
CHANGE = _("Set these lines in {file}, then start the node:")
REMOVE = _("Remove the lines that begin with “store.” from {file}, then start the node.")
REMOVE_AND_SET = _(
    "Remove the lines that begin with “store.” from {file}, add this one, then start the node:"
)
REPORT_INTERVAL = 2.0
"""Seconds between two reports of a move's progress."""


def move(context: CommandContext) -> int:
    """Move the store; refused while a node runs."""
    # Late: asyncio and the stores are not needed by a command that asks a node.
    import asyncio

    from noroshi.app.store_transfer import UnmarkedMoveError
    from noroshi.stores.sqlite.process_lock import Holder, life_of

    config, target = context.config, context.args.target
    database = _target_database(context, config)
    try:
        with life_of(config.store, Holder.COMMAND):
            if database is None:
                report = asyncio.run(_to_file(context, config))
            else:
                report = asyncio.run(_to_database(context, config, database))
    except UnmarkedMoveError as error:
        words = NOT_MARKED.fill(target=target, why=error.words)
        raise RefusedError("trouble", words) from None
    except StoreError as error:
        raise RefusedError("trouble", NOT_MOVED.fill(why=error.words)) from None
    _report(context, config, database, report, target)
    return exits.DONE


def _target_database(context: CommandContext, config: Config) -> Database | None:
    """Return the database that the store is to be moved to; None: to a file."""
    args = context.args
    if is_database_url(args.target):
        if config.database is not None:
            raise RefusedError("conflict", NOT_MOVED.fill(why=SAME_DATABASE))
        return _database(config, args.target, args.password_file, args.pooler)
    if config.database is None:
        raise RefusedError("conflict", NOT_MOVED.fill(why=SAME_KIND))
    return None


def _database(config: Config, url: str, password_file: str, pooler: bool) -> Database:
    table: dict[str, Any] = {"url": url, "pooler": pooler}
    if password_file:
        table["password_file"] = password_file
    try:
        return read_database(config.home, table)
    except SettingsError as error:
        words = NOT_MOVED.fill(why=joined(error.words, SENTENCES))
        raise RefusedError("invalid", words) from None


async def _to_file(context: CommandContext, config: Config) -> MoveReport:
    from noroshi.app.store_transfer import move_to_file

    assert config.database is not None
    return await move_to_file(config.database, _file(context, config), Reporter(context))


async def _to_database(
    context: CommandContext, config: Config, database: Database
) -> MoveReport:
    from noroshi.app.store_transfer import move_to_database

    now = datetime.now(UTC)
    return await move_to_database(config.store, database, now, Reporter(context))


def _file(context: CommandContext, config: Config) -> Path:
    target: str = context.args.target
    return config.home / target


class Reporter:
    """Print the progress of a move every two seconds, on standard error."""

    def __init__(self, context: CommandContext) -> None:
        self._context, self._row_count = context, 0
        self._next = time.monotonic() + REPORT_INTERVAL

    def __call__(self, row_count: int) -> None:
        self._row_count += row_count
        now = time.monotonic()
        if now >= self._next:
            self._next = now + REPORT_INTERVAL
            words = PROGRESS.fill(rows=self._row_count)
            print(self._context.say(words), file=sys.stderr, flush=True)


def _report(
    context: CommandContext,
    config: Config,
    database: Database | None,
    report: MoveReport,
    target: str,
) -> None:
    if database is None:
        assert config.database is not None
        source, place = config.database.place, str(_file(context, config))
        lines = [
            *_head(report, source, place),
            KEPT_DATABASE,
            *_settings_of_file(config, target),
        ]
    else:
        source, place = str(config.store), database.place
        file_words = KEPT.fill(kept=report.renamed_file)
        lines = [
            *_head(report, source, place),
            file_words,
            CHANGE.fill(file=_settings_file(config)),
        ]
    print("\n".join(context.say(words) for words in lines))
    for name, value in _settings(context, config, database).items():
        print(f"  {name} = {value}")


def _head(report: MoveReport, source: str, target: str) -> list[Message]:
    words = MARKED if report.was_moved_before else MOVED
    return [words.fill(rows=report.row_count, source=source, target=target)]


def _settings_of_file(config: Config, target: str) -> list[Message]:
    is_usual = config.home / target == config.store
    words = REMOVE if is_usual else REMOVE_AND_SET
    return [words.fill(file=_settings_file(config))]


def _settings(
    context: CommandContext, config: Config, database: Database | None
) -> Mapping[str, str]:
    """Return the lines of noroshi.toml that name the store from now on."""
    if database is None:
        is_usual = _file(context, config) == config.store
        return {} if is_usual else {"store": f'"{context.args.target}"'}
    lines = {"name": f'"{config.name}"', "store.url": f'"{database.url}"'}
    if database.password_file is not None:
        lines["store.password_file"] = f'"{context.args.password_file}"'
    if database.pooler:
        lines["store.pooler"] = "true"
    return lines


def _settings_file(config: Config) -> Path:
    from noroshi.config.settings_file import FILE

    return config.home / FILE
