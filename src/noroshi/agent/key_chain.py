"""Keep the agent's keys in the vault: the one in use, the next one, and the one before."""

from __future__ import annotations

from dataclasses import dataclass, field

from noroshi import schema
from noroshi.core.reserved_entries import AGENT_KEYS
from noroshi.link.agent_key import PrivateKey
from noroshi.vault import Secret, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChain:
    """Hold the keys as secret texts. `next_key` is on disk before it is announced; `previous_key`
    stays, as a hub that was restored from a backup may know no newer one."""

    current_key: str = field(repr=False)
    next_key: str = field(default="", repr=False)
    previous_key: str = field(default="", repr=False)

    @classmethod
    def create(cls) -> KeyChain:
        """Make one with a fresh key."""
        return cls(current_key=PrivateKey.create().secret_text())

    @property
    def current(self) -> PrivateKey:
        return PrivateKey.read(self.current_key)

    @property
    def next(self) -> PrivateKey:
        """Return the next key; call it only if there is one."""
        return PrivateKey.read(self.next_key)

    def all_keys(self) -> tuple[PrivateKey, ...]:
        """Return all keys: the hub may have sealed something for any of them. Raises BadKeyError."""
        texts = (self.current_key, self.next_key, self.previous_key)
        return tuple(PrivateKey.read(text) for text in texts if text)

    def with_next(self) -> KeyChain:
        """Return it with a next key: the one that it has, else a fresh one."""
        if self.next_key:
            return self
        return KeyChain(
            current_key=self.current_key,
            next_key=PrivateKey.create().secret_text(),
            previous_key=self.previous_key,
        )

    def advanced(self) -> KeyChain:
        """Return it with the next key in use, as the hub has accepted that."""
        return KeyChain(current_key=self.next_key, previous_key=self.current_key)

    def with_other_key(self) -> KeyChain:
        """Return it with another of its keys in use, as the hub does not know this one: the
        previous key, to announce the newer one again; else the next one, which the hub may use
        already."""
        if self.previous_key:
            return KeyChain(current_key=self.previous_key, next_key=self.current_key)
        return self.advanced() if self.next_key else self


async def read_keys(vault: Vault) -> KeyChain | None:
    """Return the keys; None if there are none. Raises VaultError, BadKeyError, or what the store
    raises."""
    secret = await vault.get(AGENT_KEYS)
    return schema.value(KeyChain, secret.reveal()) if secret is not None else None


async def keep_keys(vault: Vault, keys: KeyChain) -> None:
    """Seal the keys; durable on return. Raises VaultError, or what the store raises."""
    await vault.put(AGENT_KEYS, Secret(schema.text(keys)))
