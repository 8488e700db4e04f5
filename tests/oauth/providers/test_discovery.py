"""Where a server says that its endpoints are, and what is not believed of it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from noroshi.oauth.provider import SignInError, UnreachableError
from noroshi.vault import Secret
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
        pytest.param(
            {"issuer": "https://evil.test"}, "identifies itself as", id="another issuer"
        ),
        pytest.param({"issuer": None}, "identifies itself as", id="no issuer"),
        pytest.param(
            {"token_endpoint": None}, "publishes no endpoints", id="no token endpoint"
        ),
        pytest.param(
            {"token_endpoint": "http://localhost/token"}, "publishes no endpoints", id="no TLS"
        ),
        pytest.param(
            {"device_authorization_endpoint": 7}, "publishes no endpoints", id="no address"
        ),
    ],
)
async def test_metadata_that_leads_elsewhere_is_refused(oidc, authority, metadata, said):
    authority.metadata_extra = metadata
    with pytest.raises(SignInError, match=said) as caught:
        await begun(oidc)
    assert caught.value.party == "setup" and authority.posts == []


async def test_a_server_that_tells_nothing_is_told(oidc, authority):
    authority.paths_gone.add("/.well-known")
    with pytest.raises(SignInError, match="publishes no endpoints"):
        await begun(oidc)


async def test_a_server_that_is_away_is_unreachable(oidc, authority):
    authority.close()
    with pytest.raises(UnreachableError, match="cannot connect to"):
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


ENDPOINTS = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
MICROSOFTS = (
    "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    "https://LOGIN.microsoftonline.COM./common/oauth2/v2.0/token",
    "https://login.microsoftonline.com:443/common",
)


@pytest.fixture(params=["account", "oidc"], ids=["entra", "by discovery"])
def discovered(request):
    """Whose endpoints its server tells, in either way to ask."""
    return request.getfixturevalue(request.param)


def elsewhere(authority, name):
    """The same server by another name, at which its certificate is good too."""
    port = urlsplit(authority.url).port
    return f"https://127.0.0.1:{port}/t1/oauth2/v2.0/{name}"


async def refused(account):
    """Whatever is asked: nobody is sent anywhere, and nothing is shown to anybody."""
    client = with_secret(account)
    provider = provider_of(account.cloud)
    told = set()
    for asked in (
        provider.begin(client, ("smtp",), account.redirect),
        provider.device_begin(client, "smtp"),
        provider.refresh(client, Secret("canary"), "smtp"),
        provider.app_only(client, "smtp"),
    ):
        with pytest.raises(SignInError) as caught:
            await asked
        assert caught.value.party == "setup"
        told.add((caught.value.error, caught.value.words.en))
    (found,) = told
    return found


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_metadata_may_not_lead_to_another_host(discovered, authority, name):
    authority.metadata_extra = {name: elsewhere(authority, name)}
    error, words = await refused(discovered)
    assert error == "other_host" and "127.0.0.1" in words and "endpoint_hosts" in words
    assert authority.posts == []


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_a_host_that_the_profile_lists_is_taken(discovered, authority, name):
    authority.metadata_extra = {name: elsewhere(authority, name)}
    cloud = replace(discovered.cloud, endpoint_hosts=("127.0.0.1",))
    account = replace(discovered, cloud=cloud)
    assert (await begun(account)).url
    authority.refresh_tokens["canary-refresh-0"] = 0.0
    client = with_secret(account)
    assert await provider_of(cloud).refresh(client, Secret("canary-refresh-0"), "smtp")


async def test_another_port_of_the_same_host_is_the_same_host(oidc, authority):
    authority.metadata_extra = {"authorization_endpoint": "https://localhost:8443/authorize"}
    assert (await begun(oidc)).url.startswith("https://localhost:8443/authorize?")


@pytest.mark.parametrize("url", MICROSOFTS)
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_no_profile_leads_to_microsoft(discovered, authority, name, url):
    """A mix-up (RFC 9207): Microsoft's codes and tokens would go to somebody's mail server."""
    authority.metadata_extra = {name: url}
    cloud = replace(discovered.cloud, endpoint_hosts=("login.microsoftonline.com",))
    error, words = await refused(replace(discovered, cloud=cloud))
    assert error == "leads_to_microsoft" and "login.microsoftonline.com" in words
    assert authority.posts == []


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://login%2Emicrosoftonline.com/token", id="escaped"),
        pytest.param("https://login\u3002microsoftonline.com/token", id="another full stop"),
        pytest.param("https://\uff4cogin.microsoftonline.com/token", id="a wide letter"),
        pytest.param("https://login.microsoftonline.com\\@localhost/token", id="a backslash"),
        pytest.param("https://localhost@login.microsoftonline.com/token", id="a user"),
        pytest.param("https://localhost\t/token", id="a tab"),
    ],
)
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_an_address_that_browsers_read_otherwise_is_none(oidc, authority, name, url):
    authority.metadata_extra = {name: url}
    _, words = await refused(oidc)
    assert "publishes no endpoints" in words and authority.posts == []


async def test_nor_is_it_one_in_entra_s_way(account, authority):
    """Python reads it as of this host, a browser as of Microsoft's."""
    there = "https://login.microsoftonline.com\\@localhost/token"
    authority.metadata_extra = {"authorization_endpoint": there}
    error, _ = await refused(account)
    assert error == "other_host" and authority.posts == []


async def test_a_tenant_is_no_way_around_it(told, authority):
    """Where the host itself is the account's to say."""
    cloud = replace(told.cloud, token_endpoint="https://{tenant}/token")
    account = replace(told, cloud=cloud, tenant="login.microsoftonline.com")
    error, _ = await refused(account)
    assert error == "leads_to_microsoft"


async def test_no_code_is_to_be_typed_at_microsoft(any_account, authority):
    authority.device_extra = {"verification_uri": "https://microsoft.com/devicelogin"}
    with pytest.raises(SignInError) as caught:
        await provider_of(any_account.cloud).device_begin(with_secret(any_account), "smtp")
    assert caught.value.error == "leads_to_microsoft"


async def redeemed(account, authority, **of_query):
    client, provider = with_secret(account), provider_of(account.cloud)
    attempt = await provider.begin(client, ("smtp",), account.redirect)
    query = dict(parse_qsl(urlsplit(authority.walk(attempt.url, **of_query)).query))
    return await provider.redeem(client, attempt, query, "smtp")


async def test_a_code_of_another_server_is_not_redeemed(oidc, authority):
    """RFC 9207, 2.4."""
    with pytest.raises(SignInError, match="a different sign-in server") as caught:
        await redeemed(oidc, authority, iss="https://login.microsoftonline.com/t/v2.0")
    assert caught.value.party == "user" and authority.posts == []


async def test_a_code_of_a_server_that_says_its_name_must_come_with_it(oidc, authority):
    authority.metadata_extra = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(SignInError, match="a different sign-in server"):
        await redeemed(oidc, authority)
    assert authority.posts == []
    issuer = f"{authority.url}/t1/v2.0"
    assert (await redeemed(oidc, authority, iss=issuer)).refresh


async def test_a_server_that_says_no_name_is_taken_as_before(any_account, authority):
    assert (await redeemed(any_account, authority)).refresh
