"""Offer the hub's self-contained file to its agents as an update: signed, and in parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from noroshi.core.reserved_entries import UPDATE_KEY
from noroshi.hosts.threads import run_in_thread
from noroshi.link.agent_key import BadKeyError, PrivateKey
from noroshi.link.link_messages import LinkFault
from noroshi.link.update_messages import MOST_FILE_PART, FilePartRequest, UpdateOffer
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.service.agents.install_file_reader import (
    FindFile,
    NoInstallFileError,
    read_install_file,
)
from noroshi.service.agents.link_refusal import LinkRefusedError
from noroshi.vault import Secret, Vault, VaultError

log = logging.getLogger(__name__)
LOCK = "key for updates"
MOST_AT_ONCE = 8
"""Agents that fetch the file at one time; the others wait for their turn."""
BETWEEN_PARTS = 20.0
"""Seconds after which an agent that fetches no further part has no turn any more."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """Hold a part of the file, which is the body of an answer as it is."""

    content: bytes


class UpdateOffers:
    """Sign the file that is there now, and hand out parts of it. `lock` is for this process alone."""

    def __init__(
        self, vault: Vault, find: FindFile, steady: Callable[[], float], lock: RefreshLock
    ) -> None:
        self._vault, self._find, self._steady = vault, find, steady
        self._lock, self._making = lock, asyncio.Lock()
        self._turns = dict[str, float]()

    async def offer(self) -> UpdateOffer:
        """Return the offer of the file. Raises NoInstallFileError, VaultError and StoreError."""
        _path, file = await run_in_thread(lambda: read_install_file(self._find))
        unsigned_offer = UpdateOffer(version=file.version, sha256=file.sha256, size=file.size)
        return unsigned_offer.signed_by(await self._key())

    async def public_key(self) -> str:
        """Return the key by which offers are signed (a JWK); "" while the vault is closed."""
        try:
            return (await self._key()).public_text
        except (VaultError, BadKeyError) as error:
            log.warning("the key for updates is not in the vault: %s", error)
            return ""

    async def part(self, agent: str, request: FilePartRequest) -> FilePart:
        """Return a part of the file for an agent. Raises LinkRefusedError."""
        self._take_turn(agent)
        try:
            path, file = await run_in_thread(lambda: read_install_file(self._find))
        except NoInstallFileError:
            raise LinkRefusedError(LinkFault.MALFORMED, "there is no such file") from None
        if request.sha256 != file.sha256 or not 0 <= request.offset < file.size:
            raise LinkRefusedError(LinkFault.MALFORMED, "there is no such part")
        return FilePart(await run_in_thread(lambda: _part_of(path, request.offset)))

    def _take_turn(self, agent: str) -> None:
        now = self._steady()
        self._turns = {one: at for one, at in self._turns.items() if now - at < BETWEEN_PARTS}
        if agent not in self._turns and len(self._turns) >= MOST_AT_ONCE:
            raise LinkRefusedError(
                LinkFault.BUSY, "other agents fetch the file now", BETWEEN_PARTS
            )
        self._turns[agent] = now

    async def _key(self) -> PrivateKey:
        async with self._making:
            secret = await self._vault.get(UPDATE_KEY) or await self._first_key()
            return PrivateKey.read(secret.reveal())

    async def _first_key(self) -> Secret:
        """Make the key, unless another process makes it now: agents keep to the one they are
        told."""
        async with self._lock.acquire(LOCK):
            secret = await self._vault.get(UPDATE_KEY)
            if secret is None:
                secret = Secret(PrivateKey.create().secret_text())
                await self._vault.put(UPDATE_KEY, secret)
            return secret


def _part_of(path: Path, offset: int) -> bytes:
    """Return the bytes from an offset on. Raises LinkRefusedError if they cannot be read."""
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(MOST_FILE_PART)
    except OSError as error:
        log.warning("the file for updates cannot be read: %s", error)
        raise LinkRefusedError(LinkFault.BUSY, "the file cannot be read", 60.0) from None
