"""Whoever signed in is known at every provider whose id_token, or else whose access token, names them:
so another than the mailbox is noticed at once, and nobody is suspected for how a server writes names."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from noroshi.core.translation import NOTHING
from noroshi.oauth.grant_store import GrantStore
from noroshi.oauth.jwt_claims import read_claims
from noroshi.oauth.wrong_mailbox import of_other
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, url64

EXCHANGE = "https://outlook.office.com"
BOX, AKI = "alarm@x.test", "aki@x.test"


def jwt(claims):
    return f"e30.{url64(json.dumps(claims).encode())}.x"


@pytest.fixture(params=["account", "oidc", "told"], ids=["entra", "by discovery", "endpoints"])
def anywhere(request, scene):
    scene.account = request.getfixturevalue(request.param)
    return scene


async def user_of(scene, *, id_token=None, access_token=None):
    """Who is kept as having signed in, where the server gives these."""
    nonce = {}

    def given(form):
        if form["grant_type"] != "authorization_code":
            return None
        asked = scene.authority.codes[form["code"]]
        nonce.update({"nonce": asked["nonce"]} if "nonce" in asked else {})
        more = {"id_token": id_token and jwt({"sub": "s", **nonce, **id_token})}
        if access_token:
            more["access_token"] = jwt(access_token)
        return scene.authority.give(**more)

    scene.authority.answer = given
    await scene.signed_in()
    return (await scene.source.state(scene.account)).user


@pytest.mark.parametrize(
    ("claims", "user"),
    [
        pytest.param({"preferred_username": AKI}, AKI, id="preferred_username"),
        pytest.param({"email": AKI}, AKI, id="email"),
        pytest.param({"upn": AKI}, AKI, id="upn"),
        pytest.param({"unique_name": AKI}, AKI, id="unique_name"),
        pytest.param({"preferred_username": "aki", "email": AKI}, AKI, id="the address"),
        pytest.param({"preferred_username": "aki"}, "aki", id="no address"),
        pytest.param(
            {"preferred_username": AKI, "email": BOX.upper()}, BOX.upper(), id="the mailbox"
        ),
        pytest.param({"preferred_username": ["x"], "email": AKI}, AKI, id="no text"),
        pytest.param({"name": "Aki"}, "", id="nobody"),
    ],
)
async def test_an_id_token_names_who_signed_in(anywhere, claims, user):
    assert await user_of(anywhere, id_token=claims) == user


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"upn": AKI, "scp": "SMTP.Send"}, id="as Entra's"),
        pytest.param({"email": AKI, "scope": "mail"}, id="as RFC 9068 lets it"),
        pytest.param({"sub": AKI}, id="an address for its subject"),
    ],
)
async def test_where_there_is_none_the_access_token_does(anywhere, claims):
    assert await user_of(anywhere, access_token=claims) == AKI


async def test_a_subject_that_is_no_address_is_no_name(anywhere):
    assert await user_of(anywhere, access_token={"sub": "00u1a2b3c4"}) == ""


async def test_by_a_code_on_another_device_too(anywhere):
    await anywhere.vault.put(anywhere.account.secret, Secret(SECRET))
    anywhere.authority.extra["access_token"] = jwt({"upn": AKI})
    if anywhere.account.cloud.entra:
        anywhere.authority.good["secret"] = None
    attempt = await anywhere.source.device_begin(anywhere.account)
    anywhere.authority.type_in(attempt.user_code)
    assert await anywhere.source.device_ask(anywhere.account) == 0
    assert (await anywhere.source.state(anywhere.account)).user == AKI


async def test_of_a_sign_in_whose_person_nobody_knew_a_renewal_tells(anywhere):
    assert await user_of(anywhere) == ""
    anywhere.authority.extra["access_token"] = jwt({"upn": AKI})
    await anywhere.source.token(anywhere.account)
    kept = await GrantStore(anywhere.vault).get(anywhere.account)
    assert kept.user == AKI


async def test_another_is_noticed_and_the_mailbox_by_its_short_name_is_none(anywhere):
    user = await user_of(anywhere, access_token={"email": AKI})
    assert AKI in of_other(anywhere.account, user, "smtp", "out").en
    assert of_other(anywhere.account, "Alarm", "smtp", "out") == NOTHING
    other = replace(anywhere.account, mailbox="box@x.test")
    assert "Alarm" in of_other(other, "Alarm", "smtp", "out").en


@pytest.mark.parametrize(
    ("aud", "fits", "told"),
    [
        pytest.param(EXCHANGE, True, EXCHANGE, id="one"),
        pytest.param([f"{EXCHANGE}/"], True, f"{EXCHANGE}/", id="a list of one"),
        pytest.param(["https://a.test", EXCHANGE], True, EXCHANGE, id="one of several"),
        pytest.param(["https://a.test", "b"], False, "https://a.test, b", id="none of several"),
        pytest.param([], False, "", id="none"),
        pytest.param({"a": 1}, False, "", id="no audience"),
    ],
)
def test_a_token_may_be_for_several(aud, fits, told):
    """RFC 7519, 4.1.3."""
    seen = read_claims(Secret(jwt({"aud": aud, "scp": "SMTP.Send", "upn": BOX})), "smtp")
    assert (seen.is_for_resource, seen.audience) == (fits, told)
    assert seen.permits == ("SMTP.Send",)
