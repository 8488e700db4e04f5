"""Microsoft Graph's sendMail, against a small server of our own over TLS."""

from __future__ import annotations

import asyncio
import json
import logging
from base64 import b64decode
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from noroshi import schema
from noroshi.core.delivery import NextRoute, OpenCircuit, Retry, SetAside, decide_fate
from noroshi.core.mail import Envelope, Fault, Network, Parcel, Verdict
from noroshi.core.translation import bilingual
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network.http import Patience
from noroshi.ports import Clocks, RouteError, TransportContext
from noroshi.transports.http.graph import KIND, LARGEST, GraphTransport, Options
from noroshi.transports.http.status_codes import http_meaning, http_rule_for, http_rules
from tests.network.proxies import Proxy
from tests.network.sites import DROP, SILENT, Site, says
from tests.network.test_happy_eyeballs import closed
from tests.sweeps import sweep
from tests.transports.mail_server import make_certificate
from tests.transports.smtp.test_token_diagnosis import jwt

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
PATIENT = Patience(connect=300, answer=300, idle=300)
LETTER = Envelope(
    id="01J.17/ops/aki",
    routes=("graph1", "smtp1"),
    contact="aki",
    to=("aki@example.com", "sam@example.com"),
    order="01J/aki",
    alarms=("01J.17/ops/aki",),
    payload={"subject": "[危険] FS01", "text": "使用率は 95.2% です。\n", "language": "ja"},
    born=NOW,
)
TAKEN = says(202, Request_Id="0f8fad5b-d9cb-469f-a165-70867728950e")
CANARY = "CANARY-" + "t" * 80


def error(status, code, message="", **headers):
    body = json.dumps({"error": {"code": code, "message": message, "innerError": {}}})
    return says(status, body.encode(), Request_Id="rq-4711", **headers)


class Account:
    def __init__(self, *tokens):
        self.tokens, self.asked = list(tokens or [CANARY]), []

    async def __call__(self, account, force, resource):
        self.asked.append((account, force, resource))
        token = self.tokens[0] if len(self.tokens) == 1 else self.tokens.pop(0)
        if isinstance(token, Exception):
            raise token
        return token


async def no_secret(entry):
    raise AssertionError(entry)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def graph(certificate):
    async with Site(tls=certificate[0], answers=[TAKEN]).open() as site:
        yield site


@asynccontextmanager
async def route(site, certificate, account=None, patience=PATIENT, network=None, **given):
    wanted = {
        "account": "m365",
        "graph": site.url,
        "user": "box@example.com",
        "ca_file": certificate[1],
    }
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    outside = TransportContext(clocks, account or Account(), no_secret, network or Network())
    transport = GraphTransport(Options(**(wanted | given)), outside, patience)
    yield transport
    await transport.close()


async def answer_of(site, certificate, account=None, letter=LETTER, **given):
    async with route(site, certificate, account, **given) as transport:
        receipt = await transport.send(letter)
    (answer,) = set(receipt.answers.values())
    return answer


# A mail that is taken


async def test_an_answer_whose_headers_are_no_text_can_be_written_down(graph, certificate):
    """Else it would be sent again and again, as nobody ever knew that it was taken."""
    graph.answers = [TAKEN.replace(b"0f8fad5b", b"\xff\xfe")]
    async with route(graph, certificate) as transport:
        receipt = await transport.send(LETTER)
    assert "d9cb" in receipt.provider_id
    assert schema.value(type(receipt), schema.text(receipt)) == receipt


