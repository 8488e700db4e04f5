"""Operations on single definitions: shown, and changed against what their editor saw."""

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
from noroshi.definitions import content, differences, document
from noroshi.definitions.documents import split
from noroshi.definitions.rename import renamed, went_to
from noroshi.definitions.route_aliases import mails_follow, remember
from noroshi.definitions.stable_ids import with_its_id
from noroshi.ports import Document, StoreError, Version
from noroshi.schema import Invalid as Unusable
from noroshi.service.definitions.apply import BAD_DEFINITIONS
from noroshi.service.definitions.definition_answers import Applied, DefinitionsShown
from noroshi.service.definitions.renames import Names, ways_of
from noroshi.service.definitions.versions import VersionOperations
from noroshi.service.definitions.warnings import days_over, without_route
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.operation import ADMIN, VIEWER, Person, operation

Documents = dict[str, Document]
NOT_JSON = _("cannot be saved: {why}")
BOTH = _("is both changed and removed")
NO_DEFINITION = _("There is no definition {key}{instead}.")
CHANGED_MEANWHILE = _(
    "{who} changed {key} in the meantime, in version {number}. Nothing was overwritten: "
    "check the current definition, then try again."
)
CALLED_NOW = _("{key} is now {now}")
ENDS_ALL = followed_by(_("This would end all monitoring."), InstructionKind.REMOVE_LAST)
NOT_FOLLOWED = followed_by(
    _(
        "The new name is in effect, but waiting mails may still name the old route because of "
        "a store problem ({why})."
    ),
    InstructionKind.SHOW_QUEUE,
)
DIGITS = 32
"""Of SHA-256 in hexadecimal: an etag need not withstand an attack, only tell apart."""
LOOKED_BACK = 30
"""So many versions are looked through for who changed something; each is read whole."""


