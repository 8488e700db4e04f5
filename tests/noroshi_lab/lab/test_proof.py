"""How an app proves itself: certificates, several secrets, and the rules of its platform."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from noroshi_lab.lab.certificates import make_client_certificate
from noroshi_lab.lab.directory import ClientSecret, Redirect
from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import SECRET, Client, Clock

DEFAULT = "https://outlook.office365.com/.default"
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ORIGIN = "http://localhost:3000"
Made = tuple[x509.Certificate, bytes]


@pytest.fixture(scope="module")
def made() -> Made:
    return make_client_certificate("Noroshi")


@pytest.fixture(scope="module")
def another() -> Made:
    return make_client_certificate("Another")


@pytest.fixture(autouse=True)
def registered(lab: Lab, made: Made, another: Made) -> None:
    """Two certificates may stand side by side, as while one takes the other's place."""
    lab.board.keep(replace(lab.board.app, certificates=(another[0], made[0])))


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def assertion(
    client: Client, made: Made, algorithm: str, head: Mapping[str, str], **changed: object
) -> str:
    now = int(client.lab.clock().timestamp())
    claims = {
        "aud": f"{client.root}/oauth2/v2.0/token",
        "iss": client.lab.address.client_id,
        "sub": client.lab.address.client_id,
        "jti": "one",
        "nbf": now,
        "iat": now,
        "exp": now + 600,
    }
    return jwt.encode(claims | changed, made[1], algorithm=algorithm, headers=dict(head))


async def proved(client: Client, told: str, **more: str) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": "client_credentials",
        "client_id": client.lab.address.client_id,
        "client_assertion_type": BEARER,
        "client_assertion": told,
        "scope": DEFAULT,
    }
    return await client.post(form | more)


def sha1(made: Made) -> dict[str, str]:
    return {"x5t": url64(made[0].fingerprint(hashes.SHA1()))}


def sha256(made: Made) -> dict[str, str]:
    return {"x5t#S256": url64(made[0].fingerprint(hashes.SHA256()))}


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("named", [sha1, sha256])
async def test_a_certificate_is_taken_by_either_algorithm_and_either_hash(
    client: Client, made: Made, algorithm: str, named: Any
) -> None:
    told = assertion(client, made, algorithm, named(made))
    status, answer = await proved(client, told)
    assert status == 200 and answer["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"aud": "https://elsewhere.example/"}, 50012, id="for elsewhere"),
        pytest.param({"sub": "somebody"}, 50048, id="subject is not issuer"),
        pytest.param({"exp": None}, 700024, id="no number as its end"),
    ],
)
async def test_an_assertion_that_says_something_wrong_is_refused(
    client: Client, made: Made, changed: dict[str, Any], code: int
) -> None:
    status, answer = await proved(
        client, assertion(client, made, "PS256", sha256(made), **changed)
    )
    assert (status, answer["error_codes"]) == (401, [code])


async def test_a_certificate_that_is_not_registered_is_told_from_the_rest(
    client: Client, made: Made, another: Made
) -> None:
    stranger = make_client_certificate("Stranger")
    for told in (
        assertion(client, stranger, "PS256", sha256(stranger)),
        assertion(
            client, stranger, "PS256", sha256(made)
        ),  # the name of one, the key of another
        assertion(client, made, "PS256", {}),
        "no.jwt",
    ):
        status, answer = await proved(client, told)
        assert (status, answer["error_codes"]) == (401, [700027])
        assert answer["error"] == "invalid_client"


@pytest.mark.parametrize("minutes", [16, -6])
async def test_a_clock_that_is_wrong_by_minutes_is_told_as_that(
    client: Client, clock: Clock, made: Made, minutes: int
) -> None:
    told = assertion(client, made, "PS256", sha256(made))
    clock.move(minutes=minutes)
    assert (await proved(client, told))[1]["error_codes"] == [700024]
    clock.move(minutes=-minutes)
    assert (await proved(client, told))[0] == 200


async def test_a_certificate_that_has_ended_is_none(client: Client, clock: Clock) -> None:
    short = make_client_certificate("Short", clock.now + timedelta(days=1))
    client.lab.board.keep(replace(client.lab.board.app, certificates=(short[0],)))
    told = assertion(client, short, "PS256", sha256(short), exp=2_000_000_000)
    assert (await proved(client, told))[0] == 200
    clock.move(days=1)
    assert (await proved(client, told))[1]["error_codes"] == [700027]


