"""Operations that stop the watch of an instance, a group or a monitor, and start it again.

An operator may: it changes no limit and runs no program that does not run already, the next
person can undo it, and version, pages and reports say who did it. What an instance is and who is
told of it stays an administrator's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.definitions.self_monitoring import ALWAYS, OWN
from noroshi.core.definitions.version_note import note_text
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.translation import NOTHING, Message, _
from noroshi.definitions.definition_tree import Path, part, parts, stops, switched
from noroshi.definitions.validation import read
from noroshi.ports import Document, Version
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.definitions.definition_answers import Applied
from noroshi.service.errors import InvalidArgumentError, NotFoundError
from noroshi.service.monitors.status_answers import StoppedBy
from noroshi.service.operation import OPERATOR, Person, operation
from noroshi.service.operation_context import OperationContext

PATH = 3
LOOKED_BACK = 50
"""So many versions are looked through for who stopped something; each is read whole."""
STOPPED = _("stop {path}")
STARTED = _("start {path}")
NO_PART = followed_by(
    _("There is no instance, group or monitor {given}{instead}."), InstructionKind.SHOW_STATUS
)
NO_INSTANCE = _("There is no instance {given}{instead}.")
LEFT = _("Nothing was changed.")
STILL = _("It stays stopped because {path} is stopped too.")
INSIDE = _("Still stopped individually: {names}.")


def _noted(words: Message, path: Path) -> str:
    return note_text(words.fill(path="/".join(path)))


class EnableDisableOperations(ApplyOperations):
    """The switch of each part."""

    @operation(role=OPERATOR, news=True, help=_("Stop monitoring an instance."))
    async def instance_stop(self, who: Person, instance: str, note: str = "") -> Applied:
        """Stop it: nothing of it is measured until it is started. A version like any other."""
        path = await self._instance(instance)
        return await self._switch(who, path, note or _noted(STOPPED, path), on=False)

    @operation(role=OPERATOR, news=True, help=_("Start monitoring an instance."))
    async def instance_start(self, who: Person, instance: str, note: str = "") -> Applied:
        """Start it: it begins anew. What was disabled in it by its own word stays so, and is
        told."""
        path = await self._instance(instance)
        return await self._switch(who, path, note or _noted(STARTED, path), on=True)

    @operation(role=OPERATOR, news=True, help=_("Stop a monitor or a group."))
    async def monitor_disable(self, who: Person, monitor: str, note: str = "") -> Applied:
        """Disable a monitor (instance/group/monitor) or a whole group (instance/group)."""
        path = await self._inner(monitor)
        return await self._switch(who, path, note or _noted(STOPPED, path), on=False)

    @operation(role=OPERATOR, news=True, help=_("Start a monitor or a group."))
    async def monitor_enable(self, who: Person, monitor: str, note: str = "") -> Applied:
        """Enable what `monitor_disable` disables; it stays stopped as long as what it is in is
        stopped."""
        path = await self._inner(monitor)
        return await self._switch(who, path, note or _noted(STARTED, path), on=True)

    async def _switch(self, who: Person, path: Path, note: str, *, on: bool) -> Applied:
        """On top of whatever is in force: it goes with every other change. What is wrong
        elsewhere, a program that is away, say, must not keep anybody from it."""

        async def make(current: Version) -> Applied:
            if part(current.documents, path) is None:
                raise no_part("/".join(path))
            made = switched(current.documents, path, on=on)
            found = await read(made, current.documents, self._plugins, new_id=self._new_id)
            if found.problems:
                raise InvalidArgumentError(BAD_DEFINITIONS, found.problems)
            done = await self._bring(who, found, current, note, "start")
            return replace(done, cautions=_cautions(made, path) if on else ())

        return await self._on_newest(make)

    async def _instance(self, given: str) -> Path:
        documents = (await self._store.current()).documents
        if given == OWN:
            raise InvalidArgumentError(LEFT, (Problem("instance", ALWAYS),))
        if "/" in given or part(documents, (given,)) is None:
            known = [path[0] for path, _ in parts(documents) if len(path) == 1]
            raise NotFoundError(NO_INSTANCE.fill(given=given, instead=suggestion(given, known)))
        return (given,)

    async def _inner(self, given: str) -> Path:
        """A group or a monitor."""
        found = await self._part_named(given)
        if len(found) == 1:
            raise no_part(given)
        return found

    async def _part_named(self, given: str) -> Path:
        documents = (await self._store.current()).documents
        if given.partition("/")[0] == OWN:
            raise InvalidArgumentError(LEFT, (Problem("monitor", ALWAYS),))
        return await asyncio.to_thread(part_named, documents, given)


def part_named(documents: Sequence[Document], given: str) -> Path:
    """Return the part of that path, else the only monitor of that name or id. Raises
    NotFoundError."""
    path = tuple(given.split("/"))
    if len(path) <= PATH and part(documents, path) is not None:
        return path
    known = list(parts(documents))
    monitors = [(one, its) for one, its in known if len(one) == PATH]
    named = [one for one, its in monitors if given in (one[-1], its.get("id"))]
    if len(named) != 1:
        raise no_part(given, [one for one, _ in known])
    return named[0]


def no_part(given: str, known: Sequence[Path] = ()) -> NotFoundError:
    """Return the error that there is no such part, and what was likely meant."""
    near = suggestion(given, ["/".join(path) for path in known]) if known else NOTHING
    return NotFoundError(NO_PART.fill(given=given, instead=near))


def _cautions(documents: Sequence[Document], path: Path) -> tuple[Message, ...]:
    """Why starting a part did not start all of it."""
    off = set(stops(documents).values())
    above = [path[:count] for count in range(1, len(path)) if path[:count] in off]
    inside = sorted("/".join(one) for one in off if one[: len(path)] == path)
    told = [STILL.fill(path="/".join(one)) for one in above]
    return (*told, INSIDE.fill(names=", ".join(inside))) if inside else tuple(told)


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
        for _unused in range(LOOKED_BACK):
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
