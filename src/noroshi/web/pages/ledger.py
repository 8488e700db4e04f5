"""Show the ledger: the sum of all alarms, a search through them, and the progress of one
alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.translation import Message, _
from noroshi.operations.mail_answers import LedgerRow, Sum
from noroshi.service import NotFoundError
from noroshi.service.mail.ledger import LedgerOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.form_operations import address, clock, query_value
from noroshi.web.view.mail import (
    RelayPost,
    StateMark,
    Titles,
    arrivals,
    attempts,
    level,
    load_titles,
    progress_of,
    relay,
    reply_text,
    sender_text,
    state,
)
from noroshi.web.view.page_context import Visit, page

SEARCHED, MOST_SHOWN = 2_000, 200
KINDS = (
    DeliveryState.WAITING,
    DeliveryState.HELD,
    DeliveryState.SET_ASIDE,
    DeliveryState.ACCEPTED,
    DeliveryState.SEEN_ARRIVED,
    DeliveryState.CAME_BACK,
    DeliveryState.DROPPED,
)
BY_WHOM: Mapping[str, Message] = {
    DeliveryState.HELD: _("held by {who}"),
    DeliveryState.DROPPED: _("dropped by {who}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmInLedger:
    """Show an alarm with the progress of the mail. `reader`: the notified contact; `ways`: the
    routes that were tried, `count` times, with the last `reply`."""

    alarm: LedgerRow
    time: str
    level: StateMark | None
    state: StateMark
    posts: Sequence[RelayPost]
    reader: str
    ways: Sequence[str]
    reply: str
    count: int
    href: str


def parts_of(sum: Sum) -> Sequence[tuple[Message, int]]:
    """Return the parts of the sum of all alarms, the lost ones last."""
    return (
        (_("Accepted"), sum.accepted),
        (_("Bounced"), sum.came_back),
        (_("Waiting"), sum.waiting),
        (_("Held"), sum.held),
        (_("Undeliverable"), sum.set_aside),
        (_("Dropped"), sum.dropped),
        (_("Lost"), sum.lost),
    )


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the ledger and of one alarm."""
    return [
        Route("/ledger", page(web, ledger), methods=["GET"]),
        Route("/ledger/alarm", page(web, alarm), methods=["GET"]),
    ]


async def ledger(visit: Visit) -> Response:
    """Show the sum, and the newest alarms that match."""
    words, kind = query_value(visit, "q"), query_value(visit, "state")
    kind = kind if kind in KINDS else ""
    most_rows = SEARCHED if words or kind else MOST_SHOWN
    answer = await visit.call(LedgerOperations.ledger, last=most_rows)
    titles = await load_titles(visit)
    matches = [one for one in answer.rows if _matches(one, words, kind, titles)]
    total = answer.sum
    on_record = total.raised - total.forgotten
    return await visit.show(
        "ledger.html",
        sum=total,
        on_record=on_record,
        parts=[(visit.say(title), count) for title, count in parts_of(total)],
        rows=[_row(visit, one, titles) for one in matches[:MOST_SHOWN]],
        count=len(matches),
        searched=len(answer.rows),
        more=on_record > len(answer.rows),
        search_words=words,
        kind=kind,
        kinds=[(one, state(visit, one)) for one in KINDS],
    )


def _matches(one: LedgerRow, words: str, kind: str, titles: Titles) -> bool:
    if kind and one.state != kind:
        return False
    text = "\n".join(_texts(one, titles)).casefold()
    return all(word in text for word in words.casefold().split())


def _texts(one: LedgerRow, titles: Titles) -> Iterator[str]:
    yield titles.contact(one.contact)
    yield from (one.alarm, one.path, one.path_now, one.item)
    yield from (one.subject, one.contact, one.mail)
    for attempt in one.tried:
        yield from (attempt.route, attempt.address, attempt.text, attempt.provider_id)
        yield titles.route(attempt.route)


def _row(visit: Visit, one: LedgerRow, titles: Titles) -> AlarmInLedger:
    return AlarmInLedger(
        alarm=one,
        time=clock(visit, one.raised or one.queued),
        level=level(visit, one.level),
        state=state(visit, one.state),
        posts=relay(visit, (_("Raised"), one.raised), progress_of(one)),
        reader=titles.contact(one.contact),
        ways=list(dict.fromkeys(titles.route(t.route) for t in one.tried if t.route)),
        reply=reply_text(visit, one.tried[-1]) if one.tried else "",
        count=len({t.at for t in one.tried}),
        href=address("/ledger/alarm", id=one.alarm),
    )


def _reason(visit: Visit, one: LedgerRow) -> str:
    """Return the reason for the state; of a held or dropped mail the ledger only has the person
    who did that."""
    explanation = visit.say(one.why)
    if one.state in BY_WHOM:
        return visit.say(BY_WHOM[one.state].fill(who=explanation))
    return explanation if one.state in (DeliveryState.WAITING, DeliveryState.SET_ASIDE) else ""


async def alarm(visit: Visit) -> Response:
    """Show one alarm, from the event to the last answer."""
    id = query_value(visit, "id")
    if not id:  # the operation would answer the newest one, or none where there is none yet
        raise NotFoundError(NO_SUCH_PAGE)
    one = (await visit.call(LedgerOperations.ledger, alarm=id, last=1)).rows[0]
    titles = await load_titles(visit)
    return await visit.show(
        "alarm.html",
        row=_row(visit, one, titles),
        why=_reason(visit, one),
        sender=sender_text(visit, one),
        unproved=visit.say(one.unproved),
        raised=clock(visit, one.raised),
        queued=clock(visit, one.queued),
        tries=list(attempts(visit, progress_of(one).attempts, titles)),
        arrivals=arrivals(visit, one.arrived),
        mail=address("/queue/mail", id=one.mail),
        digest=address("/queue/mail", id=one.digest) if one.digest else "",
    )
