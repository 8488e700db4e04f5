"""All pages of settings, in groups, as the page "Settings" lists them. A new one is a line here:
its address, its title, one sentence about it, and the least role that may open it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from noroshi.core.people import ADMIN, VIEWER
from noroshi.core.translation import Message, _, pgettext


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of settings."""

    href: str
    title: Message
    about: Message
    role: str = VIEWER


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    """Pages that belong together, under a heading."""

    title: Message
    pages: tuple[Listed, ...]

    def for_roles(self, roles: Collection[str]) -> tuple[Listed, ...]:
        """Those that somebody with these roles may open."""
        return tuple(one for one in self.pages if one.role in roles)


GROUPS = (
    SettingsGroup(
        _("Definitions"),
        (
            Listed(
                "/settings/watch",
                pgettext("definition_edit", "What is watched"),
                _("Instances, groups and monitors: what is measured, and its limits."),
            ),
            Listed(
                "/settings/contacts",
                _("Contacts"),
                _("Who is told, at which addresses, in which language."),
            ),
            Listed(
                "/settings/rules",
                _("Rules"),
                _("When an alarm is sent, to whom, and by which route."),
            ),
            Listed(
                "/settings/notifications",
                _("Notifications"),
                _("What is told of Noroshi itself: start, stop, changes, all is well."),
            ),
            Listed(
                "/settings/files",
                _("Import and export"),
                _("All definitions as files, out and in."),
                ADMIN,
            ),
            Listed(
                "/settings/versions",
                _("Versions"),
                _("What each change was, and the way back."),
            ),
        ),
    ),
    SettingsGroup(
        _("People and programs"),
        (
            Listed("/settings/me", _("My account"), _("Your password, and two-step log-in.")),
            Listed("/settings/users", _("Users"), _("Who may log in, and as what."), ADMIN),
            Listed(
                "/settings/tokens",
                _("API tokens"),
                _("By what programs speak to Noroshi."),
                ADMIN,
            ),
            Listed("/settings/audit", _("Audit log"), _("Who changed what, and when."), ADMIN),
        ),
    ),
    SettingsGroup(
        _("This node"),
        (
            Listed(
                "/settings/health",
                _("Noroshi itself"),
                _("Whether it is on time: queue, store, disk, clock, version."),
            ),
            Listed(
                "/settings/places",
                _("Ports and folders"),
                _("Where Noroshi listens, and where its files are."),
                ADMIN,
            ),
            Listed(
                "/first/alarm",
                _("First start"),
                _(
                    "Who is notified, what this machine monitors, the delivery route, a test "
                    "alarm."
                ),
                ADMIN,
            ),
        ),
    ),
)
