"""Google: a person by a page with its own settings, and a service account for a mailbox."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from noroshi.oauth.account import Account
from noroshi.oauth.provider import SignInError
from noroshi.oauth.tokens import SignInStatus
from noroshi.oauth.well_known_clouds import GOOGLE
from noroshi.vault import Secret
from tests.oauth.authority import ASSERTION, SECRET

ROBOT = "noroshi@project.iam.test"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def google(authority, certificate):
    """The built-in profile, but for where its endpoints are."""
    return replace(
        GOOGLE,
        name="google-here",
        authorization_endpoint=f"{authority.url}/t1/oauth2/v2.0/authorize",
        token_endpoint=authority.token_endpoint,
        ca_file=str(certificate),
    )


@pytest.fixture
def person(google):
    return Account(
        name="m365",
        cloud=google,
        tenant="",
        client_id="client-1",
        secret="m365-secret",
        mailbox="alarm@x.test",
    )


@pytest.fixture
async def robot(scene, person, key):
    """A scene whose account is a service account's, which may act for the mailbox."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = {
        "type": "service_account",
        "client_email": ROBOT,
        "private_key": pem.decode(),
        "private_key_id": "key-7",
        "token_uri": "https://evil.test/token",
    }
    scene.account = replace(person, sign_in="app", client_id=ROBOT)
    scene.authority.service_accounts[ROBOT] = key.public_key()
    await scene.vault.put(scene.account.secret, Secret(json.dumps(file)))
    return scene


async def test_a_person_signs_in_and_the_refresh_token_stays_the_same(scene, person):
    """Google gives one at the sign-in alone, if it is asked for by `access_type`."""
    scene.account = person
    await scene.vault.put(person.secret, Secret(SECRET))
    url = await scene.source.begin(person)
    asked = parse_qs(urlsplit(url).query)
    assert asked["access_type"] == ["offline"] and asked["prompt"] == ["consent"]
    assert set(asked["scope"][0].split()) == {"https://mail.google.com/", "openid", "email"}
    await scene.source.finish(person, scene.authority.walk(url))
    kept = await scene.kept_token()
    scene.authority.extra = {"refresh_token": None}
    scene.times.passed += 3600
    assert await scene.source.token(person) == Secret("canary-access-2")
    assert await scene.kept_token() == kept
    state = await scene.source.state(person)
    assert state.sign is SignInStatus.SIGNED_IN and state.user == "alarm@x.test"
    assert state.renewed == scene.times.clocks.wall()


async def test_a_service_account_signs_for_the_mailbox_and_shows_nothing_else(robot):
    assert await robot.source.token(robot.account) == Secret("canary-access-1")
    [form] = robot.authority.posts
    assert (
        form.keys() == {"grant_type", "assertion", "scope"} and form["grant_type"] == ASSERTION
    )
    assert form["scope"] == "https://mail.google.com/"  # the authority read it in the statement
    assert jwt.get_unverified_header(form["assertion"])["kid"] == "key-7"


async def test_a_mailbox_that_it_may_not_act_for_is_mended_by_an_administrator(robot):
    robot.account = replace(robot.account, mailbox="boss@x.test")
    for _ in range(2):
        with pytest.raises(SignInError, match="Domain-wide delegation") as caught:
            await robot.source.token(robot.account)
    assert caught.value.party == "admin" and len(robot.authority.posts) == 1


async def test_a_key_that_is_deleted_is_told(robot):
    robot.authority.service_accounts.clear()
    with pytest.raises(SignInError, match="key is not deleted"):
        await robot.source.token(robot.account)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("GOCSPX-secret", id="a client secret"),
        pytest.param("{}", id="another JSON"),
        pytest.param(
            '{"client_email":"a","private_key":"x","private_key_id":"k"}', id="no PEM"
        ),
    ],
)
async def test_what_is_no_key_file_is_told_and_never_sent(robot, text):
    await robot.vault.put(robot.account.secret, Secret(text))
    with pytest.raises(SignInError, match="is not a key file of a service account"):
        await robot.source.token(robot.account)
    assert robot.authority.posts == []


async def test_a_code_on_another_device_is_not_for_google(scene, person):
    scene.account = person
    await scene.vault.put(person.secret, Secret(SECRET))
    with pytest.raises(SignInError, match="does not support sign-in with a device code"):
        await scene.source.device_begin(person)
