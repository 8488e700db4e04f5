"""Make a mail of what is handed to sendMail: base64 of MIME as it stands, or JSON put into
words."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, make_msgid
from typing import Any

from noroshi_lab.lab.graph.errors import GraphError

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_HEADER = re.compile(rb"^bcc:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Hold a whole mail, and the recipients."""

    content: bytes
    recipients: tuple[str, ...]
    saves: bool = True


def from_mime(body: bytes, *, mailbox: str, now: datetime) -> Letter:
    """Read `text/plain`: base64 of the whole mail. Bcc is obeyed and taken out."""
    try:
        content = base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        raise GraphError("ErrorMimeContentInvalidBase64String") from None
    content = re.sub(rb"\r?\n", b"\r\n", content)
    head = BytesHeaderParser().parsebytes(content)
    named = [
        value for name in ("To", "Cc", "Bcc") for value in map(str, head.get_all(name, []))
    ]
    recipients = _checked([address for _, address in getaddresses(named)])
    top, gap, text = content.partition(b"\r\n\r\n")
    top = _HEADER.sub(b"", top + b"\r\n").removesuffix(b"\r\n")
    missing = {
        "From": mailbox,
        "Date": format_datetime(now),
        "Message-ID": make_msgid(domain=mailbox.rpartition("@")[2]),
    }
    added = "".join(
        f"{name}: {value}\r\n" for name, value in missing.items() if name not in head
    )
    return Letter(content=added.encode() + top + gap + text, recipients=recipients)


def from_json(body: bytes, *, mailbox: str, now: datetime) -> Letter:
    """Read `application/json`: {"message": …, "saveToSentItems": …}."""
    try:
        asked = json.loads(body)
        message = asked["message"]
        return Letter(
            content=_composed(message, mailbox, now).as_bytes(policy=SMTP),
            recipients=_checked(
                [each for kind in _KINDS for each in _addresses(message.get(kind, []))]
            ),
            saves=asked.get("saveToSentItems", True) is not False,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise GraphError("BadRequest", "Unable to read JSON request payload.") from None


_KINDS = {"toRecipients": "To", "ccRecipients": "Cc", "bccRecipients": ""}


def _composed(fields: Mapping[str, Any], mailbox: str, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = _address(fields["from"]) if fields.get("from") else mailbox
    for kind, name in _KINDS.items():
        if name and fields.get(kind):
            message[name] = ", ".join(_address(each) for each in fields[kind])
    if fields.get("replyTo"):
        message["Reply-To"] = ", ".join(_address(each) for each in fields["replyTo"])
    message["Subject"] = str(fields.get("subject", ""))
    message["Date"] = format_datetime(now)
    own = make_msgid(domain=mailbox.rpartition("@")[2])
    message["Message-ID"] = str(fields.get("internetMessageId") or own)
    for each in fields.get("internetMessageHeaders", []):
        if not str(each["name"]).lower().startswith("x-"):
            raise GraphError("InvalidInternetMessageHeader", name=str(each["name"]))
        message[str(each["name"])] = str(each["value"])
    body = fields.get("body", {})
    kind = "html" if str(body.get("contentType", "text")).lower() == "html" else "plain"
    message.set_content(str(body.get("content", "")), subtype=kind)
    for each in fields.get("attachments", []):
        _attach(message, each)
    return message


def _attach(message: EmailMessage, file: Mapping[str, Any]) -> None:
    main, _, sub = str(file.get("contentType", "application/octet-stream")).partition("/")
    message.add_attachment(
        base64.b64decode(file["contentBytes"], validate=True),
        maintype=main,
        subtype=sub or "octet-stream",
        filename=str(file["name"]),
    )


def _address(person: Mapping[str, Any]) -> str:
    address = person["emailAddress"]
    name = str(address.get("name", "")).replace('"', "")
    return f'"{name}" <{address["address"]}>' if name else str(address["address"])


def _addresses(people: list[Mapping[str, Any]]) -> list[str]:
    return [str(each["emailAddress"]["address"]) for each in people]


def _checked(recipients: list[str]) -> tuple[str, ...]:
    for each in recipients or [""]:
        if not _ADDRESS.fullmatch(each):
            raise GraphError("ErrorInvalidRecipients", who=each)
    return tuple(dict.fromkeys(recipients))
