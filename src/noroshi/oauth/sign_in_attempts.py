"""Whether what a person pasted, or did elsewhere, answers the sign-in that was begun."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.core.words import Words
from noroshi.oauth.account import Account
from noroshi.oauth.errors.messages import ALREADY, CODE_OVER, NOT_BEGUN, OTHER_WAY, TOO_OLD
from noroshi.oauth.grant_store import Begun
from noroshi.oauth.provider import Attempt, DeviceAttempt, SignInFailed
from noroshi.oauth.redirect_url import Problem, read_pasted

ATTEMPT_LIFE = timedelta(hours=1)


def answer_to(
    begun: Begun | None, account: Account, pasted: str, now: datetime
) -> tuple[Begun, dict[str, str]]:
    """The attempt and the query that answers it. Raises SignInFailed, which says what is wrong."""
    begun = _begun(begun, account)
    if not isinstance(begun.attempt, Attempt):
        raise _refused(OTHER_WAY.fill(name=account.name))
    query = read_pasted(pasted, begun.attempt.state, account.cloud)
    if isinstance(query, Problem):
        raise _refused(query.words, query.error, query.codes)
    if begun.done:
        raise _refused(ALREADY, "already_used")
    if now - begun.at > ATTEMPT_LIFE:
        raise _refused(TOO_OLD)
    return begun, query


def device_of(
    begun: Begun | None, account: Account, now: datetime
) -> tuple[Begun, DeviceAttempt]:
    """The attempt on another device that is under way. Raises SignInFailed."""
    begun = _begun(begun, account)
    attempt = begun.attempt
    if begun.done or not isinstance(attempt, DeviceAttempt):
        raise _refused(NOT_BEGUN.fill(name=account.name))
    if now - begun.at >= timedelta(seconds=attempt.expires_in):
        raise _refused(CODE_OVER, "expired_token")
    return begun, attempt


def _begun(begun: Begun | None, account: Account) -> Begun:
    if begun is None or begun.identity != account.identity:
        raise _refused(NOT_BEGUN.fill(name=account.name))
    return begun


def _refused(words: Words, error: str = "pasted", codes: tuple[int, ...] = ()) -> SignInFailed:
    return SignInFailed(words, error=error, who="user", codes=codes)
