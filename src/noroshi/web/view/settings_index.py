"""List all pages of settings, in groups, for the page "Settings". A new page is one line here:
the address, the title, one sentence about it, and the least role that may open it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from noroshi.core.roles import ADMIN, VIEWER
from noroshi.core.translation import Message, _, pgettext


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """Hold a page of settings."""

    href: str
    title: Message
    description: Message
    role: str = VIEWER


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    """Hold pages that belong together, under a heading."""

    title: Message
    pages: tuple[SettingsPage, ...]

    def for_roles(self, roles: Collection[str]) -> tuple[SettingsPage, ...]:
        """Return the pages that somebody with these roles may open."""
        return tuple(one for one in self.pages if one.role in roles)


GROUPS = (
    SettingsGroup(
        _("Definitions"),
        (
            SettingsPage(
                "/settings/watch",
                pgettext("definition_edit", "Monitoring settings"),
                _("Instances, groups and monitors, with their limits."),
            ),
            SettingsPage(
                "/servers", _("Servers"), _("Monitored servers, and invitations to add more.")
            ),
            SettingsPage(
                "/settings/contacts",
                _("Contacts"),
                _("Recipients of notifications: addresses and language."),
            ),
            SettingsPage(
                "/settings/rules",
                _("Rules"),
                _("When an alarm is sent, to whom, and through which route."),
            ),
            SettingsPage(
                "/settings/notifications",
                _("System notifications"),
                _(
                    "Notifications about Noroshi itself: start and stop of monitoring, changed settings, "
                    "status reports."
                ),
            ),
            SettingsPage(
                "/settings/files",
                _("Import and export"),
                _("Export and import all definitions as files."),
                ADMIN,
            ),
            SettingsPage(
                "/settings/versions",
                _("Versions"),
                _("Earlier changes, and how to roll them back."),
            ),
        ),
    ),
    SettingsGroup(
        _("People and programs"),
        (
            SettingsPage(
                "/settings/me", _("My account"), _("Your password, and two-step login.")
            ),
            SettingsPage(
                "/settings/users",
                _("Users"),
                _("Users who may log in, and their roles."),
                ADMIN,
            ),
            SettingsPage(
                "/settings/tokens", _("API tokens"), _("Access to Noroshi for programs."), ADMIN
            ),
            SettingsPage(
                "/settings/audit",
                _("Audit log"),
                _("Record of changes: who, what and when."),
                ADMIN,
            ),
        ),
    ),
    SettingsGroup(
        _("This node"),
        (
            SettingsPage(
                "/settings/health",
                _("Noroshi health"),
                _("Delays, queue, store, disk, clock, version."),
            ),
            SettingsPage(
                "/settings/places",
                _("Ports and folders"),
                _("Listening addresses and ports, and file locations."),
                ADMIN,
            ),
            SettingsPage(
                "/first/alarm",
                _("Initial setup"),
                _(
                    "Who is notified, what is monitored on this computer, the delivery route, a test alarm."
                ),
                ADMIN,
            ),
        ),
    ),
)
