"""Refuse a role that is too low in words for people: who can help, without the operation's
name."""

from __future__ import annotations

from noroshi.core.roles import ROLE_NAMES
from noroshi.core.translation import Message, _
from noroshi.service import ForbiddenError, Operation, Person

ROLE_TOO_LOW = _("This requires the role {role}. Ask an administrator.")


def needs(role: str) -> Message:
    """Return the refusal for somebody of a lower role."""
    return ROLE_TOO_LOW.fill(role=ROLE_NAMES[role])


def for_people(refusal: ForbiddenError, operation: Operation, person: Person) -> ForbiddenError:
    """Return the refusal; that of a role that is too low in words for people."""
    return refusal if operation.role in person.roles else ForbiddenError(needs(operation.role))
