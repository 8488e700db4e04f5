"""Whether what a person pasted answers the sign-in that was begun."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.core.words import Words
from noroshi.oauth.clouds import Account
from noroshi.oauth.entries import Begun
from noroshi.oauth.pasted import Problem, read_pasted
from noroshi.oauth.provider import SignInFailed
from noroshi.oauth.said import ALREADY, NOT_BEGUN, TOO_OLD

ATTEMPT_LIFE = timedelta(hours=1)


def answer_to(
    begun: Begun | None, account: Account, pasted: str, now: datetime
) -> tuple[Begun, dict[str, str]]:
    """The attempt and the query that answers it. Raises SignInFailed, which says what is wrong."""
    if begun is None or begun.identity != account.identity:
        raise _refused(NOT_BEGUN.fill(name=account.name))
    query = read_pasted(pasted, begun.attempt.state)
    if isinstance(query, Problem):
        raise _refused(query.words, query.error, query.codes)
    if begun.done:
        raise _refused(ALREADY, "already_used")
    if now - begun.at > ATTEMPT_LIFE:
        raise _refused(TOO_OLD)
    return begun, query


def _refused(words: Words, error: str = "pasted", codes: tuple[int, ...] = ()) -> SignInFailed:
    return SignInFailed(words, error=error, who="user", codes=codes)
