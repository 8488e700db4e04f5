"""A person's way through the pages: second factor, consent, administrators, and a silent app."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from noroshi_lab.lab.codes import KNOWN
from noroshi_lab.lab.directory import Factor, User
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.person import SmtpAuthError, sign_in
from tests.noroshi_lab.lab.lab_clients import Client, Clock
from tests.sweeps import sweep

ALERTS = "alerts@contoso.example"
ADMIN = "admin@contoso.example"


@pytest.fixture
def admin(lab: Lab) -> User:
    user = User(upn=ADMIN, password="correct horse", oid="o-2", name="Admin", admin=True)
    lab.directory.tenants[0].users[ADMIN] = user
    return user


def give_factor(lab: Lab, factor: Factor) -> None:
    users = lab.directory.tenants[0].users
    users[ALERTS] = replace(users[ALERTS], factor=factor)


def back(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def press(client: Client, html: str, **fields: str) -> tuple[int, str, str]:
    """Sends the page's form, as it is but for these fields."""
    found = re.search(r'action="(.+?)"><input .*?value="(.+?)">', html)
    assert found is not None, html
    sent = {"ticket": found[2], **fields}
    async with client.session.post(found[1], data=sent, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers.get("Location", "")


async def after_password(client: Client, login: str = ALERTS) -> tuple[int, str, str]:
    _, html, _ = await client.get(client.authorize_url())
    return await press(client, html, login=login, passwd="correct horse")


async def phone(client: Client, upn: str) -> tuple[str, str]:
    """The phone's page, and the code on it."""
    _, html, _ = await client.get(f"{client.lab.base}/phone")
    found = re.search(rf'data-upn="{upn}">(\d{{6}})<', html)
    return html, found[1] if found else ""


@pytest.mark.parametrize("factor", ["none", "code", "number"])
async def test_a_person_comes_through_with_each_second_factor(
    client: Client, factor: Factor
) -> None:
    give_factor(client.lab, factor)
    assert (await client.tokens())["token_type"] == "Bearer"


async def test_a_wrong_code_is_refused_and_the_right_one_taken(client: Client) -> None:
    give_factor(client.lab, "code")
    _, html, _ = await after_password(client)
    assert 'autocomplete="one-time-code"' in html
    _, html, _ = await press(client, html, otc="12345")
    assert "AADSTS500121" in html
    _, code = await phone(client, ALERTS)
    _, html, _ = await press(client, html, otc=f"{code[:3]} {code[3:]}")
    assert "SMTP.Send" in html


async def test_a_code_of_two_minutes_ago_is_refused(client: Client, clock: Clock) -> None:
    give_factor(client.lab, "code")
    _, html, _ = await after_password(client)
    _, code = await phone(client, ALERTS)
    clock.move(minutes=2)
    _, html, _ = await press(client, html, otc=code)
    assert "AADSTS500121" in html


async def test_a_number_waits_for_the_phone(client: Client) -> None:
    give_factor(client.lab, "number")
    _, html, _ = await after_password(client)
    number = re.search(r'class="number">(\d\d)<', html)
    assert number is not None
    _, html, _ = await press(client, html)
    assert "has not been confirmed on the phone yet" in html and number[1] in html
    shown, _ = await phone(client, ALERTS)
    assert "Enter the number" in shown
    typed = {"upn": ALERTS, "number": number[1], "answer": "approve"}
    async with client.session.post(f"{client.lab.base}/phone", data=typed) as answer:
        assert "Enter the number" not in await answer.text()
    _, html, _ = await press(client, html)
    assert "SMTP.Send" in html


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"number": "00", "answer": "approve"}, id="another number"),
        pytest.param({"answer": "deny"}, id="denied"),
    ],
)
async def test_a_number_that_is_wrong_or_denied_lets_nobody_in(
    client: Client, typed: dict[str, str]
) -> None:
    give_factor(client.lab, "number")
    _, html, _ = await after_password(client)
    async with client.session.post(
        f"{client.lab.base}/phone", data={"upn": ALERTS, **typed}
    ) as answer:
        assert answer.status == 200
    _, html, _ = await press(client, html)
    assert "AADSTS500121" in html and 'class="number"' in html


@pytest.mark.parametrize(
    ("code", "what"),
    [
        pytest.param(50034, {"login": "nobody@contoso.example"}, id="unknown user"),
        pytest.param(50126, {"passwd": "wrong"}, id="wrong password"),
    ],
)
async def test_what_was_typed_wrong_is_said_on_the_same_page(
    client: Client, code: int, what: dict[str, str]
) -> None:
    _, html, _ = await client.get(client.authorize_url())
    given = {"login": ALERTS, "passwd": "correct horse"} | what
    _, html, _ = await press(client, html, **given)
    assert f"AADSTS{code}" in html and 'name="passwd"' in html


