"""Explain why a monitor was told of, or not: what its rules answered, and its own tellings.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

Answer = Mapping[str, Any]


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


def decided(log: Answer, told: Sequence[Answer]) -> Sequence[Decided]:
    """Newest first. The store keeps some of what a rule answered about each item, and of the same
    answer over and over the first; what else was told is known from the monitor's ledger."""
    alike = {(one["item"], one["queued"]): one for one in told}
    answers = (*log["decisions"], *log["earlier"])
    given = [_with(one, alike.get((one["item"], one["at"]))) for one in answers]
    known = {one.href for one in given}
    found = [*given, *(one for one in _tellings(told) if one.href not in known)]
    return sorted(found, key=lambda one: _at(one.at), reverse=True)


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
