"""Read the self-contained file from which other servers install Noroshi, and by which agents are
updated."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from noroshi import __version__
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _
from noroshi.service.agents.install_script import InstallFile
from noroshi.service.errors import ServiceError

NO_FILE = with_commands(
    _(
        "This hub has no file from which other servers can install Noroshi. If it runs from a "
        "checkout, create the file there: make dist. On a server that has Noroshi, use `{command}`."
    ),
    command=CommandText("join"),
)
OTHER_VERSION = _(
    "The file from which other servers install Noroshi ({path}) contains version {there}, "
    "but this hub runs version {here}. Create the file again: make dist."
)
UNREADABLE = _("The file {path}, from which other servers install Noroshi, cannot be read.")
WHEEL = re.compile(r"\.deps/noroshi-([^-/]+)-py3-none-any\.whl/")
"""The name of Noroshi's own wheel in the file, with its version."""
BLOCK = 1 << 20


FindFile = Callable[[], Path | None]


class NoInstallFileError(ServiceError):
    """Report that no server can install from here; `words` say why."""

    def __init__(self, words: Message) -> None:
        super().__init__(words.en)
        self.words = words


def read_install_file(find: FindFile) -> tuple[Path, InstallFile]:
    """Return the path of the file, and its version, SHA-256 and size. Raises NoInstallFileError."""
    path = find()
    if path is None:
        raise NoInstallFileError(NO_FILE)
    try:
        facts = path.stat()
        file = _read(path, facts.st_mtime_ns, facts.st_size)
    except (OSError, zipfile.BadZipFile):
        raise NoInstallFileError(UNREADABLE.fill(path=path)) from None
    if file.version != __version__:
        raise NoInstallFileError(
            OTHER_VERSION.fill(path=path, there=file.version, here=__version__)
        )
    return path, file


@lru_cache(maxsize=2)
def _read(path: Path, _changed_at: int, size: int) -> InstallFile:
    """Return the version, SHA-256 and size of a file. It is read once, as it has more than 50 MB."""
    with zipfile.ZipFile(path) as archive:
        matches = (WHEEL.match(name) for name in archive.namelist())
        version = next((match[1] for match in matches if match), "?")
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return InstallFile(version=version, sha256=digest.hexdigest(), size=size)
