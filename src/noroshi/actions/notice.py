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
    AgentRefused,
    HubRefused,
    HubUnreachable,
    MailCameBack,
    MailSetAside,
    Notice,
    StatusReport,
)

IMPORTANCE = {
    MailSetAside: "high",
    MailCameBack: "high",
    ActionFailed: "high",
    AgentRefused: "high",
    HubRefused: "high",
    HubUnreachable: "high",
    StatusReport: "low",
}


def notice(contact: Contact, event_notice: Notice) -> Mapping[str, Any]:
    """Return the payload of the mail, in the language and time zone of the contact."""
    reader = NoticeReader(contact)
    mail_page = page(event_notice, reader)
    return {
        "subject": mail_page.subject,
        "text": as_text(mail_page),
        "html": as_html(mail_page),
        "language": reader.language,
        "importance": _importance(event_notice),
        "list": "noroshi",
        "list_title": "Noroshi",
        "zone": contact.zone,
        "level": (mail_page.level or Level.OK).value,
    }


def _importance(event_notice: Notice) -> str:
    if isinstance(event_notice, StatusReport) and (
        event_notice.all_lost or event_notice.undelivered_count
    ):
        return "high"
    return IMPORTANCE.get(type(event_notice), "normal")
