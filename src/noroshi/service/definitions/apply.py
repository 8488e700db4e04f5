"""Operations on definitions."""

from __future__ import annotations

import asyncio
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from noroshi import ports
from noroshi.agent.enrolment import configuration_in, enrolment_in
from noroshi.agent.hub_documents import (
    changed_keys,
    mark_problem,
    own_documents,
    with_given_documents,
    without_marks,
    wrongly_marked_keys,
)
from noroshi.core.definitions.problems import MOST_FOUND, Problem, first_of
from noroshi.core.definitions.version_note import typed_note
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.model import Monitor, State
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import Message, _, list_names
from noroshi.definitions.changes import Difference, first_differences
from noroshi.definitions.compilation import EMPTY, Plan
from noroshi.definitions.definition_tree import parts
from noroshi.definitions.validation import CheckResult, check
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied, Exported, NewMonitor, Planned
from noroshi.ports import NO_STATES, Document, Version
from noroshi.service.agents.route_sharing import sharing_cautions
from noroshi.service.definitions.plaintext_secrets import typed_secrets
from noroshi.service.definitions.renames import (
    Names,
    consequences,
    move_silences,
    renamed_routes,
    renamings,
    silences_staying,
    under_new_names,
    with_new_routes,
)
from noroshi.service.definitions.warnings import (
    DAY_OVER,
    LOGIN_NOT_KEPT,
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
    ForbiddenError,
    InvalidArgumentError,
    OperationFailedError,
    ReauthenticationRequiredError,
)
from noroshi.service.node.secrets import named_by_headers, named_by_logins, named_in
from noroshi.service.operation import (
    REAUTHENTICATION_REQUIRED,
    Person,
    note as note_change,
    note_nothing,
    offers,
)
from noroshi.service.operation_context import OperationGroup

BAD_DEFINITIONS = _("The definitions have errors; nothing was changed.")
BAD_CHANGE = _("The change would leave errors in the definitions; nothing was changed.")
GIVEN_BY_HUB = _(
    "This server gets its definitions from hub {hub}. Change them there; the change is "
    "applied here automatically. Nothing was changed."
)
GIVEN = _("comes from the hub")
NO_SUCH_BASE = followed_by(
    _("The current version is {number}, not {base}."), InstructionKind.SHOW_PLAN
)
NOT_THIS_VERSION = followed_by(
    _("{who} has since applied version {number}."), InstructionKind.SHOW_CHANGES
)

NO_NAMES: Names = {}
AGAIN = 5
"""So often a change is put onto the newest version, if others change something meanwhile."""
MOST_NOTED = 50
"""Differences that the audit log tells; the version itself has them all."""

NOTED = ("sign", "key", "table", "setting", "before", "after", "renamed")
"""The values of a Difference that the audit log records."""


