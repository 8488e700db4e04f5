"""Bring the configuration of the hub into force beside the node's own definitions, and tell
people if the hub turns the node away.

The hub has no more rights here than the node's noroshi.toml gives: programs run from its folders
alone, and a secret of this node goes nowhere that its own definitions do not name. A route that the
hub shares comes with its own secrets, and only the hub's notifications go by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC

from noroshi.agent.enrolment import (
    AcceptedConfiguration,
    Enrolment,
    configuration_in,
    keep_configuration,
)
from noroshi.agent.hub_documents import (
    RULES,
    documents_of_routes,
    fitted,
    own_documents,
    unfit_documents,
)
from noroshi.agent.hub_names import ACCOUNTS, CUSTOM_CLOUDS, ROUTES, with_free_names
from noroshi.agent.hub_secrets import entry_here, remove_others, remove_sign_ins, secrets_in
from noroshi.agent.link_status import LinkStatus
from noroshi.core.definitions.problems import Problem, first_of
from noroshi.core.definitions.version_note import note_text
from noroshi.core.model import State
from noroshi.core.notices.notice import HubRefusal, HubRefused, HubUnreachable
from noroshi.core.people import Audited
from noroshi.core.reserved_entries import HUB_ENTRIES, TOKENS
from noroshi.core.translation import NOTHING, Message, _
from noroshi.definitions.compilation import Plan, compile_most
from noroshi.definitions.document_content import content
from noroshi.definitions.secret_uses import uses_of
from noroshi.definitions.shared_routes import (
    SHARED_TYPES,
    NotSharedError,
    entries_in,
    with_entries,
)
from noroshi.definitions.validation import CheckResult
from noroshi.link.link_messages import FetchAnswer
from noroshi.link.sealed_secrets import BadSealError
from noroshi.operations.definition_answers import Applied
from noroshi.ports import Document, Version
from noroshi.schema import Invalid
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.definitions.renames import move_silences
from noroshi.service.errors import InvalidArgumentError, OperationError
from noroshi.vault import VaultError

TAKE_UP, LINK = "hub_configuration", "link"
"""Names of the operation and of its door in the audit log."""
OF_ROUTES = (ROUTES, ACCOUNTS, CUSTOM_CLOUDS)
"""The types of definitions that a hub gives for routes alone."""
SERIALS_APART = 1000
"""So many events of a monitor may be unknown to a hub that was restored."""
FROM_HUB = _("configuration from hub {hub}")
ROUTES_WITHDRAWN = _("delivery routes from the hub removed (the hub_routes setting)")
USES_SECRET = _(
    "the hub is not allowed to use this server's vault entry “{entry}”. Whatever needs that "
    "entry must be defined on this server"
)


class HubDefinitions(ApplyOperations):
    """The definitions that the hub gives this node. Nothing here is an operation."""

    async def take_up(self, enrolment: Enrolment, answer: FetchAnswer) -> tuple[Problem, ...]:
        """Put a configuration in the place of the one before; return why not, and then nothing
        was changed. Raises StoreError."""

        async def make(current: Version) -> Applied:
            return await self._replace(enrolment, answer, current)

        try:
            await self._on_newest(make)
        except OperationError as refusal:
            return refusal.problems or (Problem("", refusal.words),)
        return ()

    async def withdraw_routes(self) -> Message:
        """Take the routes that the hub shared out of force, as this node's noroshi.toml no longer
        allows them; return why it was not possible, NOTHING if it was. Raises StoreError."""
        try:
            await self._on_newest(self._without_routes)
        except OperationError as error:
            return error.words
        return NOTHING

    async def _without_routes(self, current: Version) -> Applied:
        accepted = configuration_in(await self._store.get_values())
        withdrawn_keys = [key for key in accepted.keys if key.partition("/")[0] in OF_ROUTES]
        if not withdrawn_keys:
            return Applied(version=current.number, differences=())
        documents = own_documents(current.documents, withdrawn_keys)
        result = await self._require_sound(documents, current, empty=True)
        changes = await self._describe_changes(result, current)
        await self._publish(result, current, self._context.name, note_text(ROUTES_WITHDRAWN))
        remaining_keys = tuple(key for key in accepted.keys if key not in withdrawn_keys)
        # Under no name, so that the hub is asked for the one without routes.
        await keep_configuration(self._store, AcceptedConfiguration(keys=remaining_keys))
        await remove_others(self._vault, ())
        await remove_sign_ins(self._vault, withdrawn_keys)
        return changes

    async def report_refusal(self, enrolment: Enrolment, status: LinkStatus) -> None:
        """Post a notice that the hub turned this node away, once a day for each reason."""
        now, refusal = self._clocks.wall(), HubRefusal(status.phase.value)
        notice = HubRefused(
            happened_at=now,
            refusal=refusal,
            hub=enrolment.hub_name,
            agent=enrolment.name,
            detail=status.trouble if refusal is HubRefusal.OTHER_VERSION else NOTHING,
        )
        day = f"{now.astimezone(UTC):%Y-%m-%d}"
        await self._context.post_notice(notice, f"{enrolment.agent}/{refusal.value}/{day}")

    async def report_absence(self, enrolment: Enrolment, status: LinkStatus) -> None:
        """Post a notice that the hub is unreachable, once a minute."""
        now = self._clocks.wall()
        notice = HubUnreachable(
            happened_at=now,
            hub=enrolment.hub_name,
            agent=enrolment.name,
            last_contact=status.last_contact,
        )
        minute = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M}"
        await self._context.post_notice(notice, f"{enrolment.agent}/{minute}")

    async def _replace(
        self, enrolment: Enrolment, answer: FetchAnswer, current: Version
    ) -> Applied:
        accepted = configuration_in(await self._store.get_values())
        node_documents = own_documents(current.documents, accepted.keys)
        hub_documents = self._fitted(answer, node_documents)
        # Before the definitions are in force that name them.
        await self._keep_secrets(enrolment, answer)
        result = await self._require_sound(
            (*node_documents, *hub_documents), current, empty=True
        )
        await self._require_no_secrets(result.plan, node_documents, hub_documents)
        changes = await self._describe_changes(result, current)
        new_keys = tuple(one.key for one in hub_documents)
        if changes.differences:
            # Before it is in force: whoever dies in between must not take these for the node's own.
            known_keys = tuple(dict.fromkeys((*accepted.keys, *new_keys)))
            await keep_configuration(
                self._store,
                AcceptedConfiguration(configuration=accepted.configuration, keys=known_keys),
            )
            await self._publish_for_hub(enrolment, answer, result, current)
        await keep_configuration(
            self._store,
            AcceptedConfiguration(configuration=answer.configuration, keys=new_keys),
        )
        await remove_others(self._vault, set(_entries_in(hub_documents)))
        await remove_sign_ins(self._vault, set(accepted.keys) - set(new_keys))
        return changes

    async def _publish_for_hub(
        self, enrolment: Enrolment, answer: FetchAnswer, result: CheckResult, current: Version
    ) -> None:
        author = enrolment.hub_name or enrolment.hub
        note = note_text(FROM_HUB.fill(hub=author))
        states = dict(_initial_states(answer, result.plan))
        number = await self._publish(result, current, author, note, states)
        await move_silences(
            self._store, current.documents, result.documents, self._clocks.wall()
        )
        await self._audit(author, answer.configuration, number)

    async def _keep_secrets(self, enrolment: Enrolment, answer: FetchAnswer) -> None:
        """Keep the secrets of the routes that the hub shares. Raises InvalidArgumentError."""
        try:
            secrets = await secrets_in(answer, enrolment, self._vault)
            for name, secret in secrets.items():
                await self._vault.put(name, secret)
        except (BadSealError, VaultError) as error:
            problem = Problem("", error.words)
            raise InvalidArgumentError(BAD_DEFINITIONS, (problem,)) from None

    def _fitted(
        self, answer: FetchAnswer, node_documents: tuple[Document, ...]
    ) -> tuple[Document, ...]:
        """Return the documents as they hold here. Raises InvalidArgumentError."""
        own_keys = {one.key for one in node_documents}
        keys_of_routes = self._keys_of_routes(answer)
        problems = tuple(unfit_documents(answer.documents, own_keys, keys_of_routes))
        if problems:
            raise InvalidArgumentError(BAD_DEFINITIONS, first_of(problems))
        hub_keys = [one.key for one in answer.documents]
        rules = {key.partition("/")[2] for key in hub_keys if key.startswith(f"{RULES}/")}
        try:
            documents = [
                with_entries(one, entry_here) if one.key in keys_of_routes else one
                for one in answer.documents
            ]
            documents = [fitted(one, self._context.name, rules) for one in documents]
            return with_free_names(documents, own_keys | set(_token_keys(node_documents)))
        except Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None

    def _keys_of_routes(self, answer: FetchAnswer) -> Collection[str]:
        """Return the keys of the documents of which the routes consist that the hub shares; none if it
        must not. Raises InvalidArgumentError."""
        if not self._context.hub_routes:
            return ()
        try:
            return {one.key for one in documents_of_routes(answer.documents)}
        except NotSharedError as error:
            problem = Problem("", error.words)
            raise InvalidArgumentError(BAD_DEFINITIONS, (problem,)) from None
        except Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None

    async def _wrongly_marked(self, _documents: tuple[Document, ...]) -> tuple[str, ...]:
        """Return none: what the hub gives is marked as it comes."""
        return ()

    async def _require_no_secrets(
        self,
        plan: Plan,
        node_documents: tuple[Document, ...],
        hub_documents: tuple[Document, ...],
    ) -> None:
        """Raise InvalidArgumentError where the hub would use an entry of this node's vault."""
        own_plan, _problems = await asyncio.to_thread(
            compile_most, node_documents, self._plugins
        )
        hub_entries = {*_entries_in(hub_documents), *_token_entries(hub_documents)}
        if problems := tuple(_foreign_uses(plan, own_plan, hub_entries)):
            raise InvalidArgumentError(BAD_DEFINITIONS, first_of(problems))

    async def _audit(self, hub: str, configuration: str, version: int) -> None:
        row = Audited(
            at=self._clocks.wall(),
            who=hub,
            door=LINK,
            address="",
            op=TAKE_UP,
            given={"configuration": configuration},
            after={"version": version},
        )
        await self._store.audit(row)


