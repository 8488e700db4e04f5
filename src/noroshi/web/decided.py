"""Why a monitor was told of, or not: what its rules answered last, and each telling of a day. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

Answer = Mapping[str, Any]
DAY, SHOWN = timedelta(days=1), 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision: `because` is why, {} where only the telling itself is still known; `href`
    is the page of the alarm that came of it, `contact` who was told."""

    at: str
    item: str
    speaks: bool
    because: Answer
    rule: str = ""
    subject: str = ""
    contact: str = ""
    href: str = ""


def decided(path: str, log: Answer, ledger: Sequence[Answer], now: str) -> Sequence[Decided]:
    """Newest first. The store keeps what a rule answered last about each item; that it told
    before is known from the ledger."""
    since = datetime.fromisoformat(now) - DAY
    told = [one for one in ledger if one["path"] == path and _at(one["queued"]) >= since]
    alike = {(one["item"], one["queued"]): one for one in told}
    last = [_with(one, alike.get((one["item"], one["at"]))) for one in log["decisions"]]
    known = {one.href for one in last}
    found = [*last, *(one for one in _tellings(told) if one.href not in known)]
    return sorted(found, key=lambda one: _at(one.at), reverse=True)


def cut_short(ledger: Sequence[Answer], now: str, most: int) -> bool:
    """Whether that day has more alarms than the newest ones, so many at most, that are asked
    for: then some that this monitor told may be missing."""
    if len(ledger) < most or not ledger:
        return False
    return _at(ledger[-1]["queued"]) >= datetime.fromisoformat(now) - DAY


def _with(one: Answer, its: Answer | None) -> Decided:
    its = its if one["speaks"] else None
    return Decided(
        at=one["at"],
        item=one["item"],
        speaks=one["speaks"],
        because=one["because"],
        rule=one["called"],
        contact=its["contact"] if its else "",
        href=_page(its) if its else "",
    )


def _tellings(told: Sequence[Answer]) -> Iterator[Decided]:
    for one in told:
        yield Decided(
            at=one["queued"],
            item=one["item"],
            speaks=True,
            because={},
            subject=one["subject"],
            contact=one["contact"],
            href=_page(one),
        )


def _page(one: Answer) -> str:
    return f"/ledger/alarm?id={quote(one['alarm'], safe='')}"


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