async def test_a_mail_is_posted_as_base64_of_the_whole_of_it(graph, certificate):
    account = Account("a-token")
    async with route(graph, certificate, account) as transport:
        receipt = await transport.send(LETTER)
    assert receipt.provider_id == "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert receipt.message_ids == ("<01J.17/ops/aki@example.com>",)
    for answer in receipt.answers.values():
        assert (answer.verdict, answer.code, answer.text) == (Verdict.ACCEPTED, 202, "Accepted")
    assert account.asked == [("m365", False, "graph")]
    (heard,) = graph.heard
    assert heard.line == "POST /v1.0/users/box@example.com/sendMail HTTP/1.1"
    assert heard.headers["authorization"] == "Bearer a-token"
    assert heard.headers["content-type"] == "text/plain"
    mail = message_from_bytes(b64decode(heard.body, validate=True), policy=policy.default)
    assert mail["From"] == "Noroshi <box@example.com>"
    assert mail["To"] == "aki@example.com, sam@example.com"
    assert mail["Subject"] == "[危険] FS01"
    assert mail["Message-ID"] == "<01J.17/ops/aki@example.com>"


async def test_whoever_was_reached_before_does_not_get_it_again(graph, certificate):
    left = replace(LETTER, to=("sam@example.com", "no address"), reached=("aki@example.com",))
    async with route(graph, certificate) as transport:
        receipt = await transport.send(left)
    assert receipt.answers["sam@example.com"].verdict is Verdict.ACCEPTED
    assert receipt.answers["no address"].verdict is Verdict.REFUSED
    mail = message_from_bytes(b64decode(graph.heard[0].body), policy=policy.default)
    assert mail["To"] == "sam@example.com"


async def test_a_shared_mailbox_sends_and_from_may_be_another(graph, certificate):
    given = {"user": "shared box@example.com", "sender": "alerts@example.com"}
    with pytest.raises(ValueError, match="is not an email address"):
        Options(account="m365", graph=graph.url, **given)
    given["user"] = "shared+box@example.com"
    async with route(graph, certificate, **given) as transport:
        await transport.send(LETTER)
    assert "/users/shared%2Bbox@example.com/sendMail" in graph.heard[0].line
    mail = message_from_bytes(b64decode(graph.heard[0].body), policy=policy.default)
    assert mail["From"] == "Noroshi <alerts@example.com>"


async def test_connections_are_kept(graph, certificate):
    async with route(graph, certificate) as transport:
        for _ in range(3):
            await transport.send(LETTER)
    assert graph.connections == 1 and len(graph.heard) == 3


async def test_a_mail_nobody_can_get_is_not_posted(graph, certificate):
    async with route(graph, certificate) as transport:
        receipt = await transport.send(replace(LETTER, to=("nobody",)))
    assert receipt.answers["nobody"].verdict is Verdict.REFUSED and graph.heard == []
    assert receipt.message_ids == ()


# Its size


@pytest.mark.parametrize(("routes", "becomes"), [(2, NextRoute), (1, SetAside)])
async def test_a_mail_too_large_is_told_before_it_is_tried(graph, certificate, routes, becomes):
    lines = {"name": "a.log", "type": "text/plain", "text": "x" * LARGEST}
    large = replace(
        LETTER,
        payload={**LETTER.payload, "attachments": [lines]},
        routes=LETTER.routes[:routes],
    )
    account = Account()
    async with route(graph, certificate, account) as transport:
        receipt = await transport.send(large)
    (answer,) = set(receipt.answers.values())
    assert (answer.verdict, answer.code) == (Verdict.REFUSED, 0)
    assert "the message is 4.1 MB, but Microsoft Graph accepts at most 3 MB" in answer.words.en
    assert graph.heard == [] and account.asked == []
    assert isinstance(decide_fate(Parcel(large, "graph1", "lease"), receipt, 0.0), becomes)


async def test_the_largest_mail_there_may_be_fits_a_request_of_4_mb(graph, certificate):
    async with route(graph, certificate) as transport:
        answer, _ = await transport._handed_over(b"x" * LARGEST)
    assert answer.verdict is Verdict.ACCEPTED and len(graph.heard[0].body) == 4_000_000


# What Graph says against it


