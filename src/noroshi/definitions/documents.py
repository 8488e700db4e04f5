"""Documents and what is in them: canonical JSON, one document for each file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from noroshi.core.definitions.accounts import CREDENTIALS, ENDPOINTS
from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid, Place, Problem, file_of
from noroshi.core.definitions.schema import (
    BlueprintDef,
    ContactDef,
    Definitions,
    InstanceDef,
    NotificationDef,
    RuleDef,
)
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef, NetworkDef, RouteDef
from noroshi.core.instruction import ANY_ROUTE, InstructionKind, followed_by
from noroshi.core.reserved_entries import reserved
from noroshi.core.translation import _, list_names
from noroshi.definitions.document_content import TYPES, content, split
from noroshi.oauth.account import is_microsoft
from noroshi.oauth.well_known_clouds import CLOUDS
from noroshi.schema import read_most

DEFINITION_TYPES: Mapping[str, type[Any]] = {
    "instances": InstanceDef,
    "contacts": ContactDef,
    "rules": RuleDef,
    "notifications": NotificationDef,
    "routes": RouteDef,
    "networks": NetworkDef,
    "accounts": AccountDef,
    "clouds": CloudDef,
    "blueprints": BlueprintDef,
}
ENTRIES = {"accounts": CREDENTIALS, "networks": ("proxy_password",)}
"""The settings that name an entry of the vault."""
SECRETS = ("client_secret", "password", "refresh_token", "access_token", "token")
# What the vault's entries are called. The secrets that Entra makes have capitals and a tilde;
# an id of the form 8-4-4-4-12 is the secret's ID, which people paste instead of its value.
ENTRY = re.compile(r"(?!.*[0-9a-f]{8}-[0-9a-f]{4}-)[a-z0-9][a-z0-9_./-]{0,63}")

AGENT_SOURCE = re.compile(r'"source":"(?!(?:network|ssh|winrm)?")')
"""Stands in the text of an instance whose source may be an agent."""
NAME_TWICE = _("two definitions have this name")
FILE_NAMES_IT = _("must not be set: the file name is the name")
SECRET = followed_by(
    _("secrets must not be in definitions; remove the line."),
    InstructionKind.GIVE_SECRET,
    route=ANY_ROUTE,
)
NO_ENTRY = followed_by(
    _("must be the name of a vault entry, never the secret itself (nor its ID)."),
    InstructionKind.GIVE_SECRET,
    route=ANY_ROUTE,
)
BUILT_IN = _("“{name}” is built in; choose another name")

OF_MICROSOFT = tuple(name for name, cloud in CLOUDS.items() if cloud.entra)
MICROSOFTS = _("is Microsoft's sign-in server; use one of the built-in clouds: {known}")


def definitions_of(
    documents: Iterable[Document], faulty: Iterable[str] = ()
) -> tuple[Definitions, list[Problem]]:
    """Read all definitions as far as they can be read, the built-in clouds with them, and
    collect all problems of their form; those of an instance when it is looked at, as it is read
    then.

    `faulty` are the places that were reported as unreadable already. A definition that cannot
    be read at all is there, empty, so that whoever names it does not name something unknown.
    """
    definitions: dict[str, dict[str, Any]] = {type: {} for type in TYPES}
    problems = list[Problem]()
    instances = _Instances(problems)
    for document in documents:
        try:
            type, name = split(document.key)
        except Invalid as invalid:
            problems += invalid.problems
            continue
        if type == "instances":
            instances.add(name, document)
            continue
        if name in definitions[type]:
            file_of(type, name, problems).say(NAME_TWICE)
        definitions[type][name] = _definition(type, name, document, problems)
    for type, name in filter(None, map(_file_at, faulty)):
        if type == "instances":
            instances.add_unreadable(name)
        else:
            definitions[type].setdefault(name, _empty(type, name))
    other_definitions = definitions | {
        "instances": instances,
        "clouds": definitions["clouds"] | built_in(),
    }
    definitions_found = Definitions(
        **other_definitions, may_have_agents=instances.may_have_agents
    )
    return definitions_found, problems


class _Instances(Mapping[str, InstanceDef]):
    """Hold the instances of a version, each read when it is looked at and not kept: 20,000 of
    them, read, take ten times the memory of their text. The problems of an instance are
    reported once."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems, self._reported_names = problems, set[str]()
        self._documents: dict[str, Document | None] = {}
        self.may_have_agents = False
        """An instance that was added has a source that may be an agent."""

    def add(self, name: str, document: Document) -> None:
        """Add an instance; of two with one name the second counts, and the first is read for
        problems."""
        if name in self._documents:
            _ = self[name]
            self._reported_names.discard(name)
            file_of("instances", name, self._problems).say(NAME_TWICE)
        self._documents[name] = document
        self.may_have_agents |= AGENT_SOURCE.search(document.body) is not None

    def add_unreadable(self, name: str) -> None:
        """Add an instance of which nothing can be read, unless there is one of that name."""
        self._documents.setdefault(name, None)

    def __getitem__(self, name: str) -> InstanceDef:
        document, problems = self._documents[name], list[Problem]()
        definition: InstanceDef = (
            _empty("instances", name)
            if document is None
            else _definition("instances", name, document, problems)
        )
        if problems and name not in self._reported_names:
            self._reported_names.add(name)
            self._problems += problems
        return definition

    def __contains__(self, name: object) -> bool:
        return name in self._documents

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


