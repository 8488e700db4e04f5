"""Compare what a web page answers with what it is to answer: pure, a table."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from urllib.parse import urljoin, urlsplit

from noroshi.core.instruction import ANY_ENTRY, InstructionKind, followed_by
from noroshi.core.printable import visible_text
from noroshi.core.translation import Message, _, list_names, ngettext, plain

LONGEST = 2000
MOST_HEADERS, LONGEST_VALUE = 20, 1000
PLACE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[(?P<six>[0-9A-Fa-f:.]+)\])(?::[0-9]*)?")
"""All that stands between // and the path: RFC 3986, 3.2, without a user. Of `[::1]x` urlsplit
takes the part in brackets for the host, and a caller that asks for the rest hears nothing of
x."""
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # RFC 9110, 5.6.2
VALUE = re.compile(
    rf"[ -~]{{0,{LONGEST_VALUE}}}"
)  # RFC 9110, 5.5, of which this is the safe part
OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how the message is to be read, or which server is asked."""
SECRETS = re.compile(
    r"(?i)authorization|authentication|cookie|token|secret|passw|api-?key|credential"
    r"|session|signature|(?<![a-z])(?:key|auth)(?![a-z])"
)
"""Names of headers that hold secrets. Vendors put keys into headers of their own, such as
X-Functions-Key and Ocp-Apim-Subscription-Key."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""RFC 9110, 15.4: the statuses that lead elsewhere by Location."""
PORTS = {"http": 80, "https": 443}

NO_URL = _(
    "the URL must begin with http:// or https:// and contain a host, such as "
    "https://www.example.com/health, in plain ASCII, without spaces or a fragment"
)
WITH_USER = _(
    "the URL must not contain a user name or a password: everyone who sees the monitor would "
    "see them"
)
BAD_HEADER = _("the header “{name}” cannot be set")
SECRET_HEADER = followed_by(
    _(
        "the header “{name}” holds a secret, which everyone who sees the monitor would see. Set "
        "{name} = NAME in secret_headers, where NAME is a vault entry."
    ),
    InstructionKind.PUT_ENTRY,
    entry=ANY_ENTRY,
)
BAD_VALUE = _(
    "the value of the header “{name}” must be one line of printable ASCII, of at most {most} "
    "characters"
)
TOO_MANY_HEADERS = _("at most {most} headers can be set")

AS_EXPECTED = _("{where} answered {status}{beginning}")
OTHER_STATUS = _(
    "{where} answered {status}, but {wanted} was expected. This is the server's own "
    "response; look for the cause on the server."
)
NOT_IN_IT = _(
    '"{word}" is not in the response from {where}{beginning}. The page has changed or shows '
    "an error."
)
IN_IT = _('"{word}" is in the response from {where}. The page shows unwanted content.')
BEGINNING = _(" (only the first {size} were read)")
PACKED = _(
    "{where} answered in {coding}, which was not requested, so the words cannot be checked. "
    "Configure the server to respect Accept-Encoding: identity."
)
TOO_FAR = ngettext(
    "{where} still redirects after {most} redirect. Allow more redirects, or use the final "
    "address.",
    "{where} still redirects after {most} redirects. Allow more redirects, or use the final "
    "address.",
    by="most",
)
IN_A_CIRCLE = _(
    "the redirects of {where} form a loop. The server's administrator can correct this."
)
NEEDS_A_COOKIE = _(
    "the redirects of {where} form a loop. A cookie is set on the way, but Noroshi keeps no "
    "cookies: use an address that needs none. If a browser loops too, the server's "
    "administrator can correct this."
)
INTO_THE_CLEAR = _(
    "{where} redirects from HTTPS to HTTP, where the response can be changed in transit. The "
    "server's administrator can correct this."
)
NO_TARGET = _(
    "{where} redirects to an address that cannot be followed. The server's administrator can "
    "correct this."
)
TWO_OR_THREE = _("200 to 399")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExpectation:
    """Hold the expected answer: one of these statuses (none: 200 to 399), with each word of
    `needed_texts` in its text and none of `forbidden_texts`."""

    statuses: tuple[int, ...] = ()
    needed_texts: tuple[str, ...] = ()
    forbidden_texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The answer of a page: `text` in UTF-8, which was cut after so many bytes (0: it is
    whole); `coding` is how it is packed, "" if it is not."""

    status: int
    text: bytes = b""
    cut_after: int = 0
    coding: str = ""


def fault_of(url: str) -> Message | None:
    """Return what is wrong with a URL; None: it may be asked for. Nothing of it is in the
    words."""
    try:
        parts = urlsplit(url)
        port, place = parts.port, PLACE.fullmatch(parts.netloc)
        if place and place["six"]:
            IPv6Address(place["six"])
    except ValueError:  # brackets, an address or a port that are none
        return NO_URL
    if "@" in parts.netloc:
        return WITH_USER
    if len(url) > LONGEST or not re.fullmatch(r"[!-~]+", url) or "#" in url or "\\" in url:
        return NO_URL
    return None if parts.scheme in PORTS and place and port != 0 else NO_URL


def header_fault(headers: Mapping[str, str]) -> Message | None:
    """Return what is wrong with headers of an administrator's own; None: they may be sent."""
    if len(headers) > MOST_HEADERS:
        return TOO_MANY_HEADERS.fill(most=MOST_HEADERS)
    for name, value in headers.items():
        if not may_be_set(name):
            return BAD_HEADER.fill(name=visible_text(name))
        if SECRETS.search(name):
            return SECRET_HEADER.fill(name=name)
        if not VALUE.fullmatch(value):
            return BAD_VALUE.fill(name=name, most=LONGEST_VALUE)
    return None


