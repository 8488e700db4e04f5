"""Every operation that a person can ask for, the same by every door.

The operations themselves are imported on first use: a node that nobody asks needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi.imports import found_later
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
from noroshi.service.service_parts import ServiceParts

if TYPE_CHECKING:
    from noroshi.service.operation_list import Service
else:
    LATER = {"operation_list": ("Service",)}
    __getattr__ = found_later(__name__, LATER)

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
