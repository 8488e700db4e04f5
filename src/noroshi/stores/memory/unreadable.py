"""The part of the store for tests and trials that puts by what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from noroshi.core.mail import Envelope, EnvelopeState, Parcel
from noroshi.core.words import NOTHING, Words
from noroshi.stores.memory.spool import SpoolInMemory


class UnreadInMemory(SpoolInMemory):
    """As ports.Store says. In memory all can be read; whoever says otherwise is believed."""

    async def put_by(
        self, parcel: Parcel, why: Words, now: datetime, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        row = self._spool.get(parcel.envelope.id)
        if row is None or row.lease != parcel.lease:
            return False
        row.state, row.why, row.due = EnvelopeState.SET_ASIDE, why, now
        row.lease, row.holder = "", None
        row.envelope = parcel.envelope
        for id in row.envelope.members:
            member = self._spool[id]
            member.state, member.why, member.due = EnvelopeState.WAITING, NOTHING, now
        self._reopen()
        for envelope in envelopes:
            self._put(envelope)
        return True
