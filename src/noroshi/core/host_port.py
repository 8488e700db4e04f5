"""Write a host and a port as URLs do: an IPv6 address stands in brackets (RFC 3986, 3.2.2)."""

from __future__ import annotations


def url_host(host: str) -> str:
    """Return the host as it stands in a URL. An address that is in brackets already stays."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def authority(host: str, port: int) -> str:
    """Return host:port, an IPv6 address in brackets."""
    return f"{url_host(host)}:{port}"
