"""Reports of non-delivery (RFC 3461 to 3464), as mail servers send them back to the sender.

Anybody may send a mail that looks like one, so nothing of it is believed but what fits a mail of
ours, and nothing of it may stop the watch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import BytesParser, HeaderParser

from noroshi.core.printable import printable
from noroshi.ports.mailbox import BounceReport, FailedRecipient

IS_NDR = "x-ms-exchange-message-is-ndr"
"""The header by which Exchange marks its reports; it may keep them in another form than
multipart/report."""
STATUS = ("message/delivery-status", "message/global-delivery-status")  # RFC 3464, 6533
RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
OF_REPORT = ("In-Reply-To", "References")
OF_RETURNED = ("Message-ID", "X-Microsoft-Original-Message-ID")
"""The second is where Microsoft's servers keep ours, if they give a mail another one."""
MESSAGE_ID = re.compile(r"<[^<>@\s]{1,400}@[^<>@\s]{1,400}>")
MOST_IDS, MOST_LOST = 30, 100
LONGEST_DIAGNOSTIC, LONGEST_ADDRESS = 500, 254


def looks_like_report(headers: Iterable[tuple[str, str]]) -> bool:
    """Return True if a mail may be a report, by its headers alone; `read_report` decides."""
    for name, value in headers:
        if name.lower() == IS_NDR:
            return True
        if name.lower() == "content-type" and "multipart/report" in value.lower():
            return "disposition-notification" not in value.lower()  # it was read: RFC 8098
    return False


def read_report(raw: bytes) -> BounceReport | None:
    """Return the report that a mail is; None: it is none, or of nothing that failed."""
    try:
        return _report(BytesParser().parsebytes(raw))
    except Exception:  # whatever somebody made of it, it is no report of ours
        return None


def _report(message: Message) -> BounceReport | None:
    report_parts = list(_parts(message))
    blocks = [block for part in report_parts for block in _blocks(part)]
    failed_blocks = [block for block in blocks if _field(block, "Action").lower() == "failed"]
    if blocks and not failed_blocks:
        return None  # delayed, or delivered after all
    if not blocks and not looks_like_report(message.items()):
        return None
    failed_recipients = [_failed_recipient(block) for block in failed_blocks] or list(
        _recipients_in_headers(message)
    )
    return BounceReport(
        message_ids=tuple(_ids(message, report_parts)),
        recipients=tuple(failed_recipients[:MOST_LOST]),
    )


def _parts(message: Message) -> Iterator[Message]:
    """Yield each part of a mail, but none of a mail within it, which is somebody else's."""
    yield message
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload:
            assert isinstance(part, Message)
            yield from _parts(part)


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the groups of fields of a delivery status: of the mail, then of each recipient."""
    if part.get_content_type() not in STATUS:
        return
    for block in _messages_within(part):
        yield block
        # The parser knows of groups in message/delivery-status alone.
        payload = block.get_payload()
        for text in re.split(r"\r?\n[ \t]*\r?\n", payload if isinstance(payload, str) else ""):
            yield HeaderParser().parsestr(text)


def _failed_recipient(block: Message) -> FailedRecipient:
    """Return the failed recipient, by the address that we wrote rather than by one made of it
    on the way."""
    address = _typed_field(block, "Original-Recipient") or _typed_field(
        block, "Final-Recipient"
    )
    status, diagnostic = _field(block, "Status"), _typed_field(block, "Diagnostic-Code")
    return FailedRecipient(
        address=address[:LONGEST_ADDRESS],
        diagnostic=(
            diagnostic if status and status in diagnostic else f"{status} {diagnostic}".strip()
        )[:LONGEST_DIAGNOSTIC],
    )


def _recipients_in_headers(message: Message) -> Iterator[FailedRecipient]:
    """Yield the recipients that a report without a delivery status names, if it does (Exim,
    Gmail)."""
    subject = _line(str(message.get("Subject", "")))[:LONGEST_DIAGNOSTIC]
    names = _field(message, "X-Failed-Recipients").split(",")
    for name in filter(None, (name.strip() for name in names)):
        yield FailedRecipient(address=name[:LONGEST_ADDRESS], diagnostic=subject)
    if not any(name.strip() for name in names):
        yield FailedRecipient(address="", diagnostic=subject)


def _ids(message: Message, parts: Iterable[Message]) -> list[str]:
    """Return the ids of the returned mail, then those that the report says it answers."""
    returned_headers = [headers for part in parts for headers in _returned_headers(part)]
    id_fields = [
        _field(header_block, name) for header_block in returned_headers for name in OF_RETURNED
    ]
    id_fields += [_field(message, name) for name in OF_REPORT]
    ids = [id for text in id_fields for id in MESSAGE_ID.findall(text)]
    return list(dict.fromkeys(ids))[:MOST_IDS]


def _returned_headers(part: Message) -> Iterator[Message]:
    if part.get_content_type() in RETURNED:
        yield from _messages_within(part)


def _messages_within(part: Message) -> Iterator[Message]:
    """Yield the headers within a part, whether the parser has read them as such or as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (part_inside for part_inside in payload if isinstance(part_inside, Message))
    else:
        text = part.get_payload(decode=True)
        text_content = text.decode("utf-8", "replace") if isinstance(text, bytes) else ""
        yield HeaderParser().parsestr(text_content)


def _typed_field(block: Message, name: str) -> str:
    """Return the value behind its type: `rfc822; a@example.com`, `smtp; 550 5.1.1 …`."""
    kind, semicolon, value = _field(block, name).partition(";")
    return value.strip() if semicolon else kind


def _field(message: Message, name: str) -> str:
    return _line(str(message.get(name, "")))


def _line(text: str) -> str:
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return printable(line)
