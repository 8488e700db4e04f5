"""The folder in which the hub's self-contained file was installed (decision 40): the versions beside
each other, and links to two of them.

`current` is the one that the service starts, `fallback` the last that is known to work. Only the
installation and the step before a start of the service change the folder (`update_step`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from noroshi import schema
from noroshi.core.translation import NOTHING, Message
from noroshi.link.update_messages import UpdateOffer, UpdatePhase, UpdateReport

CURRENT, FALLBACK, HUB_KEY, RECORD = "current", "fallback", "hub-key", "update.json"
WAITING, FILE, OFFER, CONFIRMED = "update", "noroshi.pex", "offer.json", "confirmed"
"""In the home folder: the folder of an update that waits for a start, with the file and its offer, and
the name of the version that spoke with the hub."""
STEP_BEFORE_START = "NOROSHI_UPDATE_STEP"
"""The service sets this variable where root takes the step before each start."""
VERSION_FOLDER = re.compile(r"[0-9][\w.+]*-[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRecord:
    """Hold what became of the last update. `attempt` is the id of the order; `folder` and `previous`
    are names of folders."""

    attempt: str = ""
    phase: str = UpdatePhase.NONE.value
    version: str = ""
    folder: str = ""
    previous: str = ""
    words: Message = NOTHING

    @property
    def report(self) -> UpdateReport:
        """Return what the hub is told of it."""
        return UpdateReport(phase=self.phase, version=self.version, words=self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingUpdate:
    """Hold an update that waits for a start."""

    attempt: str
    offer: UpdateOffer


@dataclass(frozen=True, slots=True)
class InstalledFolder:
    """Read and change the folder of the versions, such as /opt/noroshi."""

    path: Path

    def link(self, name: str) -> Path:
        """Return the target of a link; the path of the link if there is no such link."""
        link = self.path / name
        return self.path / link.readlink().name if link.is_symlink() else link

    def set_link(self, name: str, folder: str) -> None:
        """Replace a link by one to a folder, in one step. Raises OSError."""
        part = self.path / f".{name}.new"
        part.unlink(missing_ok=True)
        part.symlink_to(folder)
        part.replace(self.path / name)

    @property
    def hub_key(self) -> str:
        """Return the key by which the hub signs its updates (a JWK); "" if it may not update."""
        return _text(self.path / HUB_KEY).strip()

    @property
    def record(self) -> UpdateRecord:
        """Return what became of the last update."""
        record = schema.value_or_none(UpdateRecord, _text(self.path / RECORD))
        return record or UpdateRecord()

    def keep_record(self, record: UpdateRecord) -> None:
        """Write what became of the last update. Raises OSError."""
        write_whole(self.path / RECORD, schema.text(record), 0o644)

    def versions(self) -> Iterator[Path]:
        """Yield the folders of all versions."""
        for one in sorted(self.path.iterdir()):
            if VERSION_FOLDER.fullmatch(one.name) and one.is_dir() and not one.is_symlink():
                yield one

    @property
    def is_writable(self) -> bool:
        """Return whether this process may install versions there."""
        return os.access(self.path, os.W_OK)


def installed_folder() -> InstalledFolder | None:
    """Return the folder from which this process was started; None where Noroshi was installed in
    another way."""
    folder = Path(sys.prefix).resolve()  # the prefix is the link by which it was started
    is_version = VERSION_FOLDER.fullmatch(folder.name) is not None
    has_links = all((folder.parent / name).is_symlink() for name in (CURRENT, FALLBACK))
    return InstalledFolder(folder.parent) if is_version and has_links else None


def is_first_start(environment: Mapping[str, str]) -> bool:
    """Return whether this process is the first start of a version, after which the service starts the
    earlier one unless this one is confirmed."""
    place = installed_folder() if STEP_BEFORE_START in environment else None
    return place is not None and place.record.phase == UpdatePhase.TRIAL


def waiting_update(home: Path) -> WaitingUpdate | None:
    """Return the update that waits in a home folder."""
    return schema.value_or_none(WaitingUpdate, _text(home / WAITING / OFFER))


def confirmed_folder(home: Path) -> str:
    """Return the name of the version that spoke with the hub."""
    return _text(home / WAITING / CONFIRMED).strip()


def write_whole(path: Path, text: str, mode: int) -> None:
    """Write a file that appears whole, and is on the disk then. Raises OSError."""
    part = path.with_name(f".{path.name}.new")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _text(path: Path) -> str:
    """Return the text of a small file; "" if it cannot be read."""
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.read(1 << 16)
    except (OSError, ValueError):
        return ""
