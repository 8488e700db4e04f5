from __future__ import annotations

import pytest

from noroshi.core.model import Verdict
from noroshi.transports.verdicts import (
    enhanced_code,
    gist,
    meaning,
    sender_meaning,
    wants_new_token,
)

ACCEPTED, LATER = Verdict.ACCEPTED, Verdict.DEFERRED
NO, ROUTE = Verdict.REFUSED, Verdict.ROUTE_DOWN

SAID = [
    ("250 2.0.0 OK <x> [Hostname=X.prod.outlook.com]", ACCEPTED),
    ("250 OK", ACCEPTED),
    ("251 User not local; will forward", ACCEPTED),
    ("421 4.3.2 Service not active", ROUTE),
    ("421 4.7.66 TLS 1.0 and 1.1 are not supported.", ROUTE),
    ("432 4.3.2 Concurrent connections limit exceeded.", LATER),
    ("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", LATER),
    ("450 4.2.1 The user is receiving mail too quickly", LATER),
    ("450 4.1.1 greylisted, try again", LATER),
    ("451 4.7.0 Temporary server error. Please try again later. PRX2", LATER),
    ("451 4.7.500 Server busy (AS7843)", LATER),
    ("451 5.7.3 STARTTLS is required to send mail", ROUTE),
    ("452 4.3.1 Insufficient system resources", ROUTE),
    ("452 4.5.3 Too many recipients", LATER),
    ("454 4.7.0 Temporary authentication failure", ROUTE),
    ("500 5.3.3 Unrecognized command", ROUTE),
    ("501 5.1.3 Invalid address", NO),
    ("501 5.1.5 Recipient address reserved by RFC 2606", NO),
    ("503 5.5.1 Bad sequence of commands", ROUTE),
    ("504 5.7.4 Unrecognized authentication type", ROUTE),
    ("530 5.7.57 Client not authenticated to send mail.", ROUTE),
    ("530 5.7.0 Must issue a STARTTLS command first. - gsmtp", ROUTE),
    ("535 5.7.3 Authentication unsuccessful", ROUTE),
    ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", ROUTE),
    ("535 5.7.8 Username and Password not accepted", ROUTE),
    ("550 5.1.1 User unknown", NO),
    ("550 5.1.8 Access denied, bad outbound sender (AS1)", ROUTE),
    ("550 5.1.90 Your message can't be sent because you've reached your daily limit", ROUTE),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", NO),
    ("550 5.2.251 Sender throttled due to continuous mailbox full errors", ROUTE),
    ("550 5.2.255 Sender throttled due to continuous invalid recipients errors", ROUTE),
    ("550 5.4.1 Recipient address rejected: Access denied", NO),
    ("550 5.4.5 Daily sending quota exceeded", ROUTE),
    ("550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal", NO),
    ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", ROUTE),
    ("550 5.7.1 Unable to relay", NO),
    ("550 5.7.1 Client was not authenticated", ROUTE),
    ("554 5.7.1 Client was not authenticated", ROUTE),
    ("554 5.2.0 WASCL UserAction verdict is not None", ROUTE),
    ("550 5.7.64 TenantAttribution; Relay Access Denied", ROUTE),
    ("550 5.7.68 TenantInboundAttribution; Direct Send not allowed", ROUTE),
    ("550 5.7.232 tenant exceeded its limit", ROUTE),
    ("550 5.7.236 external limit", ROUTE),
    ("550 5.7.501 Access denied, spam abuse detected", ROUTE),
    ("550 5.7.511 Access denied, banned sender", ROUTE),
    ("550 5.7.510 recipient refuses IPv6", NO),
    ("550 5.7.708 Access denied, traffic not accepted from this IP", ROUTE),
    ("552 5.3.4 Message size exceeds fixed maximum message size", NO),
    ("552 5.2.2 mailbox full", NO),
    ("554 4.3.2 mailbox busy", LATER),
    ("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", ROUTE),
    ("554 5.2.0 the sender's submission quota was exceeded", ROUTE),
    ("554 5.2.0 mailbox disabled", NO),
    ("554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceeded", ROUTE),
    ("554 5.2.252 SendAsDenied; a@x not allowed to send as b@x", ROUTE),
    ("554 5.2.121 too many for this recipient", LATER),
    ("554 5.6.0 corrupt message", NO),
    ("299 odd", ACCEPTED),
    ("654 out of range", LATER),
    ("354 not at its place", LATER),
]


@pytest.mark.parametrize(("said", "meant"), [pytest.param(*row, id=row[0]) for row in SAID])
def test_an_answer_means(said, meant):
    code, text = int(said[:3]), said[4:]
    assert meaning(code, enhanced_code(text), text).verdict is meant


def test_who_is_refused_at_mail_from_is_the_route():
    assert sender_meaning(501, "5.1.7", "Invalid address").verdict is ROUTE
    assert sender_meaning(550, "", "no").verdict is ROUTE
    assert sender_meaning(552, "5.3.4", "Message size exceeds").verdict is NO
    assert sender_meaning(451, "4.7.0", "later").verdict is LATER


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("5.7.139 Authentication unsuccessful", "5.7.139", id="first"),
        pytest.param("OK 2.0.0", "", id="not first"),
        pytest.param("5.7.1: no", "", id="not by itself"),
        pytest.param("10.0.0.1 is listed", "", id="an address"),
        pytest.param("5.1.1.5 is listed", "", id="an address that begins like one"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_enhanced_code_stands_first(text, code):
    assert enhanced_code(text) == code


def test_equal_troubles_have_an_equal_gist():
    first = (
        "5.7.3 Authentication unsuccessful [A.prod.outlook.com 2024-02-14T14:50:26.590Z 08D]"
    )
    other = (
        "5.7.3 Authentication unsuccessful [B.prod.outlook.com 2024-02-15T00:00:00.000Z 0AA]"
    )
    assert gist(first) == gist(other) == "5.7.3 Authentication unsuccessful"
    assert gist("[odd] text") == "[odd] text"


def test_a_new_token_is_asked_for_only_where_it_may_help():
    assert wants_new_token(535, "5.7.3") and wants_new_token(535, "5.7.8")
    assert wants_new_token(501, "5.5.127")
    assert not wants_new_token(535, "5.7.139")
    assert not wants_new_token(501, "5.5.124") and not wants_new_token(454, "4.7.0")
