"""Check whether the vault's key opens everything, and replace the key."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.knowledge.os_errors import cause_text
from noroshi.operations import node_operations
from noroshi.operations.vault_answers import KeyChecked, KeyEntry, KeyRotated
from noroshi.service.errors import OperationFailedError
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.vault import KeyRing, VaultError

NO_RING = _("The vault's key is not managed here.")
NOT_WRITTEN = _("The new key cannot be written: {why}. The old key remains in use.")


class VaultKeyOperations(OperationGroup):
    """Check and replace the vault's key."""

    @offers(node_operations.KEY_CHECK)
    async def check(self, person: Person) -> KeyChecked:
        """Return the id of the key, the source of it, and the entries that it opens."""
        try:
            status = await self._keyring().check()
        except VaultError as error:
            raise OperationFailedError(error.words) from None
        return KeyChecked(
            source=status.source.value,
            path=str(status.path),
            id=status.id,
            entries=tuple(KeyEntry(name=n, fault=w) for n, w in status.entries.items()),
        )

    @offers(node_operations.KEY_ROTATE)
    async def rotate(self, person: Person) -> KeyRotated:
        """Seal everything under a new key; the old one is kept beside it."""
        try:
            rotation = await self._keyring().rotate()
        except VaultError as error:
            raise OperationFailedError(error.words) from None
        except OSError as error:
            raise OperationFailedError(NOT_WRITTEN.fill(why=cause_text(error))) from None
        note(
            old_state={"key": rotation.old},
            new_state={"key": rotation.new, "entries": rotation.entries},
        )
        return KeyRotated(
            old=rotation.old,
            kept=str(rotation.old_path),
            new=rotation.new,
            entries=rotation.entries,
        )

    def _keyring(self) -> KeyRing:
        if self._context.ring is None:
            raise OperationFailedError(NO_RING)
        return self._context.ring
