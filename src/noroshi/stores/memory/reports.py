"""Keep what an agent reports to its hub in the store for tests and trials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from noroshi.core.report import (
    MOST_BYTES,
    MOST_ROWS,
    START,
    Position,
    ReportDraft,
    ReportLog,
    ReportRow,
    next_epoch,
    number_rows,
)
from noroshi.stores.store_rules import Wakeups


class ReportsInMemory:
    """Do what ports.Store says of an agent's log."""

    def __init__(self) -> None:
        self._wakeups = Wakeups()
        self._report_rows: list[tuple[ReportRow, Position]] = []
        self._report_epoch = 0
        self._before_first = self._acknowledged_reports = START

    async def report_log(self) -> ReportLog:
        return ReportLog(
            epoch=self._report_epoch,
            before_first=self._before_first,
            acknowledged=self._acknowledged_reports,
            last=self._last_position,
        )

    @property
    def _last_position(self) -> Position:
        return self._report_rows[-1][1] if self._report_rows else self._before_first

    async def add_reports(self, *drafts: ReportDraft) -> None:
        self._add_reports(drafts)

    def _add_reports(self, drafts: Iterable[ReportDraft]) -> None:
        rows = list(number_rows(self._last_position, self._report_epoch, drafts))
        self._report_rows += rows
        if rows:
            self._wakeups.notify()

    async def reports(
        self, seq: int, most: int = MOST_ROWS, most_bytes: int = MOST_BYTES
    ) -> Sequence[ReportRow]:
        rows, total = list[ReportRow](), 0
        for row, _ in self._report_rows:
            if row.seq <= seq:
                continue
            total += len(row.body.encode())
            if len(rows) == most or (rows and total > most_bytes):
                break
            rows.append(row)
        return rows

    async def report_position(self, seq: int) -> Position | None:
        positions = [self._before_first, *(position for _, position in self._report_rows)]
        return next((one for one in positions if one.seq == seq), None)

    async def acknowledge_reports(self, position: Position) -> bool:
        own_position = await self.report_position(position.seq)
        if own_position is None or own_position.tag != position.tag:
            return False
        self._acknowledged_reports = own_position
        return True

    async def begin_reports(
        self, position: Position, *drafts: ReportDraft, last: Position | None = None
    ) -> bool:
        if last is not None and last != self._last_position:
            return False
        self._report_epoch = next_epoch(self._report_epoch, position)
        self._report_rows = []
        self._before_first = self._acknowledged_reports = position
        self._add_reports(drafts)
        return True

    async def forget_reports(self, cutoff: datetime, most_bytes: int, limit: int) -> int:
        acknowledged = [
            (row, position)
            for row, position in self._report_rows
            if row.seq <= self._acknowledged_reports.seq
        ]
        size = sum(len(row.body.encode()) for row, _ in acknowledged)
        count = 0
        for row, position in acknowledged[:limit]:
            if row.written_at >= cutoff and size <= most_bytes:
                break
            size -= len(row.body.encode())
            count, self._before_first = count + 1, position
        del self._report_rows[:count]
        return count