async def test_a_factor_page_cannot_be_passed_over(client: Client) -> None:
    give_factor(client.lab, "code")
    _, html, _ = await after_password(client)
    _, html, location = await press(
        client, html.replace("/factor", "/consent"), answer="accept"
    )
    assert location == "" and "Start the sign-in again" in html


async def test_an_account_without_a_factor_where_one_is_wanted_is_told_50079(
    client: Client,
) -> None:
    give_factor(client.lab, "unregistered")
    with pytest.raises(SmtpAuthError, match="AADSTS50079"):
        await client.walk()


async def test_a_policy_lets_nobody_in_and_refuses_tokens(client: Client) -> None:
    answer = await client.tokens()
    client.lab.directory.tenants[0].blocking = True
    with pytest.raises(SmtpAuthError, match="AADSTS53003"):
        await client.walk()
    status, told = await client.refresh(answer["refresh_token"])
    assert (status, told["error_codes"]) == (400, [53003])


async def test_only_an_administrator_is_asked_to_consent_for_all(
    client: Client, admin: User
) -> None:
    _, html, _ = await after_password(client)
    assert "for_all" not in html
    _, html, _ = await after_password(client, ADMIN)
    assert "for_all" in html and "on behalf of your organisation" in html


async def test_where_people_may_not_consent_they_need_an_administrator(
    client: Client, admin: User
) -> None:
    client.lab.directory.tenants[0].user_consent = "admins"
    status, html, _ = await after_password(client)
    assert status == 400 and "AADSTS90094" in html and "approval" in html
    _, _, location = await press(client, html, answer="back")
    told = back(location)
    assert told["error"] == "access_denied" and "AADSTS90094" in told["error_description"]
    _, html, _ = await after_password(client)
    _, _, location = await press(client, html, answer="accept")
    assert back(location)["error"] == "access_denied"


async def test_consent_for_the_organisation_holds_for_everybody(
    client: Client, admin: User
) -> None:
    lab = client.lab
    lab.directory.tenants[0].user_consent = "admins"
    ca = lab.address.ca_file
    await sign_in(client.authorize_url(), ADMIN, admin.password, ca, for_all=True)
    _, _, location = await after_password(client)
    assert "code" in back(location)


async def test_an_administrators_own_consent_holds_for_nobody_else(
    client: Client, admin: User
) -> None:
    await sign_in(client.authorize_url(), ADMIN, admin.password, client.lab.address.ca_file)
    _, html, _ = await after_password(client)
    assert "requests permission" in html


async def test_a_silent_request_is_told_what_is_missing(client: Client) -> None:
    _, _, location = await client.get(client.authorize_url(prompt="none"))
    assert back(location)["error"] == "login_required"
    _, html, _ = await after_password(client)
    await press(client, html, answer="accept")
    _, _, location = await client.get(client.authorize_url(prompt="none"))
    assert "code" in back(location)
    client.lab.entra.forget_consent()
    _, _, location = await client.get(client.authorize_url(prompt="none"))
    told = back(location)
    assert told["error"] == "consent_required"
    assert "AADSTS65001" in told["error_description"]


async def test_a_session_ends(client: Client, clock: Clock) -> None:
    _, html, _ = await after_password(client)
    await press(client, html, answer="accept")
    clock.move(hours=13)
    _, _, location = await client.get(client.authorize_url(prompt="none"))
    assert back(location)["error"] == "login_required"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("factor", ["code", "number"])
async def test_the_pages_speak_one_language_and_run_nothing(
    client: Client, language: str, factor: Factor
) -> None:
    give_factor(client.lab, factor)
    headers = {"Accept-Language": language}
    url = client.authorize_url()
    async with client.session.get(url, headers=headers) as answer:
        csp, html = answer.headers["Content-Security-Policy"], await answer.text()
    assert "default-src 'none'" in csp and "script" not in csp
    _, page, _ = await press(client, html, login=ALERTS, passwd="correct horse")
    async with client.session.get(f"{client.lab.base}/phone", headers=headers) as answer:
        shown = await answer.text()
    for each in (html, page, shown):
        assert f'<html lang="{language}">' in each and "<script" not in each
        assert "prefers-color-scheme:dark" in each
        assert ("模擬サーバー" in each) is (language == "ja")


@sweep("code", sorted(KNOWN))
async def test_each_code_has_a_page(client: Client, code: int) -> None:
    status, html, _ = await client.get(f"{client.lab.base}/error?code={code}")
    assert status == 200 and f"AADSTS{code}" in html
