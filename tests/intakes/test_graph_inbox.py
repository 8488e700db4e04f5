"""A mailbox read by Graph: the lab's, and a small server of our own for what goes wrong."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from noroshi.core.mail import Fault, Network
from noroshi.core.translation import plain
from noroshi.intakes.graph_inbox import MOST_PAGES, PAGE, GraphInbox, GraphMailbox
from noroshi.network.http import Patience
from noroshi.ports import Clocks, RouteError, TransportContext
from noroshi.ports.mailbox import ExpectedMail
from noroshi_lab.lab import switches
from noroshi_lab.lab.reports import make_report, why_lost
from tests.intakes.ndrs import EXCHANGE, OURS
from tests.network.proxies import Proxy
from tests.network.sites import DROP, SILENT, Site, says
from tests.transports.mail_server import make_certificate

BOX, OPS = "alerts@contoso.example", "ops@contoso.example"
NOW = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PATIENT = Patience(connect=300, answer=300, idle=300)
TRIP = "<round-trip/smtp1/2026-11-25/x@contoso.example>"
SUBJECT = "[Noroshi] round trip smtp1 2026-11-25 x's"
SOUGHT = ExpectedMail(message_ids=(TRIP,), subject=SUBJECT, search_start=NOW - HOUR)
CANARY = "CANARY-" + "t" * 80


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


@asynccontextmanager
async def opened(graph, ca_file, account, network=None, patience=PATIENT):
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    outside = TransportContext(clocks, account, no_secret, network or Network())
    mailbox = GraphMailbox(account="m365", address=BOX, graph=graph, ca_file=ca_file)
    inbox = GraphInbox(mailbox, outside, patience)
    yield inbox
    await inbox.close()
    await inbox.close()


# In the lab


class InLab:
    """The lab's mailbox, filled by hand, and an app that may read it."""

    def __init__(self, lab, clock, inbox, account):
        self.lab, self.clock, self.inbox, self.account = lab, clock, inbox, account

    async def keep(self, content, *, to=BOX, sent=""):
        received = f"Received: by x; {self.clock():%a, %d %b %Y %H:%M:%S} +0000"
        await self.lab.mailboxes.keep(
            sender=BOX,
            recipients=[to] if to else [],
            received=received,
            queue_id="4711AB",
            content=content,
            sent_by=sent,
        )

    async def bounce(self, about=OURS):
        content = f"Message-ID: {about}\r\nSubject: x\r\n\r\ntext".encode()
        gone = why_lost("gone@contoso.example", own=True, full=False)
        now = self.clock()
        await self.keep(make_report(content, [gone], sender=BOX, host="mx", now=now))

    def turn(self, name, value):
        switches.find(name).put(self.lab.board, value)


@pytest.fixture
async def there(lab, clock):
    lab.board.keep(replace(lab.board.app, roles=("Mail.Read",)))
    tenant, app = lab.directory.tenants[0], lab.board.app
    token = lab.grants.scribe.for_app(tenant, app, "https://graph.microsoft.com")
    account = Account(token)
    async with opened(lab.address.graph, lab.address.ca_file, account) as inbox:
        yield InLab(lab, clock, inbox, account)


def mail(message_id=TRIP, subject=SUBJECT):
    head = f"Message-ID: {message_id}\r\nSubject: {subject}\r\nFrom: {BOX}\r\nTo: {BOX}\r\n"
    return f"{head}\r\ntext\r\n".encode()


async def test_a_mail_is_found_by_its_message_id_with_the_time_at_which_it_came(there):
    assert await there.inbox.find(SOUGHT) is None
    there.clock.move(minutes=5)
    await there.keep(mail(subject="changed on the way"))
    assert await there.inbox.find(SOUGHT) == NOW + 5 * MINUTE
    assert there.account.asked[0] == ("m365", False, "inbox")


async def test_what_lies_in_sent_items_has_not_arrived(there):
    await there.keep(mail(), to="", sent=BOX)
    assert await there.inbox.find(SOUGHT) is None
    there.clock.move(minutes=1)
    await there.keep(mail())
    assert await there.inbox.find(SOUGHT) == NOW + MINUTE


async def test_a_mail_that_somebody_has_deleted_had_arrived(there):
    await there.keep(mail())
    there.lab.mailboxes.delete(there.lab.mailboxes.mails(BOX)[0])
    assert await there.inbox.find(SOUGHT) == NOW


async def test_a_mail_that_was_given_another_message_id_is_found_by_its_subject(there):
    await there.keep(mail(message_id="<other@prod.outlook.com>"))
    assert await there.inbox.find(SOUGHT) == NOW


async def test_a_mail_of_another_day_is_not_taken_for_it(there):
    await there.keep(mail(message_id="<a@b>", subject=SUBJECT.replace("25", "24")))
    await there.keep(mail(message_id="<other@x>"), to=OPS)
    assert await there.inbox.find(SOUGHT) is None
    late = replace(SOUGHT, message_ids=(), search_start=NOW + MINUTE)
    await there.keep(mail(message_id="<c@d>"))
    assert await there.inbox.find(late) is None


