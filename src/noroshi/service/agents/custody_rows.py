"""Read the rows by which an agent tells which notifications it takes over, sends or hands over.

What it says of a notification is its text: bounded, printable, and the other side's reply is for
administrators alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from noroshi import schema
from noroshi.core.custody_changes import CustodyChange, OtherSideFate
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Answer, EnvelopeState, Receipt
from noroshi.core.printable import printable
from noroshi.core.report import ReportRow, RowKind
from noroshi.core.reported_text import AHEAD, EARLIEST
from noroshi.core.sender_lease import Custody
from noroshi.link.report_messages import NotificationsOfRow, SentOfRow
from noroshi.service.agents.link_refusal import RowRefusedError

T = TypeVar("T")
MOST_NOTIFICATIONS, MOST_ANSWERS, MOST_MESSAGES = 20_000, 100, 10
LONGEST_NAME, LONGEST_TEXT = 300, 500
BY_HUB = "hub"
CUSTODIES = {RowKind.TAKEN_OVER: Custody.AGENT, RowKind.HANDED_OVER: Custody.HUB}


def read_custody_row(
    row: ReportRow, agent: str, now: datetime
) -> CustodyChange | OtherSideFate | None:
    """Return what a row says of who sends; None if it is of another kind. `agent` is the agent's
    name, `now` the hub's time. Raises RowRefusedError."""
    custody = CUSTODIES.get(RowKind(row.kind)) if row.kind in list(RowKind) else None
    if custody is not None:
        ids = _read(NotificationsOfRow, row).envelopes
        if len(ids) > MOST_NOTIFICATIONS:
            raise RowRefusedError("there are too many notifications")
        return CustodyChange(envelopes=ids, custody=custody, changed_at=_instant(row, now))
    if row.kind != RowKind.SENT:
        return None
    return _fate(_read(SentOfRow, row), agent, _instant(row, now), now)


def _fate(
    row: SentOfRow, agent: str, settled_at: datetime, now: datetime
) -> CustodyChange | OtherSideFate:
    """Give back to the hub, which has other routes, an envelope that the agent gave up."""
    if row.fate == DeliveryState.SET_ASIDE:
        return CustodyChange(
            envelopes=(row.envelope,), custody=Custody.HUB, changed_at=settled_at
        )
    if row.fate not in (DeliveryState.ACCEPTED, DeliveryState.DROPPED):
        raise RowRefusedError(f"{printable(row.fate[:40])} is no end of a notification")
    is_by_hub = row.sent_by == BY_HUB
    receipt = row.receipt if row.fate == DeliveryState.ACCEPTED else None
    return OtherSideFate(
        envelope=row.envelope,
        state=EnvelopeState(row.fate),
        custody=Custody.HUB if is_by_hub else Custody.SENT_BY_AGENT,
        settled_at=settled_at,
        receipt=None
        if receipt is None
        else _clean_receipt(receipt, "" if is_by_hub else agent, now),
    )


def _clean_receipt(receipt: Receipt, sent_by: str, now: datetime) -> Receipt:
    answers = list(receipt.answers.items())[:MOST_ANSWERS]
    return Receipt(
        at=_bounded(receipt.at, now),
        answers={_text(address): _clean_answer(answer) for address, answer in answers},
        provider_id=_text(receipt.provider_id),
        route=_text(receipt.route),
        message_ids=tuple(map(_text, receipt.message_ids[:MOST_MESSAGES])),
        sent_by=sent_by,
    )


def _clean_answer(answer: Answer) -> Answer:
    return Answer(
        answer.verdict,
        text=printable(answer.text[:LONGEST_TEXT]),
        code=answer.code if 0 <= answer.code < 1000 else 0,
        enhanced=_text(answer.enhanced),
        private=True,
    )


def _text(text: str) -> str:
    return printable(text[:LONGEST_NAME])


def _instant(row: ReportRow, now: datetime) -> datetime:
    return _bounded(row.written_at, now)


def _bounded(moment: datetime, now: datetime) -> datetime:
    """Return an instant that is neither in the future nor of before the year 2000."""
    if moment.tzinfo is None:
        raise RowRefusedError("a time has no time zone")
    return now if moment > now + AHEAD else max(moment, EARLIEST).astimezone(UTC)


def _read(shape: type[T], row: ReportRow) -> T:
    try:
        return schema.value(shape, row.body)
    except schema.Unreadable:
        raise RowRefusedError("the row cannot be read") from None
