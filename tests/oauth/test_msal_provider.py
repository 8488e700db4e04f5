"""MSAL against a real HTTPS server: what is sent, and what becomes of each answer."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from noroshi.oauth.msal_provider import MsalProvider
from noroshi.oauth.pasted import read_pasted
from noroshi.oauth.provider import SignInFailed, Unreachable
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, as_json, make_certificate, refusal

PROVIDER = MsalProvider()
GOOD = Secret(SECRET)


async def walked(account, authority):
    attempt = await PROVIDER.begin(account)
    query = read_pasted(authority.walk(attempt.url), attempt.state)
    assert isinstance(query, dict)
    return attempt, query


async def refreshed(account, authority):
    authority.refresh_tokens.add("canary-refresh-0")
    return await PROVIDER.refresh(account, GOOD, Secret("canary-refresh-0"))


@pytest.fixture(params=["account", "entra"])
def either(request):
    """An account at any OpenID Connect server, and the same asked in Entra's way."""
    return request.getfixturevalue(request.param)


async def test_a_code_is_redeemed_with_pkce_and_the_secret_in_the_body(either, authority):
    attempt, query = await walked(either, authority)
    tokens = await PROVIDER.redeem(either, GOOD, attempt, query)
    assert tokens.access == Secret("canary-access-1")
    assert tokens.refresh == Secret("canary-refresh-1")
    assert tokens.expires_in == 3600 and tokens.user == "alarm@x.test"
    [form] = authority.posts
    assert form["client_secret"] == SECRET and len(form["code_verifier"]) >= 43
    assert form["redirect_uri"] == "http://localhost/MxMail/"


async def test_the_page_is_asked_for_what_the_sign_in_needs(either, authority):
    attempt = await PROVIDER.begin(either)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(attempt.url).query).items()}
    assert set(asked["scope"].split()) == {
        "https://mail.test/SMTP.Send",
        "offline_access",
        "openid",
        "profile",
    }
    assert asked["login_hint"] == "alarm@x.test" and asked["state"] == attempt.state
    assert attempt.flow["code_verifier"] not in attempt.url


async def test_a_verifier_of_another_attempt_is_refused(either, authority):
    attempt, query = await walked(either, authority)
    flow = {**attempt.flow, "code_verifier": "v" * 43}
    with pytest.raises(SignInFailed) as caught:
        await PROVIDER.redeem(either, GOOD, replace(attempt, flow=flow), query)
    assert caught.value.codes == (501481,) and caught.value.who == "user"


async def test_an_answer_to_another_sign_in_is_refused(account, authority):
    attempt, query = await walked(account, authority)
    flow = {**attempt.flow, "nonce": "another"}
    with pytest.raises(SignInFailed) as caught:
        await PROVIDER.redeem(account, GOOD, replace(attempt, flow=flow), query)
    assert caught.value.error == "invalid_response" and "nonce" not in str(caught.value)


async def test_a_code_is_good_once(either, authority):
    attempt, query = await walked(either, authority)
    await PROVIDER.redeem(either, GOOD, attempt, query)
    with pytest.raises(SignInFailed, match="used already") as caught:
        await PROVIDER.redeem(either, GOOD, attempt, query)
    assert caught.value.codes == (54005,)


async def test_a_server_that_says_no_lifetime_is_not_asked_at_each_mail(either, authority):
    """RFC 6749, 5.1 recommends `expires_in`, and no more; one that ends early is refused once."""
    authority.extra["expires_in"] = None
    assert (await refreshed(either, authority)).expires_in == 3600


async def test_a_refresh_is_asked_with_the_scope_and_gives_a_new_refresh_token(
    either, authority
):
    tokens = await refreshed(either, authority)
    assert tokens.refresh == Secret("canary-refresh-1")
    [form] = authority.posts
    assert "https://mail.test/SMTP.Send" in form["scope"].split()
    assert form["client_secret"] == SECRET


@pytest.mark.parametrize("field", ["error", "suberror", "error_description", "correlation_id"])
@pytest.mark.parametrize("secret", ["Ab1-canary.Secret_9", "0123456789abcdef0123456789abcdef"])
async def test_a_provider_that_quotes_the_secret_tells_it_to_nobody(
    either, authority, field, secret
):
    said = {"error": "invalid_client", "error_codes": []} | {field: secret}
    authority.answer = lambda form: as_json(401, said)
    with pytest.raises(SignInFailed) as caught:
        await refreshed(either, authority)
    told = repr(caught.value.words) + repr(caught.value.__dict__) + str(caught.value)
    assert secret not in told


async def test_the_same_refusal_is_asked_for_each_time_and_not_replayed(either, authority):
    for _ in range(2):
        with pytest.raises(SignInFailed):
            await PROVIDER.refresh(either, GOOD, Secret("unknown"))
    assert len(authority.posts) == 2


