"""What the operations answer about what is stopped: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedBy:
    """An instance, a group or a monitor, by its path, that is stopped by its own word: since
    which version, by whom and when. Version 0: longer ago than is looked back."""

    path: str
    version: int = 0
    who: str = ""
    at: datetime | None = None
