"""What our own SMTP route makes of each of the lab's troubles: the verdict, and when it is mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from noroshi.core.mail import Answer, Envelope, Verdict
from noroshi.ports import Clocks, Resource, TransportContext
from noroshi.transports.smtp.connection import Patience
from noroshi.transports.smtp.transport import Options, SmtpTransport
from noroshi_lab.lab import switches
from noroshi_lab.lab.faults import read_fault
from noroshi_lab.lab.lab import Lab

OPS, AKI = "ops@contoso.example", "aki@contoso.example"
ALERTS = "alerts@contoso.example"
NOW = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
# A busy machine is no failure: what must not run out has minutes.
LONG, SHORT = 300.0, 0.2


def letter(*to: str) -> Envelope:
    return Envelope(
        id="01J.17/ops/aki",
        routes=("smtp1",),
        contact="aki",
        to=to or (OPS,),
        order="01J/aki",
        alarms=("01J.17/ops/aki",),
        payload={"subject": "[危険] FS01", "text": "95.2%\n", "language": "ja"},
        born=NOW,
    )


class Route:
    """A route through the lab, whose app signs in by itself."""

    def __init__(
        self,
        lab: Lab,
        command: float = LONG,
        port: int = 0,
        user: str = ALERTS,
        sender: str = "",
        envelope_sender: str = "",
    ) -> None:
        self.lab, self.tokens = lab, 0
        self.board = lab.board
        clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
        options = Options(
            host="localhost",
            port=port or lab.address.smtp_port,
            ca_file=lab.address.ca_file,
            account="m365",
            user=user,
            sender=sender,
            envelope_sender=envelope_sender,
        )
        patience = Patience(
            connect=LONG, sign_in=LONG, command=command, final=LONG, idle=LONG, leave=LONG
        )
        outside = TransportContext(clocks, self._token, self._secret)
        self.transport = SmtpTransport(options, outside, patience)

    async def _token(self, account: str, force: bool, resource: Resource) -> str:
        self.tokens += 1
        form = {
            "grant_type": "client_credentials",
            "client_id": self.lab.address.client_id,
            "client_secret": self.lab.address.client_secret,
            "scope": "https://outlook.office365.com/.default",
        }
        found = self.lab.grants.answer(self.lab.directory.tenants[0], form, "")
        return str(found["access_token"])

    async def _secret(self, name: str) -> str:
        raise AssertionError("an account has no password")

    async def send(self, *to: str) -> dict[str, Answer]:
        return dict((await self.transport.send(letter(*to))).answers)

    async def answer(self) -> Answer:
        return (await self.send())[OPS]

    def turn(self, name: str, value: str) -> None:
        found = switches.find(name)
        assert found is not None
        found.put(self.board, value)

    def script(self, at: str, does: str, to: str = "", left: int | None = 1) -> None:
        fault = read_fault(at, does, to=to, left=left)
        assert fault is not None
        self.lab.faults.scripted.append(fault)


@pytest.fixture
async def route(lab: Lab) -> AsyncIterator[Route]:
    made = Route(lab)
    made.board.keep(replace(made.board.app, roles=("SMTP.SendAsApp",)))
    made.turn("service-principal", "registered")
    made.turn("mailbox-permission", "granted")
    yield made
    await made.transport.close()


async def test_an_app_by_itself_sends(route: Route) -> None:
    assert (await route.answer()).verdict is Verdict.ACCEPTED
    [mail] = route.lab.mailboxes.mails(OPS)
    assert mail.subject == "[危険] FS01" and f"XOAUTH2 {ALERTS}" in mail.received


@pytest.mark.parametrize(
    ("switch", "value", "code", "tokens"),
    [
        pytest.param("tenant-smtp-auth", "off", "5.7.139", 1, id="off for the tenant"),
        pytest.param("mailbox-smtp-auth", "off", "5.7.139", 1, id="off for the mailbox"),
        pytest.param("service-principal", "missing", "5.7.3", 2, id="no service principal"),
        pytest.param("mailbox-permission", "missing", "5.7.3", 2, id="no mailbox permission"),
        pytest.param("app-permission", "unconsented", "5.7.3", 2, id="no admin consent"),
    ],
)
async def test_what_an_administrator_must_mend_takes_the_route_down(
    route: Route, switch: str, value: str, code: str, tokens: int
) -> None:
    found = switches.find(switch)
    assert found is not None
    good = found.get(route.board)
    route.turn(switch, value)
    answer = await route.answer()
    assert answer.verdict is Verdict.ROUTE_DOWN
    assert answer.code == 535 and code in answer.text
    assert route.tokens == tokens  # 5.7.3 alone is worth a fresh token
    route.turn(switch, good)
    assert (await route.answer()).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("at", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END"])
async def test_421_anywhere_takes_the_route_down_and_the_next_try_sends(
    route: Route, at: str
) -> None:
    route.script(at, "421")
    answer = await route.answer()
    assert answer.verdict is Verdict.ROUTE_DOWN and answer.code == 421
    assert (await route.answer()).verdict is Verdict.ACCEPTED
    assert len(route.lab.mailboxes.mails()) == 1


@pytest.mark.parametrize("at", ["MAIL", "END"])
async def test_432_within_a_mail_is_later(route: Route, at: str) -> None:
    route.script(at, "432")
    answer = await route.answer()
    assert answer.verdict is Verdict.DEFERRED and answer.code == 432
    assert (await route.answer()).verdict is Verdict.ACCEPTED


async def test_432_at_sign_in_is_no_reason_for_a_new_token(route: Route) -> None:
    route.turn("connections", "0")
    answer = await route.answer()
    assert answer.verdict in (Verdict.DEFERRED, Verdict.ROUTE_DOWN)
    assert answer.code == 432 and route.tokens == 1
    route.turn("connections", "3")
    assert (await route.answer()).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("does", ["550", "5.4.1"])
async def test_a_refused_recipient_does_not_cost_the_other_one_its_mail(
    route: Route, does: str
) -> None:
    route.script("RCPT", does, to=AKI, left=None)
    answers = await route.send(OPS, AKI)
    assert answers[OPS].verdict is Verdict.ACCEPTED
    assert answers[AKI].verdict is Verdict.REFUSED and answers[AKI].code == 550
    assert {mail.mailbox for mail in route.lab.mailboxes.mails()} == {OPS}


async def test_a_recipient_told_later_three_times_is_taken_the_fourth(route: Route) -> None:
    route.script("RCPT", "451", left=3)
    found = [(await route.answer()).verdict for _ in range(4)]
    assert found == [Verdict.DEFERRED] * 3 + [Verdict.ACCEPTED]


async def test_a_slow_recipient_is_waited_for(route: Route) -> None:
    route.script("RCPT", "wait:0.3", to=AKI)
    answers = await route.send(OPS, AKI)
    assert {answer.verdict for answer in answers.values()} == {Verdict.ACCEPTED}


async def test_a_recipient_that_is_too_slow_takes_the_route_down(
    route: Route, lab: Lab
) -> None:
    hasty = Route(lab, command=SHORT)
    hasty.script("RCPT", "wait:900", to=OPS)
    answer = await asyncio.wait_for(hasty.answer(), LONG)
    await hasty.transport.close()
    assert answer.verdict is Verdict.ROUTE_DOWN
    assert not lab.mailboxes.mails()


@pytest.mark.parametrize(
    ("does", "copies"),
    [
        pytest.param("drop", 1, id="before it was kept"),
        pytest.param("keep-then-drop", 2, id="kept, but without an answer"),
    ],
)
async def test_a_break_at_the_end_sends_again_under_the_same_id(
    route: Route, does: str, copies: int
) -> None:
    route.script("END", does)
    assert (await route.answer()).verdict is not Verdict.ACCEPTED
    assert (await route.answer()).verdict is Verdict.ACCEPTED
    mails = route.lab.mailboxes.mails()
    assert len(mails) == copies and len({mail.message_id for mail in mails}) == 1


async def test_a_break_after_the_answer_changes_nothing(route: Route) -> None:
    route.script("END", "ok-then-drop")
    assert (await route.answer()).verdict is Verdict.ACCEPTED
    assert (await route.answer()).verdict is Verdict.ACCEPTED
    assert len(route.lab.mailboxes.mails()) == 2
