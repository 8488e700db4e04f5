"""A provider that is not Microsoft: OpenID Connect, families of refresh tokens, and its SMTP."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiosmtplib
import jwt
import msal
import pytest
import requests

from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.other_provider.provider import MAIL_SCOPE
from noroshi_lab.lab.other_provider.server import Card
from noroshi_lab.lab.person import SmtpAuthError, sign_in
from tests.noroshi_lab.lab.lab_clients import CHALLENGE, VERIFIER, Client, Clock, Wire, xoauth2
from tests.noroshi_lab.lab.test_exchange import mail
from tests.noroshi_lab.lab.test_faults import run
from tests.noroshi_lab.lab.test_policies import turn

REDIRECT = "http://localhost/MxMail/"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Other:
    """An app and a browser at the other provider."""

    def __init__(self, client: Client) -> None:
        self.lab, self.session = client.lab, client.session
        self.card: Card = client.lab.address.elsewhere

    def url(self, **changed: str | None) -> str:
        query = {
            "client_id": self.card.client_id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": f"{MAIL_SCOPE} openid offline_access",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        kept = {k: v for k, v in (query | changed).items() if v is not None}
        return f"{self.card.issuer}/authorize?{urlencode(kept)}"

    async def refused(self, **changed: str | None) -> dict[str, str]:
        """What the redirect says of a request that never reached a page."""
        async with self.session.get(self.url(**changed), allow_redirects=False) as answer:
            return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    async def walk(self, **changed: str | None) -> dict[str, str]:
        ca = self.lab.address.ca_file
        back = await sign_in(self.url(**changed), self.card.user, self.card.password, ca)
        return dict(parse_qsl(urlsplit(back).query))

    async def post(self, form: dict[str, str], basic: bool = False) -> tuple[int, Any]:
        client = {"client_id": self.card.client_id, "client_secret": self.card.client_secret}
        pair = f"{client['client_id']}:{client['client_secret']}".encode()
        headers = {"Authorization": "Basic " + base64.b64encode(pair).decode()} if basic else {}
        data = form if basic or "assertion" in form else client | form
        url = f"{self.card.issuer}/token"
        async with self.session.post(url, data=data, headers=headers) as answer:
            return answer.status, await answer.json()

    async def redeem(self, code: str, **changed: str) -> tuple[int, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
        return await self.post(form | changed)

    async def refresh(self, token: str, basic: bool = False, **more: str) -> tuple[int, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await self.post(form | more, basic)

    async def tokens(self, **changed: str | None) -> Any:
        status, answer = await self.redeem((await self.walk(**changed))["code"])
        assert status == 200, answer
        return answer

    def assertion(self, **changed: object) -> str:
        """What a service account signs with the key of its file."""
        told = json.loads(Path(self.card.service_account).read_text())
        now = int(self.lab.clock().timestamp())
        claims = {
            "iss": told["client_email"],
            "sub": self.card.user,
            "scope": MAIL_SCOPE,
            "aud": told["token_uri"],
            "iat": now,
            "exp": now + 3600,
        }
        head = {"kid": told["private_key_id"]}
        kept = {k: v for k, v in (claims | changed).items() if v is not None}
        return jwt.encode(kept, told["private_key"], algorithm="RS256", headers=head)

    async def by_account(self, **changed: object) -> tuple[int, Any]:
        return await self.post(
            {"grant_type": JWT_BEARER, "assertion": self.assertion(**changed)}
        )


class OtherWire(Wire):
    """An SMTP connection to the other provider."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.port = lab.address.elsewhere.smtp_port


@pytest.fixture
def other(client: Client) -> Other:
    return Other(client)


@pytest.fixture
async def wire(lab: Lab):
    made = OtherWire(lab)
    yield made
    await made.close()


