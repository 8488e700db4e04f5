"""Make reports of non-delivery, as Exchange Online sends them into the sender's mailbox (RFC
3464)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

_POSTMASTER = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
_TEXT = """Delivery has failed to these recipients or groups:

{who}
{why}

Diagnostic information for administrators:

Generating server: {host}

{details}
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """A recipient that a mail could not be delivered to: RFC 3463's status, and the reply."""

    recipient: str
    status: str
    reply: str


def why_lost(recipient: str, own: bool, full: bool) -> Lost | None:
    """Return what becomes of a mail to a recipient who is not there; None: it is delivered."""
    domain = recipient.rpartition("@")[2].lower()
    if full:
        reply = "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"
        return Lost(recipient, "5.2.2", reply)
    if own:
        reply = (
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient "
            f"{recipient} not found by SMTP address lookup"
        )
        return Lost(recipient, "5.1.10", reply)
    if domain == "invalid" or domain.endswith(".invalid"):  # RFC 2606: it never exists
        reply = f"550 5.4.310 DNS domain {domain} does not exist"
        return Lost(recipient, "5.4.310", reply)
    return None


def make_report(
    content: bytes, lost: Iterable[Lost], *, sender: str, host: str, now: datetime
) -> bytes:
    """Return a multipart/report that names the mail by Message-ID."""
    original = BytesHeaderParser().parsebytes(content)
    lost, domain = tuple(lost), sender.rpartition("@")[2]
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Microsoft Outlook <{_POSTMASTER}@{domain}>"
    report["To"] = sender
    report["Date"] = format_datetime(now)
    report["Subject"] = f"Undeliverable: {str(original.get('Subject', '')).strip()}"
    report["Message-ID"] = make_msgid(domain=domain)
    if message_id := str(original.get("Message-ID", "")).strip():
        report["In-Reply-To"] = report["References"] = message_id
    report["Auto-Submitted"] = "auto-replied"
    report["X-MS-Exchange-Message-Is-Ndr"] = ""
    report.attach(MIMEText(_text(lost, host), "plain", "utf-8"))
    report.attach(_status(lost, host, now))
    head = content.partition(b"\r\n\r\n")[0].decode("utf-8", "replace") + "\r\n"
    headers = MIMENonMultipart("text", "rfc822-headers")
    headers.set_payload(head.replace("\r\n", "\n"))
    report.attach(headers)
    return report.as_bytes(policy=SMTP)


def _text(lost: tuple[Lost, ...], host: str) -> str:
    details = "\n".join(
        f"{each.recipient}\nRemote server returned '{each.reply}'" for each in lost
    )
    return _TEXT.format(
        who="\n".join(each.recipient for each in lost),
        why="\n".join(each.reply for each in lost),
        host=host,
        details=details,
    )


def _status(lost: tuple[Lost, ...], host: str, now: datetime) -> Message:
    """Return one block for the mail, and one for each recipient."""
    about: list[dict[str, str]] = [
        {"Reporting-MTA": f"dns;{host}", "Arrival-Date": format_datetime(now)}
    ]
    about += [
        {
            "Final-Recipient": f"rfc822;{each.recipient}",
            "Action": "failed",
            "Status": each.status,
            "Diagnostic-Code": f"smtp;{each.reply}",
        }
        for each in lost
    ]
    status = MIMENonMultipart("message", "delivery-status")
    for fields in about:
        block = Message()
        for name, value in fields.items():
            block[name] = value
        Message.attach(status, block)
    return status
