"""Each row of the table is a story: a server says it, and what becomes of the mail."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from noroshi.core.delivery import PROBING, Accepted, NextRoute, OpenCircuit, Retry, decide_fate
from noroshi.core.mail import Fault, Parcel, Verdict
from noroshi.ports import Clocks, TransportContext
from noroshi.transports.smtp.reply_classifier import (
    enhanced_code,
    gist,
    meaning,
    rule_for,
    sender_meaning,
    smtp_rules,
    wants_new_token,
)
from noroshi.transports.smtp.transport import Options, SmtpTransport
from tests.sweeps import sweep
from tests.transports.answers import SAID
from tests.transports.mail_server import MailServer, make_certificate
from tests.transports.smtp.test_transport import LETTER, NOW, PATIENT

ACCEPTED, LATER = Verdict.ACCEPTED, Verdict.DEFERRED
NO, ROUTE = Verdict.REFUSED, Verdict.ROUTE_DOWN
SEEN = "known from practice; no page of the vendor names it"
FATES = {ACCEPTED: Accepted, LATER: Retry, NO: NextRoute, ROUTE: OpenCircuit}


def row_of(said):
    text = said[4:]
    return rule_for(int(said[:3]), enhanced_code(text), text)


def test_every_row_has_its_story():
    assert [
        rule for rule in smtp_rules() if rule not in [row_of(said) for _, said, _ in SAID]
    ] == []


def test_every_row_has_its_source():
    for rule in smtp_rules():
        assert rule.source.startswith(("https://", "RFC ", "Microsoft")) or rule.source == SEEN


async def token(account, force, resource):
    return f"token{force:d}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@asynccontextmanager
async def route(certificate, server):
    outside = TransportContext(Clocks(wall=lambda: NOW, steady=lambda: 0.0), token, token)
    wanted = Options(
        host="localhost",
        port=server.port,
        ca_file=certificate[1],
        account="m365",
        user="box@example.com",
        sender="n@example.com",
        envelope_sender="bounces@example.com",
    )
    transport = SmtpTransport(wanted, outside, PATIENT)
    yield transport
    await transport.close()


@sweep(("stage", "said", "means"), [pytest.param(*row, id=f"{row[1][:60]}") for row in SAID])
async def test_a_server_says(certificate, stage, said, means):
    async with MailServer(tls=certificate[0]).open() as server:
        server.answers[stage] = said
        async with route(certificate, server) as transport:
            receipt = await transport.send(LETTER)
    (answer,) = receipt.answers.values()
    verdict, fault = (ROUTE, means) if isinstance(means, Fault) else (means, None)
    assert (answer.verdict, answer.fault, answer.code) == (verdict, fault, int(said[:3]))
    assert answer.text == said[4:]
    assert_advice(answer, row_of(said))
    becomes = decide_fate(
        Parcel(replace(LETTER, routes=("smtp1", "two")), "smtp1", "lease"), receipt, 0.0
    )
    assert type(becomes) is FATES[verdict]
    if isinstance(becomes, OpenCircuit):
        assert (
            becomes.fault is fault and becomes.open_until - NOW >= PROBING[fault].shortest_pause
        )


def assert_advice(answer, rule):
    """What to do is told in both languages, and Exchange's own trail is not."""
    if rule is not None and not rule.explanation.quiet:
        begins = rule.explanation.meaning.en.partition("{")[0].rstrip()
        assert begins in answer.words.en and answer.words.ja != answer.words.en
        assert "eurprd06" not in answer.words.en and "{" not in answer.words.en


async def test_send_as_denied_is_told_with_the_three_addresses(certificate):
    async with MailServer(tls=certificate[0]).open() as server:
        server.answers["."] = next(said for _, said, _ in SAID if "SendAsDenied;" in said)
        async with route(certificate, server) as transport:
            (answer,) = (await transport.send(LETTER)).answers.values()
    for words in (answer.words.en, answer.words.ja):
        assert "554 5.2.252 SendAsDenied" in words
        for address in ("box@example.com", "n@example.com", "bounces@example.com"):
            assert address in words
        assert "-Trustee box@example.com -AccessRights SendAs" in words
    assert server.heard[4].startswith("MAIL FROM:<bounces@example.com>")


def test_what_no_row_names_goes_by_its_first_digit():
    for code, verdict in ((250, ACCEPTED), (459, LATER), (599, NO), (354, LATER), (199, LATER)):
        assert rule_for(code, "", "never heard of") is None
        assert meaning(code, "", "never heard of").verdict is verdict


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


@pytest.mark.parametrize(
    ("code", "enhanced"), [(501, "5.1.3"), (501, "5.1.5"), (550, "5.1.1"), (550, "5.1.10")]
)
def test_a_recipient_that_is_none_is_told_with_what_to_do(code, enhanced):
    told = meaning(code, enhanced)
    assert told.verdict is Verdict.REFUSED and "queue edit" in told.explanation.action.en


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "says"),
    [
        pytest.param(501, "5.1.7", "Invalid address", "{envelope}", id="the sender's address"),
        pytest.param(
            550,
            "5.7.1",
            "Delivery not authorized, message refused",
            "{sender}",
            id="not let in",
        ),
        pytest.param(
            535,
            "5.7.139",
            "Authentication unsuccessful, something new",
            "{user}",
            id="kept out",
        ),
    ],
)
def test_an_answer_of_the_reference_is_never_told_without_what_to_do(
    code, enhanced, text, says
):
    row = rule_for(code, enhanced, text).explanation
    assert says in row.meaning.en + row.action.en and says in row.meaning.ja + row.action.ja
