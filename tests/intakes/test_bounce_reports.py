"""What is made of a mail that says that another did not arrive."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from noroshi.intakes.bounce_reports import looks_like_report, read_report
from noroshi.ports.mailbox import FailedRecipient
from noroshi_lab.lab.reports import make_report, why_lost
from tests.intakes.ndrs import (
    ABOUT_UTF8,
    AN_ANSWER,
    DELAYED,
    EXCHANGE,
    EXCHANGE_BARE,
    EXIM,
    FAILED,
    LATE,
    ONE_PASSED_ON,
    OURS,
    POSTFIX,
    READ,
    RETURNED,
    lines,
    report,
    status,
)

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
THEIRS = "<PR0DMB1@PR0DMB1.namprd00.prod.outlook.com>"
NOT_FOUND = (
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient gone@contoso.example not found by "
    "SMTP address lookup"
)


def lost(raw):
    return [(one.address, one.diagnostic) for one in read_report(raw).recipients]


def looks(raw):
    return looks_like_report(message_from_bytes(raw).items())


@pytest.mark.parametrize(
    ("raw", "who"),
    [
        pytest.param(POSTFIX, [("aki@example.com", "550 5.1.1 no such user")], id="postfix"),
        pytest.param(EXCHANGE, [("gone@contoso.example", NOT_FOUND)], id="exchange"),
        pytest.param(
            EXIM,
            [
                ("aki@example.com", "Undeliverable: FS01"),
                ("sam@example.com", "Undeliverable: FS01"),
            ],
            id="exim",
        ),
        pytest.param(EXCHANGE_BARE, [("", "Undeliverable: FS01")], id="without its parts"),
        pytest.param(
            ABOUT_UTF8, [("aki@\\x{4F8B}\\x{3048}.jp", "5.6.7")], id="an address in UTF-8"
        ),
    ],
)
def test_a_report_names_our_mail_and_for_whom_it_failed_with_what_was_said(raw, who):
    assert OURS in read_report(raw).message_ids
    assert lost(raw) == who
    assert looks(raw)


def test_a_message_id_that_the_server_gave_it_is_told_beside_ours():
    assert read_report(EXCHANGE).message_ids == (THEIRS, OURS)


def test_the_lab_s_own_report_is_read():
    content = b"Message-ID: " + OURS.encode() + b"\r\nSubject: x\r\n\r\ntext"
    gone = why_lost("gone@contoso.example", own=True, full=False)
    raw = make_report(content, [gone], sender="n@contoso.example", host="mx", now=NOW)
    assert looks(raw)
    assert read_report(raw).recipients == (
        FailedRecipient(address="gone@contoso.example", diagnostic=NOT_FOUND),
    )
    assert read_report(raw).message_ids == (OURS,)


def test_of_several_recipients_those_alone_are_lost_for_whom_it_failed():
    other = ("Final-Recipient: rfc822;sam@example.com", "Action: Failed", "Status: 5.2.2")
    blocks = ("message/delivery-status", status(DELAYED, FAILED, other))
    raw = report(blocks, ("text/rfc822-headers", RETURNED))
    assert lost(raw) == [
        ("aki@example.com", "550 5.1.1 no such user"),
        ("sam@example.com", "5.2.2"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(LATE, id="delayed"),
        pytest.param(READ, id="a receipt"),
        pytest.param(AN_ANSWER, id="an answer"),
        pytest.param(ONE_PASSED_ON, id="a report that somebody passed on"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\x00" * 100, id="noise"),
        pytest.param(
            lines("Content-Type: multipart/report").encode() + b"\r\n", id="no boundary"
        ),
    ],
)
def test_what_says_of_no_failure_is_no_report_of_one(raw):
    found = read_report(raw)
    assert found is None or found.message_ids == ()


def nested(depth):
    text = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth)
    )
    return text.encode()


def test_what_nobody_would_send_in_earnest_is_no_crash():
    assert read_report(nested(3000)) is None
    evil = ("Final-Recipient: rfc822;" + "x" * 999 + "\x1b[31m", "Action: failed")
    many = report(("message/delivery-status", status(*[evil] * 999)), ("text/plain", ""))
    found = read_report(many)
    assert len(found.recipients) == 100
    assert found.recipients[0].address == "x" * 254
    folded = report(
        ("message/delivery-status", status(("Action: failed", "Diagnostic-Code: a\x1b\r\n b")))
    )
    assert lost(folded) == [("", "a? b")]
    ids = report(("text/rfc822-headers", lines("Message-ID: " + " <a@b>" * 99, "")))
    assert read_report(ids).message_ids == ("<a@b>",)
