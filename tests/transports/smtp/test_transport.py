from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import traceback
from base64 import b64decode, b64encode
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.core.mail import Answer, Envelope, Fault, Verdict
from noroshi.core.translation import bilingual
from noroshi.ports import Clocks, RouteError, TransportContext
from noroshi.transports.smtp.connection import Patience
from noroshi.transports.smtp.sasl import xoauth2
from noroshi.transports.smtp.transport import KIND, Options, SmtpTransport
from tests.transports.mail_server import DROP, SILENT, MailServer, make_certificate
from tests.transports.smtp.test_token_diagnosis import jwt

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
LETTER = Envelope(
    id="01J.17/ops/aki",
    routes=("smtp1",),
    contact="aki",
    to=("aki@example.com",),
    order="01J/aki",
    alarms=("01J.17/ops/aki",),
    payload={"subject": "[危険] FS01", "text": "使用率は 95.2% です。\n.\n", "language": "ja"},
    born=NOW,
)
CANARY = "CANARY-" + "t" * 80
SHORT = 0.05  # seconds, where the test wants it to run out
# A busy machine is no failure: what must not run out has minutes.
PATIENT = Patience(connect=300, sign_in=300, command=300, final=300, idle=300, leave=300)


class Tokens:
    """Gives out one token after another, and remembers who asked."""

    def __init__(self, *tokens):
        self.tokens, self.asked = list(tokens or [CANARY]), []

    async def __call__(self, account, force, resource):
        self.asked.append((account, force))
        token = self.tokens[0] if len(self.tokens) == 1 else self.tokens.pop(0)
        if isinstance(token, Exception):
            raise token
        return token


async def no_secret(name):
    raise AssertionError("no route here has a password")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
def pipelining(request):
    return request.param


@pytest.fixture
async def plain(pipelining):
    async with MailServer(pipelining=pipelining).open() as server:
        yield server


@pytest.fixture
async def exchange(certificate, pipelining):
    async with MailServer(tls=certificate[0], pipelining=pipelining).open() as server:
        yield server


@asynccontextmanager
async def route(server, tokens=None, patience=PATIENT, **given):
    given = {"host": "localhost", "port": server.port, "sender": "n@example.com"} | given
    outside = TransportContext(
        Clocks(wall=lambda: NOW, steady=lambda: 0.0), tokens or Tokens(), no_secret
    )
    transport = SmtpTransport(Options(**given), outside, patience)
    yield transport
    await transport.close()


def open_route(server, **given):
    return route(server, protection="none", **given)


def signed_in_route(server, certificate, tokens=None, **given):
    return route(server, tokens, ca_file=certificate[1], account="m365", **given)


def answer(receipt, address="aki@example.com"):
    return receipt.answers[address]


# A mail that is taken


async def test_a_mail_is_handed_over_and_the_server_s_number_is_kept(plain):
    async with open_route(plain) as transport:
        receipt = await transport.send(LETTER)
    assert receipt.at == NOW and receipt.provider_id == "queued as 4711"
    assert answer(receipt) == Answer(Verdict.ACCEPTED, "2.0.0 OK queued as 4711", 250, "2.0.0")
    assert receipt.message_ids == ("<01J.17/ops/aki@example.com>",)
    (mail,) = plain.mails
    assert b"Message-ID: <01J.17/ops/aki@example.com>\r\n" in mail
    assert plain.heard[0] == "EHLO example.com"
    assert plain.heard[1] == f"MAIL FROM:<n@example.com> SIZE={len(mail)}"
    assert plain.heard[2:] == ["RCPT TO:<aki@example.com>", "DATA", "QUIT"]


async def test_a_mail_goes_over_tls_signed_in_by_xoauth2(exchange, certificate):
    tokens = Tokens("a-token")
    async with signed_in_route(exchange, certificate, tokens) as transport:
        receipt = await transport.send(LETTER)
    assert answer(receipt).verdict is Verdict.ACCEPTED
    assert exchange.verbs() == [
        "EHLO",
        "STARTTLS",
        "EHLO",
        "AUTH",
        "MAIL",
        "RCPT",
        "DATA",
        "QUIT",
    ]
    said = exchange.heard[3].split(" ")[2]
    assert b64decode(said) == b"user=n@example.com\x01auth=Bearer a-token\x01\x01"
    assert tokens.asked == [("m365", False)]


async def test_a_long_token_is_said_after_the_server_s_334(exchange, certificate):
    exchange.answers["AUTH alone"] = "334 "
    token = "t" * 6000
    async with signed_in_route(exchange, certificate, Tokens(token)) as transport:
        receipt = await transport.send(LETTER)
    assert answer(receipt).verdict is Verdict.ACCEPTED
    assert exchange.heard[3] == "AUTH XOAUTH2"
    assert exchange.heard[4].encode() == xoauth2("n@example.com", token)


