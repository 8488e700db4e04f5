"""Routes, accounts and their order as the pages on mail show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from noroshi.core.route_readiness import (
    ReadinessCounts,
    Sends,
    count_readiness,
    nothing_against,
)
from noroshi.core.translation import Message, _, ngettext, pgettext
from noroshi.web.view.language import TONGUES, Tongue
from noroshi.web.view.mail import RelayPost
from noroshi.web.view.overview import (
    KINDS,
    VERY_SOON,
    RemainingValidity,
    remaining_validity,
    route_level,
    route_state,
)
from noroshi.web.view.page_context import Visit

Answer = Mapping[str, Any]
TELLERS: Mapping[str, Message] = {
    "rules": _("Rule {name}"),
    "notifications": _("Notification {name}"),
}
"""The types of definitions that name routes in an order, with their texts."""
BY_MAIL = ("smtp", "graph")
"""Kinds of routes that hand a mail in: they are numbered."""
CLOUDS: Mapping[str, Message] = {
    "microsoft365": pgettext("routes", "Microsoft 365"),
    "microsoft365-gcc-high": _("Microsoft 365 GCC High"),
    "microsoft365-dod": _("Microsoft 365 DoD"),
    "microsoft365-china": _("Microsoft 365 by 21Vianet (China)"),
    "google": pgettext("routes", "Google"),
}
DEFINED = (*TELLERS, "routes", "accounts", "clouds", "networks")
"""The definitions that the pages on mail need: not the instances, of which there may be many."""
MOST_STUCK = 3
"""So many rules and notifications whose alarms cannot leave are named."""
LAST = 1_000
"""The place of a route that nothing names."""


def of_type(documents: Mapping[str, Answer], type: str) -> dict[str, Answer]:
    """All definitions of that type, by name."""
    parts = ((key.partition("/"), content) for key, content in documents.items())
    return {name: content for (its_type, _, name), content in parts if its_type == type}


def orders(documents: Mapping[str, Answer]) -> Iterator[tuple[str, Sequence[str]]]:
    """Each rule and notification with its routes, in the order in which they are tried."""
    for type in TELLERS:
        for name, content in sorted(of_type(documents, type).items()):
            yield f"{type}/{name}", tuple(content.get("routes", ()))


def named(visit: Visit | Tongue, key: str, documents: Mapping[str, Answer]) -> str:
    """Return what a rule or a notification is called where its routes are shown."""
    type, _, name = key.partition("/")
    return visit.say(TELLERS[type].fill(name=documents.get(key, {}).get("title") or name))


def ranked(routes: Iterable[Answer], documents: Mapping[str, Answer]) -> list[Answer]:
    """Routes by the best place that one of those orders gives them."""
    best = dict[str, int]()
    for _unused, names in orders(documents):
        for place, name in enumerate(names):
            best[name] = min(best.get(name, LAST), place)
    return sorted(routes, key=lambda one: best.get(one["name"], LAST))


def labels(visit: Visit, found: Sequence[Answer]) -> Mapping[str, str]:
    """Return what each is called by its place and kind: SMTP server 1, route 2 (Microsoft Graph)
    …"""
    told, number = dict[str, str](), 0
    for one in found:
        number += one["kind"] in BY_MAIL
        told[one["name"]] = _label(visit, one["kind"], number)
    return told


def _label(visit: Visit, sort: str, number: int) -> str:
    if sort not in BY_MAIL:
        return visit.say(_("Additional route"))
    if sort == "smtp":
        return visit.say(_("SMTP server {n}").fill(n=number))
    return visit.say(_("Route {n} ({kind})").fill(n=number, kind=kind(visit, sort)))


def kind(visit: Visit, name: str) -> str:
    """A kind of route in the reader's language."""
    return visit.say(KINDS[name]) if name in KINDS else name


def clouds(visit: Visit, documents: Mapping[str, Answer]) -> list[tuple[str, str]]:
    """Those there are, with what they are called."""
    own = [(name, name) for name in sorted(of_type(documents, "clouds"))]
    return [(name, visit.say(words)) for name, words in CLOUDS.items()] + own


def href(name: str, **more: str) -> str:
    """The page of a route."""
    told = "&".join(f"{key}={quote(value, safe='')}" for key, value in more.items() if value)
    return f"/mail/route/{quote(name, safe='')}{'?' if told else ''}{told}"


def shown(visit: Visit, one: Answer, label: str, at: str) -> Mapping[str, Any]:
    """One route: what it is, how it is, and how far it is proved."""
    tongue = TONGUES[visit.language]
    ends, called = remaining_validity(one["ends"], at), one["title"] or one["name"]
    return {
        **one,
        "label": "" if called == label else label,
        "called": called,
        "sort": kind(visit, one["kind"]),
        "level": "warning" if _needs_care(one, ends) else route_level(one, at),
        "word": route_state(one, tongue),
        "why": _why(visit, one),
        "mark": visit.say(one["mark"]),
        "other": visit.say(one["other"]),
        "left": ends,
        "day": tongue.day(one["ends"]) if one["ends"] else "",
        "soon": ends is not None and ends.level != "ok",
        "accepted": tongue.moment(one["accepted"], at),
        "since": tongue.moment(one["since"], at) if one["state"] != "well" else "",
        "until": tongue.moment(one["until"], at, seconds=True),
        "renewed": tongue.moment(one["renewed"], at),
        "posts": tuple(posts(visit, one, at)),
        "href": href(one["name"]),
    }


