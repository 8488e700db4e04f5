"""Operations on the store itself: a backup of it, and whether it is whole."""

from __future__ import annotations

from pathlib import Path

from noroshi import ports
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import Message, _
from noroshi.operations import node_operations
from noroshi.operations.node_answers import BackedUp
from noroshi.service.errors import ConflictError, InvalidArgumentError
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup

NOT_WHOLE = _("must be an absolute path: the node has a different working directory from yours")
NO_PATH = _("The backup cannot be written there.")
THERE_IS_ONE = _(
    "{path} already exists; nothing was changed. Choose another name, or delete it first."
)
NO_COPY = _("No backup was made: {why}")
OWN_TOOLS = _(
    "The store is a PostgreSQL database, so PostgreSQL's own tools back it up: pg_dump "
    "--format custom --file FILE DATABASE"
)


class BackupOperations(OperationGroup):
    """Make and check copies of the store."""

    @offers(node_operations.BACKUP)
    async def backup(self, person: Person, path: str) -> BackedUp:
        """Write a copy of the store as it is at one instant (0600), while work goes on. The
        path is one of the node's computer."""
        if not isinstance(self._store, ports.FiledStore):
            raise ConflictError(OWN_TOOLS)
        file = Path(path)
        if not file.is_absolute():
            raise InvalidArgumentError(NO_PATH, (Problem("path", NOT_WHOLE),))
        at, waiting = self._clocks.wall(), await self._store.queue()
        try:
            await self._store.copy_to(file)
        except ports.StoreConflict:
            raise ConflictError(THERE_IS_ONE.fill(path=path)) from None
        except ports.StoreError as error:
            if error.fault is not ports.StoreFault.COPY:
                raise
            raise ConflictError(NO_COPY.fill(why=error.words)) from error
        note(new_state={"path": path})
        return BackedUp(
            path=path,
            size=file.stat().st_size,  # noqa: ASYNC240  it was written a moment ago
            at=at,
            waiting=sum(not one.state and not one.waits_for_hub for one in waiting),
        )

    @offers(node_operations.CHECK_STORE)
    async def check_store(self, person: Person) -> tuple[Message, ...]:
        """Return all faults of the store; nothing, if it is whole."""
        return tuple(await self._store.faults())
