"""Make the stamps of this hub: their key lies in the vault, their era in the store."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from noroshi.core.agents import ERA_NOTE
from noroshi.core.reserved_entries import STAMP_KEY
from noroshi.link.stamps import StampMint
from noroshi.ports import Store
from noroshi.vault import Secret, Vault, VaultError

log = logging.getLogger(__name__)
KEY_BYTES, ERA_BYTES = 32, 8


async def stamp_mint(store: Store, vault: Vault, now: Callable[[], datetime]) -> StampMint:
    """Return the mint, with key and era that are made once. Raises StoreError.

    While the vault is closed, the key is one of this process: after a restart agents ask for
    another stamp.
    """
    era = (await store.get_values()).get(ERA_NOTE)
    if era is None:
        era = secrets.token_hex(ERA_BYTES)
        await store.put_value(ERA_NOTE, era)
    return StampMint(era, await _key(vault), now)


async def _key(vault: Vault) -> bytes:
    try:
        if (secret := await vault.get(STAMP_KEY)) is None:
            secret = Secret(secrets.token_hex(KEY_BYTES))
            await vault.put(STAMP_KEY, secret)
        return bytes.fromhex(secret.reveal())
    except (VaultError, ValueError) as error:
        log.warning("the key of stamps is not in the vault: %s", error)
        return secrets.token_bytes(KEY_BYTES)
