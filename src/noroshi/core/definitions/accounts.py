"""Accounts of a plan, and the clouds that they belong to.

Each is made even if something is wrong with it, so that one slip is one problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from noroshi.core.definitions.networks import network_of
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.definitions.rules import MOST_MAILS
from noroshi.core.definitions.schema import Definitions
from noroshi.core.definitions.schema_mail import REDIRECT, AccountDef, CloudDef
from noroshi.core.definitions.value_checks import NO_ADDRESS, host, in_range, read_length
from noroshi.core.definitions.value_syntax import is_address
from noroshi.core.mail import Network
from noroshi.core.translation import _

A = TypeVar("A")
SHORTEST_REST, LONGEST_REST = "1h", "80d"
"""Entra ends a refresh token that rested for 90 days."""
SHARED_TENANTS = frozenset({"common", "organizations", "consumers"})
"""Entra's words for everybody: an app by itself belongs to one tenant (AADSTS9001023)."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
ALLOWANCE = ("mails_a_minute", "mails_an_hour", "connections", "recipients_a_day")
CREDENTIALS = ("secret", "secret_next", "certificate", "certificate_next")

CLOUD = _("cloud")
NO_TENANT = _("is missing: cloud “{cloud}” requires the directory (tenant) ID")
NO_SECRET = _(
    'sign_in = "app" requires secret or certificate: the name of the vault entry with the '
    "client secret or the certificate"
)
NO_BROWSER = _('is not used with sign_in = "app", which involves no browser; remove it')
OWN_TENANT = _(
    'is not a specific tenant: sign_in = "app" requires the directory (tenant) ID itself'
)
NO_APP_SCOPE = _('cannot be used with sign_in = "app": cloud “{cloud}” has no app_scope')
NO_INBOX = _("cannot be used: cloud “{cloud}” has no {scope}")
NO_PERSON = _(
    'is not used with sign_in = "app": for an app, a shared mailbox is like any other; '
    "remove this line"
)
NO_SERVER = _("cannot be used: cloud “{cloud}” has neither graph nor imap_host")
NO_KEY_FILE = _(
    "is not used with cloud “{cloud}”: an app signs in there with its key file; set secret "
    "to the vault entry of that file"
)
TWICE = _("also refers to the entry “{given}”; the next credential must be another entry")
NEXT_ALONE = _("is the next credential, but there is no current one: set {first}")
OVER = _("{day} has already passed; check “Expires” of the new secret in the portal")
ENDS = ("secret_ends", "secret_next_ends")
SOMEWHERE_IT_IS_TODAY = timedelta(days=1)
NO_DATE = _('“{given}” is not a date; use a format such as "2027-01-31"')
NOT_HTTPS = _("must begin with https://")
NO_HOST_IN_URL = _("has no host name")
NO_PORT = _("“{given}” has an invalid port; use a format such as http://localhost:8400/cb")
NOT_PLAIN = _(
    "must be a plain URL: no user name before the host, no % or non-ASCII character in the host "
    "(write a Japanese domain in its xn-- form), no space or backslash"
)
NO_PLAIN_HOST = _("“{given}” is not a host name (leave out https:// and the port)")
NOT_ASKED = _(
    "is not used with token_endpoint, which replaces the server's published endpoints; "
    "remove it"
)
HOST = re.compile(r"[A-Za-z0-9._-]+")
PLAIN = re.compile(
    r"https://(?:[A-Za-z0-9._{}-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?][!-\[\]-~]*)?"
)
NO_AUTHORITY = _("is missing: the sign-in server's address, or its token_endpoint")
GO_TOGETHER = _("requires token_endpoint as well")


def accounts(
    definitions: Definitions,
    make: Callable[[AccountDef, CloudDef, Network], A],
    networks: Mapping[str, Network],
    problems: list[Problem],
) -> dict[str, A]:
    """Return all accounts by name, each with its cloud."""
    for name, cloud in definitions.clouds.items():
        _check_cloud(cloud, file_of("clouds", name, problems))
    by_name = dict[str, A]()
    for name, account in definitions.accounts.items():
        place = file_of("accounts", name, problems)
        _check_account(account, place)
        if account.cloud in definitions.clouds:
            cloud = definitions.clouds[account.cloud]
            by_name[name] = make(account, cloud, network_of(account.network, networks, place))
            _check_with_cloud(account, cloud, place)
        else:
            place.at("cloud").no_such(CLOUD, account.cloud, definitions.clouds)
    return by_name


def end_of(day: str) -> date | None:
    """Read a day; None if none is given, or it is none."""
    try:
        return date.fromisoformat(day) if len(day) == len("2027-01-31") else None
    except ValueError:
        return None