SAID = [
    (400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string", Verdict.REFUSED),
    (400, "ErrorInvalidRecipients", "At least one recipient is not valid.", Verdict.REFUSED),
    (400, "ErrorMessageSizeExceeded", "The message exceeds the maximum", Verdict.REFUSED),
    (400, "RequestBodyRead", "an unexpected end", Verdict.REFUSED),
    (401, "InvalidAuthenticationToken", "Access token has expired.", Fault.SIGN_IN),
    (403, "ErrorSendAsDenied", "The user account which was used", Fault.PERMISSION),
    (403, "ErrorMessageSubmissionBlocked", "Cannot send mail. Follow", Fault.PERMISSION),
    (403, "ErrorExceededMessageLimit", "The message limit was exceeded", Fault.QUOTA),
    (403, "ErrorAccessDenied", "Access is denied. Check credentials", Fault.PERMISSION),
    (403, "Forbidden", "insufficient_claims", Fault.PERMISSION),
    (403, "Forbidden", "", Fault.PERMISSION),
    (404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive", Fault.PERMISSION),
    (404, "ErrorInvalidUser", "The requested user 'box@example.com' is invalid.", Fault.SETUP),
    (404, "ResourceNotFound", "Resource could not be discovered.", Fault.SETUP),
    (408, "RequestTimeout", "", Verdict.DEFERRED),
    (409, "ErrorIrresolvableConflict", "The send or update operation", Verdict.DEFERRED),
    (413, "RequestEntityTooLarge", "The page was not displayed", Verdict.REFUSED),
    (429, "ApplicationThrottled", "over its MailboxConcurrency limit.", Verdict.DEFERRED),
    (429, "ErrorExceededMessageLimit", "the daily limit", Fault.QUOTA),
    (429, "ApplicationThrottled", "too many requests", Fault.SERVER),
    (500, "InternalServerError", "", Fault.SERVER),
    (503, "serviceNotAvailable", "", Fault.SERVER),
    (504, "GatewayTimeout", "", Fault.SERVER),
    (507, "ErrorQuotaExceeded", "The mailbox is full", Fault.PERMISSION),
    (302, "", "", Fault.SETUP),
    (418, "NeverHeardOf", "", Fault.PERMISSION),
    (599, "NeverHeardOf", "", Fault.SERVER),
]


def test_every_row_has_its_story():
    told = [
        http_rule_for("graph", status, f"{code}: {message}")
        for status, code, message, _ in SAID
    ]
    assert [rule for rule in http_rules("graph") if rule not in told] == []
    assert all(rule.source for rule in http_rules("graph"))


@pytest.mark.parametrize(
    ("status", "code", "message", "means"),
    [pytest.param(*row, id=f"{row[0]} {row[1]}") for row in SAID],
)
async def test_graph_says(graph, certificate, status, code, message, means):
    graph.answers = [error(status, code, message)]
    async with route(graph, certificate) as transport:
        receipt = await transport.send(LETTER)
    (answer,) = set(receipt.answers.values())
    verdict, fault = (Verdict.ROUTE_DOWN, means) if isinstance(means, Fault) else (means, None)
    assert (answer.verdict, answer.fault, answer.code) == (verdict, fault, status)
    if code:
        assert answer.text.startswith(code) and "(request-id rq-4711)" in answer.text
    told, _, reply = answer.words.en.partition(f"localhost:{graph.port} replied: ")
    assert reply.startswith(str(status)) and (not told or told.endswith(". "))
    assert answer.words.ja != answer.words.en and "{" not in answer.words.en
    rule = http_rule_for("graph", status, f"{code}: {message}")
    if rule is not None and not rule.explanation.quiet:
        assert rule.explanation.meaning.en.partition("{")[0].rstrip() in answer.words.en
    becomes = decide_fate(Parcel(LETTER, "graph1", "lease"), receipt, 0.0)
    wanted = {
        Verdict.REFUSED: NextRoute,
        Verdict.DEFERRED: Retry,
        Verdict.ROUTE_DOWN: OpenCircuit,
    }
    assert type(becomes) is wanted[verdict]


async def test_send_as_denied_is_told_with_the_addresses(graph, certificate):
    graph.answers = [error(403, "ErrorSendAsDenied", "may not")]
    got = await answer_of(graph, certificate, sender="alerts@example.com")
    assert "Add-RecipientPermission alerts@example.com -Trustee box@example.com" in got.words.en
    (remark,) = Options(
        account="m365", graph=graph.url, user="box@example.com", sender="alerts@example.com"
    ).remarks
    assert "requires Send As" in remark.en


@pytest.mark.parametrize(
    ("status", "text", "after", "pause"),
    [
        (429, "too many", "600", 600),
        (429, "MailboxConcurrency", "600", 600),
        (503, "busy", "Wed, 01 Apr 2026 03:10:00 GMT", 600),
        (503, "busy", "soon", None),
        (400, "no", "600", None),
    ],
)
async def test_retry_after_is_kept(graph, certificate, status, text, after, pause):
    graph.answers = [error(status, "ApplicationThrottled", text, Retry_After=after)]
    async with route(graph, certificate) as transport:
        receipt = await transport.send(LETTER)
    (answer,) = set(receipt.answers.values())
    assert answer.again == (None if pause is None else NOW + timedelta(seconds=pause))
    if pause is not None:
        becomes = decide_fate(Parcel(LETTER, "graph1", "lease"), receipt, 0.0)
        until = becomes.open_until if isinstance(becomes, OpenCircuit) else becomes.retry_at
        assert until == NOW + timedelta(seconds=pause)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Service Unavailable</html>",
        b"[]",
        b'{"error": "x"}',
        b'{"error": {"code": 5}}',
        b"\xff\x1b[31m",
        b"[" * 60_000,
    ],
)
async def test_an_answer_that_is_not_graph_s_is_no_crash(graph, certificate, body):
    graph.answers = [says(503, body)]
    got = await answer_of(graph, certificate)
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.SERVER)
    assert got.text.isprintable() and len(got.text) <= 1000


