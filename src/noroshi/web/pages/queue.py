"""Show the queue, one mail of it as it will be sent, and the actions on it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _, join_sentences, ngettext, pgettext
from noroshi.operations.mail_answers import Queued
from noroshi.operations.registry import button_of
from noroshi.service import NotFoundError, name_of
from noroshi.service.mail.mail_preview import PreviewOperations
from noroshi.service.mail.queue import QueueOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.normalize import BETWEEN
from noroshi.web.http.security_headers import POLICY
from noroshi.web.view.control_escape import Page
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    clock,
    number_in,
    permissions_of,
    query_value,
    refused_input,
    run,
    time_since,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.mail import (
    CREATED,
    StateMark,
    Titles,
    arrivals,
    attempts,
    load_titles,
    progress_of,
    relay,
    sender_text,
    state,
)
from noroshi.web.view.page_context import Visit, page

DEEDS: Mapping[str, Callable[..., Awaitable[Queued]]] = {
    "hold": QueueOperations.hold,
    "release": QueueOperations.release,
    "retry": QueueOperations.retry,
    "drop": QueueOperations.drop,
    "edit": QueueOperations.edit,
}
"""The operations of the actions on a mail."""
DONE: Mapping[str, Message] = {
    "hold": _(
        "The message is held. Later messages of the same monitor to the same contact wait too."
    ),
    "release": _("Released for delivery."),
    "retry": pgettext("did.retry", "Retrying now."),
    "drop": _("Message dropped. It stays on record with your name."),
    "edit": _("Changed. A held or undeliverable message still has to be released."),
}
RETRY_ALL = "retry_all"
RETRIED_ALL = _("Retrying all waiting messages now.")
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

NOT_REFUSED = Outcome[Queued]()
ALL_RETRIED = Outcome[int]()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """Show a mail of the queue. `next`: the time of the next attempt; `wait_time`: since when
    the mail waits; `ways`: the routes; `open`: an action is still possible; `deeds` are the
    actions for this person."""

    mail: Queued
    state: StateMark
    because: str
    sender: str
    next: str
    wait_time: str
    creation_time: str
    reader: str
    ways: Sequence[str]
    href: str
    open: bool
    deeds: Sequence[tuple[str, str]]


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes. A mail's id has slashes in it, so it stands in the query."""

    async def queue(visit: Visit) -> Response:
        if visit.request.method == "POST":
            return await _retry_all(visit, live)
        return await _queue(visit, live)

    async def mail(visit: Visit) -> Response:
        return await _mail_or_action(visit, live)

    return [
        Route("/queue", page(web, queue), methods=["GET", "POST"]),
        Route("/queue/mail", page(web, mail), methods=["GET", "POST"]),
        Route("/queue/mail/html", page(web, as_html), methods=["GET"]),
    ]


async def _retry_all(visit: Visit, live: Live) -> Response:
    """Make all waiting mails due now."""
    if visit.form.get("do") != RETRY_ALL:
        raise NotFoundError(NO_SUCH_PAGE)
    outcome = await run(visit, QueueOperations.retry_all)
    live.expire()
    if outcome.reasons:
        return await _queue(visit, live, refusal=outcome)
    return visit.redirect(address("/queue", did=RETRY_ALL))


async def _queue(visit: Visit, live: Live, refusal: Outcome[int] = ALL_RETRIED) -> Response:
    """Show all waiting mails, or those that match, and why each waits."""
    snapshot = await live.now()  # first: what moves from here on is told by the stream
    mails, words = await visit.call(QueueOperations.list), query_value(visit, "q")
    titles = await load_titles(visit)
    matches = [one for one in mails if _matches(visit, one, words, titles)]
    # Whatever wants a decision comes first: in an outage thousands may wait.
    sorted_matches = sorted(matches, key=lambda one: one.state not in ASIDE)
    rows = [_row(visit, one, titles) for one in sorted_matches[:MOST_SHOWN]]
    head = _head(visit, mails)
    context = {"head": head, "rows": rows, "count": len(matches), "search_words": words}
    is_done = query_value(visit, "did") == RETRY_ALL and not refusal.reasons
    return visit.page(
        "queue.html",
        refusal.status,
        why=refusal.reasons,
        deed_text=visit.say(RETRIED_ALL) if is_done else "",
        retry_all=_retry_all_button(visit, mails),
        ledger_sum=snapshot.ledger.sum,
        serial=snapshot.serial,
        may=permissions_of(visit),
        **context,
    )


def _retry_all_button(visit: Visit, mails: Sequence[Queued]) -> str:
    """Return the label of the button that retries all; "" if this person may not, or no mail
    waits."""
    has_waiting = any(one.state == DeliveryState.WAITING for one in mails)
    if not has_waiting or not permissions_of(visit)["act"]:
        return ""
    return visit.say(button_of(name_of(QueueOperations.retry_all)))


def _matches(visit: Visit, one: Queued, words: str, titles: Titles) -> bool:
    texts = (one.id, one.subject, one.contact, *one.to, *one.routes)
    texts = (*texts, titles.contact(one.contact), *map(titles.route, one.routes))
    text = "\n".join((*texts, visit.say(one.because))).casefold()
    return all(word in text for word in words.casefold().split())


def _head(visit: Visit, mails: Sequence[Queued]) -> str:
    if not mails:
        return visit.say(_("No messages are waiting."))
    states = [one.state for one in mails]
    set_aside_count = sum(one in ASIDE for one in states)
    held_count = states.count(DeliveryState.HELD)
    sentences = [
        visit.say(
            ngettext("{count} message is waiting.", "{count} messages are waiting.").fill(
                count=len(states) - set_aside_count - held_count
            )
        )
    ]
    if held_count:
        sentences.append(visit.say(_("{count} held manually.").fill(count=held_count)))
    if set_aside_count:
        sentences.append(
            visit.say(
                _("{count} undeliverable; a decision is required.").fill(count=set_aside_count)
            )
        )
    return join_sentences(sentences, visit.language)


