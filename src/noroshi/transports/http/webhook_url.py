"""A webhook's URL: what may be one, and whether it is a secret by itself."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from noroshi.core.http_expectations import is_near
from noroshi.core.instruction import ANY_ENTRY, InstructionKind, followed_by
from noroshi.core.marked_names import with_settings
from noroshi.core.translation import Message, _

SECRET_HOSTS = (
    "hooks.slack.com",
    ".logic.azure.com",
    ".powerplatform.com",
    "discord.com",
    "discordapp.com",
    "chat.googleapis.com",
)
"""Whoever knows such an address may post there."""
SECRET_NAMES = re.compile(r"(?i)sig|signature|token|key|secret|code|auth|password|pass")
RETIRED_HOST = "webhook.office.com"
"""Connectors of Teams, which Microsoft ended in May 2026."""
LONGEST_URL = 2000
SHORTEST_SECRET = 8
NO_URL = _(
    "the URL must begin with https:// and contain a host, such as https://example.com/hook, "
    "in plain ASCII and without a user name"
)
IN_THE_CLEAR = with_settings(
    _(
        "HTTP is allowed only for an address of this computer or on a private network (such as "
        "http://192.168.1.10:8080/hook), and only with {plain_http} = true"
    ),
    "plain_http",
)
SECRET_URL = followed_by(
    with_settings(
        _(
            "this URL is a secret: anyone who knows it can post there. Set {url_entry} = NAME "
            "instead of {url}, where NAME is a vault entry."
        ),
        "url_entry",
        "url",
    ),
    InstructionKind.PUT_SECRET,
    entry=ANY_ENTRY,
)
RETIRED_URL = _(
    "this is a Teams connector, which Microsoft has retired: in Teams, open the channel's menu › "
    "Workflows, add “Send webhook alerts to a channel”, and enter the URL that it shows"
)


def fault_of(url: str, *, plain_http: bool) -> Message | None:
    """Return the fault of a URL; None: it may be used. The words repeat nothing of the URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # brackets or a port that are none
        return NO_URL
    is_strange = len(url) > LONGEST_URL or not re.fullmatch(r"[!-~]+", url)
    if is_strange or not host or port == 0 or parts.username is not None or parts.fragment:
        return NO_URL
    if _is_at(host, RETIRED_HOST):
        return RETIRED_URL
    if parts.scheme == "http":
        return None if plain_http and is_near(host) else IN_THE_CLEAR
    return None if parts.scheme == "https" else NO_URL


def is_secret(url: str) -> bool:
    """Return whether it should not stand in a definition."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    has_secret_name = any(SECRET_NAMES.search(name) for name, _ in parse_qsl(parts.query))
    return has_secret_name or any(host == one or host.endswith(one) for one in SECRET_HOSTS)


def _is_at(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def secrets_in(url: str) -> list[str]:
    """Return the pieces of it that nobody may read in an answer; host names and short words are
    none."""
    parts = urlsplit(url)
    pieces = re.split(r"[/?&=;]", f"{parts.path}?{parts.query}")
    return [piece for piece in pieces if len(piece) >= SHORTEST_SECRET]


def where_of(url: str) -> str:
    """Return host and port, as far as they may be told."""
    return urlsplit(url).netloc
