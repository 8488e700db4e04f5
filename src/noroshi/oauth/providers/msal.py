"""The provider behind MSAL: Microsoft Entra, in every cloud of it."""

from __future__ import annotations

import logging
import re
import secrets
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from noroshi.core.translation import _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.oauth.client_certificates import parts
from noroshi.oauth.endpoint_hosts import require_own_hosts
from noroshi.oauth.http_session import MODULES, HttpSession
from noroshi.oauth.provider import (
    Attempt,
    Client,
    Credential,
    DeviceAttempt,
    Pending,
    SignInError,
    Tokens,
)
from noroshi.oauth.providers.provider_call import ask_provider, device, failure, tokens, user_in
from noroshi.ports import Resource
from noroshi.vault import Secret

T = TypeVar("T")
ADDED_BY_MSAL = frozenset({"openid", "profile", "offline_access"})
PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
METADATA = "/v2.0/.well-known/openid-configuration"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NO_TENANT = _(
    "“{tenant}” is not a single tenant at {host}. Enter the tenant ID, or a domain of the "
    "organisation."
)


class MsalProvider:
    """Ask through MSAL, each time with a new application object and nothing cached.

    MSAL replays a refused request from memory for a minute and keeps tokens by rules of its
    own; both would conflict with our rules. One object a call costs one more GET.
    """

    modules: tuple[str, ...] = (*MODULES, "msal")

    async def begin(
        self, client: Client, resources: Sequence[Resource], redirect: str
    ) -> Attempt:
        """Prepare a sign-in with PKCE; ask the authority for the endpoints."""

        def ask(app: Any) -> Attempt:
            # The code must come in the address, so `query` it is: nobody but a browser can
            # send a form, and a pasted address has none.
            warnings.filterwarnings("ignore", message="response_mode=", category=UserWarning)
            flow = app.initiate_auth_code_flow(
                [word for resource in resources for word in _scopes(client, resource)],
                redirect_uri=redirect,
                # Of its own MSAL's are 16 letters of a generator that can be foretold; whoever
                # knows it completes a sign-in at the manager.
                state=secrets.token_urlsafe(24),
                login_hint=client.account.login_hint or None,
                response_mode="query",
            )
            return Attempt(url=flow["auth_uri"], state=flow["state"], flow=flow)

        return await _ask_msal(client, "ClientApplication", ask)

    async def redeem(
        self, client: Client, attempt: Attempt, query: Mapping[str, str], resource: Resource
    ) -> Tokens:
        """Trade the code for tokens."""

        def ask(app: Any) -> Tokens | SignInError:
            flow = dict(attempt.flow)  # MSAL takes things out of it
            # Of what was consented to, one resource: the others' names would decide the
            # token's audience by the alphabet.
            scopes = _scopes(client, resource)
            answer = app.acquire_token_by_auth_code_flow(flow, dict(query), scopes=scopes)
            return _tokens_or_refusal(answer, client)

        return await _ask_msal(client, "ClientApplication", ask)

    async def device_begin(self, client: Client, resource: Resource) -> DeviceAttempt:
        """Prepare a sign-in on another device, as a public client: Entra wants "Allow public
        client flows" for it."""

        def ask(app: Any) -> DeviceAttempt | SignInError:
            flow = app.initiate_device_flow(_scopes(client, resource))
            if not flow.get("user_code"):  # MSAL gives refusals as a flow without one
                return failure(flow, client.account)
            return device(flow, flow, client.account)

        return await _ask_msal(_public(client), "PublicClientApplication", ask)

    async def device_ask(self, client: Client, attempt: DeviceAttempt) -> Tokens | Pending:
        """Ask whether somebody has finished there; MSAL's own clock and waiting have no say."""

        def ask(app: Any) -> Tokens | Pending | SignInError:
            flow = {**attempt.flow, "latest_attempt_at": 0, "interval": 1}
            answer = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
            if answer.get("error") in (PENDING, SLOW_DOWN):
                return Pending(slow_down=answer["error"] == SLOW_DOWN)
            return _tokens_or_refusal(answer, client, public=True)

        return await _ask_msal(_public(client), "PublicClientApplication", ask)

    async def refresh(
        self, client: Client, refresh_token: Secret, resource: Resource, granted_scope: str = ""
    ) -> Tokens:
        """Trade a refresh token for tokens. Entra wants to be told for which resource, and may be
        asked for what was consented to later: what was granted first is no bound."""

        def ask(app: Any) -> Tokens | SignInError:
            scopes = _scopes(client, resource)
            answer = app.acquire_token_by_refresh_token(refresh_token.reveal(), scopes)
            return _tokens_or_refusal(answer, client)

        return await _ask_msal(client, "ClientApplication", ask)

    async def app_only(self, client: Client, resource: Resource) -> Tokens:
        """Get a token for the app itself, by the app's secret or certificate alone."""

        def ask(app: Any) -> Tokens | SignInError:
            scopes = client.account.cloud.scope_for(resource, app_only=True)
            return _tokens_or_refusal(app.acquire_token_for_client(scopes.split()), client)

        return await _ask_msal(client, "ConfidentialClientApplication", ask)

    async def tenant(self, client: Client) -> str:
        """Return the tenant's ID, as the server's metadata has it."""
        return await tenant_of(client)


