"""Routes that a person has proved: somebody gave back what stood in a mail that went by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from noroshi import schema
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Envelope, Receipt
from noroshi.ports import Arrival, RoundTripFacts, Store
from noroshi.round_trips import last_taken

NOTE = "proved/"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryProof:
    """The last mail by a route that somebody had in hand."""

    mail: str
    at: datetime
    by: str


async def confirm_arrival(store: Store, mail: str, confirmed_by: str, at: datetime) -> None:
    """Note that a mail is seen arrived, as by a round trip, but said by a person, and proves
    the route that carried it; nothing while no provider has taken it, and nothing twice."""
    entry = await store.envelope(mail)
    receipt = last_taken(entry[1]) if entry else None
    if entry is None or receipt is None:
        return
    if any(one.state == DeliveryState.SEEN_ARRIVED for one in await store.arrivals(mail)):
        return
    address = _recipient(entry[0].envelope, receipt)
    # The note first: killed in between, both are written the next time.
    await store.put_value(
        NOTE + receipt.route, schema.text(DeliveryProof(mail=mail, at=at, by=confirmed_by))
    )
    await store.record_arrival(
        mail,
        Arrival(
            address=address, state=DeliveryState.SEEN_ARRIVED, reported_at=at, text=confirmed_by
        ),
    )


def proof_of(notes: Mapping[str, str], route: str) -> DeliveryProof | None:
    """Return the proof of a route; None: nobody had a mail of it in hand, or none that this
    version can read."""
    return schema.value_or_none(DeliveryProof, notes.get(NOTE + route))


def with_proof(
    trip: RoundTripFacts | None, proof: DeliveryProof | None
) -> RoundTripFacts | None:
    """Return the round-trip facts of a route, with a person's confirmation if that is newer."""
    if proof is None or (
        trip is not None and trip.last_arrival is not None and trip.last_arrival > proof.at
    ):
        return trip
    facts = RoundTripFacts(counts_from=proof.at) if trip is None else trip
    return replace(facts, last_arrival=proof.at, duration=0.0, person=proof.by)


def _recipient(envelope: Envelope, receipt: Receipt) -> str:
    """Return whose hands it came to, where that is sure: of several it may be any."""
    addresses: Sequence[str] = envelope.to or tuple(receipt.answers)
    return addresses[0] if len(addresses) == 1 else ""
