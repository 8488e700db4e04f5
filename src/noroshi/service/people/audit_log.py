"""The log of what everybody changed: kept by every operation, and read by administrators."""

from __future__ import annotations

from noroshi.core.people import Audited
from noroshi.core.translation import Message
from noroshi.operations import people_operations
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationGroup

MOST_LISTED = 10_000


class AuditLogOperations(OperationGroup):
    """Keep the log of who changed what, and who was refused."""

    @offers(people_operations.AUDIT)
    async def entries(self, person: Person, last: int = 50) -> tuple[Audited, ...]:
        """Return the newest first: who, by which door, from what to what. Secrets are never in
        it."""
        return tuple(await self._store.audit_log(max(1, min(last, MOST_LISTED))))

    # no operations

    async def record(self, row: Audited) -> None:
        """Keep a row of the audit log."""
        await self._store.audit(row)

    async def turn_away(self, person: Person, name: str, reason: Message) -> None:
        """Note that an operation was refused."""
        await self._context.people.denied_log.record(
            name, person.name, person.door, person.address, reason
        )
