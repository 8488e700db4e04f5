"""The provider behind MSAL: Microsoft Entra, and OpenID Connect servers that resemble it."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from noroshi.core.words import Words
from noroshi.oauth.advice import advise, codes_in, tidy
from noroshi.oauth.clouds import Account
from noroshi.oauth.provider import Attempt, SignInFailed, Tokens, Unreachable
from noroshi.oauth.wire import Refused, Reply, Wire
from noroshi.vault import Secret

T = TypeVar("T")
ADDED_BY_MSAL = frozenset({"openid", "profile", "offline_access"})
LONGEST = 90.0
"""Seconds for one call as a whole: discovery and the question itself."""
UNSAID = 3600
"""Seconds for a token whose end is not told: when it ends earlier, its refusal renews it."""
CORRELATION = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

TOO_SLOW = Words(
    en="The sign-in server does not finish its answer. It is asked again by itself.",
    ja="サインイン サーバーの応答が終わりません。自動でもう一度試します。",
)
NOT_UNDERSTOOD = Words(
    en="The sign-in server's answer does not fit this sign-in ({kind}). "
    "Check the cloud's authority; if it is right, sign in again.",
    ja="サインイン サーバーの応答がこのサインインに合いません ({kind})。"
    "クラウドの認証局 URL を確かめ、正しければもう一度サインインしてください。",
)


class MsalProvider:
    """Asks through MSAL, each time with a new application object and nothing cached.

    MSAL replays a refused request from memory for a minute and keeps tokens by rules of its
    own; both would stand in the way of ours. One object a call costs one more GET.
    """

    async def begin(self, account: Account) -> Attempt:
        """Prepare a sign-in with PKCE; asks the authority for its addresses."""
        return await _apart(lambda: _with_app(account, None, _begin(account)))

    async def redeem(
        self,
        account: Account,
        secret: Secret | None,
        attempt: Attempt,
        query: Mapping[str, str],
    ) -> Tokens:
        """Trade the code for tokens."""

        def ask(app: Any) -> Tokens | SignInFailed:
            flow = dict(attempt.flow)  # MSAL takes things out of it
            return _judged(app.acquire_token_by_auth_code_flow(flow, dict(query)))

        return await _apart(lambda: _with_app(account, secret, ask))

    async def refresh(
        self, account: Account, secret: Secret | None, refresh_token: Secret
    ) -> Tokens:
        """Trade a refresh token for tokens."""

        def ask(app: Any) -> Tokens | SignInFailed:
            held = refresh_token.reveal()
            return _judged(app.acquire_token_by_refresh_token(held, _scopes(account)))

        return await _apart(lambda: _with_app(account, secret, ask))

    async def by_secret(self, account: Account, secret: Secret | None) -> Tokens:
        """A token for the app itself, by its secret alone."""

        def ask(app: Any) -> Tokens | SignInFailed:
            found = app.acquire_token_for_client(account.cloud.app_scope.split())
            return _judged(found, alone=True)

        return await _apart(lambda: _with_app(account, secret, ask))


def _with_app(
    account: Account, secret: Secret | None, ask: Callable[[Any], T]
) -> T | Exception:
    """Ask through a new MSAL application; what goes wrong is returned as an exception of ours."""
    # Imported here: it costs 0.12 s and 22 MB, which a node without such a route must not pay.
    import logging

    import msal

    # Its debug log holds authorisation codes and PKCE verifiers, its error log whole answers.
    logging.getLogger("msal").setLevel(logging.CRITICAL)
    wire = Wire(account.cloud.ca_file)
    try:
        return ask(_app(msal, account, secret, wire))
    except (SignInFailed, Unreachable) as ours:
        return ours.with_traceback(None)
    except Refused as refused:
        return _refusal(refused.reply, alone=account.sign_in == "app")
    except Exception as error:
        # MSAL raises ValueError, RuntimeError, KeyError and more, with nonces and answers in
        # their texts: only the kind of it may leave here.
        words = NOT_UNDERSTOOD.fill(kind=type(error).__name__)
        return SignInFailed(words, error="invalid_response", who="setup")
    finally:
        wire.close()


def _app(msal: Any, account: Account, secret: Secret | None, wire: Wire) -> Any:
    """A confidential or public client. MSAL sends the secret in the body, as Entra documents it."""
    place = "oidc_authority" if account.cloud.oidc else "authority"
    confidential = account.sign_in == "app"
    kind = msal.ConfidentialClientApplication if confidential else msal.ClientApplication
    return kind(
        account.client_id,
        client_credential=secret.reveal() if secret else None,
        http_client=wire,
        instance_discovery=False,  # or every other cloud's address is told to Microsoft
        azure_region=False,  # or MSAL_FORCE_REGION in the environment sends it elsewhere
        **{place: account.authority},
    )


def _begin(account: Account) -> Callable[[Any], Attempt]:
    def ask(app: Any) -> Attempt:
        import warnings

        # The code must come in the address bar, so `query` it is; the advice is for listeners.
        warnings.filterwarnings("ignore", message="response_mode=", category=UserWarning)
        flow = app.initiate_auth_code_flow(
            _scopes(account),
            redirect_uri=account.redirect,
            login_hint=account.mailbox or None,
            response_mode="query",
        )
        return Attempt(url=flow["auth_uri"], state=flow["state"], flow=flow)

    return ask


def _scopes(account: Account) -> list[str]:
    return [word for word in account.cloud.scope.split() if word not in ADDED_BY_MSAL]


def _judged(answer: Mapping[str, Any], *, alone: bool = False) -> Tokens | SignInFailed:
    if "error" in answer or not answer.get("access_token"):
        return _failure(answer, alone=alone)
    refresh = answer.get("refresh_token")
    claims = answer.get("id_token_claims") or {}
    return Tokens(
        access=Secret(answer["access_token"]),
        refresh=Secret(refresh) if refresh else None,
        expires_in=int(answer.get("expires_in", UNSAID)),
        scope=str(answer.get("scope", "")),
        user=str(claims.get("preferred_username", "")),
    )


def _refusal(reply: Reply, *, alone: bool) -> SignInFailed:
    content = reply.content or {}
    if reply.status_code == 429 or reply.status_code >= 500:
        content = {**content, "error": "temporarily_unavailable"}
    return _failure(content, reply.retry_after, alone=alone)


def _failure(
    answer: Mapping[str, Any], retry_after: float | None = None, *, alone: bool
) -> SignInFailed:
    error = tidy(answer.get("error", "invalid_response"))
    suberror = tidy(answer["suberror"]) if answer.get("suberror") else ""
    listed = answer.get("error_codes")
    codes = tuple(c for c in listed if isinstance(c, int)) if isinstance(listed, list) else ()
    codes = codes or codes_in(str(answer.get("error_description", "")))
    advice = advise(error, suberror=suberror, codes=codes, alone=alone)
    correlation = str(answer.get("correlation_id", ""))
    return SignInFailed(
        advice.words,
        error=error,
        who=advice.who,
        suberror=suberror,
        codes=codes,
        retry_after=retry_after,
        correlation_id=correlation if CORRELATION.fullmatch(correlation) else "",
    )


async def _apart(work: Callable[[], T | Exception]) -> T:
    """Run it in a thread of its own, and raise the exception that it returns.

    Not in the pool of `asyncio.to_thread`: a node that stops waits for that, and a server
    that hangs would hold it up.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T | Exception] = loop.create_future()

    def tell(found: T | Exception) -> None:
        if not outcome.done():
            outcome.set_result(found)

    def run() -> None:
        found = work()
        try:
            loop.call_soon_threadsafe(tell, found)
        except RuntimeError:
            pass  # the loop is closed: nobody waits any more

    threading.Thread(target=run, name="noroshi-sign-in", daemon=True).start()
    try:
        found = await asyncio.wait_for(outcome, LONGEST)
    except TimeoutError:
        raise Unreachable(TOO_SLOW) from None
    if isinstance(found, Exception):
        raise found
    return found