def _definition(type: str, name: str, document: Document, problems: list[Problem]) -> Any:
    """Return the definition in a document, empty where nothing of it can be read."""
    try:
        return _parse(type, name, content(document), problems)
    except Invalid as invalid:
        problems += invalid.problems
        return _empty(type, name)


def _parse(type: str, name: str, table: Mapping[str, Any], problems: list[Problem]) -> Any:
    """Return the definition that a content describes, as far as it has the shape of one."""
    place = file_of(type, name, problems)
    if "name" in table:
        place.at("name").say(FILE_NAMES_IT)
    if type == "accounts":
        table = _without_secrets(table, place)
    for field in ENTRIES.get(type, ()):
        _check_entry(table.get(field, ""), place.at(field))
    if type == "instances":
        _check_logins(table, place)
    if type == "clouds":
        _check_own_cloud(name, table, place)
    definition, new_problems = read_most(
        DEFINITION_TYPES[type], {**table, "name": name}, place.location
    )
    problems.extend(new_problems)
    return definition or _empty(type, name)


def _empty(type: str, name: str) -> Any:
    """Return what stands in the place of a definition of which nothing can be read."""
    definition, _ = read_most(DEFINITION_TYPES[type], {"name": name})
    return definition


def _file_at(place: str) -> tuple[str, str] | None:
    """Return type and name of the definition whose file, as a whole, is this place."""
    if not place.endswith(".toml"):
        return None
    try:
        return split(place.removesuffix(".toml"))
    except Invalid:  # a file that is none of ours
        return None


def built_in() -> dict[str, CloudDef]:
    """Return the clouds that need no file."""
    return {
        name: CloudDef(**{field.name: getattr(cloud, field.name) for field in fields(cloud)})
        for name, cloud in CLOUDS.items()
    }


def _without_secrets(table: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Return an account without what must not stand there, which is told."""
    for name in table.keys() & SECRETS:
        place.at(name).say(SECRET)
    return {name: value for name, value in table.items() if name not in SECRETS}


def _check_own_cloud(name: str, table: Mapping[str, Any], place: Place) -> None:
    """Check that a custom cloud does not pass for a built-in one, nor lead Microsoft's tokens
    to a mail server of somebody's choice."""
    if name in CLOUDS:
        place.say(BUILT_IN, name=name)
    for field in ("authority", *ENDPOINTS):
        url = table.get(field)
        if isinstance(url, str) and is_microsoft(url):
            place.at(field).say(MICROSOFTS, known=list_names(OF_MICROSOFT))
    hosts = table.get("endpoint_hosts")
    for host in hosts if isinstance(hosts, list | tuple) else ():
        if is_microsoft(f"https://{host}"):
            place.at("endpoint_hosts").say(MICROSOFTS, known=list_names(OF_MICROSOFT))


def _check_logins(table: Mapping[str, Any], place: Place) -> None:
    """Check the entries that an instance, and its jump host, are logged in to with."""
    winrm = table.get("winrm")
    if winrm and isinstance(winrm, Mapping):
        for field in ("password", "certificate"):
            _check_entry(winrm.get(field, ""), place.at("winrm").at(field))
    for key in ("ssh", "jump"):
        login = table.get(key)
        if not login or not isinstance(login, Mapping):
            return
        table, place = login, place.at(key)
        for field in ("key", "password"):
            _check_entry(table.get(field, ""), place.at(field))


def _check_entry(entry: object, place: Place) -> None:
    """Check the name of an entry of the vault: it must not be a secret, nor one of the vault's
    own."""
    if not isinstance(entry, str) or not entry:
        return
    if not ENTRY.fullmatch(entry):
        place.say(NO_ENTRY)
    elif fault := reserved(entry):
        place.say(fault)
