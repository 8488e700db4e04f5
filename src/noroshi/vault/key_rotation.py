"""Check whether the key opens everything, and replace the key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from noroshi.core.translation import Message, _
from noroshi.system.raw_files import sync_folder
from noroshi.vault.keys import NEW, OLD, Keys, Source, find_keys, new_key, place_key
from noroshi.vault.secret import VaultError
from noroshi.vault.vault import Vault

NOT_OURS = _(
    "The key comes from systemd ({path}), so Noroshi cannot change it. Remove the credential "
    "from the unit, copy the key to Noroshi's key file, rotate it, and pass the new key to "
    "systemd."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """Report where the key comes from, which one it is, and what each entry says to it (None:
    opens)."""

    source: Source
    path: Path
    id: str
    entries: dict[str, Message | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotation:
    """Report the key before, and where it is kept; the key now, and how many entries it seals."""

    old: str
    old_path: Path
    new: str
    entries: int


async def check_entries(vault: Vault) -> dict[str, Message | None]:
    """Return each entry, and why the vault's key does not open it; None: it does."""
    return {name: await _problem_of(vault, name) for name in await vault.names()}


async def _problem_of(vault: Vault, name: str) -> Message | None:
    try:
        await vault.get(name)
    except VaultError as error:
        return error.words
    return None


class KeyRing:
    """Hold the key file of one home folder, and the vault that it opens."""

    def __init__(self, vault: Vault, path: Path, credentials: Path | None = None) -> None:
        self._vault, self._path, self._credentials = vault, path, credentials

    async def check(self) -> KeyCheck:
        """Try the key on every entry; no secret leaves here. Raises VaultError without a key."""
        keys = find_keys(self._path, self._credentials)
        return KeyCheck(
            source=keys.source,
            path=keys.path,
            id=self._vault.key_id,
            entries=await check_entries(self._vault),
        )

    async def rotate(self) -> KeyRotation:
        """Make another key and seal everything under it. Cut off at any point it goes on at
        the next start, or when it is asked for again. Raises VaultError."""
        keys = find_keys(self._path, self._credentials)
        if keys.source is Source.SYSTEMD:
            raise VaultError(NOT_OURS.fill(path=keys.path))
        if keys.next is None:
            place_key(self._path.with_name(self._path.name + NEW), new_key())
        return await self._finish(find_keys(self._path, self._credentials))

    async def resume(self) -> KeyRotation | None:
        """Finish a rotation that was cut off; None: there is none. Raises VaultError."""
        if not self._path.with_name(self._path.name + NEW).exists():
            return None  # and so no need to say that there is no key
        keys = find_keys(self._path, self._credentials)
        return None if keys.next is None else await self._finish(keys)

    async def _finish(self, keys: Keys) -> KeyRotation:
        assert keys.next is not None  # both who call this have looked
        old_path = self._path.with_name(f"{self._path.name}{OLD}-{keys.box.id}")
        if not old_path.exists():
            place_key(old_path, keys.box.key)  # a store's backup from before needs it
        entries = await self._vault.rekey(keys.next)
        self._path.with_name(self._path.name + NEW).replace(self._path)
        sync_folder(self._path.parent)
        return KeyRotation(
            old=keys.box.id, old_path=old_path, new=keys.next.id, entries=entries
        )
