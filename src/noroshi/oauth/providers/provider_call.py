"""Share what both providers need: a call in a separate thread, and refusals in our own
words."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from noroshi.core.instruction import ANY_ROUTE, InstructionKind, followed_by
from noroshi.core.printable import printable
from noroshi.core.translation import _
from noroshi.oauth.account import Account
from noroshi.oauth.endpoint_hosts import require_no_microsoft_host
from noroshi.oauth.errors.error_explanation import advise, codes_of, is_known, tidy
from noroshi.oauth.http_session import ErrorReplyError, HttpSession, Reply
from noroshi.oauth.jwt_claims import claims_in, named_in
from noroshi.oauth.provider import (
    Client,
    DeviceAttempt,
    OAuthError,
    SignInError,
    Tokens,
    UnreachableError,
)
from noroshi.oauth.redaction import SAYS_QUOTED, redact, tidy_description
from noroshi.vault import Secret

T = TypeVar("T")
LONGEST_CALL = 90.0
"""Seconds for one call as a whole: discovery and the question itself."""
INTERVAL = 5
"""Seconds between two questions about a code unless the server says (RFC 8628, 3.2)."""
UNSAID = 3600
"""Seconds for a token without a stated lifetime: if it ends earlier, the server's refusal
renews it."""
LONGEST_USER = 254
CORRELATION = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

TOO_SLOW = _("The sign-in server did not finish its reply. Noroshi retries automatically.")
NOT_UNDERSTOOD = _(
    "The sign-in server's reply does not match this sign-in ({kind}). Check the cloud's "
    "authority; if it is right, sign in again."
)
NO_SUCH_WAY = followed_by(
    _("Cloud “{cloud}” does not support sign-in with a device code."), InstructionKind.SIGN_IN
)


async def ask_provider(client: Client, ask: Callable[[HttpSession], T | Exception]) -> T:
    """Ask over a new wire, in a separate thread. Raises SignInError, UnreachableError."""
    return await run_in_thread(lambda: _ask_in_thread(client, ask))


def _ask_in_thread(
    client: Client, ask: Callable[[HttpSession], T | Exception]
) -> T | Exception:
    """Return the answer, or an exception of ours without any traceback."""
    session: HttpSession | None = None
    try:
        session = HttpSession(client)
        answer = ask(session)
        return _add_quotation(answer, session) if isinstance(answer, SignInError) else answer
    except ErrorReplyError as reply_error:
        answer = refusal(reply_error.reply, client.account)
        return answer if session is None else _add_quotation(answer, session)
    except OAuthError as error:
        return error.with_traceback(None)
    except Exception as error:
        # Libraries raise ValueError, RuntimeError, KeyError and more, with nonces and answers
        # in their texts: only the kind of it may leave here.
        message = NOT_UNDERSTOOD.fill(kind=type(error).__name__)
        return SignInError(message, error="invalid_response", party="setup")
    finally:
        if session is not None:
            session.close()


def _add_quotation(failure: SignInError, session: HttpSession) -> SignInError:
    """Return it with a quotation that holds no secret that the server was shown."""
    failure.description = redact(failure.description, session.quotable)
    if failure.description and not failure.is_known:
        failure.words = SAYS_QUOTED.fill(words=failure.words, said=failure.description)
        failure.args = (failure.words.en,)
    return failure


def tokens(
    answer: Mapping[str, Any],
    user: str = "",
    *,
    public: bool = False,
    requested_scope: str = "",
) -> Tokens:
    """Return the tokens of a good answer; `requested_scope` is the scope that was asked for,
    which is granted where the answer says none. Raises KeyError if there is no token in it."""
    if not answer.get("access_token"):
        raise KeyError("access_token")
    refresh, lifetime = answer.get("refresh_token"), answer.get("expires_in")
    return Tokens(
        access=Secret(str(answer["access_token"])),
        refresh=Secret(str(refresh)) if refresh else None,
        expires_in=UNSAID if lifetime is None else int(lifetime),
        scope=str(answer.get("scope") or requested_scope),
        user=_printable_user(user),
        public=public,
    )


def user_in(answer: Mapping[str, Any], of_id_token: Mapping[str, Any], account: Account) -> str:
    """Return the user who signed in, by the claims of the id_token, else of a readable access
    token."""
    access = claims_in(str(answer.get("access_token") or "")) or {}
    return named_in(of_id_token, account.mailbox) or named_in(access, account.mailbox)


def _printable_user(user: str) -> str:
    """Return the name as a terminal may show it."""
    return printable(user[:LONGEST_USER])


def refusal(reply: Reply, account: Account) -> SignInError:
    """Return the error for an answer other than 200; busy is busy, whatever the text says."""
    content = reply.content or {}
    if reply.status_code == 429 or reply.status_code >= 500:
        content = {**content, "error": "temporarily_unavailable"}
    return failure(content, account, reply.retry_after)


def failure(
    answer: Mapping[str, Any], account: Account, retry_after: float | None = None
) -> SignInError:
    """Return the error for an OAuth error response."""
    error = tidy(answer.get("error", "invalid_response"))
    suberror = tidy(answer["suberror"]) if answer.get("suberror") else ""
    codes = codes_of(answer, account.cloud)
    advice = advise(
        error,
        suberror=suberror,
        codes=codes,
        app_only=account.app_only,
        cloud=account.cloud,
        secret=account.secret,
        account=account.name,
        role=account.app_role,
    )
    correlation = str(answer.get("correlation_id", ""))
    return SignInError(
        advice.words,
        error=error,
        party=advice.party,
        suberror=suberror,
        codes=codes,
        retry_after=retry_after,
        correlation_id=correlation if CORRELATION.fullmatch(correlation) else "",
        description=tidy_description(answer.get("error_description")),
        is_known=is_known(error, codes, account.cloud, app_only=account.app_only),
    )


def device(
    answer: Mapping[str, Any], flow: Mapping[str, Any], account: Account
) -> DeviceAttempt:
    """Return the code that a person types, and the address of the page. Raises SignInError for
    a page at Microsoft in a cloud that is not Microsoft's, and ValueError or KeyError for what
    can be no code."""
    code = str(answer["user_code"])
    url = str(answer.get("verification_uri") or answer["verification_url"])
    if not code.isprintable() or not url.isprintable():  # a terminal would obey it
        raise ValueError("not printable")
    if not url.startswith("https://"):  # it becomes a link: no script, and nothing in the clear
        raise ValueError("no page")
    require_no_microsoft_host(account, (url,))
    return DeviceAttempt(
        user_code=code,
        url=url,
        expires_in=int(answer["expires_in"]),
        interval=max(1, int(answer.get("interval") or INTERVAL)),
        flow=flow,
    )


def no_device(account: Account) -> SignInError:
    """Say that the provider has no sign-in on another device."""
    message = NO_SUCH_WAY.fill(cloud=account.cloud.name, route=account.route or ANY_ROUTE)
    return SignInError(message, error="unsupported_grant_type", party="setup")


async def run_in_thread(work: Callable[[], T | Exception]) -> T:
    """Run the work in a separate thread; return the result, or raise it if it is an exception.

    Not in the pool of `asyncio.to_thread`: a node that stops waits for that, and a server that
    hangs would hold it up.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T | Exception] = loop.create_future()

    def deliver(result: T | Exception) -> None:
        if not outcome.done():
            outcome.set_result(result)

    def run() -> None:
        result = work()
        try:
            loop.call_soon_threadsafe(deliver, result)
        except RuntimeError:
            pass  # the loop is closed: nobody waits any more

    threading.Thread(target=run, name="noroshi-sign-in", daemon=True).start()
    try:
        result = await asyncio.wait_for(outcome, LONGEST_CALL)
    except TimeoutError:
        raise UnreachableError(TOO_SLOW) from None
    if isinstance(result, Exception):
        raise result
    return result
