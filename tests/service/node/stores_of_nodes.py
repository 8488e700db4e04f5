"""A store that four nodes share, as far as an answer of `nodes` makes one."""

from datetime import timedelta

from noroshi.core.translation import plain
from noroshi.ports import NodeLease
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import DAWN

NODES = (
    NodeLease(
        name="alpha",
        monitor_count=30,
        renewed_at=DAWN,
        is_alive=True,
        sends=True,
        version="0.1.0",
        held_since=DAWN - timedelta(minutes=5),
        address="10.0.0.1:7665",
    ),
    NodeLease(
        name="beta",
        monitor_count=10,
        renewed_at=DAWN,
        is_alive=True,
        sends=False,
        version="0.2.0",
        held_since=DAWN - timedelta(minutes=2),
    ),
    NodeLease(
        name="gamma",
        monitor_count=0,
        renewed_at=DAWN - timedelta(minutes=40),
        is_alive=False,
        sends=False,
        has_left=True,
    ),
    NodeLease(
        name="delta",
        monitor_count=0,
        renewed_at=DAWN,
        is_alive=True,
        sends=False,
        unusable_version=7,
        unusable_reason=plain("the kind “tape” is not known"),
    ),
)


class StoreOfNodes(MemoryStore):
    """Answers as if nodes shared it."""

    async def nodes(self):
        return NODES
