"""Keep the key of the node's own certificate in the vault too, so that a backup has it.

Agents know their hub by this key. The file in the home folder is what TLS reads; after a restore on
another computer it is written from the vault.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from noroshi.config.web import OWN_KEY
from noroshi.core.reserved_entries import TLS_KEY
from noroshi.ports import StoreError
from noroshi.vault import Secret, Vault, VaultError
from noroshi.web.http.self_signed import own_key, place_key

log = logging.getLogger(__name__)


async def keep_tls_key(vault: Vault, home: Path) -> None:
    """Bring the key's file and the vault's entry together: the vault counts where it has one.

    A vault that is closed leaves the file as it is, with a line in the log. Raises OSError.
    """
    file = home / OWN_KEY
    try:
        secret = await vault.get(TLS_KEY)
        if secret is None:
            await vault.put(TLS_KEY, Secret(await asyncio.to_thread(own_key, file)))
        else:
            await asyncio.to_thread(place_key, file, secret.reveal())
    except (VaultError, StoreError) as error:
        log.warning("the key of the own certificate is not in the vault: %s", error)
