"""Find where a plan sends each entry of the vault: to whom, for what, and to which server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from noroshi.core.mail import Route
from noroshi.core.model import Monitor
from noroshi.core.reserved_entries import TOKENS
from noroshi.core.ssh_login import SshLogin
from noroshi.core.winrm_login import WinrmLogin
from noroshi.definitions.accounts_of_routes import account_of, reader_of
from noroshi.definitions.compilation import Plan
from noroshi.oauth.account import Account
from noroshi.oauth.credentials import named_by
from noroshi.oauth.well_known_clouds import CLOUDS
from noroshi.system.windows_shares import share_of

HEADERS = "secret_headers"
SMB_PORT = 445
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """Hold one use of an entry of the vault. `what` is "password", "header", "ssh", "winrm", "url" (the
    entry says itself where it goes), "proxy", "token" or "account ID". `where` is host:port; "" where
    the URL in `by_url`, another entry of the vault, says it, through that `proxy`."""

    entry: str
    what: str
    where: str
    by_url: str = ""
    proxy: str = ""


def uses_of(plan: Plan) -> frozenset[Use]:
    """Return all uses of the vault's entries in a plan."""
    return frozenset(_all_uses(plan))


def place_of(url: str, proxy: str = "") -> str:
    """Return host and port of a URL; "" if it names none. A proxy reads what goes through it
    without TLS, so it is a part of the place then."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    host_and_port = f"{host}:{port or DEFAULT_PORTS.get(parts.scheme, 0)}" if host else ""
    return _with_proxy(host_and_port, proxy if parts.scheme == "http" else "")


def _all_uses(plan: Plan) -> Iterator[Use]:
    for account in plan.accounts.values():
        yield from _of_account(account)
    for route in plan.routes.values():
        yield from _of_route(route)
        yield from _of_token(plan, route)
    for network in plan.networks.values():
        if network.proxy_password:
            yield Use(network.proxy_password, "proxy", network.proxy.lower())
    for monitor in plan.monitors.values():
        yield from _of_headers(monitor)
        yield from _of_shares(monitor)
        yield from _of_login(monitor.instance.ssh)
        yield from _of_winrm(monitor.instance.winrm)


def _of_account(account: Account) -> Iterator[Use]:
    """Yield secrets and certificates, at each server that this account's app signs in at."""
    cloud = account.cloud
    urls = (cloud.token_endpoint or cloud.authority, cloud.device_authorization_endpoint)
    for url in filter(None, urls):
        for credential in named_by(account):
            host_and_port = place_of(account.at_tenant(url))
            yield Use(credential.entry, f"account {account.storage_name}", host_and_port)


def _of_route(route: Route) -> Iterator[Use]:
    """Yield the servers to which a route sends its secrets: a password goes to the mail server,
    a header to the server that the route posts to."""
    options, proxy = route.options, route.network.proxy
    if password := _text(options, "password"):
        host_and_port = (_text(options, "where") or _text(options, "host")).lower()
        in_clear = _text(options, "protection") == "none"
        yield Use(password, "password", _with_proxy(host_and_port, proxy if in_clear else ""))
    if url_entry := _text(options, "url_entry"):
        yield Use(url_entry, "url", "")
    if header := _text(options, "header_entry"):
        host_and_port = place_of(_text(options, "url"), proxy)
        yield Use(header, "header", host_and_port, url_entry, proxy if url_entry else "")


def _of_token(plan: Plan, route: Route) -> Iterator[Use]:
    """Yield the servers to which the tokens of an account go: the mail server, and the server
    by which the mailbox is read. The servers of the built-in clouds are known
    (definitions/token_destinations.py)."""
    account = account_of(plan, route)
    if account is None or account.cloud.name in CLOUDS:
        return
    entry, cloud = f"{TOKENS}{account.storage_name}", account.cloud
    graph = _text(route.options, "graph")
    yield Use(
        entry, "token", place_of(graph) if graph else _text(route.options, "where").lower()
    )
    if reader_of(plan, route) is not None:
        imap = f"{cloud.imap_host.lower()}:{cloud.imap_port}"
        yield Use(entry, "token", place_of(cloud.graph) if cloud.graph else imap)


def _of_headers(monitor: Monitor) -> Iterator[Use]:
    headers = getattr(monitor.options, HEADERS, None)
    if isinstance(headers, Mapping):
        host_and_port = place_of(_text(monitor.options, "url"), monitor.network.proxy)
        for entry in headers.values():
            yield Use(str(entry), "header", host_and_port)


def _of_shares(monitor: Monitor) -> Iterator[Use]:
    """Yield the servers of network shares, to which the password goes."""
    if password := _text(monitor.options, "password"):
        for path in getattr(monitor.options, "shares", ()):
            server, _ = share_of(path) or ("", "")
            yield Use(password, "password", f"{server.lower()}:{SMB_PORT}")


def _of_login(login: SshLogin | None) -> Iterator[Use]:
    """Yield the keys and passwords of a login by SSH, at its server and at its jump host. What a
    name or an address leads to is the jump host's word, so it is a part of the place."""
    while login is not None:
        jump = login.jump.host_and_port.lower() if login.jump else ""
        for entry in filter(None, (login.key, login.password)):
            yield Use(entry, "ssh", _with_proxy(login.host_and_port.lower(), jump))
        login = login.jump


def _of_winrm(login: WinrmLogin | None) -> Iterator[Use]:
    """Yield the password or the certificate of a login by WinRM, at its server."""
    if login is not None and login.entry:
        yield Use(login.entry, "winrm", login.host_and_port.lower())


def _with_proxy(host_and_port: str, proxy: str) -> str:
    return f"{host_and_port} by {proxy}" if host_and_port and proxy else host_and_port


def _text(options: object, name: str) -> str:
    return str(getattr(options, name, "") or "")
