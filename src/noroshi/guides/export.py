"""The administrator's steps of one way as a text to be handed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noroshi.core.translation import Message, _
from noroshi.guides.guide import Step
from noroshi.guides.microsoft365 import WAYS
from noroshi.guides.missing_values import REPLACE, missing_values
from noroshi.guides.places import Value
from noroshi.guides.render import TITLES, markdown
from noroshi.guides.setup_goal import SetupGoal

SENDS_BY: Mapping[str, Message] = {
    "smtp": _("SMTP (port 587)"),
    "graph": _("Microsoft Graph (HTTPS)"),
}
PAGE_TITLE = _("Noroshi: steps for the Microsoft 365 administrator")
PAGE_ABOUT = _(
    "These steps allow Noroshi, a server monitor, to send its alarms from this mailbox with "
    "the least\n"
    "privilege. Carry them out in this order; steps marked “Optional” can\n"
    "be left out.\n"
    "\n"
    "- Mailbox: {mailbox}\n"
    "- Tenant: {tenant}\n"
    "- Sign-in: {way}\n"
    "- Delivery: {kind}"
)
GIVE_BACK = _("Please send back")
BACK_CERTIFICATE = _(
    "The Application (client) ID and the Directory (tenant) ID. They are not secret."
)
BACK_SECRET = _(
    "The Application (client) ID and the Directory (tenant) ID; the secret's Value and its "
    "expiry date, through a secure channel."
)
BACK_ID = _("The Application (client) ID and the Directory (tenant) ID.")


def steps_document(
    goal: SetupGoal, steps: Sequence[Step], values: Mapping[str, Value], language: str
) -> str:
    """Return all of these steps, for whom they are, and what the administrator gives back."""
    return "\n".join(_page(goal, steps, values, language)) + "\n"


def _page(
    goal: SetupGoal, steps: Sequence[Step], values: Mapping[str, Value], language: str
) -> Iterator[str]:
    yield f"# {PAGE_TITLE.say(language)}"
    yield ""
    yield PAGE_ABOUT.fill(
        mailbox=goal.mailbox, tenant=goal.tenant, way=WAYS[goal.way], kind=SENDS_BY[goal.kind]
    ).say(language)
    if missing := missing_values(steps, values):
        yield f"\n{REPLACE.say(language)}\n"
        yield from (f"- `{one.placeholder}`: {one.where.say(language)}" for one in missing)
    part = ""
    for number, step in enumerate(steps, 1):
        if step.part != part:
            part = step.part
            yield f"\n## {TITLES[part].say(language)}"
        section = markdown(step, values, language, f"### {number}.")
        yield f"\n{section.rstrip()}"
    return_step = BACK_CERTIFICATE if goal.certified else BACK_SECRET
    yield f"\n## {GIVE_BACK.say(language)}\n"
    yield f"{(return_step if goal.secret else BACK_ID).say(language)}"
