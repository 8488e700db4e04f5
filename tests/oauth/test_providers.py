"""What both providers promise, against a real HTTPS server: what is sent, what each answer means.

Each test runs for MSAL (Entra), and for Authlib by discovery and by endpoints that are told.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.x509 import load_pem_x509_certificate

from noroshi.core.mail import Fault
from noroshi.oauth.client_certificates import make, parts
from noroshi.oauth.provider import Client, Credential, Pending, SignInError, UnreachableError
from noroshi.oauth.redirect_url import read_pasted
from noroshi.vault import Secret
from tests.oauth.authority import SECRET, as_json, make_certificate, refusal
from tests.oauth.conftest import provider_of, with_secret

REDIRECT = "http://localhost/MxMail/"


async def walked(client, authority):
    attempt = await asking(client).begin(client, ("smtp",), REDIRECT)
    query = read_pasted(authority.walk(attempt.url), attempt.state)
    assert isinstance(query, dict)
    return attempt, query


async def redeemed(client, attempt, query):
    return await asking(client).redeem(client, attempt, query, "smtp")


async def refreshed(account, authority, resource="smtp"):
    authority.refresh_tokens["canary-refresh-0"] = 0.0
    client, token = with_secret(account), Secret("canary-refresh-0")
    return await asking(client).refresh(client, token, resource)


def asking(client):
    return provider_of(client.account.cloud)


@pytest.fixture
def client(any_account):
    return with_secret(any_account)


def numbers(account, *codes):
    """Those that Entra means; of another provider they are none of Microsoft's."""
    return codes if account.cloud.entra else ()


async def test_a_code_is_redeemed_with_pkce_and_the_secret_in_the_body(client, authority):
    attempt, query = await walked(client, authority)
    tokens = await redeemed(client, attempt, query)
    assert tokens.access == Secret("canary-access-1")
    assert tokens.refresh == Secret("canary-refresh-1")
    assert tokens.expires_in == 3600 and tokens.user == "alarm@x.test"
    [form] = authority.posts
    assert form["client_secret"] == SECRET and len(form["code_verifier"]) >= 43
    assert form["redirect_uri"] == "http://localhost/MxMail/"


async def test_the_page_is_asked_for_what_the_sign_in_needs(client, authority):
    attempt = await asking(client).begin(client, ("smtp", "graph"), REDIRECT)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(attempt.url).query).items()}
    scopes = asked["scope"].split()
    assert {"https://mail.test/SMTP.Send", "https://graph.test/Mail.Send"} <= set(scopes)
    assert "openid" in scopes and len(scopes) == len(set(scopes))
    assert asked["login_hint"] == "alarm@x.test" and asked["state"] == attempt.state
    assert asked["code_challenge_method"] == "S256" and asked["redirect_uri"] == REDIRECT
    assert attempt.flow["code_verifier"] not in attempt.url


async def test_for_a_shared_mailbox_nobody_is_hinted_at_who_cannot_sign_in(client, authority):
    shared = with_secret(replace(client.account, is_shared=True))
    attempt = await asking(shared).begin(shared, ("smtp", "graph"), REDIRECT)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(attempt.url).query).items()}
    assert not asked.get("login_hint")
    scopes = set(asked["scope"].split())
    assert "https://graph.test/Mail.Send.Shared" in scopes
    assert "https://graph.test/Mail.Send" not in scopes


async def test_a_page_s_own_settings_are_put_beside_it(told, authority):
    cloud = replace(told.cloud, authorize_with="access_type=offline&prompt=consent")
    client = with_secret(replace(told, cloud=cloud))
    attempt = await asking(client).begin(client, ("smtp",), REDIRECT)
    asked = parse_qs(urlsplit(attempt.url).query)
    assert asked["access_type"] == ["offline"] and asked["prompt"] == ["consent"]


async def test_of_what_was_consented_to_one_resource_is_asked_for_at_a_time(account, authority):
    """MSAL sorts scopes, and the first one decides for whom the token is."""
    client = with_secret(account)
    attempt = await asking(client).begin(client, ("smtp", "graph"), REDIRECT)
    query = read_pasted(authority.walk(attempt.url), attempt.state)
    await redeemed(client, attempt, query)
    await refreshed(account, authority, "graph")
    told = [set(form["scope"].split()) for form in authority.posts]
    assert "https://mail.test/SMTP.Send" in told[0] - told[1]
    assert "https://graph.test/Mail.Send" in told[1] - told[0]