def may_be_set(header: str) -> bool:
    """Return whether an administrator may have a header of this name sent along."""
    return bool(TOKEN.fullmatch(header)) and header.lower() not in OWN_HEADERS


def keeps_secrets(url: str) -> bool:
    """Return whether a secret may be sent there: by https, or to a near computer, by number (a
    name could lead anywhere)."""
    parts = urlsplit(url)
    return parts.scheme == "https" or is_near(parts.hostname or "")


def is_near(host: str) -> bool:
    """Return True for a loopback or private address, by number."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def where_of(url: str) -> str:
    """Return host and port, as far as the URL says it."""
    return urlsplit(url).netloc


def origin_of(url: str) -> tuple[str, str, int]:
    """RFC 6454, 4: scheme, host and port; headers are for one of these alone."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or PORTS[parts.scheme]


def redirect_target(
    url: str,
    status: int,
    location: str,
    visited_urls: Sequence[str],
    max_redirects: int,
    *,
    cookie: bool = False,
) -> str | Message | None:
    """Return where an answer leads on to: a URL, why nobody goes on, or None if it leads
    nowhere, or is not to be followed. `visited_urls` are the URLs that led here; at most so many
    redirects are followed. `cookie`: one was set on the way."""
    if status not in REDIRECTS or not location or not max_redirects:
        return None
    shown_url = where_of(url)
    try:
        target = urljoin(url, location.partition("#")[0])
    except ValueError:
        return NO_TARGET.fill(where=shown_url)
    if fault_of(target) is not None:
        return NO_TARGET.fill(where=shown_url)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        return INTO_THE_CLEAR.fill(where=shown_url)
    if target in (*visited_urls, url):
        return (NEEDS_A_COOKIE if cookie else IN_A_CIRCLE).fill(where=shown_url)
    return (
        target
        if len(visited_urls) < max_redirects
        else TOO_FAR.fill(where=shown_url, most=max_redirects)
    )


def mismatch(expected: PageExpectation, page: Page, shown_url: str) -> Message | None:
    """Return what of an answer is not as it was to be; None: all of it is."""
    if not _is_among(page.status, expected.statuses):
        expected_status = _expected_text(expected.statuses)
        return OTHER_STATUS.fill(
            where=shown_url, status=phrase(page.status), wanted=expected_status
        )
    if page.coding and (expected.needed_texts or expected.forbidden_texts):
        return PACKED.fill(where=shown_url, coding=page.coding)
    if text := next(
        (text for text in expected.needed_texts if text.encode() not in page.text), ""
    ):
        return NOT_IN_IT.fill(where=shown_url, word=text, beginning=_beginning(page))
    if text := next(
        (text for text in expected.forbidden_texts if text.encode() in page.text), ""
    ):
        return IN_IT.fill(where=shown_url, word=text)
    return None


def match_text(expected: PageExpectation, page: Page, shown_url: str) -> Message:
    """Return what is said of an answer in which nothing is wrong: of what was not read, nobody
    knows that a word is not in it."""
    size_note = _beginning(page) if expected.forbidden_texts else plain("")
    return AS_EXPECTED.fill(where=shown_url, status=phrase(page.status), beginning=size_note)


def _beginning(page: Page) -> Message:
    if not page.cut_after:
        return plain("")
    return BEGINNING.fill(size=f"{page.cut_after / 1024:g} KiB")


def phrase(status: int) -> str:
    """Return a status with its standard phrase; the phrase of the server is ignored."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _is_among(status: int, statuses: Collection[int]) -> bool:
    return status in statuses if statuses else 200 <= status < 400


def _expected_text(statuses: Sequence[int]) -> Message:
    return list_names(map(str, statuses)) if statuses else TWO_OR_THREE