async def test_reports_are_read_with_the_time_at_which_they_came(there):
    await there.keep(mail())
    there.clock.move(minutes=1)
    await there.bounce()
    read = await there.inbox.read(NOW - HOUR)
    (came,) = read.reports
    assert (came.received_at, came.report.message_ids) == (NOW + MINUTE, (OURS,))
    assert [one.address for one in came.report.recipients] == ["gone@contoso.example"]
    assert not read.has_more


async def test_what_comes_in_late_with_an_earlier_time_is_not_missed(there):
    there.clock.move(hours=1)
    await there.bounce("<late@b>")
    read = await there.inbox.read(NOW)
    assert read.read_until == NOW + 45 * MINUTE
    there.clock.move(minutes=-10)
    await there.bounce("<early@b>")
    again = await there.inbox.read(read.read_until)
    ids = [came.report.message_ids[0] for came in again.reports]
    assert ids == ["<early@b>", "<late@b>"]


async def test_nothing_new_leaves_the_place_where_it_was(there):
    await there.bounce()
    assert (await there.inbox.read(NOW + HOUR)).read_until == NOW + HOUR
    assert (await there.inbox.read(NOW + HOUR)).reports == ()


async def test_a_report_is_fetched_once_however_often_it_is_listed(there):
    await there.bounce()
    for _ in range(3):
        assert len((await there.inbox.read(NOW - HOUR)).reports) == 1
    asked = [each for each in there.lab.journal.after() if each.server == "graph"]
    assert len(asked) == 3 + 2  # the list each time; Sent Items and the report once