def _why(visit: Visit, one: Answer) -> str:
    """Return what stands against it, with what to do here rather than at the command line."""
    if one["lacks"]:
        return visit.say(
            _(
                "“{entry}”, which this route needs, is not in the vault. Until it is added, this route "
                "sends no mail."
            ).fill(entry=one["lacks"][0])
        )
    if one["state"] == "not signed in" and not one["renewed"]:
        return visit.say(_("Not signed in yet. Until then, this route sends no mail."))
    return visit.say(one["why"])


def _needs_care(one: Answer, ends: RemainingValidity | None) -> bool:
    if one["state"] != "well":
        return False
    return bool(one["retiring"]) or (
        ends is not None and ends.days > VERY_SOON and ends.level != "ok"
    )


def posts(visit: Visit, one: Answer, at: str) -> Iterator[RelayPost]:
    """Return how far a route is proved: set up, signed in, accepted by a provider, seen
    arrived."""
    tongue = TONGUES[visit.language]
    lacks, signed = bool(one["lacks"]), one["state"] not in ("not signed in", "needs somebody")
    yield RelayPost("is-lit", visit.say(_("Set up")))
    if one["account"] or lacks:
        name = visit.say(_("Password") if lacks else _("Signed in"))
        text = tongue.moment(one["renewed"], at) if signed else route_state(one, tongue)
        yield RelayPost("is-lit" if signed else "is-stuck", name, text)
    accepted = tongue.moment(one["accepted"], at)
    stopped = signed and one["state"] == "down"
    look = "is-stuck" if stopped else "is-lit" if accepted else ""
    text = route_state(one, tongue) if stopped else accepted
    yield RelayPost(look, visit.say(_("Accepted")), text)
    arrived = one["arrives"]["seen"] if one["arrives"] else None
    look = "is-lit" if arrived and look == "is-lit" else ""
    yield RelayPost(look, visit.say(_("Arrival confirmed")), tongue.moment(arrived, at))


def heading(
    visit: Visit | Tongue, found: Sequence[Answer], documents: Mapping[str, Answer]
) -> str:
    """Say whether mails can leave, in a sentence; else whose cannot."""
    ways = count_readiness(Sends(one["sends"]) for one in found)
    if not found:
        return visit.say(_("No alarm can be sent yet: there is no route. Add the first one."))
    if ways.usable == ways.count:
        return _nothing_against(visit, ways)
    if ways.no == ways.count:
        return visit.say(
            _(
                "No route can send. Alarms are kept and sent, worst first, as soon as a route recovers."
            )
        )
    sentences = [_that_cannot(visit, found, documents, ways)] if ways.no else []
    if ways.for_now:
        sentences.append(
            visit.say(
                ngettext(
                    "{bad} of {count} route requires action, but may still send for a while.",
                    "{bad} of {count} routes require action, but may still send for a while.",
                ).fill(bad=ways.for_now, count=ways.count)
            )
        )
    return ("" if visit.language == "ja" else " ").join(sentences)


def _nothing_against(visit: Visit | Tongue, ways: ReadinessCounts) -> str:
    if ways.doubted:
        return visit.say(_("The last diagnosis of a route failed, so mails may not be sent."))
    if ways.unproved:
        return visit.say(
            _("No route problems are known. Not proven yet: {unproved} of {count}.").fill(
                unproved=ways.unproved, count=ways.count
            )
        )
    if ways.count == 1:
        return visit.say(_("Mails can be sent. There is only one route."))
    return visit.say(_("Mails can be sent by every route ({count}).").fill(count=ways.count))


def _that_cannot(
    visit: Visit | Tongue,
    found: Sequence[Answer],
    documents: Mapping[str, Answer],
    ways: ReadinessCounts,
) -> str:
    """Return how many cannot send; that the others do is said only where each order has one."""
    may = {one["name"] for one in found if one["sends"] != Sends.NO.value}
    which = [named(visit, key, documents) for key in stuck(may, documents)]
    if which:
        order_names = _listed(visit, which)
        return visit.say(
            ngettext(
                "{bad} of {count} route cannot send. These alarms cannot be sent: {which}.",
                "{bad} of {count} routes cannot send. These alarms cannot be sent: {which}.",
            ).fill(bad=ways.no, count=ways.count, which=order_names)
        )
    sure = {one["name"] for one in found if nothing_against(Sends(one["sends"]))}
    others = sure and not stuck(sure, documents)
    if others:
        return visit.say(
            ngettext(
                "{bad} of {count} route cannot send. Alarms are sent by the others.",
                "{bad} of {count} routes cannot send. Alarms are sent by the others.",
            ).fill(bad=ways.no, count=ways.count)
        )
    return visit.say(
        ngettext(
            "{bad} of {count} route cannot send.", "{bad} of {count} routes cannot send."
        ).fill(bad=ways.no, count=ways.count)
    )


def stuck(well: Collection[str], documents: Mapping[str, Answer]) -> list[str]:
    """Return each rule and notification that names routes of which none is one of these."""
    return [
        key for key, names in orders(documents) if names and not {*well}.intersection(names)
    ]


def _listed(visit: Visit | Tongue, names: Sequence[str]) -> str:
    listed = visit.say(_(", ")).join(names[:MOST_STUCK])
    more = len(names) - MOST_STUCK
    return (
        visit.say(_("{names} and {more} more").fill(names=listed, more=more))
        if more > 0
        else listed
    )