# A token that is refused


OUR_NO = error(
    401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid."
)


async def test_an_expired_token_is_renewed_once(graph, certificate):
    graph.answers = [OUR_NO, TAKEN]
    account = Account("old", "new")
    got = await answer_of(graph, certificate, account)
    assert got.verdict is Verdict.ACCEPTED
    assert [force for _, force, _ in account.asked] == [False, True]
    assert [h.headers["authorization"] for h in graph.heard] == ["Bearer old", "Bearer new"]


async def test_a_fresh_token_is_forced_once_in_an_outage(graph, certificate):
    graph.answers = [OUR_NO]
    account = Account("old", "new")
    async with route(graph, certificate, account) as transport:
        for _ in range(3):
            await transport.send(LETTER)
        assert [force for _, force, _ in account.asked].count(True) == 1
        graph.answers = [TAKEN]
        await transport.send(LETTER)
        graph.answers = [OUR_NO, TAKEN]
        account.tokens = ["new", "newer"]
        receipt = await transport.send(LETTER)
    assert receipt.answers["aki@example.com"].verdict is Verdict.ACCEPTED
    assert [force for _, force, _ in account.asked].count(True) == 2


async def test_a_refused_token_is_looked_into(graph, certificate):
    graph.answers = [OUR_NO]
    claims = {"aud": "https://outlook.office.com", "scp": "SMTP.Send"}
    got = await answer_of(graph, certificate, Account("old", jwt(claims)))
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.SIGN_IN)
    assert "not for Microsoft Graph. Check graph_scope of the cloud" in got.words.en


async def test_without_a_token_nothing_is_posted(graph, certificate):
    trouble = RouteError(bilingual(en="Sign in again.", ja="再サインイン"), fault=Fault.SIGN_IN)
    got = await answer_of(graph, certificate, Account(trouble))
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.SIGN_IN)
    assert got.words.en == "Sign in again." and graph.heard == []


