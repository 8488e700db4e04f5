"""`python -m noroshi.agent.update_step HOME`: the step before a start of the service that installs an
update which the hub signed, or goes back to the earlier version.

root takes it, by the version that is known to work (`fallback`), so nothing that the service's user
writes is trusted: the offer is verified by the key that the administrator put there, and the file is
copied before it is looked at. A new version has one start in which to speak with the hub; at the next
one it stays, or the earlier version is back.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from noroshi.agent.installed_folder import (
    CURRENT,
    FALLBACK,
    FILE,
    WAITING,
    InstalledFolder,
    UpdateRecord,
    WaitingUpdate,
    confirmed_folder,
    installed_folder,
    waiting_update,
)
from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message, _, plain
from noroshi.link.update_messages import MOST_FILE, UpdateOffer, UpdatePhase

TRIAL_MINUTES = 10
"""A new version that has not spoken with the hub so long after its start ends, to go back."""
BLOCK = 1 << 20
LONGEST_BUILD, LONGEST_LOOK = 600, 60
"""Seconds to install a version, and for it to say which one it is. All of the step must end within the
TimeoutStartSec of the service, or no node would start."""
LONGEST_CAUSE = 300
WORK = ".new.update."
"""The beginning of the name of a folder in which a version is prepared; those of a line that somebody
pastes meanwhile begin otherwise."""
VERSION, SHA256 = re.compile(r"[0-9][0-9A-Za-z.+]{0,40}"), re.compile(r"[0-9a-f]{64}")
READ_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""To read what the service's user put there: neither a link nor a pipe."""

NOT_SIGNED = _("the update is not signed by the hub that installed Noroshi on the server")
OTHER_FILE = _("the file is not the one that the hub signed")
OLDER = _("the offered version {offered} is older than the installed version {installed}")
NOT_INSTALLED = _("the new version cannot be installed on the server: {why}")
OTHER_VERSION = _("it does not start, or is a different version")
NO_CONTACT = _(
    "version {version} did not connect to the hub within {minutes} min of its first start, "
    "or stopped before that. Version {previous} is running again"
)
Build = Callable[[Path, Path], None]
"""Install a file to a folder. Raises OSError or subprocess.SubprocessError."""


class UpdateRefusedError(MessageError):
    """Report an update that is not installed; `words` say why."""


def take_step(place: InstalledFolder, home: Path, build: Build) -> UpdateRecord:
    """End the trial of the last update, and begin that of one that waits; return what became of the
    last one. Raises OSError."""
    record = place.record
    if record.phase == UpdatePhase.TRIAL:
        is_confirmed = confirmed_folder(home) == record.folder
        record = _keep_version(place, record) if is_confirmed else go_back(place, record)
    waiting = waiting_update(home)
    if waiting is None or waiting.attempt == record.attempt:
        return record
    try:
        _verify(place, waiting.offer)
        _install(place, home / WAITING / FILE, waiting.offer, build)
    except UpdateRefusedError as refusal:
        failed_record = UpdateRecord(
            attempt=waiting.attempt,
            phase=UpdatePhase.FAILED.value,
            version=waiting.offer.version,
            words=refusal.words,
        )
        place.keep_record(failed_record)
        return failed_record
    return _begin_trial(place, waiting)


def go_back(place: InstalledFolder, record: UpdateRecord) -> UpdateRecord:
    """Let the service start the earlier version again. Raises OSError."""
    previous = record.previous or place.link(FALLBACK).name
    place.set_link(CURRENT, previous)
    words = NO_CONTACT.fill(
        version=record.version, minutes=TRIAL_MINUTES, previous=version_of(previous)
    )
    returned_record = replace(record, phase=UpdatePhase.WENT_BACK.value, words=words)
    place.keep_record(returned_record)
    return returned_record


def refusal_of(place: InstalledFolder, offer: UpdateOffer) -> Message | None:
    """Return why a version must not be installed here; None if it may."""
    if not VERSION.fullmatch(offer.version) or not SHA256.fullmatch(offer.sha256):
        return NOT_SIGNED
    if not place.hub_key or not offer.is_signed_by(place.hub_key):
        return NOT_SIGNED
    installed_version = version_of(place.link(CURRENT).name)
    if _version_numbers(offer.version) < _version_numbers(installed_version):
        return OLDER.fill(offered=offer.version, installed=installed_version)
    return None