@pytest.mark.parametrize("by", ["certificate", "thumbprint"])
async def test_msal_proves_itself_by_certificate(lab: Lab, made: Made, by: str) -> None:
    pem = made[1].decode()
    key, _, public = pem.partition("-----BEGIN CERTIFICATE-----")
    credential = {"private_key": key}
    if by == "certificate":
        credential["public_certificate"] = "-----BEGIN CERTIFICATE-----" + public
    else:
        credential["thumbprint"] = made[0].fingerprint(hashes.SHA1()).hex()

    def ask() -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env, session.verify = False, lab.address.ca_file
            app = msal.ConfidentialClientApplication(
                lab.address.client_id,
                client_credential=credential,
                authority=lab.address.authority,
                instance_discovery=False,
                http_client=session,
            )
            found: dict[str, Any] = app.acquire_token_for_client([DEFAULT])
            return found

    # MSAL dates its assertion by the machine's clock.
    lab.clock.set(datetime.now(UTC))
    answer = await asyncio.to_thread(ask)
    assert answer["token_type"] == "Bearer", answer


async def test_two_secrets_hold_side_by_side_each_to_its_own_end(
    client: Client, clock: Clock
) -> None:
    old = ClientSecret("old", clock.now + timedelta(days=7))
    app = replace(client.lab.board.app, secrets=(old, ClientSecret(SECRET)))
    client.lab.board.keep(app)
    token = (await client.tokens())["refresh_token"]
    assert (await client.refresh(token, client_secret="old"))[0] == 200
    clock.move(days=7)
    assert (await client.refresh(token, client_secret="old"))[1]["error_codes"] == [7000222]
    assert (await client.refresh(token))[0] == 200


@pytest.fixture
def page(lab: Lab) -> str:
    """A redirect URI of a single-page app."""
    uri = "http://localhost/page"
    app = lab.board.app
    lab.board.keep(replace(app, redirects=(*app.redirects, Redirect(uri, "spa"))))
    return uri


async def test_a_single_page_app_redeems_across_origins_without_a_secret(
    client: Client, page: str
) -> None:
    code = (await client.walk(redirect_uri=page))["code"]
    bare = {"redirect_uri": page, "client_secret": None}
    assert (await client.redeem(code, **bare))[1]["error_codes"] == [9002327]
    form = {
        "grant_type": "authorization_code",
        "client_id": client.lab.address.client_id,
        "code": code,
        "redirect_uri": page,
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    }
    status, answer = await client.post(form | {"client_secret": SECRET}, Origin=ORIGIN)
    assert answer["error_codes"] == [700025]
    status, answer = await client.post(form, Origin=ORIGIN)
    assert status == 200 and answer["refresh_token"]


async def test_a_single_page_app_must_use_pkce(client: Client, page: str) -> None:
    url = client.authorize_url(redirect_uri=page, code_challenge=None)
    _, _, location = await client.get(url)
    assert "AADSTS9002325" in location


async def test_a_single_page_apps_refresh_token_lives_for_a_day_however_often_it_is_used(
    client: Client, clock: Clock, page: str
) -> None:
    code = (await client.walk(redirect_uri=page))["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": client.lab.address.client_id,
        "code": code,
        "redirect_uri": page,
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    }
    _, answer = await client.post(form, Origin=ORIGIN)

    async def again() -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "refresh_token",
            "client_id": client.lab.address.client_id,
            "refresh_token": answer["refresh_token"],
        }
        return await client.post(form, Origin=ORIGIN)

    clock.move(hours=23)
    status, answer = await again()
    assert status == 200
    clock.move(hours=2)
    status, answer = await again()
    assert (status, answer["error_codes"]) == (400, [700084])


async def test_a_web_apps_code_is_not_redeemed_from_a_browser(client: Client) -> None:
    code = (await client.walk())["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": client.lab.address.client_id,
        "client_secret": SECRET,
        "code": code,
        "redirect_uri": "http://localhost/MxMail/",
    }
    status, answer = await client.post(form, Origin=ORIGIN)
    assert (status, answer["error_codes"]) == (400, [9002326])


async def test_a_redirect_without_a_path_comes_back_with_a_slash(client: Client) -> None:
    app = client.lab.board.app
    client.lab.board.keep(replace(app, redirects=(Redirect("http://localhost", "public"),)))
    url = client.authorize_url(redirect_uri="http://localhost:8765", prompt="none")
    _, _, location = await client.get(url)
    assert location.startswith("http://localhost:8765/?error=login_required")


async def test_the_exact_redirect_decides_the_platform_before_one_that_differs_in_its_port(
    client: Client,
) -> None:
    both = (Redirect("http://localhost:1/x", "public"), Redirect("http://localhost:2/x"))
    client.lab.board.keep(replace(client.lab.board.app, redirects=both))
    web = {"redirect_uri": "http://localhost:2/x"}
    assert (await client.redeem((await client.walk(**web))["code"], **web))[0] == 200
