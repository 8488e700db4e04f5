"""What an administrator, or a policy, does to a sign-in that holds already: by its switches."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest

from noroshi_lab.lab import switches
from noroshi_lab.lab.directory import UserConsent
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.person import SmtpAuthError
from tests.noroshi_lab.lab.lab_clients import SMTP_SEND, Client, Clock

DESKTOP: dict[str, str | None] = {
    "redirect_uri": "http://localhost/desktop",
    "client_secret": None,
}


def turn(lab: Lab, name: str, value: str) -> None:
    switch = switches.find(name)
    assert switch is not None and switch.takes(value), (name, value)
    switch.put(lab.board, value)


async def refused(client: Client, token: str, **changed: str | None) -> dict[str, Any]:
    status, answer = await client.refresh(token, **changed)
    assert status in (400, 401), answer
    return answer


async def test_a_policy_that_wants_a_second_factor_refuses_sign_ins_from_before_it(
    client: Client, clock: Clock
) -> None:
    token = (await client.tokens())["refresh_token"]
    clock.move(hours=1)
    turn(client.lab, "conditional-access", "second-factor")
    answer = await refused(client, token)
    assert (answer["error"], answer["error_codes"]) == ("interaction_required", [50076])
    assert "access_token" in json.loads(answer["claims"])
    fresh = (await client.tokens())["refresh_token"]
    assert (await client.refresh(fresh))[0] == 200
    turn(client.lab, "conditional-access", "open")
    assert (await client.refresh(token))[0] == 200


async def test_a_sign_in_must_be_made_anew_as_often_as_the_policy_says(
    client: Client, clock: Clock
) -> None:
    turn(client.lab, "sign-in-frequency", "12")
    token = (await client.tokens())["refresh_token"]
    clock.move(hours=7)
    token = (await client.refresh(token))[1]["refresh_token"]
    clock.move(hours=7)
    answer = await refused(client, token)
    assert (answer["error_codes"], answer["suberror"]) == ([70043], "token_expired")


async def test_a_consent_that_was_withdrawn_holds_again_once_it_is_given_anew(
    client: Client,
) -> None:
    token = (await client.tokens())["refresh_token"]
    turn(client.lab, "consent", "withdrawn")
    answer = await refused(client, token)
    assert (answer["error_codes"], answer["suberror"]) == ([65001], "consent_required")
    await client.walk()
    assert (await client.refresh(token))[0] == 200


async def test_a_grant_reaches_as_far_as_the_persons_consents(client: Client) -> None:
    token = (await client.tokens())["refresh_token"]
    graph = "https://graph.microsoft.com/Mail.Read offline_access"
    client.lab.directory.tenants[0].user_consent = "allowed"
    assert (await refused(client, token, scope=graph))["error_codes"] == [65001]
    await client.walk(scope=graph)
    status, answer = await client.refresh(token, scope=graph)
    assert (status, answer["scope"]) == (200, "https://graph.microsoft.com/Mail.Read")


async def test_a_changed_password_ends_the_sign_ins_of_public_clients_alone(
    client: Client, clock: Clock
) -> None:
    web = (await client.tokens())["refresh_token"]
    code = (await client.walk(redirect_uri=DESKTOP["redirect_uri"]))["code"]
    desktop = (await client.redeem(code, **DESKTOP))[1]["refresh_token"]
    clock.move(minutes=1)
    turn(client.lab, "sign-ins", "password-changed")
    assert (await refused(client, desktop, client_secret=None))["error_codes"] == [50173]
    assert (await client.refresh(web))[0] == 200
    turn(client.lab, "sign-ins", "revoked")
    assert (await refused(client, web))["error_codes"] == [50173]


async def test_an_app_that_was_disabled_is_told_at_the_page_and_at_the_endpoint(
    client: Client,
) -> None:
    token = (await client.tokens())["refresh_token"]
    turn(client.lab, "app", "disabled")
    answer = await refused(client, token)
    assert (answer["error"], answer["error_codes"]) == ("unauthorized_client", [7000112])
    status, html, _ = await client.get(client.authorize_url())
    assert status == 400 and "AADSTS7000112" in html


async def test_a_user_without_the_assignment_that_the_app_asks_for_gets_nowhere(
    client: Client,
) -> None:
    token = (await client.tokens())["refresh_token"]
    turn(client.lab, "assignment", "missing")
    assert (await refused(client, token))["error_codes"] == [50105]
    with pytest.raises(SmtpAuthError, match="AADSTS50105"):
        await client.walk()


async def test_a_secret_ends_when_it_was_said_that_it_would(
    client: Client, clock: Clock
) -> None:
    turn(client.lab, "secret", "+30d")
    token = (await client.tokens())["refresh_token"]
    clock.move(days=29)
    assert (await client.refresh(token))[0] == 200
    clock.move(days=1)
    assert (await refused(client, token))["error_codes"] == [7000222]


@pytest.mark.parametrize(
    ("switch", "span", "code"), [("code-life", "30s", 70008), ("refresh-life", "7d", 700082)]
)
async def test_lifetimes_can_be_made_short(
    client: Client, clock: Clock, switch: str, span: str, code: int
) -> None:
    turn(client.lab, switch, span)
    given = (await client.walk())["code"]
    if switch == "code-life":
        clock.move(seconds=31)
        assert (await client.redeem(given))[1]["error_codes"] == [code]
        return
    token = (await client.redeem(given))[1]["refresh_token"]
    clock.move(days=7, seconds=1)
    assert (await refused(client, token))["error_codes"] == [code]


async def test_a_long_token_says_when_to_renew_it(client: Client) -> None:
    turn(client.lab, "token-life", "2h")
    answer = await client.tokens()
    assert (answer["expires_in"], answer["refresh_in"]) == (7200, 3600)


async def test_the_parts_of_a_description_may_stand_on_lines_of_their_own(
    client: Client,
) -> None:
    turn(client.lab, "error-lines", "crlf")
    answer = (await client.post({}))[1]
    lines = answer["error_description"].split("\r\n")
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "Trace ID",
        "Correlation ID",
        "Timestamp",
    ]


async def test_what_the_registration_lists_stands_for_a_default_scope(client: Client) -> None:
    answer = await client.tokens(scope="https://outlook.office.com/.default offline_access")
    assert answer["scope"] == f"{SMTP_SEND} https://outlook.office.com/.default"
    claims = client.lab.mint.read(answer["access_token"]) or {}
    assert claims["scp"] == "SMTP.Send"
    status, _, location = await client.get(
        client.authorize_url(scope="https://graph.microsoft.com/.default")
    )
    assert status == 302 and "AADSTS650057" in location


async def test_an_app_alone_needs_the_tenants_own_endpoint(client: Client) -> None:
    url = f"{client.lab.base}/common/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": client.lab.address.client_id}
    async with client.session.post(url, data=form) as answer:
        assert (await answer.json())["error_codes"] == [9001023]


async def test_who_asks_for_the_instance_is_told_where_to_go_on(client: Client) -> None:
    url = f"{client.lab.base}/common/discovery/instance?api-version=1.1&authorization_endpoint="
    async with client.session.get(f"{url}{client.root}/oauth2/v2.0/authorize") as answer:
        told = await answer.json()
    assert told["tenant_discovery_endpoint"].startswith(f"{client.root}/v2.0/")
    async with client.session.get(f"{url}https://elsewhere.example/x") as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_instance")


@pytest.mark.parametrize(
    ("policy", "scope", "refused"),
    [
        pytest.param("microsoft", SMTP_SEND, False, id="sending"),
        pytest.param("microsoft", "https://graph.microsoft.com/Mail.Send", False, id="Graph"),
        pytest.param("microsoft", "https://graph.microsoft.com/Mail.Read", True, id="reading"),
        pytest.param("microsoft", f"{SMTP_SEND} Mail.ReadWrite", True, id="both at once"),
        pytest.param("allowed", "https://graph.microsoft.com/Mail.Read", False, id="all"),
        pytest.param("admins", SMTP_SEND, True, id="nothing"),
    ],
)
async def test_what_a_person_may_consent_to_is_a_matter_of_the_policy(
    client: Client, policy: UserConsent, scope: str, refused: bool
) -> None:
    tenant = client.lab.directory.tenants[0]
    assert tenant.user_consent == "microsoft"
    tenant.user_consent = policy
    told = pytest.raises(SmtpAuthError, match="AADSTS90094") if refused else nullcontext()
    with told:
        await client.walk(scope=scope)
