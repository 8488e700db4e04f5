"""Show mails and alarms: their state as a mark and a word, and how far they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.reply_text import same_reply_key
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
    """Hold the titles of contacts and routes, by "contacts/NAME" and "routes/NAME"."""

    titles: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    """The names of all routes."""

    def contact(self, name: str) -> str:
        """Return the title of a contact; its name if it has none or is gone."""
        return self.titles.get(f"contacts/{name}", name)

    def route(self, name: str) -> str:
        """Return the title of a route; its name if it has none or is gone."""
        return self.titles.get(f"routes/{name}", name)


async def load_titles(visit: Visit) -> Titles:
    """Return the titles as they are defined now."""
    answer = await visit.call("definition_show", types=("contacts", "routes"))
    documents = answer["documents"].items()
    titles = {key: str(content["title"]) for key, content in documents if content.get("title")}
    keys = (key.partition("/") for key, _ in documents)
    return Titles(titles, tuple(name for type, _, name in keys if type == "routes"))


@dataclass(frozen=True, slots=True)
class StateMark:
    """Hold a mark beside its word."""

    mark: str
    level: str
    word: str


@dataclass(frozen=True, slots=True)
class RelayPost:
    """Hold a post of the relay: lit, stuck, or still to come."""

    look: str
    name: str
    at: str = ""


def state(visit: Visit, name: str) -> StateMark:
    """Return the state of a mail or an alarm."""
    mark, level = STATES[name]
    return StateMark(mark, level, visit.say(STATE_NAMES[name]))


def level(visit: Visit, name: str | None) -> StateMark | None:
    """Return the level of a monitor; None for none."""
    title = LEVEL_NAMES.get(name or "")
    return StateMark(name, name, visit.say(title)) if name and title else None


def relay(
    visit: Visit, beginning: tuple[Message, str | None], mail: Answer
) -> tuple[RelayPost, ...]:
    """Return the progress of a mail: from its beginning over the queue and a route to
    acceptance and arrival. `beginning` is the first post's name and time; `mail` has state, queued,
    tried, arrived."""
    is_taken, is_arrived = mail["state"] in SENT, mail["state"] == DeliveryState.SEEN_ARRIVED
    delivery_attempts, arrivals = mail["tried"], mail["arrived"]
    last_attempt = delivery_attempts[-1] if delivery_attempts else None
    posts = [
        _post(visit, beginning[0], beginning[1], lit=True),
        _post(visit, _("Queued"), mail["queued"], lit=True),
        _post(
            visit,
            _("Sending"),
            last_attempt["at"] if last_attempt else None,
            lit=bool(delivery_attempts),
        ),
        _post(
            visit,
            _("Accepted"),
            last_attempt["at"] if last_attempt and is_taken else None,
            lit=is_taken,
        ),
    ]
    if mail["state"] == DeliveryState.CAME_BACK:
        return (
            *posts,
            RelayPost("is-stuck is-back", visit.say(_("Bounced")), _last_time(visit, arrivals)),
        )
    end = RelayPost(
        "is-lit" if is_arrived else "",
        visit.say(_("Arrival confirmed")),
        _last_time(visit, arrivals),
    )
    if is_taken:
        return (*posts, end)
    stuck_at = 3 if delivery_attempts else 2
    post = posts[stuck_at]
    posts[stuck_at] = RelayPost("is-stuck", post.name, state(visit, mail["state"]).word)
    return (*posts, end)


def _post(visit: Visit, name: Message, at: str | None, *, lit: bool) -> RelayPost:
    return RelayPost("is-lit" if lit else "", visit.say(name), clock(visit, at))


def _last_time(visit: Visit, arrivals: Sequence[Answer]) -> str:
    return clock(visit, arrivals[-1]["at"]) if arrivals else ""


def reply_text(visit: Visit, receipt: Answer) -> str:
    """Return the reply of the other side, with its meaning."""
    enhanced = receipt.get("enhanced", "")
    has_code_twice = receipt["text"].startswith(enhanced)  # SMTP's texts begin with it
    parts = (receipt["code"], "" if has_code_twice else enhanced, receipt["text"])
    reply = " ".join(str(part) for part in parts if part)
    explanation = visit.say(receipt["words"])
    if explanation and reply and not receipt["quoted"]:
        return f"{explanation} ({reply})"
    return explanation or reply


def attempts(
    visit: Visit, delivery_attempts: Sequence[Answer], titles: Titles
) -> Iterator[Mapping[str, Any]]:
    """Yield the attempts, flat: one line an address. The same reply many times in a row is one
    line with its count."""
    for _key, group in groupby(delivery_attempts, key=_reply_key):
        first_attempt, *repeats = group
        last_attempt = repeats[-1] if repeats else first_attempt
        yield {
            "at": clock(visit, last_attempt["at"]),
            "first": clock(visit, first_attempt["at"]) if repeats else "",
            "count": 1 + len(repeats),
            "route": titles.route(last_attempt["route"]),
            "address": last_attempt["address"],
            "good": last_attempt["verdict"] == "accepted",
            "verdict": visit.say(VERDICT_NAMES[last_attempt["verdict"]]),
            "reply": reply_text(visit, last_attempt),
            "provider_id": last_attempt["provider_id"],
        }


def _reply_key(receipt: Answer) -> tuple[object, ...]:
    return (receipt["route"], *same_reply_key(receipt))