async def test_a_server_that_asks_again_for_the_initial_response_gets_it(exchange, certificate):
    exchange.answers["AUTH"] = ["334 "]
    async with signed_in_route(exchange, certificate, Tokens("a-token")) as transport:
        receipt = await transport.send(LETTER)
    assert answer(receipt).verdict is Verdict.ACCEPTED
    assert exchange.heard[4].encode() == xoauth2("n@example.com", "a-token")


async def test_the_mailbox_to_sign_in_to_may_be_another_than_the_sender(exchange, certificate):
    async with signed_in_route(
        exchange, certificate, Tokens("a-token"), user="box@example.com"
    ) as transport:
        await transport.send(LETTER)
    assert b64decode(exchange.heard[3].split(" ")[2]).startswith(b"user=box@example.com\x01")
    assert exchange.heard[4].startswith("MAIL FROM:<n@example.com>")


async def test_a_line_that_begins_with_a_dot_arrives_as_it_was(plain):
    async with open_route(plain) as transport:
        await transport.send(LETTER)
    body = b64decode(plain.mails[0].partition(b"\r\n\r\n")[2]).decode()
    assert body == "使用率は 95.2% です。\r\n.\r\n"


# Which name we give


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({}, "EHLO example.com", id="the sender's domain"),
        pytest.param({"ehlo": "mon.example.net"}, "EHLO mon.example.net", id="as it is told"),
        pytest.param(
            {"sender": "n@日本語.example"}, "EHLO xn--wgv71a119e.example", id="in A-labels"
        ),
    ],
)
async def test_ehlo_says_a_name_that_every_server_takes(plain, given, said):
    async with open_route(plain, **given) as transport:
        await transport.send(LETTER)
    assert plain.heard[0] == said


async def test_a_japanese_host_is_asked_for_and_checked_in_a_labels(tmp_path, monkeypatch):
    asked, seen = [], []

    def here(host, port, *given, **named):  # DNS knows no name of loopback's but localhost
        asked.append(host)
        return looked_up("127.0.0.1", port, *given, **named)

    looked_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", here)
    tls = make_certificate(tmp_path, "mail.xn--wgv71a119e.example")
    tls.sni_callback = lambda _, name, __: seen.append(name)
    given = {
        "host": "mail.日本語.example",
        "sender": "n@日本語.example",
        "ca_file": str(tmp_path / "ca.pem"),
    }
    async with (
        MailServer(tls=tls).open() as server,
        route(server, account="m365", **given) as transport,
    ):
        letter = replace(LETTER, to=("aki@ミナト精機.example",))
        got = answer(await transport.send(letter), "aki@ミナト精機.example")
    assert got.verdict is Verdict.ACCEPTED
    assert asked == seen == ["mail.xn--wgv71a119e.example"]
    assert server.heard[0] == "EHLO xn--wgv71a119e.example"
    assert server.heard[4].startswith("MAIL FROM:<n@xn--wgv71a119e.example>")
    assert server.heard[5] == "RCPT TO:<aki@xn--fdkd6dw483a3gt.example>"


# Recipients


async def test_each_recipient_gets_an_answer_of_its_own(plain):
    plain.answers = {
        "RCPT TO:<gone@example.com>": "550 5.1.1 User unknown",
        "RCPT TO:<later@example.com>": "452 4.5.3 Too many recipients",
    }
    letter = replace(
        LETTER,
        to=(
            "aki@example.com",
            "gone@example.com",
            "later@example.com",
            "nobody",
            "a b@x.example",
        ),
    )
    async with open_route(plain) as transport:
        receipt = await transport.send(letter)
    assert {address: said.verdict for address, said in receipt.answers.items()} == {
        "aki@example.com": Verdict.ACCEPTED,
        "gone@example.com": Verdict.REFUSED,
        "later@example.com": Verdict.DEFERRED,
        "nobody": Verdict.REFUSED,
        "a b@x.example": Verdict.REFUSED,
    }
    assert answer(receipt, "gone@example.com").code == 550
    assert "not an email address" in answer(receipt, "nobody").explanation.en


async def test_a_mail_nobody_can_get_is_not_begun(plain):
    async with open_route(plain) as transport:
        receipt = await transport.send(replace(LETTER, to=("nobody",)))
    assert answer(receipt, "nobody").verdict is Verdict.REFUSED
    assert plain.connections == 0


async def test_a_sender_that_is_taken_for_one_recipient_is_refused_by_the_other_alone(plain):
    plain.answers["RCPT TO:<gone@example.com>"] = (
        "553 5.7.1 <noroshi@example.com>: Sender address rejected: Access denied"
    )
    both = replace(LETTER, to=("aki@example.com", "gone@example.com"))
    async with open_route(plain) as transport:
        said = (await transport.send(both)).answers
    assert said["aki@example.com"].verdict is Verdict.ACCEPTED
    assert said["gone@example.com"].verdict is Verdict.REFUSED


