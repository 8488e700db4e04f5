"""All pages of settings, in groups, as the page "Settings" lists them. A new one is a line here:
its address, the least role that may open it, and two texts of the catalogue: KEY.title and
KEY.short, one sentence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from noroshi.core.people import ADMIN, VIEWER


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of settings."""

    href: str
    key: str
    role: str = VIEWER


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    """Pages that belong together; `key` is the group's heading in the catalogue."""

    key: str
    pages: tuple[Listed, ...]

    def for_roles(self, roles: Collection[str]) -> tuple[Listed, ...]:
        """Those that somebody with these roles may open."""
        return tuple(one for one in self.pages if one.role in roles)


GROUPS = (
    SettingsGroup(
        "settings.definitions",
        (
            Listed("/settings/watch", "watch"),
            Listed("/settings/contacts", "contacts"),
            Listed("/settings/rules", "rules"),
            Listed("/settings/notifications", "notifications"),
            Listed("/settings/files", "files", ADMIN),
            Listed("/settings/versions", "versions"),
        ),
    ),
    SettingsGroup(
        "settings.people",
        (
            Listed("/settings/me", "me"),
            Listed("/settings/users", "users", ADMIN),
            Listed("/settings/tokens", "tokens", ADMIN),
            Listed("/settings/audit", "audit", ADMIN),
        ),
    ),
    SettingsGroup(
        "settings.node",
        (
            Listed("/settings/health", "health"),
            Listed("/settings/places", "places", ADMIN),
            Listed("/first/alarm", "first", ADMIN),
        ),
    ),
)
