"""What is stopped, by whom and since which version: found in the versions, kept nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from noroshi.definitions.definition_tree import Path, stops
from noroshi.ports import Version
from noroshi.service.monitors.enablement_answers import StoppedBy
from noroshi.service.operation_context import OperationContext

LOOKED_BACK = 50
"""So many versions are looked through for who stopped something; each is read whole."""


class DisabledMonitors(OperationContext):
    """Knows it of the version in use; an older one is read once."""

    _stops_seen: tuple[int, Mapping[str, StoppedBy]] = (0, {})

    async def _stops(self) -> Mapping[str, StoppedBy]:
        """All that is stopped by its own word, by path."""
        current, _ = await self._current()
        number, known = self._stops_seen
        if number != current.number:
            known = await self._looked_back(current, number, known)
            self._stops_seen = current.number, known
        return {stop.path: stop for stop in known.values()}

    async def _looked_back(
        self, current: Version, known_at: int, known: Mapping[str, StoppedBy]
    ) -> Mapping[str, StoppedBy]:
        """By what it is, so that a monitor that is moved stays stopped by the same person."""
        now = await _of(current)
        open, found, newer = dict(now), dict[str, StoppedBy](), current
        for _ in range(LOOKED_BACK):
            if not open or newer.number == known_at:
                break
            older = await self._store.version(newer.number - 1)
            was = await _of(older)
            for id in [one for one in open if one not in was]:
                found[id] = _by(newer, open.pop(id))
            if older is None:
                break
            newer = older
        for id, path in open.items():
            before = known.get(id) if newer.number == known_at else None
            found[id] = _moved(before, path)
        return found


async def _of(version: Version | None) -> Mapping[str, Path]:
    return await asyncio.to_thread(stops, version.documents) if version is not None else {}


def _by(version: Version, path: Path) -> StoppedBy:
    at, who, named = version.at, version.who, "/".join(path)
    return StoppedBy(path=named, version=version.number, who=who, at=at)


def _moved(before: StoppedBy | None, path: Path) -> StoppedBy:
    named = "/".join(path)
    if before is None:
        return StoppedBy(path=named)
    return StoppedBy(path=named, version=before.version, who=before.who, at=before.at)