async def _ask_msal(client: Client, kind: str, ask: Callable[[Any], T | SignInError]) -> T:
    """Ask through a new MSAL application."""

    def with_app(session: HttpSession) -> T | Exception:
        # Imported here: it costs 0.12 s and 22 MB, which a node without such a route must
        # not pay.
        with ONE_AT_A_TIME:
            import msal

        # Its debug log holds authorisation codes and PKCE verifiers, its error log answers.
        logging.getLogger("msal").setLevel(logging.CRITICAL)
        app = getattr(msal, kind)(
            client.account.client_id,
            authority=client.account.authority,
            client_credential=_credential(client.credential),
            http_client=session,
            instance_discovery=False,  # or every other cloud's address is told to Microsoft
            azure_region=False,  # or MSAL_FORCE_REGION in the environment sends it elsewhere
        )
        app_authority = app.authority
        endpoints = (
            app_authority.authorization_endpoint,
            app_authority.token_endpoint,
            app_authority.device_authorization_endpoint,
        )
        require_own_hosts(client.account, filter(None, endpoints))
        return ask(app)

    return await ask_provider(client, with_app)


def _credential(credential: Credential | None) -> str | dict[str, str] | None:
    """Return the credential as MSAL takes it: a secret goes into the body, as Entra documents it; a
    certificate signs an assertion (PS256, with x5t#S256)."""
    if credential is None:
        return None
    value = credential.value.reveal()
    if credential.kind == "secret":
        return value
    key, certificate = parts(value)
    return {"private_key": key, "public_certificate": certificate}


def _public(client: Client) -> Client:
    return Client(account=client.account, proxy_password=client.proxy_password)


def _scopes(client: Client, resource: Resource) -> list[str]:
    asked_for = client.account.scope_for(resource)
    return [word for word in asked_for.split() if word not in ADDED_BY_MSAL]


def _tokens_or_refusal(
    answer: Mapping[str, Any], client: Client, *, public: bool = False
) -> Tokens | SignInError:
    if "error" in answer or not answer.get("access_token"):
        return failure(answer, client.account)
    user = user_in(answer, answer.get("id_token_claims") or {}, client.account)
    return tokens(answer, user, public=public)


async def tenant_of(client: Client) -> str:
    """Return the ID of the account's tenant at an Entra ID. Raises SignInError (there is no such
    tenant) and UnreachableError."""

    account = client.account

    def ask(session: HttpSession) -> str | SignInError:
        metadata = session.get(f"{account.authority}{METADATA}").content or {}
        token_url = urlsplit(str(metadata.get("token_endpoint", "")))
        tenant = token_url.path.lstrip("/").partition("/")[0]
        if GUID.fullmatch(tenant):
            return tenant.lower()
        words = NO_TENANT.fill(tenant=account.tenant, host=urlsplit(account.authority).netloc)
        return SignInError(words, error="no_tenant", party="setup")

    return await ask_provider(client, ask)
