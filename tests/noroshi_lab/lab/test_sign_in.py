from __future__ import annotations

import asyncio
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from noroshi_lab.lab.authorize_request import matches
from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import Client, Clock

CONTOSO = "contoso.example"


def answered(location: str) -> dict[str, str]:
    assert location.startswith("http://localhost/MxMail/?")
    return dict(parse_qsl(urlsplit(location).query))


def form_of(html: str) -> tuple[str, str]:
    """Where the page's form goes, and its ticket."""
    action, ticket = re.search(r'action="(.+?)"><input .*?value="(.+?)">', html).groups()
    return action, ticket


async def submit(client: Client, html: str, **fields: str) -> tuple[int, str, str]:
    action, ticket = form_of(html)
    sent = {"ticket": ticket, **fields}
    async with client.session.post(action, data=sent, allow_redirects=False) as response:
        return response.status, await response.text(), response.headers.get("Location", "")


async def test_discovery_by_domain_names_the_tenant_by_its_guid(client: Client) -> None:
    base, guid = client.lab.address.sign_in, client.lab.address.tenant_id
    url = f"{base}/{CONTOSO}/v2.0/.well-known/openid-configuration"
    async with client.session.get(url) as response:
        told = await response.json()
    assert told["issuer"] == f"{base}/{guid}/v2.0"
    assert told["token_endpoint"] == f"{base}/{guid}/oauth2/v2.0/token"
    async with client.session.get(told["jwks_uri"]) as response:
        [key] = (await response.json())["keys"]
    assert key["kty"] == "RSA"


async def test_discovery_of_an_unknown_tenant_is_refused_with_90002(client: Client) -> None:
    url = f"{client.lab.address.sign_in}/nobody.example/v2.0/.well-known/openid-configuration"
    async with client.session.get(url) as response:
        assert response.status == 400
        assert (await response.json())["error_codes"] == [90002]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"client_id": None}, 900144, id="no client id"),
        pytest.param({"client_id": "nobody"}, 700016, id="unknown app"),
        pytest.param({"redirect_uri": None}, 900971, id="no redirect"),
        pytest.param({"redirect_uri": "http://localhost/MxMail"}, 50011, id="no slash"),
        pytest.param({"redirect_uri": "http://localhost/mxmail/"}, 50011, id="other case"),
    ],
)
async def test_what_is_wrong_before_the_redirect_is_trusted_is_shown_as_a_page(
    client: Client, changed: dict[str, str | None], code: int
) -> None:
    status, text, location = await client.get(client.authorize_url(**changed))
    assert (status, location) == (400, "")
    assert f"AADSTS{code}:" in text


@pytest.mark.parametrize(("tenant", "code"), [("common", 50194), ("nobody.example", 90002)])
async def test_a_tenant_that_the_app_is_not_in_is_shown_as_a_page(
    client: Client, tenant: str, code: int
) -> None:
    url = client.authorize_url().replace(client.lab.address.tenant_id, tenant)
    status, text, _ = await client.get(url)
    assert status == 400
    assert f"AADSTS{code}:" in text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="type"),
        pytest.param({"scope": None}, "invalid_request", id="no scope"),
        pytest.param({"scope": "https://x.example/A"}, "invalid_resource", id="resource"),
        pytest.param({"scope": "Smtp.Sent"}, "invalid_scope", id="misspelt scope"),
        pytest.param({"code_challenge": "short"}, "invalid_request", id="challenge"),
        pytest.param({"prompt": "none"}, "login_required", id="nobody signed in"),
        pytest.param({"response_mode": "pigeon"}, "invalid_request", id="response mode"),
    ],
)
async def test_what_is_wrong_after_that_is_told_to_the_redirect_with_the_state(
    client: Client, changed: dict[str, str | None], error: str
) -> None:
    status, _, location = await client.get(client.authorize_url(**changed))
    told = answered(location)
    assert status == 302
    assert (told["error"], told["state"]) == (error, "s-1")
    assert told["error_description"].startswith("AADSTS")


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ("http://localhost/MxMail/", True),
        ("http://localhost:8400/MxMail/", True),
        ("http://localhost:8400/MxMail", False),
        ("https://localhost/MxMail/", False),
        ("http://localhost.evil.example/MxMail/", False),
        ("http://localhost@evil.example/MxMail/", False),
        ("http://me@localhost/MxMail/", False),
        ("http://localhost/MxMail/?x=1", False),
        ("http://[/MxMail/", False),
    ],
)
def test_only_the_port_of_a_loopback_redirect_may_differ(given: str, fits: bool) -> None:
    assert matches(given, "http://localhost/MxMail/") is fits


