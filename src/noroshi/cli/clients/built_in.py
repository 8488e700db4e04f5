"""Find the kinds that need no installing, without a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from noroshi import actions, checks, transports
from noroshi.actions.template import Renderer
from noroshi.core.network_policy import CLOSED, NetworkPolicy
from noroshi.ports import Action, Check, TransportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInKinds:
    """Stand for the plug-ins of a node that has none of others. A kind is imported when a
    definition names it."""

    checks: Mapping[str, Check]
    actions: Mapping[str, Action]
    transports: Mapping[str, TransportKind]
    policy: NetworkPolicy = CLOSED


def built_in(renderer: Renderer) -> BuiltInKinds:
    """Return the kinds that need no installing."""
    return BuiltInKinds(
        checks=checks.KINDS,
        actions={action.kind: action for action in actions.built_in(renderer)},
        transports=transports.KINDS,
    )
