"""What stands in the way of an answer by WinRM. The server is a stand-in of ours."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from noroshi.core.mail import Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.core.winrm_login import LoginMethod
from noroshi.hosts.winrm.channel import WinrmChannel
from noroshi.hosts.winrm.fact_questions import question
from noroshi.hosts.winrm.tls import fingerprint_of
from noroshi.hosts.winrm.windows_computer import RemoteComputer, TurnTaker
from noroshi.ports import Unmeasurable
from tests.hosts.winrm.conftest import login_of

MEMORY = {"total": 1, "available": 1, "swapTotal": 0, "swapFree": 0}


@pytest.fixture
async def ask(egress):
    """Return what asks a server for its memory once, and its problem in English; "" for none."""
    computers = []

    async def ask(login):
        computer = RemoteComputer(login, egress, time.monotonic)
        computers.append(computer)
        try:
            answer = await computer.ask(question("memory"))
        except Unmeasurable as problem:
            return problem.words.en
        return answer.error

    yield ask
    for computer in computers:
        computer.close()


@pytest.fixture(autouse=True)
def memory(server, http_server):
    server.answers["memory"] = http_server.answers["memory"] = MEMORY


async def test_a_wrong_password_is_the_user_s_to_mend(ask, server, login):
    words = await ask(login_of(server, ca_file=login.ca_file, password="wrong"))
    assert "refused SRV1\\watcher's login (401)" in words
    assert not server.logins


async def test_a_client_certificate_logs_in_without_a_password(ask, server, login):
    by_certificate = login_of(
        server,
        ca_file=login.ca_file,
        method=LoginMethod.CERTIFICATE,
        certificate="client",
        user="",
    )
    assert await ask(by_certificate) == ""
    assert (len(server.questions), server.logins) == (1, 0)
    server.is_mapped = False
    assert "does not accept the client certificate client (401)" in await ask(by_certificate)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("stranger", "TLSV1_ALERT_UNKNOWN_CA"),
        ("no pem", "The vault entry “no pem” is not a certificate with its private key"),
        ("nothing", "no nothing"),
    ],
)
async def test_a_certificate_that_nobody_knows_or_that_is_none(
    ask, server, login, entry, words
):
    problem = await ask(
        login_of(
            server, ca_file=login.ca_file, method=LoginMethod.CERTIFICATE, certificate=entry
        )
    )
    assert words in problem
    assert not server.questions


async def test_an_unknown_certificate_is_shown_and_nothing_is_sent(ask, server, egress):
    fingerprint = fingerprint_of(
        await WinrmChannel(login_of(server), egress).show_certificate()
    )
    words = await ask(login_of(server))
    assert f"not confirmed yet: {fingerprint}" in words and not server.logins
    assert await ask(login_of(server, fingerprints=(fingerprint,))) == ""
    other = f"SHA256:{'0' * 64}"
    words = await ask(login_of(server, fingerprints=(other,)))
    assert f"has changed to {fingerprint}; it was {other}" in words
    assert server.logins == 1


async def test_over_http_each_message_is_encrypted(ask, http_server):
    assert await ask(login_of(http_server)) == ""
    http_server.allows_plain_answers = True
    assert "answered without encryption over HTTP" in await ask(login_of(http_server))


async def test_kerberos_without_its_packages_says_what_is_missing(ask, server, login):
    words = await ask(
        login_of(
            server, ca_file=login.ca_file, method=LoginMethod.KERBEROS, user="a@EXAMPLE.COM"
        )
    )
    assert "requires the Python packages gssapi and krb5" in words


async def test_a_server_that_offers_nothing_that_fits(ask, server, login):
    server.offers = ("Basic realm=WSMAN",)
    assert "does not allow this authentication method" in await ask(login)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "refuses the request (403)"),
        (404, "is not WinRM"),
        (503, "cannot take requests at the moment (503)"),
        (418, "is not WinRM"),
    ],
)
async def test_each_status_is_explained(ask, server, login, status, words):
    server.status = status
    assert words in await ask(login)


@pytest.mark.parametrize(
    ("action", "code", "words"),
    [
        ("Create", 5, "does not allow this user to use PowerShell remotely"),
        ("Create", 0x803381A5, "a WinRM quota is used up"),
        ("Create", 0x80338000, "microsoft.powershell is missing or disabled"),
        ("Command", 0x80070BAD, "reports an error (0x80070BAD)"),
    ],
)
async def test_each_fault_is_explained(ask, server, login, action, code, words):
    server.faults[action] = (code, "In the server's own words.")
    problem = await ask(login)
    assert words in problem and problem.endswith("In the server's own words.")


async def test_questions_of_a_moment_are_one_turn_and_one_kept_powershell(
    server, egress, login
):
    server.answers["listeners"] = []
    computer = RemoteComputer(login, egress, time.monotonic)
    names = ("memory", "listeners", "memory", "volumes")
    answers = await asyncio.gather(*(computer.ask(question(name)) for name in names))
    assert [one["ask"] for one in server.questions[0]] == ["memory", "listeners", "volumes"]
    assert [one.error for one in answers] == ["", "", "", "not known here"]
    await computer.ask(question("processes"))
    computer.close()
    assert (len(server.questions), server.logins, len(server.shells)) == (2, 1, 1)


async def test_updates_hold_up_no_others(server, egress, login):
    computer = RemoteComputer(login, egress, time.monotonic)
    server.answers["updates"] = lambda asked: [server.released.wait()]
    updates = asyncio.ensure_future(computer.ask(question("updates")))
    await asyncio.sleep(0.2)
    assert (await computer.ask(question("memory"))).value == MEMORY
    assert not updates.done()
    server.released.set()
    assert (await updates).value == [True]
    computer.close()


async def test_a_computer_that_hangs_is_given_up_and_asked_anew(server, egress, login):
    taker = TurnTaker(login, egress, 0.5)
    server.hangs = True
    with pytest.raises(Unmeasurable) as error:
        await taker.turn([question("memory")])
    assert "did not finish within 0.5 s" in error.value.words.en
    server.hangs = False
    taker = TurnTaker(login, egress, 20)
    assert (await taker.turn([question("memory")])).answer_by_number[0].value == MEMORY
    taker.close()


async def test_an_answer_that_breaks_off_is_none(ask, server, login):
    server.cuts = True
    assert "was closed" in await ask(login)


async def test_a_closed_connection_and_a_lost_powershell_are_made_anew(server, egress, login):
    taker = TurnTaker(login, egress, 20)
    await taker.turn([question("memory")])
    server.hang_up()
    await taker.turn([question("memory")])
    assert (server.logins, len(server.shells)) == (2, 1)
    server.forget_shells()
    assert (await taker.turn([question("memory")])).answer_by_number[0].value == MEMORY
    taker.close()


async def test_too_long_an_output_is_cut_off(ask, server, login):
    server.answers["memory"] = "x" * (9 << 20)
    assert "is longer than 8388608 bytes" in await ask(login)


async def test_an_output_without_its_end_and_a_powershell_without_scripts(ask, server, login):
    server.has_no_end = True
    assert "did not finish on" in await ask(login)
    server.has_no_end, server.refuses_scripts = False, True
    assert "did not finish on" in await ask(login)


async def test_an_answer_with_a_document_type_is_not_read(ask, login, server):
    server.preamble = "<!DOCTYPE s:Envelope [<!ENTITY a 'aaaaaaaaaa'>]>"
    assert "is not WinRM" in await ask(login)


async def test_no_definition_leads_where_the_node_may_not_go(server, login, egress):
    closed = replace(egress, network=Network(policy=NetworkPolicy(manager=server.port)))
    with pytest.raises(Unmeasurable):
        await TurnTaker(login, closed, 20).turn([question("memory")])
    assert not server.connections
