from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest

from noroshi_lab.lab.directory import ClientSecret
from noroshi_lab.lab.jwt import decode
from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import SECRET, SMTP_SEND, Client, Clock


def claims(token: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(decode(token.split(".")[1]))
    return told


async def test_a_code_brings_an_access_token_for_exchange(client: Client) -> None:
    answer = await client.tokens()
    token = claims(answer["access_token"])
    assert answer["token_type"] == "Bearer"
    assert answer["scope"] == SMTP_SEND
    assert token["aud"] == "https://outlook.office.com"
    assert token["scp"] == "SMTP.Send"
    assert token["upn"] == "alerts@contoso.example"
    assert token["exp"] - token["iat"] == answer["expires_in"]


async def test_the_id_token_carries_the_nonce_and_the_account(client: Client) -> None:
    token = claims((await client.tokens())["id_token"])
    assert token["nonce"] == "n-1"
    assert token["preferred_username"] == "alerts@contoso.example"
    assert token["iss"] == f"{client.root}/v2.0"


async def test_client_info_is_given_to_who_asks_for_it(client: Client) -> None:
    code = (await client.walk())["code"]
    _, answer = await client.redeem(code, client_info="1")
    told = json.loads(decode(answer["client_info"]))
    assert told == {"uid": "o-1", "utid": client.lab.address.tenant_id}


@pytest.mark.parametrize(
    ("words", "missing"),
    [("openid", "refresh_token"), ("offline_access", "id_token")],
    ids=["without offline_access", "without openid"],
)
async def test_what_was_not_asked_for_is_not_given(
    client: Client, words: str, missing: str
) -> None:
    assert missing not in await client.tokens(scope=f"{SMTP_SEND} {words}")


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        pytest.param("SMTP.Send", "00000003-0000-0000-c000-000000000000", id="bare name"),
        pytest.param(
            "https://outlook.office365.com/SMTP.Send",
            "https://outlook.office365.com",
            id="the other host of Exchange",
        ),
        pytest.param(
            f"Mail.Read {SMTP_SEND}", "00000003-0000-0000-c000-000000000000", id="Graph first"
        ),
        pytest.param(f"{SMTP_SEND} Mail.Read", "https://outlook.office.com", id="Graph second"),
    ],
)
async def test_the_first_scope_decides_the_audience(
    client: Client, scope: str, audience: str
) -> None:
    client.lab.directory.tenants[0].user_consent = "allowed"
    assert claims((await client.tokens(scope=scope))["access_token"])["aud"] == audience


async def test_a_code_is_good_once(client: Client) -> None:
    code = (await client.walk())["code"]
    await client.redeem(code)
    status, answer = await client.redeem(code)
    assert (status, answer["error"], answer["error_codes"]) == (400, "invalid_grant", [54005])


async def test_a_code_is_good_for_ten_minutes(client: Client, clock: Clock) -> None:
    code = (await client.walk())["code"]
    clock.move(minutes=10, seconds=1)
    assert (await client.redeem(code))[1]["error_codes"] == [70008]


@pytest.mark.parametrize(
    ("changed", "status", "error", "code"),
    [
        pytest.param({"client_secret": None}, 401, "invalid_client", 7000218, id="no secret"),
        pytest.param({"client_secret": "x"}, 401, "invalid_client", 7000215, id="secret"),
        pytest.param({"client_id": "x"}, 400, "unauthorized_client", 700016, id="app"),
        pytest.param({"code": "x"}, 400, "invalid_grant", 70000, id="code"),
        pytest.param({"code": None}, 400, "invalid_request", 900144, id="no code"),
        pytest.param({"code_verifier": "x"}, 400, "invalid_grant", 501481, id="verifier"),
        pytest.param(
            {"redirect_uri": "http://localhost:1/MxMail/"},
            400,
            "invalid_grant",
            500112,
            id="redirect differs by its port",
        ),
        pytest.param({"grant_type": "x"}, 400, "unsupported_grant_type", 70003, id="grant"),
        pytest.param({"scope": "Mail.Read"}, 400, "invalid_grant", 65001, id="no consent"),
    ],
)
async def test_a_wrong_request_is_refused_with_all_fields(
    client: Client, changed: dict[str, str | None], status: int, error: str, code: int
) -> None:
    given = (await client.walk())["code"]
    got, answer = await client.redeem(**{"code": given, **changed})
    assert (got, answer["error"], answer["error_codes"]) == (status, error, [code])
    assert answer["error_description"].startswith(f"AADSTS{code}: ")
    assert answer["timestamp"] == "2026-11-25 01:02:03Z"
    assert answer["trace_id"] and answer["correlation_id"]
    assert answer["error_uri"].endswith(f"/error?code={code}")


