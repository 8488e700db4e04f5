"""A mail that a person or a script sends by the node's routes: from what was given to envelopes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from noroshi.core.definitions.problems import Problem, shortened_text, suggestion
from noroshi.core.definitions.value_syntax import is_address
from noroshi.core.levels import Level
from noroshi.core.mail import Envelope
from noroshi.core.model import Contact
from noroshi.core.translation import _, pgettext
from noroshi.definitions.compilation import Plan

LONGEST_SUBJECT = 500
LONGEST_TEXT = 1 << 20
MOST_NAMES, LONGEST_TOGETHER = 100, 4 << 20
"""The most contacts and addresses of one mail, and the most letters of text in all copies
together: each contact has a copy in the queue."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

NOBODY = _("specify a recipient")
NO_ADDRESS = _(
    "“{given}” is not an email address, and there is no contact of that name{instead}"
)
NO_MAILBOX = pgettext("no_mailbox", "“{given}” is not an email address")
NO_ROUTE = _("there is no route “{given}”{instead}")
NO_ROUTES = _("there is no route yet; define one in routes/ and apply it")
ONE_LINE = _("must be one line without control characters, at most {most} characters")
TOO_LONG = _("is longer than {most} characters")
TOO_MANY = _("contains more than {most} recipients; send it in parts")
TOO_MUCH = _("has too many recipients for a text of this length: at most {most}")
IMPORTANCE = {Level.CRITICAL: "high", Level.WARNING: "normal", Level.UNKNOWN: "high"}


def faults(
    plan: Plan, recipients: Iterable[str], subject: str, text: str, routes: Iterable[str]
) -> tuple[Problem, ...]:
    """Return all reasons why this mail cannot be sent."""
    recipients, problems = list(recipients), list[Problem]()
    if not recipients:
        problems.append(Problem("to", NOBODY))
    problems += _too_many("to", recipients)
    if len(text) * len(recipients) > LONGEST_TOGETHER:
        problems.append(
            Problem("to", TOO_MUCH.fill(most=LONGEST_TOGETHER // max(1, len(text))))
        )
    for name in recipients[:MOST_NAMES]:
        if name not in plan.contacts and not is_address(name):
            near = suggestion(name, plan.contacts)
            problems.append(
                Problem("to", NO_ADDRESS.fill(given=shortened_text(name), instead=near))
            )
    problems += _unknown_routes(plan, routes)
    if not plan.routes:
        problems.append(Problem("routes", NO_ROUTES))
    if CONTROL.search(subject) or not 0 < len(subject) <= LONGEST_SUBJECT:
        problems.append(Problem("subject", ONE_LINE.fill(most=LONGEST_SUBJECT)))
    if len(text) > LONGEST_TEXT:
        problems.append(Problem("text", TOO_LONG.fill(most=LONGEST_TEXT)))
    return tuple(problems)


def readdressing_faults(
    plan: Plan, recipients: Iterable[str], routes: Iterable[str]
) -> tuple[Problem, ...]:
    """Return the faults of the new addresses and routes of one envelope."""
    recipients = list(recipients)
    bad_names = [one for one in recipients[:MOST_NAMES] if not is_address(one)]
    problems = [Problem("to", NO_MAILBOX.fill(given=shortened_text(one))) for one in bad_names]
    return (*_too_many("to", recipients), *problems, *_unknown_routes(plan, routes))


def _too_many(field: str, names: list[str]) -> list[Problem]:
    return [Problem(field, TOO_MANY.fill(most=MOST_NAMES))] * (len(names) > MOST_NAMES)


def _unknown_routes(plan: Plan, routes: Iterable[str]) -> list[Problem]:
    names = list(routes)
    return _too_many("routes", names) + [
        Problem(
            "routes",
            NO_ROUTE.fill(given=shortened_text(one), instead=suggestion(one, plan.routes)),
        )
        for one in names[:MOST_NAMES]
        if one not in plan.routes
    ]


def contact_of(plan: Plan, name: str, text: str) -> Contact:
    """Return the contact of that name; for an address, one made for this mail."""
    if name in plan.contacts:
        return plan.contacts[name]
    language = "ja" if JAPANESE.search(text) else "en"
    return Contact(id=name, addresses=(name,), language=language)


def routes_of(plan: Plan, contact: Contact, preferred: tuple[str, ...]) -> tuple[str, ...]:
    """Return the given routes, else those of the first rule that notifies this contact, else
    all, in order."""
    if preferred:
        return preferred
    for rule in plan.rules.values():
        if not rule.of_hub and any(one.id == contact.id for one in rule.contacts):
            return rule.routes
    return tuple(plan.routes)


def envelope(
    *,
    number: str,
    contact: Contact,
    routes: tuple[str, ...],
    subject: str,
    text: str,
    level: Level,
    born: datetime,
) -> Envelope:
    """Return the envelope. The order key is the id itself, so the mail overtakes nothing and
    waits for nothing."""
    id = f"{number}/send/{contact.id}"
    return Envelope(
        id=id,
        routes=routes,
        contact=contact.id,
        to=contact.addresses,
        order=id,
        alarms=(),
        payload={
            "subject": subject,
            "text": text,
            "language": contact.language,
            "importance": IMPORTANCE.get(level, "normal"),
            "list": "noroshi",
            "list_title": "Noroshi",
            "zone": contact.zone,
            "level": level.value,
        },
        action="mail",
        born=born,
    )
