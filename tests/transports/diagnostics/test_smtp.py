"""A route by a mail server, looked at stage by stage: what is said of it, and that nothing is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from noroshi.core.mail import Network
from noroshi.core.translation import plain
from noroshi.ports.examination import Exam, Step, StepResult, Whose
from noroshi.transports.diagnostics.smtp import SmtpExamination
from noroshi.transports.smtp.connection import Patience
from noroshi.transports.smtp.options import Options
from tests.network.proxies import Proxy
from tests.network.test_happy_eyeballs import black_hole, closed
from tests.transports.diagnostics.examination_runner import (
    EXAM,
    PATIENT,
    outside,
    stages_of,
    states_of,
    stopped,
)
from tests.transports.mail_server import DROP, SILENT, MailServer, make_certificate
from tests.transports.smtp.test_token_diagnosis import jwt
from tests.transports.test_networks import BLACK_HOLE, in_a_world

ALL_WELL = "dnso tcpo greetingo tlso ehloo autho mail-fromo rcpt-too rseto"
EXCHANGE_SAYS = "220 X.outlook.office365.com Microsoft ESMTP MAIL Service ready at {date}"
TRAIL = " [AM0PR06CA0126.eurprd06.prod.outlook.com 2026-02-14T14:50:26.590Z 08DC2D37]"
OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
    "Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information." + TRAIL
)
OTHER_PASSWORD = (
    "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect." + TRAIL
)
AUDIENCE = "https://outlook.office.com"
RIGHT = {"aud": AUDIENCE, "scp": "SMTP.Send", "upn": "box@example.com", "exp": 4e9}
OF_APP = {"aud": AUDIENCE, "roles": ["SMTP.SendAsApp"], "idtyp": "app", "exp": 4e9}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def server(certificate):
    async with MailServer(tls=certificate[0]).open() as found:
        yield found


def looking_at(server, certificate, *, exam=EXAM, patience=PATIENT, world=None, **given):
    options = {
        "host": "localhost",
        "port": server if isinstance(server, int) else server.port,
        "ca_file": certificate[1],
        "account": "box",
        "user": "box@example.com",
    }
    wanted = Options(**{k: v for k, v in (options | given).items() if v is not None})
    return SmtpExamination(wanted, world or outside(), exam, patience)


async def looked(server, certificate, **given):
    return await stages_of(looking_at(server, certificate, **given))


async def test_a_route_that_is_well_is_taken_as_far_as_rset_and_sends_nothing(
    server, certificate
):
    stages = await looked(server, certificate)
    assert states_of(stages) == ALL_WELL
    assert server.verbs()[-4:] == ["MAIL", "RCPT", "RSET", "QUIT"]
    assert "DATA" not in server.verbs() and server.mails == []
    assert server.heard[-3] == "RCPT TO:<box@example.com>"
    assert "127.0.0.1" in stages["dns"].found.en
    assert "TLS 1.3, certificate of localhost by test CA" in stages["tls"].found.en
    assert "box@example.com can sign in with XOAUTH2" in stages["auth"].found.en
    assert all(stage.milliseconds is not None for stage in stages.values())


async def test_the_recipient_may_be_another_one(server, certificate):
    exam = Exam(user_values=EXAM.user_values, recipient="aki@example.com")
    stages = await looked(server, certificate, exam=exam)
    assert states_of(stages) == ALL_WELL
    assert "RCPT TO:<aki@example.com>" in server.heard


async def test_a_recipient_that_is_no_address_stops_at_rcpt(server, certificate):
    exam = Exam(user_values=EXAM.user_values, recipient="aki")
    stages = await looked(server, certificate, exam=exam)
    assert stopped(stages).name == "rcpt-to" and "--to" in stopped(stages).remedy.meaning.en
    assert stages["rset"].state == "not reached" and "DATA" not in server.verbs()


async def test_tls_from_the_first_byte_comes_before_the_greeting(server, certificate):
    server.tls_first = True
    stages = await looked(server, certificate, protection="tls")
    assert states_of(stages) == ALL_WELL.replace("greetingo tlso", "tlso greetingo")
    assert server.verbs()[-1] == "QUIT"


async def test_a_server_in_the_house_is_looked_at_without_tls_and_sign_in(certificate):
    async with MailServer().open() as server:
        given = {"protection": "none", "account": None, "user": None, "sender": "n@example.com"}
        stages = await looked(server, certificate, **given)
    assert states_of(stages) == "dnso tcpo greetingo ehloo mail-fromo rcpt-too rseto"


async def test_a_password_is_looked_for_and_shown_to_the_server_alone(server, certificate):
    server.answers["AUTH alone"] = "334 VXNlcm5hbWU6"
    server.answers["after 334 VXNlcm5hbWU6"] = "235 2.7.0 Authentication successful"
    given = {"account": None, "password": "relay"}
    stages = await looked(server, certificate, **given)
    assert states_of(stages) == ALL_WELL.replace("tlso ", "tlso passwordo ")
    assert "a-password" not in repr(stages)


async def test_the_steps_of_the_account_come_after_tls(server, certificate):
    async def take():
        return StepResult(plain("well"))

    exam = Exam(sign_in=(Step(name="token", title=plain("Token"), take=take),))
    stages = await looked(server, certificate, exam=exam)
    assert states_of(stages) == ALL_WELL.replace("tlso ", "tlso tokeno ")


async def test_a_server_that_hung_up_during_the_sign_in_is_connected_to_again(
    server, certificate
):
    server.answers["TLS EHLO"] = [DROP]
    stages = await looked(server, certificate)
    assert states_of(stages) == ALL_WELL and server.connections == 2


async def test_a_server_that_hangs_up_each_time_stops_there(server, certificate):
    server.answers["TLS EHLO"] = DROP
    stages = await looked(server, certificate)
    assert stopped(stages).name == "ehlo" and server.connections == 2
    assert "closed the connection (EHLO)" in stopped(stages).remedy.meaning.en


# Where it stops


async def test_a_name_that_dns_does_not_know_stops_at_once(certificate):
    stages = await looked(25, certificate, host="no-such-host.invalid")
    assert states_of(stages).startswith("dnsx tcp. greeting.")
    remedy = stopped(stages).remedy
    assert remedy.whose is Whose.NETWORK and "(DNS)" in remedy.meaning.en
    assert remedy.lines == ("getent ahosts no-such-host.invalid",)


async def test_a_port_that_nobody_answers_at_is_told_as_such(certificate):
    stages = await looked(closed().socket_address[1], certificate)
    assert states_of(stages).startswith("dnso tcpx")
    assert stopped(stages).remedy.whose is Whose.NETWORK
    assert "connection refused" in stopped(stages).remedy.meaning.en


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        pytest.param("https://graph.microsoft.com", 'kind = "graph"', id="Graph is there"),
        pytest.param("", "nc -vz localhost", id="no Graph in this cloud"),
    ],
)
async def test_a_port_that_refuses_while_another_answers_says_both_what_it_may_be(
    server, certificate, graph, said
):
    port = closed().socket_address[1]
    values = {**EXAM.user_values, "graph": graph, "account": "box"}
    exam = Exam(user_values=values, reference_host=("127.0.0.1", server.port))
    stages = await looked(port, certificate, exam=exam)
    remedy = stopped(stages).remedy
    assert stopped(stages).name == "tcp" and remedy.whose is Whose.NETWORK
    assert f"refuses connections on port {port}" in remedy.meaning.en
    assert f"ポート {port} は接続を拒否しています" in remedy.meaning.ja
    assert said in "\n".join(remedy.lines)
    assert ('account = "box"' in remedy.lines) is bool(graph)


async def test_where_nothing_else_answers_either_nothing_gets_out(certificate):
    exam = Exam(
        user_values=EXAM.user_values, reference_host=("127.0.0.1", closed().socket_address[1])
    )
    stages = await looked(closed().socket_address[1], certificate, exam=exam)
    assert "cannot be reached either" in stopped(stages).remedy.meaning.en
    assert "proxy =" in "\n".join(stopped(stages).remedy.lines)


async def test_a_firewall_that_drops_is_told_within_the_patience(certificate):
    with black_hole("127.0.0.1") as hole:
        patience = Patience(connect=0.2)
        stages = await looked(
            hole.socket_address[1], certificate, host="127.0.0.1", patience=patience
        )
    assert stopped(stages).name == "tcp"
    assert "did not answer within 0.2 s" in stopped(stages).remedy.meaning.en


@pytest.mark.parametrize(
    ("answer", "said", "whose"),
    [
        pytest.param("421 4.3.2 Service not active", "busy", Whose.PROVIDER, id="421"),
        pytest.param(
            "554 5.7.1 no", "reason unknown to Noroshi", Whose.ADMINISTRATOR, id="554"
        ),
        pytest.param(
            "HTTP/1.1 400 Bad Request", "is not a mail server", Whose.YOU, id="no SMTP"
        ),
        pytest.param(DROP, "closed the connection", Whose.PROVIDER, id="dropped"),
    ],
)
async def test_a_greeting_that_is_none_stops_there(server, certificate, answer, said, whose):
    server.answers["CONNECT"] = answer
    stages = await looked(server, certificate)
    assert stopped(stages).name == "greeting" and said in stopped(stages).remedy.meaning.en
    assert stopped(stages).remedy.whose is whose


async def test_a_server_that_says_nothing_is_told_within_the_patience(server, certificate):
    server.answers["CONNECT"] = SILENT
    stages = await looked(server, certificate, patience=Patience(sign_in=0.2, command=300))
    assert stopped(stages).name == "greeting"
    assert "sent nothing within 0.2 s" in stopped(stages).remedy.meaning.en


async def test_a_server_without_starttls_stops_at_tls(server, certificate):
    server.answers["EHLO"] = "250 mail.test"
    stages = await looked(server, certificate)
    assert stopped(stages).name == "tls" and stopped(stages).remedy.whose is Whose.NETWORK
    assert "does not offer STARTTLS" in stopped(stages).remedy.meaning.en


@pytest.mark.parametrize("first", [False, True], ids=["STARTTLS", "from the first byte"])
async def test_a_certificate_that_nobody_vouches_for_is_named_with_its_issuer(
    server, certificate, tmp_path, first
):
    server.tls_first = first
    make_certificate(tmp_path)  # another CA than the server's
    given = {"ca_file": str(tmp_path / "ca.pem"), "protection": "tls" if first else "starttls"}
    stages = await looked(server, certificate, **given)
    assert stopped(stages).name == "tls"
    assert "it was issued by test CA" in stopped(stages).remedy.meaning.en
    assert "ca_file" in stopped(stages).remedy.lines[0]


async def test_a_certificate_for_another_name_is_told_with_what_to_look_at(
    certificate, tmp_path
):
    tls = make_certificate(tmp_path, "mail.example")
    async with MailServer(tls=tls).open() as server:
        stages = await looked(server, certificate, ca_file=str(tmp_path / "ca.pem"))
    remedy = stopped(stages).remedy
    assert "'localhost' (TLS)" in remedy.meaning.en and remedy.whose is Whose.NETWORK
    assert f"-connect localhost:{server.port} -starttls smtp " in remedy.lines[0]


async def test_a_port_without_tls_is_told_with_the_protection_to_set(certificate):
    async with MailServer().open() as server:
        stages = await looked(server, certificate, protection="tls")
    assert stopped(stages).name == "tls"
    assert 'protection = "starttls"' in stopped(stages).remedy.lines[0]


async def test_smtp_auth_that_is_off_is_told_with_the_line_for_this_mailbox(
    server, certificate
):
    server.answers["AUTH"] = OFF
    stages = await looked(server, certificate)
    assert states_of(stages).endswith("authx mail-from. rcpt-to. rset.")
    stage, remedy = stopped(stages), stopped(stages).remedy
    assert stage.found.en == "535 5.7.139" and remedy.reply == OFF
    assert remedy.whose is Whose.ADMINISTRATOR
    assert remedy.who.ja == "組織の Microsoft 365 管理者"
    assert "Set-CASMailbox -Identity box@example.com `" in remedy.lines
    assert "認証済み SMTP" in remedy.how[1].ja and "2 hours" in remedy.takes.en


async def test_a_command_names_what_belongs_in_its_place_where_a_route_has_no_such_value(
    server, certificate
):
    server.answers["AUTH"] = OTHER_PASSWORD
    stages = await looked(server, certificate)
    assert stopped(stages).remedy.how[0].en.endswith("noroshi secret set <password>")


@pytest.mark.parametrize(
    ("claims", "said", "line"),
    [
        pytest.param(
            RIGHT | {"aud": "00000003-0000-0000-c000-000000000000"},
            "not for Exchange Online",
            'scope = "https://outlook.office.com/SMTP.Send"',
            id="another audience",
        ),
        pytest.param(
            RIGHT | {"scp": "Mail.Send"}, "lacks the permission SMTP.Send", "", id="no scope"
        ),
        pytest.param(
            RIGHT | {"upn": "aki@example.com"},
            "aki@example.com signed in",
            "Add-MailboxPermission -Identity box@example.com `",
            id="another person",
        ),
        pytest.param(
            RIGHT | {"exp": 1}, "the clock is wrong", "timedatectl set-ntp true", id="the clock"
        ),
        pytest.param(
            RIGHT,
            "The token itself looks right",
            "Set-CASMailbox -Identity box@example.com `",
            id="the mailbox",
        ),
        pytest.param(
            OF_APP | {"roles": []}, "lacks the permission SMTP.SendAsApp", "", id="no role"
        ),
        pytest.param(
            OF_APP,
            "service principal",
            "New-ServicePrincipal -AppId 11111111-2222-3333-4444-555555555555 `",
            id="an app",
        ),
        pytest.param(None, "The token itself looks right", "", id="a token that is opaque"),
    ],
)
async def test_a_refusal_that_says_nothing_is_told_by_the_token(
    server, certificate, claims, said, line
):
    server.answers["AUTH"] = "535 5.7.3 Authentication unsuccessful" + TRAIL
    token = jwt(claims) if claims else "an-opaque-token-of-some-length"
    stages = await looked(server, certificate, world=outside(token=token))
    remedy = stopped(stages).remedy
    assert stopped(stages).name == "auth" and said in remedy.meaning.en
    assert line in ("", *remedy.lines) and remedy.reply.startswith("535 5.7.3")
    assert token not in repr(stages)


async def test_a_refusal_by_another_server_is_not_laid_to_exchange_online(server, certificate):
    server.answers["AUTH"] = "535 5.7.8 Error: authentication failed"
    world = outside(token="an-opaque-token-of-some-length")
    remedy = stopped(await looked(server, certificate, world=world)).remedy
    told = [remedy.meaning, *remedy.how]
    assert not [one for one in told if "Exchange" in one.en or "Google" in one.en]
    assert not [line for line in remedy.lines if "ExchangeOnline" in line]


async def test_a_refused_password_is_told_with_its_entry(server, certificate):
    server.answers["AUTH alone"] = ["334 VXNlcm5hbWU6"]
    server.answers["after 334 VXNlcm5hbWU6"] = "535 5.7.8 Bad credentials a-password"
    stages = await looked(server, certificate, account=None, password="relay")
    remedy = stopped(stages).remedy
    assert remedy.whose is Whose.YOU
    assert remedy.how[0].en.endswith("noroshi secret set relay")
    assert "a-password" not in repr(stages)


async def test_a_server_that_knows_no_common_way_is_told_with_what_it_offers(
    server, certificate
):
    server.answers["TLS EHLO"] = "250-mail.test\r\n250 AUTH PLAIN"
    stages = await looked(server, certificate)
    assert (
        stopped(stages).name == "auth"
        and "it offers: PLAIN" in stopped(stages).remedy.meaning.en
    )


@pytest.mark.parametrize(
    ("verb", "answer", "name", "said"),
    [
        ("MAIL", "550 5.7.60 SMTP; Client does not have permissions", "mail-from", "Send As"),
        ("RCPT", "550 5.4.1 Recipient address rejected: Access denied", "rcpt-to", "no such"),
        ("RCPT", "451 4.3.0 try later", "rcpt-to", "retry later"),
        ("RSET", "500 5.3.3 what?", "rset", "did not understand"),
    ],
)
async def test_an_answer_within_the_mail_stops_there(
    server, certificate, verb, answer, name, said
):
    server.answers[verb] = answer
    stages = await looked(server, certificate)
    assert stopped(stages).name == name and said in stopped(stages).remedy.meaning.en
    assert "DATA" not in server.verbs() and server.mails == []


# What is well and yet to be known


async def test_a_sender_that_needs_send_as_is_remarked(server, certificate):
    stages = await looked(server, certificate, sender="n@example.com")
    assert "this requires Send As" in stages["mail-from"].remarks[0].en


async def test_a_clock_that_differs_from_the_greeting_s_is_remarked(server, certificate):
    server.answers["CONNECT"] = EXCHANGE_SAYS.format(date="Wed, 1 Apr 2026 02:50:00 +0000")
    stages = await looked(server, certificate)
    (remark,) = stages["greeting"].remarks
    assert "600 s ahead of" in remark.en and "600秒進んで" in remark.ja
    server.answers["CONNECT"] = EXCHANGE_SAYS.format(date="Wed, 1 Apr 2026 03:00:30 +0000")
    assert (await looked(server, certificate))["greeting"].remarks == ()


async def test_a_black_holed_address_is_no_hindrance_and_localhost_s_is_not_remarked(
    server, certificate
):
    with black_hole("::1", server.port):
        stages = await looked(server, certificate)
    assert states_of(stages) == ALL_WELL and stages["tcp"].remarks == ()


# Proxies


def through(proxy, **given):
    if proxy.log_in:
        given = {"proxy_user": "noroshi", "proxy_password": "proxy"} | given
    return outside(Network(name="office", proxy=proxy.address, **given))


async def test_a_proxy_that_wants_a_log_in_is_a_stage_and_works(server, certificate):
    async with Proxy(log_in="noroshi:right").open() as proxy:
        stages = await looked(server, certificate, world=through(proxy))
    assert states_of(stages) == ALL_WELL.replace("tcpo", "proxyo")
    assert "accepts noroshi's login" in stages["proxy"].found.en
    assert "is resolved there" in stages["dns"].found.en


@pytest.mark.parametrize(
    ("proxy", "given", "said", "line"),
    [
        pytest.param(
            Proxy(log_in="noroshi:other"),
            {},
            "refused noroshi's login (407)",
            "noroshi secret set proxy",
            id="a wrong password",
        ),
        pytest.param(
            Proxy(log_in="noroshi:right"),
            {"proxy_user": "", "proxy_password": ""},
            "requires a login (407)",
            "# networks/office.toml",
            id="no password",
        ),
        pytest.param(
            Proxy(answer="HTTP/1.1 403 Forbidden\r\n\r\n"),
            {},
            "does not allow a connection to",
            "",
            id="a port that it forbids",
        ),
        pytest.param(
            Proxy(answer="220 mail\r\n"), {}, "is not an HTTP proxy", "", id="no proxy"
        ),
    ],
)
async def test_a_proxy_s_no_stops_at_the_proxy(server, certificate, proxy, given, said, line):
    async with proxy.open():
        stages = await looked(server, certificate, world=through(proxy, **given))
    assert stopped(stages).name == "proxy" and said in stopped(stages).remedy.meaning.en
    assert line in ("", *stopped(stages).remedy.lines) and server.connections == 0


async def test_a_proxy_that_is_away_stops_at_the_proxy(server, certificate):
    network = Network(name="office", proxy=f"127.0.0.1:{closed().socket_address[1]}")
    stages = await looked(server, certificate, world=outside(network))
    assert stopped(stages).name == "proxy"
    assert "of network “office” cannot be reached" in stopped(stages).remedy.meaning.en


@pytest.mark.parametrize("protection", ["starttls", "tls"])
async def test_a_proxy_that_replaces_certificates_stops_at_tls_and_its_ca_mends_it(
    server, certificate, tmp_path, protection
):
    eyes = make_certificate(tmp_path, ca="Contoso Web Gateway CA")
    first = protection == "tls"
    proxy = Proxy(tls=eyes if first else None)
    if first:
        server.tls_first = True
    else:
        server.tls = eyes  # as a gateway that knows STARTTLS does
    async with proxy.open():
        got = await looked(server, certificate, protection=protection, world=through(proxy))
        mended = through(proxy, ca_file=str(tmp_path / "ca.pem"))
        then = await looked(server, certificate, protection=protection, world=mended)
    remedy = stopped(got).remedy
    assert stopped(got).name == "tls" and remedy.whose is Whose.NETWORK
    assert f"The proxy {proxy.address} replaces certificates" in remedy.meaning.en
    assert "Contoso Web Gateway CA" in remedy.meaning.ja
    assert remedy.lines == ('ca_file = "/etc/ssl/office-ca.pem"        # networks/office.toml',)
    assert then["tls"].state == "ok" and "Contoso Web Gateway CA" in then["tls"].found.en
    assert then["rset"].state == "ok"


def test_an_aaaa_that_is_a_black_hole_works_and_is_told(tmp_path):
    done = in_a_world(
        tmp_path, BLACK_HOLE, Path(__file__).with_name("in_a_world.py"), "127.0.0.1"
    )
    states, dns, remark = done.stdout.splitlines()
    assert (states, done.stderr) == (ALL_WELL.replace("autho ", ""), "")
    assert dns == "mail.example → 2001:db8::dead, 127.0.0.1"
    assert remark.startswith("2001:db8::dead did not answer in time, so 127.0.0.1 was used")