def version_of(folder: str) -> str:
    """Return the version that the name of a folder contains."""
    return folder.rpartition("-")[0]


def build_version(file: Path, folder: Path) -> None:
    """Install the self-contained file to a folder, by the Python of this process, as the pasted line
    does. Raises OSError or subprocess.SubprocessError."""
    environment = {
        "PATH": os.defpath,
        "HOME": str(file.parent),
        "PEX_TOOLS": "1",
        "PEX_ROOT": str(file.parent / "pex"),
    }
    argv = (os.path.realpath(sys.executable), file, "venv", "--compile", folder)
    subprocess.run(
        argv, check=True, capture_output=True, env=environment, timeout=LONGEST_BUILD
    )


def _keep_version(place: InstalledFolder, record: UpdateRecord) -> UpdateRecord:
    """Keep the new version and the one before it, and delete all others."""
    place.set_link(FALLBACK, record.folder)
    settled_record = replace(record, phase=UpdatePhase.DONE.value)
    place.keep_record(settled_record)
    for folder in place.versions():
        if folder.name not in (record.folder, record.previous):
            shutil.rmtree(folder, ignore_errors=True)
    return settled_record


def _begin_trial(place: InstalledFolder, waiting: WaitingUpdate) -> UpdateRecord:
    """Write the record, then set the link: without a record the new version would stay in any case."""
    record = UpdateRecord(
        attempt=waiting.attempt,
        phase=UpdatePhase.TRIAL.value,
        version=waiting.offer.version,
        folder=waiting.offer.folder,
        previous=place.link(CURRENT).name,
    )
    place.keep_record(record)
    place.set_link(CURRENT, record.folder)
    return record


def _verify(place: InstalledFolder, offer: UpdateOffer) -> None:
    if words := refusal_of(place, offer):
        raise UpdateRefusedError(words)


def _install(place: InstalledFolder, file: Path, offer: UpdateOffer, build: Build) -> None:
    """Install a version to its folder, unless it is there and works. Raises UpdateRefusedError."""
    folder = place.path / offer.folder
    if _is_working(folder, offer.version):
        return
    for leftover in place.path.glob(f"{WORK}*"):  # of a step that was cut off
        shutil.rmtree(leftover, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=WORK, dir=place.path))
    try:
        copy = _verified_copy(file, work / FILE, offer)
        shutil.rmtree(folder, ignore_errors=True)
        build(copy, folder)
        if not _is_working(folder, offer.version):
            raise UpdateRefusedError(NOT_INSTALLED.fill(why=OTHER_VERSION))
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UpdateRefusedError(NOT_INSTALLED.fill(why=plain(_cause_text(error)))) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _verified_copy(file: Path, copy: Path, offer: UpdateOffer) -> Path:
    """Copy a file of the service's user to a folder of root, and verify the copy. Raises
    UpdateRefusedError or OSError."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(file, READ_FLAGS), "rb") as source, copy.open("wb") as target:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise UpdateRefusedError(OTHER_FILE)
        while (block := source.read(BLOCK)) and size <= MOST_FILE:
            size += len(block)
            digest.update(block)
            target.write(block)
    if (size, digest.hexdigest()) != (offer.size, offer.sha256):
        raise UpdateRefusedError(OTHER_FILE)
    return copy


def _is_working(folder: Path, version: str) -> bool:
    argv = (folder / "bin" / "python", "-I", "-m", "noroshi.cli", "--version")
    try:
        result = subprocess.run(argv, capture_output=True, text=True, timeout=LONGEST_LOOK)
    except (OSError, subprocess.SubprocessError):
        return False
    return result.returncode == 0 and version in result.stdout.split()


def _version_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _cause_text(error: Exception) -> str:
    output = getattr(error, "stderr", None) or b""
    lines = output.decode(errors="replace").strip().splitlines()
    return (lines[-1] if lines else str(error))[:LONGEST_CAUSE]


def main() -> int:
    """Take the step for a home folder, where there is one to take."""
    place, home = installed_folder(), Path(sys.argv[1])
    if place is None:
        return 0
    os.umask(0o022)  # the service's user reads what root installs
    last_record = place.record
    record = take_step(place, home, build_version)
    if record != last_record:
        print(f"noroshi: update to {record.version}: {record.phase}. {record.words.en}")
    return 0


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
