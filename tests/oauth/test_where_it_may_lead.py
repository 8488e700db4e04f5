"""Where a sign-in may not lead: a cloud's metadata and our own manager, however it gets there."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest

from noroshi.core.mail import Network
from noroshi.core.network_policy import NetworkPolicy
from noroshi.oauth.provider import SignInError, UnreachableError
from noroshi.vault import Secret
from tests.network.proxies import Proxy
from tests.oauth.conftest import provider_of, with_secret

INSIDE = "https://169.254.169.254"


async def alone(account, closed=NetworkPolicy(), **network):
    account = replace(account, network=Network(name="office", policy=closed, **network))
    return await provider_of(account.cloud).app_only(with_secret(account), "smtp")


async def why_not(account, closed=NetworkPolicy(), **network):
    with pytest.raises(UnreachableError) as caught:
        await alone(account, closed, **network)
    assert "may_reach" in caught.value.words.ja
    return caught.value.words.en


def inside(account):
    """The account of a cloud whose addresses lead to where clouds give credentials."""
    cloud = account.cloud
    known = ("authority", "authorization_endpoint", "token_endpoint")
    given = {name: getattr(cloud, name) for name in known if getattr(cloud, name)}
    there = {name: INSIDE + urlsplit(url).path for name, url in given.items()}
    return replace(account, cloud=replace(cloud, **there))


def port_of(authority):
    return urlsplit(authority.url).port


async def test_no_sign_in_leads_to_a_cloud_s_metadata(any_account):
    assert "a cloud gives" in await why_not(inside(any_account))


async def test_no_proxy_is_asked_to_lead_it_there(any_account):
    async with Proxy().open() as proxy:
        text = await why_not(inside(any_account), proxy=proxy.address)
    assert "a cloud gives" in text and proxy.asked == []


async def test_no_sign_in_leads_to_our_own_manager(any_account, authority):
    text = await why_not(any_account, NetworkPolicy(port_of(authority)))
    assert "Noroshi's own manager" in text
    assert authority.posts == [] and authority.seen == []


async def test_the_process_s_own_file_opens_it(any_account, authority):
    loopback = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    tokens = await alone(any_account, NetworkPolicy(port_of(authority), loopback))
    assert tokens.access == Secret("canary-access-1")


async def test_an_endpoint_that_a_server_tells_is_judged_as_any_address(oidc, authority):
    authority.metadata_extra = {"token_endpoint": f"{INSIDE}/token"}
    cloud = replace(oidc.cloud, endpoint_hosts=("169.254.169.254",))
    assert "a cloud gives" in await why_not(replace(oidc, cloud=cloud))
    assert authority.seen and authority.posts == []


async def test_no_redirect_is_followed_to_the_metadata(any_account, authority):
    authority.answer = lambda form: (302, {"Location": f"{INSIDE}/latest"}, b"")
    with pytest.raises(UnreachableError, match=r"HTTP 302"):
        await alone(any_account)
    assert len(authority.posts) == 1


@pytest.mark.parametrize(
    "issuer", ["canary of the house", "canary\x1b[2J", ["canary"], {"a": 1}]
)
async def test_what_a_server_answers_is_quoted_only_where_it_is_an_address(
    oidc, authority, issuer
):
    """Whoever may define a cloud could else read by it what only this computer reaches."""
    authority.metadata_extra = {"issuer": issuer}
    with pytest.raises(SignInError, match="identifies itself as") as caught:
        await alone(oidc)
    assert "canary" not in caught.value.words.en + caught.value.words.ja
