"""What the store for tests and trials keeps of each monitor, envelope and lease."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from noroshi.core.model import NOTHING, NOTHING_SAID, Envelope, Receipt, Standing, State
from noroshi.core.words import Words
from noroshi.ports import Arrival, Node, Waiting


@dataclass
class Watched:
    state: State = State()
    memory: Mapping[str, Any] = field(default_factory=dict)
    standing: Standing = NOTHING_SAID
    fence: int = 0
    named: bool = True


@dataclass
class Spooled:
    envelope: Envelope
    due: datetime
    lease: str = ""
    holder: Node | None = None
    fate: str = ""
    why: Words = NOTHING
    receipts: list[Receipt] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def row(self) -> Waiting:
        return Waiting(
            envelope=self.envelope,
            due=self.due,
            out=bool(self.lease),
            fate=self.fate,
            why=self.why,
        )


@dataclass
class Lent:
    node: Node
    until: datetime