async def test_after_every_recipient_was_refused_the_connection_serves_the_next_mail(plain):
    plain.answers["RCPT"] = ["550 5.1.1 User unknown"]
    async with open_route(plain) as transport:
        assert answer(await transport.send(LETTER)).verdict is Verdict.REFUSED
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert plain.connections == 1 and "RSET" in plain.verbs()


# What the server says against it


SAID = [
    pytest.param("CONNECT", "554 5.7.1 no", Verdict.ROUTE_DOWN, 554, id="greeting"),
    pytest.param("CONNECT", "421 4.3.2 busy", Verdict.ROUTE_DOWN, 421, id="busy greeting"),
    pytest.param("CONNECT", "HTTP/1.1 400 Bad Request", Verdict.ROUTE_DOWN, 0, id="no SMTP"),
    pytest.param("EHLO", "501 5.5.4 Invalid domain name", Verdict.ROUTE_DOWN, 501, id="EHLO"),
    pytest.param("MAIL", "530 5.7.57 not authenticated", Verdict.ROUTE_DOWN, 530, id="530"),
    pytest.param("MAIL", "550 sender unknown", Verdict.ROUTE_DOWN, 550, id="sender"),
    pytest.param("MAIL", "552 5.3.4 too large", Verdict.REFUSED, 552, id="too large"),
    pytest.param("MAIL", "451 4.7.0 later", Verdict.DEFERRED, 451, id="MAIL later"),
    pytest.param("RCPT", "450 4.1.1 greylisted", Verdict.DEFERRED, 450, id="greylisted"),
    pytest.param("RCPT", "421 4.4.2 bye", Verdict.ROUTE_DOWN, 421, id="RCPT and closed"),
    pytest.param("DATA", "451 4.3.0 later", Verdict.DEFERRED, 451, id="DATA later"),
    pytest.param("DATA", "250 what", Verdict.DEFERRED, 250, id="DATA and no 354"),
    pytest.param("DATA", "554 5.6.0 no", Verdict.REFUSED, 554, id="DATA refused"),
    pytest.param(".", "554 5.6.0 no", Verdict.REFUSED, 554, id="the mail refused"),
    pytest.param(".", "554 5.2.252 SendAsDenied", Verdict.ROUTE_DOWN, 554, id="send as"),
    pytest.param(".", "554 5.2.0 submission quota", Verdict.ROUTE_DOWN, 554, id="quota"),
    pytest.param(".", "432 4.3.2 Concurrent", Verdict.DEFERRED, 432, id="too many at once"),
    pytest.param(".", "421 4.4.1 timed out", Verdict.ROUTE_DOWN, 421, id="closed at the end"),
]


@pytest.mark.parametrize(("where", "said", "verdict", "code"), SAID)
async def test_what_the_server_says_becomes_a_verdict(plain, where, said, verdict, code):
    plain.answers[where] = said
    async with open_route(plain) as transport:
        receipt = await transport.send(LETTER)
    got = answer(receipt)
    assert (got.verdict, got.code) == (verdict, code)
    assert got.explanation.en and receipt.provider_id == "" and receipt.message_ids == ()


# Sign-in that is refused


async def test_an_expired_token_is_renewed_once_on_a_new_connection(exchange, certificate):
    exchange.answers["AUTH"] = ["535 5.7.3 Authentication unsuccessful [X 2026 1]"]
    tokens = Tokens("old", "new")
    async with signed_in_route(exchange, certificate, tokens) as transport:
        receipt = await transport.send(LETTER)
    assert answer(receipt).verdict is Verdict.ACCEPTED
    assert tokens.asked == [("m365", False), ("m365", True)]
    assert exchange.connections == 2


async def test_a_token_refused_twice_takes_the_route_down(exchange, certificate):
    exchange.answers["AUTH"] = "535 5.7.3 Authentication unsuccessful [X 2026 1]"
    tokens = Tokens("old", "new")
    async with signed_in_route(exchange, certificate, tokens) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code, got.enhanced) == (Verdict.ROUTE_DOWN, 535, "5.7.3")
    assert (
        "refused n@example.com's sign-in (AUTH): 535 5.7.3 Authentication" in got.explanation.en
    )
    assert "に n@example.com でサインインできません (AUTH): 535 5.7.3" in got.explanation.ja
    assert got.text == "5.7.3 Authentication unsuccessful [X 2026 1]"
    assert tokens.asked == [("m365", False), ("m365", True)] and exchange.connections == 2


async def test_a_token_that_is_as_fresh_as_can_be_is_not_tried_twice(exchange, certificate):
    exchange.answers["AUTH"] = "535 5.7.3 Authentication unsuccessful [X 2026 1]"
    tokens = Tokens("the same")
    async with signed_in_route(exchange, certificate, tokens) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code, got.enhanced) == (Verdict.ROUTE_DOWN, 535, "5.7.3")
    assert tokens.asked == [("m365", False), ("m365", True)] and exchange.connections == 1


