"""Show routes, accounts and the order of routes on the pages on mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from noroshi.core.route_readiness import (
    ReadinessCounts,
    Sends,
    count_readiness,
    nothing_against,
)
from noroshi.core.translation import _, ngettext
from noroshi.guides.setup_documents import Content, definitions_of, orders
from noroshi.operations.status_answers import RouteStatus
from noroshi.web.view.language import LOCALIZERS, Localizer
from noroshi.web.view.mail import RelayPost
from noroshi.web.view.overview import (
    KINDS,
    RemainingValidity,
    needs_action,
    remaining_validity,
    route_level,
    route_state,
)
from noroshi.web.view.page_context import Visit
from noroshi.web.view.setting_names import CLOUD_NAMES, definition_name

TELLERS = ("rules", "notifications")
"""The types of definitions that name routes in an order."""
BY_MAIL = ("smtp", "graph")
"""Kinds of routes that hand a mail in: they are numbered."""
DEFINED = (*TELLERS, "routes", "accounts", "clouds", "networks")
"""The definitions that the pages on mail need: not the instances, of which there may be many."""
MOST_STUCK = 3
"""The most rules and notifications that are named because their alarms cannot be sent."""
LAST = 1_000
"""The place of a route that nothing names."""


def order_title(visit: Visit | Localizer, key: str, documents: Mapping[str, Content]) -> str:
    """Return the title of a rule or a notification for the list of its routes."""
    return visit.say(definition_name(key, documents.get(key, {}).get("title", "")))


def ranked(
    routes: Iterable[RouteStatus], documents: Mapping[str, Content]
) -> list[RouteStatus]:
    """Return the routes by the best place that one of those orders gives them."""
    best_place = dict[str, int]()
    for _unused, names in orders(documents):
        for place, name in enumerate(names):
            best_place[name] = min(best_place.get(name, LAST), place)
    return sorted(routes, key=lambda one: best_place.get(one.name, LAST))


def labels(visit: Visit | Localizer, routes: Sequence[RouteStatus]) -> Mapping[str, str]:
    """Return the label of each route by place and kind: SMTP server 1, route 2 (Microsoft
    Graph) …"""
    by_name, number = dict[str, str](), 0
    for one in routes:
        number += one.kind in BY_MAIL
        by_name[one.name] = _label(visit, one.kind, number)
    return by_name


def _label(visit: Visit | Localizer, sort: str, number: int) -> str:
    if sort not in BY_MAIL:
        return visit.say(_("Additional route"))
    if sort == "smtp":
        return visit.say(_("SMTP server {n}").fill(n=number))
    return visit.say(_("Route {n} ({kind})").fill(n=number, kind=kind(visit, sort)))


def kind(visit: Visit | Localizer, name: str) -> str:
    """Return a kind of route in the reader's language."""
    return visit.say(KINDS[name]) if name in KINDS else name


def clouds(visit: Visit, documents: Mapping[str, Content]) -> list[tuple[str, str]]:
    """Return all clouds, with titles."""
    own_clouds = [(name, name) for name in sorted(definitions_of(documents, "clouds"))]
    return [(name, visit.say(words)) for name, words in CLOUD_NAMES.items()] + own_clouds


