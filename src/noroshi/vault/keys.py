"""Make the key once and read it: from a file that only the owner may read, or from systemd."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, list_names, pgettext
from noroshi.knowledge.os_errors import cause_text
from noroshi.system.raw_files import sync_folder
from noroshi.vault import dpapi
from noroshi.vault.box import Box
from noroshi.vault.secret import Secret, VaultError

if sys.platform == "win32":
    from noroshi.system.owners import close_to_others, readers

KEY_BYTES = 32
LARGEST = 4096
NEW, OLD, PART = ".rotating", ".old", ".part"
"""Suffixes of a key file that is about to be used, that was replaced, and that is half written.
Nobody would give such a name to a key: a file with the first one would be taken for the next
key."""
CREDENTIAL = "noroshi.key"
"""The key's name among systemd's credentials (systemd.exec(5), LoadCredential=)."""

NO_KEY = _(
    "The vault's key is missing: {path}. Restore it from the backup. No new key is created "
    "for an existing vault, as it could not decrypt anything in it."
)
BAD_KEY = _(
    "{path} does not contain a vault key (64 hexadecimal digits). Restore the key from the "
    "backup."
)
if sys.platform == "win32":
    OPEN_KEY = _(
        "The vault's key {path} is readable by {names}. Remove this permission under Properties "
        "› Security. If someone may have read the key, replace the secrets."
    )
else:
    OPEN_KEY = _(
        "The vault's key {path} is readable by users other than its owner (mode {mode}). Set the "
        "mode to 0600. If someone may have read the key, replace the secrets."
    )
UNREADABLE_KEY = _(
    "The vault's key {path} cannot be read ({why}). Check that Noroshi's user owns the file."
)
FOREIGN_KEY = with_commands(
    _(
        "Windows cannot open the vault's key {path} ({why}). It protects the key for one computer: "
        "a file from another computer, or a damaged one, cannot be opened. Move the file away, then "
        "restore the key from its backup: {command}"
    ),
    command=CommandText("key restore", pgettext("command", "FILE")),
)
KEY_EXISTS = _("{path} already exists. A vault key is never overwritten.")


class Source(Enum):
    """Name the source of the key."""

    FILE = "file"
    """A file, 0600."""
    DPAPI = "dpapi"
    """A file that only this Windows machine can open."""
    SYSTEMD = "systemd"
    """A credential that systemd hands to the service alone."""


SOURCE_WORDS: Mapping[Source, Message] = {
    Source.FILE: _("file {path}"),
    Source.DPAPI: _("file {path}, readable only on this computer (DPAPI)"),
    Source.SYSTEMD: _("systemd credential {path}"),
}


@dataclass(frozen=True, slots=True)
class Keys:
    """The key in use; the one that is to follow it, while a rotation is not finished."""

    box: Box
    source: Source
    path: Path
    next: Box | None = None


def find_keys(path: Path, credentials: Path | None = None) -> Keys:
    """Return the keys of a home folder. systemd's credential comes before the file.
    VaultError."""
    credential_file = credentials / CREDENTIAL if credentials is not None else None
    if credential_file is not None and credential_file.exists():
        return Keys(_box(credential_file, is_private=False), Source.SYSTEMD, credential_file)
    box = read_key(path)
    next_key_file = path.with_name(path.name + NEW)
    source = Source.DPAPI if sys.platform == "win32" else Source.FILE
    return Keys(box, source, path, read_key(next_key_file) if next_key_file.exists() else None)


def make_key(path: Path, entropy: Callable[[int], bytes] = os.urandom) -> None:
    """Make a new key file, 0600. Raises VaultError if there is one."""
    keep_key(path, new_key(entropy))


def keep_key(path: Path, key: Secret) -> None:
    """Write a key into a new file, 0600 (Windows: for this machine and administrators only);
    durable on return. Raises VaultError if there is one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise VaultError(KEY_EXISTS.fill(path=path)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            if sys.platform == "win32":  # elsewhere it was made so
                close_to_others(path)  # while there is nothing in it to be read
            file.write(dpapi.protect(key.reveal().encode("ascii")) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError:
        path.unlink(missing_ok=True)  # half a key would stand in the way of the next `init`
        raise


def place_key(path: Path, key: Secret) -> None:
    """Write the key whole under the given name or not at all, even if the process ends
    meanwhile; replace a file that was there. Raises OSError."""
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)  # half a key of somebody who was ended
    keep_key(part, key)
    part.replace(path)
    sync_folder(path.parent)


def new_key(entropy: Callable[[int], bytes] = os.urandom) -> Secret:
    """Return a key that nobody has had before."""
    return Secret(entropy(KEY_BYTES).hex())


def read_key(path: Path) -> Box:
    """Return the box under the key in that file. Raises VaultError: missing, no key, open to
    others."""
    return _box(path, is_private=True)


def _box(path: Path, *, is_private: bool) -> Box:
    """Read the box of a key. The mode of systemd's files needs no check: the folder is the
    service's alone."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(LARGEST)
    except FileNotFoundError:
        raise VaultError(NO_KEY.fill(path=path)) from None
    except OSError as error:
        raise VaultError(UNREADABLE_KEY.fill(path=path, why=cause_text(error))) from None
    if is_private:
        _require_closed(path, mode)
    try:
        return Box(key_in(dpapi.unprotect(text), path))
    except (OSError, ValueError) as error:
        raise VaultError(FOREIGN_KEY.fill(path=path, why=cause_text(error))) from None


def _require_closed(path: Path, mode: int) -> None:
    """Require that nobody else may read a key: by its mode, or on Windows by its list. Raises
    VaultError."""
    if sys.platform == "win32":
        if names := readers(path):
            raise VaultError(OPEN_KEY.fill(path=path, names=list_names(names)))
    elif mode & 0o077:
        raise VaultError(OPEN_KEY.fill(path=path, mode=f"{mode:04o}"))


def key_in(text: bytes, path: Path) -> Secret:
    """Return the key that stands in a text. Raises VaultError, with_settings the path, if none
    does."""
    stripped = text.strip()
    digits = len(stripped) == 2 * KEY_BYTES and set(stripped.lower()) <= set(
        b"0123456789abcdef"
    )
    if not digits:
        raise VaultError(BAD_KEY.fill(path=path))
    return Secret(stripped.decode("ascii"))
