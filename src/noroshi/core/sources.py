"""Decide where the measurements of an instance come from: this computer, an agent, or the
network.

A computer that is elsewhere cannot be asked for its disks or processes from here. Asking this
computer in its place would show the values of the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address

from noroshi.core.model import (
    LOGIN_SOURCES,
    SSH_SOURCE as SSH,
    WINRM_SOURCE as WINRM,
    Instance,
    Monitor,
)
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import NOTHING, Message, _, list_names, plain

NETWORK = "network"
"""The `source` of an instance that is measured over the network alone."""

ELSEWHERE = _(
    "{address} is not this computer ({host}), so it can only be monitored over the network "
    "from here. If {address} is this computer after all, set source to {node} in the "
    "instance; otherwise, make that computer an agent, or set source to ssh or winrm"
)
NETWORK_ONLY = _(
    "the source of the instance is {source}, so the instance can only be monitored over the "
    "network. If the instance is this computer, set source to {node} in the instance; "
    "otherwise, make that computer an agent, or set source to ssh or winrm"
)
OTHER_NODE = _(
    "the source of the instance is {source}, but this node is {node}, so nothing is measured here. "
    "Set source to {node} or {network}, or leave it out"
)
NO_SUCH_AGENT = _(
    "there is no agent “{source}”, so nothing is measured. Agents: {agents}. Set source to "
    "one of them, to {node} or {network}, or leave it out"
)
AGENT_REMOVED = _(
    "agent {agent} was removed, so nothing is measured. Add the server again under this name, "
    "set source to something else, or remove the instance"
)
MOST_NAMED = 16
MEASURED_BY_AGENT = _("agent {agent} monitors this instance; this node does not")
OVER_NETWORK = _("{host}, over the network")
BY_AGENT = _("agent {agent}")
BY_SSH = _("{address}, over SSH from {host}")
BY_WINRM = _("{address}, over WinRM from {host}")
WINRM_KINDS = frozenset(
    {
        "counter",
        "cpu",
        "disk",
        "eventlog",
        "memory",
        "process",
        "registry",
        "service",
        "task",
        "updates",
    }
)
"""The types of monitors that a computer answers over WinRM."""


class SourceKind(Enum):
    """Name where measurements come from."""

    NODE = "node"
    NETWORK = "network"
    AGENT = "agent"
    SSH = "ssh"
    WINRM = "winrm"
    OTHER_NODE = "other-node"


@dataclass(frozen=True, slots=True)
class Source:
    """Hold where the measurements of an instance come from. `problem`: why its computer cannot
    be asked; NOTHING where it can. `agent` is the name of the agent that measures it."""

    kind: SourceKind
    problem: Message = NOTHING
    agent: str = ""


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """Hold the names and addresses by which this node and its computer are known. `addresses`
    are those of the network interfaces; `agents` are the names of the node's agents,
    `removed_agents` of those that were removed."""

    name: str
    host_name: str
    addresses: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    removed_agents: frozenset[str] = frozenset()

    def has_name(self, source: str) -> bool:
        """Return whether the source of an instance names this node, or its computer."""
        names = {self.name.casefold(), self.host_name.casefold()} - {""}
        return source.casefold() in names

    def agent_of(self, source: str) -> str:
        """Return the name of the agent that the source of an instance names; "" for none."""
        if not source or not self.agents:
            return ""
        return _by_lower_case(self.agents).get(source.casefold(), "")

    def has_address(self, address: str) -> bool:
        """Return whether an address, or a name in the place of one, is this computer's own."""
        plain_address = address.rstrip(".").casefold()
        if plain_address in ("", "localhost", self.host_name.casefold()):
            return True
        try:
            ip = ip_address(plain_address)
        except ValueError:
            return False
        return ip.is_loopback or str(ip) in self.addresses


@lru_cache(maxsize=8)
def _by_lower_case(names: frozenset[str]) -> Mapping[str, str]:
    """Return names by themselves in lower case; asked for each of many monitors."""
    return {name.casefold(): name for name in names}


def source_of(instance: Instance, node: NodeIdentity) -> Source:
    """Return where an instance is measured: as its `source` says, else by its address. The
    node's own instance is always the node."""
    if instance.name == OWN_INSTANCE or node.has_name(instance.source):
        return Source(SourceKind.NODE)
    if not instance.source:
        return _by_address(instance, node)
    if instance.source == SSH and instance.ssh is not None:
        return Source(SourceKind.SSH)
    if instance.source == WINRM and instance.winrm is not None:
        return Source(SourceKind.WINRM)
    if instance.source == NETWORK:
        problem = NETWORK_ONLY.fill(source=NETWORK, node=node.name)
        return Source(SourceKind.NETWORK, problem)
    if agent := node.agent_of(instance.source):
        return Source(SourceKind.AGENT, MEASURED_BY_AGENT.fill(agent=agent), agent)
    return Source(SourceKind.OTHER_NODE, _nothing_there(instance.source, node))


def _nothing_there(source: str, node: NodeIdentity) -> Message:
    """Return why a source measures nothing: it may have been an agent, or be meant as one."""
    if removed_agent := _by_lower_case(node.removed_agents).get(source.casefold()):
        return AGENT_REMOVED.fill(agent=removed_agent)
    if not node.agents or source in LOGIN_SOURCES:
        return OTHER_NODE.fill(source=source, node=node.name, network=NETWORK)
    names = sorted(node.agents)
    agents = list_names((*names[:MOST_NAMED], *(["..."] if names[MOST_NAMED:] else [])))
    return NO_SUCH_AGENT.fill(source=source, agents=agents, node=node.name, network=NETWORK)


def _by_address(instance: Instance, node: NodeIdentity) -> Source:
    if node.has_address(instance.address):
        return Source(SourceKind.NODE)
    problem = ELSEWHERE.fill(address=instance.address, host=node.host_name, node=node.name)
    return Source(SourceKind.NETWORK, problem)


def titles_by_source(monitors: Iterable[Monitor]) -> Mapping[str, tuple[str, ...]]:
    """Return the titles of the monitors' instances by the source of each, in lower case."""
    instances = {one.instance.name: one.instance for one in monitors}
    titles = dict[str, tuple[str, ...]]()
    for name, one in sorted(instances.items()):
        source = one.source.casefold()
        titles[source] = (*titles.get(source, ()), one.title or name)
    return titles


def by_agent(agent: str) -> Message:
    """Return what is said of something that an agent measures."""
    return BY_AGENT.fill(agent=agent)


def measured_on(monitor: Monitor, host: str | Message) -> Message:
    """Return on which computer a monitor is measured, and whether from `host`, which is the
    node's computer, over the network, by SSH or by WinRM."""
    if monitor.goes_to:
        return OVER_NETWORK.fill(host=host)
    if monitor.instance.source == SSH:
        return BY_SSH.fill(address=monitor.instance.address, host=host)
    if monitor.instance.source == WINRM:
        return BY_WINRM.fill(address=monitor.instance.address, host=host)
    return host if isinstance(host, Message) else plain(host)
