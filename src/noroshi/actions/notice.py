"""Mail of what happens to an instance or to Noroshi itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.actions.letter import as_text
from noroshi.actions.letter_html import as_html
from noroshi.actions.notice_text import NoticeReader, page
from noroshi.core.levels import Level
from noroshi.core.model import Contact
from noroshi.core.notices.notice import (
    ActionFailed,
    MailCameBack,
    MailSetAside,
    Notice,
    StatusReport,
)

IMPORTANCE = {
    MailSetAside: "high",
    MailCameBack: "high",
    ActionFailed: "high",
    StatusReport: "low",
}


def notice(contact: Contact, about: Notice) -> Mapping[str, Any]:
    """Return the mail's payload, in the contact's language and by its clock."""
    reader = NoticeReader(contact)
    shown = page(about, reader)
    return {
        "subject": shown.subject,
        "text": as_text(shown),
        "html": as_html(shown),
        "language": reader.language,
        "importance": _importance(about),
        "list": "noroshi",
        "list_title": "Noroshi",
        "zone": contact.zone,
        "level": (shown.level or Level.OK).value,
    }


def _importance(about: Notice) -> str:
    if isinstance(about, StatusReport) and (about.all_lost or about.undelivered_count):
        return "high"
    return IMPORTANCE.get(type(about), "normal")
