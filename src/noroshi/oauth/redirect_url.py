"""Read the redirect's address as people paste it: cut, quoted, broken into lines, or another one."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from noroshi.core.translation import Message, _
from noroshi.oauth.account import Cloud
from noroshi.oauth.errors.error_explanation import advise, codes_in, is_known, tidy
from noroshi.oauth.redaction import SAYS_QUOTED, redact, tidy_description
from noroshi.oauth.well_known_clouds import MICROSOFT365

LONGEST_PASTE = 65_536
PASTE_ERROR = "pasted"
"""The pasted text alone is wrong: whoever pasted it may do so again."""
QUERY_STARTS = re.compile(r"(?:^|[?#&])(?=(?:code|state|error|session_state)=)", re.IGNORECASE)
BLANKS = re.compile("[\\s\u200b\u200c\u200d\u2060\ufeff]+")
QUOTES = "\"'`<>()[]「」『』“”‘’,、。"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

NOTHING_PASTED = _("Nothing was pasted. After signing in, copy the whole address bar.")
NO_CODE = _(
    "This is not the URL of a finished sign-in: it contains no code. Sign in, then copy the "
    "whole address bar, even if the browser says that it cannot connect to localhost."
)
NOT_YET = _(
    "This is the URL of the sign-in page. Finish signing in, and paste the URL at which the "
    "browser stops."
)
CUT_OFF = _("The URL is incomplete. Copy the whole address bar, to its end.")
TOO_LONG = _("This is too long to be the URL of a sign-in. Paste the address bar only.")
EARLIER_ATTEMPT = _(
    "This URL belongs to an earlier sign-in. Open the page again and paste the new one."
)


@dataclass(frozen=True, slots=True)
class PasteProblem:
    """Say why the pasted text is of no use. Nothing of the text is in it but what the server says
    of a refusal that is not known here."""

    words: Message
    error: str = PASTE_ERROR
    codes: tuple[int, ...] = ()


def read_pasted(
    text: str, state: str, cloud: Cloud = MICROSOFT365
) -> dict[str, str] | PasteProblem:
    """Return the redirect's query, which holds a code of the attempt with this state; or what is
    wrong."""
    if len(text) > LONGEST_PASTE:
        return PasteProblem(TOO_LONG)
    # html.unescape is not for this: without its semicolon it would eat `&not…` and the like.
    url_text = BLANKS.sub("", text).strip(QUOTES).replace("&amp;", "&")
    if not url_text:
        return PasteProblem(NOTHING_PASTED)
    if "code_challenge=" in url_text or "response_type=" in url_text:
        return PasteProblem(NOT_YET)
    query = _query(url_text)
    codes = codes_in(url_text, cloud)
    if codes and not query.get("code") and not query.get("error"):
        # What Entra shows in a page of its own never comes by an address: it is copied from there.
        return PasteProblem(
            advise("invalid_request", codes=codes, cloud=cloud).words, "shown", codes
        )
    return _of_this_attempt(query, state, cloud)


def _of_this_attempt(
    query: dict[str, str], state: str, cloud: Cloud
) -> dict[str, str] | PasteProblem:
    if not query.get("code") and not query.get("error"):
        return PasteProblem(NO_CODE)
    if not query.get("state"):
        return PasteProblem(CUT_OFF)
    returned_state = query["state"].encode(
        "utf-8", "replace"
    )  # a terminal's stray bytes are no text
    if not hmac.compare_digest(returned_state, state.encode()):
        # A state that is a beginning of ours was cut by the copying.
        return PasteProblem(CUT_OFF if state.startswith(query["state"]) else EARLIER_ATTEMPT)
    if query.get("error"):
        return _refusal(query, cloud)
    return query


def _refusal(query: dict[str, str], cloud: Cloud) -> PasteProblem:
    """Return the server's answer in the place of a code."""
    description = query.get("error_description", "")
    codes, error = codes_in(description, cloud), tidy(query["error"])
    message = advise(error, codes=codes, cloud=cloud).words
    if description and not is_known(error, codes, cloud):
        message = SAYS_QUOTED.fill(
            words=message, said=redact(tidy_description(description), ())
        )
    return PasteProblem(message, error, codes)


def _query(url_text: str) -> dict[str, str]:
    """Return the pairs from the first one that a redirect may begin with; a later fragment is
    no part."""
    start = QUERY_STARTS.search(url_text)
    if start is None:
        _, _, query_text = url_text.partition("?")
    else:
        query_text = url_text[start.end() :]
    return dict(parse_qsl(query_text.partition("#")[0], keep_blank_values=True))


def looks_like_secret_id(text: str) -> bool:
    """Return whether a text is shaped like the secret's ID, which the portal shows beside the
    secret's Value."""
    return GUID.fullmatch(text.strip()) is not None


SECRET_ID = _(
    "This looks like the Secret ID. Enter the Value from the portal; it is shown only once, "
    "when the secret is created."
)
