"""Reports of non-delivery as different servers write them, about a mail of ours."""

from __future__ import annotations

OURS = "<01J.17/ops/aki@example.com>"
BODY = "I could not deliver it.\r\n"


def lines(*given):
    return "\r\n".join(given) + "\r\n"


def report(*parts, kind="multipart/report; report-type=delivery-status", head=(), mark="b"):
    """A multipart mail of parts, each given with its type."""
    top = lines(
        "From: Postmaster <postmaster@example.com>",
        "To: n@example.com",
        "Subject: Undeliverable: FS01",
        *head,
        f'Content-Type: {kind}; boundary="{mark}"',
        "MIME-Version: 1.0",
    )
    inside = "".join(f"--{mark}\r\nContent-Type: {of}\r\n\r\n{text}\r\n" for of, text in parts)
    return f"{top}\r\n{inside}--{mark}--\r\n".encode()


def status(*blocks, of_mail=("Reporting-MTA: dns; mx.example.com",)):
    return "\r\n".join(lines(*block) for block in (of_mail, *blocks))


FAILED = (
    "Original-Recipient: rfc822;aki@example.com",
    "Final-Recipient: rfc822; aki.sato@inside.example.com",
    "Action: failed",
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 5.1.1 no such user",
)
DELAYED = (
    "Final-Recipient: rfc822;aki@example.com",
    "Action: delayed",
    "Status: 4.4.7",
    "Will-Retry-Until: Thu, 2 Apr 2026 06:00:00 +0000",
)
RETURNED = lines(
    "From: n@example.com", "To: aki@example.com", "Subject: FS01", f"Message-ID: {OURS}", ""
)
POSTFIX = report(
    ("text/plain", BODY),
    ("message/delivery-status", status(FAILED)),
    ("message/rfc822", RETURNED + "the mail"),
)
"""As Exchange Online keeps it in the sender's mailbox; its Message-ID is not ours."""
EXCHANGE = report(
    (
        'multipart/alternative; differences=Content-Type; boundary="c"',
        "--c\r\nContent-Type: text/plain\r\n\r\nYour message couldn't be delivered.\r\n--c--",
    ),
    (
        "message/delivery-status",
        status(
            (
                "Final-recipient: RFC822;gone@contoso.example",
                "Action: failed",
                "Status: 5.1.10",
                "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ",
                " gone@contoso.example not found by SMTP address lookup",
            ),
            of_mail=(
                "Reporting-MTA: dns;PR0DMB1.namprd00.prod.outlook.com",
                "Received-From-MTA: dns;PR0DMB2.namprd00.prod.outlook.com",
                "Arrival-Date: Wed, 1 Apr 2026 06:00:27 +0000",
            ),
        ),
    ),
    (
        "message/rfc822",
        lines(
            "From: n@contoso.example",
            "X-Microsoft-Original-Message-ID:",
            f" {OURS}",
            "Message-ID: <PR0DMB1@PR0DMB1.namprd00.prod.outlook.com>",
            "",
        ),
    ),
    head=(
        "X-MS-Exchange-Message-Is-Ndr:",
        "Message-ID: <1b8c300e@PR0DMB1.namprd00.prod.outlook.com>",
        "In-Reply-To:",
        " <PR0DMB1@PR0DMB1.namprd00.prod.outlook.com>",
        "References: <PR0DMB1@PR0DMB1.namprd00.prod.outlook.com>",
        "Auto-Submitted: auto-replied",
    ),
)
"""As it may come out of Exchange's store: nothing is left of its parts but the text."""
EXCHANGE_BARE = (
    lines(
        "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>",
        "Subject: Undeliverable: FS01",
        "X-MS-Exchange-Message-Is-Ndr:",
        f"In-Reply-To: {OURS}",
        "Content-Type: text/plain",
        "",
    )
    + BODY
).encode()
EXIM = report(
    ("text/plain", BODY),
    ("message/rfc822", RETURNED),
    kind="multipart/report; report-type=delivery-status",
    head=("X-Failed-Recipients: aki@example.com, sam@example.com",),
)
ABOUT_UTF8 = report(
    ("text/plain", BODY),
    (
        "message/global-delivery-status",
        status(
            (
                "Final-Recipient: utf-8; aki@\\x{4F8B}\\x{3048}.jp",
                "Action: failed",
                "Status: 5.6.7",
            )
        ),
    ),
    ("message/global-headers", RETURNED),
)
LATE = report(
    ("text/plain", BODY),
    ("message/delivery-status", status(DELAYED)),
    ("text/rfc822-headers", RETURNED),
)
READ = report(
    ("text/plain", BODY),
    ("message/disposition-notification", lines("Disposition: manual-action; displayed")),
    kind="multipart/report; report-type=disposition-notification",
    head=(f"In-Reply-To: {OURS}",),
)
AN_ANSWER = (
    lines("Subject: Re: FS01", f"In-Reply-To: {OURS}", "Content-Type: text/plain", "") + BODY
).encode()
ONE_PASSED_ON = report(
    ("text/plain", "Look what I got."),
    ("message/rfc822", POSTFIX.decode()),
    kind="multipart/mixed",
    mark="outer",
)