async def test_a_sign_in_brings_opaque_tokens_and_says_who_it_was(other: Other) -> None:
    back = await other.walk()
    assert back["state"] == "s-1" and back["iss"] == other.card.issuer
    status, answer = await other.redeem(back["code"])
    assert status == 200 and answer["token_type"] == "Bearer" and answer["expires_in"] == 3600
    assert answer["access_token"].startswith("ya29.") and answer["refresh_token"]
    url = f"{other.card.issuer}/.well-known/openid-configuration"
    async with other.session.get(url) as found:
        metadata = await found.json()
    async with other.session.get(metadata["jwks_uri"]) as found:
        [key] = (await found.json())["keys"]
    told = jwt.decode(
        answer["id_token"],
        jwt.PyJWK(key),
        algorithms=["RS256"],
        audience=other.card.client_id,
        issuer=metadata["issuer"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (told["email"], told["nonce"]) == (other.card.user, "n-1")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"code_challenge": None}, "invalid_request", id="no PKCE"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="plain PKCE"),
        pytest.param({"scope": "openid everything"}, "invalid_scope", id="scope"),
        pytest.param({"prompt": "none"}, "login_required", id="nobody signed in"),
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="type"),
    ],
)
async def test_what_is_wrong_with_a_request_is_told_to_the_redirect(
    other: Other, changed: dict[str, str | None], error: str
) -> None:
    told = await other.refused(**changed)
    assert (told["error"], told["state"]) == (error, "s-1")


@pytest.mark.parametrize(
    "changed", [{"client_id": "x"}, {"redirect_uri": "http://localhost/MxMail"}]
)
async def test_what_reaches_no_app_is_shown_as_a_page(
    other: Other, changed: dict[str, str]
) -> None:
    async with other.session.get(other.url(**changed), allow_redirects=False) as answer:
        assert answer.status == 400 and answer.content_type == "text/html"


async def test_a_wrong_password_is_said_on_the_page(other: Other) -> None:
    with pytest.raises(SmtpAuthError, match="password is wrong"):
        await sign_in(other.url(), other.card.user, "wrong", other.lab.address.ca_file)


async def test_a_loopback_redirect_may_have_any_port(other: Other) -> None:
    uri = "http://127.0.0.1:54321/"
    back = await other.walk(redirect_uri=uri)
    assert (await other.redeem(back["code"], redirect_uri=uri))[0] == 200


async def test_a_refresh_token_that_is_used_twice_ends_its_whole_family(other: Other) -> None:
    first = (await other.tokens())["refresh_token"]
    second = (await other.refresh(first))[1]["refresh_token"]
    assert second != first
    third = (await other.refresh(second))[1]["refresh_token"]
    status, answer = await other.refresh(first)
    assert (status, answer["error"]) == (400, "invalid_grant")
    assert (await other.refresh(third))[1]["error"] == "invalid_grant"
    assert (await other.refresh((await other.tokens())["refresh_token"]))[0] == 200


async def test_a_code_that_is_used_twice_ends_what_it_has_brought(other: Other) -> None:
    code = (await other.walk())["code"]
    token = (await other.redeem(code))[1]["refresh_token"]
    assert (await other.redeem(code))[1]["error"] == "invalid_grant"
    assert (await other.refresh(token))[1]["error"] == "invalid_grant"


async def test_where_access_type_asks_for_it_a_refresh_token_comes_with_a_consent_alone(
    other: Other,
) -> None:
    turn(other.lab, "elsewhere-offline", "access-type")
    turn(other.lab, "elsewhere-refresh", "lasting")
    told = await other.refused()
    assert told["error"] == "invalid_scope" and "offline_access" in told["error_description"]
    scope = f"{MAIL_SCOPE} openid"
    offline = {"scope": scope, "access_type": "offline"}
    assert "refresh_token" not in await other.tokens(scope=scope)
    assert "refresh_token" not in await other.tokens(**offline)  # consented to before
    token = (await other.tokens(**offline, prompt="consent"))["refresh_token"]
    for _ in range(2):
        status, answer = await other.refresh(token)
        assert status == 200 and "refresh_token" not in answer