class Account:
    """An account whose token has ended: the next one is fresh, whoever forces it."""

    def __init__(self):
        self.forced, self.now = [], "old"

    async def __call__(self, account, force, resource):
        self.forced.append(force)
        if force:
            await asyncio.sleep(0)  # it takes a while
            self.now = f"new{self.forced.count(True)}"
        return self.now


async def test_a_fresh_token_is_forced_once_in_an_outage_however_many_mails_there_are(
    exchange, certificate
):
    exchange.answers["AUTH"] = "535 5.7.3 Authentication unsuccessful [X 2026 1]"
    account = Account()
    async with signed_in_route(exchange, certificate, account) as transport:
        for _ in range(3):
            got = answer(await transport.send(LETTER))
            assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 535)
            assert "Remaining causes: the mailbox n@example.com" in got.explanation.en
        assert account.forced.count(True) == 1
        del exchange.answers["AUTH"]
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
        # Another outage, another token: the connection that was kept breaks first.
        exchange.drop_all()
        await exchange.gone.wait()
        exchange.answers["AUTH"] = ["535 5.7.3 Authentication unsuccessful [X 2026 1]"]
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert account.forced.count(True) == 2


async def test_several_mails_at_once_share_the_one_fresh_token(exchange, certificate):
    old = xoauth2("n@example.com", "old").decode()
    exchange.answers[f"AUTH XOAUTH2 {old}"] = "535 5.7.3 Authentication unsuccessful"
    account = Account()
    async with signed_in_route(exchange, certificate, account) as transport:
        receipts = await asyncio.gather(*(transport.send(LETTER) for _ in range(3)))
    assert [answer(one).verdict for one in receipts] == [Verdict.ACCEPTED] * 3
    assert account.forced.count(True) == 1


async def test_who_could_not_be_asked_for_a_fresh_token_is_asked_again(exchange, certificate):
    exchange.answers["AUTH"] = ["535 5.7.3 Authentication unsuccessful"] * 2
    away = RouteError(bilingual(en="Entra is away.", ja="届きません。"))
    tokens = Tokens("old", away, "old", "new", "new")
    async with signed_in_route(exchange, certificate, tokens) as transport:
        got = answer(await transport.send(LETTER))
        assert (got.verdict, got.explanation.en) == (Verdict.ROUTE_DOWN, "Entra is away.")
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert [force for _, force in tokens.asked] == [False, True, False, True]


async def test_a_refused_token_that_is_for_another_resource_is_told_so(exchange, certificate):
    exchange.answers["AUTH"] = "535 5.7.3 Authentication unsuccessful [X 2026 1]"
    claims = {"aud": "https://graph.microsoft.com", "scp": "SMTP.Send", "upn": "n@example.com"}
    tokens = Tokens("old", jwt(claims))
    async with signed_in_route(exchange, certificate, tokens) as transport:
        got = answer(await transport.send(LETTER))
    assert got.explanation.en.startswith(
        "The token is for “https://graph.microsoft.com”, not for Exchange Online. Check scope of "
        "the cloud: it must contain only scopes of Exchange Online, or list them first. localhost"
    )
    assert got.explanation.en.endswith("535 5.7.3 Authentication unsuccessful")
    assert "Exchange Online 用ではなく" in got.explanation.ja
    assert got.text == "5.7.3 Authentication unsuccessful [X 2026 1]"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        pytest.param(
            "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant",
            Verdict.ROUTE_DOWN,
            id="switched off",
        ),
        pytest.param(
            "454 4.7.0 Temporary failure", Verdict.ROUTE_DOWN, id="busy or unavailable"
        ),
        pytest.param("432 4.3.2 Concurrent connections", Verdict.DEFERRED, id="too many"),
        pytest.param("504 5.7.4 Unrecognized", Verdict.ROUTE_DOWN, id="no such way"),
    ],
)
async def test_no_new_token_is_asked_for_where_it_could_not_help(
    exchange, certificate, said, verdict
):
    exchange.answers["AUTH"] = said
    tokens = Tokens()
    async with signed_in_route(exchange, certificate, tokens) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code) == (verdict, int(said[:3]))
    assert tokens.asked == [("m365", False)]


async def test_google_s_refusal_is_answered_by_an_empty_line(exchange, certificate):
    why = b64encode(json.dumps({"status": "400", "schemes": "Bearer"}).encode()).decode()
    exchange.answers["AUTH"] = f"334 {why}"
    exchange.answers[f"after 334 {why}"] = "535 5.7.8 Username and Password not accepted"
    async with signed_in_route(exchange, certificate, Tokens("old", "new")) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code, got.enhanced) == (Verdict.ROUTE_DOWN, 535, "5.7.8")
    assert exchange.heard[4] == ""