async def test_a_full_mailbox_is_read_in_several_readings_and_nothing_is_left_out(there):
    count = MOST_PAGES * PAGE + 10
    for _ in range(count // 10):
        there.clock.move(seconds=10)
        for _ in range(9):
            await there.keep(mail())
        await there.bounce()
    since, found = NOW, []
    while True:
        read = await there.inbox.read(since)
        found += read.reports
        since = read.read_until
        if not read.has_more:
            break
    assert len({came.received_at for came in found}) == count // 10


@pytest.mark.parametrize("value", ["basic", "none"])
async def test_without_the_right_it_is_told_what_to_grant(there, value):
    await there.bounce()
    there.turn("graph-read", value)
    tenant, app = there.lab.directory.tenants[0], there.lab.board.app
    there.account.tokens = [
        there.lab.grants.scribe.for_app(tenant, app, "https://graph.microsoft.com")
    ]
    with pytest.raises(RouteError) as told:
        await there.inbox.read(NOW - HOUR)
    assert told.value.fault is Fault.PERMISSION and told.value.code == 403
    assert (
        "ErrorAccessDenied" in told.value.words.en and "Mail.Read (for" in told.value.words.en
    )
    assert "Mail.Read" in told.value.words.ja


# What may go wrong


SENT = says(200, b'{"id": "sent"}')


def listed(*rows, **more):
    return says(200, json.dumps({"value": rows} | more).encode())


def row(id="1", at="2026-11-25T01:00:00Z", folder="inbox", **headers):
    pairs = [
        {"name": name.replace("_", "-"), "value": value} for name, value in headers.items()
    ]
    return {
        "id": id,
        "receivedDateTime": at,
        "parentFolderId": folder,
        "internetMessageHeaders": pairs,
    }


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def site(certificate):
    async with Site(tls=certificate[0], answers=[listed(), SENT]).open() as found:
        yield found


@pytest.mark.parametrize(
    ("fault", "asks"), [(Fault.SIGN_IN, True), (Fault.SERVER, False), (Fault.SETUP, False)]
)
async def test_without_a_token_for_it_it_is_told_how_to_ask_for_the_right(fault, asks):
    account = Account(RouteError(plain("AADSTS65001."), fault=fault))
    async with opened("https://localhost:1", "", account) as inbox:
        with pytest.raises(RouteError) as told:
            await inbox.find(SOUGHT)
    assert told.value.words.en.startswith("AADSTS65001.")
    assert ("--read-mailbox" in told.value.words.ja) is asks and told.value.fault is fault


def at(site, certificate, account=None, **given):
    return opened(site.url, certificate[1], account or Account(), **given)


async def trouble(site, certificate, account=None, **given):
    async with at(site, certificate, account, **given) as inbox:
        with pytest.raises(RouteError) as told:
            await inbox.read(NOW)
    assert CANARY not in told.value.words.en
    return told.value


async def test_what_is_asked_for_is_little(site, certificate):
    async with at(site, certificate) as inbox:
        await inbox.read(NOW)
    (heard,) = site.heard
    assert heard.line == (
        f"GET /v1.0/users/{BOX}/messages?$filter=receivedDateTime%20ge%202026-11-25T01:02:03Z"
        "&$orderby=receivedDateTime%20asc"
        "&$select=id,receivedDateTime,parentFolderId,internetMessageHeaders&$top=25 HTTP/1.1"
    )
    assert heard.headers["authorization"] == f"Bearer {CANARY}" and heard.body == b""


NDR = {"X_MS_Exchange_Message_Is_Ndr": ""}


async def test_a_report_without_our_form_is_known_by_exchange_s_mark(site, certificate):
    site.answers = [listed(row(**NDR), row("2", Subject="x")), SENT, says(200, EXCHANGE)]
    async with at(site, certificate) as inbox:
        read = await inbox.read(NOW - HOUR)
    assert [OURS in came.report.message_ids for came in read.reports] == [True]
    assert len(site.heard) == 3


async def test_a_report_that_was_deleted_meanwhile_is_passed_over(site, certificate):
    gone = json.dumps({"error": {"code": "ErrorItemNotFound", "message": "gone"}}).encode()
    site.answers = [listed(row(**NDR)), SENT, says(404, gone)]
    async with at(site, certificate) as inbox:
        assert (await inbox.read(NOW - HOUR)).reports == ()


async def test_a_mailbox_without_sent_items_has_sent_nothing(site, certificate):
    gone = json.dumps({"error": {"code": "ErrorItemNotFound", "message": "gone"}}).encode()
    site.answers = [listed(row()), says(404, gone)]
    async with at(site, certificate) as inbox:
        assert await inbox.find(SOUGHT) == datetime(2026, 11, 25, 1, tzinfo=UTC)


async def test_the_token_goes_to_no_other_server_than_graph(site, certificate):
    async with Site(tls=certificate[0]).open() as other:
        link = {"@odata.nextLink": f"{other.url}/v1.0/x", "@odata.other": 1}
        site.answers = [listed(row(), **link)]
        async with at(site, certificate) as inbox:
            assert not (await inbox.read(NOW)).has_more
        assert other.heard == []


async def test_a_refused_token_is_renewed_once(site, certificate):
    site.answers = [says(401), listed()]
    account = Account("old", "fresh")
    async with at(site, certificate, account) as inbox:
        assert (await inbox.read(NOW)).reports == ()
    assert [force for _, force, _ in account.asked] == [False, True]
    assert site.heard[1].headers["authorization"] == "Bearer fresh"


@pytest.mark.parametrize(
    ("answer", "fault", "said"),
    [
        pytest.param(says(401), Fault.SIGN_IN, "Mail.Read", id="token"),
        pytest.param(says(403), Fault.PERMISSION, "Mail.Read", id="no right"),
        pytest.param(
            says(404, b'{"error": {"code": "MailboxNotEnabledForRESTAPI", "message": "x"}}'),
            Fault.SETUP,
            "licensed",
            id="no mailbox",
        ),
        pytest.param(says(429), Fault.SERVER, "429 Too Many Requests", id="throttled"),
        pytest.param(says(503, b"\x1b[31mno"), Fault.SERVER, "503 ?[31mno", id="busy"),
        pytest.param(says(302, Location="https://x"), Fault.SERVER, "302", id="elsewhere"),
        pytest.param(
            says(200, b"<html>"),
            Fault.NETWORK,
            "did not return a list of messages",
            id="a portal",
        ),
        pytest.param(
            says(200, b"[" * 60_000),
            Fault.NETWORK,
            "did not return a list of messages",
            id="deep",
        ),
        pytest.param(
            says(200, b'{"value": 5}'),
            Fault.NETWORK,
            "did not return a list of messages",
            id="no list",
        ),
        pytest.param(DROP, Fault.NETWORK, "did not answer", id="dropped"),
    ],
)
async def test_why_a_mailbox_cannot_be_read_is_told(site, certificate, answer, fault, said):
    site.answers = [answer]
    told = await trouble(site, certificate)
    assert told.fault is fault and said in told.words.en
    assert f"localhost:{site.port}" in told.words.en and told.words.ja != told.words.en


async def test_retry_after_is_kept(site, certificate):
    site.answers = [says(429, Retry_After="600")]
    assert (await trouble(site, certificate)).retry_at == NOW + timedelta(seconds=600)


async def test_a_server_that_is_silent_is_not_waited_for_for_ever(site, certificate):
    site.answers = [SILENT]
    told = await trouble(site, certificate, patience=replace(PATIENT, answer=0.2))
    assert "did not answer" in told.words.en


async def test_without_a_token_nothing_is_asked(site, certificate):
    said = plain("nobody has signed in")
    account = Account(RouteError(said, fault=Fault.SIGN_IN))
    assert (await trouble(site, certificate, account)).words.en.startswith(said.en)
    assert site.heard == []


async def test_rows_that_say_nothing_are_passed_over(site, certificate):
    rows = [
        5,
        {},
        {"receivedDateTime": 5},
        row(at="soon"),
        row() | {"internetMessageHeaders": 5},
    ]
    site.answers = [listed(*rows)]
    async with at(site, certificate) as inbox:
        assert (await inbox.read(NOW)).reports == ()


async def test_a_mailbox_is_read_through_the_route_s_network(site, certificate):
    async with Proxy().open() as proxy:
        network = Network(name="office", proxy=proxy.address)
        async with at(site, certificate, network=network) as inbox:
            await inbox.read(NOW)
        assert proxy.asked == [f"localhost:{site.port}"]
