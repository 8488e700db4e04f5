"""The steps of an account: who signed in, what the token says, what becomes of a refusal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from noroshi.core.mail import Network
from noroshi.core.translation import bilingual
from noroshi.oauth.account import Account
from noroshi.oauth.provider import SignInError, UnreachableError
from noroshi.oauth.tokens import SignInState, SignInStatus
from noroshi.oauth.well_known_clouds import GOOGLE, MICROSOFT365
from noroshi.ports import StoreError
from noroshi.ports.examination import Exam, run_steps
from noroshi.service.sign_in.account_steps import SignInSteps, ca_place, values_of
from noroshi.vault import Secret, VaultError
from tests.transports.diagnostics.examination_runner import NOW, outside
from tests.transports.smtp.test_token_diagnosis import jwt

BOX, AKI = "box@example.com", "aki@example.com"
ACCOUNT = Account(
    name="box", cloud=MICROSOFT365, tenant="contoso.example", client_id="1", mailbox=BOX
)
CLAIMS = {
    "aud": "https://outlook.office.com",
    "scp": "SMTP.Send",
    "upn": BOX,
    "exp": NOW.timestamp() + 4500,
}
GRAPH = CLAIMS | {"aud": "00000003-0000-0000-c000-000000000000", "scp": "Mail.Send"}
WORDS = bilingual(en="it is so", ja="そうです")


@dataclass
class Tokens:
    """Stands for the tokens at hand: it gives one, or raises."""

    token: str = field(default_factory=lambda: jwt(CLAIMS))
    state_is: SignInState = SignInState(
        sign=SignInStatus.SIGNED_IN, reason=WORDS, user=BOX, changed_at=NOW - timedelta(days=3)
    )
    raises: Exception | None = None

    async def force_new(self, _account, _resource):
        if self.raises:
            raise self.raises
        return Secret(self.token)

    async def state(self, _account, _resource):
        return self.state_is


async def looked(tokens, account=ACCOUNT, resource="smtp", user=BOX):
    """The stages after that of the server, which is not asked here."""
    exam = Exam(user_values={"route": "m365", **values_of(account), "user": user})
    steps = SignInSteps(account, resource, tokens, outside(), exam).steps[1:]
    return {stage.name: stage async for stage in run_steps(steps, time.monotonic)}


async def test_flow_and_age_of_a_token_are_told_and_its_claims():
    stages = await looked(Tokens())
    assert stages["token"].found.en == (
        "renewed with the refresh token, valid for 75 min; box@example.com signed in 3 days ago"
    )
    assert stages["claims"].found.en == "for outlook.office.com: SMTP.Send; box@example.com"
    assert stages["claims"].remarks == ()


async def test_a_token_for_several_is_told_with_the_one_that_counts():
    several = CLAIMS | {"aud": ["https://a.example", CLAIMS["aud"]]}
    stages = await looked(Tokens(jwt(several)))
    assert stages["claims"].found.en.startswith("for outlook.office.com: SMTP.Send")
    assert stages["claims"].remarks == ()
    graph = await looked(Tokens(jwt(GRAPH | {"aud": [GRAPH["aud"]]})), resource="graph")
    assert graph["claims"].found.en.startswith("for Microsoft Graph: Mail.Send")
    assert graph["claims"].remarks == ()


async def test_of_a_sign_in_of_today_no_days_are_counted():
    state = SignInState(sign=SignInStatus.SIGNED_IN, reason=WORDS, user=BOX, changed_at=NOW)
    found = (await looked(Tokens(state_is=state)))["token"].found
    assert found.en.endswith("box@example.com signed in today") and "今日" in found.ja


@pytest.mark.parametrize(("resource", "claims"), [("smtp", CLAIMS), ("graph", GRAPH)])
async def test_somebody_else_who_signed_in_is_remarked_with_what_mends_it(resource, claims):
    stages = await looked(Tokens(jwt(claims | {"upn": AKI})), resource=resource)
    (remark,) = stages["claims"].remarks
    assert remark.en.startswith(f"{AKI} signed in, but the route sends from {BOX}.")
    assert "noroshi authorize m365" in remark.en and "noroshi authorize m365" in remark.ja


async def test_it_is_the_route_s_mailbox_that_counts_and_not_the_account_s():
    shared = "alarms@example.com"
    (remark,) = (await looked(Tokens(), user=shared))["claims"].remarks
    assert f"the route sends from {shared}" in remark.en
    stages = await looked(Tokens(jwt(CLAIMS | {"upn": shared.upper()})), user=shared)
    assert stages["claims"].remarks == ()


async def test_where_the_token_says_nothing_the_sign_in_s_own_record_does():
    state = replace(Tokens().state_is, user=AKI)
    opaque = await looked(Tokens("opaque", state))
    assert "only the mail server can validate it" in opaque["claims"].found.en
    (remark,) = opaque["claims"].remarks
    assert remark.en.startswith(AKI)
    elsewhere = await looked(Tokens("opaque", state), replace(ACCOUNT, cloud=GOOGLE))
    assert list(elsewhere) == ["token"]
    (remark,) = elsewhere["token"].remarks
    assert remark.en.startswith(AKI)


async def test_an_app_is_nobody_and_so_is_no_other_person():
    claims = {"aud": "https://outlook.office365.com", "appid": "1", "exp": CLAIMS["exp"]}
    token = jwt(claims | {"roles": ["SMTP.SendAsApp"], "idtyp": "app"})
    stages = await looked(Tokens(token), replace(ACCOUNT, sign_in="app", certificate="c"))
    assert "obtained with the certificate" in stages["token"].found.en
    assert stages["claims"].remarks == ()


async def test_what_else_is_wrong_with_the_claims_is_remarked_before_the_server_says_no():
    stages = await looked(Tokens(jwt(CLAIMS | {"scp": "Mail.Read"})))
    (remark,) = stages["claims"].remarks
    assert "lacks the permission SMTP.Send" in remark.en


async def test_a_secret_s_end_is_remarked_and_so_is_one_that_nobody_wrote_down():
    account = replace(ACCOUNT, secret="app-secret")
    (remark,) = (await looked(Tokens(), account))["token"].remarks
    assert "secret_ends of accounts/box.toml" in remark.en
    state = replace(Tokens().state_is, ends=date(2026, 4, 15))
    (remark,) = (await looked(Tokens(state_is=state), account))["token"].remarks
    assert "expires on 2026-04-15, in 14 days" in remark.en


@pytest.mark.parametrize(
    ("error", "line"),
    [
        pytest.param(
            SignInError(WORDS, error="never_signed_in", party="user"),
            "noroshi authorize m365",
            id="nobody signed in",
        ),
        pytest.param(VaultError(WORDS), "noroshi key check", id="the vault"),
        pytest.param(StoreError("disk full"), "df -h", id="the store"),
        pytest.param(
            UnreachableError(WORDS),
            "https://login.microsoftonline.com/contoso.example/v2.0/"
            ".well-known/openid-configuration",
            id="nobody answers",
        ),
    ],
)
async def test_what_keeps_a_token_away_stops_there_with_its_remedy(error, line):
    stages = await looked(Tokens(raises=error))
    assert [stage.state for stage in stages.values()] == ["failed", "not reached"]
    remedy = stages["token"].remedy
    assert any(one.endswith(line) for one in [*remedy.lines, *(step.en for step in remedy.how)])
    assert "_" not in stages["token"].found.ja  # no name of ours for it


async def test_the_page_of_a_sign_in_server_is_told_as_it_is():
    endpoint = "https://id.example.com/{realm}/a{b/token"
    cloud = replace(GOOGLE, name="ours", token_endpoint=endpoint)
    account = replace(ACCOUNT, cloud=cloud)
    stages = await looked(Tokens(raises=UnreachableError(WORDS)), account)
    (page,) = stages["token"].remedy.lines
    assert page == endpoint


async def test_the_token_itself_is_nowhere():
    tokens = Tokens()
    assert tokens.token not in repr(await looked(tokens))


@pytest.mark.parametrize(
    ("resource", "shared", "permission"),
    [
        ("smtp", False, "SMTP.Send"),
        ("graph", False, "Mail.Send"),
        ("graph", True, "Mail.Send.Shared"),
    ],
)
async def test_a_consent_that_is_missing_names_the_permission_of_this_route_alone(
    resource, shared, permission
):
    refused = SignInError(WORDS, error="invalid_grant", party="admin", codes=(65001,))
    account = replace(ACCOUNT, is_shared=shared)
    stages = await looked(Tokens(raises=refused), account, resource)
    how = stages["token"].remedy.how[0]
    assert (
        f"› Delegated › {permission})" in how.en
        and f"› 委任されたアクセス許可 › {permission}」" in how.ja
    )
    assert how.en.count("Send") == 1


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (replace(MICROSOFT365, name="ours", ca_file="/ca.pem"), "clouds/ours.toml"),
        (MICROSOFT365, 'networks/NAME.toml; network = "NAME" in accounts/box.toml'),
    ],
)
def test_a_ca_file_of_a_sign_in_server_belongs_where_its_cloud_or_network_is(given, place):
    assert ca_place(replace(ACCOUNT, cloud=given)) == place
    network = Network(name="office")
    assert ca_place(replace(ACCOUNT, network=network)) == "networks/office.toml"


OURS = replace(
    GOOGLE,
    name="ours",
    scope="mail.send",
    app_scope="mail.send.app",
    authorization_endpoint="https://id.ours.example/authorize",
    token_endpoint="https://id.ours.example/token",
    app_grant="client_credentials",
)


@pytest.mark.parametrize(
    ("sign_in", "line"),
    [("person", 'scope = "mail.send"'), ("app", 'app_scope = "mail.send.app"')],
)
async def test_a_refused_scope_names_the_provider_s_own_and_its_reason(sign_in, line):
    said = "mail.send was not granted to this client"
    refused = SignInError(WORDS, error="invalid_scope", party="setup", description=said)
    account = replace(ACCOUNT, cloud=OURS, sign_in=sign_in, secret="s")
    remedy = (await looked(Tokens(raises=refused), account))["token"].remedy
    assert remedy.lines[0] == line and remedy.reply == f"invalid_scope: {said}"
    told = repr(remedy)
    assert "id.ours.example" in told and "clouds/ours.toml" in told
    assert "office" not in told and "Microsoft" not in told


async def test_at_entra_in_a_cloud_of_one_s_own_the_scope_is_that_cloud_s():
    refused = SignInError(WORDS, error="invalid_scope", party="setup", codes=(70011,))
    cloud = replace(MICROSOFT365, name="ours", scope="https://ours.example/SMTP.Send")
    stages = await looked(Tokens(raises=refused), replace(ACCOUNT, cloud=cloud))
    assert 'scope = "https://ours.example/SMTP.Send"' in stages["token"].remedy.lines