@pytest.mark.parametrize(
    ("answer", "error", "who", "codes"),
    [
        pytest.param(
            refusal("invalid_client", 7000222, 401),
            "invalid_client",
            "admin",
            (7000222,),
            id="an ended secret",
        ),
        pytest.param(
            refusal("invalid_grant", 700082, suberror="bad_token"),
            "invalid_grant",
            "user",
            (700082,),
            id="an ended sign-in",
        ),
        pytest.param(
            as_json(400, {"error": "invalid_grant"}),
            "invalid_grant",
            "user",
            (),
            id="no numbers",
        ),
        pytest.param(
            as_json(400, {"error": "canary code with blanks"}),
            "unknown",
            "setup",
            (),
            id="an error that is no word",
        ),
        pytest.param(as_json(200, {}), "invalid_response", "setup", (), id="no token in it"),
        pytest.param(
            as_json(429, {"error": "too_many"}, Retry_After="17"),
            "temporarily_unavailable",
            "wait",
            (),
            id="throttled",
        ),
        pytest.param(
            (503, {"Retry-After": "17"}, b"<h1>Service unavailable</h1>"),
            "temporarily_unavailable",
            "wait",
            (),
            id="out of order",
        ),
    ],
)
async def test_a_refusal_is_told_by_its_class(either, authority, answer, error, who, codes):
    authority.answer = lambda form: answer
    with pytest.raises(SignInFailed) as caught:
        await refreshed(either, authority)
    told = caught.value
    assert (told.error, told.who, told.codes) == (error, who, codes)
    assert told.retry_after == (17 if who == "wait" else None)
    assert told.correlation_id in ("", "0f0f0f0f-1111-2222-3333-444444444444")
    assert "canary" not in told.words.en + told.words.ja


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            (200, {}, b"<html>Log in to the guest network</html>"), id="a proxy's page"
        ),
        pytest.param((200, {}, b'{"access_token":"canary-acc'), id="an answer cut off"),
        pytest.param((200, {}, b"[1]"), id="not an object"),
        pytest.param((200, {}, b"[" * 99_999), id="too deep to be read"),
        pytest.param((200, {}, b"\xff\xfe"), id="no text"),
        pytest.param((200, {}, b'"' + b"x" * 1_200_000 + b'"'), id="endless"),
        pytest.param((302, {"Location": "https://elsewhere.test/"}, b""), id="sent elsewhere"),
    ],
)
async def test_what_is_no_answer_of_a_sign_in_server_is_unreachable(
    account, authority, answer, caplog
):
    caplog.set_level(logging.DEBUG)
    authority.answer = lambda form: answer
    with pytest.raises(Unreachable, match="proxy"):
        await refreshed(account, authority)
    assert len(authority.posts) == 1
    assert "canary" not in caplog.text


async def test_a_server_that_does_not_listen_is_unreachable(account, authority):
    authority.close()
    with pytest.raises(
        Unreachable, match=r"localhost:\d+ cannot be reached \(ConnectionError\)"
    ):
        await refreshed(account, authority)


async def test_a_certificate_of_another_ca_is_not_trusted(account, authority, tmp_path):
    other = make_certificate(tmp_path, "other")
    cloud = replace(account.cloud, ca_file=str(other))
    with pytest.raises(Unreachable, match="not trusted"):
        await refreshed(replace(account, cloud=cloud), authority)
    assert authority.posts == []


async def test_the_environment_changes_neither_trust_nor_way_nor_region(
    account, authority, tmp_path, monkeypatch
):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(make_certificate(tmp_path, name)))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("MSAL_FORCE_REGION", "westus2")
    assert (await refreshed(account, authority)).access == Secret("canary-access-1")


async def test_a_ca_file_that_is_missing_is_told(account, authority):
    cloud = replace(account.cloud, ca_file="/nowhere/ca.pem")
    with pytest.raises(Unreachable, match=r"CA file /nowhere/ca\.pem cannot be read"):
        await refreshed(replace(account, cloud=cloud), authority)


async def test_an_unknown_tenant_is_told_as_such(entra, authority):
    with pytest.raises(SignInFailed) as caught:
        await PROVIDER.begin(replace(entra, tenant="gone"))
    assert caught.value.codes == (90002,) and caught.value.who == "setup"


async def test_an_authority_without_https_is_refused_before_anything_is_sent(
    account, authority
):
    cloud = replace(account.cloud, authority="http://localhost:9/t1/v2.0")
    with pytest.raises(SignInFailed) as caught:
        await PROVIDER.begin(replace(account, cloud=cloud))
    assert caught.value.who == "setup"


@pytest.mark.parametrize("failing", ["refused", "proxy page", "wrong verifier", "bad nonce"])
async def test_no_secret_code_or_token_is_in_any_log_or_traceback(
    account, authority, caplog, failing
):
    caplog.set_level(logging.DEBUG)
    attempt, query = await walked(account, authority)
    await PROVIDER.redeem(account, GOOD, attempt, query)
    authority.codes[query["code"]].pop("redeemed")
    flow = dict(attempt.flow)
    if failing == "wrong verifier":
        flow["code_verifier"] = "canary" * 8
    elif failing == "bad nonce":
        flow["nonce"] = "canary-nonce"
    else:
        page = (200, {}, b"canary<html>")
        refused = refusal("invalid_grant", 70008)
        authority.answer = lambda form: page if failing == "proxy page" else refused
    with pytest.raises((SignInFailed, Unreachable)) as caught:
        await PROVIDER.redeem(account, GOOD, replace(attempt, flow=flow), query)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    verifier = attempt.flow["code_verifier"]
    for text in (told, caplog.text, repr(attempt)):
        assert "canary" not in text and verifier not in text
    assert caught.value.__context__ is None


def test_msal_and_requests_are_not_imported_before_somebody_signs_in():
    program = (
        "import sys; import noroshi.oauth.tokens, noroshi.oauth.msal_provider;"
        "print([m for m in ('msal', 'requests', 'urllib3') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"
