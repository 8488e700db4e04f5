"""Bring the configuration of the hub into force beside the node's own definitions, and tell
people if the hub turns the node away.

The hub has no more rights here than the node's noroshi.toml gives: programs run from its folders
alone, and a secret of this node goes nowhere that its own definitions do not name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from noroshi.agent.enrolment import (
    AcceptedConfiguration,
    Enrolment,
    configuration_in,
    keep_configuration,
)
from noroshi.agent.hub_documents import RULES, fitted, own_documents, unfit_documents
from noroshi.agent.hub_names import with_free_names
from noroshi.agent.link_status import LinkStatus
from noroshi.core.definitions.problems import Problem, first_of
from noroshi.core.definitions.version_note import note_text
from noroshi.core.model import State
from noroshi.core.notices.notice import HubRefusal, HubRefused, HubUnreachable
from noroshi.core.people import Audited
from noroshi.core.translation import NOTHING, _
from noroshi.definitions.compilation import Plan, compile_most
from noroshi.definitions.secret_uses import uses_of
from noroshi.link.link_messages import FetchAnswer
from noroshi.operations.definition_answers import Applied
from noroshi.ports import Document, Version
from noroshi.schema import Invalid
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.definitions.renames import move_silences
from noroshi.service.errors import InvalidArgumentError, OperationError

TAKE_UP, LINK = "hub_configuration", "link"
"""What the audit log calls it, and the door by which it came."""
SERIALS_APART = 1000
"""So many events of a monitor may be unknown to a hub that was restored."""
FROM_HUB = _("configuration from the hub {hub}")
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
        result = await self._require_sound(
            (*node_documents, *hub_documents), current, empty=True
        )
        await self._require_no_secrets(result.plan, node_documents)
        changes = await self._describe_changes(result, current)
        new_keys = tuple(one.key for one in hub_documents)
        if changes.differences:
            # Before it is in force: whoever dies in between must not take these for the node's own.
            known_keys = tuple(dict.fromkeys((*accepted.keys, *new_keys)))
            await keep_configuration(
                self._store,
                AcceptedConfiguration(configuration=accepted.configuration, keys=known_keys),
            )
            author = enrolment.hub_name or enrolment.hub
            note = note_text(FROM_HUB.fill(hub=author))
            states = dict(_initial_states(answer, result.plan))
            number = await self._publish(result, current, author, note, states)
            await move_silences(
                self._store, current.documents, result.documents, self._clocks.wall()
            )
            await self._audit(author, answer.configuration, number)
        await keep_configuration(
            self._store,
            AcceptedConfiguration(configuration=answer.configuration, keys=new_keys),
        )
        return changes

    def _fitted(
        self, answer: FetchAnswer, node_documents: tuple[Document, ...]
    ) -> tuple[Document, ...]:
        """Return the documents as they hold here. Raises InvalidArgumentError."""
        own_keys = {one.key for one in node_documents}
        problems = tuple(unfit_documents(answer.documents, own_keys))
        if problems:
            raise InvalidArgumentError(BAD_DEFINITIONS, first_of(problems))
        hub_keys = [one.key for one in answer.documents]
        rules = {key.partition("/")[2] for key in hub_keys if key.startswith(f"{RULES}/")}
        try:
            documents = [fitted(one, self._context.name, rules) for one in answer.documents]
            return with_free_names(documents, own_keys)
        except Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None

    async def _wrongly_marked(self, _documents: tuple[Document, ...]) -> tuple[str, ...]:
        """Return none: what the hub gives is marked as it comes."""
        return ()

    async def _require_no_secrets(
        self, plan: Plan, node_documents: tuple[Document, ...]
    ) -> None:
        """Raise InvalidArgumentError where the hub would use an entry of this node's vault."""
        own_plan, _problems = await asyncio.to_thread(
            compile_most, node_documents, self._plugins
        )
        if problems := tuple(_foreign_uses(plan, own_plan)):
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


def _foreign_uses(plan: Plan, own_plan: Plan) -> Iterator[Problem]:
    for use in sorted(uses_of(plan) - uses_of(own_plan)):
        yield Problem(use.entry, USES_SECRET.fill(entry=use.entry))