async def test_a_person_who_cancels_is_sent_back_with_access_denied(client: Client) -> None:
    _, page, _ = await client.get(client.authorize_url())
    _, _, location = await submit(client, page, answer="cancel")
    told = answered(location)
    assert (told["error"], told["error_subcode"]) == ("access_denied", "cancel")
    assert told["state"] == "s-1"


async def test_a_form_is_good_for_one_submission(client: Client) -> None:
    _, page, _ = await client.get(client.authorize_url())
    person = {"login": client.lab.address.user, "passwd": client.lab.address.password}
    status, consent, _ = await submit(client, page, **person)
    assert status == 200
    assert "Send mail as you" in consent
    status, _, location = await submit(client, page, **person)
    assert (status, location) == (400, "")


async def test_a_form_left_open_too_long_is_refused(client: Client, clock: Clock) -> None:
    _, page, _ = await client.get(client.authorize_url())
    clock.move(minutes=16)
    status, text, _ = await submit(client, page, answer="cancel")
    assert status == 400
    assert "Start the sign-in again" in text


async def test_consent_is_asked_for_once_and_again_when_prompted(client: Client) -> None:
    await client.walk()
    person = {"login": client.lab.address.user, "passwd": client.lab.address.password}
    _, page, _ = await client.get(client.authorize_url())
    status, _, location = await submit(client, page, **person)
    assert status == 302
    assert "code" in answered(location)
    _, page, _ = await client.get(client.authorize_url(prompt="consent"))
    status, _, _ = await submit(client, page, **person)
    assert status == 200


async def test_the_page_speaks_the_language_of_the_browser(client: Client) -> None:
    url = client.authorize_url(login_hint="alerts@contoso.example")
    _, japanese, _ = await client.get(url, **{"Accept-Language": "fr, ja;q=0.9, en;q=0.8"})
    assert '<html lang="ja">' in japanese
    assert "サインイン" in japanese
    assert 'value="alerts@contoso.example"' in japanese
    _, english, _ = await client.get(
        client.authorize_url(ui_locales="en"), **{"Accept-Language": "ja"}
    )
    assert '<html lang="en">' in english


async def test_what_comes_from_outside_is_escaped_on_the_page(client: Client) -> None:
    _, text, _ = await client.get(client.authorize_url(login_hint='"><script>'))
    assert "<script>" not in text
    _, text, _ = await client.get(client.authorize_url(client_id="<script>"))
    assert "<script>" not in text


@pytest.mark.parametrize("mode", ["fragment", "form_post"])
async def test_the_answer_comes_by_the_asked_response_mode(client: Client, mode: str) -> None:
    _, page, _ = await client.get(client.authorize_url(response_mode=mode))
    _, text, location = await submit(client, page, answer="cancel")
    if mode == "fragment":
        assert location.startswith("http://localhost/MxMail/#error=access_denied")
    else:
        assert 'action="http://localhost/MxMail/"' in text
        assert 'name="error" value="access_denied"' in text


async def test_a_person_walks_the_form_post_page_too(client: Client) -> None:
    back = await client.walk(response_mode="form_post")
    assert (await client.redeem(back["code"]))[0] == 200


async def test_both_loopback_addresses_lead_to_the_lab(lab: Lab) -> None:
    for host in ("127.0.0.1", "localhost"):
        _, writer = await asyncio.open_connection(host, lab.address.smtp_port)
        writer.close()
        await writer.wait_closed()
