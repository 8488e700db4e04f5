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
from noroshi.core.definitions.self_monitoring import ALWAYS
from noroshi.core.definitions.version_note import note_text
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import NOTHING, Message, _, list_names
from noroshi.definitions.definition_tree import Path, disabled_parts, part, parts, set_enabled
from noroshi.definitions.validation import read
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.status_answers import StoppedBy
from noroshi.ports import Document, Version
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.errors import InvalidArgumentError, NotFoundError
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationGroup

PATH = 3
LOOKED_BACK = 50
"""So many versions are looked through for who stopped something; each is read whole."""
STOPPED = _("stop {path}")
STARTED = _("start {path}")
NO_PART = followed_by(
    _("There is no instance, group or monitor “{given}”{instead}."), InstructionKind.SHOW_STATUS
)
NO_INSTANCE = _("There is no instance “{given}”{instead}.")
LEFT = _("Nothing was changed.")
STILL = _("Monitoring stays stopped because {path} is stopped too.")
INSIDE = _("Still stopped individually: {names}.")


class EnableDisableOperations(ApplyOperations):
    """Stop and start the parts of the tree."""

    @offers(definition_operations.INSTANCE_STOP)
    async def stop_instance(self, person: Person, instance: str, note: str = "") -> Applied:
        """Stop an instance: nothing of it is measured until it is started. This makes a version
        like any other."""
        return await self._switch(person, await self._instance(instance), note, enabled=False)

    @offers(definition_operations.INSTANCE_START)
    async def start_instance(self, person: Person, instance: str, note: str = "") -> Applied:
        """Start an instance afresh. Parts of it that are disabled themselves stay so, and are
        reported."""
        return await self._switch(person, await self._instance(instance), note, enabled=True)

    @offers(definition_operations.MONITOR_DISABLE)
    async def disable_monitor(self, person: Person, monitor: str, note: str = "") -> Applied:
        """Disable a monitor (instance/group/monitor) or a whole group (instance/group)."""
        path = await self._group_or_monitor(monitor)
        return await self._switch(person, path, note, enabled=False)

    @offers(definition_operations.MONITOR_ENABLE)
    async def enable_monitor(self, person: Person, monitor: str, note: str = "") -> Applied:
        """Enable what `monitor_disable` disables; it stays stopped as long as what it is in is
        stopped."""
        path = await self._group_or_monitor(monitor)
        return await self._switch(person, path, note, enabled=True)

    async def _switch(self, person: Person, path: Path, note: str, *, enabled: bool) -> Applied:
        """Switch a part on top of whatever is in force: it goes with every other change. What
        is wrong elsewhere, a program that is away, say, must not keep anybody from it."""
        default_note = (STARTED if enabled else STOPPED).fill(path="/".join(path))
        version_note = note or note_text(default_note)

        async def make(current: Version) -> Applied:
            if part(current.documents, path) is None:
                raise no_part("/".join(path))
            documents = set_enabled(current.documents, path, enabled=enabled)
            result = await read(
                documents, current.documents, self._plugins, new_id=self._context.new_id
            )
            if result.problems:
                raise InvalidArgumentError(BAD_DEFINITIONS, result.problems)
            answer = await self._put_in_effect(person, result, current, version_note, "start")
            return replace(answer, cautions=_cautions(documents, path) if enabled else ())

        return await self._on_newest(make)

    async def _instance(self, name: str) -> Path:
        documents = (await self._store.current()).documents
        if name == OWN_INSTANCE:
            raise InvalidArgumentError(LEFT, (Problem("instance", ALWAYS),))
        if "/" in name or part(documents, (name,)) is None:
            names = [path[0] for path, _ in parts(documents) if len(path) == 1]
            raise NotFoundError(NO_INSTANCE.fill(given=name, instead=suggestion(name, names)))
        return (name,)

    async def _group_or_monitor(self, name: str) -> Path:
        """Return the path of a group or a monitor."""
        path = await self._part_named(name)
        if len(path) == 1:
            raise no_part(name)
        return path

    async def _part_named(self, name: str) -> Path:
        documents = (await self._store.current()).documents
        if name.partition("/")[0] == OWN_INSTANCE:
            raise InvalidArgumentError(LEFT, (Problem("monitor", ALWAYS),))
        return await asyncio.to_thread(part_named, documents, name)


