"""Every way to sign in, against servers that are not ours: Dovecot and aiosmtpd."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from noroshi.core.mail import Envelope, Verdict
from noroshi.core.translation import bilingual
from noroshi.ports import Clocks, RouteError, TransportContext
from noroshi.transports.smtp import sasl
from noroshi.transports.smtp.connection import Patience
from noroshi.transports.smtp.transport import Options, SmtpTransport
from tests.transports import dovecot
from tests.transports.dovecot import PASSWORD, TOKEN, USER
from tests.transports.mail_server import MailServer, make_certificate

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
LETTER = Envelope(
    id="01J.17/ops/aki",
    routes=("smtp1",),
    contact="aki",
    to=("aki@example.com",),
    order="01J/aki",
    alarms=("01J.17/ops/aki",),
    payload={"subject": "[危険] FS01", "text": "使用率は 95.2% です。\n", "language": "ja"},
    born=NOW,
)
# A busy machine is no failure: what must not run out has minutes.
PATIENT = Patience(connect=300, sign_in=300, command=300, final=300, idle=300, leave=300)


class Given:
    """What the vault and the provider hand out; each is counted."""

    def __init__(self, password=PASSWORD, token=TOKEN):
        self.password, self.of_account, self.asked = password, token, []

    async def secret(self, name):
        self.asked.append(name)
        if isinstance(self.password, Exception):
            raise self.password
        return self.password

    async def token(self, account, force, resource):
        self.asked.append(account)
        return self.of_account


@asynccontextmanager
async def route(port, given=None, **options):
    given = given or Given()
    wanted = {"host": "localhost", "port": port, "sender": "n@example.com"} | options
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    outside = TransportContext(clocks, given.token, given.secret)
    transport = SmtpTransport(Options(**wanted), outside, PATIENT)
    yield transport
    await transport.close()


async def answer_of(port, given=None, **options):
    async with route(port, given, **options) as transport:
        receipt = await transport.send(LETTER)
    return receipt.answers["aki@example.com"]


# Dovecot


@pytest.fixture(scope="module")
def every_way():
    with dovecot.running() as found:
        yield found


@pytest.fixture(params=["starttls", "tls"])
def protected(request, every_way):
    """Where it is, once by STARTTLS and once in TLS from the first byte."""
    port = every_way.port if request.param == "starttls" else every_way.tls_port
    return {"port": port, "protection": request.param, "ca_file": every_way.ca_file}


@pytest.mark.parametrize(
    ("auth", "way"),
    [("auto", "CRAM-MD5"), ("cram-md5", "CRAM-MD5"), ("plain", "PLAIN"), ("login", "LOGIN")],
)
async def test_dovecot_lets_us_in_by_password(every_way, protected, auth, way):
    before = len(every_way.mails)
    got = await answer_of(**protected, password="smtp2", auth=auth)
    assert got.verdict is Verdict.ACCEPTED and "taken by the relay" in got.explanation.en
    assert every_way.signed_in_by()[-1] == way
    (mail,) = every_way.mails[before:]
    assert b"Message-ID: <01J.17/ops/aki@example.com>" in mail


@pytest.mark.parametrize(("auth", "way"), [("auto", "XOAUTH2"), ("oauthbearer", "OAUTHBEARER")])
async def test_dovecot_lets_us_in_by_a_token(every_way, protected, auth, way):
    got = await answer_of(**protected, account="m365", auth=auth)
    assert got.verdict is Verdict.ACCEPTED
    assert every_way.signed_in_by()[-1] == way and every_way.asked[-1] == TOKEN


@pytest.mark.parametrize("auth", ["cram-md5", "plain", "login"])
async def test_dovecot_refuses_a_wrong_password(every_way, protected, auth):
    given = Given(password="another one altogether")
    got = await answer_of(**protected, given=given, password="smtp2", auth=auth)
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 535)
    assert f"did not let {USER} sign in with {auth.upper()} (AUTH): 535" in got.explanation.en
    assert "noroshi secret set smtp2" in got.explanation.en
    assert "another one altogether" not in repr(got)


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
async def test_dovecot_refuses_a_wrong_token(every_way, protected, auth):
    given = Given(token="no-token-of-anybody")
    got = await answer_of(**protected, given=given, account="m365", auth=auth)
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 535)
    assert given.asked == ["m365", "m365"] and "no-token-of" not in got.explanation.en


async def test_dovecot_lets_us_in_by_cram_md5_in_the_clear(every_way):
    given = {"protection": "none", "password": "smtp2", "auth": "cram-md5"}
    assert (await answer_of(every_way.port, **given)).verdict is Verdict.ACCEPTED
    assert every_way.signed_in_by()[-1] == "CRAM-MD5"


async def test_a_port_for_starttls_is_told_from_one_that_begins_with_tls(every_way):
    got = await answer_of(
        every_way.port, protection="tls", ca_file=every_way.ca_file, password="smtp2"
    )
    assert (
        got.verdict is Verdict.ROUTE_DOWN
        and "does not use TLS from the start" in got.explanation.en
    )


async def test_a_certificate_nobody_vouches_for_is_refused_before_the_password(every_way):
    got = await answer_of(every_way.tls_port, protection="tls", password="smtp2")
    assert (
        got.verdict is Verdict.ROUTE_DOWN and "certificate of localhost" in got.explanation.en
    )


# aiosmtpd: PLAIN and LOGIN


class Login:
    def __init__(self):
        self.seen = []

    def __call__(self, server, session, envelope, mechanism, data):
        self.seen.append((mechanism, data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == PASSWORD, handled=False)


class Takes:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope.content)
        return "250 2.0.0 OK"


@pytest.fixture(params=["starttls", "tls"])
async def plain_or_login(request, tmp_path):
    """aiosmtpd, and what it saw; it offers LOGIN and PLAIN, and CRAM-MD5 not."""
    context, login = make_certificate(tmp_path), Login()
    first = request.param == "tls"
    # It does not count TLS that was there before it.
    asked = {"auth_require_tls": False} if first else {"tls_context": context}
    asked["authenticator"] = login
    async with aiosmtpd(context if first else None, **asked) as port:
        ca_file = str(tmp_path / "ca.pem")
        yield login, {"port": port, "protection": request.param, "ca_file": ca_file}


@asynccontextmanager
async def aiosmtpd(tls=None, **asked):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Takes(), **asked), "127.0.0.1", 0, ssl=tls)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("auth", "way"), [("auto", "PLAIN"), ("plain", "PLAIN"), ("login", "LOGIN")]
)
async def test_aiosmtpd_lets_us_in_by_password(plain_or_login, auth, way):
    login, protected = plain_or_login
    got = await answer_of(**protected, password="smtp2", auth=auth)
    assert got.verdict is Verdict.ACCEPTED
    assert login.seen == [(way, USER, PASSWORD)]


@pytest.mark.parametrize("auth", ["auto", "plain", "login"])
async def test_aiosmtpd_refuses_a_wrong_password_which_is_not_tried_twice(plain_or_login, auth):
    login, protected = plain_or_login
    got = await answer_of(**protected, given=Given(password="x" * 9), password="p", auth=auth)
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 535)
    assert len(login.seen) == 1 and "noroshi secret set p" in got.explanation.en


async def test_a_way_that_is_not_offered_is_told_with_those_that_are(plain_or_login):
    login, protected = plain_or_login
    got = await answer_of(**protected, password="smtp2", auth="cram-md5")
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 504)
    assert (
        "does not offer CRAM-MD5 to sign in (AUTH); it offers: LOGIN PLAIN"
        in got.explanation.en
    )
    assert login.seen == []


async def test_a_user_who_is_no_address_signs_in_beside_the_sender(plain_or_login):
    login, protected = plain_or_login
    got = await answer_of(**protected, password="smtp2", user="relay01")
    assert got.verdict is Verdict.ACCEPTED and login.seen == [("PLAIN", "relay01", PASSWORD)]


async def test_a_server_that_wants_encryption_is_told_with_what_to_do(tmp_path):
    context = make_certificate(tmp_path)
    async with aiosmtpd(tls_context=context, require_starttls=True) as port:
        got = await answer_of(port, protection="none")
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 530)
    assert (
        "requires encryption" in got.explanation.en
        and "Set protection to starttls" in got.explanation.en
    )


# What only a scripted server says


SIGN_IN = "250-mail.test\r\n250 AUTH CRAM-MD5 PLAIN LOGIN"


@pytest.fixture
async def scripted(tmp_path):
    async with MailServer(tls=make_certificate(tmp_path)).open() as server:
        server.answers["TLS EHLO"] = SIGN_IN
        yield server, {"port": server.port, "ca_file": str(tmp_path / "ca.pem")}


async def test_cram_md5_may_be_used_in_the_clear(scripted):
    server, _ = scripted
    server.answers["EHLO"] = SIGN_IN
    # RFC 2195, 2: its own example.
    challenge = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
    server.answers["AUTH alone"] = challenge
    given = {"password": "p", "user": "tim", "auth": "cram-md5", "protection": "none"}
    got = await answer_of(server.port, given=Given(password="tanstaaftanstaaf"), **given)
    assert got.verdict is Verdict.ACCEPTED
    assert server.heard[1:3] == [
        "AUTH CRAM-MD5",
        "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",
    ]


async def test_a_challenge_that_is_none_is_broken_off(scripted):
    server, protected = scripted
    server.answers["AUTH alone"] = "334 ***"
    server.answers["after 334 ***"] = "501 5.5.2 broken off"
    got = await answer_of(**protected, password="p", auth="cram-md5")
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 501) and server.heard[4] == "*"


async def test_a_password_the_vault_does_not_have_bothers_no_server(scripted):
    server, protected = scripted
    missing = RouteError(bilingual(en="there is none; noroshi secret set p", ja="ありません"))
    got = await answer_of(**protected, given=Given(password=missing), password="p")
    assert got.verdict is Verdict.ROUTE_DOWN and "noroshi secret set p" in got.explanation.en
    assert server.connections == 0


@pytest.mark.parametrize("auth", ["plain", "login", "cram-md5"])
@pytest.mark.parametrize("password", ["hunter2", "s3 cret-über", "x" * 600])
@pytest.mark.parametrize(
    "refusal", ["500 5.5.2 what: {said}", "535 5.7.8 {password} is no good", "501 x'{said}'y"]
)
async def test_a_password_that_the_server_quotes_is_told_nowhere(
    scripted, auth, password, refusal, caplog
):
    caplog.set_level(logging.DEBUG)
    server, protected = scripted
    quoted = SAID[auth](password)
    refused = refusal.format(said=quoted, password=password)
    server.answers |= {"AUTH alone": "334 Y2hhbGxlbmdl", "AUTH": refused}
    if auth == "login":
        server.answers["after 334 Y2hhbGxlbmdl"] = ["334 UGFzc3dvcmQ6"]
        server.answers["after 334 UGFzc3dvcmQ6"] = refused
    got = await answer_of(**protected, given=Given(password=password), password="p", auth=auth)
    assert got.verdict is Verdict.ROUTE_DOWN and got.code == int(refused[:3])
    assert server.heard[-1].endswith(quoted)
    told = repr(got) + caplog.text
    assert password not in told and quoted not in told and quoted[:8] not in told


SAID = {
    "plain": lambda password: sasl.plain(USER, password).decode(),
    "login": lambda password: sasl.login(USER, password)[1].decode(),
    "cram-md5": lambda password: sasl.cram_md5(USER, password, "Y2hhbGxlbmdl").decode(),
}