def is_over(day: date, now: datetime) -> bool:
    """Return True if a day is over wherever somebody may be."""
    return day < (now - SOMEWHERE_IT_IS_TODAY).date()


def _check_account(account: AccountDef, place: Place) -> None:
    if not is_address(account.mailbox):
        place.at("mailbox").say(NO_ADDRESS, given=account.mailbox)
    for field in ALLOWANCE:
        in_range(getattr(account, field) or 0, 0, MOST_MAILS, place.at(field))
    if account.sign_in == "app":
        _check_app(account, place)
    if not _has_a_port_or_none(account.redirect):
        place.at("redirect").say(NO_PORT, given=account.redirect)
    read_length(account.renew_every, SHORTEST_REST, place.at("renew_every"), LONGEST_REST)
    for field in ENDS:
        day = getattr(account, field)
        if day and end_of(day) is None:
            place.at(field).say(NO_DATE, given=day)
    for first in ("secret", "certificate"):
        _check_next(account, first, place.at(f"{first}_next"))


def _check_next(account: AccountDef, setting: str, place: Place) -> None:
    current, upcoming = getattr(account, setting), getattr(account, f"{setting}_next")
    if upcoming and not current:
        place.say(NEXT_ALONE, first=setting)
    elif upcoming and upcoming == current:
        place.say(TWICE, given=upcoming)


def _check_app(account: AccountDef, place: Place) -> None:
    if not account.secret and not account.certificate:
        place.at("secret").say(NO_SECRET)
    if account.redirect != REDIRECT:
        place.at("redirect").say(NO_BROWSER)
    if account.shared:
        place.at("shared").say(NO_PERSON)
    if account.tenant.lower() in SHARED_TENANTS:
        place.at("tenant").say(OWN_TENANT)


def _check_with_cloud(account: AccountDef, cloud: CloudDef, place: Place) -> None:
    """Note where an account and its cloud do not agree."""
    urls = (cloud.authority, *(getattr(cloud, field) for field in ENDPOINTS))
    if any("{tenant}" in url for url in urls) and not account.tenant:
        place.at("tenant").say(NO_TENANT, cloud=cloud.name)
    if account.sign_in == "app" and not cloud.app_scope:
        place.at("cloud").say(NO_APP_SCOPE, cloud=cloud.name)
    if (
        account.sign_in == "app"
        and cloud.app_grant == "service_account"
        and account.certificate
    ):
        place.at("certificate").say(NO_KEY_FILE, cloud=cloud.name)
    scope = "inbox_shared_scope" if account.shared and cloud.graph else "inbox_scope"
    if account.reads_inbox and not getattr(cloud, scope):
        place.at("reads_inbox").say(NO_INBOX, cloud=cloud.name, scope=scope)
    elif account.reads_inbox and not cloud.graph and not cloud.imap_host:
        place.at("reads_inbox").say(NO_SERVER, cloud=cloud.name)


def _check_cloud(cloud: CloudDef, place: Place) -> None:
    host(cloud.smtp_host, place.at("smtp_host"))
    in_range(cloud.smtp_port, 1, 65535, place.at("smtp_port"))
    if cloud.imap_host:
        host(cloud.imap_host, place.at("imap_host"))
    in_range(cloud.imap_port, 1, 65535, place.at("imap_port"))
    for field in ("authority", "graph", *ENDPOINTS):
        if url := getattr(cloud, field):
            _check_url(url, place.at(field))
    if not cloud.authority and not cloud.token_endpoint:
        place.at("authority").say(NO_AUTHORITY)
    for field in ENDPOINTS:
        if getattr(cloud, field) and not cloud.token_endpoint:
            place.at(field).say(GO_TOGETHER)
    _check_endpoint_hosts(cloud, place.at("endpoint_hosts"))


def _check_url(url: str, place: Place) -> None:
    if not url.startswith("https://"):
        place.say(NOT_HTTPS)
    elif not host_in(url):
        place.say(NO_HOST_IN_URL)
    elif not is_plain(url):
        place.say(NOT_PLAIN)


def _check_endpoint_hosts(cloud: CloudDef, place: Place) -> None:
    if cloud.endpoint_hosts and cloud.token_endpoint:
        place.say(NOT_ASKED)
    for name in cloud.endpoint_hosts:
        if not HOST.fullmatch(name):
            place.say(NO_PLAIN_HOST, given=name)


def is_plain(url: str) -> bool:
    """Return True if a URL is an https address that a browser, Python and everything between
    read alike: no user, no escapes in the host, no letters that only look like those of another
    host."""
    return PLAIN.fullmatch(url) is not None


def _has_a_port_or_none(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def host_in(url: str) -> str:
    """Return the host of a URL, in small letters and without a final dot; "" for none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:  # a bracket that is not closed, say
        return ""
