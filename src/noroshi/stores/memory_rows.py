"""What the store for tests and trials keeps of each monitor, envelope and lease."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from noroshi.core.model import NOTHING, NOTHING_SAID, Envelope, Receipt, Standing, State
from noroshi.core.words import Words
from noroshi.ports import Arrival, Followed, Node, Waiting
from noroshi.stores.shared import accepted


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

    @property
    def followed(self) -> Followed:
        """As a mail that is followed."""
        arrivals = sorted(self.arrivals, key=lambda arrival: arrival.at)
        return Followed(row=self.row, receipts=tuple(self.receipts), arrivals=tuple(arrivals))

    @property
    def known_by(self) -> set[str]:
        """Its Message-IDs, once it was taken."""
        taken = (receipt for receipt in self.receipts if accepted(receipt))
        return {id for receipt in taken for id in receipt.message_ids}


@dataclass
class Lent:
    node: Node
    until: datetime
