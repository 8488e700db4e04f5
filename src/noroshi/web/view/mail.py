"""Show mails and alarms: their state as a mark and a word, and how far they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _
from noroshi.web.view.form_operations import clock
from noroshi.web.view.page_context import Visit
from noroshi.web.view.state_names import LEVEL_NAMES, STATE_NAMES, VERDICT_NAMES

Answer = Mapping[str, Any]
STATES: Mapping[str, tuple[str, str]] = {
    DeliveryState.WAITING: ("wait", "warning"),
    DeliveryState.OUT: ("wait", "ok"),
    DeliveryState.HELD: ("paused", "maintenance"),
    DeliveryState.SET_ASIDE: ("held", "critical"),
    DeliveryState.ACCEPTED: ("ok", "ok"),
    DeliveryState.SEEN_ARRIVED: ("arrived", "ok"),
    DeliveryState.CAME_BACK: ("critical", "critical"),
    DeliveryState.DROPPED: ("silent", "paused"),
    DeliveryState.IN_DIGEST: ("paused", "paused"),
    DeliveryState.SET_ASIDE_IN_DIGEST: ("held", "critical"),
}
"""Each state with its mark and its level, as the style sheet has them."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Hold what contacts and routes are called, by "contacts/NAME" and "routes/NAME"."""

    titles: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    """The names of all routes."""

    def contact(self, name: str) -> str:
        """Its title, or its name if it has none or is gone."""
        return self.titles.get(f"contacts/{name}", name)

    def route(self, name: str) -> str:
        """The same of a route."""
        return self.titles.get(f"routes/{name}", name)


async def names(visit: Visit) -> Titles:
    """Return the titles as they are defined now."""
    found = await visit.call("definition_show", types=("contacts", "routes"))
    documents = found["documents"].items()
    titles = {key: str(content["title"]) for key, content in documents if content.get("title")}
    keys = (key.partition("/") for key, _ in documents)
    return Titles(titles, tuple(name for type, _, name in keys if type == "routes"))


@dataclass(frozen=True, slots=True)
class StateMark:
    """A mark beside its word."""

    mark: str
    level: str
    word: str


@dataclass(frozen=True, slots=True)
class RelayPost:
    """A post of the relay: lit, stuck, or still to come."""

    look: str
    name: str
    at: str = ""


def state(visit: Visit, name: str) -> StateMark:
    """A mail's or an alarm's state."""
    mark, level = STATES[name]
    return StateMark(mark, level, visit.say(STATE_NAMES[name]))


def level(visit: Visit, name: str | None) -> StateMark | None:
    """A monitor's level; None for none."""
    known = LEVEL_NAMES.get(name or "")
    return StateMark(name, name, visit.say(known)) if name and known else None


def relay(
    visit: Visit, begun: tuple[Message, str | None], one: Answer
) -> tuple[RelayPost, ...]:
    """Return how far it came: from its beginning over the queue and a route to acceptance and
    arrival. `begun` is the first post's name and time; `one` has state, queued, tried, arrived."""
    taken, arrived = one["state"] in SENT, one["state"] == DeliveryState.SEEN_ARRIVED
    tried, ends = one["tried"], one["arrived"]
    last = tried[-1] if tried else None
    posts = [
        _post(visit, begun[0], begun[1], lit=True),
        _post(visit, _("Recorded"), one["queued"], lit=True),
        _post(visit, _("Tried"), last["at"] if last else None, lit=bool(tried)),
        _post(visit, _("Accepted"), last["at"] if last and taken else None, lit=taken),
    ]
    if one["state"] == DeliveryState.CAME_BACK:
        return (
            *posts,
            RelayPost("is-stuck is-back", visit.say(_("Came back")), _at(visit, ends)),
        )
    end = RelayPost(
        "is-lit" if arrived else "", visit.say(_("Arrival confirmed")), _at(visit, ends)
    )
    if taken:
        return (*posts, end)
    stuck = 3 if tried else 2
    found = posts[stuck]
    posts[stuck] = RelayPost("is-stuck", found.name, state(visit, one["state"]).word)
    return (*posts, end)


def _post(visit: Visit, name: Message, at: str | None, *, lit: bool) -> RelayPost:
    return RelayPost("is-lit" if lit else "", visit.say(name), clock(visit, at))


def _at(visit: Visit, ends: Sequence[Answer]) -> str:
    return clock(visit, ends[-1]["at"]) if ends else ""


def said(visit: Visit, one: Answer) -> str:
    """Return what the other side answered, and what that means."""
    enhanced = one.get("enhanced", "")
    twice = one["text"].startswith(enhanced)  # SMTP's texts begin with it
    parts = (one["code"], "" if twice else enhanced, one["text"])
    theirs = " ".join(str(part) for part in parts if part)
    ours = visit.say(one["words"])
    if ours and theirs and not one["quoted"]:
        return f"{ours} ({theirs})"
    return ours or theirs


def attempts(
    visit: Visit, tried: Sequence[Answer], called: Titles
) -> Iterator[Mapping[str, Any]]:
    """Attempts, flat: one line an address. The same answer many times in a row is one line
    with how often it came."""
    for _key, found in groupby(tried, key=lambda one: _alike(visit, one)):
        first, *others = found
        last = others[-1] if others else first
        yield {
            "at": clock(visit, last["at"]),
            "first": clock(visit, first["at"]) if others else "",
            "count": 1 + len(others),
            "route": called.route(last["route"]),
            "address": last["address"],
            "good": last["verdict"] == "accepted",
            "verdict": visit.say(VERDICT_NAMES[last["verdict"]]),
            "said": said(visit, last),
            "provider_id": last["provider_id"],
        }


def _alike(visit: Visit, one: Answer) -> tuple[str, ...]:
    return (one["route"], one["address"], one["verdict"], said(visit, one))