@pytest.mark.parametrize("status", [400, 401, 503])
async def test_a_token_that_the_server_quotes_is_told_nowhere(
    graph, certificate, status, caplog
):
    caplog.set_level(logging.DEBUG)
    graph.answers = [error(status, "Bad", f"Bearer {CANARY} is no good; {CANARY[:30]}")]
    got = await answer_of(graph, certificate)
    assert CANARY[:20] not in repr(got) + caplog.text and "is no good" in got.text


# The way there


@pytest.mark.parametrize("how", [DROP, SILENT])
async def test_an_answer_that_never_came_is_asked_for_again(graph, certificate, how):
    graph.answers = [how]
    patience = replace(PATIENT, answer=0.05 if how is SILENT else 300)
    got = await answer_of(graph, certificate, patience=patience)
    assert (got.verdict, got.code) == (Verdict.DEFERRED, 0)
    assert "its reply is not known" in got.words.en


async def test_nobody_is_there(graph, certificate):
    got = await answer_of(
        graph, certificate, graph=f"https://127.0.0.1:{closed().socket_address[1]}"
    )
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.NETWORK)
    assert "connection refused" in got.words.en


async def test_it_goes_through_the_route_s_proxy(graph, certificate):
    async with Proxy().open() as proxy:
        network = Network(name="office", proxy=proxy.address)
        got = await answer_of(graph, certificate, network=network)
    assert got.verdict is Verdict.ACCEPTED and proxy.asked == [f"localhost:{graph.port}"]


async def test_a_certificate_nobody_vouches_for_gets_no_token(graph, certificate):
    got = await answer_of(graph, certificate, ca_file="")
    assert got.verdict is Verdict.ROUTE_DOWN and "issued by test CA" in got.words.en
    assert graph.heard == []


async def test_several_mails_at_once(graph, certificate):
    async with route(graph, certificate) as transport:
        receipts = await asyncio.gather(*(transport.send(LETTER) for _ in range(4)))
    assert all(r.answers["aki@example.com"].verdict is Verdict.ACCEPTED for r in receipts)


# Options


RIGHT = {"account": "m365", "graph": "https://graph.microsoft.com", "user": "box@example.com"}


@sweep(
    ("given", "said"),
    [
        ({"account": ""}, "account is missing"),
        ({"graph": ""}, "has no address of Microsoft Graph"),
        ({"graph": "http://graph.microsoft.com"}, "must be an HTTPS URL with a host"),
        ({"graph": "https://"}, "must be an HTTPS URL with a host"),
        ({"graph": "https://a:b@graph.example"}, "must be an HTTPS URL with a host"),
        ({"graph": "https://graph.example/v1.0"}, "must be an HTTPS URL with a host"),
        ({"graph": "https://graph.example:0"}, "must be an HTTPS URL with a host"),
        ({"graph": "https://[::1"}, "must be an HTTPS URL with a host"),
        ({"user": "box"}, "user “box” is not an email address"),
        ({"sender": "n"}, "sender “n” is not an email address"),
    ],
)
def test_options_say_what_is_missing_or_wrong(given, said):
    with pytest.raises(schema.Invalid) as caught:
        schema.read(KIND.options, RIGHT | given)
    assert said in str(caught.value)


def test_a_port_and_a_slash_at_the_end_are_fine():
    read = schema.read(KIND.options, RIGHT | {"graph": "https://localhost:8443/"})
    assert read.where == "localhost:8443"
    assert read.url == "https://localhost:8443/v1.0/users/box@example.com/sendMail"


def test_a_mailbox_that_is_full_by_graph_is_not_told_of_a_switch_for_smtp():
    """Graph keeps a copy of each mail that is handed in as MIME; there is no option for it."""
    by_smtp = knowledge().explanations["exchange.mailbox_full"].action
    assert "MessageCopyForSMTP" in by_smtp.en and "MessageCopyForSMTP" in by_smtp.ja
    told = http_meaning("graph", 507, "ErrorQuotaExceeded").explanation.action
    assert "MessageCopyForSMTP" not in told.en + told.ja
    assert "retention" in told.en and "保持ポリシー" in told.ja
