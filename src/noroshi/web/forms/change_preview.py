"""Preview a change, in the words in which the page of versions tells one that was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from noroshi.operations.definition_answers import Applied, Planned
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.view.difference import DifferenceText, difference_texts, names_of
from noroshi.web.view.page_context import Visit

MOST = 50
"""The most monitors that are named; of more there is the count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedMonitors:
    """Hold the monitors that a change would add: of each the kind in words, the place and the
    title; and how many more there are."""

    monitors: Sequence[tuple[str, str, str]]
    more: int


async def preview(visit: Visit, dry_run: Applied | Planned | None) -> list[DifferenceText]:
    """Return the differences that a change would make, from the answer of a dry run; none
    without one."""
    if not dry_run or not dry_run.changed_values:
        return []
    return difference_texts(
        dry_run.changed_values, names_of(await visit.call(StatusOperations.kinds))
    )


async def created_monitors(visit: Visit, dry_run: Applied | None) -> CreatedMonitors | None:
    """Return the monitors that a change would add; None: it adds none."""
    monitors = dry_run.monitors if dry_run else ()
    if not monitors:
        return None
    kinds = names_of(await visit.call(StatusOperations.kinds)).kinds
    rows = [
        (visit.say(kinds[one.kind]) if one.kind in kinds else one.kind, one.path, one.title)
        for one in monitors[:MOST]
    ]
    return CreatedMonitors(monitors=rows, more=len(monitors) - len(rows))