async def test_without_a_token_no_server_is_bothered(exchange, certificate):
    trouble = RouteError(
        bilingual(en="The client secret has expired.", ja="期限切れです。"), 535, Fault.SIGN_IN
    )
    async with signed_in_route(exchange, certificate, Tokens(trouble)) as transport:
        got = answer(await transport.send(LETTER))
    assert got == Answer(
        Verdict.ROUTE_DOWN, "", 535, words=trouble.words, fault=Fault.SIGN_IN, early=True
    )
    assert exchange.connections == 0


async def test_a_server_without_xoauth2_takes_the_route_down(exchange, certificate):
    exchange.answers["TLS EHLO"] = "250-mail.test\r\n250 AUTH LOGIN PLAIN"
    async with signed_in_route(exchange, certificate) as transport:
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and "it offers: LOGIN PLAIN" in got.explanation.en
    assert "AUTH" not in exchange.verbs()


# The token leaves in TLS alone, and is told nowhere


async def test_a_server_that_offers_no_starttls_gets_nothing(exchange, certificate):
    exchange.answers["EHLO"] = "250-mail.test\r\n250 AUTH XOAUTH2"
    async with signed_in_route(exchange, certificate) as transport:
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and "does not offer STARTTLS" in got.explanation.en
    assert exchange.verbs() == ["EHLO"]


async def test_a_server_that_refuses_starttls_gets_nothing(exchange, certificate):
    exchange.answers["STARTTLS"] = "454 4.7.0 TLS not available"
    async with signed_in_route(exchange, certificate) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 454)
    assert exchange.verbs() == ["EHLO", "STARTTLS"]


async def test_a_certificate_that_nobody_vouches_for_is_refused(exchange):
    async with route(exchange, account="m365") as transport:
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and got.code == 0
    assert (
        "the certificate of localhost" in got.explanation.en and "(TLS)" in got.explanation.en
    )
    assert "it was issued by test CA, which this computer does not trust" in got.explanation.en
    # The second time it only looked whose certificate that is.
    assert exchange.verbs() == ["EHLO", "STARTTLS"] * 2


async def test_a_certificate_of_another_host_is_refused(tmp_path):
    tls = make_certificate(tmp_path, "elsewhere.example")
    ca_file = str(tmp_path / "ca.pem")
    async with (
        MailServer(tls=tls).open() as server,
        route(server, account="m365", ca_file=ca_file) as transport,
    ):
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and "ostname mismatch" in got.explanation.en
    assert server.verbs() == ["EHLO", "STARTTLS"]


async def test_tls_older_than_1_2_is_refused(certificate, tmp_path):
    tls = make_certificate(tmp_path)
    tls.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    ca_file = str(tmp_path / "ca.pem")
    async with (
        MailServer(tls=tls).open() as server,
        route(server, account="m365", ca_file=ca_file) as transport,
    ):
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and "TLS" in got.explanation.en
    assert server.verbs() == ["EHLO", "STARTTLS"]


async def test_what_a_third_party_slips_in_before_tls_is_not_heard(exchange, certificate):
    exchange.answers["STARTTLS"] = "220 go on\r\n250-mail.test\r\n250 AUTH PLAIN"
    async with signed_in_route(exchange, certificate) as transport:
        receipt = await transport.send(LETTER)
    assert answer(receipt).verdict is Verdict.ACCEPTED


async def test_a_mended_ca_file_is_read_at_the_next_attempt(exchange, certificate, tmp_path):
    file = tmp_path / "ca.pem"
    make_certificate(tmp_path)
    async with route(exchange, account="m365", ca_file=str(file)) as transport:
        assert answer(await transport.send(LETTER)).verdict is Verdict.ROUTE_DOWN
        file.write_bytes(Path(certificate[1]).read_bytes())
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "no certificate"])
async def test_a_ca_file_that_cannot_be_read_takes_the_route_down(exchange, tmp_path, content):
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    async with route(exchange, account="m365", ca_file=str(file)) as transport:
        got = answer(await transport.send(LETTER))
    assert (
        got.verdict is Verdict.ROUTE_DOWN
        and f"the CA file {file} cannot be read" in got.explanation.en
    )
    assert exchange.connections == 0


