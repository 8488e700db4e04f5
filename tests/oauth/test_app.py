"""An app that signs in by its client secret alone: what is sent, kept, remembered and said."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace

import pytest

from noroshi.oauth.errors.error_explanation import advise
from noroshi.oauth.high_volume import role_at
from noroshi.oauth.jwt_claims import describe_app_token, describe_reading
from noroshi.oauth.provider import SignInError
from noroshi.oauth.tokens import SignInStatus
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, refusal

WRONG = refusal("invalid_client", 7000215, 401)
ENDED = refusal("invalid_client", 7000222, 401)


@pytest.fixture
async def alone(scene, app):
    """A scene whose account is an app's, with the right secret in the vault."""
    scene.account = app
    await scene.vault.put(app.secret, Secret(SECRET))
    return scene


def jwt(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return Secret(f"e30.{body}.x")


async def test_no_person_and_no_page_is_needed(alone):
    assert await alone.source.token(alone.account) == Secret("canary-access-1")
    with pytest.raises(SignInError, match="no page to open"):
        await alone.source.begin(alone.account)


async def test_eight_callers_at_once_ask_once(alone):
    found = await asyncio.gather(*(alone.source.token(alone.account) for _ in range(8)))
    assert found == [Secret("canary-access-1")] * 8
    assert len(alone.authority.posts) == 1


@pytest.mark.parametrize(
    ("passed", "requests"),
    [
        pytest.param(2999, 1, id="good until the margin"),
        pytest.param(3000, 2, id="asked for anew at the margin"),
    ],
)
async def test_a_token_is_replaced_before_its_end(alone, passed, requests):
    await alone.source.token(alone.account)
    alone.times.passed += passed
    await alone.source.token(alone.account)
    assert len(alone.authority.posts) == requests


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(WRONG, "secret is wrong (AADSTS7000215)", id="wrong"),
        pytest.param(ENDED, "client secret has expired (AADSTS7000222)", id="ended"),
    ],
)
async def test_a_refused_secret_is_said_and_not_sent_again(alone, answer, said):
    alone.authority.answer = lambda form: answer
    for _ in range(3):
        with pytest.raises(SignInError) as caught:
            await alone.source.token(alone.account)
        assert said in str(caught.value)
    assert len(alone.authority.posts) == 1
    state = await alone.source.state(alone.account)
    assert state.sign is SignInStatus.NEEDED and said in state.reason.en


async def test_a_new_secret_is_tried_at_once(alone):
    alone.authority.answer = lambda form: ENDED
    with pytest.raises(SignInError):
        await alone.source.token(alone.account)
    alone.authority.answer, alone.authority.good["secret"] = lambda form: None, "new"
    await alone.vault.put(alone.account.secret, Secret("new"))
    assert await alone.source.token(alone.account) == Secret("canary-access-2")


async def test_a_proof_asks_whatever_is_at_hand_or_remembered(alone):
    await alone.source.token(alone.account)
    assert await alone.source.force_new(alone.account) == Secret("canary-access-2")
    alone.authority.answer = lambda form: WRONG
    for _ in range(2):
        with pytest.raises(SignInError, match="7000215"):
            await alone.source.force_new(alone.account)
    assert len(alone.authority.posts) == 4


async def test_its_state_is_its_last_token_also_after_a_restart(alone):
    before = await alone.source.state(alone.account)
    assert before.sign is SignInStatus.NEVER and before.reason.en.endswith(
        "Sign in: noroshi authorize ROUTE"
    )
    smtp1 = replace(alone.account, route="smtp1")
    assert (await alone.source.state(smtp1)).reason.en.endswith(
        "Sign in: noroshi authorize smtp1"
    )
    await alone.source.token(alone.account)
    alone.times.passed += 4000
    await alone.source.token(alone.account)
    state = await alone.restarted().state(alone.account)
    assert state.sign is SignInStatus.SIGNED_IN
    assert state.renewed == alone.times.clocks.wall() and state.changed_at < state.renewed


async def test_what_a_person_signed_in_does_not_stand_in_its_way(scene, app):
    await scene.signed_in()
    scene.account = app
    assert (await scene.source.state(app)).sign is SignInStatus.NEVER
    await scene.source.token(app)
    assert (await scene.source.state(app)).sign is SignInStatus.SIGNED_IN
    person = await scene.source.state(replace(app, sign_in="person"))
    assert person.sign is SignInStatus.NEEDED


