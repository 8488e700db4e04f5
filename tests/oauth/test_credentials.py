"""Two secrets or certificates at once: the next takes over without a gap, and nobody is asked twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography.x509 import load_pem_x509_certificate

from noroshi.oauth.client_certificates import make, parts
from noroshi.oauth.provider import SignInError
from noroshi.oauth.tokens import SignInStatus
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, refusal

OLD = "canary-old-secret"
SIGN_INS = ["person", "app"]


@pytest.fixture(params=SIGN_INS)
async def two(request, scene):
    """An account with an old and a new secret, both of which the server takes still."""
    scene.account = replace(scene.account, secret_next="m365-next")
    await scene.signed_in()
    scene.account = replace(scene.account, sign_in=request.param)
    await scene.vault.put("m365-secret", Secret(OLD))
    await scene.vault.put("m365-next", Secret(SECRET))
    scene.authority.ended.add(OLD)
    return scene


def shown(scene):
    return [form.get("client_secret") for form in scene.authority.posts]


async def test_a_secret_that_ended_hands_over_to_the_next_within_one_question(two):
    assert await two.source.token(two.account) == Secret("canary-access-2")
    assert shown(two) == [OLD, SECRET]
    state = await two.source.state(two.account)
    assert state.sign is SignInStatus.SIGNED_IN and state.by_next
    assert not state.by_certificate


async def test_the_one_that_was_taken_last_comes_first_also_after_a_restart(two):
    await two.source.token(two.account)
    two.times.passed += 3600
    await two.restarted().token(two.account)
    assert shown(two) == [OLD, SECRET, SECRET]


async def test_one_whose_day_has_come_is_not_tried_first(two):
    """Entra counts refusals; the day was written down to spare it."""
    today = two.times.clocks.wall().date()
    two.account = replace(two.account, secret_ends=today - timedelta(days=1))
    await two.source.token(two.account)
    assert shown(two) == [SECRET]


async def test_one_whose_day_was_written_down_wrongly_is_tried_all_the_same(two):
    two.account = replace(two.account, secret_next_ends=date(2020, 1, 1))
    await two.source.token(two.account)
    assert shown(two) == [OLD, SECRET]


async def test_the_next_may_be_put_in_before_the_first_ends_and_is_not_used_before(two):
    two.authority.good["secret"], two.authority.ended = OLD, set()
    await two.source.token(two.account)
    assert shown(two) == [OLD]
    assert not (await two.source.state(two.account)).by_next


async def test_both_refused_is_told_of_the_first_and_remembered(two):
    await two.vault.put("m365-next", Secret("wrong"))
    for _ in range(3):
        with pytest.raises(SignInError, match="AADSTS7000222"):
            await two.source.token(two.account)
    assert len(two.authority.posts) == 2
    await two.vault.put("m365-next", Secret(SECRET))
    await two.source.token(two.account)


async def test_another_refusal_is_not_put_down_to_the_secret(two):
    two.authority.answer = lambda form: refusal("invalid_grant", 53003)
    with pytest.raises(SignInError, match="AADSTS53003"):
        await two.source.token(two.account)
    assert len(two.authority.posts) == 1


async def test_a_code_is_redeemed_with_the_next_one_too(scene):
    scene.account = replace(scene.account, secret_next="m365-next")
    await scene.vault.put("m365-secret", Secret(OLD))
    await scene.vault.put("m365-next", Secret(SECRET))
    scene.authority.ended.add(OLD)
    url = await scene.source.begin(scene.account)
    await scene.source.finish(scene.account, scene.authority.walk(url))
    assert shown(scene) == [OLD, SECRET]
    scene.times.passed += 3600
    await scene.source.token(scene.account)
    assert shown(scene) == [OLD, SECRET, SECRET]


# certificates


def known(authority, bundle):
    pem = parts(bundle.reveal())[1].encode()
    authority.certificates.append(load_pem_x509_certificate(pem))


@pytest.fixture
async def signed(scene):
    """An app with a certificate that is known, and the next one that is not yet uploaded."""
    scene.account = replace(
        scene.account, sign_in="app", secret="", certificate="cert", certificate_next="next"
    )
    now = scene.times.clocks.wall()
    for name, days in (("cert", 30), ("next", 700)):
        bundle = make(name, now, days)
        await scene.vault.put(name, bundle)
        if name == "cert":
            known(scene.authority, bundle)
    return scene


async def test_a_certificate_signs_an_app_in(signed):
    assert await signed.source.token(signed.account) == Secret("canary-access-1")
    state = await signed.source.state(signed.account)
    assert state.ends == (signed.times.clocks.wall() + timedelta(days=30)).date()


async def test_the_next_certificate_takes_over_once_the_first_is_taken_out(signed):
    await signed.source.token(signed.account)
    signed.authority.certificates.clear()
    known(signed.authority, await signed.vault.get("next"))
    signed.times.passed += 3600
    await signed.source.token(signed.account)
    assert len(signed.authority.posts) == 3
    state = await signed.source.state(signed.account)
    assert state.by_next and state.by_certificate


async def test_a_certificate_that_has_ended_is_not_tried_first(signed):
    known(signed.authority, await signed.vault.get("next"))
    signed.times.passed += 31 * 86_400
    await signed.source.token(signed.account)
    assert len(signed.authority.posts) == 1


async def test_a_certificate_nobody_uploaded_is_told_as_such(signed):
    signed.authority.certificates.clear()
    with pytest.raises(SignInError, match="noroshi cert show") as caught:
        await signed.source.token(signed.account)
    assert caught.value.party == "admin" and caught.value.codes == (700027,)


async def test_a_certificate_comes_before_a_secret(signed):
    signed.account = replace(signed.account, secret="m365-secret")
    await signed.vault.put("m365-secret", Secret(SECRET))
    await signed.source.token(signed.account)
    assert shown(signed) == [None]


async def test_a_certificate_that_is_none_is_told_and_nobody_is_asked(signed):
    await signed.vault.put("cert", Secret("not a certificate"))
    with pytest.raises(SignInError, match="not a certificate with its key"):
        await signed.source.token(signed.account)
    assert signed.authority.posts == []


async def test_a_certificate_that_is_missing_is_said(scene):
    scene.account = replace(scene.account, sign_in="app", secret="", certificate="cert")
    with pytest.raises(SignInError, match="noroshi cert new m365"):
        await scene.source.token(scene.account)
