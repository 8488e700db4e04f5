"""No renewal asks for more than was granted (RFC 6749, 6); what that was is kept with the sign-in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from noroshi.core.reserved_entries import TOKENS
from noroshi.oauth.grant_store import GrantStore
from noroshi.oauth.provider import SignInError
from noroshi.oauth.tokens import SignInStatus
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, as_json

SMTP, GRAPH = "https://mail.test/SMTP.Send", "https://graph.test/Mail.Send"
EXTRA = "openid offline_access"


def one_resource(account):
    """Where there is one scope to be asked for, as at a provider without Graph."""
    cloud = replace(account.cloud, scope=SMTP, graph="", graph_scope="", graph_shared_scope="")
    return replace(account, cloud=cloud)


def strict(scene, granted):
    """The server grants this, says so, and refuses a wider renewal."""
    scene.authority.extra["scope"] = granted

    def answer(form):
        if form["grant_type"] != "refresh_token" or "scope" not in form:
            return None
        more = set(form["scope"].split()) - set(granted.split())
        said = {"error": "invalid_scope", "error_description": f"not granted: {sorted(more)}"}
        return as_json(400, said) if more else None

    scene.authority.answer = answer
    return scene


@pytest.fixture(params=["oidc", "told"], ids=["by discovery", "endpoints"])
def elsewhere(request, scene):
    scene.account = request.getfixturevalue(request.param)
    return scene


def asked_at_renewals(scene):
    posts = scene.authority.posts
    return [f.get("scope") for f in posts if f["grant_type"] == "refresh_token"]


@pytest.mark.parametrize("granted", [SMTP, f"{SMTP} openid", f"openid {SMTP} email"])
async def test_a_server_that_drops_scopes_renews_for_as_long_as_mails_leave(elsewhere, granted):
    scene = strict(elsewhere, granted)
    scene.account = one_resource(scene.account)
    await scene.signed_in()
    for _ in range(3):
        await scene.source.token(scene.account)
        scene.times.passed += 3600
    assert asked_at_renewals(scene) == [None] * 3
    assert (await scene.source.state(scene.account)).sign is SignInStatus.SIGNED_IN


@pytest.mark.parametrize(
    ("granted", "resource", "asked"),
    [
        pytest.param(f"{SMTP} {GRAPH}", "smtp", SMTP, id="the first of two"),
        pytest.param(f"{SMTP} {GRAPH} openid", "graph", f"{GRAPH} openid", id="the second"),
        pytest.param(SMTP, "graph", GRAPH, id="a server that tells of one token alone"),
    ],
)
async def test_of_several_resources_one_is_asked_for_within_what_was_granted(
    elsewhere, granted, resource, asked
):
    elsewhere.authority.extra["scope"] = granted
    cloud = replace(elsewhere.account.cloud, scope=f"{SMTP} openid")
    elsewhere.account = replace(elsewhere.account, cloud=cloud)
    await elsewhere.signed_in()
    await elsewhere.source.token(elsewhere.account, resource=resource)
    [given] = asked_at_renewals(elsewhere)
    own = {word for word in given.split() if word != "openid"}
    assert own == {word for word in asked.split() if word != "openid"}
    assert set(given.split()) - own <= set(granted.split())


async def kept_scope(scene):
    return (await GrantStore(scene.vault).get(scene.account)).scope


async def test_what_a_server_does_not_say_is_what_was_asked_for(elsewhere):
    """RFC 6749, 5.1."""
    elsewhere.authority.extra["scope"] = None
    await elsewhere.signed_in()
    assert SMTP in (await kept_scope(elsewhere)).split()
    assert "openid" in (await kept_scope(elsewhere)).split()


async def test_so_it_is_after_a_sign_in_by_a_code(elsewhere):
    elsewhere.authority.extra["scope"] = None
    await elsewhere.vault.put(elsewhere.account.secret, Secret(SECRET))
    attempt = await elsewhere.source.device_begin(elsewhere.account)
    elsewhere.authority.type_in(attempt.user_code)
    assert await elsewhere.source.device_ask(elsewhere.account) == 0
    assert SMTP in (await kept_scope(elsewhere)).split()


async def forget_the_scope(scene):
    """As an earlier version kept it."""
    name = f"{TOKENS}{scene.account.storage_name}"
    kept = json.loads((await scene.vault.get(name)).reveal())
    del kept["scope"]
    await scene.vault.put(name, Secret(json.dumps(kept)))
    scene.source = scene.restarted()


@pytest.mark.parametrize("single", [True, False])
async def test_a_sign_in_of_before_goes_on(elsewhere, single):
    if single:
        elsewhere.account = one_resource(elsewhere.account)
    await elsewhere.signed_in()
    await forget_the_scope(elsewhere)
    for _ in range(2):
        assert await elsewhere.source.token(elsewhere.account)
        elsewhere.times.passed += 3600
    renewals = asked_at_renewals(elsewhere)
    assert renewals
    for asked in renewals:
        assert asked is None if single else SMTP in asked.split()


async def test_entra_is_told_for_which_resource_whatever_was_granted_first(scene):
    await scene.signed_in()
    await scene.source.token(scene.account, resource="graph")
    [asked] = asked_at_renewals(scene)
    assert GRAPH in asked.split() and SMTP not in asked.split()


@pytest.mark.parametrize(
    ("with_it", "advice"), [("", "prompt=consent"), ("prompt=consent", "offline_access")]
)
async def test_without_a_refresh_token_it_is_said_what_the_server_may_want(
    elsewhere, with_it, advice
):
    """OpenID Connect Core, 11: offline_access may be ignored without prompt=consent."""
    cloud = replace(elsewhere.account.cloud, authorize_with=with_it)
    elsewhere.account = replace(elsewhere.account, cloud=cloud)
    elsewhere.authority.extra["refresh_token"] = None
    with pytest.raises(SignInError, match=advice) as caught:
        await elsewhere.signed_in()
    assert ("clouds/own.toml" in str(caught.value)) is (not with_it)
