"""Hold what a hub and its agent tell each other of notifications that one of them sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.mail import EnvelopeState, Receipt
from noroshi.core.sender_lease import Custody


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyChange:
    """Tell who has to send notifications from now on, by their ids."""

    envelopes: tuple[str, ...]
    custody: Custody
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldNotifications:
    """Tell which notifications of an agent the hub does not send, by the ids that the agent gave
    them: people silenced them there, or their monitor is gone."""

    envelopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSideFate:
    """Tell what became of a notification on the other side, which has `custody` of it: at the agent
    (SENT_BY_AGENT), or at the hub (HUB). WAITING takes back what was told before."""

    envelope: str
    state: EnvelopeState
    custody: Custody
    settled_at: datetime
    receipt: Receipt | None = None
