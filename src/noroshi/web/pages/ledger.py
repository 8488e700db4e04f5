"""Show the ledger: the sum of all alarms, a search through them, and the progress of one
alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.translation import Message, _
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.form_operations import address, clock, query_value
from noroshi.web.view.mail import (
    Answer,
    Titles,
    attempts,
    level,
    load_titles,
    relay,
    reply_text,
    state,
)
from noroshi.web.view.page_context import Visit, page

SEARCHED, MOST_SHOWN = 2_000, 200
SEARCHED_IN = ("alarm", "path", "path_now", "item", "subject", "contact", "mail")
KINDS = (
    DeliveryState.WAITING,
    DeliveryState.HELD,
    DeliveryState.SET_ASIDE,
    DeliveryState.ACCEPTED,
    DeliveryState.SEEN_ARRIVED,
    DeliveryState.CAME_BACK,
    DeliveryState.DROPPED,
)
PARTS: Mapping[str, Message] = {
    "accepted": _("Accepted"),
    "came_back": _("Bounced"),
    "waiting": _("Waiting"),
    "held": _("Held"),
    "set_aside": _("Undeliverable"),
    "dropped": _("Dropped"),
    "lost": _("Lost"),
}
"""The parts of the sum of all alarms."""
BY_WHOM: Mapping[str, Message] = {
    DeliveryState.HELD: _("held by {who}"),
    DeliveryState.DROPPED: _("dropped by {who}"),
}


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
    answer = await visit.call("ledger", last=most_rows)
    titles = await load_titles(visit)
    matches = [one for one in answer["rows"] if _matches(one, words, kind, titles)]
    total = answer["sum"]
    return await visit.show(
        "ledger.html",
        sum=total,
        on_record=total["raised"] - total["forgotten"],
        parts=[(name, visit.say(title)) for name, title in PARTS.items()],
        rows=[_row(visit, one, titles) for one in matches[:MOST_SHOWN]],
        count=len(matches),
        searched=len(answer["rows"]),
        more=total["raised"] - total["forgotten"] > len(answer["rows"]),
        search_words=words,
        kind=kind,
        kinds=[(one, state(visit, one)) for one in KINDS],
    )


def _matches(one: Answer, words: str, kind: str, titles: Titles) -> bool:
    if kind and one["state"] != kind:
        return False
    text = "\n".join(_texts(one, titles)).casefold()
    return all(word in text for word in words.casefold().split())


def _texts(one: Answer, titles: Titles) -> Iterator[str]:
    yield titles.contact(one["contact"])
    yield from (one[name] for name in SEARCHED_IN)
    for attempt in one["tried"]:
        yield from (attempt[name] for name in ("route", "address", "text", "provider_id"))
        yield titles.route(attempt["route"])


def _row(visit: Visit, one: Answer, titles: Titles) -> Mapping[str, Any]:
    delivery_attempts = one["tried"]
    beginning = (_("Raised"), one["raised"])
    return {
        **one,
        "at": clock(visit, one["raised"] or one["queued"]),
        "level": level(visit, one["level"]),
        "state": state(visit, one["state"]),
        "posts": relay(visit, beginning, one),
        "reader": titles.contact(one["contact"]),
        "ways": list(
            dict.fromkeys(titles.route(t["route"]) for t in delivery_attempts if t["route"])
        ),
        "reply": reply_text(visit, delivery_attempts[-1]) if delivery_attempts else "",
        "count": len({t["at"] for t in delivery_attempts}),
        "href": address("/ledger/alarm", id=one["alarm"]),
    }


def _why(visit: Visit, one: Answer) -> str:
    """Return why it is in its state; of a held or dropped mail the ledger has only who did
    that."""
    explanation = visit.say(one["why"])
    if one["state"] in BY_WHOM:
        return visit.say(BY_WHOM[one["state"]].fill(who=explanation))
    return (
        explanation if one["state"] in (DeliveryState.WAITING, DeliveryState.SET_ASIDE) else ""
    )


async def alarm(visit: Visit) -> Response:
    """Show one alarm, from the event to the last answer."""
    id = query_value(visit, "id")
    if not id:  # the operation would answer the newest one, or none where there is none yet
        raise NotFoundError(NO_SUCH_PAGE)
    one = (await visit.call("ledger", alarm=id, last=1))["rows"][0]
    titles = await load_titles(visit)
    return await visit.show(
        "alarm.html",
        row=_row(visit, one, titles),
        why=_why(visit, one),
        unproved=visit.say(one["unproved"]),
        raised=clock(visit, one["raised"]),
        queued=clock(visit, one["queued"]),
        tries=list(attempts(visit, one["tried"], titles)),
        arrivals=[
            {**end, "at": clock(visit, end["at"]), "state": state(visit, end["state"])}
            for end in one["arrived"]
        ],
        mail=address("/queue/mail", id=one["mail"]),
        digest=address("/queue/mail", id=one["digest"]) if one["digest"] else "",
    )
