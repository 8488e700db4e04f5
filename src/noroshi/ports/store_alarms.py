"""The seam to the store, as far as it keeps what people say of alarms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from noroshi.core.alarms import Acknowledged, Remark, Said, Silence


class AlarmStore(Protocol):
    """A part of ports.Store. Each method is atomic, or a StoreError.

    An acknowledgement ends with the change that ends it (`core.alarms.outlives`), in the same
    transaction; what is said of a monitor goes when the monitor is retired, but for remarks.
    """

    async def said(self, now: datetime) -> Said:
        """All silences that are in force, by their ends, and who has what."""

    async def acknowledge(self, one: Acknowledged, remark: Remark) -> bool:
        """Write down who has an item's alarm, and that it was said. False, and nothing
        written: the item is not at that level (any more), or somebody has it already."""

    async def unacknowledge(self, remark: Remark) -> bool:
        """Nobody has the remark's item any more, and that was said. False: nobody had."""

    async def remark(self, remark: Remark) -> None:
        """Keep what somebody said."""

    async def remark_all(self, remarks: Sequence[Remark]) -> Sequence[bool]:
        """Keep what was said of several, and do of each what its sort says: one that
        acknowledges as `acknowledge`, one that takes that back as `unacknowledge`. Of each
        whether it was written down."""

    async def remarks(self, monitor: str = "", last: int = 100) -> Sequence[Remark]:
        """What was said of one monitor or of all, newest first."""

    async def silence(self, silence: Silence) -> None:
        """Keep one more."""

    async def end_silence(self, id: str, who: str, now: datetime) -> Silence | None:
        """Let one be over now; how it was before. None: there is none of that id, or it is
        over."""

    async def silences(self, last: int = 100) -> Sequence[Silence]:
        """All, also those that are over, the last to end first."""

    async def forget_said(self, before: datetime) -> int:
        """Delete silences that were over and remarks that were made before then; how many."""
