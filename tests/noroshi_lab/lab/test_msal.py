from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msal
import pytest
import requests

from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.person import SmtpAuthError, sign_in
from tests.noroshi_lab.lab.lab_clients import SECRET, SMTP_SEND

REDIRECT = "http://localhost/MxMail/"


@pytest.fixture
def session(lab: Lab) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env, made.verify = False, lab.address.ca_file
        yield made


def begin(lab: Lab, session: requests.Session, tenant: str) -> tuple[Any, dict[str, Any]]:
    app = msal.ConfidentialClientApplication(
        lab.address.client_id,
        client_credential=SECRET,
        oidc_authority=f"{lab.address.sign_in}/{tenant}/v2.0",
        http_client=session,
    )
    flow = app.initiate_auth_code_flow(
        [SMTP_SEND], redirect_uri=REDIRECT, login_hint=lab.address.user, response_mode="query"
    )
    return app, flow


async def finish(lab: Lab, app: Any, flow: dict[str, Any]) -> dict[str, Any]:
    address = lab.address
    back = await sign_in(flow["auth_uri"], address.user, address.password, address.ca_file)
    assert back.startswith(REDIRECT + "?")
    given = dict(parse_qsl(urlsplit(back).query))
    answer: dict[str, Any] = await asyncio.to_thread(
        app.acquire_token_by_auth_code_flow, flow, given
    )
    return answer


@pytest.mark.filterwarnings("ignore:.*response_mode:UserWarning")
@pytest.mark.parametrize("by", ["guid", "domain"])
async def test_msal_signs_in_by_the_pages_and_knows_the_account(
    lab: Lab, session: requests.Session, by: str
) -> None:
    tenant = lab.address.tenant_id if by == "guid" else lab.address.tenant_domain
    app, flow = await asyncio.to_thread(begin, lab, session, tenant)
    answer = await finish(lab, app, flow)
    assert answer["scope"] == SMTP_SEND
    [account] = app.get_accounts()
    assert account["username"] == "alerts@contoso.example"
    cached = await asyncio.to_thread(app.acquire_token_silent_with_error, [SMTP_SEND], account)
    assert cached["token_source"] == "cache"


@pytest.mark.filterwarnings("ignore:.*response_mode:UserWarning")
async def test_msal_refreshes_and_is_told_why_when_the_grant_is_revoked(
    lab: Lab, session: requests.Session
) -> None:
    app, flow = await asyncio.to_thread(begin, lab, session, lab.address.tenant_id)
    first = await finish(lab, app, flow)
    [account] = app.get_accounts()

    def again() -> dict[str, Any]:
        answer: dict[str, Any] = app.acquire_token_silent_with_error(
            [SMTP_SEND], account, force_refresh=True
        )
        return answer

    fresh = await asyncio.to_thread(again)
    assert fresh["token_source"] == "identity_provider"
    assert fresh["refresh_token"] != first["refresh_token"]
    lab.grants.revoke(lab.address.user)
    refused = await asyncio.to_thread(again)
    assert refused["error"] == "invalid_grant"
    assert refused["error_codes"] == [50173]


@pytest.mark.filterwarnings("ignore:.*response_mode:UserWarning")
async def test_a_wrong_password_ends_the_walk_with_the_words_of_the_page(
    lab: Lab, session: requests.Session
) -> None:
    _, flow = await asyncio.to_thread(begin, lab, session, lab.address.tenant_id)
    with pytest.raises(SmtpAuthError, match="AADSTS50126"):
        await sign_in(flow["auth_uri"], lab.address.user, "wrong", lab.address.ca_file)
