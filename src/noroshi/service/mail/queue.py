"""Operations on mail: sent by hand, and what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.levels import Level
from noroshi.core.translation import Message, _
from noroshi.definitions.accounts_of_routes import account_of
from noroshi.operations import mail_operations
from noroshi.operations.mail_answers import Letter, Queued, Sent
from noroshi.ports import QueuedEnvelope
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.mail import compose
from noroshi.service.monitors import status_view
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup

NO_MAIL = followed_by(_("There is no message “{id}” in the queue."), InstructionKind.SHOW_QUEUE)
NOT_AGAIN = _("{id} cannot be retried: it is being sent now, or it was accepted.")
NOT_HELD = _("{id} cannot be held: it is being sent now, is already held, or is completed.")
NOT_RELEASED = _("{id} is neither held nor undeliverable.")
NOT_DROPPED = _(
    "{id} cannot be dropped: it is being sent now, was accepted, or was dropped before."
)
NOT_EDITED = _("{id} cannot be changed: it is being sent now, was accepted, or was dropped.")
BAD_EDIT = _("{id} was not changed.")
BAD_MAIL = _("The message cannot be queued; nothing was sent.")


class QueueOperations(OperationGroup):
    """Queued, shown, tried again."""

    @offers(mail_operations.SEND)
    async def send(
        self,
        person: Person,
        to: tuple[str, ...],
        subject: str,
        text: str,
        routes: tuple[str, ...] = (),
        level: Level = Level.OK,
    ) -> Sent:
        """Queue a mail, one envelope for each contact, all or none; durable on return."""
        _, plan = await self._context.current()
        if problems := compose.faults(plan, to, subject, text, routes):
            raise InvalidArgumentError(BAD_MAIL, problems)
        number, now = self._context.new_id(), self._clocks.wall()
        contacts = [compose.contact_of(plan, n, subject + text) for n in dict.fromkeys(to)]
        envelopes = [
            compose.envelope(
                number=number,
                contact=contact,
                routes=compose.routes_of(plan, contact, routes),
                subject=subject,
                text=text,
                level=level,
                born=now,
            )
            for contact in contacts
        ]
        await self._store.post(*envelopes)
        note(new_state={"ids": [envelope.id for envelope in envelopes]})
        return Sent(tuple(envelope.id for envelope in envelopes))

    @offers(mail_operations.QUEUE_LIST)
    async def list(self, person: Person) -> tuple[Queued, ...]:
        """List what waits and what was set aside, oldest first."""
        outages, now, marks = (
            await self._context.outages(),
            self._clocks.wall(),
            await self._context.marks(),
        )
        waiting = await self._store.queue()
        senders = self._context.agent_senders
        return tuple(status_view.queued(one, outages, now, senders, marks) for one in waiting)

    @offers(mail_operations.QUEUE_SHOW)
    async def show(self, person: Person, id: str) -> Letter:
        """Return the envelope, the attempts with their results, and the time of the next
        attempt with the reason."""
        entry = await self._store.envelope(id)
        if entry is None:
            raise NotFoundError(NO_MAIL.fill(id=id))
        one, receipts = entry
        if one.digest:  # what was tried, and what arrived, is the digest's
            digest_entry = await self._store.envelope(one.digest)
            id, receipts = (one.digest, digest_entry[1]) if digest_entry else (id, receipts)
        arrivals, limits = await self._store.arrivals(id), await self._context.unproved()
        queued = await self._queued(one)
        return status_view.letter(one, queued, receipts, arrivals, limits, person.roles)

    @offers(mail_operations.QUEUE_RETRY)
    async def retry(self, person: Person, id: str) -> Queued:
        """Make a mail due now, with the back-off of the routes ended, and let each refused
        sign-in be tried again: whoever retries says that the fault is mended. A mail that was
        set aside waits again."""
        await self._note_before(id)
        entry = await self._store.envelope(id)
        await self._ask_again(entry[0].envelope.routes if entry else ())
        succeeded = await self._store.retry(id, self._clocks.wall())
        return await self._after_change(id, succeeded, NOT_AGAIN)

    @offers(mail_operations.QUEUE_RETRY_ALL)
    async def retry_all(self, person: Person) -> int:
        """Do as `retry` with all that wait, and leave what is held or set aside, which somebody
        has to decide on. Return how many are due now: what is being sent is not among them."""
        mails = [
            one
            for one in await self._store.queue()
            if one.delivery_state == DeliveryState.WAITING and not one.waits_for_hub
        ]
        await self._ask_again({name for one in mails for name in one.envelope.routes})
        now = self._clocks.wall()
        # Together, as the store writes at once what comes at once: in an outage thousands wait.
        retried = await asyncio.gather(
            *[self._store.retry(one.envelope.id, now) for one in mails]
        )
        note(new_state={"ids": sum(retried)})
        return sum(retried)

    @offers(mail_operations.QUEUE_HOLD)
    async def hold(self, person: Person, id: str) -> Queued:
        """Hold a mail: it waits until it is released, and so do younger mails of the same order
        key."""
        await self._note_before(id)
        return await self._after_change(id, await self._store.hold(id, person.name), NOT_HELD)

    @offers(mail_operations.QUEUE_RELEASE)
    async def release(self, person: Person, id: str) -> Queued:
        """Release a mail that was held, or set aside: it waits again, due now."""
        await self._note_before(id)
        succeeded = await self._store.release(id, self._clocks.wall())
        return await self._after_change(id, succeeded, NOT_RELEASED)

    @offers(mail_operations.QUEUE_DROP)
    async def drop(self, person: Person, id: str) -> Queued:
        """Give a mail up: it is never sent, and stays on record with the person who gave it
        up."""
        await self._note_before(id)
        return await self._after_change(
            id, await self._store.drop(id, person.name), NOT_DROPPED
        )

    @offers(mail_operations.QUEUE_EDIT)
    async def edit(
        self, person: Person, id: str, to: tuple[str, ...] = (), routes: tuple[str, ...] = ()
    ) -> Queued:
        """Change what is given, and leave the rest. One that was set aside is sent once it is
        released."""
        _, plan = await self._context.current()
        if await self._store.envelope(id) is None:
            raise NotFoundError(NO_MAIL.fill(id=id))
        if problems := compose.readdressing_faults(plan, to, routes):
            raise InvalidArgumentError(BAD_EDIT.fill(id=id), problems)
        await self._note_before(id)
        return await self._after_change(
            id, await self._store.readdress(id, to, routes), NOT_EDITED
        )

    async def _after_change(self, id: str, succeeded: bool, why_not: Message) -> Queued:
        entry = await self._store.envelope(id)
        if entry is None:
            raise NotFoundError(NO_MAIL.fill(id=id))
        if not succeeded:
            raise ConflictError(why_not.fill(id=id))
        note(new_state=_summary(entry[0]))
        return await self._queued(entry[0])

    async def _note_before(self, id: str) -> None:
        entry = await self._store.envelope(id)
        if entry is not None:
            note(old_state=_summary(entry[0]))

    async def _queued(self, one: QueuedEnvelope) -> Queued:
        marks, now = await self._context.marks(), self._clocks.wall()
        senders = self._context.agent_senders
        return status_view.queued(one, await self._context.outages(), now, senders, marks)

    async def _ask_again(self, names: Collection[str]) -> None:
        """Let the sign-ins of these routes be asked for again."""
        _, plan = await self._context.current()
        for route in (plan.routes[name] for name in names if name in plan.routes):
            if account := account_of(plan, route):
                await self._tokens.ask_again(account)


def _summary(one: QueuedEnvelope) -> Mapping[str, Any]:
    envelope = one.envelope
    return {"state": one.delivery_state, "to": envelope.to, "routes": envelope.routes}