async def test_what_was_not_granted_is_refused_at_a_renewal(other: Other) -> None:
    asked = f"{MAIL_SCOPE} openid offline_access"
    given = await other.tokens(scope=asked)
    assert given["scope"] == asked
    turn(other.lab, "elsewhere-granted", "fewer")
    fewer = await other.tokens(scope=asked)
    assert fewer["scope"] == f"{MAIL_SCOPE} openid"
    status, told = await other.refresh(fewer["refresh_token"], scope=asked)
    assert (status, told["error"]) == (400, "invalid_scope")
    assert "offline_access" in told["error_description"]
    status, narrow = await other.refresh(fewer["refresh_token"], scope=MAIL_SCOPE)
    assert (status, narrow["scope"]) == (200, MAIL_SCOPE)
    status, same = await other.refresh(narrow["refresh_token"])
    assert (status, same["scope"]) == (200, f"{MAIL_SCOPE} openid")
    again = await other.tokens(scope=asked, prompt="consent")
    assert again["scope"] == asked


async def test_a_refresh_token_ends_when_it_was_not_used_for_half_a_year(
    other: Other, clock: Clock
) -> None:
    turn(other.lab, "elsewhere-refresh", "lasting")
    token = (await other.tokens())["refresh_token"]
    for days, status in ((179, 200), (179, 200), (181, 400)):
        clock.move(days=days)
        assert (await other.refresh(token))[0] == status


async def test_sign_ins_are_revoked_by_the_provider_or_by_the_app(other: Other) -> None:
    token = (await other.tokens())["refresh_token"]
    url = f"{other.card.issuer}/revoke"
    async with other.session.post(url, data={"token": token}) as answer:
        assert answer.status == 200
    assert (await other.refresh(token))[1]["error"] == "invalid_grant"
    other_one = (await other.tokens())["refresh_token"]
    turn(other.lab, "elsewhere-sign-ins", "revoked")
    assert (await other.refresh(other_one))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("way", "works"), [("any", (1, 1)), ("basic", (1, 0)), ("post", (0, 1))]
)
async def test_the_app_sends_its_secret_as_the_provider_wants_it(
    other: Other, way: str, works: tuple[int, int]
) -> None:
    turn(other.lab, "elsewhere-refresh", "lasting")
    token = (await other.tokens())["refresh_token"]
    turn(other.lab, "elsewhere-client-auth", way)
    found = [await other.refresh(token, basic) for basic in (True, False)]
    assert [status for status, _ in found] == [200 if each else 401 for each in works]
    assert all(told.get("error", "invalid_client") == "invalid_client" for _, told in found)


async def test_a_service_account_gets_a_token_for_a_person(other: Other, wire: Wire) -> None:
    status, answer = await other.by_account()
    assert status == 200 and "refresh_token" not in answer
    await wire.secure()
    said = await wire.say(f"AUTH XOAUTH2 {xoauth2(other.card.user, answer['access_token'])}")
    assert said.startswith("235")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"iss": "somebody"}, "invalid_grant", id="another account"),
        pytest.param({"aud": "https://x.example/"}, "invalid_grant", id="for elsewhere"),
        pytest.param({"exp": 2_000_000_000}, "invalid_grant", id="too long"),
        pytest.param({"iat": 1_000_000_000}, "invalid_grant", id="begun long ago"),
        pytest.param({"sub": "nobody@elsewhere.example"}, "invalid_grant", id="nobody"),
        pytest.param({"scope": "openid"}, "unauthorized_client", id="another scope"),
    ],
)
async def test_what_is_wrong_with_an_assertion_is_told(
    other: Other, changed: dict[str, object], error: str
) -> None:
    status, answer = await other.by_account(**changed)
    assert (status, answer["error"]) == (400, error)


async def test_an_assertion_needs_the_accounts_key_its_hour_and_the_domains_consent(
    other: Other, clock: Clock
) -> None:
    head, claims, mark = other.assertion().split(".")
    altered = f"{head}.{claims}.{mark[:-4]}AAAA"
    _, answer = await other.post({"grant_type": JWT_BEARER, "assertion": altered})
    assert answer["error_description"] == "Invalid JWT Signature."
    late = other.assertion()
    clock.move(hours=1, minutes=6)
    _, answer = await other.post({"grant_type": JWT_BEARER, "assertion": late})
    assert "short-lived token" in answer["error_description"]
    turn(other.lab, "elsewhere-delegation", "missing")
    assert (await other.by_account())[1]["error"] == "unauthorized_client"


