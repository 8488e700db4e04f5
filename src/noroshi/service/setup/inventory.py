"""Operations that find what there is to watch on this computer, and take of it what is wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, TypeVar

from noroshi import schema
from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.definitions.version_note import note_text
from noroshi.core.model import Instance, Monitor
from noroshi.core.translation import _
from noroshi.definitions.blueprints import Blueprint, add
from noroshi.definitions.document_content import content
from noroshi.hosts.time_zone import machine_zone
from noroshi.operations import setup_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.setup_answers import Suggested, Suggestion
from noroshi.ports import Document, Host, Listener, Unmeasurable
from noroshi.service.definitions.apply import BAD_DEFINITIONS
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.errors import InvalidArgumentError, OperationFailedError
from noroshi.service.operation import Person, offers
from noroshi.service.setup.first_steps import TEST, FirstStart, FirstStepOperations
from noroshi.service.setup.suggestions import groups_of, instance_name, suggest_monitors

T = TypeVar("T")
NEW = _("basic monitoring of this computer")
NOT_HERE = _("This process runs no measurements, so it cannot examine the computer.")
NO_SUGGESTION = _("{given} was not suggested{instead}")
NOTHING_CHOSEN = _("Choose at least one thing to monitor.")


class DiscoveryOperations(FirstStepOperations, EditOperations):
    """Suggest the monitors that a new node begins with."""

    @offers(setup_operations.SUGGEST)
    async def suggest(self, person: Person) -> Suggestion:
        """Return disk space, memory, processor, services and ports found, with what there is of
        each."""
        name = instance_name(self._context.runs_on or self._context.name)
        existing = _existing_monitors((await self._store.current()).documents, name)
        host = self._this_computer(name)
        monitors = suggest_monitors(
            await _if_available(host.volumes, ()),
            await _if_available(host.memory, None),
            await _if_available(host.processor, None),
            await _if_available(host.processes, ()),
            self._without_manager(await _if_available(host.listeners, ())),
            existing,
        )
        title = self._context.runs_on or self._context.name
        return Suggestion(instance=name, title=title, zone=machine_zone(), monitors=monitors)

    @offers(setup_operations.SUGGEST_TAKE)
    async def suggest_take(
        self,
        person: Person,
        wanted: tuple[str, ...],
        language: str = "en",
        title: str = "",
        rules: tuple[str, ...] = (),
    ) -> Applied:
        """Apply the suggestions with these ids as monitors of this computer's instance, with
        titles in that language. Existing monitors stay as they are."""
        proposal = await self.suggest(person)
        selected = _select(proposal, wanted)
        current = await self._store.current()
        blueprint = Blueprint(
            name=TEST, title=NEW, help=NEW, inputs={}, groups=groups_of(selected, language)
        )
        options = {
            "title": title or proposal.title,
            "zone": proposal.zone,
            "rules": list(rules or _rules(current.documents)),
        }
        try:
            documents = add(current.documents, blueprint, proposal.instance, {}, options)
        except schema.Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None
        note = note_text(NEW)
        answer = await self.apply(person, documents=documents, base=current.number, note=note)
        if await self._first_start() is None:
            await self._save_first_start(FirstStart())
        return answer

    def _without_manager(self, listeners: Sequence[Listener]) -> Sequence[Listener]:
        """Return all but the manager: whoever could be told that it is away need not be told by
        it."""
        manager = self._context.surroundings.manager if self._context.surroundings else None
        if manager is None:
            return listeners
        manager_address = ip_address(manager.address)
        return [
            o
            for o in listeners
            if (ip_address(o.address), o.port) != (manager_address, manager.port)
        ]

    def _this_computer(self, name: str) -> Host:
        if self._context.host_of is None:
            raise OperationFailedError(NOT_HERE)
        instance = Instance(name=name)
        return self._context.host_of(
            Monitor(id=name, name=name, instance=instance, group="", kind="", options=None)
        )


async def _if_available(ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """Leave out what is not to be had on this computer."""
    try:
        return await ask()
    except Unmeasurable:
        return otherwise


def _rules(documents: Iterable[Document]) -> Collection[str]:
    return [one.key.partition("/")[2] for one in documents if one.key.startswith("rules/")][:1]


def _existing_monitors(documents: Iterable[Document], instance: str) -> Collection[str]:
    """Return the monitors that this instance has, as group/name."""
    instance_document = next(
        (one for one in documents if one.key == f"instances/{instance}"), None
    )
    groups: Iterable[Mapping[str, Any]] = (
        content(instance_document).get("group", ()) if instance_document else ()
    )
    return {f"{g.get('name')}/{m.get('name')}" for g in groups for m in g.get("monitor", ())}


def _select(proposal: Suggestion, ids: tuple[str, ...]) -> list[Suggested]:
    """Return the wanted suggestions that are not there yet. Raises InvalidArgumentError."""
    by_id = {one.id: one for one in proposal.monitors}
    problems = [
        Problem("wanted", NO_SUGGESTION.fill(given=id, instead=suggestion(id, by_id)))
        for id in ids
        if id not in by_id
    ]
    if not ids:
        problems.append(Problem("wanted", NOTHING_CHOSEN))
    if problems:
        raise InvalidArgumentError(
            NOTHING_CHOSEN if not ids else BAD_DEFINITIONS, tuple(problems)
        )
    return [by_id[id] for id in dict.fromkeys(ids) if not by_id[id].there]
