"""A sign-in that nobody uses stays alive, on our own clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.oauth.tokens import SignInStatus
from noroshi.ports import StoreError
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, refusal

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
async def silent(scene):
    """Signed in, at a provider that ends what rests for 90 days; no mail leaves."""
    scene.authority.clock = lambda: scene.times.passed
    await scene.signed_in()
    return scene


async def pass_by(scene, days, *, each=DAY):
    """Time passes; a node looks now and then, as the one in `app` does."""
    for _ in range(int(days * DAY / each)):
        scene.times.passed += each
        await scene.source.keep_alive([(scene.account, ("smtp",))])


async def test_after_200_silent_days_the_refresh_token_is_alive(silent):
    await pass_by(silent, 200)
    state = await silent.source.state(silent.account)
    assert state.sign is SignInStatus.SIGNED_IN
    assert silent.times.clocks.wall() - state.renewed <= timedelta(days=7)
    asked = len(silent.authority.posts)
    assert 200 / 7 - 1 <= asked <= 200 / 7 + 1
    silent.times.passed += HOUR
    assert await silent.source.token(silent.account) == Secret(f"canary-access-{asked + 1}")


async def test_without_it_the_sign_in_would_have_ended(silent):
    silent.times.passed += 91 * DAY
    with pytest.raises(Exception, match="unused for too long"):
        await silent.source.token(silent.account)


async def test_mails_that_leave_spare_it(silent):
    for _ in range(20):
        silent.times.passed += DAY
        await silent.source.token(silent.account)
        before = len(silent.authority.posts)
        await silent.source.keep_alive([(silent.account, ("smtp",))])
        assert len(silent.authority.posts) == before


async def test_a_renewal_by_a_clock_that_was_ahead_is_none_to_rely_on(silent):
    """A year ahead, it would rest for longer than the provider lets it."""
    silent.times.passed += 365 * DAY
    silent.authority.clock = lambda: 0.0
    await silent.source.token(silent.account)
    silent.times.passed -= 365 * DAY
    before = len(silent.authority.posts)
    await pass_by(silent, 3)
    assert len(silent.authority.posts) == before + 1


@pytest.mark.parametrize("every", [timedelta(days=1), timedelta(days=30)])
async def test_how_long_it_may_rest_is_the_account_s_to_say(silent, every):
    silent.account = replace(silent.account, renew_every=every)
    silent.source = silent.restarted()
    await pass_by(silent, 60)
    assert len(silent.authority.posts) == 60 / every.days


async def test_a_restart_forgets_nothing_of_it(silent):
    for _ in range(70):
        silent.times.passed += DAY
        silent.source = silent.restarted()
        await silent.source.keep_alive([(silent.account, ("smtp",))])
    assert len(silent.authority.posts) == 10


async def test_an_outage_of_the_provider_is_outlived(silent):
    silent.authority.answer = lambda form: refusal("temporarily_unavailable", 90033, 503)
    await pass_by(silent, 12)
    silent.authority.answer = lambda form: None
    await pass_by(silent, 1, each=HOUR)
    state = await silent.source.state(silent.account)
    assert state.sign is SignInStatus.SIGNED_IN
    assert silent.times.clocks.wall() - state.renewed <= timedelta(days=1)


async def test_a_sign_in_that_was_revoked_is_found_out_before_an_alarm_needs_it(silent):
    silent.authority.answer = lambda form: refusal("invalid_grant", 50173)
    await pass_by(silent, 30)
    state = await silent.source.state(silent.account)
    assert state.sign is SignInStatus.NEEDED and "AADSTS50173" in state.reason.en
    assert len(silent.authority.posts) == 1


async def test_an_app_by_itself_is_tried_too_as_its_secret_may_have_ended(silent):
    silent.account = replace(silent.account, sign_in="app")
    await silent.source.token(silent.account)
    silent.authority.ended.add(SECRET)
    await pass_by(silent, 8)
    state = await silent.source.state(silent.account)
    assert state.sign is SignInStatus.NEEDED and "AADSTS7000222" in state.reason.en


async def test_one_account_s_trouble_keeps_no_other_from_it(silent):
    other = replace(silent.account, name="other", secret="nowhere")
    silent.times.passed += 8 * DAY
    await silent.source.keep_alive([(other, ()), (silent.account, ())])
    assert len(silent.authority.posts) == 1


async def test_what_nobody_signed_in_is_left_alone(silent):
    never = replace(silent.account, name="never")
    silent.times.passed += 8 * DAY
    await silent.source.keep_alive([(never, ("smtp",))])
    assert silent.authority.posts == []


async def test_a_store_that_is_away_ends_nothing(silent):
    silent.times.passed += 8 * DAY
    get = silent.shelf.get_secret

    async def broken(name):
        raise StoreError("disk I/O error")

    silent.shelf.get_secret = broken
    await silent.source.keep_alive([(silent.account, ("smtp",))])
    silent.shelf.get_secret = get
    await silent.source.keep_alive([(silent.account, ("smtp",))])
    assert len(silent.authority.posts) == 1