@pytest.mark.parametrize(
    "refusal",
    [
        "500 5.5.2 Command not recognized: {line}",
        "535 5.7.3 no, '{cut}' is no good",
        "421 4.7.0 {response}",
        "334 {cut}",
        "535 5.7.8 auth={cut}-is-no-good",
    ],
    ids=["whole line", "a part of it", "the response alone", "a challenge", "glued to a name"],
)
async def test_a_token_that_the_server_quotes_is_told_nowhere(
    exchange, certificate, refusal, caplog
):
    caplog.set_level(logging.DEBUG)
    response = xoauth2("n@example.com", CANARY).decode()
    said = refusal.format(line=f"AUTH XOAUTH2 {response}", response=response, cut=response[:40])
    exchange.answers["AUTH"] = exchange.answers[f"after {said}"] = said
    async with signed_in_route(exchange, certificate) as transport:
        receipt = await transport.send(LETTER)
    assert answer(receipt).verdict is Verdict.ROUTE_DOWN
    told = repr(receipt) + caplog.text
    pieces = [CANARY[:20], response[:40], response[20:60], response[-40:]]
    assert [piece for piece in pieces if piece in told] == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("code", [550, 250])
async def test_a_token_that_the_server_quotes_later_is_told_nowhere(
    exchange, certificate, step, code
):
    response = xoauth2("n@example.com", CANARY).decode()
    exchange.answers[step] = f"{code} 5.7.1 for {CANARY} by {response}"
    async with signed_in_route(exchange, certificate) as transport:
        told = repr(await transport.send(LETTER))
    assert "for … by …" in told or (code == 250 and step in ("MAIL", "RCPT"))
    assert CANARY[:20] not in told and response[:40] not in told


async def test_a_token_is_in_no_traceback(exchange, certificate):
    exchange.answers["AUTH"] = DROP
    told = []

    class Looking(SmtpTransport):
        async def _sign_in(self, *given, **named):
            try:
                return await super()._sign_in(*given, **named)
            except RouteError as trouble:
                lines = traceback.TracebackException.from_exception(
                    trouble, capture_locals=True
                )
                told.append("".join(lines.format()))
                raise

    outside = TransportContext(
        Clocks(wall=lambda: NOW, steady=lambda: 0.0), Tokens(), no_secret
    )
    options = Options(
        host="localhost",
        port=exchange.port,
        sender="n@example.com",
        account="m365",
        ca_file=certificate[1],
    )
    transport = Looking(options, outside, PATIENT)
    assert answer(await transport.send(LETTER)).verdict is Verdict.ROUTE_DOWN
    await transport.close()
    shown = "credentials = Credentials(user='n@example.com', secret=Secret(…), mechanisms="
    assert shown in told[0]
    assert CANARY not in told[0] and xoauth2("n@example.com", CANARY).decode() not in told[0]


# A server that is not there, or hangs


async def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with open_route(MailServer(port=port), host="127.0.0.1") as transport:
            got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 0)
    assert got.explanation.en.startswith(
        f"cannot connect to 127.0.0.1:{port}: connection refused (TCP)."
    )


@pytest.mark.parametrize(
    "host",
    ["mail..example", f"{'a' * 64}.example", "mail\0.example"],
    ids=["an empty label", "a long label", "a control character"],
)
async def test_a_name_that_cannot_be_one(plain, host):
    async with open_route(plain, host=host) as transport:
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and "(DNS)" in got.explanation.en


async def test_a_name_that_does_not_exist(plain):
    async with open_route(plain, host="mail.invalid") as transport:
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN
    assert (
        got.explanation.en.startswith("cannot find mail.invalid:")
        and "(DNS)" in got.explanation.en
    )


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO", "STARTTLS", "TLS EHLO", "AUTH"])
@pytest.mark.parametrize("how", [DROP, SILENT])
async def test_a_server_that_fails_before_a_mail_is_handed_over(
    exchange, certificate, stage, how
):
    exchange.answers[stage] = how
    patience = replace(PATIENT, sign_in=SHORT if how is SILENT else 300)
    async with signed_in_route(exchange, certificate, patience=patience) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 0)
    assert got.explanation.en.startswith(f"localhost:{exchange.port} ")


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", [DROP, SILENT])
async def test_a_server_that_fails_before_the_mail_itself_takes_the_route_down(
    plain, stage, how
):
    plain.answers[stage] = how
    patience = replace(PATIENT, command=SHORT if how is SILENT else 300)
    async with open_route(plain, patience=patience) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 0)
    assert "The message was not transferred." in got.explanation.en and plain.mails == []


@pytest.mark.parametrize("how", [DROP, SILENT])
async def test_an_answer_that_never_came_is_asked_for_again_with_the_same_mail(plain, how):
    plain.answers["."] = [how]
    patience = replace(PATIENT, final=SHORT if how is SILENT else 300)
    async with open_route(plain, patience=patience) as transport:
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.DEFERRED and "its reply is not known" in got.explanation.en
    async with open_route(plain) as transport:
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert plain.mails[0] == plain.mails[1]


# Connections are kept


async def test_a_connection_carries_one_mail_after_another(plain):
    async with open_route(plain) as transport:
        for _ in range(3):
            assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
        assert plain.connections == 1
    assert plain.verbs()[-1] == "QUIT" and len(plain.mails) == 3