class EditOperations(VersionOperations):
    """A page or a program that changes one thing and leaves the rest as it is."""

    @operation(
        role=VIEWER,
        help=_("Return single definitions, each with the identifier for a safe change."),
    )
    async def definition_show(
        self,
        who: Person,
        keys: tuple[str, ...] = (),
        version: int | None = None,
        types: tuple[str, ...] = (),
    ) -> DefinitionsShown:
        """Return those of these keys (instances/web1), else of these types (instances), else
        all, of a version, else of the one in force. A key without a document has the etag "".
        What a program is given (a script's arguments, its environment) is shown to
        administrators alone."""
        shown = await (self._store.current() if version is None else self._version(version))
        known = _by_key(shown.documents)
        _check_keys(keys)
        wanted = keys or tuple(k for k in known if not types or k.partition("/")[0] in types)
        return DefinitionsShown(
            version=shown.number,
            documents={
                key: self._for(who, content(known[key])) for key in wanted if key in known
            },
            etags={key: etag(known.get(key)) for key in wanted},
        )

    def _for(self, who: Person, content: Mapping[str, Any]) -> Mapping[str, Any]:
        if ADMIN in who.roles:
            return content
        return {
            name: [self._group_for_all(one) for one in inside] if name == "group" else inside
            for name, inside in content.items()
        }

    def _group_for_all(self, group: Mapping[str, Any]) -> Mapping[str, Any]:
        shown = [
            {name: one for name, one in monitor.items() if name != "options"}
            if self._runs_programs(str(monitor.get("kind")))
            else monitor
            for monitor in group.get("monitor", ())
        ]
        return {**group, "monitor": shown} if "monitor" in group else group

    def _runs_programs(self, kind: str) -> bool:
        known = self._plugins.checks.get(kind)
        return known is None or known.runs

    @operation(
        role=ADMIN,
        news=True,
        changes=False,  # what it changed it notes itself; a try changes nothing
        help=_("Change, add or remove single definitions."),
    )
    async def definition_change(
        self,
        who: Person,
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
        made, names = _documents_of(put or {}, remove), rename or {}

        async def make(current: Version) -> Applied:
            await self._check_unchanged(etags or {}, current)
            same = _with_their_ids(made, names, current)
            changed = _renamed(_with(current, same, remove), names)
            over = tuple(days_over(made, _by_key(current.documents), self.now()))
            found = await self._sound(changed, current, empty=empty, why=ENDS_ALL, also=over)
            if dry:
                return await self._told(found, current, names)
            if ways := ways_of(names):
                # Before it is in force: who dies in between leaves the engine what it follows by.
                await remember(self._store, ways, self.now())
            op = "definition_change"
            return await self._bring(who, found, current, note, op, names)

        done = await self._on_newest(make)
        return done if dry else await self._followed(done, names)

    async def _followed(self, done: Applied, names: Names) -> Applied:
        """With the route's new name in what waits for it, and what could not have it. The
        version is in force by then: a store that fails here is told of, and fails nothing."""
        ways = ways_of(names)
        if not ways:
            return done
        try:
            left = await self._left(ways)
        except StoreError as error:
            left = (NOT_FOLLOWED.fill(why=error.words),)
        return replace(done, cautions=(*done.cautions, *left))

    async def _left(self, ways: Names) -> tuple[Message, ...]:
        """Waiting mails that still name a route which is no more, once they were to follow."""
        await mails_follow(self._store, ways)
        _, plan = await self._current()
        return tuple(without_route(plan, await self._store.queue()))

    async def _check_unchanged(self, etags: Mapping[str, str], current: Version) -> None:
        known = _by_key(current.documents)
        _check_keys(etags)
        for key, wanted in etags.items():
            if etag(known.get(key)) != wanted:
                raise await self._meanwhile(key, wanted, current)

    async def _meanwhile(self, key: str, wanted: str, current: Version) -> ConflictError:
        """Return the conflict: who changed it last, in which version, and what differs from
        what the editor saw."""
        trail = [current]
        while trail[-1].number and len(trail) < LOOKED_BACK:
            trail.append(await self._before(trail[-1]))
            if etag(_of(trail[-1], key)) == wanted:
                break
        now, seen = (tuple(filter(None, (_of(v, key),))) for v in (trail[0], trail[-1]))
        changed = next((v for v, w in pairwise(trail) if _of(v, key) != _of(w, key)), current)
        words = CHANGED_MEANWHILE.fill(
            who=changed.who or "?", key=DefinitionKey(key), number=changed.number
        )
        lines = [Problem(key, one.words) for one in differences(seen, now)]
        went = None if now else _went(trail, key)
        if went is not None:
            lines.insert(0, Problem(went, CALLED_NOW.fill(key=key, now=went)))
        return ConflictError(words, tuple(lines))

    async def _before(self, version: Version) -> Version:
        return await self._store.version(version.number - 1) or Version(number=0)


def etag(document: Document | None) -> str:
    """Return a mark that tells a document's content from every other; "" of none."""
    if document is None:
        return ""
    return hashlib.sha256(document.body.encode()).hexdigest()[:DIGITS]


def _of(version: Version, key: str) -> Document | None:
    return _by_key(version.documents).get(key)


def _went(trail: Sequence[Version], key: str) -> str | None:
    """Under which key it is in the first of these versions, the newest first, that was under
    that one in the last."""
    name: str | None = key
    for newer, older in reversed([*pairwise(trail)]):
        if name and _of(older, name) and not _of(newer, name):
            name = went_to(older.documents, newer.documents, name)
    return name if name and name != key and _of(trail[0], name) else None


def _by_key(documents: Iterable[Document]) -> dict[str, Document]:
    return {one.key: one for one in documents}


def _with(current: Version, made: Documents, remove: Iterable[str]) -> tuple[Document, ...]:
    """All documents as they would be. Raises NotFoundError for one to remove that is not
    there."""
    known = _by_key(current.documents)
    for key in remove:
        if known.pop(key, None) is None:
            near = suggestion(key, known)
            raise NotFoundError(NO_DEFINITION.fill(key=key, instead=near))
    return tuple((known | made).values())


def _with_their_ids(made: Documents, names: Names, current: Version) -> Documents:
    """Return what is put, with the ids that it had where it gets another name: by the new one
    nobody could tell them any more."""
    known = _by_key(current.documents)
    return made | {key: with_its_id(made[key], known.get(key)) for key in names if key in made}


def _renamed(documents: tuple[Document, ...], names: Names) -> tuple[Document, ...]:
    try:
        return renamed(documents, names) if names else documents
    except Unusable as no:
        raise InvalidArgumentError(BAD_DEFINITIONS, no.problems) from None


def _documents_of(
    put: Mapping[str, Mapping[str, Any]], remove: tuple[str, ...]
) -> dict[str, Document]:
    """Return what was given as documents. Raises InvalidArgumentError with all that cannot be
    one."""
    _check_keys((*put, *remove))
    problems = [Problem(key, BOTH) for key in sorted(put.keys() & set(remove))]
    made = dict[str, Document]()
    for key, its in put.items():
        try:
            made[key] = document(key, its)
        except (TypeError, ValueError, RecursionError) as error:
            problems.append(Problem(key, NOT_JSON.fill(why=error)))
    if problems:
        raise InvalidArgumentError(BAD_DEFINITIONS, tuple(problems))
    return made


def _check_keys(keys: Iterable[str]) -> None:
    problems = list[Problem]()
    for key in keys:
        try:
            split(key)
        except Unusable as no:
            problems += no.problems
            if len(problems) >= MOST_FOUND:
                break
    if problems:
        raise InvalidArgumentError(BAD_DEFINITIONS, tuple(problems))
