"""The alarm by which a person proves that alarms reach them: with a number to give back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from noroshi.actions.letter import Page, Row, as_text
from noroshi.actions.letter_html import as_html
from noroshi.core.cadence import zone_of
from noroshi.core.date_text import moment
from noroshi.core.levels import Level
from noroshi.core.model import Contact
from noroshi.core.translation import _, known_language

TEST = _("TEST")
SUBJECT = _("[TEST] A test alarm from Noroshi")
HEADLINE = _("This is a test. Alarms from {node} are sent to this address.")
LEAD = _("Enter this number in Noroshi to confirm that alarms reach you.")
NUMBER, RAISED_AT = _("Number"), _("Raised")
FOOTER = _("Nothing is wrong, and you do not need to do anything else.")


def trial_alarm(
    contact: Contact, number: str, node: str, instant: datetime
) -> Mapping[str, Any]:
    """Return the payload of the mail, in the language and time zone of the contact."""
    language = known_language(contact.language)
    trial_page = Page(
        language=language,
        subject=SUBJECT.say(language),
        word=TEST.say(language),
        path=("Noroshi", node),
        headline=HEADLINE.fill(node=node).say(language),
        lead=(LEAD.say(language),),
        rows=(
            Row(NUMBER.say(language), number),
            Row(RAISED_AT.say(language), moment(instant, zone_of(contact.zone), language)),
        ),
        footer=(FOOTER.say(language),),
    )
    return {
        "subject": trial_page.subject,
        "text": as_text(trial_page),
        "html": as_html(trial_page),
        "language": language,
        "importance": "high",
        "list": "noroshi",
        "list_title": "Noroshi",
        "zone": contact.zone,
        "level": Level.OK.value,
    }
