"""Offer the operations on the nodes that share a database."""

from __future__ import annotations

from noroshi.core.definitions.problems import suggestion
from noroshi.core.translation import _
from noroshi.operations import node_operations
from noroshi.service.errors import ConflictError, NotFoundError
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup

NO_NODE = _("There is no node “{given}”{instead}.")
IS_RUNNING = _("Node {name} is running. Stop it before you remove it from the list.")


class ClusterOperations(OperationGroup):
    """Forget nodes that were removed."""

    @offers(node_operations.NODE_FORGET)
    async def forget(self, person: Person, name: str) -> str:
        """Forget a node that does not run; its monitors are already with other nodes."""
        nodes = {one.name: one for one in await self._store.nodes()}
        if name not in nodes:
            raise NotFoundError(NO_NODE.fill(given=name, instead=suggestion(name, nodes)))
        if not await self._store.forget_node(name):
            raise ConflictError(IS_RUNNING.fill(name=name))
        last_seen = nodes[name].renewed_at.isoformat()
        note(old_state={"name": name, "last_seen": last_seen}, new_state={})
        return name
