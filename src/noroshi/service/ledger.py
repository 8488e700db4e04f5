"""The ledger: each alarm, its mail, what was tried and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from noroshi.core.model import NOTHING, Receipt
from noroshi.core.words import Words
from noroshi.ports import Entry
from noroshi.service.answers_mail import Arrived, Ledger, LedgerRow, Sum, Tried
from noroshi.service.desk import Desk
from noroshi.service.offer import VIEWER, NotFound, Person, operation

MOST = 10_000
NO_ALARM = Words(
    en="The ledger has no alarm {alarm}. See: noroshi ledger",
    ja="台帳にアラーム {alarm} はありません。noroshi ledger で確かめてください。",
)
STATES = {"": "waiting", "together": "waiting", "set aside together": "set aside"}
CAME_BACK = "came back"


class Ledgers(Desk):
    """What became of each alarm."""

    @operation(
        role=VIEWER,
        help=Words(en="What became of each alarm.", ja="アラームごとの送信結果です。"),
    )
    async def ledger(self, who: Person, alarm: str = "", last: int = 50) -> Ledger:
        """The newest alarms, or the one of that id, with all attempts; and the sum of all."""
        found = await self._store.ledger(max(1, min(last, MOST)), alarm)
        if alarm and not found:
            raise NotFound(NO_ALARM.fill(alarm=alarm))
        marks = await self._marks()
        rows = tuple(row_of(entry, marks) for entry in found)
        return Ledger(sum=sum_of(await self._store.totals()), rows=rows)


def sum_of(totals: Mapping[str, int]) -> Sum:
    """The store's totals as an answer."""
    return Sum(
        raised=totals["raised"],
        accepted=totals.get("accepted", 0),
        waiting=totals.get("", 0),
        held=totals.get("held", 0),
        set_aside=totals.get("set aside", 0),
        dropped=totals.get("dropped", 0),
        forgotten=totals["forgotten"],
        lost=totals["lost"],
    )


def row_of(entry: Entry, marks: Mapping[str, Words]) -> LedgerRow:
    """One alarm as an answer."""
    event, mail = entry.event, entry.row.envelope
    told_in = entry.told_in.envelope
    return LedgerRow(
        alarm=entry.alarm,
        raised=event.at if event else None,
        queued=mail.born,
        path=event.path if event else "",
        item=event.item if event else "",
        level=event.after if event else None,
        subject=str(mail.payload.get("subject", "")),
        contact=mail.contact,
        mail=mail.id,
        digest=told_in.id if told_in.id != mail.id else "",
        state=_state(entry),
        why=entry.told_in.why,
        tried=tuple(tried for receipt in entry.receipts for tried in _tried(receipt, marks)),
        arrived=tuple(Arrived(**asdict(one)) for one in entry.arrivals),
    )


def _state(entry: Entry) -> str:
    """A mail that came back was not read, whoever else saw it arrive."""
    arrived = {one.state for one in entry.arrivals}
    if arrived:
        return CAME_BACK if CAME_BACK in arrived else arrived.pop()
    return STATES.get(entry.row.fate, entry.row.fate)


def _tried(receipt: Receipt, marks: Mapping[str, Words]) -> Iterator[Tried]:
    for address, answer in receipt.answers.items():
        yield Tried(
            at=receipt.at,
            route=receipt.route,
            address=address,
            verdict=answer.verdict,
            code=answer.code,
            text=answer.text,
            words=answer.words,
            provider_id=receipt.provider_id,
            mark=marks.get(receipt.route, NOTHING),
        )
