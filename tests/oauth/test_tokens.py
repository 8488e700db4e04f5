"""From the pasted URL to a token that is always at hand, and what happens when it is not."""

from __future__ import annotations

import asyncio
import logging
import traceback
from dataclasses import replace

import pytest

from noroshi.oauth.provider import SignInError, UnreachableError
from noroshi.oauth.tokens import SignInStatus
from noroshi.vault import Box, Secret, Vault, VaultError
from tests.oauth.authority import SECRET, as_json, refusal

ENDED = refusal("invalid_grant", 50173)


async def test_a_pasted_url_signs_in_and_the_first_token_is_at_hand(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    url = await scene.source.begin(scene.account)
    pasted = scene.authority.walk(url).replace("&", "&amp;")
    await scene.source.finish(scene.account, f' "{pasted}"\n')
    assert await scene.source.token(scene.account) == Secret("canary-access-1")
    assert len(scene.authority.posts) == 1
    state = await scene.source.state(scene.account)
    assert state.sign is SignInStatus.SIGNED_IN and state.user == "alarm@x.test"
    assert state.changed_at == scene.times.clocks.wall()


async def test_of_an_account_that_is_new_one_thing_is_told_wherever_somebody_asks(scene):
    state = await scene.source.state(scene.account)
    with pytest.raises(SignInError) as failed:
        await scene.source.token(scene.account)
    assert failed.value.words == state.reason  # not that the vault has no secret yet, too


async def test_a_sign_in_begun_before_a_restart_is_finished_after_it(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    url = await scene.source.begin(scene.account)
    await scene.restarted().finish(scene.account, scene.authority.walk(url))
    scene.times.passed += 3600
    assert await scene.restarted().token(scene.account) == Secret("canary-access-2")


async def test_the_store_holds_nothing_in_clear(scene):
    await scene.signed_in()
    await scene.source.token(scene.account)
    names = ["access/m365/smtp", "m365-secret", "refresh/m365", "signin/m365"]
    assert sorted(scene.shelf.kept) == names
    assert b"canary" not in b"".join(scene.shelf.kept.values())


async def test_the_same_url_pasted_twice_says_that_it_is_done(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    pasted = scene.authority.walk(await scene.source.begin(scene.account))
    first, second = await asyncio.gather(
        scene.source.finish(scene.account, pasted),
        scene.source.finish(scene.account, pasted),
        return_exceptions=True,
    )
    assert first is None
    assert isinstance(second, SignInError) and "nothing else is required" in str(second)
    assert len(scene.authority.posts) == 1


async def test_a_url_of_an_earlier_sign_in_is_refused_without_asking(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    pasted = scene.authority.walk(await scene.source.begin(scene.account))
    await scene.source.begin(scene.account)
    with pytest.raises(SignInError, match="earlier sign-in"):
        await scene.source.finish(scene.account, pasted)
    assert scene.authority.posts == []


async def test_a_sign_in_begun_too_long_ago_is_refused(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    pasted = scene.authority.walk(await scene.source.begin(scene.account))
    scene.times.passed += 3601
    with pytest.raises(SignInError, match="more than an hour ago"):
        await scene.source.finish(scene.account, pasted)


async def test_a_wrong_secret_can_be_mended_and_the_same_url_pasted_again(scene):
    await scene.vault.put("m365-secret", Secret("wrong"))
    pasted = scene.authority.walk(await scene.source.begin(scene.account))
    with pytest.raises(SignInError, match="AADSTS7000215"):
        await scene.source.finish(scene.account, pasted)
    await scene.vault.put("m365-secret", Secret(SECRET))
    await scene.source.finish(scene.account, pasted)
    assert await scene.source.token(scene.account) == Secret("canary-access-2")


@pytest.mark.parametrize("step", ["begin", "finish"])
async def test_what_is_missing_is_said(scene, step):
    if step == "finish":
        await scene.vault.put("m365-secret", Secret(SECRET))
        asked, said = scene.source.finish(scene.account, "x"), "No sign-in was started"
    else:
        asked, said = scene.source.begin(scene.account), "has no client secret"
    with pytest.raises(SignInError, match=said):
        await asked


async def test_nobody_signed_in_yet_is_said_and_asks_nobody(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    with pytest.raises(SignInError, match="Nobody has signed in"):
        await scene.source.token(scene.account)
    assert (await scene.source.state(scene.account)).sign is SignInStatus.NEVER
    assert scene.authority.posts == []


async def test_without_a_refresh_token_the_sign_in_is_refused(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    scene.authority.extra = {"refresh_token": None}
    pasted = scene.authority.walk(await scene.source.begin(scene.account))
    with pytest.raises(SignInError, match="offline_access"):
        await scene.source.finish(scene.account, pasted)


async def test_eight_callers_at_once_make_one_request(scene):
    await scene.signed_in()
    tokens = await asyncio.gather(*(scene.source.token(scene.account) for _ in range(8)))
    assert all(token == tokens[0] for token in tokens)
    assert len(scene.authority.posts) == 1


async def test_eight_callers_at_once_share_one_refusal(scene):
    await scene.signed_in()
    scene.authority.answer = lambda form: ENDED
    calls = (scene.source.token(scene.account, force=True) for _ in range(8))
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(each, SignInError) for each in found)
    assert len(scene.authority.posts) == 1


@pytest.mark.parametrize(
    ("expires_in", "passed", "requests"),
    [
        pytest.param(3600, 2999, 1, id="good until the margin"),
        pytest.param(3600, 3000, 2, id="renewed at the margin"),
        pytest.param(200, 99, 1, id="a short life is used for its half"),
        pytest.param(200, 100, 2, id="a short life is renewed at its half"),
        pytest.param(0, 0, 2, id="no life at all is asked each time"),
    ],
)
async def test_a_token_is_renewed_before_its_end(scene, expires_in, passed, requests):
    await scene.signed_in()
    scene.authority.extra = {"expires_in": expires_in}
    await scene.source.token(scene.account)
    scene.times.passed += passed
    await scene.source.token(scene.account)
    assert len(scene.authority.posts) == requests


async def test_a_refused_token_is_replaced_once(scene):
    await scene.signed_in()
    first = await scene.source.token(scene.account)
    scene.times.passed += 60
    second = await scene.source.token(scene.account, force=True)
    assert second != first
    assert await scene.source.token(scene.account, force=True) == second
    assert len(scene.authority.posts) == 2


async def test_each_refresh_uses_the_newest_refresh_token_also_after_a_restart(scene):
    await scene.signed_in()
    for _ in range(3):
        scene.source = scene.restarted()
        await scene.source.token(scene.account)
        scene.times.passed += 3600
    used = [form["refresh_token"] for form in scene.authority.posts]
    assert used == ["canary-refresh-1", "canary-refresh-1", "canary-refresh-2"]
    assert await scene.kept_token() == "canary-refresh-3"


async def test_a_rotated_token_that_cannot_be_saved_is_used_and_saved_later(scene):
    await scene.signed_in()
    before = await scene.kept_token()
    scene.shelf.full = "refresh/"
    for number in (1, 2):
        token = await scene.source.token(scene.account)
        assert token == Secret(f"canary-access-{number}")
        scene.times.passed += 3600
    used = [form["refresh_token"] for form in scene.authority.posts]
    assert used == [before, "canary-refresh-1"]
    assert await scene.kept_token() == before
    saved, put = asyncio.Event(), scene.shelf.put_secret

    async def told_put(name, sealed):
        await put(name, sealed)
        saved.set()

    scene.shelf.full, scene.shelf.put_secret = "nothing", told_put
    await saved.wait()
    assert await scene.kept_token() == "canary-refresh-2"
    await scene.source.close()


async def test_what_the_store_could_not_take_is_offered_to_it_once_more_at_the_end(scene):
    await scene.signed_in()
    scene.source = scene.restarted(again=3600)
    scene.shelf.full = "refresh/"
    await scene.source.token(scene.account)
    scene.shelf.full = "nothing"
    await scene.source.close(patience=60)
    assert await scene.kept_token() == "canary-refresh-1"


async def test_a_rotated_token_outlives_a_store_that_cannot_be_read_just_then(scene):
    await scene.signed_in()

    def meanwhile(_form):
        scene.shelf.unreadable = "refresh/"

    scene.authority.answer = meanwhile
    assert await scene.source.token(scene.account) == Secret("canary-access-1")
    scene.shelf.unreadable = "nothing"
    await scene.source.close(patience=60)
    assert await scene.kept_token() == "canary-refresh-1"


async def test_a_new_sign_in_is_not_replaced_by_a_token_that_was_held(scene):
    await scene.signed_in()
    scene.shelf.full = "refresh/"
    await scene.source.token(scene.account)
    scene.shelf.full = "nothing"
    url = await scene.source.begin(scene.account)
    await scene.source.finish(scene.account, scene.authority.walk(url))
    newest = await scene.kept_token()
    await scene.source.close(patience=60)
    assert await scene.kept_token() == newest


async def test_the_rotated_token_is_saved_before_the_access_token_is_handed_out(scene):
    await scene.signed_in()
    order = []
    put = scene.shelf.put_secret

    async def slow_put(name, sealed):
        await asyncio.sleep(0)
        await put(name, sealed)
        order.append(name)

    scene.shelf.put_secret = slow_put
    await scene.source.token(scene.account)
    order.append("handed out")
    assert order == ["refresh/m365", "access/m365/smtp", "handed out"]


async def test_a_caller_that_gives_up_does_not_lose_the_rotated_token(scene):
    await scene.signed_in()
    call = asyncio.create_task(scene.source.token(scene.account))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait([call])
    await scene.source.close(patience=60)
    assert call.cancelled() and await scene.kept_token() == "canary-refresh-1"
    assert await scene.source.token(scene.account) == Secret("canary-access-1")


async def test_a_server_that_keeps_the_refresh_token_is_served_too(scene):
    await scene.signed_in()
    before = await scene.kept_token()
    scene.authority.extra = {"refresh_token": None}
    await scene.source.token(scene.account)
    assert await scene.kept_token() == before


async def test_an_ended_sign_in_is_remembered_until_somebody_signs_in(scene):
    await scene.signed_in()
    scene.authority.answer = lambda form: ENDED
    for _ in range(5):
        with pytest.raises(SignInError, match="AADSTS50173"):
            await scene.source.token(scene.account)
        scene.times.passed += 86_400
    assert len(scene.authority.posts) == 1
    state = await scene.source.state(scene.account)
    assert state.sign is SignInStatus.NEEDED and "AADSTS50173" in state.reason.ja
    assert not state.has_token
    scene.authority.answer = lambda form: None
    await scene.source.finish(
        scene.account, scene.authority.walk(await scene.source.begin(scene.account))
    )
    assert await scene.source.token(scene.account) == Secret("canary-access-2")
    assert (await scene.source.state(scene.account)).sign is SignInStatus.SIGNED_IN


async def test_a_restart_asks_no_provider_in_vain(scene):
    await scene.signed_in()
    scene.authority.answer = lambda form: ENDED
    for _ in range(3):
        with pytest.raises(SignInError, match="AADSTS50173") as caught:
            await scene.source.token(scene.account)
        assert caught.value.codes == (50173,) and caught.value.party == "user"
        state = await scene.source.state(scene.account)
        assert (
            state.sign is SignInStatus.NEEDED and state.changed_at == scene.times.clocks.wall()
        )
        scene.source = scene.restarted()
    assert len(scene.authority.posts) == 1
    scene.authority.answer = lambda form: None
    url = await scene.source.begin(scene.account)
    await scene.source.finish(scene.account, scene.authority.walk(url))
    assert (await scene.restarted().state(scene.account)).sign is SignInStatus.SIGNED_IN


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"secret": "another"}, id="a secret of another entry"),
        pytest.param({"mailbox": "other@x.test"}, id="other settings"),
    ],
)
async def test_what_was_refused_before_a_restart_is_void_with_other_grounds(scene, change):
    await scene.signed_in()
    await scene.vault.put("another", Secret(SECRET))
    scene.authority.answer = lambda form: refusal("invalid_client", 7000222, 401)
    with pytest.raises(SignInError):
        await scene.source.token(scene.account)
    scene.authority.answer, scene.source = lambda form: None, scene.restarted()
    await scene.source.token(replace(scene.account, **change))


async def test_an_administrator_s_mending_is_looked_for_after_a_restart_no_sooner(scene):
    await scene.signed_in()
    scene.authority.answer = lambda form: refusal("invalid_grant", 53003)
    for passed in (0, 900, 899):
        scene.times.passed += passed
        with pytest.raises(SignInError, match="AADSTS53003"):
            await scene.source.token(scene.account)
        scene.source = scene.restarted()
    assert len(scene.authority.posts) == 1
    scene.times.passed += 1
    scene.authority.answer = lambda form: None
    await scene.source.token(scene.account)


async def test_a_refusal_for_one_resource_leaves_the_other_be(scene):
    await scene.signed_in()

    def no_graph(form):
        graph = "graph.test" in form["scope"]
        return refusal("invalid_grant", 65001, suberror="consent_required") if graph else None

    scene.authority.answer = no_graph
    for _ in range(2):
        with pytest.raises(SignInError, match="consent"):
            await scene.source.token(scene.account, resource="graph")
    await scene.source.token(scene.account)
    assert len(scene.authority.posts) == 2
    assert (await scene.source.state(scene.account, "smtp")).sign is SignInStatus.SIGNED_IN
    assert (await scene.source.state(scene.account, "graph")).sign is SignInStatus.NEEDED
    assert not (await scene.source.state(scene.account, "graph")).has_token
    assert (await scene.source.state(scene.account)).has_token  # by the other one mails leave
    assert (await scene.source.state(scene.account)).sign is SignInStatus.NEEDED


async def test_each_resource_has_a_token_of_its_own_behind_one_refresh_token(scene):
    await scene.signed_in()
    tokens = [await scene.source.token(scene.account, resource=r) for r in ("smtp", "graph")]
    tokens += [await scene.source.token(scene.account, resource=r) for r in ("smtp", "graph")]
    assert tokens == [Secret(f"canary-access-{n}") for n in (1, 2, 1, 2)]
    refreshed = [form["refresh_token"] for form in scene.authority.posts]
    assert refreshed == ["canary-refresh-1", "canary-refresh-1"]


async def test_after_a_new_sign_in_no_token_of_the_one_before_is_handed_out(scene):
    """It may have been another person's, or from before a consent that was withdrawn."""
    await scene.signed_in()
    before = [await scene.source.token(scene.account, resource=r) for r in ("smtp", "graph")]
    await scene.source.finish(
        scene.account, scene.authority.walk(await scene.source.begin(scene.account))
    )
    after = [await scene.source.token(scene.account, resource=r) for r in ("smtp", "graph")]
    assert not [token for token in after if token in before]
    source = scene.restarted()
    assert after == [await source.token(scene.account, resource=r) for r in ("smtp", "graph")]


async def test_what_the_cloud_has_no_scope_for_is_said_and_not_asked(scene):
    await scene.signed_in()
    with pytest.raises(SignInError, match="has no scope for this"):
        await scene.source.token(scene.account, resource="inbox")
    assert scene.authority.posts == []


async def test_a_restart_uses_the_token_that_is_still_good(scene):
    await scene.signed_in()
    first = await scene.source.token(scene.account)
    scene.times.passed += 60
    assert await scene.restarted().token(scene.account) == first
    assert len(scene.authority.posts) == 1


async def test_a_token_of_a_time_to_come_is_not_trusted(scene):
    """The wall clock was set back while no node ran."""
    await scene.signed_in()
    await scene.source.token(scene.account)
    scene.times.passed -= 7200
    await scene.restarted().token(scene.account)
    assert len(scene.authority.posts) == 2


async def test_after_a_new_key_a_new_sign_in_is_enough(scene):
    """What the old key sealed of tokens and refusals does not open any more, and is not missed."""
    await scene.signed_in()
    await scene.source.token(scene.account)
    scene.authority.answer = lambda form: refusal("invalid_grant", 53003)
    with pytest.raises(SignInError):
        await scene.source.token(scene.account, resource="graph")
    scene.authority.answer = lambda form: None
    scene.vault = Vault(scene.shelf, Box(Secret("7b" * 32)))
    scene.source = scene.restarted()
    assert (await scene.source.state(scene.account)).sign is SignInStatus.LOCKED
    await scene.signed_in()
    assert await scene.source.token(scene.account) == Secret("canary-access-1")
    assert (await scene.source.state(scene.account)).sign is SignInStatus.SIGNED_IN
    assert all([await scene.vault.get(name) for name in await scene.vault.names()])


async def test_a_public_client_s_sign_in_on_another_device_shows_no_secret_later(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    attempt = await scene.source.device_begin(scene.account)
    scene.authority.good["secret"] = None
    assert await scene.source.device_ask(scene.account) == 5
    scene.authority.devices[attempt.user_code] = "slow"
    assert await scene.source.device_ask(scene.account) == 10
    scene.authority.devices[attempt.user_code] = "accepted"
    assert await scene.restarted().device_ask(scene.account) == 0
    scene.times.passed += 3600
    await scene.restarted().token(scene.account)
    assert all("client_secret" not in form for form in scene.authority.posts)
    assert (await scene.source.state(scene.account)).sign is SignInStatus.SIGNED_IN


async def test_a_code_that_nobody_typed_in_time_is_over_by_our_own_clock(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    await scene.source.device_begin(scene.account)
    scene.times.passed += 900
    with pytest.raises(SignInError, match="expired before the sign-in was finished"):
        await scene.source.device_ask(scene.account)
    assert scene.authority.posts == []


async def test_a_page_and_a_code_are_told_apart(scene):
    await scene.vault.put("m365-secret", Secret(SECRET))
    pasted = scene.authority.walk(await scene.source.begin(scene.account))
    with pytest.raises(SignInError, match="No sign-in was started"):
        await scene.source.device_ask(scene.account)
    await scene.source.device_begin(scene.account)
    with pytest.raises(SignInError, match="started with a device code"):
        await scene.source.finish(scene.account, pasted)


async def test_somebody_may_have_it_asked_again(scene):
    await scene.signed_in()
    scene.authority.answer = lambda form: ENDED
    with pytest.raises(SignInError):
        await scene.source.token(scene.account)
    scene.authority.answer = lambda form: None
    await scene.source.ask_again(scene.account)
    assert await scene.source.token(scene.account) == Secret("canary-access-2")


async def test_an_ended_secret_is_asked_for_again_as_soon_as_a_new_one_is_entered(scene):
    await scene.signed_in()
    scene.authority.good["secret"] = "the new one"
    for _ in range(3):
        with pytest.raises(SignInError) as caught:
            await scene.source.token(scene.account)
    assert caught.value.error == "invalid_client" and caught.value.party == "admin"
    assert len(scene.authority.posts) == 1
    await scene.vault.put("m365-secret", Secret("the new one"))
    assert await scene.source.token(scene.account) == Secret("canary-access-2")


async def test_what_an_administrator_mends_elsewhere_is_found_by_itself(scene):
    await scene.signed_in()
    scene.authority.answer = lambda form: refusal("invalid_grant", 53003)
    for passed in (0, 1799):
        scene.times.passed += passed
        with pytest.raises(SignInError, match="AADSTS53003"):
            await scene.source.token(scene.account)
    assert len(scene.authority.posts) == 1
    scene.times.passed += 1
    scene.authority.answer = lambda form: None
    assert await scene.source.token(scene.account) == Secret("canary-access-2")


@pytest.mark.parametrize(
    ("headers", "held"),
    [
        pytest.param({}, 60, id="unsaid"),
        pytest.param({"Retry_After": "7"}, 7, id="as it says"),
        pytest.param({"Retry_After": "999999"}, 3600, id="an hour at most"),
    ],
)
async def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(scene, headers, held):
    await scene.signed_in()
    scene.authority.answer = lambda form: as_json(429, {"error": "busy"}, **headers)
    for passed in (0, held - 1):
        scene.times.passed += passed
        with pytest.raises(SignInError):
            await scene.source.token(scene.account)
    assert len(scene.authority.posts) == 1
    assert (await scene.source.state(scene.account)).sign is SignInStatus.WAITING
    scene.times.passed += 1
    scene.authority.answer = lambda form: None
    assert await scene.source.token(scene.account) == Secret("canary-access-2")


async def test_a_network_that_is_down_needs_nobody_to_sign_in(scene):
    await scene.signed_in()
    scene.authority.close()
    with pytest.raises(UnreachableError):
        await scene.source.token(scene.account)
    assert (await scene.source.state(scene.account)).sign is SignInStatus.SIGNED_IN


async def test_without_the_vaults_key_the_account_says_so(scene):
    await scene.signed_in()
    scene.vault = Vault(scene.shelf, None)
    source = scene.restarted()
    with pytest.raises(VaultError, match="Cannot open the vault"):
        await source.token(scene.account)
    state = await source.state(scene.account)
    assert state.sign is SignInStatus.LOCKED and "保管庫を開けません" in state.reason.ja


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda a: replace(a, client_id="other"), id="another app"),
        pytest.param(lambda a: replace(a, tenant="other"), id="another tenant"),
        pytest.param(
            lambda a: replace(a, cloud=replace(a.cloud, authority="https://evil.test/x")),
            id="another server",
        ),
    ],
)
async def test_a_refresh_token_is_never_shown_to_another_than_gave_it(scene, change):
    await scene.signed_in()
    changed = change(scene.account)
    with pytest.raises(SignInError, match="has changed since the sign-in"):
        await scene.source.token(changed)
    assert (await scene.source.state(changed)).sign is SignInStatus.NEEDED
    assert scene.authority.posts == []


async def test_two_accounts_do_not_share_a_token_or_a_refusal(scene):
    await scene.signed_in()
    scene.account = replace(scene.account, name="second")
    await scene.signed_in()
    first = replace(scene.account, name="m365")
    scene.authority.answer = lambda form: ENDED
    with pytest.raises(SignInError):
        await scene.source.token(first)
    scene.authority.answer = lambda form: None
    await scene.source.token(scene.account)


async def test_no_secret_is_in_any_log_repr_or_traceback_of_a_whole_life(scene, caplog):
    caplog.set_level(logging.DEBUG)
    told = []
    await scene.signed_in()
    told.append(repr(await scene.source.token(scene.account)))
    scene.times.passed += 4000
    for answer in (ENDED, as_json(429, {}), (200, {}, b"canary-access-9")):
        scene.authority.answer = lambda form, answer=answer: answer
        scene.source = scene.restarted()
        with pytest.raises((SignInError, UnreachableError)) as caught:
            await scene.source.token(scene.account)
        found = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        del found.stack[0]  # this test's own names hold the answers
        told += ["".join(found.format()), repr(caught.value), repr(scene.source._live)]
        told.append(repr(await scene.source.state(scene.account)))
    assert "canary" not in "".join(told) + caplog.text


async def test_an_account_of_another_name_has_its_tokens_its_refusals_and_its_turn(scene):
    await scene.signed_in()
    first = await scene.source.token(scene.account)
    asked = len(scene.authority.posts)
    cloud = replace(scene.account.cloud, name="other")
    renamed = replace(scene.account, name="mail1", id=scene.account.name, cloud=cloud)
    for source in (scene.source, scene.restarted()):
        assert await source.token(renamed) == first
        assert (await source.state(renamed)).sign is SignInStatus.SIGNED_IN
    assert len(scene.authority.posts) == asked
    scene.times.passed += 3600
    scene.authority.answer = lambda form: ENDED
    with pytest.raises(SignInError):
        await scene.restarted().token(renamed)
    state = await scene.restarted().state(scene.account)
    assert state.sign is SignInStatus.NEEDED


async def test_a_rotated_token_that_is_held_in_memory_is_that_of_the_new_name_too(scene):
    await scene.signed_in()
    scene.authority.rotates_once = True
    scene.times.passed += 3600
    scene.shelf.full = "refresh/"
    await scene.source.token(scene.account)
    renamed = replace(scene.account, name="mail1", id=scene.account.name)
    scene.shelf.full = "nothing"
    scene.times.passed += 3600
    await scene.source.token(renamed)
    assert (
        len(scene.authority.posts) == 2
    )  # the held one was taken, as one given up would be refused
    assert [name for name in scene.shelf.kept if "mail1" in name] == []
