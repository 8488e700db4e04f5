"""Hold what operations need of the process in which they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noroshi.agent.link_on_demand import LinkOnDemand
from noroshi.agent.node_updates import NodeUpdates
from noroshi.core.mail import Envelope
from noroshi.core.model import Monitor, Sample
from noroshi.core.sources import NodeIdentity
from noroshi.definitions.plan_cache import PlanCache
from noroshi.hosts.agent_names import AgentNames
from noroshi.hosts.footprint import Surroundings
from noroshi.oauth.tokens import TokenSource
from noroshi.ports import Host, SelfFacts
from noroshi.ports.examination import Step
from noroshi.service.agents.agent_leases import AgentLeases
from noroshi.service.agents.hub_endpoints import HubEndpoints
from noroshi.vault import KeyRing, Vault

if TYPE_CHECKING:
    from noroshi.people import People

Measure = Callable[[Monitor, Mapping[str, Any]], Awaitable[Sample]]
"""Measure as this process does: the engine's own way, with the engine's time-outs."""


TextFailures = Callable[[Iterable[Envelope]], tuple[Envelope, ...]]


def no_text_failures(_envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
    """Return no notices: nothing is sent from here."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """Hold the parts that operations need beside store, plugins and clocks. `measure` and
    `host_of` are the engine's; `system` gives the steps that examine this computer, `identity` the
    names and addresses of this node and its computer, `find_install_file` and
    `find_windows_installer` the files from which other servers install Noroshi. `hub_links` is the link to the node's hub; `text_failures`
    returns the notices of envelopes whose text could not be made; `agent_leases` are the rights to
    send for agents; `hub_requests` is what the hub may order at any time; `hub_routes`: it
    may share routes. `node_updates` carries out its updates of this node. `applied_version` returns
    the number of the version by which the engine measures, None where no engine runs."""

    vault: Vault
    tokens: TokenSource
    new_id: Callable[[], str]
    name: str = "node"
    runs_on: str = ""
    measure: Measure | None = None
    host_of: Callable[[Monitor], Host] | None = None
    ring: KeyRing | None = None
    people: People | None = None
    system: Callable[[], Sequence[Step]] | None = None
    surroundings: Surroundings | None = None
    self_facts: SelfFacts | None = None
    applied_version: Callable[[], int] | None = None
    plans: PlanCache | None = None
    agent_names: AgentNames | None = None
    identity: Callable[[], NodeIdentity] | None = None
    find_install_file: Callable[[], Path | None] = lambda: None
    find_windows_installer: Callable[[], Path | None] = lambda: None
    hub_links: LinkOnDemand | None = None
    text_failures: TextFailures = no_text_failures
    endpoints: HubEndpoints = field(default_factory=HubEndpoints)
    agent_leases: AgentLeases | None = None
    hub_requests: Collection[str] = ()
    node_updates: NodeUpdates | None = None
    hub_routes: bool = False
