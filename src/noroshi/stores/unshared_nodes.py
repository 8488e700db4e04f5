"""Answer what is asked of nodes for a store that they do not share: there is nothing to tell."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.translation import Message
from noroshi.ports import Node, NodeLease


class UnsharedNodes:
    """Do what ports.Store says of nodes, for a store that one node has for itself."""

    async def nodes(self) -> Sequence[NodeLease]:
        return ()

    async def record_unusable(self, node: Node, version: int, reason: Message) -> None:
        return None

    async def forget_node(self, name: str) -> bool:
        return False
