"""Read and change single definitions; a change is checked against what the editor saw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from noroshi.core.definitions.problems import MOST_FOUND, Problem, suggestion
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.marked_names import DefinitionKey
from noroshi.core.translation import Message, _
from noroshi.definitions.changes import differences
from noroshi.definitions.document_content import content, document, split
from noroshi.definitions.rename import key_after_rename, with_new_names
from noroshi.definitions.route_aliases import readdress_mails, remember
from noroshi.definitions.stable_ids import with_previous_id
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied, DefinitionsShown
from noroshi.ports import Document, StoreError, Version
from noroshi.schema import Invalid as Unusable
from noroshi.service.agents.route_sharing import rename_shared_routes
from noroshi.service.definitions.apply import BAD_CHANGE, BAD_DEFINITIONS
from noroshi.service.definitions.renames import Names, renamed_routes
from noroshi.service.definitions.versions import VersionOperations
from noroshi.service.definitions.warnings import days_over, without_route
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.operation import ADMIN, Person, offers

Documents = dict[str, Document]
BAD_KEYS = _("The name of a definition is not valid; nothing was changed.")
NOT_JSON = _("cannot be saved: {why}")
BOTH = _("is both changed and removed")
NO_DEFINITION = _("There is no definition “{key}”{instead}.")
CHANGED_MEANWHILE = _(
    "While you were editing, {who} changed {key} (version {number}). Nothing was "
    "overwritten: check the current definition, then try again."
)
CALLED_NOW = _("{key} is now {now}")
ENDS_ALL = followed_by(
    _("This change would leave nothing monitored."), InstructionKind.REMOVE_LAST
)
NOT_FOLLOWED = followed_by(
    _(
        "The new name is in effect, but because of a store problem ({why}), waiting messages may "
        "still refer to the route by its old name."
    ),
    InstructionKind.SHOW_QUEUE,
)
DIGITS = 32
"""Of SHA-256 in hexadecimal: an etag need not withstand an attack, only tell apart."""
LOOKED_BACK = 30
"""So many versions are looked through for who changed something; each is read whole."""


class EditOperations(VersionOperations):
    """Change one definition and leave the rest as it is."""

    @offers(definition_operations.DEFINITION_SHOW)
    async def read(
        self,
        person: Person,
        keys: tuple[str, ...] = (),
        version: int | None = None,
        types: tuple[str, ...] = (),
    ) -> DefinitionsShown:
        """Return the definitions of these keys (instances/web1), else of these types
        (instances), else all, of a version, else of the one in force. A key without a document
        has the etag "". The arguments and the environment of scripts are shown to
        administrators alone."""
        source = await (self._store.current() if version is None else self._version(version))
        by_key = _by_key(source.documents)
        _check_keys(keys)
        selected = keys or tuple(k for k in by_key if not types or k.partition("/")[0] in types)
        return DefinitionsShown(
            version=source.number,
            documents={
                key: self._visible_to(person, content(by_key[key]))
                for key in selected
                if key in by_key
            },
            etags={key: etag(by_key.get(key)) for key in selected},
        )

    def _visible_to(self, person: Person, content: Mapping[str, Any]) -> Mapping[str, Any]:
        if ADMIN in person.roles:
            return content
        return {
            name: [self._group_for_all(one) for one in value] if name == "group" else value
            for name, value in content.items()
        }

    def _group_for_all(self, group: Mapping[str, Any]) -> Mapping[str, Any]:
        monitors = [
            {name: one for name, one in monitor.items() if name != "options"}
            if self._runs_programs(str(monitor.get("kind")))
            else monitor
            for monitor in group.get("monitor", ())
        ]
        return {**group, "monitor": monitors} if "monitor" in group else group

    def _runs_programs(self, kind: str) -> bool:
        check = self._plugins.checks.get(kind)
        return check is None or check.runs

    @offers(definition_operations.DEFINITION_CHANGE)
    async def change(
        self,
        person: Person,
        put: Mapping[str, Mapping[str, Any]] | None = None,
        remove: tuple[str, ...] = (),
        etags: Mapping[str, str] | None = None,
        note: str = "",
        dry: bool = False,
        empty: bool = False,
        rename: Mapping[str, str] | None = None,
    ) -> Applied:
        """Put these in the place of those in force and remove those, as one new version;
        whatever else is in force stays, whoever changed it. `etags`: what each must still be,
        "" not there. `dry`: only what it would change. `empty`: it may end all watching.
        `rename`: new names by key; what names them in other definitions follows, and what waits
        or is silenced under the old name."""
        new_documents, names = _documents_of(put or {}, remove), rename or {}

        async def make(current: Version) -> Applied:
            await self._check_unchanged(etags or {}, current)
            with_ids = _with_previous_ids(new_documents, names, current)
            edited = _rename(_with_changes(current, with_ids, remove), names)
            expired = tuple(
                days_over(new_documents, _by_key(current.documents), self._clocks.wall())
            )
            result = await self._require_sound(
                edited, current, empty=empty, refusal=ENDS_ALL, also=expired, heading=BAD_CHANGE
            )
            if dry:
                return await self._describe_changes(result, current, names)
            if route_names := renamed_routes(names):
                # Before it is in force: who dies in between leaves the engine what it follows by.
                await remember(self._store, route_names, self._clocks.wall())
            op = "definition_change"
            return await self._put_in_effect(person, result, current, note, op, names)

        answer = await self._on_newest(make)
        return answer if dry else await self._readdress_mails(answer, names)

    async def _readdress_mails(self, answer: Applied, names: Names) -> Applied:
        """Put the route's new name into what waits for it, and where it is shared, and tell what could
        not have it. The version is in force by then: a store that fails here is told of, and fails
        nothing."""
        route_names = renamed_routes(names)
        if not route_names:
            return answer
        try:
            await rename_shared_routes(self._context, route_names)
            remaining = await self._mails_without_route(route_names)
        except StoreError as error:
            remaining = (NOT_FOLLOWED.fill(why=error.words),)
        return replace(answer, cautions=(*answer.cautions, *remaining))

    async def _mails_without_route(self, route_names: Names) -> tuple[Message, ...]:
        """Return waiting mails that still name a route which is no more, once they were to
        follow."""
        await readdress_mails(self._store, route_names)
        _, plan = await self._context.current()
        return tuple(without_route(plan, await self._store.queue()))

    async def _check_unchanged(self, etags: Mapping[str, str], current: Version) -> None:
        by_key = _by_key(current.documents)
        _check_keys(etags)
        for key, expected in etags.items():
            if etag(by_key.get(key)) != expected:
                raise await self._edit_conflict(key, expected, current)

    async def _edit_conflict(self, key: str, expected: str, current: Version) -> ConflictError:
        """Return the conflict: who changed it last, in which version, and what differs from
        what the editor saw."""
        trail = [current]
        while trail[-1].number and len(trail) < LOOKED_BACK:
            trail.append(await self._version_before(trail[-1]))
            if etag(_document_in(trail[-1], key)) == expected:
                break
        newest, editors = (
            tuple(filter(None, (_document_in(v, key),))) for v in (trail[0], trail[-1])
        )
        changed_in = next(
            (v for v, w in pairwise(trail) if _document_in(v, key) != _document_in(w, key)),
            current,
        )
        words = CHANGED_MEANWHILE.fill(
            who=changed_in.author or "?", key=DefinitionKey(key), number=changed_in.number
        )
        lines = [Problem(key, one.words) for one in differences(editors, newest)]
        new_key = None if newest else _key_after_renames(trail, key)
        if new_key is not None:
            lines.insert(0, Problem(new_key, CALLED_NOW.fill(key=key, now=new_key)))
        return ConflictError(words, tuple(lines))

    async def _version_before(self, version: Version) -> Version:
        return await self._store.version(version.number - 1) or Version(number=0)


def etag(document: Document | None) -> str:
    """Return a mark that tells a document's content from every other; "" of none."""
    if document is None:
        return ""
    return hashlib.sha256(document.body.encode()).hexdigest()[:DIGITS]