def href(name: str, **query_values: str) -> str:
    """Return the address of the page of a route."""
    query = "&".join(
        f"{key}={quote(value, safe='')}" for key, value in query_values.items() if value
    )
    return f"/mail/route/{quote(name, safe='')}{'?' if query else ''}{query}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """Show one route: the name, the state, and the proof. `validity`: how long the credential
    is valid, until that `day`; `ends_soon`: this is soon."""

    status: RouteStatus
    label: str
    display_name: str
    sort: str
    level: str
    word: str
    reason: str
    mark: str
    other: str
    validity: RemainingValidity | None
    day: str
    ends_soon: bool
    accepted: str
    state_since: str
    next_attempt: str
    renewed: str
    posts: Sequence[RelayPost]
    href: str


def route_row(visit: Visit, route: RouteStatus, label: str, at: datetime) -> RouteRow:
    """Return one route as the pages show it."""
    localizer = LOCALIZERS[visit.language]
    validity, title = remaining_validity(route.ends, at), route.title or route.name
    return RouteRow(
        status=route,
        label="" if title == label else label,
        display_name=title,
        sort=kind(visit, route.kind),
        level=route_level(route),
        word=route_state(route, localizer),
        reason=_reason(visit, route),
        mark=visit.say(route.mark),
        other=visit.say(route.other),
        validity=validity,
        day=localizer.day(route.ends) if route.ends else "",
        ends_soon=validity is not None and validity.level != "ok",
        accepted=localizer.moment(route.accepted, at),
        state_since=localizer.moment(route.since, at) if route.state != "well" else "",
        next_attempt=localizer.moment(route.until, at, seconds=True),
        renewed=localizer.moment(route.renewed, at),
        posts=tuple(posts(visit, route, at)),
        href=href(route.name),
    )


def _reason(visit: Visit, route: RouteStatus) -> str:
    """Return the problem of a route, with the remedy on this page rather than at the command
    line."""
    if route.lacks:
        return visit.say(
            _(
                "“{entry}”, which this route needs, is not in the vault. Until the entry is added, this "
                "route sends no messages."
            ).fill(entry=route.lacks[0])
        )
    if route.state == "not signed in" and not route.renewed:
        return visit.say(
            _("Not signed in yet. This route sends no messages until someone signs in.")
        )
    return visit.say(route.why)


def posts(visit: Visit, route: RouteStatus, at: datetime) -> Iterator[RelayPost]:
    """Yield the posts of a route: set up, signed in, accepted by a provider, arrival
    confirmed."""
    localizer = LOCALIZERS[visit.language]
    lacks_entry = bool(route.lacks)
    is_signed_in = route.state not in ("not signed in", "needs somebody")
    yield RelayPost("is-lit", visit.say(_("Set up")))
    if route.account or lacks_entry:
        name = visit.say(_("Password") if lacks_entry else _("Signed in"))
        text = (
            localizer.moment(route.renewed, at)
            if is_signed_in
            else route_state(route, localizer)
        )
        yield RelayPost("is-lit" if is_signed_in else "is-stuck", name, text)
    accepted_at = localizer.moment(route.accepted, at)
    is_down = is_signed_in and route.state == "down"
    look = "is-stuck" if is_down else "is-lit" if accepted_at else ""
    text = route_state(route, localizer) if is_down else accepted_at
    yield RelayPost(look, visit.say(_("Accepted")), text)
    arrived_at = route.arrives.seen if route.arrives else None
    look = "is-lit" if arrived_at and look == "is-lit" else ""
    yield RelayPost(look, visit.say(_("Arrival confirmed")), localizer.moment(arrived_at, at))


def heading(
    visit: Visit | Localizer, routes: Sequence[RouteStatus], documents: Mapping[str, Content]
) -> str:
    """Say whether mails can leave, in a sentence; else whose cannot."""
    readiness = count_readiness(one.sends for one in routes)
    if not routes:
        return visit.say(_("No alarm can be sent yet: there is no route. Add the first one."))
    if readiness.usable == readiness.count:
        return _all_can_send(visit, readiness)
    if readiness.blocked_count == readiness.count:
        return visit.say(
            _(
                "No route can send. Alarms are kept and sent, worst first, as soon as a route recovers."
            )
        )
    sentences = (
        [_some_cannot(visit, routes, documents, readiness)] if readiness.blocked_count else []
    )
    if readiness.unsure_count:
        sentences.append(visit.say(needs_action(readiness)))
    return ("" if visit.language == "ja" else " ").join(sentences)


def _all_can_send(visit: Visit | Localizer, readiness: ReadinessCounts) -> str:
    if readiness.doubted_count:
        return visit.say(
            _("The last diagnosis of a route found a problem, so messages might not be sent.")
        )
    if readiness.unproved_count:
        return visit.say(
            ngettext(
                "No route problems are known; {unproved} of {count} route not verified yet.",
                "No route problems are known; {unproved} of {count} routes not verified yet.",
            ).fill(unproved=readiness.unproved_count, count=readiness.count)
        )
    if readiness.count == 1:
        return visit.say(_("Messages can be sent. There is only one route."))
    return visit.say(
        _("Messages can be sent through every route ({count}).").fill(count=readiness.count)
    )


def _some_cannot(
    visit: Visit | Localizer,
    routes: Sequence[RouteStatus],
    documents: Mapping[str, Content],
    readiness: ReadinessCounts,
) -> str:
    """Say how many cannot send; that the others do only where each order has one."""
    may_send = {one.name for one in routes if one.sends is not Sends.NO}
    stuck = [order_title(visit, key, documents) for key in stuck_orders(may_send, documents)]
    if stuck:
        order_names = _first_of(visit, stuck)
        return visit.say(
            ngettext(
                "{bad} of {count} route cannot send. These alarms cannot be sent: {which}.",
                "{bad} of {count} routes cannot send. These alarms cannot be sent: {which}.",
            ).fill(bad=readiness.blocked_count, count=readiness.count, which=order_names)
        )
    working_names = {one.name for one in routes if nothing_against(one.sends)}
    others_send = working_names and not stuck_orders(working_names, documents)
    if others_send:
        return visit.say(
            ngettext(
                "{bad} of {count} route cannot send. Alarms are sent through the others.",
                "{bad} of {count} routes cannot send. Alarms are sent through the others.",
            ).fill(bad=readiness.blocked_count, count=readiness.count)
        )
    return visit.say(
        ngettext(
            "{bad} of {count} route cannot send.", "{bad} of {count} routes cannot send."
        ).fill(bad=readiness.blocked_count, count=readiness.count)
    )


def stuck_orders(usable: Collection[str], documents: Mapping[str, Content]) -> list[str]:
    """Return each rule and notification of whose routes none is among these."""
    return [
        key for key, names in orders(documents) if names and not {*usable}.intersection(names)
    ]


def _first_of(visit: Visit | Localizer, names: Sequence[str]) -> str:
    text = visit.say(_(", ")).join(names[:MOST_STUCK])
    more_count = len(names) - MOST_STUCK
    return (
        visit.say(_("{names} and {more} more").fill(names=text, more=more_count))
        if more_count > 0
        else text
    )
