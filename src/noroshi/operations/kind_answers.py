"""Answers of the operations about kinds and blueprints: plain reference, the same on every node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from noroshi.core.model import Limits
from noroshi.core.translation import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One plug-in: its family (monitor, action, route), its options as JSON Schema, what it
    measures, and the limits of that unless others are given, in words and as they are; the `units` that
    are known beforehand, and which readings are `yes_no`: 1 is yes, 0 is no. `open`: its readings have the names that a user's own program gives; `runs`: it runs one;
    `by_network`: it goes by the network that a monitor of it may name."""

    family: str
    kind: str
    title: Message
    help: Message
    options: Mapping[str, Any]
    readings: Mapping[str, Message]
    limits: Mapping[str, Message]
    units: Mapping[str, str]
    defaults: Mapping[str, Limits]
    open: bool
    runs: bool
    by_network: bool = False
    yes_no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintRow:
    """A set of monitors to add: the values that it asks for with their defaults, the monitors
    as "group/monitor (kind)", and the groups as they stand in a definition."""

    name: str
    title: Message
    help: Message
    asks: Mapping[str, str]
    monitors: tuple[str, ...]
    groups: tuple[Mapping[str, Any], ...]
