"""Read what stands in a request over the node's socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from noroshi.service.errors import UnreadableRequestError

LONGEST_HOME = 4096
"""Letters of a home folder; no system has a longer path (PATH_MAX)."""


class WireRequest(NamedTuple):
    """Name an operation, the arguments, and the home folder that the calling command was given;
    "": none was."""

    op: str
    args: Mapping[str, Any]
    home: str = ""


def request_of(value: Any) -> WireRequest:
    """Return the request that JSON's own types describe. Raises UnreadableRequestError."""
    if not isinstance(value, dict):
        raise UnreadableRequestError
    op, args, home = value.get("op"), value.get("args", {}), value.get("home", "")
    if not (isinstance(op, str) and isinstance(args, dict) and isinstance(home, str)):
        raise UnreadableRequestError
    if len(home) > LONGEST_HOME:
        raise UnreadableRequestError
    return WireRequest(op, args, home)