async def test_a_refused_request_leaves_the_code_good(client: Client) -> None:
    code = (await client.walk())["code"]
    await client.redeem(code, client_secret="wrong")
    assert (await client.redeem(code))[0] == 200


async def test_an_expired_secret_is_told_from_a_wrong_one(
    client: Client, lab: Lab, clock: Clock
) -> None:
    apps = lab.directory.tenants[0].apps
    ended = ClientSecret(SECRET, clock.now - timedelta(days=1))
    code = (await client.walk())["code"]
    apps[lab.address.client_id] = replace(apps[lab.address.client_id], secrets=(ended,))
    assert (await client.redeem(code))[1]["error_codes"] == [7000222]


async def test_the_secret_may_come_by_http_basic_as_well(client: Client) -> None:
    code = (await client.walk())["code"]
    pair = f"{quote_plus(client.lab.address.client_id)}:{quote_plus(SECRET)}"
    proof = "Basic " + base64.b64encode(pair.encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "http://localhost/MxMail/",
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    }
    assert (await client.post(form, Authorization=proof))[0] == 200


async def test_a_public_client_must_not_send_a_secret(client: Client) -> None:
    desktop = {"redirect_uri": "http://localhost/desktop"}
    code = (await client.walk(**desktop))["code"]
    assert (await client.redeem(code, **desktop))[1]["error_codes"] == [700025]
    assert (await client.redeem(code, client_secret=None, **desktop))[0] == 200


async def test_each_use_of_a_refresh_token_gives_a_new_one_and_the_old_stays_good(
    client: Client,
) -> None:
    old = (await client.tokens())["refresh_token"]
    new = (await client.refresh(old))[1]["refresh_token"]
    assert new != old
    assert (await client.refresh(old))[0] == 200
    assert (await client.refresh(new))[0] == 200


async def test_a_refresh_token_dies_after_ninety_idle_days(
    client: Client, clock: Clock
) -> None:
    first = (await client.tokens())["refresh_token"]
    clock.move(days=60)
    second = (await client.refresh(first))[1]["refresh_token"]
    clock.move(days=60)
    assert (await client.refresh(first))[1]["error_codes"] == [700082]
    assert (await client.refresh(second))[0] == 200


async def test_a_revoked_sign_in_needs_a_new_one(client: Client, clock: Clock) -> None:
    token = (await client.tokens())["refresh_token"]
    client.lab.grants.revoke("alerts@contoso.example")
    assert (await client.refresh(token))[1]["error_codes"] == [50173]
    clock.move(seconds=1)
    fresh = (await client.tokens())["refresh_token"]
    assert (await client.refresh(fresh))[0] == 200


async def test_a_disabled_user_gets_no_more_tokens(client: Client, lab: Lab) -> None:
    token = (await client.tokens())["refresh_token"]
    users = lab.directory.tenants[0].users
    users[lab.address.user] = replace(users[lab.address.user], disabled=True)
    assert (await client.refresh(token))[1]["error_codes"] == [50057]


async def test_a_fault_refuses_each_token_request_with_its_code(client: Client) -> None:
    token = (await client.tokens())["refresh_token"]
    client.lab.faults.token_code = 90033
    status, answer = await client.refresh(token)
    assert (status, answer["error"]) == (503, "temporarily_unavailable")
    client.lab.faults.token_code = 0
    assert (await client.refresh(token))[0] == 200


async def test_the_request_id_of_the_client_is_echoed(client: Client) -> None:
    _, answer = await client.post({}, **{"client-request-id": "c-1"})
    assert answer["correlation_id"] == "c-1"


async def test_a_get_is_refused(client: Client) -> None:
    async with client.session.get(f"{client.root}/oauth2/v2.0/token") as response:
        assert (await response.json())["error_codes"] == [900561]
