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
class Proved:
    """The last mail by a route that somebody had in hand."""

    mail: str
    at: datetime
    by: str


async def seen_by(store: Store, mail: str, who: str, at: datetime) -> None:
    """Note that a mail is seen arrived, as by a round trip, but said by a person, and proves
    the route that carried it; nothing while no provider has taken it, and nothing twice."""
    found = await store.envelope(mail)
    took = last_taken(found[1]) if found else None
    if found is None or took is None:
        return
    if any(one.state == DeliveryState.SEEN_ARRIVED for one in await store.arrivals(mail)):
        return
    address = _reached(found[0].envelope, took)
    # The note first: killed in between, both are written the next time.
    await store.put_value(NOTE + took.route, schema.text(Proved(mail=mail, at=at, by=who)))
    await store.record_arrival(
        mail, Arrival(address=address, state=DeliveryState.SEEN_ARRIVED, at=at, text=who)
    )


def proved(notes: Mapping[str, str], route: str) -> Proved | None:
    """Return the proof of a route; None: nobody had a mail of it in hand, or none that this
    version can read."""
    try:
        return schema.value(Proved, notes[NOTE + route])
    except (KeyError, schema.Unreadable):
        return None


def with_proof(trip: RoundTripFacts | None, proof: Proved | None) -> RoundTripFacts | None:
    """Return what is known of a route's mails, whoever saw the last one arrive."""
    if proof is None or (
        trip is not None and trip.last_arrival is not None and trip.last_arrival > proof.at
    ):
        return trip
    known = RoundTripFacts(counts_from=proof.at) if trip is None else trip
    return replace(known, last_arrival=proof.at, took=0.0, by=proof.by)


def _reached(envelope: Envelope, took: Receipt) -> str:
    """Return whose hands it came to, where that is sure: of several it may be any."""
    addresses: Sequence[str] = envelope.to or tuple(took.answers)
    return addresses[0] if len(addresses) == 1 else ""
