"""Detect a lost store file: refuse the start without the file, and notice a removal while it is
open.

SQLite makes an empty file where there is none, and goes on writing to one that has lost its
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import NOTHING, Message, _, list_names, pgettext
from noroshi.ports import StoreError, StoreFault

LOG, INDEX = "-wal", "-shm"
MOVED = ".moved-"
ENDINGS = (LOG, "-ballast")
"""Files that only a store leaves beside it."""
NO_STORE = with_commands(
    _(
        "the store {path} is missing{left}. No new one is created, because sign-ins, waiting "
        "messages and definitions would be lost: put the file back, or restore a backup "
        "({restore}). To start with an empty store: {init}"
    ),
    restore=CommandText("restore", pgettext("command", "FILE")),
    init=CommandText("init", "--new-store"),
)
EMPTY = with_commands(
    _(
        "the store {path} is empty{left}: its contents are lost. Put the file back, or restore a "
        "backup ({restore}). To start with an empty store: {init}"
    ),
    restore=CommandText("restore", pgettext("command", "FILE")),
    init=CommandText("init", "--new-store"),
)
MOVED_AWAY = _(
    "the store {path} was moved to a database, and is now {file}. Enter the database in "
    "noroshi.toml (store.url). To return to the state before the move, give {file} its old "
    "name again, and run no node on the database"
)
LEFTOVERS_EXIST = _(" (still present: {names})")
NO_LEFTOVERS = NOTHING
FILE_GONE = with_commands(
    _(
        "{path} was removed, moved or replaced while the node was running, so nothing more is "
        "written. The node still has the contents open: save them before it stops ({backup}), "
        "stop the node, restore them ({restore}) and start the node"
    ),
    backup=CommandText("backup", pgettext("command", "FILE")),
    restore=CommandText("restore", pgettext("command", "FILE")),
)

Identity = tuple[int, int]


def refuse_lost(path: Path) -> None:
    """Raise StoreError if no store is there, or a file without anything in it."""
    if not path.exists() and (files := moved_files(path)):
        raise StoreError(MOVED_AWAY.fill(path=path, file=files[-1]), StoreFault.GONE)
    if not path.exists():
        raise StoreError(NO_STORE.fill(path=path, left=_leftovers_text(path)), StoreFault.GONE)
    if is_blank(path):
        raise StoreError(EMPTY.fill(path=path, left=_leftovers_text(path)), StoreFault.GONE)


def is_blank(path: Path) -> bool:
    """Return True for a file of zeros alone, or one in which SQLite never made a table."""
    with path.open("rb") as file:
        if not any(file.read(4096)):
            return True
    if log_left(path):  # what was written last may stand there alone
        return False
    try:
        with closing(driver.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as db:
            return not db.execute("select count(*) from sqlite_schema").fetchone()[0]
    except driver.Error:  # something else is wrong with it, which is told by whoever opens it
        return False


def moved_name(path: Path, now: datetime) -> Path:
    """Return the name of a store that was moved to a database."""
    return path.with_name(f"{path.name}{MOVED}{now:%Y%m%dT%H%M%SZ}")


def moved_files(path: Path) -> list[Path]:
    """Return the renamed files of stores that were moved to a database, the latest last."""
    prefix = f"{path.name}{MOVED}"
    files = [one for one in path.parent.glob("*") if one.name.startswith(prefix)]
    return sorted(one for one in files if not one.name.endswith((LOG, INDEX)))


def log_left(path: Path) -> bool:
    """Return True if a WAL with something in it lies beside a store, or where one was."""
    log = path.with_name(f"{path.name}{LOG}")
    return log.exists() and log.stat().st_size > 0


def is_lost(path: Path) -> bool:
    """Return True where no store is, though something of one was left."""
    has_content = path.exists() and not is_blank(path)
    return not has_content and (path.exists() or bool(_leftovers(path)))


def lay_aside(path: Path, now: datetime) -> None:
    """Give what was left of a lost store other names: SQLite deletes a WAL beside a new file."""
    for ending in ("", LOG, INDEX):
        file = path.with_name(f"{path.name}{ending}")
        if file.exists():
            file.rename(path.with_name(f"{path.name}.lost-{now:%Y%m%dT%H%M%SZ}{ending}"))


class Presence:
    """Watch for files of an open store that lose their names.

    The log and its index are watched from when they are first seen: SQLite makes them, and
    deletes them only as the last connection closes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = [path, *(path.with_name(f"{path.name}{one}") for one in (LOG, INDEX))]
        self._known_files: dict[Path, Identity] = {}
        self.loss: Message | None = None
        """The reason why the store must not be written to, as of the last look; None: the file
        is in place."""
        self.look()

    def look(self) -> None:
        """Look whether each file is the one that was there; it costs some microseconds."""
        missing_file = next(self._missing_files(), None)
        self.loss = None if missing_file is None else FILE_GONE.fill(path=missing_file)

    def refuse_lost(self) -> None:
        """Raise StoreError if a file was removed or replaced."""
        self.look()
        if self.loss is not None:
            raise StoreError(self.loss, StoreFault.GONE)

    def _missing_files(self) -> Iterator[Path]:
        for file in self._files:
            known_identity = self._known_files.get(file)
            identity = _identity(file, known_identity)
            if known_identity is None and identity is not None:
                self._known_files[file] = identity
            elif identity != known_identity:
                yield file


def _identity(file: Path, known_identity: Identity | None) -> Identity | None:
    """Return the file's identity; None: no file. SQLite itself reports a disk that fails."""
    try:
        stat = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return known_identity
    return stat.st_dev, stat.st_ino


def _leftovers(path: Path) -> list[str]:
    names = [f"{path.name}{ending}" for ending in ENDINGS]
    moved_names = [file.name for file in moved_files(path)]
    return [name for name in names if path.with_name(name).exists()] + moved_names


def _leftovers_text(path: Path) -> Message:
    names = _leftovers(path)
    return LEFTOVERS_EXIST.fill(names=list_names(names)) if names else NO_LEFTOVERS
