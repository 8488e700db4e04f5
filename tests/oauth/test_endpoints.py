"""Where a server says that its endpoints are, and what is not believed of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.oauth.provider import SignInFailed, Unreachable
from tests.oauth.authority import as_json
from tests.oauth.conftest import provider_of, with_secret


async def begun(account):
    client = with_secret(account)
    return await provider_of(account.cloud).begin(client, ("smtp",), account.redirect)


async def test_a_server_without_openid_connect_is_asked_as_rfc_8414_says(oidc, authority):
    authority.paths_gone.add("/openid-configuration")
    await begun(oidc)
    assert authority.seen == [
        "/t1/v2.0/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/t1/v2.0",
    ]


async def test_endpoints_that_are_said_are_not_asked_for(told, authority):
    await begun(told)
    assert authority.seen == []


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        pytest.param({"issuer": "https://evil.test"}, "calls itself", id="another issuer"),
        pytest.param({"issuer": None}, "calls itself", id="no issuer"),
        pytest.param({"token_endpoint": None}, "tells no endpoints", id="no token endpoint"),
        pytest.param(
            {"token_endpoint": "http://localhost/token"}, "tells no endpoints", id="no TLS"
        ),
        pytest.param(
            {"device_authorization_endpoint": 7}, "tells no endpoints", id="no address"
        ),
    ],
)
async def test_metadata_that_leads_elsewhere_is_refused(oidc, authority, metadata, said):
    authority.metadata_extra = metadata
    with pytest.raises(SignInFailed, match=said) as caught:
        await begun(oidc)
    assert caught.value.who == "setup" and authority.posts == []


async def test_a_server_that_tells_nothing_is_told(oidc, authority):
    authority.paths_gone.add("/.well-known")
    with pytest.raises(SignInFailed, match="tells no endpoints"):
        await begun(oidc)


async def test_a_server_that_is_away_is_unreachable(oidc, authority):
    authority.close()
    with pytest.raises(Unreachable, match="cannot connect to"):
        await begun(oidc)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        pytest.param(None, {"openid", "offline_access"}, id="it does not say"),
        pytest.param(["openid", "email"], {"openid"}, id="no offline_access"),
        pytest.param([], set(), id="none of them"),
    ],
)
async def test_a_sign_in_asks_for_no_more_than_the_server_knows(oidc, authority, known, asked):
    authority.metadata_extra = {"scopes_supported": known} if known is not None else {}
    cloud = replace(oidc.cloud, scope="https://mail.test/SMTP.Send")
    attempt = await begun(replace(oidc, cloud=cloud))
    for word in ("openid", "offline_access"):
        assert (word in attempt.url) == (word in asked)


async def test_a_name_is_taken_from_an_id_token_alone(told, authority):
    cloud = replace(told.cloud, scope="https://mail.test/SMTP.Send")
    client = with_secret(replace(told, cloud=cloud))
    provider = provider_of(cloud)
    attempt = await provider.begin(client, ("smtp",), told.redirect)
    authority.walk(attempt.url)
    authority.answer = lambda form: as_json(200, {"access_token": "canary", "expires_in": 60})
    tokens = await provider.redeem(client, attempt, {"code": "c"}, "smtp")
    assert tokens.user == ""
