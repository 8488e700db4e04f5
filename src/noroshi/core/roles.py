"""Roles of people, each of which may do what those before it may."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _

VIEWER, OPERATOR, ADMIN = ROLES = ("viewer", "operator", "administrator")
ROLE_NAMES: Mapping[str, Message] = {
    VIEWER: _("viewer"),
    OPERATOR: _("operator"),
    ADMIN: _("administrator"),
}


def roles_up_to(role: str) -> frozenset[str]:
    """Return a role and those that it includes; none for an unknown role."""
    return frozenset(ROLES[: ROLES.index(role) + 1]) if role in ROLES else frozenset()