def _initial_states(answer: FetchAnswer, plan: Plan) -> Iterator[tuple[str, State]]:
    """Yield with what a monitor begins that is new here and that the hub knows: what is told to
    people already is not told again, and no event gets an id that is known there."""
    for id, state in answer.states.states.items():
        monitor = plan.monitors.get(id)
        if monitor is not None and monitor.instance.of_hub:
            yield id, replace(state, serial=state.serial + SERIALS_APART)


def _token_keys(node_documents: Iterable[Document]) -> Iterator[str]:
    """Yield the keys of accounts that no account of the hub may have: under their names the tokens
    of the node's own accounts are kept."""
    for one in node_documents:
        if one.key.startswith(f"{ACCOUNTS}/") and (id := content(one).get("id")):
            yield f"{ACCOUNTS}/{id}"


def _entries_in(hub_documents: Iterable[Document]) -> Iterator[str]:
    """Yield the entries here that the hub's documents name and that it shares."""
    for one in hub_documents:
        if one.key.partition("/")[0] in SHARED_TYPES:
            yield from (entry for entry in entries_in(one) if entry.startswith(HUB_ENTRIES))


def _token_entries(hub_documents: Iterable[Document]) -> Iterator[str]:
    """Yield the entries of the tokens of the hub's accounts here."""
    for one in hub_documents:
        type, _slash, name = one.key.partition("/")
        if type == ACCOUNTS:
            yield TOKENS + name


def _foreign_uses(
    plan: Plan, own_plan: Plan, hub_entries: Collection[str]
) -> Iterator[Problem]:
    uses = (one for one in uses_of(plan) - uses_of(own_plan) if one.entry not in hub_entries)
    for use in sorted(uses):
        yield Problem(use.entry, USES_SECRET.fill(entry=use.entry))
