"""Decide which of the nodes that share a database watches which monitor.

Each node decides for itself, from the same facts, and no two of them need agree at once: nobody takes
what another one still holds (`Store.lease_monitors`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from zlib import crc32

from noroshi.core.model import Monitor
from noroshi.core.own_instance import OWN_INSTANCE

BLOCKS = 256
"""Instances fall into so many blocks, which move as a whole: with each node that comes or goes only its
own part of them does."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """Hold the names of the nodes that live, sorted, and of the one that sends, which may be gone.
    `unusable`: those that cannot use the definitions, and have monitors of a version before."""

    names: tuple[str, ...]
    sender: str
    unusable: frozenset[str] = frozenset()

    @property
    def able(self) -> Nodes:
        """The nodes that can use the definitions."""
        names = tuple(name for name in self.names if name not in self.unusable)
        return Nodes(names, self.sender)


def watcher_of(monitor: Monitor, is_reported: bool, nodes: Nodes) -> str:
    """Return the name of the node that is to watch a monitor; `is_reported`: an agent measures it. Of
    the share of a node that cannot use the definitions, another one watches what that one lacks."""
    watcher = _watcher_among(monitor, is_reported, nodes)
    if watcher in nodes.unusable and nodes.able.names:
        return _watcher_among(monitor, is_reported, nodes.able)
    return watcher


def _watcher_among(monitor: Monitor, is_reported: bool, nodes: Nodes) -> str:
    named_node = _node_named(monitor.instance.source, nodes.names)
    if named_node:
        return named_node
    if is_reported or _needs_sender(monitor) or not nodes.names:
        return nodes.sender
    return _owners(nodes.names)[crc32(monitor.instance.name.encode()) % BLOCKS]


def ids_of_others(
    monitors: Mapping[str, Monitor],
    is_reported: Callable[[Monitor], bool],
    node: str,
    nodes: Nodes,
) -> frozenset[str]:
    """Return the ids of the monitors that other nodes than this one are to watch."""
    return frozenset(
        id for id, one in monitors.items() if watcher_of(one, is_reported(one), nodes) != node
    )


def _node_named(source: str, names: tuple[str, ...]) -> str:
    return next((name for name in names if name.casefold() == source.casefold()), "")


def _needs_sender(monitor: Monitor) -> bool:
    """Return whether a monitor is of the node itself, of its hub, or of the computer that happens to
    work: of these no two nodes would measure the same."""
    instance = monitor.instance
    if instance.name == OWN_INSTANCE or instance.of_hub:
        return True
    return not instance.source and (not monitor.goes_to or _is_loopback(monitor.goes_to))


def _is_loopback(address: str) -> bool:
    if address.rstrip(".").casefold() == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=64)
def _owners(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the owner of each block: the node whose hash with it is the highest."""
    return tuple(
        max(names, key=lambda name: sha256(f"{block} {name}".encode()).digest())
        for block in range(BLOCKS)
    )
