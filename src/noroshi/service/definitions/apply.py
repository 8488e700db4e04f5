"""Operations on definitions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from noroshi import ports
from noroshi.core.definitions.problems import MOST_FOUND, Problem, first_of
from noroshi.core.definitions.self_monitoring import OWN
from noroshi.core.definitions.version_note import typed_note
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.model import Monitor
from noroshi.core.translation import Message, _
from noroshi.definitions import Checked, Plan, check, first_differences
from noroshi.definitions.compilation import EMPTY
from noroshi.definitions.definition_tree import parts
from noroshi.ports import Document, Version
from noroshi.service.definitions.definition_answers import (
    Applied,
    Exported,
    NewMonitor,
    Planned,
)
from noroshi.service.definitions.plaintext_secrets import typed_secrets
from noroshi.service.definitions.renames import (
    Names,
    as_they_will_be,
    consequences,
    left_behind,
    renamings,
    silences_follow,
    under_new_names,
    ways_of,
)
from noroshi.service.definitions.warnings import (
    DAY_OVER,
    NOT_KEPT,
    NOT_KEPT_FOR_PROXY,
    NOT_SENT,
    cautions,
    days_over,
    ends_everything,
    first_cautions,
)
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    OperationFailedError,
    ReauthenticationRequiredError,
)
from noroshi.service.node.secrets import named_by_headers, named_in
from noroshi.service.operation import (
    ADMIN,
    REAUTHENTICATION_REQUIRED,
    Person,
    note as note_change,
    note_nothing,
    operation,
)
from noroshi.service.operation_context import OperationContext

BAD_DEFINITIONS = _("The definitions have errors; nothing was changed.")
NO_SUCH_BASE = followed_by(
    _("The current version is {number}, not {base}."), InstructionKind.SHOW_PLAN
)
NOT_THIS_VERSION = followed_by(
    _("{who} applied version {number} in the meantime."), InstructionKind.SHOW_CHANGES
)

NO_NAMES: Names = {}
AGAIN = 5
"""So often a change is put onto the newest version, if others change something meanwhile."""
MOST_NOTED = 50
"""Differences that the audit log tells; the version itself has them all."""


class ApplyOperations(OperationContext):
    """Shown, tried, brought into force."""

    @operation(
        role=ADMIN, changes=False, help=_("Preview the changes that definitions would make.")
    )
    async def plan(
        self, who: Person, documents: tuple[Document, ...], faulty: tuple[str, ...] = ()
    ) -> Planned:
        """Return differences or problems; keep nothing. `faulty`: places of the folder that
        could not be read, which the caller has told already."""
        current = await self._store.current()
        checking = self._checked(documents, current, faulty[:MOST_FOUND])
        del documents  # with ids they are others, and eight megabytes more
        found = await checking
        if found.problems or faulty:
            told = first_of(found.problems)
            return Planned(base=current.number, differences=(), problems=told)
        both = current.documents, found.documents
        changed = await asyncio.to_thread(first_differences, *both)
        return Planned(
            base=current.number,
            differences=changed.words,
            changed_values=changed.first,
            more=changed.more,
            problems=(),
            cautions=await self._cautions(found, current),
            refused=await asyncio.to_thread(ends_everything, *both),
        )

    @operation(role=ADMIN, news=True, help=_("Apply definitions."))
    async def apply(
        self,
        who: Person,
        documents: tuple[Document, ...],
        base: int | None = None,
        note: str = "",
        empty: bool = False,
    ) -> Applied:
        """Bring all of them into force or, with one mistake, nothing. The same ones again make
        no version. What would end all watching is taken for a mistake unless `empty` says
        otherwise."""
        current = await self._store.current()
        _check_base(base, current)
        found = await self._sound(documents, current, empty=empty)
        try:
            return await self._bring(who, found, current, note, "apply")
        except ports.StoreConflict:
            raise overtaken(await self._store.current()) from None

    async def _sound(
        self,
        documents: tuple[Document, ...],
        current: Version,
        *,
        empty: bool,
        why: Message | None = None,
        also: Sequence[Problem] = (),
    ) -> Checked:
        """They as checked. Raises InvalidArgumentError with all that is wrong, `also` that, and
        ConflictError (with `why`) for what would end all watching unless `empty` says that it
        is meant."""
        found = await self._checked(documents, current)
        if problems := (*also, *found.problems):
            raise InvalidArgumentError(BAD_DEFINITIONS, problems)
        both = current.documents, found.documents
        mistaken = await asyncio.to_thread(ends_everything, *both)
        if mistaken and not empty:
            raise ConflictError(why or mistaken)
        return found

    async def _told(self, found: Checked, current: Version, names: Names = NO_NAMES) -> Applied:
        """Return what they would change, and what one should know of it; nothing is kept.
        `names`: which definitions are under new names in it."""
        before = under_new_names(current.documents, names)
        under_new = renamings(names, found.documents)
        changed = await asyncio.to_thread(first_differences, before, found.documents, under_new)
        return Applied(
            version=current.number,
            differences=changed.words,
            cautions=await self._cautions(found, current, names),
            changed_values=changed.first,
            more=changed.more,
        )

    async def _would(self, found: Checked, current: Version) -> Applied:
        """The same of what is only tried, with the monitors that it would add."""
        told = await self._told(found, current)
        return replace(told, monitors=_added(found, current))

    async def _bring(
        self,
        who: Person,
        found: Checked,
        current: Version,
        note: str,
        op: str,
        names: Names = NO_NAMES,
    ) -> Applied:
        """Bring what was checked into force. Raises ReauthenticationRequiredError, or
        ports.StoreConflict if another version came first."""
        before = EMPTY if who.reauthenticated else await self._as_it_is(current)
        if not who.reauthenticated and self._runs_anew(found, before):
            raise ReauthenticationRequiredError(REAUTHENTICATION_REQUIRED.fill(name=op))
        await self._binding.check_destinations(who, found.plan, before)
        told = await self._told(found, current, names)
        if not told.differences:
            note_nothing()
            return told
        await self._binding.lead(who, found.plan, before)
        number = await self._publish(found, current, who.name, note)
        await self._binding.bind(found.plan, before)
        left = await silences_follow(
            self._store, current.documents, found.documents, self.now()
        )
        lines = [one.en for one in told.differences[:MOST_NOTED]]
        note_change(
            before={"version": current.number}, after={"version": number, "changed": lines}
        )
        return replace(told, version=number, cautions=(*told.cautions, *left))

    async def _on_newest(self, make: Callable[[Version], Awaitable[Applied]]) -> Applied:
        """Have `make` put something on top of the version in force, which it is given, and
        again where another version came first, perhaps of something else. Raises ConflictError
        in the end."""
        for _unused in range(AGAIN):
            try:
                return await make(await self._store.current())
            except ports.StoreConflict:
                continue
        raise overtaken(await self._store.current())

    async def _as_it_is(self, current: Version) -> Plan:
        """Return the plan in force; an empty one if it cannot be read any more, as that proves
        nothing."""
        if current.documents:
            with suppress(OperationFailedError):
                return (await self._current())[1]
        return EMPTY

    def _runs_anew(self, found: Checked, before: Plan) -> bool:
        """Tell whether a program would run that does not run now, or in another way."""
        return any(
            self._plugins.check(monitor.kind).runs
            and not _runs_alike(monitor, before.monitors.get(id))
            for id, monitor in found.plan.monitors.items()
        )

    async def _publish(self, found: Checked, current: Version, who: str, note: str) -> int:
        version = Version(
            number=current.number + 1,
            documents=found.documents,
            who=who,
            at=self._clocks.wall(),
            note=typed_note(note),
        )
        self._plans.keep(version, found.plan)
        return await self._store.publish(version, list(found.plan.monitors), current.number)

    @operation(role=ADMIN, changes=False, help=_("Return the definitions in effect."))
    async def export(self, who: Person) -> Exported:
        """Return the current version's documents."""
        current = await self._store.current()
        return Exported(current.number, current.documents)

    async def _cautions(
        self, found: Checked, current: Version, names: Names = NO_NAMES
    ) -> tuple[Message, ...]:
        waiting = as_they_will_be(await self._store.queue(), ways_of(names))
        silences = (await self._store.suppressions(self.now())).silences
        kept, both = await self._vault.names(), (current.documents, found.documents)

        def looked_for() -> tuple[Message, ...]:
            return first_cautions(
                consequences(names),
                cautions(found.plan, waiting, *both),
                left_behind(silences, *both),
                self._over(found, current),
                _not_kept(found, kept),
            )

        return await asyncio.to_thread(looked_for)

    def _over(self, found: Checked, current: Version) -> Iterable[Message]:
        """Days of end that are past already: a folder may be older than they, so it is taken."""
        made, known = (
            {one.key: one for one in side} for side in (found.documents, current.documents)
        )
        for one in days_over(made, known, self.now()):
            yield DAY_OVER.fill(where=one.where, what=one.what)

    async def _checked(
        self, documents: tuple[Document, ...], current: Version, faulty: tuple[str, ...] = ()
    ) -> Checked:
        checking = check(
            documents,
            current.documents,
            self._plugins,
            new_id=self._new_id,
            host_of=self._host_of,
            faulty=faulty,
        )
        del documents
        found, kept = await checking, await self._vault.names()
        both = found.documents, current.documents

        def secrets() -> tuple[Problem, ...]:
            return tuple(islice(typed_secrets(*both, kept), MOST_FOUND))

        typed = await asyncio.to_thread(secrets)
        return replace(found, problems=(*found.problems, *typed))


