"""Hold how far the hub has what this node reports, for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.link.report_messages import RefusedRow

MOST_REFUSED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStatus:
    """Hold how many rows the hub lacks, when it took some last, and which it refused since this
    process began: their number, and the last ones."""

    backlog: int = 0
    last_report: datetime | None = None
    refused_count: int = 0
    refused_rows: tuple[RefusedRow, ...] = ()
