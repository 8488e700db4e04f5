"""A mailbox read by IMAP: a small server of our own, over TLS, with a token."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from noroshi.core.mail import Fault, Network
from noroshi.core.translation import plain
from noroshi.intakes import imap_inbox
from noroshi.intakes.imap_inbox import ImapInbox, ImapMailbox
from noroshi.intakes.imap_session import quoted_string
from noroshi.ports import Clocks, RouteError, TransportContext
from noroshi.ports.mailbox import ExpectedMail
from noroshi.transports.mime.message import encode_header
from tests.intakes.imap_server import running
from tests.intakes.ndrs import EXCHANGE, OURS
from tests.intakes.test_graph_inbox import Account, no_secret
from tests.transports.mail_server import make_certificate

BOX, TOKEN = "alerts@contoso.example", "CANARY-good"
NOW = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TRIP = "<round-trip/smtp1/2026-11-25/x@contoso.example>"
SUBJECT = "[Noroshi] Daily arrival check through smtp1, 2026-11-25 (x)"
SOUGHT = ExpectedMail(message_ids=(TRIP,), subject=SUBJECT, search_start=NOW - HOUR)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
def box(certificate):
    with running(certificate[0], TOKEN) as box:
        yield box


@asynccontextmanager
async def opened(box, ca_file, account=None, network=None):
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    outside = TransportContext(
        clocks, account or Account(TOKEN), no_secret, network or Network()
    )
    host = ImapMailbox(
        account="g", address=BOX, host="localhost", port=box.port, ca_file=ca_file
    )
    inbox = ImapInbox(host, outside)
    yield inbox
    await inbox.close()
    await inbox.close()


@pytest.fixture
async def inbox(box, certificate):
    async with opened(box, certificate[1]) as inbox:
        yield inbox


async def trouble(box, ca_file, account=None):
    async with opened(box, ca_file, account) as inbox:
        with pytest.raises(RouteError) as told:
            await inbox.find(SOUGHT)
    assert "CANARY" not in told.value.words.en + told.value.words.ja
    return told.value


def mail(message_id=TRIP, subject=SUBJECT):
    head = f"Message-ID: {message_id}\r\nSubject: {subject}\r\nTo: {BOX}\r\n"
    return f"{head}\r\ntext\r\n".encode()


async def test_a_mail_is_found_by_its_message_id_with_the_time_at_which_it_came(box, inbox):
    assert await inbox.find(SOUGHT) is None
    box.keep(mail(subject="changed"), NOW + 5 * MINUTE)
    assert await inbox.find(SOUGHT) == NOW + 5 * MINUTE
    assert f"user={BOX}" in box.users


async def test_a_mail_that_was_given_another_message_id_is_found_by_its_subject(box, inbox):
    box.keep(mail(message_id="<other@x>"), NOW - 2 * HOUR)
    assert await inbox.find(SOUGHT) is None
    box.keep(mail(message_id="<other@x>"), NOW)
    assert await inbox.find(SOUGHT) == NOW


async def test_a_japanese_subject_is_searched_for_by_its_mark(box, inbox):
    mark = "smtp1, 2026-11-25 (x)"
    subject = f"[Noroshi] 到達確認メール: {mark}"
    box.keep(mail("<other@x>", encode_header(subject, charset="utf-8")), NOW)
    sought = replace(SOUGHT, subject=subject)
    assert await inbox.find(sought) is None
    assert await inbox.find(replace(sought, mark=mark)) == NOW


async def test_nothing_is_marked_as_read(box, inbox):
    box.keep(EXCHANGE, NOW)
    await inbox.read(NOW - HOUR)
    said = " ".join(box.said)
    assert "EXAMINE" in said and "SELECT" not in said and "BODY[" not in said


async def test_reports_are_read_with_the_time_at_which_they_came(box, inbox):
    box.keep(mail(), NOW - MINUTE)
    box.keep(EXCHANGE, NOW)
    read = await inbox.read(NOW - HOUR)
    (came,) = read.reports
    assert OURS in came.report.message_ids and came.received_at == NOW
    assert (read.read_until, read.has_more) == (NOW - 15 * MINUTE, False)


async def test_what_came_before_is_not_read_and_nothing_new_leaves_the_place(box, inbox):
    box.keep(EXCHANGE, NOW - 2 * HOUR)
    read = await inbox.read(NOW - HOUR)
    assert (read.reports, read.read_until) == ((), NOW - HOUR)


async def test_a_report_is_fetched_once_however_often_it_is_listed(box, inbox):
    box.keep(EXCHANGE, NOW)
    for _ in range(3):
        assert len((await inbox.read(NOW - HOUR)).reports) == 1
    assert sum("BODY.PEEK[]" in said for said in box.said) == 1


async def test_a_full_mailbox_is_read_in_several_readings_and_nothing_is_left_out(box, inbox):
    for n in range(imap_inbox.MOST_REPORTS + 50):
        box.keep(mail(), NOW + n * timedelta(seconds=1))
    box.keep(EXCHANGE, NOW + HOUR)
    read = await inbox.read(NOW - HOUR)
    assert read.has_more and read.reports == ()
    read = await inbox.read(read.read_until)
    assert not read.has_more and len(read.reports) == 1


async def test_after_a_refusal_one_fresh_token_is_asked_for(box, certificate):
    account = Account("CANARY-old", TOKEN)
    async with opened(box, certificate[1], account) as inbox:
        assert await inbox.find(SOUGHT) is None
    assert [force for _, force, _ in account.asked] == [False, True]
    assert {resource for _, _, resource in account.asked} == {"inbox"}


async def test_a_token_that_is_refused_is_told_with_how_to_ask_for_the_right(box, certificate):
    told = await trouble(box, certificate[1], Account("CANARY-old"))
    assert told.fault is Fault.SIGN_IN and told.code
    assert "Invalid credentials" in told.words.en and "--read-mailbox" in told.words.ja


async def test_without_a_token_nothing_is_asked(box, certificate):
    account = Account(RouteError(plain("nobody has signed in"), fault=Fault.SIGN_IN))
    assert (await trouble(box, certificate[1], account)).fault is Fault.SIGN_IN
    assert box.said == []


@pytest.mark.parametrize(
    ("command", "answer", "said"),
    [
        pytest.param("EXAMINE", b"TAG NO [NONEXISTENT] gone\r\n", "replied: ", id="no mailbox"),
        pytest.param("UID SEARCH", b"TAG NO busy\r\n", "replied: busy", id="no"),
        pytest.param("UID SEARCH", b"TAG BAD what\r\n", "did not answer", id="bad"),
        pytest.param("UID SEARCH", b"", "did not answer", id="dropped"),
        pytest.param("UID SEARCH", b"* SEARCH x\r\nTAG OK\r\n", "did not answer", id="noise"),
        pytest.param(
            "UID SEARCH", b"* 1 X {9999999999}\r\n", "bytes at once", id="too much at once"
        ),
        pytest.param(
            "UID SEARCH",
            b"* 1 EXISTS\r\n" * 800_000 + b"TAG OK\r\n",
            "bytes at once",
            id="too much that nobody asked for",
        ),
        pytest.param(
            "UID SEARCH",
            b"".join(b"* %d X {4000000}\r\n%s\r\n" % (n, b"x" * 4_000_000) for n in range(3))
            + b"TAG OK\r\n",
            "bytes at once",
            id="too much in pieces",
        ),
        pytest.param("AUTHENTICATE", b"", "did not answer", id="dropped before"),
    ],
)
async def test_whatever_a_server_says_is_a_trouble_in_words(
    box, certificate, command, answer, said
):
    box.spoil[command] = answer
    assert said in (await trouble(box, certificate[1])).words.en


async def test_a_certificate_that_nobody_knows_is_refused(box):
    told = await trouble(box, "")
    assert "certificate" in told.words.en and box.said == []


async def test_whoever_gives_up_waits_for_nothing(box, certificate):
    box.spoil["UID SEARCH"] = b"* OK wait\r\n"  # and no end of it
    async with opened(box, certificate[1]) as inbox:
        asking = asyncio.create_task(inbox.find(SOUGHT))
        await asyncio.to_thread(box.spoiled.wait)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a", '"a"'), ('a"b\\', '"a\\"b\\\\"'), ("経路", None), ("a\r\nb", None)],
)
def test_what_would_break_a_command_is_not_put_into_one(text, shown):
    assert quoted_string(text) == shown
