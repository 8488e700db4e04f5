"""Read the files from which other servers install Noroshi: the self-contained one for Linux, by which
agents are updated, too, and the installer for Windows."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from noroshi import __version__
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message, _
from noroshi.link.install_line import WINDOWS_FILE
from noroshi.service.agents.install_script import InstallFile
from noroshi.service.errors import ServiceError

NO_FILE = with_commands(
    _(
        "This hub has no file from which other servers can install Noroshi. If it runs from a "
        "checkout, create the file there: make dist. On a server where Noroshi is installed, use "
        "`{command}`."
    ),
    command=CommandText("join"),
)
OTHER_VERSION = _(
    "The file from which other servers install Noroshi ({path}) contains version {there}, "
    "but this hub runs version {here}. Create the file again: make dist."
)
UNREADABLE = _("The file {path}, from which other servers install Noroshi, cannot be read.")
NO_INSTALLER = _(
    "This hub has no installer for Windows. Create one in a checkout on Debian with make windows, and "
    "copy dist/{file} to the home folder of the hub."
)
OTHER_INSTALLER = _(
    "The installer for Windows ({path}) contains version {there}, but this hub runs version {here}. "
    "Create it again: make windows."
)
UNREADABLE_INSTALLER = _("The installer for Windows ({path}) cannot be read.")
WHEEL = re.compile(r"\.deps/noroshi-([^-/]+)-py3-none-any\.whl/")
"""The name of Noroshi's own wheel in the file, with its version."""
PRODUCT_VERSION = re.compile(
    re.escape("ProductVersion\0".encode("utf-16-le")) + rb"(?:\0\0)*((?:[0-9a-z.+!-]\0)+)\0\0"
)
"""An entry of a program's version resource (VS_VERSIONINFO, StringFileInfo): the key, and its value
at the next multiple of four bytes."""
RESOURCES = 1 << 20
"""The first bytes of the installer, in which its resources are; its compressed files follow."""
BLOCK = 1 << 20


FindFile = Callable[[], Path | None]


class NoInstallFileError(MessageError, ServiceError):
    """Report that no server can install from here; `words` say why."""


def _version_in_archive(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        matches = (WHEEL.match(name) for name in archive.namelist())
        return next((match[1] for match in matches if match), "?")


def _version_of_program(path: Path) -> str:
    with path.open("rb") as stream:
        match = PRODUCT_VERSION.search(stream.read(RESOURCES))
    return match[1].decode("utf-16-le") if match else "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """Hold how the version of a file is found, and what is said of one that cannot be used."""

    version_of: Callable[[Path], str]
    missing: Message
    other_version: Message
    unreadable: Message


SELF_CONTAINED = FileKind(
    version_of=_version_in_archive,
    missing=NO_FILE,
    other_version=OTHER_VERSION,
    unreadable=UNREADABLE,
)
WINDOWS_INSTALLER = FileKind(
    version_of=_version_of_program,
    missing=NO_INSTALLER.fill(file=WINDOWS_FILE),
    other_version=OTHER_INSTALLER,
    unreadable=UNREADABLE_INSTALLER,
)


def read_install_file(
    find: FindFile, kind: FileKind = SELF_CONTAINED
) -> tuple[Path, InstallFile]:
    """Return the path of the file, and its version, SHA-256 and size. Raises NoInstallFileError."""
    path = find()
    if path is None:
        raise NoInstallFileError(kind.missing)
    try:
        facts = path.stat()
        file = _read(path, kind, facts.st_mtime_ns, facts.st_size)
    except (OSError, zipfile.BadZipFile):
        raise NoInstallFileError(kind.unreadable.fill(path=path)) from None
    if file.version != __version__:
        raise NoInstallFileError(
            kind.other_version.fill(path=path, there=file.version, here=__version__)
        )
    return path, file


@lru_cache(maxsize=4)
def _read(path: Path, kind: FileKind, _changed_at: int, size: int) -> InstallFile:
    """Return the version, SHA-256 and size of a file. It is read once, as it has more than 20 MB."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return InstallFile(version=kind.version_of(path), sha256=digest.hexdigest(), size=size)
