"""Replace the key by which agents know this node: the next one is announced days ahead, so that agents
know it when it is shown first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from noroshi import schema
from noroshi.core.reserved_entries import NEXT_TLS_KEY, TLS_KEY
from noroshi.link.join_code import spki_pin
from noroshi.ports import Store
from noroshi.vault import Secret, Vault

NOTE = "next key for agents"
ANNOUNCED_FOR = timedelta(days=7)
"""For so long the next key is announced before it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextKey:
    """Hold the pin of an announced key, in hexadecimal digits, and when it is used."""

    pin: str
    used_from: datetime


async def announce_next_key(store: Store, vault: Vault, now: datetime) -> NextKey:
    """Make the next key and note it; the one that is announced already stays. Raises VaultError and
    StoreError."""
    announced_key = await read_next_key(store)
    if announced_key is not None:
        return announced_key
    private_key = ec.generate_private_key(ec.SECP256R1())
    pem = private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    await vault.put(NEXT_TLS_KEY, Secret(pem.decode()))
    public_key_der = private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    next_key = NextKey(pin=spki_pin(public_key_der).hex(), used_from=now + ANNOUNCED_FOR)
    await store.put_value(NOTE, schema.text(next_key))
    return next_key


async def read_next_key(store: Store) -> NextKey | None:
    """Return the key that is announced; None: none is. Raises StoreError."""
    return schema.value_or_none(NextKey, (await store.get_values()).get(NOTE))


async def take_next_key(store: Store, vault: Vault, now: datetime) -> bool:
    """Put the announced key in the place of the current one, once its time has come; return whether
    it is. Raises VaultError and StoreError."""
    next_key = await read_next_key(store)
    if next_key is None or now < next_key.used_from:
        return False
    secret = await vault.get(NEXT_TLS_KEY)
    if secret is not None:  # else an earlier process was ended in between
        await vault.put(TLS_KEY, secret)
        await vault.remove(NEXT_TLS_KEY)
    await store.put_value(NOTE, "")
    return True