async def test_a_redirect_to_another_port_is_said_at_both_ends(client, authority):
    there = "http://localhost:50123/MxMail/"
    attempt = await asking(client).begin(client, ("smtp",), there)
    address = authority.walk(attempt.url)
    assert address.startswith(f"{there}?code=")
    await redeemed(client, attempt, read_pasted(address, attempt.state))
    assert authority.posts[0]["redirect_uri"] == there


async def test_a_verifier_of_another_attempt_is_refused(client, authority):
    attempt, query = await walked(client, authority)
    flow = {**attempt.flow, "code_verifier": "v" * 43}
    with pytest.raises(SignInError) as caught:
        await redeemed(client, replace(attempt, flow=flow), query)
    assert caught.value.codes == numbers(client.account, 501481)
    assert (caught.value.error, caught.value.party) == ("invalid_grant", "user")


async def test_an_answer_to_another_sign_in_is_refused(client, authority):
    attempt, query = await walked(client, authority)
    flow = {**attempt.flow, "nonce": "another"}
    with pytest.raises(SignInError) as caught:
        await redeemed(client, replace(attempt, flow=flow), query)
    assert caught.value.error == "invalid_response" and "nonce" not in str(caught.value)


async def test_a_code_is_good_once(client, authority):
    attempt, query = await walked(client, authority)
    await redeemed(client, attempt, query)
    with pytest.raises(SignInError) as caught:
        await redeemed(client, attempt, query)
    assert caught.value.codes == numbers(client.account, 54005)
    assert caught.value.error == "invalid_grant"
    assert not client.account.cloud.entra or "already been used" in caught.value.words.en


async def test_a_public_client_shows_no_secret(any_account, authority):
    authority.good["secret"] = None
    client = Client(account=replace(any_account, secret=""))
    attempt, query = await walked(client, authority)
    await redeemed(client, attempt, query)
    assert "client_secret" not in authority.posts[0]
    assert authority.posts[0]["client_id"] == "client-1"


async def test_a_secret_may_be_sent_by_http_basic(told, authority):
    """Encoded before it goes into the pair, as RFC 6749, 2.3.1 has it."""
    account = replace(told, cloud=replace(told.cloud, client_auth="basic"))
    await refreshed(account, authority)
    [form] = authority.posts
    assert form["basic"] == "yes" and form["client_secret"] == SECRET


@pytest.mark.parametrize("grant", ["refresh", "alone"])
async def test_a_certificate_signs_instead_of_a_secret(any_account, authority, grant):
    bundle = make("noroshi", datetime.now(UTC), 30)
    authority.certificates.append(load_pem_x509_certificate(parts(bundle.reveal())[1].encode()))
    credential = Credential(entry="cert", kind="certificate", value=bundle)
    client = Client(account=any_account, credential=credential)
    authority.refresh_tokens["canary-refresh-0"] = 0.0
    if grant == "refresh":
        await asking(client).refresh(client, Secret("canary-refresh-0"), "smtp")
    else:
        await asking(client).app_only(client, "smtp")
    [form] = authority.posts
    head = jwt.get_unverified_header(form["client_assertion"])
    assert head["alg"] == ("PS256" if any_account.cloud.entra else "RS256")
    assert "client_secret" not in form


async def test_an_app_gets_a_token_by_its_credential_alone(client, authority):
    tokens = await asking(client).app_only(client, "smtp")
    assert tokens.access == Secret("canary-access-1") and tokens.refresh is None
    [form] = authority.posts
    assert form["grant_type"] == "client_credentials" and form["client_secret"] == SECRET
    assert form["scope"] == "https://mail.test/.default"


async def test_a_code_is_typed_on_another_device(client, authority):
    ours = asking(client)
    attempt = await ours.device_begin(client, "smtp")
    assert attempt.user_code == "CODE0" and attempt.url == f"{authority.url}/device"
    assert (attempt.expires_in, attempt.interval) == (900, 5)
    assert "canary-device" not in repr(attempt)
    if client.account.cloud.entra:  # a public client there: no secret is shown
        authority.good["secret"] = None
    assert await ours.device_ask(client, attempt) == Pending()
    authority.devices["CODE0"] = "slow"
    assert await ours.device_ask(client, attempt) == Pending(slow_down=True)
    authority.devices["CODE0"] = "accepted"
    tokens = await ours.device_ask(client, attempt)
    assert tokens.refresh is not None and tokens.public == client.account.cloud.entra