async def test_mails_at_once_go_by_connections_of_their_own(plain):
    async with open_route(plain) as transport:
        await asyncio.gather(*(transport.send(LETTER) for _ in range(3)))
        assert plain.connections == 3
        await asyncio.gather(*(transport.send(LETTER) for _ in range(3)))
        assert plain.connections == 3 and len(plain.mails) == 6


async def test_a_kept_connection_is_left_after_a_while(plain):
    async with open_route(plain, patience=replace(PATIENT, idle=SHORT)) as transport:
        await transport.send(LETTER)
        await plain.gone.wait()
        assert plain.verbs()[-1] == "QUIT"
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED


async def test_an_answer_too_many_is_not_taken_for_the_next_one(plain):
    plain.answers["RCPT"] = ["250 2.1.5 OK\r\n354 go on"]
    plain.answers["DATA"] = "550 5.7.1 no"
    async with open_route(plain) as transport:
        first = await transport.send(LETTER)
        plain.answers["DATA"] = "354 go on"
        second = await transport.send(LETTER)
    assert answer(first).verdict is Verdict.ROUTE_DOWN
    assert answer(second).verdict is Verdict.ACCEPTED and plain.connections == 2


async def test_a_connection_with_an_answer_too_many_carries_no_other_mail(plain):
    plain.answers["."] = ["250 2.0.0 OK\r\n250 2.0.0 OK once more"]
    async with open_route(plain) as transport:
        for _ in range(2):
            assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert plain.connections == 2


async def test_a_connection_that_the_server_closed_meanwhile_is_replaced(plain):
    async with open_route(plain) as transport:
        await transport.send(LETTER)
        plain.drop_all()
        await plain.gone.wait()
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert plain.connections == 2 and len(plain.mails) == 2


@pytest.mark.parametrize("end", [DROP, "421 4.4.2 idle for too long"], ids=["closed", "421"])
async def test_a_kept_connection_that_ends_at_the_next_mail_is_replaced_once(plain, end):
    async with open_route(plain) as transport:
        await transport.send(LETTER)
        plain.answers["MAIL"] = [end]
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
        plain.answers["MAIL"] = end
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and plain.connections == 3


@pytest.mark.parametrize("end", [DROP, "421 4.4.2 idle for too long"], ids=["closed", "421"])
async def test_so_is_one_that_a_look_has_left(plain, end):
    async with open_route(plain) as transport:
        await transport.probe()
        plain.answers["MAIL"] = [end]
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert plain.connections == 2


async def test_a_connection_that_fell_silent_is_never_used_again(plain):
    plain.answers["."] = [SILENT]
    async with open_route(plain, patience=replace(PATIENT, final=SHORT)) as transport:
        await transport.send(LETTER)
        plain.answers["."] = "250 2.0.0 OK"
        transport._server = replace(transport._server, patience=PATIENT)
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert plain.connections == 2


async def test_closing_breaks_off_what_hangs_and_may_be_done_twice(plain):
    plain.answers["RCPT"] = SILENT
    async with open_route(plain) as transport:
        sending = asyncio.create_task(transport.send(LETTER))
        await plain.hanging.wait()
        await transport.close()
        await transport.close()
        assert answer(await sending).verdict is Verdict.ROUTE_DOWN


async def test_a_send_that_is_given_up_leaves_no_connection(plain):
    plain.answers["EHLO"] = SILENT
    async with open_route(plain) as transport:
        sending = asyncio.create_task(transport.send(LETTER))
        await plain.hanging.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await plain.gone.wait()


# Options


SIGNS_IN = {"host": "h", "sender": "n@x.example", "password": "relay/pass-1"}


def test_options_say_what_is_missing_or_wrong():
    for given, said in (
        ({"sender": "n@example.com"}, "host"),
        ({"host": "", "sender": "n@example.com"}, "host is missing"),
        ({"host": "h"}, "sender is missing"),
        ({"host": "h", "sender": "nobody"}, "“nobody” is not an email address"),
        ({"host": "h", "sender": "n@x.example\r\nBcc: a@b"}, "is not an email address"),
        ({"host": "h", "sender": "n@x.example", "port": 0}, "port must be"),
        ({"host": "h", "sender": "n@x.example", "ehlo": "my_host"}, "is not a host name"),
        (
            {"host": "h", "sender": "n@x.example", "envelope_sender": "<>"},
            "envelope_sender “<>” is not",
        ),
        (
            {"host": "h", "sender": "n@x.example", "protection": "none", "certificate": "/c"},
            "only with TLS",
        ),
        (SIGNS_IN | {"host": "x-y.mail.protection.outlook.com"}, "does not support sign-in"),
        (SIGNS_IN | {"host": "contoso-com.x-v1.mx.microsoft"}, "does not support sign-in"),
        (SIGNS_IN | {"host": "nothve.mx.microsoft"}, "does not support sign-in"),
        ({"host": "h", "sender": "n@x.example", "protection": "ssl"}, "protection"),
        (
            {"host": "h", "sender": "n@x.example", "password": "Pa55 word"},
            "name of a vault entry",
        ),
        ({"host": "メール_1.example", "sender": "n@x.example"}, "is not a host name"),
        (SIGNS_IN | {"account": "a"}, "cannot both be set"),
        (SIGNS_IN | {"auth": "xoauth2"}, "requires an account"),
        ({"host": "h", "sender": "n@x.example", "auth": "plain"}, "requires a password"),
        (SIGNS_IN | {"auth": "digest-md5"}, "auth"),
        (SIGNS_IN | {"protection": "none"}, "sent only over TLS"),
        (SIGNS_IN | {"protection": "none", "auth": "plain"}, "sent only over TLS"),
        (
            {"host": "h", "sender": "n@x.example", "account": "a", "protection": "none"},
            "only over TLS",
        ),
    ):
        with pytest.raises(schema.Invalid) as caught:
            schema.read(KIND.options, given)
        assert said in str(caught.value)


