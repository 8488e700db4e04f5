"""Routes as people see them: a short mark where the provider is none of the built-in ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from noroshi.cli.context import CommandContext
from noroshi.cli.output.times import clock, span
from noroshi.core.translation import COMMA, NOTHING, Message, _, ngettext
from noroshi.operations.status_answers import RouteStatus

SOON = 60
"""Days before a secret or certificate expires from which on its end is shown."""
RENEWED = _("sign-in renewed {at}")
ENDS = ngettext(
    "client secret expires on {day} ({days} day left)",
    "client secret expires on {day} ({days} days left)",
    by="days",
)
CERTIFICATE_ENDS = ngettext(
    "certificate expires on {day} ({days} day left)",
    "certificate expires on {day} ({days} days left)",
    by="days",
)
ENDED = _("client secret expired on {day}")
CERTIFICATE_ENDED = _("certificate expired on {day}")
BY_NEXT = {False: _("uses the next client secret"), True: _("uses the next certificate")}
"""The texts of a client secret (False) and of a certificate (True)."""

SEEN = _("arrival confirmed {at} (took {span})")
SEEN_BY = _("arrival confirmed {at} (by {by})")
NOT_YET = _("no arrival confirmed yet")
BUT = _("{seen}; {why}")
ONLY_ACCEPTED = _("accepted {at}; arrival is not checked")


def with_mark(context: CommandContext, name: str, mark: Message) -> str:
    """Return a route or its kind, with its mark."""
    mark_text = context.say(mark)
    return f"{name} [{mark_text}]" if mark_text else name


def join_routes(
    context: CommandContext, names: Sequence[str], marks: Mapping[str, Message], separator: str
) -> str:
    """Return routes in their order, each with its mark."""
    return separator.join(with_mark(context, name, marks.get(name, NOTHING)) for name in names)


def comma(context: CommandContext) -> str:
    """Return what stands between the parts of a line."""
    return context.say(COMMA)


def sign_in(context: CommandContext, route: RouteStatus, now: datetime) -> str:
    """Return how the sign-in of a route that is well stands: when it was renewed, what of it
    ends."""
    parts = list[Message]()
    if route.renewed:
        parts.append(RENEWED.fill(at=clock(route.renewed, now)))
    if route.by_next:
        parts.append(BY_NEXT[route.by_certificate])
    if route.ends:
        # Providers count to the beginning of that day, UTC; so does the alarm of it.
        days = (route.ends - now.astimezone(UTC).date()).days
        expiry_texts = (
            (CERTIFICATE_ENDS, CERTIFICATE_ENDED) if route.by_certificate else (ENDS, ENDED)
        )
        words = expiry_texts[days < 0]
        if days <= SOON:
            parts.append(words.fill(day=route.ends, days=days))
    return comma(context).join(context.say(words) for words in parts)


def arrival(context: CommandContext, route: RouteStatus, now: datetime) -> str:
    """Return how far a working route is proved: its mails arrive, or at least are accepted."""
    proof = route.arrives
    if proof is None:
        at = clock(route.accepted, now)
        return context.say(ONLY_ACCEPTED.fill(at=at)) if at else ""
    words = NOT_YET
    if proof.seen:
        duration = span(timedelta(seconds=proof.took))
        words = SEEN.fill(at=clock(proof.seen, now), span=duration)
    if proof.by:
        words = SEEN_BY.fill(at=clock(proof.seen, now), by=proof.by)
    reason = proof.why
    if reason != NOTHING:
        words = BUT.fill(seen=words, why=reason)
    return context.say(words)
