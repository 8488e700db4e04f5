"""The orders that a hub gives an agent, and the agent's answers.

An order is in the answer to a `wait`; its answer is a row of the agent's log (RowKind.ANSWER). The
agent's own file says what it may be ordered. Nothing here is text of a person: the hub words what
was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from noroshi.core.model import Sample
from noroshi.core.translation import NOTHING, Message
from noroshi.ports.host_facts import Listener, Memory, Volume

MOST_ANSWER = 256 * 1024
"""Bytes of what an answer holds."""


class OrderVerb(StrEnum):
    """Name what an agent is to do."""

    TRY = "try"
    """Measure a monitor now, on trial: nothing of that is kept or sent."""
    DOCTOR = "doctor"
    """Examine what can be asked of its computer, for the monitors of an instance."""
    DISCOVER = "discover"
    """Find what there is to watch."""
    UPDATE = "update"
    """Fetch and install a version of Noroshi (`update_messages`)."""


class OrderOutcome(StrEnum):
    """Name how an order ended."""

    DONE = "done"
    FORBIDDEN = "forbidden"
    """The agent's own file does not allow it."""
    EXPIRED = "expired"
    """Its time was over before it was done."""
    INTERRUPTED = "interrupted"
    """The agent ended while it was done, and does it no second time."""
    FAILED = "failed"
    """`words` say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Order an agent to do something once. `number` grows with each order to that agent, `id` names
    it for its answer; `verb` is an `OrderVerb`. `seconds` are those that remain for it, by the agent's
    steady clock. `target` is the id of a monitor (TRY), the name of an instance (DOCTOR) or the JSON of an
    `UpdateOffer` (UPDATE)."""

    number: int
    id: str
    verb: str
    target: str = ""
    seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """RowKind.ANSWER: what became of an order. `outcome` is an `OrderOutcome`; `body` is the JSON of
    the class that its verb has here."""

    order: str
    outcome: str
    words: Message = NOTHING
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredOnTrial:
    """OrderVerb.TRY: the sample, how long it took, and the kind's preview."""

    sample: Sample
    seconds: float = 0.0
    preview: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedStage:
    """Tell what a stage of an examination found; `is_failed`: why it could not go on."""

    name: str
    finding: Message = NOTHING
    remarks: tuple[Message, ...] = ()
    is_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """OrderVerb.DOCTOR: the stages, in their order."""

    stages: tuple[ExaminedStage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFound:
    """Tell how many processes of a well-known program run."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFound:
    """Tell of a service of Windows that starts automatically, and is to run from then on."""

    name: str
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """OrderVerb.DISCOVER: what there is on the agent's computer. `memory` None: not known;
    `cores` 0: not known; `zone` is the computer's time zone. `services` are Windows' own."""

    zone: str = ""
    volumes: tuple[Volume, ...] = ()
    memory: Memory | None = None
    cores: int = 0
    programs: tuple[ProgramFound, ...] = ()
    services: tuple[ServiceFound, ...] = ()
    listeners: tuple[Listener, ...] = ()