def bearer(user: str, token: str) -> str:
    told = f"n,a={user},\x01host=smtp.example\x01port=587\x01auth=Bearer {token}\x01\x01"
    return base64.b64encode(told.encode()).decode()


async def test_the_offers_are_its_own(wire: Wire) -> None:
    assert (await wire.open()).startswith("220 smtp.elsewhere.example ESMTP")
    before = await wire.say("EHLO node.example")
    assert "AUTH" not in before and "250-STARTTLS" in before and "SIZE 35882577" in before
    early = await wire.say("AUTH XOAUTH2 x")
    assert early == "530 5.7.0 Must issue a STARTTLS command first. - elsewhere"
    await wire.say("STARTTLS")
    await wire.starttls()
    assert "250-AUTH LOGIN PLAIN XOAUTH2 OAUTHBEARER" in await wire.say("EHLO node.example")
    said = await wire.say("MAIL FROM:<alerts@elsewhere.example>")
    assert said == "530 5.7.0 Authentication Required. - elsewhere"


@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize(
    ("mechanism", "coded"), [("XOAUTH2", xoauth2), ("OAUTHBEARER", bearer)]
)
async def test_a_token_opens_the_mailbox_by_either_mechanism(
    other: Other, wire: Wire, mechanism: str, coded: Any, initial: bool
) -> None:
    line = coded(other.card.user, (await other.tokens())["access_token"])
    await wire.secure()
    if initial:
        said = await wire.say(f"AUTH {mechanism} {line}")
    else:
        assert await wire.say(f"AUTH {mechanism}") == "334 "
        said = await wire.say(line)
    assert said == "235 2.7.0 Authentication successful"


@pytest.mark.parametrize(
    ("mechanism", "coded", "end", "told"),
    [
        pytest.param(
            "XOAUTH2",
            xoauth2,
            "",
            {"status": "400", "schemes": "Bearer", "scope": MAIL_SCOPE},
            id="XOAUTH2, ended by an empty line",
        ),
        pytest.param(
            "OAUTHBEARER",
            bearer,
            "AQ==",
            {"status": "invalid_token", "scope": MAIL_SCOPE},
            id="OAUTHBEARER, ended by ^A",
        ),
    ],
)
async def test_a_token_that_does_not_hold_is_told_in_json_before_it_is_refused(
    other: Other, wire: Wire, mechanism: str, coded: Any, end: str, told: dict[str, str]
) -> None:
    await wire.secure()
    said = await wire.say(f"AUTH {mechanism} {coded(other.card.user, 'ya29.x')}")
    assert said.startswith("334 ")
    found = json.loads(base64.b64decode(said[4:]))
    if mechanism == "OAUTHBEARER":
        where = found.pop("openid-configuration")
        assert where == f"{other.card.issuer}/.well-known/openid-configuration"
    assert found == told
    said = await wire.say(end)
    assert said == "535 5.7.8 Username and Password not accepted. - elsewhere"


async def test_a_token_holds_for_its_hour_and_for_its_own_mailbox(
    other: Other, wire: Wire, clock: Clock
) -> None:
    token = (await other.tokens())["access_token"]
    await wire.secure()
    said = await wire.say(f"AUTH XOAUTH2 {xoauth2(other.card.reader, token)}")
    assert said.startswith("334 ") and (await wire.say("")).startswith("535")
    clock.move(hours=1)
    said = await wire.say(f"AUTH XOAUTH2 {xoauth2(other.card.user, token)}")
    assert said.startswith("334 ")


def plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


async def test_a_password_for_apps_is_taken_and_a_persons_own_is_not(
    other: Other, wire: Wire
) -> None:
    user, card = other.card.user, other.card
    await wire.secure()
    said = await wire.say(f"AUTH PLAIN {plain(user, card.password)}")
    assert said.startswith("534 5.7.9 Application-specific password required")
    assert (await wire.say(f"AUTH PLAIN {plain(user, 'wrong')}")).startswith("535 5.7.8")
    turn(other.lab, "elsewhere-passwords", "none")
    assert (await wire.say(f"AUTH PLAIN {plain(user, card.app_password)}")).startswith("535")
    turn(other.lab, "elsewhere-passwords", "app")
    assert (await wire.say(f"AUTH PLAIN {plain(user, card.app_password)}")).startswith("235")


