"""Operations on the vault's entries that people keep: which there are, and taking one out."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.model import LOGIN_SOURCES
from noroshi.core.reserved_entries import reserved, unwritable
from noroshi.core.size import SINGLE
from noroshi.core.translation import _, list_names
from noroshi.operations import node_operations
from noroshi.operations.vault_answers import SecretEntry, SecretKind
from noroshi.ports import Document
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationFailedError,
)
from noroshi.service.node.secret_bindings import Destinations
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup

NAMES_AN_ENTRY = re.compile(r"(secret|certificate)(_next)?|(\w+_)?password|\w+_entry")
"""The names of settings that name an entry of the vault."""
KIND_OF_SETTING: Mapping[str, SecretKind] = {
    "secret": SecretKind.CLIENT_SECRET,
    "secret_next": SecretKind.CLIENT_SECRET,
    "certificate": SecretKind.CERTIFICATE,
    "certificate_next": SecretKind.CERTIFICATE,
    "password": SecretKind.PASSWORD,
    "proxy_password": SecretKind.PASSWORD,
    "url_entry": SecretKind.URL,
    "header_entry": SecretKind.HEADER,
    "secret_headers": SecretKind.HEADER,
}
LEFT = _("Nothing was removed.")
HEADERS = "secret_headers"
"""The name of settings that name one for each header."""
IN_USE = followed_by(
    _(
        "{who} uses this entry. Without it, routes that need it cannot send, and pages that need "
        "it cannot be checked."
    ),
    InstructionKind.REMOVE_ENTRY,
)
NO_ENTRY = followed_by(
    _("The vault has no entry “{given}”{instead}."), InstructionKind.SHOW_ENTRIES
)


class SecretOperations(OperationGroup):
    """Listed, removed; what is in them never comes out."""

    @offers(node_operations.SECRET_LIST)
    async def list(self, person: Person) -> tuple[SecretEntry, ...]:
        """List the entries that are kept and those that definitions name, without the sign-ins'
        own."""
        vault_names = {name for name in await self._vault.names() if not reserved(name)}
        documents = (await self._store.current()).documents
        users, kinds = named_in(documents), kinds_in(documents)
        destinations = await self._destinations()
        return tuple(
            SecretEntry(
                name=name,
                kept=name in vault_names,
                named_by=tuple(users.get(name, ())),
                goes_to=destinations[name].places if name in destinations else (),
                led_by=destinations[name].chosen_by if name in destinations else "",
                kind=kinds.get(name, SecretKind.OTHER),
            )
            for name in sorted(vault_names | users.keys())
        )

    async def _destinations(self) -> Mapping[str, Destinations]:
        """Return the destinations of each entry; none while the definitions cannot be read."""
        with suppress(OperationFailedError):
            return await self._context.bindings.destinations((await self._context.current())[1])
        return {}

    @offers(node_operations.SECRET_REMOVE)
    async def remove(self, person: Person, name: str, force: bool = False) -> str:
        """Remove an entry for good; one that definitions name only with `force`."""
        if reason := unwritable(name):
            raise InvalidArgumentError(LEFT, (Problem("name", reason),))
        vault_names = [one for one in await self._vault.names() if not reserved(one)]
        if name not in vault_names:
            raise NotFoundError(
                NO_ENTRY.fill(given=name, instead=suggestion(name, vault_names))
            )
        users = named_in((await self._store.current()).documents).get(name)
        if users and not force:
            raise ConflictError(IN_USE.fill(who=list_names(users), name=name))
        await self._bind_all()
        await self._vault.remove(name)
        note(old_state={"kept": True, "named_by": users or []}, new_state={"kept": False})
        return name

    async def _bind_all(self) -> None:
        """Bind what the definitions name now: what is put in again later is for the same."""
        with suppress(
            OperationFailedError
        ):  # definitions that cannot be read any more name nothing
            await self._context.bindings.bind((await self._context.current())[1])


def named_in(documents: Iterable[Document]) -> Mapping[str, Sequence[str]]:
    """Return each entry that definitions name, with the keys of those that do."""
    return _by_name(documents, _entries_in)


def kinds_in(documents: Iterable[Document]) -> Mapping[str, SecretKind]:
    """Return the kind of each entry for which all users agree."""
    kinds = defaultdict[str, set[SecretKind]](set)
    for one in documents:
        for place, name in fields_naming(json.loads(one.body)):
            setting = place.rpartition(".")[2]
            kinds[name].add(KIND_OF_SETTING.get(setting, SecretKind.OTHER))
    return {name: kind for name, (kind, *other_kinds) in kinds.items() if not other_kinds}


def named_by_headers(documents: Iterable[Document]) -> Mapping[str, Sequence[str]]:
    """Return the same of those that monitors of web pages send."""
    return _by_name((one for one in documents if _may_have(one, (HEADERS,))), _in_headers)


def named_by_logins(documents: Iterable[Document]) -> Mapping[str, Sequence[str]]:
    """Return the same of those by which instances are logged in to."""
    instances = (one for one in documents if one.key.startswith("instances/"))
    return _by_name((one for one in instances if _may_have(one, LOGIN_SOURCES)), _in_logins)


def _may_have(document: Document, settings: Iterable[str]) -> bool:
    """Return whether one of these settings may be in it: most have none, and need not be parsed."""
    return "\\u" in document.body or any(name in document.body for name in settings)


def _by_name(
    documents: Iterable[Document], names_in: Callable[[Any], Iterator[str]]
) -> Mapping[str, Sequence[str]]:
    keys = defaultdict[str, list[str]](list)
    for one in sorted(documents, key=lambda document: document.key):
        for name in dict.fromkeys(names_in(json.loads(one.body))):
            keys[name].append(one.key)
    return dict(keys)


def fields_naming(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield each entry of the vault that a definition names, with the setting that names it."""
    if isinstance(content, Mapping):
        for field, value in content.items():
            field_place = f"{place}.{field}" if place else str(field)
            if field == HEADERS and isinstance(value, Mapping):
                names = (name for name in value.values() if isinstance(name, str))
                yield from ((field_place, name) for name in names)
            names_entry = NAMES_AN_ENTRY.fullmatch(field) or _is_login_key(place, field)
            if isinstance(value, str) and value and names_entry:
                yield field_place, value
            if type(value) not in SINGLE:
                yield from fields_naming(value, field_place)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            if type(value) in SINGLE:
                continue
            label = value.get("name", number) if isinstance(value, Mapping) else number
            yield from fields_naming(value, f"{place}.{label}")


def _is_login_key(place: str, field: str) -> bool:
    """Return whether this is the key of a login by SSH, or of one at its jump host."""
    return field == "key" and place.rpartition(".")[2] in ("ssh", "jump")


def _entries_in(content: Any) -> Iterator[str]:
    return (name for _, name in fields_naming(content))


def _in_logins(content: Any) -> Iterator[str]:
    fields = fields_naming({name: content.get(name) for name in LOGIN_SOURCES})
    return (name for place, name in fields if place.partition(".")[0] in LOGIN_SOURCES)


def _in_headers(content: Any) -> Iterator[str]:
    return (name for place, name in fields_naming(content) if place.endswith(f".{HEADERS}"))
