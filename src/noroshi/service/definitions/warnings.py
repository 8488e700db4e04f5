"""Warn of what definitions would do beside what they say: with a plan, and with what was
applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from noroshi.core.definitions.accounts import ENDS, OVER, end_of, is_over
from noroshi.core.definitions.problems import MOST_REPORTED, Problem
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.mail import Envelope
from noroshi.core.translation import Message, _, ngettext
from noroshi.definitions.accounts_of_routes import is_retiring
from noroshi.definitions.compilation import Plan
from noroshi.definitions.document_content import content
from noroshi.definitions.ids import likely_renamed, monitor_ids
from noroshi.definitions.unruled_monitors import first_names, without_rule
from noroshi.ports import Document, QueuedEnvelope

NOTHING_THERE = followed_by(
    _(
        "The folder contains no definitions, so nothing would be monitored any more. Is this the "
        "right folder?"
    ),
    InstructionKind.END_WATCHING,
)
ENDS_ALL = followed_by(
    _(
        "Applying these definitions would leave none of the instances monitored: {names}. Is "
        "this the right folder?"
    ),
    InstructionKind.END_WATCHING,
)
ROUTE_GONE = followed_by(
    ngettext(
        "{count} message is waiting for a removed route ({names}).",
        "{count} messages are waiting for a removed route ({names}).",
    ),
    InstructionKind.CHANGE_ROUTE,
)
CONTACT_GONE = followed_by(
    ngettext(
        "{count} message to a removed contact is waiting ({names}). It is still sent, to the "
        "address stored in it.",
        "{count} messages to a removed contact are waiting ({names}). They are still sent, to "
        "the addresses stored in them.",
    ),
    InstructionKind.DROP_MAIL,
)
RENAMED = _(
    "{old} is removed, and {new}, which monitors the same thing, is added. If {new} is the "
    'same monitor under a new name, set id = "{id}" in its definition to keep its state and '
    "history."
)
RETIRES = _(
    "Password sign-in at Exchange Online: {names}. Microsoft will turn off password sign-in "
    "at the end of December 2026 (an administrator can turn it on again). In the second half "
    "of 2027, it will announce the date on which password sign-in ends for good. Use an "
    "account, which signs in with OAuth 2.0."
)
_MISSING_ENTRY = _(
    "{who} refers to the entry “{entry}”, which is not in the vault: no message can be sent "
    "through that route until the entry is added."
)
NOT_KEPT = followed_by(_MISSING_ENTRY, InstructionKind.PUT_SECRET)
NOT_KEPT_FOR_PROXY = followed_by(_MISSING_ENTRY, InstructionKind.PUT_ENTRY)
"""The password of a network's proxy: no page has a field for it."""
NOT_SENT = followed_by(
    _(
        "{who} sends the entry “{entry}” as a header, but the entry is not in the vault: the "
        "page is not checked until the entry is added."
    ),
    InstructionKind.PUT_ENTRY,
)
LOGIN_NOT_KEPT = followed_by(
    _(
        "{who} logs in with the entry “{entry}”, which is not in the vault: nothing is measured "
        "on that computer until the entry is added."
    ),
    InstructionKind.PUT_ENTRY,
)
DAY_OVER = _("{where}: {what}")
MORE_CAUTIONS = ngettext("And {count} more warning.", "And {count} more warnings.")


def first_cautions(*groups: Iterable[Message]) -> tuple[Message, ...]:
    """Return the first cautions, and one that counts the others."""
    all_cautions = chain.from_iterable(groups)
    first = tuple(islice(all_cautions, MOST_REPORTED))
    more = sum(1 for _ in all_cautions)
    return (*first, MORE_CAUTIONS.fill(count=more)) if more else first


def ends_everything(old: Sequence[Document], new: Sequence[Document]) -> Message | None:
    """Return why these definitions are taken for a mistake; None: they are not.

    An instance that goes on under another name, with the ids of its monitors, is not gone.
    """
    if not new:
        return NOTHING_THERE
    old_names, new_names = (_instances(side) for side in (old, new))
    if not old_names or old_names & new_names or monitor_ids(old) & monitor_ids(new):
        return None
    return ENDS_ALL.fill(names=first_names(sorted(old_names)))


def cautions(
    plan: Plan,
    waiting: Iterable[QueuedEnvelope],
    old: Sequence[Document],
    new: Sequence[Document],
) -> Iterator[Message]:
    """Yield cautions for whoever brings this plan, made of the new documents, into force."""
    waiting = tuple(waiting)
    mails = [one.envelope for one in waiting]
    for old_name, new_name, id in likely_renamed(old, new):
        yield RENAMED.fill(old=old_name, new=new_name, id=id)
    yield from without_rule(plan)
    yield from without_route(plan, waiting)
    yield from _without_contact(plan, mails)
    yield from _retiring_routes(plan)


def without_route(plan: Plan, waiting: Iterable[QueuedEnvelope]) -> Iterator[Message]:
    """Say that some mails name a route which is none (any more)."""
    mails = [one.envelope for one in waiting]
    affected = [mail for mail in mails if set(mail.routes) - plan.routes.keys()]
    missing = {route for mail in affected for route in mail.routes} - plan.routes.keys()
    if missing:
        yield ROUTE_GONE.fill(count=len(affected), names=first_names(sorted(missing)))


def _without_contact(plan: Plan, mails: Sequence[Envelope]) -> Iterator[Message]:
    """Say that some mails are to a contact which is none. One that was sent by hand may be to
    an address, which is no contact's name."""
    contacts = [mail.contact for mail in mails if is_name(mail.contact)]
    missing = [contact for contact in contacts if contact not in plan.contacts]
    if missing:
        yield CONTACT_GONE.fill(count=len(missing), names=first_names(sorted(set(missing))))


def _retiring_routes(plan: Plan) -> Iterator[Message]:
    """Say that a way to sign in will end, at Microsoft 365."""
    names = sorted(route.name for route in plan.routes.values() if is_retiring(route))
    if names:
        yield RETIRES.fill(names=first_names(names))


def _instances(documents: Iterable[Document]) -> set[str]:
    keys = (one.key.partition("/") for one in documents)
    return {name for type, _, name in keys if type == "instances"}


def days_over(
    new: Mapping[str, Document], old: Mapping[str, Document], now: datetime
) -> Iterator[Problem]:
    """Yield the days that are over of what is changed: that of a secret that has ended
    meanwhile may stay."""
    for key, one in new.items():
        if not key.startswith("accounts/"):
            continue
        settings, old_content = content(one), content(old[key]) if key in old else {}
        for field in ENDS:
            day = settings.get(field)
            ends = (
                end_of(day) if isinstance(day, str) and day != old_content.get(field) else None
            )
            if ends and is_over(ends, now):
                yield Problem(f"{key}.toml: {field}", OVER.fill(day=day))
