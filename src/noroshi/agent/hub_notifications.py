"""Send the notifications of the hub's rules while the hub is away, and hand over what is left when
it is back.

Each of them is in the store of this node, too, before the hub hears of it. `turn_keeper` decides
whose turn it is. What changes that is written with the row that tells the hub of it, before
anything is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from noroshi import schema
from noroshi.agent.enrolment import Enrolment, enrolment_in, name_from_hub
from noroshi.agent.hub_clock import HubClock
from noroshi.agent.turn_keeper import TurnKeeper, TurnMemory
from noroshi.core.custody_changes import CustodyChange, OtherSideFate
from noroshi.core.delivery import Accepted, Fate, SetAside
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Envelope, EnvelopeState, Origin, Parcel, Receipt
from noroshi.core.model import Rule
from noroshi.core.report import ReportDraft, ReportLog
from noroshi.core.sender_lease import (
    DEFAULT_TERMS,
    AgentTurn,
    Custody,
    Phase,
    Sender,
    SendRight,
)
from noroshi.link.link_messages import HelloAnswer
from noroshi.link.report_messages import HubFate
from noroshi.link.report_rows import row_of_custody, row_of_sent
from noroshi.ports import Clocks, Store, StoreError

log = logging.getLogger(__name__)
TURN = "hub/turn"
"""Under this name the store keeps what the next life must know of the turn."""
OFFSET = "hub/clock-offset"
"""Under this name it keeps the hub's clock less this computer's, in seconds."""
OFFSET_STEP = timedelta(seconds=1)
"""An offset that differs by less from what is stored is not stored."""
HUB = "hub"
"""The sender in a row, of a notification that the hub sent."""
STATES = {
    DeliveryState.WAITING.value: EnvelopeState.WAITING,
    DeliveryState.HELD.value: EnvelopeState.HELD,
    DeliveryState.ACCEPTED.value: EnvelopeState.ACCEPTED,
    DeliveryState.DROPPED.value: EnvelopeState.DROPPED,
}
"""The state of the copy here after each fate that the hub tells. What the hub cannot deliver stays: the
routes of this node may be better."""
RESTING_STATES = (EnvelopeState.HELD, EnvelopeState.SET_ASIDE)
"""States in which the node sends a notification no more, and the hub may."""


class PlanHere(Protocol):
    """Holds the routes and rules of this node, by name."""

    @property
    def routes(self) -> Mapping[str, object]: ...

    @property
    def rules(self) -> Mapping[str, Rule]: ...


class HubNotifications:
    """The notifications that this node has for its hub, if it has one. `keeper` is None while no
    link runs: then nothing of them is sent."""

    def __init__(self, store: Store, clocks: Clocks, plan: Callable[[], PlanHere]) -> None:
        self._store, self._clocks, self._plan = store, clocks, plan
        self.hub_clock = HubClock(clocks)
        self.enrolment: Enrolment | None = None
        self.keeper: TurnKeeper | None = None
        self.count_attempts: Callable[[str], int] = lambda agent: 0
        """Returns how many attempts of an agent have not ended."""
        self._stored_memory, self._stored_offset = TurnMemory(), timedelta(0)
        self._finished_phase: Phase | None = None

    # what the engine asks

    def marked(self, envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
        """Return notifications of the hub's rules as they are kept here: with the ids that the
        hub gives them, too. There are none without a hub, or as long as it may send without a
        word to this node."""
        enrolment = self.enrolment
        if enrolment is None or not self._memory.is_route_known:
            return ()
        origin = Origin(enrolment.hub, self._store.origin.life)
        return tuple(replace(one, agent=enrolment.agent, origin=origin) for one in envelopes)

    def hub_offset(self) -> timedelta:
        """Return the hub's clock less this computer's, as far as it is known."""
        return self.hub_clock.offset

    def send_rights(self) -> Collection[SendRight]:
        """Return which of them this node may begin to send now."""
        if self.enrolment is None or self.keeper is None or not self.keeper.follow().may_send:
            return ()
        return (SendRight(self.enrolment.agent, Custody.AGENT),)

    def rows_of_end(
        self, parcel: Parcel, receipt: Receipt, fate: Fate
    ) -> Sequence[ReportDraft]:
        """Return the rows that tell the hub what this node sent, or can send by no route."""
        enrolment, envelope = self.enrolment, parcel.envelope
        if enrolment is None or envelope.agent != enrolment.agent:
            return ()
        if not isinstance(fate, Accepted | SetAside):
            return ()
        is_sent, now = isinstance(fate, Accepted), self.hub_clock.now()
        state = DeliveryState.ACCEPTED if is_sent else DeliveryState.SET_ASIDE
        ids, receipt_there = envelope.members or (envelope.id,), self._by_hub_clock(receipt)
        return [row_of_sent(id, state, receipt_there, enrolment.name, now) for id in ids]

    # the turn

    @property
    def has_route(self) -> bool:
        """Return whether this node has a route of its own."""
        return bool(self._plan().routes)

    @property
    def can_send_alone(self) -> bool:
        """Return whether this node has a route, and an address of one of the hub's contacts."""
        hub_rules = (one for one in self._plan().rules.values() if one.of_hub and one.routes)
        return any(contact.addresses for rule in hub_rules for contact in rule.contacts)

    async def load(self) -> None:
        """Read whether this node has a hub, as the process begins; it has none while the store cannot
        say."""
        try:
            values = await self._store.get_values()
            self.enrolment = enrolment_in(values)
        except (StoreError, schema.Unreadable) as error:
            log.warning("it cannot be read whether this node has a hub: %s", error)
            return
        if self.enrolment is not None:
            self._stored_memory = memory_in(values, self.enrolment.agent)
            self.hub_clock.offset = self._stored_offset = offset_in(values)

    async def begin(self, enrolment: Enrolment) -> None:
        """Begin to keep the turn, as the link begins. Raises StoreError."""
        own_ids = await self._store.agent_notifications(enrolment.agent, Custody.AGENT)
        self._stored_memory = memory_in(await self._store.get_values(), enrolment.agent)
        self.enrolment, self._finished_phase = enrolment, None
        self.keeper = TurnKeeper(
            self._stored_memory,
            self._clocks.steady,
            lambda: self.count_attempts(enrolment.agent),
            has_route=self.can_send_alone,
            has_own_notifications=bool(own_ids),
        )

    def end(self) -> None:
        """Keep the turn no more, as the link ends."""
        self._stored_memory, self.keeper = self._memory, None

    async def leave(self) -> None:
        """Give up all, as there is no hub any more. Raises StoreError."""
        for custody in (Custody.HUB, Custody.AGENT):
            await self.forget(custody)
        self.hub_clock.offset = timedelta(0)
        await self._keep_offset()
        self.enrolment = None

    @property
    def _memory(self) -> TurnMemory:
        return self._stored_memory if self.keeper is None else self.keeper.memory

    @property
    def turn(self) -> AgentTurn | None:
        """Return whose turn it is; None while no link runs."""
        return None if self.keeper is None else self.keeper.follow()

    async def step(self) -> None:
        """Take over, or hand over, as the turn is now. Raises StoreError."""
        if self.keeper is None:
            return
        self.keeper.has_route = self.can_send_alone
        turn = self.keeper.follow()
        if turn.phase is Phase.ALONE:
            await self._take_over()
        elif turn.phase is not Phase.RETURNING and turn.phase is not self._finished_phase:
            await self._hand_over()
            if turn.phase is Phase.NO_ROUTE:  # the hub tells such a node of none of them
                await self.forget(Custody.HUB)
        self._note_phase(turn)
        await self._keep_memory(self.keeper.memory)
        await self._keep_offset()

    def _note_phase(self, turn: AgentTurn) -> None:
        if turn.phase is not self._finished_phase:
            self._finished_phase = turn.phase
            log.info("whose turn it is to notify: %s (%s)", turn.phase.value, turn.reason.value)

    async def _take_over(self) -> None:
        ids = await self._ids_of(Custody.HUB)
        if ids:
            await self._put_custody(Custody.AGENT, ids)
            log.warning("this node notifies itself count=%d", len(ids))

    async def _hand_over(self) -> None:
        resting = [
            row.envelope.id
            for row in await self._store.queue()
            if self._is_own(row.envelope) and row.state in RESTING_STATES
        ]
        ids = [*await self._ids_of(Custody.AGENT), *resting]
        if ids:
            await self._put_custody(Custody.HUB, ids)
            log.info("the hub notifies again count=%d", len(ids))

    def _is_own(self, envelope: Envelope) -> bool:
        is_of_hub = self.enrolment is not None and envelope.agent == self.enrolment.agent
        return is_of_hub and envelope.custody is Custody.AGENT and not envelope.members

    async def _ids_of(self, custody: Custody) -> Sequence[str]:
        assert self.enrolment is not None
        return await self._store.agent_notifications(self.enrolment.agent, custody)

    async def _put_custody(self, custody: Custody, ids: Sequence[str]) -> None:
        assert self.enrolment is not None
        change = CustodyChange(
            envelopes=tuple(ids), custody=custody, changed_at=self._clocks.wall()
        )
        row = row_of_custody(custody, ids, self.hub_clock.now())
        await self._store.put_custody(self.enrolment.agent, change, (row,))

    async def _keep_memory(self, memory: TurnMemory) -> None:
        if memory != self._stored_memory:
            await self._store.put_value(TURN, schema.text(memory))
            self._stored_memory = memory

    async def _keep_offset(self) -> None:
        offset = self.hub_clock.offset
        if abs(offset - self._stored_offset) >= OFFSET_STEP:
            await self._store.put_value(OFFSET, str(offset.total_seconds()))
            self._stored_offset = offset

    # what the link says and hears

    @property
    def longest_hold(self) -> float:
        """Return the seconds for which the hub may hold a request at the most."""
        terms = DEFAULT_TERMS if self.keeper is None else self.keeper.terms
        return terms.longest_hold.total_seconds()

    @property
    def fates(self) -> int:
        """Return the number of the last `HubFate` that is stored."""
        return 0 if self.keeper is None else self.keeper.memory.fates

    @property
    def alone_after(self) -> float:
        """Return the seconds without the hub by which this node goes."""
        return self._memory.alone_after

    def sender_of_request(self, stamp_received_at: float | None) -> Sender:
        """Return the sender that a request names which sends back a stamp that was received then,
        and keep to what it promises."""
        if self.keeper is None:
            return Sender.HUB_ONLY
        return self.keeper.sender_of_request(stamp_received_at)

    def note_answer(self, sender: Sender, *, is_taken: bool = True) -> None:
        """Note that the hub answered a request that named that sender, and whether it took what
        was reported."""
        if self.keeper is not None:
            self.keeper.note_answer(sender, is_taken=is_taken)

    def note_log(self, report_log: ReportLog) -> None:
        """Note how far the log is, and how far the hub has it."""
        if self.keeper is not None:
            self.keeper.note_log(report_log)

    def note_contact(self) -> None:
        """Note that something was heard of the hub, be it a refusal."""
        if self.keeper is not None:
            self.keeper.note_contact()

    def note_rank(self, rank: int) -> None:
        """Note this node's rank among those that tell when the hub is unreachable."""
        if self.keeper is not None:
            self.keeper.note_rank(rank)

    def note_hello(self, answer: HelloAnswer) -> None:
        """Note what the hub says at the beginning."""
        if self.keeper is not None:
            self.keeper.note_terms(answer.alone_after)
            self.keeper.note_fates(min(self.fates, answer.fates))

    async def settle(self, fates: Sequence[HubFate]) -> None:
        """Write what became of them at the hub. Raises StoreError."""
        keeper, enrolment = self.keeper, self.enrolment
        if keeper is None or enrolment is None:
            return
        for fate in sorted(fates, key=lambda one: one.number):
            end = self._fate_there(fate, enrolment)
            if end is not None:
                rows = tuple(self._rows_of_fate(end))
                is_settled = await self._store.settle_elsewhere(enrolment.agent, end, rows)
                is_known = fate.number <= keeper.memory.fates
                if rows and not (is_settled or is_known or self.can_send_alone):
                    await self._store.add_reports(*rows)  # it keeps none of them
            keeper.note_fates(fate.number)

    def _fate_there(self, fate: HubFate, enrolment: Enrolment) -> OtherSideFate | None:
        """Return what became of a notification at the hub, by this computer's clock; None if this
        version does not know it."""
        state, receipt = STATES.get(fate.fate), fate.receipt
        if state is None:
            return None
        if receipt is not None:
            receipt = replace(
                receipt,
                at=receipt.at - self.hub_clock.offset,
                sent_by=name_from_hub(enrolment.hub_name),
            )
        return OtherSideFate(
            envelope=fate.envelope,
            state=state,
            custody=Custody.HUB,
            settled_at=self._clocks.wall(),
            receipt=receipt,
        )

    def _rows_of_fate(self, fate: OtherSideFate) -> Iterator[ReportDraft]:
        """Yield the row by which a hub that is restored from an older backup hears again what it
        has sent."""
        if fate.state is EnvelopeState.ACCEPTED:
            state, receipt = DeliveryState.ACCEPTED, self._by_hub_clock(fate.receipt)
            yield row_of_sent(fate.envelope, state, receipt, HUB, self.hub_clock.now())

    def _by_hub_clock(self, receipt: Receipt | None) -> Receipt | None:
        return receipt and replace(receipt, at=receipt.at + self.hub_clock.offset)

    async def forget(self, custody: Custody) -> None:
        """Give up what waits with that custody: the hub knows better, or there is none any more.
        Raises StoreError."""
        if self.enrolment is None:
            return
        now = self._clocks.wall()
        for id in await self._ids_of(custody):
            end = OtherSideFate(
                envelope=id, state=EnvelopeState.DROPPED, custody=custody, settled_at=now
            )
            await self._store.settle_elsewhere(self.enrolment.agent, end)


def memory_in(values: Mapping[str, str], agent: str) -> TurnMemory:
    """Return what an earlier life of that agent left among the texts of a store."""
    no_memory = TurnMemory(agent=agent)
    try:
        memory = schema.value(TurnMemory, values.get(TURN) or schema.text(no_memory))
    except schema.Unreadable:
        return no_memory
    return memory if memory.agent == agent else no_memory


def offset_in(values: Mapping[str, str]) -> timedelta:
    """Return how far the hub's clock was ahead of this computer's, among the texts of a store."""
    try:
        return timedelta(seconds=float(values.get(OFFSET) or 0))
    except (ValueError, OverflowError):
        return timedelta(0)
