"""Every operation that a person can ask for, the same by every door."""

from __future__ import annotations

from noroshi.service.operation import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Operation,
    Person,
    ReauthenticationRequired,
    Refusal,
    Trouble,
    administrator,
    handle_request,
    member,
    refused,
    run_as_json,
)
from noroshi.service.operation_list import Service

__all__ = [
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotFound",
    "ReauthenticationRequired",
    "Operation",
    "Person",
    "Refusal",
    "Service",
    "Trouble",
    "administrator",
    "run_as_json",
    "handle_request",
    "member",
    "refused",
]