async def test_no_token_of_it_lies_in_the_store(alone):
    await alone.source.token(alone.account)
    assert await alone.kept_token() == ""


async def test_a_full_store_withholds_no_token(alone):
    alone.shelf.full = "refresh/"
    assert await alone.source.token(alone.account) == Secret("canary-access-1")
    alone.shelf.full = "nothing"
    await alone.source.close()
    state = await alone.restarted().state(alone.account)
    assert state.sign is SignInStatus.SIGNED_IN


async def test_a_missing_secret_is_said_and_asks_nobody(scene, app):
    with pytest.raises(SignInError, match="has no client secret"):
        await scene.source.token(app)
    assert scene.authority.posts == []


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        pytest.param("invalid_grant", 50173, "this application", id="what a person could mend"),
        pytest.param("invalid_grant", 65001, "SMTP.SendAsApp", id="no consent"),
        pytest.param("invalid_grant", 53003, "workload identities", id="a policy"),
    ],
)
def test_nobody_is_told_to_sign_in_for_it(error, code, said):
    advice = advise(error, codes=(code,), app_only=True)
    assert advice.party == "admin" and said in advice.words.en
    assert f"AADSTS{code}" in advice.words.ja and "サインインし" not in advice.words.ja
    assert "サインインし" in advise("invalid_grant", codes=(50173,)).words.ja  # a person is


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param(
            jwt(aud="https://outlook.office365.com", roles=["SMTP.SendAsApp"]),
            ("is for Exchange Online", "has the permission"),
            id="good",
        ),
        pytest.param(
            jwt(aud=["api://x", "https://outlook.office365.com"], roles=["SMTP.SendAsApp"]),
            ("is for Exchange Online", "has the permission"),
            id="for several",
        ),
        pytest.param(
            jwt(aud=["api://x", 7, "api://y"], roles=["SMTP.SendAsApp"]),
            ("for “api://x, api://y”", "has the permission"),
            id="for several others",
        ),
        pytest.param(
            jwt(aud="https://outlook.office365.com/", roles=["Mail.Send"]),
            ("is for Exchange Online", "lacks the permission SMTP.SendAsApp"),
            id="without its role",
        ),
        pytest.param(
            jwt(aud="00000003-0000-0000-c000-000000000000"),
            ("for “00000003-0000-0000-c000-000000000000”", "lacks the permission"),
            id="for Graph",
        ),
        pytest.param(Secret("EwBopaque"), ("is opaque",), id="opaque"),
        pytest.param(Secret("a.b.c"), ("is opaque",), id="no JSON in it"),
        pytest.param(
            Secret(f"a.{base64.b64encode(b'[' * 99_999).decode()}.c"),
            ("is opaque",),
            id="too deep to be read",
        ),
        pytest.param(
            jwt(aud="\x1b[31mred"),
            ("for “?[31mred”", "lacks the permission"),
            id="what a terminal would obey",
        ),
    ],
)
def test_what_a_token_says_of_itself_is_told(token, said):
    found = describe_app_token(token)
    assert len(found) == len(said)
    for words, part in zip(found, said, strict=True):
        assert part in words.en and not words.ja.isascii()


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (["Mail.Send"], "It has the permission Mail.Send."),
        (["SMTP.SendAsApp"], "lacks the Office 365 Exchange Online permission Mail.Send"),
    ],
    ids=["its own", "a mailbox's"],
)
def test_a_token_for_high_volume_email_is_measured_by_what_that_wants(roles, said):
    token = jwt(aud="https://outlook.office365.com", roles=roles)
    told = describe_app_token(token, role_at("smtp.hve.mx.microsoft"))[-1]
    assert said in told.en and "Mail.Send" in told.ja
    assert "SendAsApp" not in told.en + told.ja


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param(
            jwt(roles=["Mail.Read"]), "It allows reading the mailbox (Mail.Read)", id="may"
        ),
        pytest.param(jwt(roles=["Mail.ReadWrite"]), "(Mail.ReadWrite)", id="more than that"),
        pytest.param(jwt(roles=["Mail.ReadBasic"]), "lacks the permission", id="not enough"),
        pytest.param(jwt(roles="Mail.Read"), "lacks the permission", id="no list"),
        pytest.param(Secret("EwBopaque"), "lacks the permission", id="opaque"),
    ],
)
def test_whether_a_token_may_read_mailboxes_is_told(token, said):
    (words,) = describe_reading(token)
    assert said in words.en and not words.ja.isascii()
