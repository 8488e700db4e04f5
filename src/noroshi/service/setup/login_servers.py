"""Define servers that are monitored by a login: an instance, and the monitors that it begins with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from noroshi import schema
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.version_note import note_text
from noroshi.core.translation import Message, _
from noroshi.definitions.blueprints import add, blueprints
from noroshi.operations.definition_answers import Applied
from noroshi.ports import Document, Version
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.errors import ConflictError, InvalidArgumentError
from noroshi.service.operation import Person

FIRST_MONITORS = "linux-server"
"""The blueprint whose monitors a new server begins with: disks, memory and CPU, on any system."""
NOT_ADDED = _("The server was not added.")
REQUIRED = _("is required.")
INSTANCE_TAKEN = _("There is already an instance “{name}”. Choose another name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewServer:
    """Describe a server to add. `settings` are those of its instance with the login; the titles of
    its monitors are in `language`."""

    instance: str
    title: str
    rules: tuple[str, ...]
    language: str
    settings: Mapping[str, Any]


class LoginServerOperations(ApplyOperations):
    """Add a server with a login to the definitions."""

    async def _add_server(self, person: Person, server: NewServer, note: Message) -> Applied:
        current = await self._store.current()
        documents = documents_with(server, current)
        words = note_text(note.fill(name=server.title or server.instance))
        return await self.apply(person, documents=documents, base=current.number, note=words)


def documents_with(server: NewServer, current: Version) -> tuple[Document, ...]:
    """Return the definitions with a new server. Raises ConflictError, InvalidArgumentError."""
    if f"instances/{server.instance}" in {one.key for one in current.documents}:
        raise ConflictError(INSTANCE_TAKEN.fill(name=server.instance))
    settings = dict(server.settings)
    if server.title:
        settings["title"] = server.title
    if server.rules:
        settings["rules"] = list(server.rules)
    blueprint = blueprints(current.documents)[FIRST_MONITORS]
    try:
        return add(current.documents, blueprint, server.instance, {}, settings, server.language)
    except schema.Invalid as invalid:
        raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None


def missing(required_values: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each value that is required and not given."""
    yield from (Problem(name, REQUIRED) for name, value in required_values.items() if not value)