def _not_kept(found: Checked, kept: Collection[str]) -> Iterator[Message]:
    """Passwords that routes and networks name and that nobody has put in. An account's own
    secret is asked for with its sign-in, which is told apart."""
    ways = ("routes/", "networks/")
    named = named_in(one for one in found.documents if one.key.startswith(ways))
    sent = named_by_headers(one for one in found.documents if one.key.startswith("instances/"))
    for name, keys in named.items():
        if name not in kept:
            of_route = any(key.startswith("routes/") for key in keys)
            words = NOT_KEPT if of_route else NOT_KEPT_FOR_PROXY
            yield words.fill(who=", ".join(keys), entry=name)
    for name, keys in sent.items():
        if name not in kept:
            yield NOT_SENT.fill(who=", ".join(keys), entry=name)


def _runs_alike(monitor: Monitor, before: Monitor | None) -> bool:
    return before is not None and (
        (monitor.kind, monitor.options, monitor.instance.address)
        == (before.kind, before.options, before.instance.address)
    )


def _added(found: Checked, current: Version) -> tuple[NewMonitor, ...]:
    there = {its.get("id") for _, its in parts(current.documents)}
    return tuple(
        NewMonitor(path=one.path, title=one.title, kind=one.kind)
        for id, one in found.plan.monitors.items()
        if id not in there and one.instance.name != OWN
    )


def _check_base(base: int | None, current: Version) -> None:
    """Raises ConflictError unless that version, if one is named, is in force."""
    if base is not None and base > current.number:
        raise ConflictError(NO_SUCH_BASE.fill(number=current.number, base=base))
    if base is not None and base != current.number:
        raise overtaken(current)


def overtaken(current: Version) -> ConflictError:
    """Return the error that somebody else's version came first."""
    return ConflictError(NOT_THIS_VERSION.fill(who=current.who or "?", number=current.number))
