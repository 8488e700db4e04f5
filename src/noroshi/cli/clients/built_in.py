"""Find the kinds that need no installing, without a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from noroshi import actions, checks, transports
from noroshi.actions.template import Renderer
from noroshi.core.model import LOGIN_SOURCES, Monitor
from noroshi.core.network_policy import CLOSED, NetworkPolicy
from noroshi.core.sources import NETWORK
from noroshi.ports import Action, Check, TransportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInKinds:
    """Stand for the plug-ins of a node that has none of others. A kind is imported when a
    definition names it."""

    checks: Mapping[str, Check]
    actions: Mapping[str, Action]
    transports: Mapping[str, TransportKind]
    policy: NetworkPolicy = CLOSED

    def agent_of(self, monitor: Monitor) -> str:
        """Return another name for each monitor whose source may be an agent. Which are agents is not
        known here, so nobody is told that one of them has too many monitors."""
        is_of_node = monitor.instance.source in ("", NETWORK, *LOGIN_SOURCES)
        return "" if is_of_node else monitor.id


def built_in(renderer: Renderer) -> BuiltInKinds:
    """Return the kinds that need no installing."""
    return BuiltInKinds(
        checks=checks.KINDS,
        actions={action.kind: action for action in actions.built_in(renderer)},
        transports=transports.KINDS,
    )
