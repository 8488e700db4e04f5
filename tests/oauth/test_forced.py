"""A renewal that is forced, by `doctor` or because a sign-in rested, takes nothing from what works."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.oauth.provider import SignInError
from noroshi.oauth.tokens import SignInStatus
from noroshi.vault import Secret
from tests.oauth.authority import refusal

ENDED = refusal("invalid_grant", 700082)


@pytest.fixture
async def working(scene):
    """Signed in, with a token at hand."""
    await scene.signed_in()
    await scene.source.token(scene.account)
    scene.authority.answer = lambda form: ENDED
    return scene


async def refused(asked):
    with pytest.raises(SignInError, match="AADSTS700082"):
        await asked


async def sign(scene):
    return (await scene.source.state(scene.account, "smtp")).sign


@pytest.mark.parametrize("restarted", [False, True])
async def test_one_that_fails_leaves_a_route_well_whose_token_is_good(working, restarted):
    await refused(working.source.force_new(working.account))
    if restarted:
        working.source = working.restarted()
    assert await sign(working) is SignInStatus.SIGNED_IN
    assert await working.source.token(working.account) == Secret("canary-access-1")


async def test_once_the_token_has_ended_somebody_is_needed(working):
    await refused(working.source.force_new(working.account))
    working.times.passed += 3600
    await refused(working.source.token(working.account))
    assert await sign(working) is SignInStatus.NEEDED


async def test_the_same_holds_where_a_sign_in_has_rested(working):
    working.account = replace(working.account, renew_every=timedelta(minutes=1))
    working.source = working.restarted()
    await working.source.ask_again(working.account)
    working.authority.answer = lambda form: None
    await working.source.token(working.account)
    working.authority.answer = lambda form: ENDED
    working.times.passed += 60
    asked = len(working.authority.posts)
    await working.source.keep_alive([(working.account, ("smtp",))])
    assert len(working.authority.posts) == asked + 1
    assert await sign(working) is SignInStatus.SIGNED_IN


async def test_a_route_whose_token_the_mail_server_refuses_is_not_made_well_by_looking(working):
    working.times.passed += 30
    await refused(working.source.token(working.account, force=True))
    since = (await working.source.state(working.account, "smtp")).changed_at
    working.times.passed += 60
    await refused(working.source.force_new(working.account))
    state = await working.source.state(working.account, "smtp")
    assert state.sign is SignInStatus.NEEDED and state.changed_at == since


async def test_what_is_mended_is_found_by_looking(working):
    working.times.passed += 30
    await refused(working.source.token(working.account, force=True))
    working.authority.answer = lambda form: None
    assert await working.source.force_new(working.account)
    assert await sign(working) is SignInStatus.SIGNED_IN


async def test_without_a_token_at_hand_a_forced_one_that_fails_is_remembered(working):
    working.times.passed += 3600
    await refused(working.source.force_new(working.account))
    asked = len(working.authority.posts)
    await refused(working.source.token(working.account))
    assert len(working.authority.posts) == asked
    assert await sign(working) is SignInStatus.NEEDED