async def test_a_mail_lies_in_the_mailbox_and_the_days_limit_is_kept(
    other: Other, wire: Wire, clock: Clock
) -> None:
    turn(other.lab, "elsewhere-recipients-a-day", "1")
    user = other.card.user
    await wire.secure()
    await wire.say(f"AUTH PLAIN {plain(user, other.card.app_password)}")

    async def send() -> str:
        await wire.say(f"MAIL FROM:<{user}>")
        await wire.say(f"RCPT TO:<{other.card.reader}>")
        await wire.say("DATA")
        return await wire.say(f"{mail(sender=user).decode()}\r\n.")

    assert (await send()).startswith("250 2.0.0 OK <01J.17@contoso.example>")
    [kept] = other.lab.mailboxes.mails(other.card.reader)
    assert f"PLAIN {user}" in kept.received and "smtp.elsewhere.example" in kept.received
    assert (await send()).startswith("550 5.4.5 Daily user sending limit exceeded.")
    clock.move(days=1)
    assert (await send()).startswith("250")


async def test_it_speaks_tls_from_the_first_byte_on_a_port_of_its_own(other: Other) -> None:
    tls = ssl.create_default_context(cafile=other.lab.address.ca_file)
    client = aiosmtplib.SMTP(
        hostname="localhost", port=other.card.smtps_port, use_tls=True, tls_context=tls
    )
    async with client:
        await client.login(other.card.user, other.card.app_password)
        await client.sendmail(other.card.user, [other.card.reader], mail())
    [kept] = other.lab.mailboxes.mails(other.card.reader)
    assert "ESMTPSA (TLS1.3" in kept.received


async def test_its_faults_and_outages_are_its_own(
    other: Other, client: Client, wire: Wire
) -> None:
    _, told = await run(other.lab, "fault", "--elsewhere", "TOKEN", "invalid_grant")
    assert "TOKEN  invalid_grant  --elsewhere  (1 left)" in told
    token = (await client.tokens())["refresh_token"]
    assert (await client.refresh(token))[0] == 200
    assert (await other.refresh("x"))[1]["error_description"] == "The lab was told to say so."
    await run(other.lab, "fault", "--elsewhere", "EHLO", "421")
    await run(other.lab, "set", "microsoft=refuses")
    await wire.open()
    assert (await wire.say("EHLO node.example")).startswith("421 4.3.2")
    await wire.close()
    await run(other.lab, "set", "elsewhere-smtp=refuses")
    with pytest.raises(ConnectionRefusedError):
        await wire.open()


@pytest.mark.filterwarnings("ignore:.*response_mode:UserWarning")
async def test_msal_signs_in_and_refreshes_there_too(other: Other) -> None:
    card, ca = other.card, other.lab.address.ca_file
    with requests.Session() as session:
        session.trust_env, session.verify = False, ca

        def begin() -> tuple[Any, dict[str, Any]]:
            app = msal.ConfidentialClientApplication(
                card.client_id,
                client_credential=card.client_secret,
                oidc_authority=card.issuer,
                http_client=session,
            )
            return app, app.initiate_auth_code_flow([MAIL_SCOPE], redirect_uri=REDIRECT)

        app, flow = await asyncio.to_thread(begin)
        back = await sign_in(flow["auth_uri"], card.user, card.password, ca)
        given = dict(parse_qsl(urlsplit(back).query))
        answer = await asyncio.to_thread(app.acquire_token_by_auth_code_flow, flow, given)
        assert answer["scope"].startswith(MAIL_SCOPE), answer
        again = await asyncio.to_thread(
            app.acquire_token_by_refresh_token, answer["refresh_token"], [MAIL_SCOPE]
        )
    assert again["refresh_token"] != answer["refresh_token"]


async def test_an_assertion_may_be_for_several(other: Other) -> None:
    """RFC 7519, 4.1.3."""
    here = f"{other.card.issuer}/token"
    assert (await other.by_account(aud=["https://a.example", here]))[0] == 200
    assert (await other.by_account(aud=["https://a.example"]))[0] == 400
