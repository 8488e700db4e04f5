"""Show the ledger: each alarm with the mail, the attempts and the outcome."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.judgement import end_of
from noroshi.core.mail import EnvelopeState, Receipt, delivery_state
from noroshi.core.translation import NOTHING, Message, _, quotes
from noroshi.operations import mail_operations
from noroshi.operations.mail_answers import Ledger, LedgerRow, Sum, Tried
from noroshi.ports import LedgerEntry
from noroshi.service.errors import NotFoundError, OperationFailedError
from noroshi.service.mail.agent_senders import AgentSenders
from noroshi.service.mail.delivery_status import arrival_answers, state_of, unproved
from noroshi.service.monitors.history import monitor_named
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationGroup

MOST = 10_000
NO_ALARM = followed_by(_("The ledger has no alarm “{alarm}”."), InstructionKind.SHOW_LEDGER)


class LedgerOperations(OperationGroup):
    """Show the ledger: each alarm, the mail and the outcome."""

    @offers(mail_operations.LEDGER)
    async def ledger(
        self, person: Person, alarm: str = "", last: int = 50, monitor: str = ""
    ) -> Ledger:
        """List the newest alarms, of one monitor (instance/group/monitor) or of all, or the one
        of that id, with all attempts; and the sum of all."""
        id = monitor_named((await self._context.current())[1], monitor).id if monitor else ""
        entries = await self._store.ledger(max(1, min(last, MOST)), alarm, id)
        if alarm and not entries:
            raise NotFoundError(NO_ALARM.fill(alarm=alarm))
        marks = await self._context.marks()
        limits, paths = await self._context.unproved(), await self._paths()
        senders = self._context.agent_senders
        rows = tuple(
            row_of(entry, paths, marks, limits, person.roles, senders) for entry in entries
        )
        return Ledger(sum=sum_of(await self._store.totals()), rows=rows)

    async def _paths(self) -> Mapping[str, str]:
        """Return the present path of each monitor; nothing while the definitions cannot be
        read."""
        try:
            _, plan = await self._context.current()
        except OperationFailedError:
            return {}
        return {id: monitor.path for id, monitor in plan.monitors.items()}


def sum_of(totals: Mapping[str, int]) -> Sum:
    """Return the store's totals as an answer."""
    return Sum(
        raised=totals["raised"],
        accepted=totals.get(EnvelopeState.ACCEPTED, 0),
        came_back=totals.get(DeliveryState.CAME_BACK, 0),
        waiting=totals.get(EnvelopeState.WAITING, 0),
        held=totals.get(EnvelopeState.HELD, 0),
        set_aside=totals.get(EnvelopeState.SET_ASIDE, 0),
        dropped=totals.get(EnvelopeState.DROPPED, 0),
        forgotten=totals["forgotten"],
        lost=totals["lost"],
    )


def row_of(
    entry: LedgerEntry,
    paths: Mapping[str, str],
    marks: Mapping[str, Message],
    limits: Mapping[str, Message],
    roles: Collection[str],
    senders: AgentSenders,
) -> LedgerRow:
    """Return one alarm as an answer. `paths`: what monitors are called now. `limits`: by route,
    what is not known of what it took."""
    event, mail = entry.event, entry.row.envelope
    state = state_of(delivery_state(entry.row.state.of_alarms), entry.arrivals)
    sent_in = entry.sent_in.envelope
    return LedgerRow(
        alarm=entry.alarm,
        raised=event.at if event else None,
        queued=mail.born,
        path=event.path if event else "",
        item=event.item if event else "",
        level=event.after if event and not end_of(event.cause) else None,
        subject=str(mail.payload.get("subject", "")),
        contact=mail.contact,
        mail=mail.id,
        digest=sent_in.id if sent_in.id != mail.id else "",
        state=state,
        why=_reason(entry, senders),
        tried=tuple(
            attempt
            for receipt in entry.receipts
            for attempt in _attempts(receipt, marks, roles)
        ),
        arrived=arrival_answers(entry.arrivals),
        unproved=unproved(state, entry.receipts, limits),
        path_now=paths.get(event.monitor, "") if event else "",
        sender=senders.sender(entry.sent_in),
        sender_since=entry.sent_in.custody_since,
    )


def _reason(entry: LedgerEntry, senders: AgentSenders) -> Message:
    wait = senders.wait(entry.sent_in)
    return entry.sent_in.reason if wait is None else wait[1]


def _attempts(
    receipt: Receipt, marks: Mapping[str, Message], roles: Collection[str]
) -> Iterator[Tried]:
    for address, answer in receipt.answers.items():
        yield Tried(
            at=receipt.at,
            route=receipt.route,
            address=address,
            verdict=answer.verdict,
            code=answer.code,
            text=answer.text_for(roles),
            words=answer.words,
            quoted=quotes(answer.words, answer.text_for(roles)),
            provider_id=receipt.provider_id,
            mark=NOTHING if receipt.sent_by else marks.get(receipt.route, NOTHING),
            sent_by=receipt.sent_by,
        )
