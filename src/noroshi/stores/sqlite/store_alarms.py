"""The part of the store in a file that keeps what people say of alarms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from noroshi.core.alarms import Acknowledged, Remark, Said, Silence
from noroshi.stores.sqlite import alarms
from noroshi.stores.sqlite.writer_thread import Writer


class AlarmsInFile:
    """As storing_alarms.AlarmStore says; SqliteStore has the threads."""

    _writer: Writer
    _reader: Writer

    async def said(self, now: datetime) -> Said:
        return await self._reader.do(lambda db: alarms.said(db, now))

    async def acknowledge(self, one: Acknowledged, remark: Remark) -> bool:
        return await self._writer.do(lambda db: alarms.acknowledge(db, one, remark))

    async def unacknowledge(self, remark: Remark) -> bool:
        return await self._writer.do(lambda db: alarms.unacknowledge(db, remark))

    async def remark(self, remark: Remark) -> None:
        await self._writer.do(lambda db: alarms.remark(db, remark))

    async def remark_all(self, remarks: Sequence[Remark]) -> Sequence[bool]:
        return await self._writer.do(lambda db: [alarms.say(db, one) for one in remarks])

    async def remarks(self, monitor: str = "", last: int = 100) -> Sequence[Remark]:
        return await self._reader.do(lambda db: alarms.remarks(db, monitor, last))

    async def silence(self, silence: Silence) -> None:
        await self._writer.do(lambda db: alarms.silence(db, silence))

    async def end_silence(self, id: str, who: str, now: datetime) -> Silence | None:
        return await self._writer.do(lambda db: alarms.end_silence(db, id, who, now))

    async def silences(self, last: int = 100) -> Sequence[Silence]:
        return await self._reader.do(lambda db: alarms.silences(db, last))

    async def forget_said(self, before: datetime) -> int:
        return await self._writer.do(lambda db: alarms.forget(db, before))