@pytest.mark.parametrize(
    ("stands", "said"),
    [
        pytest.param("declined", "declined", id="declined"),
        pytest.param(None, "expired", id="too late"),
    ],
)
async def test_a_device_that_declines_or_comes_late_is_told(client, authority, stands, said):
    attempt = await asking(client).device_begin(client, "smtp")
    authority.good["secret"] = None if client.account.cloud.entra else SECRET
    if stands is None:
        del authority.devices["CODE0"]
    else:
        authority.devices["CODE0"] = stands
    with pytest.raises(SignInError) as caught:
        await asking(client).device_ask(client, attempt)
    assert caught.value.party == "user" and said in str(caught.value)


@pytest.mark.parametrize(("given", "interval"), [(0, 5), (-3, 1), ("9", 9)])
async def test_a_server_is_never_asked_about_a_code_without_a_pause(
    client, authority, given, interval
):
    authority.device_extra = {"interval": given}
    assert (await asking(client).device_begin(client, "smtp")).interval == interval


async def test_a_code_that_a_terminal_would_obey_is_not_shown(client, authority):
    authority.device_extra = {"user_code": "\x1b]0;canary\x07"}
    with pytest.raises(SignInError) as caught:
        await asking(client).device_begin(client, "smtp")
    assert caught.value.error == "invalid_response" and "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "where",
    ["javascript:canary()", "http://evil.example/canary", "https:canary", "//canary", ""],
)
async def test_a_page_to_type_a_code_into_that_is_none_is_not_shown(client, authority, where):
    """The manager makes a link of it, which must not become a script."""
    authority.device_extra = {"verification_uri": where, "verification_url": where}
    with pytest.raises(SignInError) as caught:
        await asking(client).device_begin(client, "smtp")
    assert caught.value.error == "invalid_response" and "canary" not in str(caught.value)


async def test_a_server_without_device_sign_in_is_told_as_such(told, authority):
    cloud = replace(told.cloud, device_authorization_endpoint="")
    client = with_secret(replace(told, cloud=cloud))
    with pytest.raises(SignInError, match="does not support sign-in with a device code"):
        await asking(client).device_begin(client, "smtp")


async def test_a_server_that_says_no_lifetime_is_not_asked_at_each_mail(any_account, authority):
    """RFC 6749, 5.1 recommends `expires_in`, and no more; one that ends early is refused once."""
    authority.extra["expires_in"] = None
    assert (await refreshed(any_account, authority)).expires_in == 3600


async def test_a_refresh_gives_a_new_refresh_token(any_account, authority):
    tokens = await refreshed(any_account, authority)
    assert tokens.refresh == Secret("canary-refresh-1")
    [form] = authority.posts
    assert form["client_secret"] == SECRET and form["grant_type"] == "refresh_token"


@pytest.mark.parametrize("field", ["error", "suberror", "error_description", "correlation_id"])
@pytest.mark.parametrize("secret", ["Ab1-canary.Secret_9", "0123456789abcdef0123456789abcdef"])
async def test_a_provider_that_quotes_the_secret_tells_it_to_nobody(
    any_account, authority, field, secret
):
    said = {"error": "invalid_client", "error_codes": []} | {field: secret}
    authority.answer = lambda form: as_json(401, said)
    client = with_secret(any_account, secret)
    with pytest.raises(SignInError) as caught:
        await asking(client).refresh(client, Secret("canary-refresh-0"), "smtp")
    told = repr(caught.value.words) + repr(caught.value.__dict__) + str(caught.value)
    assert secret not in told


async def test_the_same_refusal_is_asked_for_each_time_and_not_replayed(client, authority):
    for _ in range(2):
        with pytest.raises(SignInError):
            await asking(client).refresh(client, Secret("unknown"), "smtp")
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
            id="busy or unavailable",
        ),
    ],
)
async def test_a_refusal_is_told_by_its_class(
    any_account, authority, answer, error, who, codes
):
    authority.answer = lambda form: answer
    with pytest.raises(SignInError) as caught:
        await refreshed(any_account, authority)
    told = caught.value
    assert (told.error, told.party, told.codes) == (error, who, numbers(any_account, *codes))
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
    any_account, authority, answer, caplog
):
    caplog.set_level(logging.DEBUG)
    authority.answer = lambda form: answer
    with pytest.raises(UnreachableError, match="proxy"):
        await refreshed(any_account, authority)
    assert len(authority.posts) == 1
    assert "canary" not in caplog.text


async def test_a_server_that_does_not_listen_is_unreachable(any_account, authority):
    authority.close()
    with pytest.raises(UnreachableError, match=r"cannot connect to localhost:\d+"):
        await refreshed(any_account, authority)


