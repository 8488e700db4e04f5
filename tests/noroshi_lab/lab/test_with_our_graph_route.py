"""What our own Graph route makes of each of the lab's troubles: the verdict, and when it is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from noroshi.core.mail import Answer, Envelope, Fault, Verdict
from noroshi.network.http import Patience
from noroshi.ports import Clocks, Resource, TransportContext
from noroshi.transports.http.graph import GraphTransport, Options
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.scopes import GRAPH, read_scopes
from tests.noroshi_lab.lab.test_policies import turn

OPS, ALERTS = "ops@contoso.example", "alerts@contoso.example"
NOW = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
PATIENT = Patience(connect=300, answer=300, idle=300)
LETTER = Envelope(
    id="01J.17/ops/aki",
    routes=("graph1",),
    contact="aki",
    to=(OPS,),
    order="01J/aki",
    alarms=("01J.17/ops/aki",),
    payload={"subject": "[危険] FS01", "text": "95.2%\n" * 400, "language": "ja"},
    born=NOW,
)


class Route:
    """A route by Graph; a person signed in with these permissions, or the app by itself."""

    def __init__(self, lab: Lab, **given: str) -> None:
        self.lab, self.permissions, self.forced = lab, f"{GRAPH}/Mail.Send", 0
        wanted = {"graph": lab.address.graph, "ca_file": lab.address.ca_file, "user": ALERTS}
        outside = TransportContext(
            Clocks(wall=lambda: NOW, steady=lambda: 0.0), self._token, self._secret
        )
        options = Options(account="m365", **(wanted | given))
        self.transport = GraphTransport(options, outside, PATIENT)

    async def _token(self, account: str, force: bool, resource: Resource) -> str:
        assert resource == "graph"
        self.forced += force
        tenant, app = self.lab.directory.tenants[0], self.lab.board.app
        if not self.permissions:
            return self.lab.grants.scribe.for_app(tenant, app, GRAPH)
        scopes = read_scopes(self.permissions)
        return self.lab.grants.access_token(tenant, app, self.lab.board.user, scopes)

    async def _secret(self, name: str) -> str:
        raise AssertionError("an account has no password")

    async def answer(self) -> Answer:
        return (await self.transport.send(LETTER)).answers[OPS]


@pytest.fixture
async def route(lab: Lab) -> AsyncIterator[Route]:
    found = Route(lab)
    yield found
    await found.transport.close()


async def test_a_mail_lies_in_the_mailbox_as_it_was_written(route: Route) -> None:
    receipt = await route.transport.send(LETTER)
    assert receipt.answers[OPS].verdict is Verdict.ACCEPTED and receipt.provider_id
    [kept] = route.lab.mailboxes.mails()
    assert (kept.mailbox, kept.subject, kept.from_) == (
        OPS,
        "[危険] FS01",
        f"Noroshi <{ALERTS}>",
    )
    assert kept.message_id == "<01J.17/ops/aki@contoso.example>"


async def test_an_app_sends_once_it_has_its_permission(route: Route) -> None:
    route.permissions = ""
    got = await route.answer()
    assert (got.verdict, got.fault, got.code) == (Verdict.ROUTE_DOWN, Fault.PERMISSION, 403)
    assert "an app needs the application permission Mail.Send" in got.words.en
    turn(route.lab, "graph-send", "consented")
    assert (await route.answer()).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("switch", "value", "fault", "said"),
    [
        pytest.param(
            "sender", "blocked", Fault.PERMISSION, "has blocked the sender", id="spam"
        ),
        pytest.param(
            "mailbox-quota",
            "0.0001",
            Fault.PERMISSION,
            "is full, usually with its own",
            id="mailbox full",
        ),
        pytest.param("size", "0.001", None, "Add a route of type smtp", id="size"),
        pytest.param(
            "mailbox",
            "closed",
            Fault.PERMISSION,
            "is not allowed to send from the mailbox",
            id="the mailbox is not Exchange's",
        ),
    ],
)
async def test_what_exchange_refuses_is_told(
    route: Route, switch: str, value: str, fault: Fault | None, said: str
) -> None:
    if switch == "mailbox":
        route.permissions, switch = "", "graph-mailbox"
        turn(route.lab, "graph-send", "consented")
    turn(route.lab, switch, value)
    got = await route.answer()
    verdict = Verdict.REFUSED if fault is None else Verdict.ROUTE_DOWN
    assert (got.verdict, got.fault) == (verdict, fault)
    assert said in got.words.en


async def test_the_day_s_allowance_is_told_with_when_it_may_go_on(route: Route) -> None:
    turn(route.lab, "recipients-a-day", "1")
    assert (await route.answer()).verdict is Verdict.ACCEPTED
    got = await route.answer()
    assert (got.verdict, got.fault, got.code) == (Verdict.ROUTE_DOWN, Fault.QUOTA, 429)
    assert got.again == NOW + timedelta(seconds=30)


async def test_a_token_for_mail_servers_is_told_from_one_for_graph(route: Route) -> None:
    route.permissions = "https://outlook.office.com/SMTP.Send"
    got = await route.answer()
    assert (got.verdict, got.fault, got.code) == (Verdict.ROUTE_DOWN, Fault.SIGN_IN, 401)
    assert "not for Microsoft Graph. Check graph_scope of the cloud" in got.words.en
    assert route.forced == 1


async def test_a_sender_of_another_name_is_told_with_both(lab: Lab) -> None:
    route = Route(lab, sender="boss@contoso.example")
    got = await route.answer()
    await route.transport.close()
    assert (got.verdict, got.fault) == (Verdict.ROUTE_DOWN, Fault.PERMISSION)
    assert "Add-RecipientPermission boss@contoso.example -Trustee " + ALERTS in got.words.en


async def test_a_mailbox_that_is_not_there_is_our_own_setting(lab: Lab) -> None:
    route = Route(lab, user="nobody@contoso.example")
    route.permissions = ""
    turn(lab, "graph-send", "consented")
    got = await route.answer()
    await route.transport.close()
    assert (got.verdict, got.fault, got.code) == (Verdict.ROUTE_DOWN, Fault.SETUP, 404)
    assert "The mailbox nobody@contoso.example does not exist" in got.words.en
