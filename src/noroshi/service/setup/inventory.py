"""Operations that find what there is to watch on this computer, and take of it what is wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar

from noroshi import schema
from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.definitions.version_note import note_text
from noroshi.core.model import Instance, Monitor
from noroshi.core.translation import _
from noroshi.definitions import content
from noroshi.definitions.blueprints import Blueprint, add
from noroshi.hosts.time_zone import machine_zone
from noroshi.ports import Document, Host, Listener, Unmeasurable
from noroshi.service.definitions.apply import BAD_DEFINITIONS
from noroshi.service.definitions.definition_answers import Applied
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.errors import InvalidArgumentError, OperationFailedError
from noroshi.service.operation import ADMIN, Person, operation
from noroshi.service.setup.first_steps import TEST, FirstStepOperations, Kept
from noroshi.service.setup.suggestions import Suggested, groups_of, instance_name, suggested

T = TypeVar("T")
NEW = _("basic monitoring of this computer")
NOT_HERE = _("This process runs no measurements, so it cannot examine the computer.")
NO_SUGGESTION = _("{given} was not suggested{instead}")
NOTHING_CHOSEN = _("Choose at least one thing to monitor.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Monitors for what there is on this computer, and what its instance would be called."""

    instance: str
    title: str
    zone: str
    monitors: tuple[Suggested, ...]


class DiscoveryOperations(FirstStepOperations, EditOperations):
    """The watch that a new node begins with."""

    @operation(role=ADMIN, changes=False, help=_("Suggest what to monitor on this computer."))
    async def suggest(self, who: Person) -> Suggestion:
        """Disk space, memory, processor, services and ports found, with what there is of each."""
        name = instance_name(self._runs_on or self._name)
        there = _there((await self._store.current()).documents, name)
        host = self._this_computer(name)
        found = suggested(
            await _had(host.volumes, ()),
            await _had(host.memory, None),
            await _had(host.processor, None),
            await _had(host.processes, ()),
            self._others(await _had(host.listeners, ())),
            there,
        )
        title = self._runs_on or self._name
        return Suggestion(instance=name, title=title, zone=machine_zone(), monitors=found)

    @operation(role=ADMIN, news=True, help=_("Monitor what was suggested."))
    async def suggest_take(
        self,
        who: Person,
        wanted: tuple[str, ...],
        language: str = "en",
        title: str = "",
        rules: tuple[str, ...] = (),
    ) -> Applied:
        """Bring these into force, by their ids, as monitors of this computer's instance; titles
        in that language. What is there already stays as it is."""
        found = await self.suggest(who)
        chosen = _chosen(found, wanted)
        current = await self._store.current()
        blueprint = Blueprint(
            name=TEST, title=NEW, help=NEW, asks={}, groups=groups_of(chosen, language)
        )
        rest = {
            "title": title or found.title,
            "zone": found.zone,
            "rules": list(rules or _rules(current.documents)),
        }
        try:
            made = add(current.documents, blueprint, found.instance, {}, rest)
        except schema.Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None
        note = note_text(NEW)
        told = await self.apply(who, documents=made, base=current.number, note=note)
        if await self._kept_first() is None:
            await self._keep_first(Kept())
        return told

    def _others(self, listeners: Sequence[Listener]) -> Sequence[Listener]:
        """All but the manager: whoever could be told that it is away need not be told by it."""
        own = self._around.manager if self._around else None
        if own is None:
            return listeners
        at = ip_address(own.address)
        return [o for o in listeners if (ip_address(o.address), o.port) != (at, own.port)]

    def _this_computer(self, name: str) -> Host:
        if self._host_of is None:
            raise OperationFailedError(NOT_HERE)
        here = Instance(name=name)
        return self._host_of(
            Monitor(id=name, name=name, instance=here, group="", kind="", options=None)
        )


async def _had(ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """Leave out what is not to be had on this computer."""
    try:
        return await ask()
    except Unmeasurable:
        return otherwise


def _rules(documents: Iterable[Document]) -> Collection[str]:
    return [one.key.partition("/")[2] for one in documents if one.key.startswith("rules/")][:1]


def _there(documents: Iterable[Document], instance: str) -> Collection[str]:
    """The monitors that this instance has, as group/name."""
    mine = next((one for one in documents if one.key == f"instances/{instance}"), None)
    groups: Iterable[Mapping[str, Any]] = content(mine).get("group", ()) if mine else ()
    return {f"{g.get('name')}/{m.get('name')}" for g in groups for m in g.get("monitor", ())}


def _chosen(found: Suggestion, wanted: tuple[str, ...]) -> list[Suggested]:
    """Those that are meant and not there yet. Raises InvalidArgumentError."""
    known = {one.id: one for one in found.monitors}
    problems = [
        Problem("wanted", NO_SUGGESTION.fill(given=id, instead=suggestion(id, known)))
        for id in wanted
        if id not in known
    ]
    if not wanted:
        problems.append(Problem("wanted", NOTHING_CHOSEN))
    if problems:
        raise InvalidArgumentError(
            NOTHING_CHOSEN if not wanted else BAD_DEFINITIONS, tuple(problems)
        )
    return [known[id] for id in dict.fromkeys(wanted) if not known[id].there]
