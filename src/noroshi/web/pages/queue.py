"""Show the queue, one mail of it as it will be sent, and what may be done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _, pgettext
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.normalize import BETWEEN
from noroshi.web.http.security_headers import POLICY
from noroshi.web.view.control_escape import Page
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    clock,
    may,
    query_value,
    run,
    since,
    typed,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.mail import Answer, Titles, attempts, names, relay, state
from noroshi.web.view.page_context import Visit, page

DEEDS: Mapping[str, Message] = {
    "hold": _("Hold"),
    "release": _("Release"),
    "retry": _("Retry now"),
    "drop": _("Give up delivery"),
    "edit": _("Change addresses or routes"),
}
"""The actions on a mail, each by the operation queue_NAME."""
DONE: Mapping[str, Message] = {
    "hold": _("The mail is held, and so are later mails of the same monitor."),
    "release": _("Released for delivery."),
    "retry": pgettext("did.retry", "Retrying now."),
    "drop": _("Delivery given up. The mail stays on record with your name."),
    "edit": _("Changed. A mail that is held or set aside still waits for its release."),
}
MOST_SHOWN = 200
WAY = "route."
"""The beginning of the names of the fields in which a mail's routes are chosen, in order."""
STILL = (DeliveryState.WAITING, DeliveryState.HELD, DeliveryState.SET_ASIDE)
"""The states in which something can still be done."""
ACTS: Mapping[str, tuple[str, ...]] = {
    DeliveryState.WAITING: ("retry", "hold"),
    DeliveryState.HELD: ("release",),
    DeliveryState.SET_ASIDE: ("release",),
}
ASIDE = (DeliveryState.SET_ASIDE, DeliveryState.SET_ASIDE_IN_DIGEST)
FRAMING = {
    # The mail's own looks are inline, so its frame allows them; no script, no picture, no form,
    # no link to follow, and an origin that is nobody's.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}


NOT_REFUSED = Outcome()


def routes(web: WebContext, live: Live) -> list[Route]:
    """Their addresses. A mail's id has slashes in it, so it stands in the query."""

    async def queue(visit: Visit) -> Response:
        return await _queue(visit, live)

    async def mail(visit: Visit) -> Response:
        return await _one(visit, live)

    return [
        Route("/queue", page(web, queue), methods=["GET"]),
        Route("/queue/mail", page(web, mail), methods=["GET", "POST"]),
        Route("/queue/mail/html", page(web, as_html), methods=["GET"]),
    ]


async def _queue(visit: Visit, live: Live) -> Response:
    """Everything that waits, or what of it fits, and why."""
    seen = await live.now()  # first: what moves from here on is told by the stream
    found, wanted = await visit.call("queue_list"), query_value(visit, "q")
    called = await names(visit)
    fitting = [one for one in found if _fits(visit, one, wanted, called)]
    # Whatever wants a decision comes first: in an outage thousands may wait.
    first = sorted(fitting, key=lambda one: one["state"] not in ASIDE)
    rows = [_row(visit, one, called) for one in first[:MOST_SHOWN]]
    head = _head(visit, found)
    given = {"head": head, "rows": rows, "count": len(fitting), "wanted": wanted}
    return visit.page(
        "queue.html", ledger_sum=seen.ledger["sum"], serial=seen.serial, may=may(visit), **given
    )


def _fits(visit: Visit, one: Answer, wanted: str, called: Titles) -> bool:
    told = (one["id"], one["subject"], one["contact"], *one["to"], *one["routes"])
    told = (*told, called.contact(one["contact"]), *map(called.route, one["routes"]))
    text = "\n".join((*told, visit.say(one["because"]))).casefold()
    return all(word in text for word in wanted.casefold().split())


def _head(visit: Visit, found: Sequence[Answer]) -> str:
    if not found:
        return visit.say(_("No mail is waiting."))
    states = [one["state"] for one in found]
    aside = sum(one in ASIDE for one in states)
    held = states.count(DeliveryState.HELD)
    sentences = [visit.say(_("Mails waiting: {count}.").fill(count=len(states) - aside - held))]
    if held:
        sentences.append(visit.say(_("Held manually: {count}.").fill(count=held)))
    if aside:
        sentences.append(
            visit.say(_("Set aside, decision required: {count}.").fill(count=aside))
        )
    return " ".join(sentences) if visit.language == "en" else "".join(sentences)


def _row(visit: Visit, one: Answer, called: Titles) -> Mapping[str, Any]:
    return {
        **one,
        "state": state(visit, one["state"]),
        "because": visit.say(one["because"]),
        "next": _next(visit, one),
        "waits": since(visit, one["born"]),
        "born": clock(visit, one["born"]),
        "reader": called.contact(one["contact"]),
        "ways": [_way(visit, one, name, called) for name in one["routes"]],
        "href": address("/queue/mail", id=one["id"]),
        "open": one["state"] in STILL,
        "deeds": _deeds(visit, one["state"]),
    }


def _way(visit: Visit, one: Answer, name: str, called: Titles) -> str:
    mark = visit.say(one["marks"][name]) if name in one["marks"] else ""
    title = called.route(name)
    return f"{title} ({mark})" if mark else title


def _next(visit: Visit, one: Answer) -> str:
    """Return when it may next be sent; a moment that is past means that it is due."""
    if one["state"] in (DeliveryState.HELD, *ASIDE):
        return visit.say(_("after release"))
    if not one["next"]:
        return ""
    due = datetime.fromisoformat(one["next"]) <= visit.web.service.now()
    return visit.say(_("now")) if due else clock(visit, one["next"])


def _deeds(visit: Visit, state: str) -> list[tuple[str, str]]:
    """Return what this person may do with a mail in that state, each with its words."""
    names = ACTS.get(state, ()) if may(visit)["act"] else ()
    return [(name, visit.say(DEEDS[name])) for name in names]


async def _one(visit: Visit, live: Live) -> Response:
    """One mail: how far it came, what was answered, how it looks, what may be done."""
    id = (
        visit.form.get("id", "") if visit.request.method == "POST" else query_value(visit, "id")
    )
    if visit.request.method == "GET":
        did = query_value(visit, "did")
        return await _mail(visit, live, id, did=visit.say(DONE[did]) if did in DONE else "")
    deed = visit.form.get("do", "")
    if deed not in DEEDS:
        raise NotFoundError(NO_SUCH_PAGE)
    done = await run(visit, f"queue_{deed}", id=id, **_given(visit, deed))
    live.changed()
    if done.why:
        return await _mail(visit, live, id, refused=done)
    return visit.to(address("/queue/mail", id=id, did=deed))


def _given(visit: Visit, deed: str) -> Mapping[str, Any]:
    if deed != "edit":
        return {}
    return {"to": _listed(visit.form.get("to", "")), "routes": _chosen(visit)}


def _chosen(visit: Visit) -> list[str]:
    """The routes in the order in which they were chosen, each once."""
    names = sorted((one for one in visit.form if one.startswith(WAY)), key=_place)
    return list(dict.fromkeys(filter(None, (visit.form[one] for one in names))))


def _place(field: str) -> int:
    number = field.removeprefix(WAY)
    return int(number) if number.isascii() and number.isdecimal() else 0


def _choices(visit: Visit, row: Mapping[str, Any], known: Titles) -> Mapping[str, Any]:
    """A place for each route that there is, with what stands in it, and what may stand there:
    also one that is no more, while the mail has it."""
    typed = visit.form.get("do") == "edit"
    chosen = _chosen(visit) if typed else list(row["routes"])
    names = list(dict.fromkeys((*known.routes, *row["routes"])))
    places = [*chosen, *[""] * (len(names) - len(chosen))]
    return {
        "places": [(f"{WAY}{n}", name) for n, name in enumerate(places)],
        "choices": [(name, known.route(name)) for name in names],
    }


def _listed(text: str) -> list[str]:
    return [one for one in re.split(rf"[{BETWEEN}>]+", text) if one]


async def _mail(
    visit: Visit, live: Live, id: str, did: str = "", refused: Outcome = NOT_REFUSED
) -> Response:
    snapshot = await live.now()
    letter = await visit.call("queue_show", id=id)
    looks = await visit.call("queue_mail", id=id)
    called = await names(visit)
    row = _row(visit, letter["queued"], called)
    flat = [
        {**one, "at": tried["at"], "route": tried["route"], "provider_id": tried["provider_id"]}
        for tried in letter["tried"]
        for one in tried["said"]
    ]
    way = {
        "state": letter["queued"]["state"],
        "queued": letter["queued"]["born"],
        "tried": flat,
        "arrived": letter["arrived"],
    }
    answer = visit.page(
        "mail.html",
        refused.status,
        ledger_sum=snapshot.ledger["sum"],
        serial=snapshot.serial,
        row=row,
        letter=letter,
        sent=looks,
        taken=letter["queued"]["state"] in SENT,
        posts=relay(visit, (_("Created"), letter["queued"]["born"]), way),
        tries=list(attempts(visit, flat, called)),
        became=[
            {**one, "at": clock(visit, one["at"]), "state": state(visit, one["state"])}
            for one in letter["arrived"]
        ],
        frame=address("/queue/mail/html", id=id),
        ways=_choices(visit, row, called),
        by=called.route(looks["route"]),
        did=did,
        why=refused.why,
        bad=refused.bad,
        may=may(visit),
        form=typed(visit, "to"),
    )
    answer.headers["content-security-policy"] = f"{POLICY}; frame-src 'self'"
    return answer


async def as_html(visit: Visit) -> Response:
    """The mail's HTML alone, for a frame in which nothing of it can act."""
    looks = await visit.call("queue_mail", id=query_value(visit, "id"))
    if not looks["html"]:
        raise NotFoundError(NO_SUCH_PAGE)
    return Page(looks["html"], headers=FRAMING)
