"""Say why an operation was not done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import Message


class ServiceError(Exception):
    """Base of all errors of the service."""


class UnreadableRequestError(ServiceError):
    """Report what is no JSON of a request: each way in says how one looks there."""


class OperationError(ServiceError):
    """Say why an operation was not done, in words for whoever asked; `problems` say where, and
    `codes` are those that another server gave, as AADSTS700016."""

    kind: ClassVar[str] = "trouble"
    """The name of the refusal on the wire."""

    def __init__(
        self, words: Message, problems: tuple[Problem, ...] = (), codes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(words.en)
        self.words, self.problems, self.codes = words, problems, codes


class NotFoundError(OperationError):
    """Report that there is no such thing."""

    kind = "not found"


class ForbiddenError(OperationError):
    """Report that this person may not do that."""

    kind = "forbidden"


class ReauthenticationRequiredError(OperationError):
    """Report that they may, once they have given the password again."""

    kind = "password"


class ConflictError(OperationError):
    """Report that somebody else changed it first, or that it is not in a state for that."""

    kind = "conflict"


class InvalidArgumentError(OperationError):
    """Report that what was given cannot be used; nothing of it was taken."""

    kind = "invalid"


class OperationFailedError(OperationError):
    """Report that it was asked for rightly, and that the other side, the vault or the store cannot
    do it."""


ERRORS: Mapping[str, type[OperationError]] = {
    one.kind: one
    for one in (
        NotFoundError,
        ForbiddenError,
        ReauthenticationRequiredError,
        ConflictError,
        InvalidArgumentError,
        OperationFailedError,
    )
}
"""By what they are called on a wire."""
