"""Redact a sign-in server's own words on a refusal, so that they can be quoted: short, printable, and
without the secrets of the request. Some servers quote the secret or token that they refuse."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from noroshi.core.printable import printable
from noroshi.core.translation import _

SAYS_QUOTED = _("{words} Server message: “{said}”")
LONGEST_QUOTE, READ = 300, 4_000
SHORTEST_SECRET = 6
"""Letters of a value that is looked for: shorter ones are words of any sentence."""
MASK = "…"
SHOWN_FIELDS = frozenset({"grant_type", "client_id", "redirect_uri", "scope", "response_type"})
"""Fields of a request that are no secret (RFC 6749): a refusal may well be about them."""
GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
OPAQUE = re.compile(
    rf"(?<![\w./:-])(?!{GUID}(?![\w-]))(?=[\w.~+=/-]*\d)(?=[\w.~+=/-]*[A-Za-z])[\w.~+=/-]{{24,}}"
)
"""Text that may be a token though it is none of ours: long, of letters and digits, and neither
an address nor a request number."""


def tidy_description(text: object) -> str:
    """Return a description as a server gave it, to go through `redact`; "" where it gave none."""
    if not isinstance(text, str):
        return ""
    return OPAQUE.sub(MASK, _plain(text[:READ]))


def redact(text: str, secrets: Iterable[str]) -> str:
    """Take these out of a text, however they are written, and cut it: what is cut off cannot be
    looked for any more."""
    forms = {way(one) for one in secrets for way in (str, _plain, _json_escaped, quote_plus)}
    for one in sorted(forms, key=len, reverse=True):  # one may be a part of another
        text = text.replace(one, MASK)
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + MASK


def _json_escaped(text: str) -> str:
    return quote(text, safe="")


def _plain(text: str) -> str:
    return printable(" ".join(text.split()))


def secrets_in(form: str) -> frozenset[str]:
    """Return the secrets in the body of a request."""
    fields = parse_qsl(form)
    return frozenset(
        v for name, v in fields if name not in SHOWN_FIELDS and len(v) >= SHORTEST_SECRET
    )


def secrets_of(headers: Mapping[str, str]) -> frozenset[str]:
    """Return what is secret in a request's headers: who proves the client by HTTP Basic does so
    there, encoded twice (RFC 6749, 2.3.1)."""
    kind, _, encoded = headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return frozenset()
    _, _, secret = b64decode(encoded).decode().partition(":")
    return frozenset(
        one for one in (encoded, secret, unquote(secret)) if len(one) >= SHORTEST_SECRET
    )
