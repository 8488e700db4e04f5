"""List the transports, one file for each. To add one, write it and name it here."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from noroshi.imports import OnDemand, called_later, load
from noroshi.ports import TransportKind

DIAGNOSTICS = f"{__name__}.diagnostics"
EXAMINING = tuple(f"{DIAGNOSTICS}.{module}" for module in ("http", "pickup", "smtp"))
"""The modules that look at a route stage by stage: a node loads them before its first turn, and
what only reads definitions does not."""


def _loader(module: str, examining: str, examination: str) -> Callable[[], TransportKind]:
    """Return a loader for the transport of that module, with that class of examination."""

    def load_kind() -> TransportKind:
        kind: TransportKind = load(f"{__name__}.{module}").KIND
        return replace(kind, examine=called_later(f"{DIAGNOSTICS}.{examining}", examination))

    return load_kind


KINDS: Mapping[str, TransportKind] = OnDemand(
    {
        "smtp": _loader("smtp.transport", "smtp", "SmtpExamination"),
        "graph": _loader("http.graph", "http", "GraphExamination"),
        "pickup": _loader("pickup", "pickup", "PickupExamination"),
        "webhook": _loader("http.webhook", "http", "WebhookExamination"),
    }
)
"""Transports by name. A transport is imported when a route of the kind needs it."""
BUILT_IN = KINDS.values()
