"""The part of the store for tests and trials that keeps what people say of alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.alarms import Acknowledged, Remark, Remarked, Said, Silence, after
from noroshi.core.levels import Level
from noroshi.core.model import Change
from noroshi.stores.memory.rows import Watched


class AlarmsInMemory:
    """As storing_alarms.AlarmStore says."""

    _watched: dict[str, Watched]

    def __init__(self) -> None:
        super().__init__()
        self._acknowledged: dict[tuple[str, str], Acknowledged] = {}
        self._silences: dict[str, Silence] = {}
        self._remarks: list[Remark] = []

    async def said(self, now: datetime) -> Said:
        return self._said(now)

    def _said(self, now: datetime) -> Said:
        open_ones = [one for one in self._silences.values() if one.holds(now)]
        open_ones.sort(key=lambda one: (one.ends, one.id))
        mine = [self._acknowledged[key] for key in sorted(self._acknowledged)]
        return Said(tuple(open_ones), tuple(mine))

    def _end_acknowledged(self, change: Change) -> None:
        kept = after(Said((), tuple(self._acknowledged.values())), change.events).acknowledged
        self._acknowledged = {(one.monitor, one.item): one for one in kept}

    def _forget_acknowledged(self, monitor: str) -> None:
        mine = {key for key in self._acknowledged if key[0] == monitor}
        self._acknowledged = {k: a for k, a in self._acknowledged.items() if k not in mine}

    async def acknowledge(self, one: Acknowledged, remark: Remark) -> bool:
        row, key = self._watched.get(one.monitor), (one.monitor, one.item)
        item = row.state.items.get(one.item) if row else None
        if item is None or item.level is not one.level or one.level is Level.OK:
            return False
        if key in self._acknowledged:
            return False
        self._acknowledged[key] = one
        self._remarks.append(remark)
        return True

    async def unacknowledge(self, remark: Remark) -> bool:
        if self._acknowledged.pop((remark.monitor, remark.item), None) is None:
            return False
        self._remarks.append(remark)
        return True

    async def remark(self, remark: Remark) -> None:
        self._remarks.append(remark)

    async def remark_all(self, remarks: Sequence[Remark]) -> Sequence[bool]:
        return [await self._say(one) for one in remarks]

    async def _say(self, one: Remark) -> bool:
        if one.sort is Remarked.ACKNOWLEDGED:
            return await self.acknowledge(one.holding, one)
        if one.sort is Remarked.TAKEN_BACK:
            return await self.unacknowledge(one)
        await self.remark(one)
        return True

    async def remarks(self, monitor: str = "", last: int = 100) -> Sequence[Remark]:
        mine = [one for one in self._remarks if monitor in ("", one.monitor)]
        return mine[::-1][:last]

    async def silence(self, silence: Silence) -> None:
        self._silences[silence.id] = silence

    async def end_silence(self, id: str, who: str, now: datetime) -> Silence | None:
        found = self._silences.get(id)
        if found is None or found.ends <= now:
            return None
        self._silences[id] = replace(found, ends=now, ended_by=who)
        return found

    async def silences(self, last: int = 100) -> Sequence[Silence]:
        found = sorted(self._silences.values(), key=lambda one: one.id)
        found.sort(key=lambda one: one.ends, reverse=True)
        return found[:last]

    async def forget_said(self, before: datetime) -> int:
        count = len(self._silences) + len(self._remarks)
        self._silences = {k: s for k, s in self._silences.items() if s.ends >= before}
        self._remarks = [one for one in self._remarks if one.at >= before]
        return count - len(self._silences) - len(self._remarks)
