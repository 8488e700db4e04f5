"""Limit a cloud's endpoints to the cloud's own hosts; only Microsoft's own clouds may name
Microsoft's.

Otherwise a profile, or the server that it names, could send people to Microsoft's page and
receive the resulting code or token (mix-up: RFC 9207, RFC 9700 4.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from noroshi.core.definitions.accounts import host_in, is_plain
from noroshi.core.translation import _
from noroshi.oauth.account import Account, is_microsoft
from noroshi.oauth.provider import SignInError

TYPED_AT_MICROSOFT = frozenset({"microsoft.com", "www.microsoft.com", "aka.ms"})
"""Hosts at which Microsoft lets people type a device code, beside those of the sign-in."""

NO_ADDRESS = "…"
OTHER_HOST = _(
    "The sign-in server {authority} names an endpoint on another host, {host}. If that host "
    'belongs to the same provider, add endpoint_hosts = ["{host}"] to clouds/{cloud}.toml.'
)
TO_MICROSOFT = _(
    "The sign-in server of cloud “{cloud}” names Microsoft's sign-in ({host}) as an "
    "endpoint. Only the built-in clouds may do so, as credentials would reach a server that "
    "is not Microsoft's. Use microsoft365, or ask the operator of that server."
)


def require_own_hosts(account: Account, endpoints: Iterable[str]) -> None:
    """Check that the endpoints which a server named are at hosts of that server. Raises
    SignInError."""
    cloud, endpoints = account.cloud, tuple(endpoints)
    require_no_microsoft_host(account, endpoints)
    if is_microsoft(cloud.authority):
        return  # Microsoft's own, whose names are many
    known_hosts = {
        host_in(account.authority),
        *(one.casefold() for one in cloud.endpoint_hosts),
    }
    for url in endpoints:
        if not is_plain(url) or host_in(url) not in known_hosts:
            message = OTHER_HOST.fill(
                authority=urlsplit(account.authority).netloc,
                host=host_in(url) if is_plain(url) else NO_ADDRESS,
                cloud=cloud.name,
            )
            raise SignInError(message, error="other_host", party="setup")


def require_no_microsoft_host(account: Account, urls: Iterable[str]) -> None:
    """Check that a user-defined profile does not lead to Microsoft's hosts. Raises
    SignInError."""
    cloud = account.cloud
    if is_microsoft(cloud.token_endpoint or cloud.authority):
        return
    for url in urls:
        if is_microsoft(url) or host_in(url) in TYPED_AT_MICROSOFT:
            message = TO_MICROSOFT.fill(cloud=cloud.name, host=host_in(url))
            raise SignInError(message, error="leads_to_microsoft", party="setup")


def are_addresses(urls: Iterable[object]) -> bool:
    """Return whether each is a plain https address; "" is none, and will do."""
    return all(isinstance(url, str) and (not url or is_plain(url)) for url in urls)