def _document_in(version: Version, key: str) -> Document | None:
    return _by_key(version.documents).get(key)


def _key_after_renames(trail: Sequence[Version], key: str) -> str | None:
    """Return the key in the first of these versions, the newest first, of the definition that
    was under that one in the last."""
    name: str | None = key
    for newer, old_version in reversed([*pairwise(trail)]):
        if name and _document_in(old_version, name) and not _document_in(newer, name):
            name = key_after_rename(old_version.documents, newer.documents, name)
    return name if name and name != key and _document_in(trail[0], name) else None


def _by_key(documents: Iterable[Document]) -> dict[str, Document]:
    return {one.key: one for one in documents}


def _with_changes(
    current: Version, new_documents: Documents, remove: Iterable[str]
) -> tuple[Document, ...]:
    """Return all documents as they would be. Raises NotFoundError for one to remove that is not
    there."""
    by_key = _by_key(current.documents)
    for key in remove:
        if by_key.pop(key, None) is None:
            near = suggestion(key, by_key)
            raise NotFoundError(NO_DEFINITION.fill(key=key, instead=near))
    return tuple((by_key | new_documents).values())


def _with_previous_ids(new_documents: Documents, names: Names, current: Version) -> Documents:
    """Return what is put, with the ids that it had where it gets another name: by the new one
    nobody could tell them any more."""
    by_key = _by_key(current.documents)
    return new_documents | {
        key: with_previous_id(new_documents[key], by_key.get(key))
        for key in names
        if key in new_documents
    }


def _rename(documents: tuple[Document, ...], names: Names) -> tuple[Document, ...]:
    try:
        return with_new_names(documents, names) if names else documents
    except Unusable as error:
        raise InvalidArgumentError(BAD_CHANGE, error.problems) from None


def _documents_of(
    put: Mapping[str, Mapping[str, Any]], remove: tuple[str, ...]
) -> dict[str, Document]:
    """Return what was given as documents. Raises InvalidArgumentError with all that cannot be
    one."""
    _check_keys((*put, *remove))
    problems = [Problem(key, BOTH) for key in sorted(put.keys() & set(remove))]
    documents = dict[str, Document]()
    for key, table in put.items():
        try:
            documents[key] = document(key, table)
        except (TypeError, ValueError, RecursionError) as error:
            problems.append(Problem(key, NOT_JSON.fill(why=error)))
    if problems:
        raise InvalidArgumentError(BAD_DEFINITIONS, tuple(problems))
    return documents


def _check_keys(keys: Iterable[str]) -> None:
    problems = list[Problem]()
    for key in keys:
        try:
            split(key)
        except Unusable as error:
            problems += error.problems
            if len(problems) >= MOST_FOUND:
                break
    if problems:
        raise InvalidArgumentError(BAD_KEYS, tuple(problems))
