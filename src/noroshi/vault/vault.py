"""Keep secrets by name, sealed in the store; without the key everything else goes on
working."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Protocol

from noroshi.core.translation import Message, _
from noroshi.vault.box import Box
from noroshi.vault.secret import Secret, VaultError
from noroshi.vault.secret_cache import SecretCache

CLOSED = _(
    "Cannot open the vault. Operations that need a secret are postponed; monitoring "
    "continues. {problem}"
)
NO_BOX = _("The key is missing.")


class SecretStore(Protocol):
    """Serve the vault as a store. `put_secret` returns only once the bytes are durable."""

    async def put_secret(self, name: str, sealed: bytes) -> None: ...
    async def get_secret(self, name: str) -> bytes | None: ...
    async def secret_names(self) -> Sequence[str]: ...
    async def drop_secret(self, name: str) -> bool: ...


class Vault:
    """Secrets by name. Without a box it still opens, and says why it can give nothing out.

    `next` is the key to which a rotation goes over: it seals, and both open.
    """

    def __init__(
        self,
        store: SecretStore,
        box: Box | None,
        problem: Message | None = None,
        next: Box | None = None,
        cache: SecretCache | None = None,
    ) -> None:
        self._store, self._cache = store, cache
        self._box, self._next = box, next
        self._writing = asyncio.Lock()
        self.problem = None if box else CLOSED.fill(problem=problem or NO_BOX)
        """The reason why nothing can be sealed or opened; None when it can."""

    async def put(self, name: str, secret: Secret) -> None:
        """Seal a secret and keep it; durable on return. Raises VaultError, and what the store
        raises."""
        async with self._writing:
            sealed = (self._next or self._require_box()).seal(name, secret)
            await self._store.put_secret(name, sealed)
            self._note(name, sealed)

    async def get(self, name: str) -> Secret | None:
        """Return the secret of that name, or None if there is none. Raises VaultError, and what
        the store raises."""
        boxes_before = (self._next, self._require_box())
        sealed = await (self._cache or self._store).get_secret(name)
        # The keys may have changed while the store looked.
        return (
            None if sealed is None else self._box_of(sealed, *boxes_before).open(name, sealed)
        )

    async def mark_of(self, name: str) -> str:
        """Return a text that is another one whenever the entry was sealed anew, and that tells
        nothing of it; "" if there is none. This needs no key."""
        sealed = await self._store.get_secret(name)
        return "" if sealed is None else hashlib.sha256(sealed).hexdigest()

    async def names(self) -> Sequence[str]:
        """Return the names of all entries; this needs no key."""
        return await self._store.secret_names()

    async def remove(self, name: str) -> bool:
        """Remove an entry, durable on return; this needs no key. False: there was none."""
        async with self._writing:
            was_there = await self._store.drop_secret(name)
            self._note(name, None)
            return was_there

    @property
    def key_id(self) -> str:
        """Return the id of the key that seals. Raises VaultError if there is none."""
        return (self._next or self._require_box()).id

    async def rekey(self, next: Box) -> int:
        """Seal every entry anew under the next key, which is the only one afterwards; how many
        there were. Raises VaultError, and what the store raises; then both go on opening."""
        self._require_box()
        self._next = next
        resealed_names = set[str]()
        while (
            remaining := set(await self.names()) - resealed_names
        ):  # one may have come meanwhile
            for name in remaining:
                await self._reseal(name, next)
            resealed_names |= remaining
        self._box, self._next = next, None
        return len(resealed_names)

    async def _reseal(self, name: str, next: Box) -> None:
        """Seal an entry anew. No token that is renewed in this moment may be written over by
        the one before it."""
        async with self._writing:
            sealed = await self._store.get_secret(name)
            if sealed is not None and not next.has_sealed(sealed):
                secret = self._box_of(sealed).open(name, sealed)
                resealed = next.seal(name, secret)
                await self._store.put_secret(name, resealed)
                self._note(name, resealed)

    def _note(self, name: str, sealed: bytes | None) -> None:
        if self._cache is not None:
            self._cache.note(name, sealed)

    def _box_of(self, sealed: bytes, *earlier_boxes: Box | None) -> Box:
        """Return the box that sealed it; the one in use if none did, which says so when it
        opens."""
        all_boxes = (self._next, self._require_box(), *earlier_boxes)
        return next((b for b in all_boxes if b and b.has_sealed(sealed)), self._require_box())

    def _require_box(self) -> Box:
        if self._box is None:
            assert self.problem is not None
            raise VaultError(self.problem)
        return self._box