def test_a_password_in_place_of_its_entry_s_name_is_not_told_back():
    with pytest.raises(schema.Invalid) as caught:
        schema.read(KIND.options, SIGNS_IN | {"password": CANARY})
    assert CANARY not in str(caught.value) + repr(caught.value.problems)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, "h:587"),
        ({"protection": "tls"}, "h:465"),
        ({"protection": "none"}, "h:587"),
        ({"protection": "tls", "port": 2465}, "h:2465"),
        ({"host": "x-y.mail.protection.outlook.com"}, "x-y.mail.protection.outlook.com:25"),
        ({"host": "contoso-com.x-v1.mx.microsoft"}, "contoso-com.x-v1.mx.microsoft:25"),
        ({"host": "smtp.hve.mx.microsoft", "account": "a"}, "smtp.hve.mx.microsoft:587"),
        ({"host": "SMTP.hve.mx.microsoft.", "password": "p"}, "SMTP.hve.mx.microsoft.:587"),
        (
            {"host": "X-y.mail.protection.outlook.com", "port": 587},
            "X-y.mail.protection.outlook.com:587",
        ),
    ],
)
def test_the_port_follows_from_the_protection_unless_told(given, where):
    read = schema.read(KIND.options, {"host": "h", "sender": "n@x.example"} | given)
    assert read.where == read.server(PATIENT).address == where


def test_cram_md5_alone_may_be_asked_for_in_the_clear():
    read = schema.read(KIND.options, SIGNS_IN | {"protection": "none", "auth": "cram-md5"})
    assert read.mechanisms == ("cram-md5",)


def test_the_sender_is_the_account_s_mailbox_unless_told():
    read = schema.read(KIND.options, {"host": "h", "account": "a", "user": "box@x.example"})
    assert read.mail_from == "box@x.example"


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({"sender": "n@x.example"}, False),
        ({"account": "a", "user": "box@x.example"}, False),
        ({"account": "a", "user": "box@x.example", "sender": "n@x.example"}, True),
        ({"account": "a", "user": "box@x.example", "envelope_sender": "b@x.example"}, True),
        ({"password": "relay", "user": "relay01", "sender": "n@x.example"}, False),
    ],
)
def test_it_is_said_when_log_in_from_and_envelope_differ(given, needs):
    remarks = schema.read(KIND.options, {"host": "h"} | given).remarks
    assert bool(remarks) is needs
    assert all("requires Send As" in words.en for words in remarks)


# Our own certificate


async def test_a_certificate_of_our_own_is_shown_to_a_server_that_asks(tmp_path):
    (tmp_path / "ours").mkdir()
    make_certificate(tmp_path / "ours", "noroshi.example")
    tls = make_certificate(tmp_path)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(tmp_path / "ours" / "ca.pem")
    given = {"ca_file": str(tmp_path / "ca.pem")}
    async with MailServer(tls=tls).open() as server:
        async with route(server, **given) as transport:
            assert answer(await transport.send(LETTER)).verdict is Verdict.ROUTE_DOWN
        own = str(tmp_path / "ours" / "own.pem")
        async with route(server, certificate=own, **given) as transport:
            assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED


async def test_a_certificate_of_our_own_that_cannot_be_used_is_told(exchange, certificate):
    given = {"ca_file": certificate[1], "certificate": certificate[1]}
    async with route(exchange, **given) as transport:
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.SETUP)
    assert f"the certificate {certificate[1]} cannot be used" in got.explanation.en
    (told,) = await KIND.try_out(
        Options(host="h", sender="n@x.example", certificate="/nonexistent/own.pem")
    )
    assert "No such file or directory" in told.en
    assert "ファイルまたはフォルダーがありません" in told.ja