def part_named(documents: Sequence[Document], name: str) -> Path:
    """Return the part of that path, else the only monitor of that name or id. Raises
    NotFoundError."""
    path = tuple(name.split("/"))
    if len(path) <= PATH and part(documents, path) is not None:
        return path
    all_parts = list(parts(documents))
    monitors = [(one, content) for one, content in all_parts if len(one) == PATH]
    matches = [one for one, content in monitors if name in (one[-1], content.get("id"))]
    if len(matches) != 1:
        raise no_part(name, [one for one, _ in all_parts])
    return matches[0]


def no_part(name: str, paths: Sequence[Path] = ()) -> NotFoundError:
    """Return the error that there is no such part, and what was likely meant."""
    near = suggestion(name, ["/".join(path) for path in paths]) if paths else NOTHING
    return NotFoundError(NO_PART.fill(given=name, instead=near))


def _cautions(documents: Sequence[Document], path: Path) -> tuple[Message, ...]:
    """Explain why starting a part did not start all of it."""
    disabled = set(disabled_parts(documents).values())
    outer = [path[:count] for count in range(1, len(path)) if path[:count] in disabled]
    inner = sorted("/".join(one) for one in disabled if one[: len(path)] == path)
    messages = [STILL.fill(path="/".join(one)) for one in outer]
    return (*messages, INSIDE.fill(names=list_names(inner))) if inner else tuple(messages)


class DisabledMonitors(OperationGroup):
    """Find the stopped parts of the version in use; an older version is read once."""

    _known_stops: tuple[int, Mapping[str, StoppedBy]] = (0, {})

    async def _stops(self) -> Mapping[str, StoppedBy]:
        """Return the parts that are themselves disabled or stopped, not by a parent, by
        path."""
        current, _ = await self._context.current()
        number, stops = self._known_stops
        if number != current.number:
            stops = await self._find_stops(current, number, stops)
            self._known_stops = current.number, stops
        return {stop.path: stop for stop in stops.values()}

    async def _find_stops(
        self, current: Version, earlier_number: int, earlier_stops: Mapping[str, StoppedBy]
    ) -> Mapping[str, StoppedBy]:
        """Look back for who stopped what, by what it is, so that a monitor that is moved stays
        stopped by the same person."""
        current_parts = await _disabled_in(current)
        unresolved, stops, newer = dict(current_parts), dict[str, StoppedBy](), current
        for _unused in range(LOOKED_BACK):
            if not unresolved or newer.number == earlier_number:
                break
            old_version = await self._store.version(newer.number - 1)
            older_parts = await _disabled_in(old_version)
            for id in [one for one in unresolved if one not in older_parts]:
                stops[id] = _stopped_by(newer, unresolved.pop(id))
            if old_version is None:
                break
            newer = old_version
        for id, path in unresolved.items():
            old_stop = earlier_stops.get(id) if newer.number == earlier_number else None
            stops[id] = _at_path(old_stop, path)
        return stops


async def _disabled_in(version: Version | None) -> Mapping[str, Path]:
    return (
        await asyncio.to_thread(disabled_parts, version.documents)
        if version is not None
        else {}
    )


def _stopped_by(version: Version, path: Path) -> StoppedBy:
    at, author, part_path = version.saved_at, version.author, "/".join(path)
    return StoppedBy(path=part_path, version=version.number, who=author, at=at)


def _at_path(old_stop: StoppedBy | None, path: Path) -> StoppedBy:
    part_path = "/".join(path)
    if old_stop is None:
        return StoppedBy(path=part_path)
    return StoppedBy(path=part_path, version=old_stop.version, who=old_stop.who, at=old_stop.at)