async def test_a_certificate_of_another_ca_is_not_trusted(any_account, authority, tmp_path):
    other = make_certificate(tmp_path, "other")
    cloud = replace(any_account.cloud, ca_file=str(other))
    with pytest.raises(UnreachableError, match="cannot be trusted"):
        await refreshed(replace(any_account, cloud=cloud), authority)
    assert authority.posts == []


async def test_the_environment_changes_neither_trust_nor_way_nor_region(
    any_account, authority, tmp_path, monkeypatch
):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(make_certificate(tmp_path, name)))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("MSAL_FORCE_REGION", "westus2")
    assert (await refreshed(any_account, authority)).access == Secret("canary-access-1")


@pytest.mark.parametrize("text", [None, "no certificate"], ids=["missing", "no PEM"])
async def test_a_ca_file_that_cannot_be_used_is_told(any_account, authority, tmp_path, text):
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)
    cloud = replace(any_account.cloud, ca_file=str(file))
    with pytest.raises(
        UnreachableError, match=rf"CA file {re.escape(str(file))} cannot be read"
    ) as caught:
        await refreshed(replace(any_account, cloud=cloud), authority)
    assert caught.value.fault is Fault.SETUP


async def test_an_unknown_tenant_is_told_as_such(account, authority):
    with pytest.raises(SignInError) as caught:
        await walked(with_secret(replace(account, tenant="gone")), authority)
    assert caught.value.codes == (90002,) and caught.value.party == "setup"


async def test_an_authority_without_https_is_refused_before_anything_is_sent(
    any_account, authority
):
    cloud = replace(any_account.cloud, authority="http://localhost:9/t1/v2.0")
    if cloud.token_endpoint:
        cloud = replace(cloud, token_endpoint="http://localhost:9/token")
    with pytest.raises(SignInError) as caught:
        await refreshed(replace(any_account, cloud=cloud), authority)
    assert caught.value.party == "setup"


@pytest.mark.parametrize("failing", ["refused", "proxy page", "wrong verifier", "bad nonce"])
async def test_no_secret_code_or_token_is_in_any_log_or_traceback(
    client, authority, caplog, failing
):
    caplog.set_level(logging.DEBUG)
    attempt, query = await walked(client, authority)
    await redeemed(client, attempt, query)
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
    with pytest.raises((SignInError, UnreachableError)) as caught:
        await redeemed(client, replace(attempt, flow=flow), query)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    verifier = attempt.flow["code_verifier"]
    for text in (told, caplog.text, repr(attempt)):
        assert "canary" not in text and verifier not in text
    assert caught.value.__context__ is None


def test_no_library_for_it_is_imported_before_somebody_signs_in():
    program = (
        "import sys; import noroshi.app.node_process;"
        "print([m for m in ('msal', 'authlib', 'requests', 'urllib3') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param({"error": "house_rule"}, "(house_rule)", id="an unknown error"),
        pytest.param(
            {"error": "org_internal"}, "(org_internal)", id="an error that Google alone has"
        ),
    ],
)
async def test_an_unknown_refusal_shows_code_and_server_and_quotes_the_server(
    any_account, authority, said, shown
):
    why = "Rule 7 of this house: ask\x1b at the desk."
    authority.answer = lambda form: as_json(400, {**said, "error_description": why})
    with pytest.raises(SignInError) as caught:
        await refreshed(any_account, authority)
    words = caught.value.words
    for text in (words.en, words.ja):
        assert shown in text and "Rule 7 of this house: ask? at the desk." in text
    assert "Server message: “Rule 7" in words.en and "サーバーからの説明: 「Rule 7" in words.ja
    if said["error"] == "house_rule":
        assert words.en.startswith("localhost refuses") and words.ja.startswith("localhost ")


async def test_an_unknown_number_of_entra_is_shown_with_what_it_says(account, authority):
    why = "Rule 7 of this house."
    said = {"error": "invalid_grant", "error_codes": [999999], "error_description": why}
    authority.answer = lambda form: as_json(400, said)
    with pytest.raises(SignInError) as caught:
        await refreshed(account, authority)
    words = caught.value.words
    for text in (words.en, words.ja):
        assert "(AADSTS999999)" in text and why in text


async def test_a_refusal_that_is_known_is_told_in_our_words_alone(account, authority):
    why = "AADSTS7000222: The provided client secret keys are expired."
    said = {"error": "invalid_client", "error_codes": [7000222], "error_description": why}
    authority.answer = lambda form: as_json(401, said)
    with pytest.raises(SignInError) as caught:
        await refreshed(account, authority)
    assert "provided client secret" not in caught.value.words.en
    assert "noroshi secret set m365-secret" in caught.value.words.en
