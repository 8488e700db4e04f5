"""Every operation that a person can ask for, the same by every door."""

from __future__ import annotations

from noroshi.service.errors import (
    ConflictError,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
    OperationError,
    OperationFailedError,
    ReauthenticationRequiredError,
    ServiceError,
)
from noroshi.service.operation import (
    Operation,
    Person,
    administrator,
    member,
    name_of,
    perform,
    refusal_as_json,
    run_as_json,
)
from noroshi.service.operation_context import ServiceParts
from noroshi.service.operation_list import Service

__all__ = [
    "ConflictError",
    "ForbiddenError",
    "InvalidArgumentError",
    "NotFoundError",
    "Operation",
    "OperationError",
    "OperationFailedError",
    "Person",
    "ReauthenticationRequiredError",
    "Service",
    "ServiceError",
    "ServiceParts",
    "administrator",
    "name_of",
    "perform",
    "member",
    "refusal_as_json",
    "run_as_json",
]