class ApplyOperations(OperationGroup):
    """Shown, tried, brought into force."""

    @offers(definition_operations.PLAN)
    async def plan(
        self, person: Person, documents: tuple[Document, ...], faulty: tuple[str, ...] = ()
    ) -> Planned:
        """Return differences or problems; keep nothing. `faulty`: places of the folder that
        could not be read, which the caller has told already."""
        current = await self._store.current()
        documents = await self._with_given_documents(documents, current)
        checking = self._check_documents(documents, current, faulty[:MOST_FOUND])
        del documents  # with ids they are others, and eight megabytes more
        result = await checking
        if result.problems or faulty:
            first_problems = first_of(result.problems)
            return Planned(base=current.number, differences=(), problems=first_problems)
        old_and_new = current.documents, result.documents
        changes = await asyncio.to_thread(first_differences, *old_and_new)
        return Planned(
            base=current.number,
            differences=changes.words,
            changed_values=changes.first,
            more=changes.more_count,
            problems=(),
            cautions=await self._cautions(result, current),
            refused=await asyncio.to_thread(ends_everything, *old_and_new),
        )

    @offers(definition_operations.APPLY)
    async def apply(
        self,
        person: Person,
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
        documents = await self._with_given_documents(documents, current)
        result = await self._require_sound(documents, current, empty=empty)
        try:
            return await self._put_in_effect(person, result, current, note, "apply")
        except ports.StoreConflict:
            raise version_conflict(await self._store.current()) from None

    async def _require_sound(
        self,
        documents: tuple[Document, ...],
        current: Version,
        *,
        empty: bool,
        refusal: Message | None = None,
        also: Sequence[Problem] = (),
        heading: Message = BAD_DEFINITIONS,
    ) -> CheckResult:
        """Return the documents as checked. Raises InvalidArgumentError (with `heading`) with all
        that is wrong, `also` that, and ConflictError (with `refusal`) for what would end all watching unless
        `empty` says that it is meant."""
        result = await self._check_documents(documents, current)
        if problems := (*also, *result.problems):
            raise InvalidArgumentError(heading, problems)
        old_and_new = current.documents, result.documents
        mistake = await asyncio.to_thread(ends_everything, *old_and_new)
        if mistake and not empty:
            raise ConflictError(refusal or mistake)
        return result

    async def _describe_changes(
        self, result: CheckResult, current: Version, names: Names = NO_NAMES
    ) -> Applied:
        """Return what they would change, and what one should know of it; nothing is kept.
        `names`: which definitions are under new names in it."""
        old_documents = under_new_names(current.documents, names)
        under_new = renamings(names, result.documents)
        changes = await asyncio.to_thread(
            first_differences, old_documents, result.documents, under_new
        )
        return Applied(
            version=current.number,
            differences=changes.words,
            cautions=await self._cautions(result, current, names),
            changed_values=changes.first,
            more=changes.more_count,
        )

    async def _dry_run(self, result: CheckResult, current: Version) -> Applied:
        """Return the same of what is only tried, with the monitors that it would add."""
        answer = await self._describe_changes(result, current)
        return replace(answer, monitors=_new_monitors(result, current))

    async def _put_in_effect(
        self,
        person: Person,
        result: CheckResult,
        current: Version,
        note: str,
        op: str,
        names: Names = NO_NAMES,
    ) -> Applied:
        """Bring what was checked into force. Raises ReauthenticationRequiredError, or
        ports.StoreConflict if another version came first."""
        await self._require_given_unchanged(result, current)
        old_plan = EMPTY if person.reauthenticated else await self._plan_in_effect(current)
        if not person.reauthenticated and self._starts_program(result, old_plan):
            raise ReauthenticationRequiredError(REAUTHENTICATION_REQUIRED.fill(name=op))
        await self._context.bindings.check_destinations(person, result.plan, old_plan)
        answer = await self._describe_changes(result, current, names)
        if not answer.differences:
            note_nothing()
            return answer
        await self._context.bindings.note_token_choice(person, result.plan, old_plan)
        number = await self._publish(result, current, person.name, note)
        await self._context.bindings.bind(result.plan, old_plan)
        remaining = await move_silences(
            self._store, current.documents, result.documents, self._clocks.wall()
        )
        changes = [_as_noted(one) for one in answer.changed_values[:MOST_NOTED]]
        note_change(
            old_state={"version": current.number},
            new_state={"version": number, "changed": changes},
        )
        return replace(answer, version=number, cautions=(*answer.cautions, *remaining))

    async def _with_given_documents(
        self, documents: tuple[Document, ...], current: Version
    ) -> tuple[Document, ...]:
        """Return the documents with those that the hub gave, which no folder need have. One that is
        there otherwise is told of later."""
        keys = configuration_in(await self._store.get_values()).keys
        missing_keys = set(keys) - {one.key for one in documents}
        return with_given_documents(documents, current.documents, missing_keys)

    async def _require_given_unchanged(self, result: CheckResult, current: Version) -> None:
        """Raise ForbiddenError where a person would change what the hub gave."""
        values = await self._store.get_values()
        given_keys = configuration_in(values).keys
        keys = [*changed_keys(result.documents, current.documents, given_keys)]
        if keys:
            enrolment = enrolment_in(values)
            words = GIVEN_BY_HUB.fill(hub=enrolment.hub_name if enrolment else "?")
            problems = tuple(Problem(key, GIVEN) for key in keys)
            raise ForbiddenError(words, first_of(problems))

    async def _on_newest(self, make: Callable[[Version], Awaitable[Applied]]) -> Applied:
        """Have `make` put something on top of the version in force, which it is given, and
        again where another version came first, perhaps of something else. Raises ConflictError
        in the end."""
        for _unused in range(AGAIN):
            try:
                return await make(await self._store.current())
            except ports.StoreConflict:
                continue
        raise version_conflict(await self._store.current())

    async def _plan_in_effect(self, current: Version) -> Plan:
        """Return the plan in force; an empty one if it cannot be read any more, as that proves
        nothing."""
        if current.documents:
            with suppress(OperationFailedError):
                return (await self._context.current())[1]
        return EMPTY

    def _starts_program(self, result: CheckResult, old_plan: Plan) -> bool:
        """Tell whether a program would run that does not run now, or in another way."""
        return any(
            self._plugins.check(monitor.kind).runs
            and not _runs_same_program(monitor, old_plan.monitors.get(id))
            for id, monitor in result.plan.monitors.items()
        )

    async def _publish(
        self,
        result: CheckResult,
        current: Version,
        author: str,
        note: str,
        states: Mapping[str, State] = NO_STATES,
    ) -> int:
        """Make what was checked the current version; `states`: what new monitors begin with."""
        version = Version(
            number=current.number + 1,
            documents=result.documents,
            author=author,
            saved_at=self._clocks.wall(),
            note=typed_note(note),
        )
        self._context.plans.keep(version, result.plan)
        monitors = list(result.plan.monitors)
        if not states:
            return await self._store.publish(version, monitors, current.number)
        return await self._store.publish(version, monitors, current.number, states)

    @offers(definition_operations.EXPORT)
    async def export(self, person: Person) -> Exported:
        """Return the current version's documents, but for those that a hub gave: a folder with
        older ones could not be applied after the hub's next change."""
        current = await self._store.current()
        given_keys = configuration_in(await self._store.get_values()).keys
        return Exported(current.number, own_documents(current.documents, given_keys))

    async def _cautions(
        self, result: CheckResult, current: Version, names: Names = NO_NAMES
    ) -> tuple[Message, ...]:
        waiting = with_new_routes(await self._store.queue(), renamed_routes(names))
        silences = (await self._store.suppressions(self._clocks.wall())).silences
        vault_names, old_and_new = (
            await self._vault.names(),
            (current.documents, result.documents),
        )
        of_agents = await sharing_cautions(self._context, *old_and_new, renamed_routes(names))

        def all_cautions() -> tuple[Message, ...]:
            return first_cautions(
                consequences(names),
                cautions(result.plan, waiting, *old_and_new),
                of_agents,
                silences_staying(silences, *old_and_new),
                self._expired_days(result, current),
                _missing_entries(result, vault_names),
            )

        return await asyncio.to_thread(all_cautions)

    def _expired_days(self, result: CheckResult, current: Version) -> Iterable[Message]:
        """Yield days of end that are past already: a folder may be older than they, so it is
        taken."""
        new, old = (
            {one.key: one for one in side if one.key.startswith("accounts/")}
            for side in (result.documents, current.documents)
        )
        for one in days_over(new, old, self._clocks.wall()):
            yield DAY_OVER.fill(where=one.where, what=one.what)

    async def _check_documents(
        self, documents: tuple[Document, ...], current: Version, faulty: tuple[str, ...] = ()
    ) -> CheckResult:
        if self._context.endpoints.is_elsewhere:  # this node hears of agents by the store alone
            await self._context.agent_names.refresh()
        marked_keys = await self._wrongly_marked(documents)
        checking = check(
            without_marks(documents, marked_keys) if marked_keys else documents,
            current.documents,
            self._plugins,
            new_id=self._context.new_id,
            host_of=self._context.host_of,
            faulty=faulty,
        )
        del documents
        result, vault_names = await checking, await self._vault.names()
        new_and_old = result.documents, current.documents

        def secrets_in_text() -> tuple[Problem, ...]:
            return tuple(islice(typed_secrets(*new_and_old, vault_names), MOST_FOUND))

        problems = await asyncio.to_thread(secrets_in_text)
        mark_problems = map(mark_problem, marked_keys)
        return replace(result, problems=(*result.problems, *mark_problems, *problems))

    async def _wrongly_marked(self, documents: tuple[Document, ...]) -> tuple[str, ...]:
        """Return the key of each document that bears the hub's mark, and is the node's own. Of
        one that the hub gave, and that was renamed, is told that it must not be changed."""
        given_keys = set(configuration_in(await self._store.get_values()).keys)
        if given_keys - {one.key for one in documents}:
            return ()
        return tuple(islice(wrongly_marked_keys(documents, given_keys), MOST_FOUND))


def _as_noted(one: Difference) -> Mapping[str, str]:
    """Return a difference as the audit log keeps it; what is empty is left out."""
    values = {name: str(getattr(one, name)) for name in NOTED}
    return {name: text for name, text in values.items() if text}


def _missing_entries(result: CheckResult, vault_names: Collection[str]) -> Iterator[Message]:
    """Yield passwords that routes and networks name and that nobody has entered. The secrets of
    accounts are left out: they are asked for with the sign-in."""
    types = ("routes/", "networks/")
    in_routes = named_in(one for one in result.documents if one.key.startswith(types))
    in_headers = named_by_headers(
        one for one in result.documents if one.key.startswith("instances/")
    )
    for name, keys in in_routes.items():
        if name not in vault_names:
            of_route = any(key.startswith("routes/") for key in keys)
            words = NOT_KEPT if of_route else NOT_KEPT_FOR_PROXY
            yield words.fill(who=list_names(keys), entry=name)
    for name, keys in in_headers.items():
        if name not in vault_names:
            yield NOT_SENT.fill(who=list_names(keys), entry=name)
    for name, keys in named_by_logins(result.documents).items():
        if name not in vault_names:
            yield LOGIN_NOT_KEPT.fill(who=list_names(keys), entry=name)


def _runs_same_program(monitor: Monitor, old_monitor: Monitor | None) -> bool:
    return old_monitor is not None and (
        (monitor.kind, monitor.options, monitor.instance.address)
        == (old_monitor.kind, old_monitor.options, old_monitor.instance.address)
    )


def _new_monitors(result: CheckResult, current: Version) -> tuple[NewMonitor, ...]:
    known_ids = {content.get("id") for _, content in parts(current.documents)}
    return tuple(
        NewMonitor(path=one.path, title=one.title, kind=one.kind)
        for id, one in result.plan.monitors.items()
        if id not in known_ids and one.instance.name != OWN_INSTANCE
    )


def _check_base(base: int | None, current: Version) -> None:
    """Raise ConflictError unless that version, if one is named, is in force."""
    if base is not None and base > current.number:
        raise ConflictError(NO_SUCH_BASE.fill(number=current.number, base=base))
    if base is not None and base != current.number:
        raise version_conflict(current)


def version_conflict(current: Version) -> ConflictError:
    """Return the error that somebody else's version came first."""
    return ConflictError(
        NOT_THIS_VERSION.fill(who=current.author or "?", number=current.number)
    )
