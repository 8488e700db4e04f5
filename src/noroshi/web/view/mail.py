"""Show mails and alarms: the state as a mark and a word, and the progress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.levels import Level
from noroshi.core.mail import Verdict
from noroshi.core.reply_text import same_attempt_key
from noroshi.core.state_names import LEVEL_NAMES, STATE_NAMES, VERDICT_NAMES
from noroshi.core.translation import Message, _, pgettext
from noroshi.operations.mail_answers import Arrived, LedgerRow, Letter, Queued, Said, Tried
from noroshi.service.definitions.edit import EditOperations
from noroshi.web.view.form_operations import clock
from noroshi.web.view.page_context import Visit

CREATED = pgettext("step", "Created")
SENDING = 2
"""The place of the sending among the posts of a mail."""
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
"""The mark and the level of each state, as the style sheet has them."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Hold the titles of contacts and routes, by "contacts/NAME" and "routes/NAME"."""

    titles: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    """The names of all routes."""

    def contact(self, name: str) -> str:
        """Return the title of a contact; the name if there is no title or the contact is
        gone."""
        return self.titles.get(f"contacts/{name}", name)

    def route(self, name: str) -> str:
        """Return the title of a route; the name if there is no title or the route is gone."""
        return self.titles.get(f"routes/{name}", name)


async def load_titles(visit: Visit) -> Titles:
    """Return the titles as they are defined now."""
    answer = await visit.call(EditOperations.read, types=("contacts", "routes"))
    documents = answer.documents.items()
    titles = {key: str(content["title"]) for key, content in documents if content.get("title")}
    keys = (key.partition("/") for key, _ in documents)
    return Titles(titles, tuple(name for type, _, name in keys if type == "routes"))


@dataclass(frozen=True, slots=True)
class StateMark:
    """Hold a mark and the word beside it."""

    mark: str
    level: str
    word: str


@dataclass(frozen=True, slots=True)
class RelayPost:
    """Hold a post of the relay: lit, stuck, or still to come."""

    look: str
    name: str
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt:
    """Hold one attempt for one address, with the reply of the other side."""

    attempted_at: datetime
    route: str
    provider_id: str
    reply: Tried | Said
    sent_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryProgress:
    """Hold how far a mail came: when it went into the queue, each attempt, and the arrivals."""

    state: str
    queued: datetime
    attempts: tuple[DeliveryAttempt, ...]
    arrived: tuple[Arrived, ...]


def progress_of(mail: LedgerRow | Letter) -> DeliveryProgress:
    """Return the progress of the mail of an alarm, or of the queue."""
    if isinstance(mail, LedgerRow):
        return DeliveryProgress(
            state=mail.state,
            queued=mail.queued,
            attempts=tuple(
                DeliveryAttempt(
                    attempted_at=one.at,
                    route=one.route,
                    provider_id=one.provider_id,
                    reply=one,
                    sent_by=one.sent_by,
                )
                for one in mail.tried
            ),
            arrived=mail.arrived,
        )
    return DeliveryProgress(
        state=mail.queued.state,
        queued=mail.queued.born,
        attempts=tuple(
            DeliveryAttempt(
                attempted_at=one.at,
                route=one.route,
                provider_id=one.provider_id,
                reply=reply,
                sent_by=one.sent_by,
            )
            for one in mail.tried
            for reply in one.said
        ),
        arrived=mail.arrived,
    )


def state(visit: Visit, name: str) -> StateMark:
    """Return the state of a mail or an alarm."""
    mark, level = STATES[name]
    return StateMark(mark, level, visit.say(STATE_NAMES[name]))


def level(visit: Visit, level: Level | None) -> StateMark | None:
    """Return the level of a monitor; None for none."""
    if level is None:
        return None
    return StateMark(level.value, level.value, visit.say(LEVEL_NAMES[level]))


