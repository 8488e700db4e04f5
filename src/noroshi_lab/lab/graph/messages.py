"""A mail of a mailbox as Graph tells it: the resource `message`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from typing import Any

from noroshi_lab.lab.jwt import decode, encode
from noroshi_lab.lab.mailbox import REMEMBERED, Mail

_MARK = "AAMkLab"
ONLY_ASKED = frozenset({"internetMessageHeaders"})
"""Told to those who select them alone."""
BODIES = frozenset({"body", "bodyPreview", "uniqueBody"})
FIELDS = (
    "id",
    "createdDateTime",
    "lastModifiedDateTime",
    "receivedDateTime",
    "sentDateTime",
    "hasAttachments",
    "internetMessageId",
    "subject",
    "bodyPreview",
    "importance",
    "parentFolderId",
    "conversationId",
    "isRead",
    "isDraft",
    "webLink",
    "body",
    "sender",
    "from",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "internetMessageHeaders",
)


def message_id(mail: Mail) -> str:
    """Return the id by which a mail is asked for again."""
    return _MARK + encode(f"{mail.mailbox} {mail.number}".encode())


def number_of(id: str, mailbox: str) -> int | None:
    """Return the mail's number; None if it is no id, or another mailbox's."""
    try:
        owner, _, number = decode(id.removeprefix(_MARK)).decode().rpartition(" ")
    except ValueError:
        return None
    short = number.isdecimal() and len(number) < 10
    known = id.startswith(_MARK) and owner == mailbox and short
    return int(number) if known else None


@lru_cache(REMEMBERED)
def as_message(mail: Mail) -> Mapping[str, Any]:
    """Return the whole resource."""
    parsed = BytesParser(EmailMessage, policy=default).parsebytes(mail.raw)
    received, sent = _received(mail), _moment(mail.date) or _received(mail)
    kind, content = _body(parsed, mail)
    sender = _people(mail.from_)[:1]
    thread = (mail.references.split() or [mail.in_reply_to or mail.message_id])[0]
    return {
        "id": message_id(mail),
        "createdDateTime": received,
        "lastModifiedDateTime": received,
        "receivedDateTime": received,
        "sentDateTime": sent,
        "hasAttachments": any(True for _ in parsed.iter_attachments()),
        "internetMessageId": mail.message_id,
        "subject": mail.subject,
        "bodyPreview": " ".join(mail.text.split())[:255],
        "importance": "high" if str(parsed.get("X-Priority", ""))[:1] == "1" else "normal",
        "parentFolderId": mail.folder,
        "conversationId": encode(thread.encode()),
        "isRead": False,
        "isDraft": False,
        "webLink": f"https://outlook.lab.example/owa/?ItemID={message_id(mail)}",
        "body": {"contentType": kind, "content": content},
        "sender": sender[0] if sender else None,
        "from": sender[0] if sender else None,
        "toRecipients": _people(mail.to),
        "ccRecipients": _people(str(parsed.get("Cc", ""))),
        "bccRecipients": [],
        "replyTo": _people(str(parsed.get("Reply-To", ""))),
        "internetMessageHeaders": [
            {"name": name, "value": str(value).strip()} for name, value in parsed.items()
        ],
    }


def chosen(
    message: Mapping[str, Any], select: tuple[str, ...], *, bodies: bool
) -> dict[str, Any]:
    """Return the fields that were asked for; the id is always among them."""
    wanted = set(select) | {"id"} if select else set(FIELDS) - ONLY_ASKED
    hidden = set() if bodies else BODIES
    fields = {name: value for name, value in message.items() if name in wanted - hidden}
    return {"@odata.etag": f'W/"{message["id"][-12:]}"', **fields}


def _received(mail: Mail) -> str:
    return _moment(mail.received.rpartition(";")[2]) or "1970-01-01T00:00:00Z"


def _moment(text: str) -> str:
    try:
        moment = parsedate_to_datetime(text.strip())
    except ValueError:
        return ""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _written(moment.astimezone(UTC))


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _people(text: str) -> list[dict[str, dict[str, str]]]:
    return [
        {"emailAddress": {"name": name or address, "address": address}}
        for name, address in getaddresses([text])
        if address
    ]


def _body(parsed: EmailMessage, mail: Mail) -> tuple[str, str]:
    html = parsed.get_body(("html",))
    if html is None:
        return "text", mail.text
    try:
        return "html", str(html.get_content())
    except LookupError:  # a charset that Python does not know
        return "text", mail.text
