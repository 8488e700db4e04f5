"""Device codes: an app without a browser waits while a person types a code in elsewhere."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msal
import pytest
import requests

from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.person import SmtpAuthError, enter_code
from tests.noroshi_lab.lab.lab_clients import SECRET, SMTP_SEND, Client, Clock

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(autouse=True)
def public(lab: Lab) -> None:
    """The app may do without a secret where it has no redirect URI."""
    lab.board.keep(replace(lab.board.app, public_client=True))


async def asked(client: Client, mkt: str = "") -> dict[str, Any]:
    url = f"{client.root}/oauth2/v2.0/devicecode" + (f"?mkt={mkt}" if mkt else "")
    form = {
        "client_id": client.lab.address.client_id,
        "scope": f"{SMTP_SEND} offline_access openid",
    }
    async with client.session.post(url, data=form) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found


async def polled(
    client: Client, told: dict[str, Any], **more: str
) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": GRANT,
        "client_id": client.lab.address.client_id,
        "device_code": told["device_code"],
    }
    return await client.post(form | more)


async def typed(client: Client, told: dict[str, Any], code: str | None = None) -> str:
    address = client.lab.address
    where = told["verification_uri"]
    who = (address.user, address.password, address.ca_file)
    return await enter_code(where, code or told["user_code"], *who)


async def test_the_device_gets_its_tokens_once_the_person_has_signed_in(client: Client) -> None:
    told = await asked(client)
    assert (told["expires_in"], told["interval"]) == (900, 5)
    assert "verification_uri_complete" not in told
    status, answer = await polled(client, told)
    assert (status, answer["error"]) == (400, "authorization_pending")
    assert answer["error_codes"] == [70016]
    assert "Noroshi" in await typed(client, told)
    status, answer = await polled(client, told)
    assert status == 200 and answer["scope"] == SMTP_SEND
    assert (await client.refresh(answer["refresh_token"], client_secret=None))[0] == 200
    assert (await polled(client, told))[1]["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("mkt", "words"), [("ja-JP", "コード"), ("en-US", "enter the code"), ("", "enter the code")]
)
async def test_the_message_is_in_the_asked_language(
    client: Client, mkt: str, words: str
) -> None:
    told = await asked(client, mkt)
    assert words in told["message"] and told["user_code"] in told["message"]
    assert told["verification_uri"] in told["message"]


async def test_who_polls_too_often_is_told_to_slow_down(client: Client, clock: Clock) -> None:
    told = await asked(client)
    found = []
    for seconds in (0, 5, 2, 5, 15):
        clock.move(seconds=seconds)
        found.append((await polled(client, told))[1]["error"])
    pending, slow = "authorization_pending", "slow_down"
    assert found == [pending, pending, slow, slow, pending]


async def test_a_code_ends_after_a_quarter_of_an_hour(client: Client, clock: Clock) -> None:
    told = await asked(client)
    clock.move(minutes=15)
    assert (await polled(client, told))[1]["error"] == "expired_token"
    with pytest.raises(SmtpAuthError, match="AADSTS70018"):
        await typed(client, told)


async def test_a_person_who_cancels_has_declined(client: Client) -> None:
    told = await asked(client)
    async with client.session.post(
        told["verification_uri"], data={"otc": told["user_code"].lower()}
    ) as page:
        html = await page.text()
    action, ticket = (
        html.partition(mark)[2].partition('"')[0] for mark in ('action="', 'value="')
    )
    form = {"ticket": ticket, "answer": "cancel"}
    async with client.session.post(action, data=form) as page:
        assert "AADSTS65004" in await page.text()
    assert (await polled(client, told))[1]["error"] == "authorization_declined"


async def test_a_wrong_code_is_refused_on_the_page_and_at_the_endpoint(client: Client) -> None:
    told = await asked(client)
    with pytest.raises(SmtpAuthError, match="AADSTS70018"):
        await typed(client, told, "WRONG")
    _, answer = await polled(client, told | {"device_code": "x"})
    assert (answer["error"], answer["error_codes"]) == ("bad_verification_code", [70018])


async def test_an_app_that_is_no_public_client_needs_its_secret(client: Client) -> None:
    lab = client.lab
    lab.board.keep(replace(lab.board.app, public_client=False))
    told = await asked(client)
    assert (await polled(client, told))[1]["error_codes"] == [7000218]
    status, answer = await polled(client, told, client_secret=SECRET)
    assert (status, answer["error"]) == (400, "authorization_pending")


async def test_a_policy_may_block_the_device_code_flow_alone(client: Client) -> None:
    client.lab.directory.tenants[0].device_codes = False
    with pytest.raises(SmtpAuthError, match="AADSTS53003"):
        await typed(client, await asked(client))
    assert (await client.tokens())["token_type"] == "Bearer"


async def test_msal_gets_its_tokens_by_device_code(lab: Lab) -> None:
    with requests.Session() as session:
        session.trust_env, session.verify = False, lab.address.ca_file

        def begin() -> tuple[Any, dict[str, Any]]:
            app = msal.PublicClientApplication(
                lab.address.client_id,
                authority=lab.address.authority,
                instance_discovery=False,
                http_client=session,
            )
            return app, app.initiate_device_flow([SMTP_SEND])

        app, flow = await asyncio.to_thread(begin)
        address = lab.address
        await enter_code(
            flow["verification_uri"],
            flow["user_code"],
            address.user,
            address.password,
            address.ca_file,
        )
        answer = await asyncio.to_thread(app.acquire_token_by_device_flow, flow)
    assert answer["scope"] == SMTP_SEND and answer["refresh_token"]
    assert [each["username"] for each in app.get_accounts()] == [address.user]