def _row(visit: Visit, one: Queued, titles: Titles) -> QueueRow:
    return QueueRow(
        mail=one,
        state=state(visit, one.state),
        because=visit.say(one.because),
        sender=sender_text(visit, one),
        next=_next(visit, one),
        wait_time=time_since(visit, one.born),
        creation_time=clock(visit, one.born),
        reader=titles.contact(one.contact),
        ways=[_way(visit, one, name, titles) for name in one.routes],
        href=address("/queue/mail", id=one.id),
        open=one.state in STILL,
        deeds=_possible_deeds(visit, one.state),
    )


def _way(visit: Visit, one: Queued, name: str, titles: Titles) -> str:
    mark = visit.say(one.marks[name]) if name in one.marks else ""
    title = titles.route(name)
    return f"{title} ({mark})" if mark else title


def _next(visit: Visit, one: Queued) -> str:
    """Return when it may next be sent; a moment that is past means that it is due."""
    if one.state in (DeliveryState.HELD, *ASIDE):
        return visit.say(_("after release"))
    if one.next is None:
        return ""
    due = one.next <= visit.web.service.now()
    return visit.say(_("now")) if due else clock(visit, one.next)


def _possible_deeds(visit: Visit, state: str) -> list[tuple[str, str]]:
    """Return the actions of this person on a mail in that state, with labels."""
    names = ACTS.get(state, ()) if permissions_of(visit)["act"] else ()
    return [(name, visit.say(button_of(name_of(DEEDS[name])))) for name in names]


async def _mail_or_action(visit: Visit, live: Live) -> Response:
    """Show one mail: progress, replies, content; or perform an action on it."""
    id = (
        visit.form.get("id", "") if visit.request.method == "POST" else query_value(visit, "id")
    )
    if visit.request.method == "GET":
        deed_done = query_value(visit, "did")
        return await _mail(
            visit, live, id, deed_text=visit.say(DONE[deed_done]) if deed_done in DONE else ""
        )
    deed = visit.form.get("do", "")
    if deed not in DEEDS:
        raise NotFoundError(NO_SUCH_PAGE)
    outcome = await run(visit, DEEDS[deed], id=id, **_arguments(visit, deed))
    live.expire()
    if outcome.reasons:
        return await _mail(visit, live, id, refusal=outcome)
    return visit.redirect(address("/queue/mail", id=id, did=deed))


def _arguments(visit: Visit, deed: str) -> Mapping[str, Any]:
    if deed != "edit":
        return {}
    return {"to": _addresses(visit.form.get("to", "")), "routes": _chosen_routes(visit)}


def _chosen_routes(visit: Visit) -> list[str]:
    """Return the routes in the order in which they were chosen, each once."""
    names = sorted((one for one in visit.form if one.startswith(WAY)), key=_place)
    return list(dict.fromkeys(filter(None, (visit.form[one] for one in names))))


def _place(field: str) -> int:
    return number_in(field.removeprefix(WAY)) or 0


def _choices(visit: Visit, mail: Queued, titles: Titles) -> Mapping[str, Any]:
    """Return the places of the routes in order, each with the chosen route, and the choices; a
    removed route is among them while the mail has it."""
    is_typed = visit.form.get("do") == "edit"
    chosen_routes = _chosen_routes(visit) if is_typed else list(mail.routes)
    names = list(dict.fromkeys((*titles.routes, *mail.routes)))
    places = [*chosen_routes, *[""] * (len(names) - len(chosen_routes))]
    return {
        "places": [(f"{WAY}{n}", name) for n, name in enumerate(places)],
        "choices": [(name, titles.route(name)) for name in names],
    }


def _addresses(text: str) -> list[str]:
    return [one for one in re.split(rf"[{BETWEEN}>]+", text) if one]


async def _mail(
    visit: Visit,
    live: Live,
    id: str,
    deed_text: str = "",
    refusal: Outcome[Queued] = NOT_REFUSED,
) -> Response:
    snapshot = await live.now()
    letter = await visit.call(QueueOperations.show, id=id)
    rendered_mail = await visit.call(PreviewOperations.preview, id=id)
    titles = await load_titles(visit)
    mail, progress = letter.queued, progress_of(letter)
    answer = visit.page(
        "mail.html",
        refusal.status,
        ledger_sum=snapshot.ledger.sum,
        serial=snapshot.serial,
        row=_row(visit, mail, titles),
        letter=letter,
        rendered_mail=rendered_mail,
        taken=mail.state in SENT,
        posts=relay(visit, (CREATED, mail.born), progress),
        tries=list(attempts(visit, progress.attempts, titles)),
        arrivals=arrivals(visit, letter.arrived),
        frame=address("/queue/mail/html", id=id),
        ways=_choices(visit, mail, titles),
        by=titles.route(rendered_mail.route),
        deed_text=deed_text,
        why=refusal.reasons,
        bad=refusal.wrong_fields,
        may=permissions_of(visit),
        form=refused_input(visit, "to"),
    )
    answer.headers["content-security-policy"] = f"{POLICY}; frame-src 'self'"
    return answer


async def as_html(visit: Visit) -> Response:
    """Send the mail's HTML alone, for a frame in which nothing of it can act."""
    rendered_mail = await visit.call(PreviewOperations.preview, id=query_value(visit, "id"))
    if not rendered_mail.html:
        raise NotFoundError(NO_SUCH_PAGE)
    return Page(rendered_mail.html, headers=FRAMING)
