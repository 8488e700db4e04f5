"""Tell what is known of mails once a provider has taken them, and what is not proved. All is
pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Receipt, Route
from noroshi.core.translation import NOTHING, Message, _
from noroshi.operations.mail_answers import Arrived, Arrives
from noroshi.ports import Arrival, RoundTripFacts
from noroshi.round_trips import last_taken

NOT_PROVED = _("Delivery is not verified. A non-delivery report would be detected.")
NOT_NOTICED = _(
    "Delivery is not verified, and a non-delivery report would not be detected: Noroshi does "
    "not read the mailbox that would receive it (reads_inbox)."
)

GONE = _("Delivery is not verified. The route that sent the message is no longer defined.")
SENT_ELSEWHERE = _("Delivery is not verified. {node} sent the message through its own route.")
FILED = _(
    "The message is in the folder as a file. Its further delivery is not verified; that "
    "depends on the software that picks it up."
)
HANDED = _("The server accepted the message. It is not verified that anyone has seen it.")
OF_KIND: Mapping[str, Message] = {"pickup": FILED, "webhook": HANDED}
"""The limits of what is known of a mail that a route of that kind took, as no report of it
comes back."""


def state_of(state: DeliveryState, arrivals: Iterable[Arrival]) -> DeliveryState:
    """Return the state of a mail: one that came back was not read, whoever else saw it
    arrive."""
    states = {one.state for one in arrivals}
    if not states:
        return state
    came_back = DeliveryState.CAME_BACK
    return came_back if came_back in states else states.pop()


def limits(routes: Iterable[Route], readable: Collection[str]) -> Mapping[str, Message]:
    """Return by route what is not known of what it took. `readable`: those whose mailbox is
    read."""
    of_mails = {True: NOT_PROVED, False: NOT_NOTICED}
    return {one.name: OF_KIND.get(one.kind) or of_mails[one.name in readable] for one in routes}


def unproved(
    state: str, receipts: Sequence[Receipt], by_route: Mapping[str, Message]
) -> Message:
    """Return what is not known of an accepted mail. `by_route`: the same by route."""
    if state != DeliveryState.ACCEPTED:
        return NOTHING
    if receipts and (node := receipts[-1].sent_by):
        return SENT_ELSEWHERE.fill(node=node)
    receipt = last_taken(receipts)
    return NOT_NOTICED if receipt is None else by_route.get(receipt.route, GONE)


def arrival_answers(arrivals: Iterable[Arrival]) -> tuple[Arrived, ...]:
    """Return the arrivals and returns of a mail, as an answer."""
    return tuple(map(_arrival_answer, arrivals))


def _arrival_answer(one: Arrival) -> Arrived:
    """Return an arrival as an answer: of a mail that was seen, by whom; of one that came back,
    what a server wrote."""
    if one.state != DeliveryState.SEEN_ARRIVED:
        return Arrived(at=one.reported_at, address=one.address, state=one.state, said=one.text)
    return Arrived(
        at=one.reported_at, address=one.address, state=one.state, said="", by=one.text
    )


def round_trip_answer(trip: RoundTripFacts) -> Arrives:
    """Return the round-trip facts of a route's own mailbox, as an answer."""
    return Arrives(seen=trip.last_arrival, took=trip.duration, why=trip.trouble, by=trip.person)