def relay(
    visit: Visit, beginning: tuple[Message, datetime | None], mail: DeliveryProgress
) -> tuple[RelayPost, ...]:
    """Return the progress of a mail: from the beginning over the queue and a route to
    acceptance and arrival. `beginning` is the name and time of the first post. A mail that nobody
    accepted is stuck at the sending, tried or not, as on the overview."""
    is_taken, is_arrived = mail.state in SENT, mail.state == DeliveryState.SEEN_ARRIVED
    last_attempt = mail.attempts[-1] if mail.attempts else None
    posts = [
        _post(visit, beginning[0], beginning[1], lit=True),
        _post(visit, _("Queued"), mail.queued, lit=True),
        _post(
            visit,
            _("Sending"),
            last_attempt.attempted_at if last_attempt and is_taken else None,
            lit=is_taken,
        ),
        _post(
            visit,
            _("Accepted"),
            last_attempt.attempted_at if last_attempt and is_taken else None,
            lit=is_taken,
        ),
    ]
    if mail.state == DeliveryState.CAME_BACK:
        return (
            *posts,
            RelayPost(
                "is-stuck is-back", visit.say(_("Bounced")), _last_time(visit, mail.arrived)
            ),
        )
    end = RelayPost(
        "is-lit" if is_arrived else "",
        visit.say(_("Arrival confirmed")),
        _last_time(visit, mail.arrived),
    )
    if is_taken:
        return (*posts, end)
    posts[SENDING] = RelayPost("is-stuck", posts[SENDING].name, state(visit, mail.state).word)
    return (*posts, end)


def _post(visit: Visit, name: Message, at: datetime | None, *, lit: bool) -> RelayPost:
    return RelayPost("is-lit" if lit else "", visit.say(name), clock(visit, at))


def _last_time(visit: Visit, arrivals: Sequence[Arrived]) -> str:
    return clock(visit, arrivals[-1].at) if arrivals else ""


def sender_text(visit: Visit, mail: Queued | LedgerRow) -> str:
    """Return who sends a notification of an agent, and since when; "" for the node's own mails."""
    if mail.sender_since is None:
        return visit.say(mail.sender)
    since = clock(visit, mail.sender_since)
    return visit.say(_("{sender}, since {at}").fill(sender=mail.sender, at=since))


def reply_text(visit: Visit, reply: Tried | Said) -> str:
    """Return the reply of the other side, with the meaning of it."""
    has_code_twice = reply.text.startswith(reply.enhanced)  # SMTP's texts begin with it
    parts = (reply.code, "" if has_code_twice else reply.enhanced, reply.text)
    their_words = " ".join(str(part) for part in parts if part)
    explanation = visit.say(reply.words)
    if explanation and their_words and not reply.quoted:
        return f"{explanation} ({their_words})"
    return explanation or their_words


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """Show one attempt; `first`: it stands for `count` with the same reply, since then."""

    time: str
    first: str
    count: int
    route: str
    address: str
    is_accepted: bool
    verdict: str
    reply: str
    provider_id: str


def attempts(
    visit: Visit, delivery_attempts: Sequence[DeliveryAttempt], titles: Titles
) -> Iterator[AttemptRow]:
    """Yield the attempts as rows: one row an address. The same reply many times in a row is one
    row with a count."""
    for _key, group in groupby(delivery_attempts, key=_attempt_key):
        first_attempt, *repeats = group
        last_attempt = repeats[-1] if repeats else first_attempt
        verdict = last_attempt.reply.verdict
        yield AttemptRow(
            time=clock(visit, last_attempt.attempted_at),
            first=clock(visit, first_attempt.attempted_at) if repeats else "",
            count=1 + len(repeats),
            route=_route_name(last_attempt, titles),
            address=last_attempt.reply.address,
            is_accepted=verdict is Verdict.ACCEPTED,
            verdict=visit.say(VERDICT_NAMES[verdict]),
            reply=reply_text(visit, last_attempt.reply),
            provider_id=last_attempt.provider_id,
        )


def _route_name(attempt: DeliveryAttempt, titles: Titles) -> str:
    """Return the title of a route of this node; of another node's, the name with that of the
    node."""
    if attempt.sent_by:
        return f"{attempt.route} ({attempt.sent_by})"
    return titles.route(attempt.route)


def _attempt_key(attempt: DeliveryAttempt) -> tuple[object, ...]:
    return same_attempt_key(attempt.route, (attempt.reply,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRow:
    """Show what happened to a mail after it was accepted; `confirmed_by`: who confirmed the
    arrival."""

    time: str
    state: StateMark
    address: str
    said: str
    confirmed_by: str


def arrivals(visit: Visit, arrived: Sequence[Arrived]) -> list[ArrivalRow]:
    """Return the arrivals of a mail as the page shows them."""
    return [
        ArrivalRow(
            time=clock(visit, one.at),
            state=state(visit, one.state),
            address=one.address,
            said=one.said,
            confirmed_by=one.by,
        )
        for one in arrived
    ]
