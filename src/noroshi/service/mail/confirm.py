"""Confirm by hand that a mail has arrived."""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.mail import EnvelopeState
from noroshi.core.translation import _
from noroshi.operations import mail_operations
from noroshi.operations.mail_answers import Queued
from noroshi.service.errors import ConflictError, NotFoundError
from noroshi.service.mail.delivery_status import state_of
from noroshi.service.mail.queue import NO_MAIL, QueueOperations
from noroshi.service.operation import Person, note, offers
from noroshi.service.setup.proofs import confirm_arrival

NOT_TAKEN = _("This message cannot have arrived: no server has accepted it yet.")


class ConfirmationOperations(QueueOperations):
    """Note that a person saw a mail arrive, with the name of that person."""

    @offers(mail_operations.QUEUE_SEEN)
    async def confirm(self, person: Person, id: str) -> Queued:
        """Note that a mail is seen arrived, and so proves the route that carried it. Of a
        digest's member the digest is meant."""
        entry = await self._store.envelope(id)
        if entry is None:
            raise NotFoundError(NO_MAIL.fill(id=id))
        mail = entry[0].digest or id
        carrier = await self._store.envelope(mail)
        if carrier is None or carrier[0].state != EnvelopeState.ACCEPTED:
            raise ConflictError(NOT_TAKEN)
        await confirm_arrival(self._store, mail, person.name, self._clocks.wall())
        arrivals = await self._store.arrivals(mail)
        note(new_state={"mail": mail, "to": carrier[0].envelope.to})
        queued = await self._queued(entry[0])
        return replace(queued, state=state_of(entry[0].delivery_state, arrivals))
