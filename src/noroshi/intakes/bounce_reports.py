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
"""Exchange marks its own by this, and may keep them in another form than multipart/report."""
STATUS = ("message/delivery-status", "message/global-delivery-status")  # RFC 3464, 6533
RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
OF_REPORT = ("In-Reply-To", "References")
OF_RETURNED = ("Message-ID", "X-Microsoft-Original-Message-ID")
"""The second is where Microsoft's servers keep ours, if they give a mail another one."""
MESSAGE_ID = re.compile(r"<[^<>@\s]{1,400}@[^<>@\s]{1,400}>")
MOST_IDS, MOST_LOST = 30, 100
LONGEST_DIAGNOSTIC, LONGEST_ADDRESS = 500, 254


def looks_like_report(headers: Iterable[tuple[str, str]]) -> bool:
    """Return whether it may be a report, by a mail's headers alone; `read_report` says what it is."""
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
    parts = list(_parts(message))
    blocks = [block for part in parts for block in _blocks(part)]
    failed = [block for block in blocks if _field(block, "Action").lower() == "failed"]
    if blocks and not failed:
        return None  # delayed, or delivered after all
    if not blocks and not looks_like_report(message.items()):
        return None
    lost = [_lost(block) for block in failed] or list(_named(message))
    return BounceReport(
        message_ids=tuple(_ids(message, parts)), recipients=tuple(lost[:MOST_LOST])
    )


def _parts(message: Message) -> Iterator[Message]:
    """Yield each part of a mail, but none of a mail within it, which is somebody else's."""
    yield message
    inside = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(inside, list):
        for part in inside:
            assert isinstance(part, Message)
            yield from _parts(part)


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the groups of fields of a delivery status: of the mail, then of each recipient."""
    if part.get_content_type() not in STATUS:
        return
    for block in _inside(part):
        yield block
        # The parser knows of groups in message/delivery-status alone.
        rest = block.get_payload()
        for text in re.split(r"\r?\n[ \t]*\r?\n", rest if isinstance(rest, str) else ""):
            yield HeaderParser().parsestr(text)


def _lost(block: Message) -> FailedRecipient:
    """Return the failed recipient, by the address that we wrote rather than by one made of it
    on the way."""
    address = _typed(block, "Original-Recipient") or _typed(block, "Final-Recipient")
    status, diagnostic = _field(block, "Status"), _typed(block, "Diagnostic-Code")
    return FailedRecipient(
        address=address[:LONGEST_ADDRESS],
        diagnostic=(
            diagnostic if status and status in diagnostic else f"{status} {diagnostic}".strip()
        )[:LONGEST_DIAGNOSTIC],
    )


def _named(message: Message) -> Iterator[FailedRecipient]:
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
    returned = [headers for part in parts for headers in _returned(part)]
    texts = [_field(one, name) for one in returned for name in OF_RETURNED]
    texts += [_field(message, name) for name in OF_REPORT]
    found = [id for text in texts for id in MESSAGE_ID.findall(text)]
    return list(dict.fromkeys(found))[:MOST_IDS]


def _returned(part: Message) -> Iterator[Message]:
    if part.get_content_type() in RETURNED:
        yield from _inside(part)


def _inside(part: Message) -> Iterator[Message]:
    """Yield the headers within a part, whether the parser has read them as such or as text."""
    inside = part.get_payload()
    if isinstance(inside, list):
        yield from (one for one in inside if isinstance(one, Message))
    else:
        text = part.get_payload(decode=True)
        found = text.decode("utf-8", "replace") if isinstance(text, bytes) else ""
        yield HeaderParser().parsestr(found)


def _typed(block: Message, name: str) -> str:
    """Return the value behind its type: `rfc822; a@example.com`, `smtp; 550 5.1.1 …`."""
    kind, semicolon, value = _field(block, name).partition(";")
    return value.strip() if semicolon else kind


def _field(message: Message, name: str) -> str:
    return _line(str(message.get(name, "")))


def _line(text: str) -> str:
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return printable(line)
