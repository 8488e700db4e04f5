"""High Volume Email: our route by it, and what it wants otherwise than Exchange Online."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from noroshi.core.mail import Answer, Fault, Verdict
from noroshi_lab.lab.directory import BULK, Tenant
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.scopes import HIGH_VOLUME
from tests.noroshi_lab.lab.test_with_our_route import AKI, ALERTS, OPS, Route

By = Callable[..., Route]


@pytest.fixture
def tenant(lab: Lab) -> Tenant:
    found = lab.directory.tenants[0]
    app = lab.board.app
    lab.board.keep(replace(app, roles=(HIGH_VOLUME,)))
    found.high_volume[BULK] = {app.client_id}
    return found


@pytest.fixture
async def by(lab: Lab, tenant: Tenant) -> AsyncIterator[By]:
    async with AsyncExitStack() as stack:

        def made(**given: str) -> Route:
            route = Route(lab, port=lab.address.hve_port, **({"user": BULK} | given))
            stack.push_async_callback(route.transport.close)
            return route

        yield made


async def refused(route: Route, to: str = OPS) -> Answer:
    answer = (await route.send(to))[to]
    assert route.lab.mailboxes.mails() == ()
    return answer


async def test_it_takes_a_mail_to_the_own_organisation(by: By) -> None:
    route = by()
    assert (await route.answer()).verdict is Verdict.ACCEPTED
    [mail] = route.lab.mailboxes.mails(OPS)
    assert f"XOAUTH2 {BULK}" in mail.received


async def test_it_has_no_limit_of_a_minute(by: By, lab: Lab) -> None:
    lab.limits.manner = "reject"
    route = by()
    for _ in range(31):
        assert (await route.answer()).verdict is Verdict.ACCEPTED


async def test_nobody_outside_gets_a_mail(by: By) -> None:
    assert (await refused(by(), "aki@fabrikam.example")).verdict is Verdict.REFUSED


async def test_an_app_that_the_account_does_not_allow_is_not_let_in(
    by: By, tenant: Tenant
) -> None:
    tenant.high_volume[BULK] = set()
    answer = await refused(by())
    assert (answer.verdict, answer.code) == (Verdict.ROUTE_DOWN, 535)


async def test_the_permission_to_hand_in_at_exchange_is_not_enough(by: By, lab: Lab) -> None:
    lab.board.keep(replace(lab.board.app, roles=("SMTP.SendAsApp",)))
    assert (await refused(by())).code == 535


async def test_a_mailbox_is_no_account_of_it(by: By) -> None:
    answer = await refused(by(user=ALERTS))
    assert (answer.verdict, answer.fault) == (Verdict.ROUTE_DOWN, Fault.SETUP)
    assert f"{ALERTS} is not a High Volume Email account" in answer.words.en
    assert "Exchange Online のサーバー" in answer.words.ja


@pytest.mark.parametrize(
    "given", [{"sender": AKI}, {"sender": AKI, "envelope_sender": BULK}], ids=["both", "From"]
)
async def test_it_sends_as_nobody_else_and_no_mail_is_set_aside_for_that(
    by: By, given: dict[str, str]
) -> None:
    answer = await refused(by(**given))
    assert (answer.verdict, answer.fault, answer.code) == (Verdict.ROUTE_DOWN, Fault.SETUP, 550)
    assert f"High Volume Email sends only from the account {BULK}" in answer.words.en
    assert "sender と envelope_sender を指定せず" in answer.words.ja


async def test_a_token_that_ends_soon_is_no_fault_of_a_person_s(by: By, lab: Lab) -> None:
    lab.grants.scribe.seconds = 300
    answer = await refused(by())
    assert (answer.verdict, answer.fault, answer.code) == (
        Verdict.ROUTE_DOWN,
        Fault.SERVER,
        501,
    )


async def test_exchange_itself_does_not_know_the_account(lab: Lab, tenant: Tenant) -> None:
    route = Route(lab, user=BULK)
    assert (await refused(route)).code == 535
    await route.transport.close()
