"""Draw the tree beside a page, and the branches, which are sent when somebody opens them."""

from __future__ import annotations

from typing import Any

from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import _
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import Snapshot
from noroshi.web.view.templates import templates
from noroshi.web.view.tree import CALM, Group, Instance, level_of, worst

MOST_WITHOUT_FILTER = 12
"""The most instances that are found at a glance."""
MOST_OPEN, MOST_ROWS = 3, 40
"""The most instances with a problem that stand open, and the most rows of a group that does."""


class Sidebar:
    """Hold the values for the templates of the tree. `open_path`: "instance" or
    "instance/group"."""

    def __init__(
        self, snapshot: Snapshot, language: str, open_path: str = "", path: str = ""
    ) -> None:
        snapshot = snapshot.read_in(language)
        self.path, self.count = path, len(snapshot.status.monitors)
        self.instances = tuple(snapshot.tree.values())
        self.server_count = snapshot.status.agent_count + sum(
            not one.is_measured_by_agent and one.name != OWN_INSTANCE for one in self.instances
        )
        self.most_without_filter = MOST_WITHOUT_FILTER
        self.worst = worst(one.level for one in self.instances)
        self.level, self.level_of = LOCALIZERS[language].level, level_of
        self._open_parts = tuple((open_path or path).split("/")[:2])
        not_ok = [one.name for one in self.instances if one.level not in CALM]
        self._unfolded = frozenset(not_ok[:MOST_OPEN])
        self._is_single = len(self.instances) == 1
        self._stops = {one.path: one for one in snapshot.status.stopped}
        self._localizer = LOCALIZERS[language]

    def by(self, path: str) -> str:
        """Return who stopped the part, and since which version; "" if it is not stopped
        itself."""
        one = self._stops.get(path)
        if one is None:
            return ""
        if not one.version:
            return self._localizer.say(_("Stopped"))
        return self._localizer.say(
            _("{who}, version {version}").fill(who=one.who, version=one.version)
        )

    def opens(self, instance: Instance, group: Group | None) -> bool:
        """Return True if it stands open from the start."""
        if group is None:
            is_opened = instance.name == self._open_parts[0]
            return is_opened or self._is_single or instance.name in self._unfolded
        if (instance.name, group.name) == self._open_parts:
            return True
        not_ok = group.level not in CALM or (self._is_single and len(instance.groups) == 1)
        return not_ok and len(group.monitors) <= MOST_ROWS


def sidebar_html(
    snapshot: Snapshot, language: str, *, open_path: str = "", path: str = ""
) -> str:
    """Return the whole tree; the monitor of that path is marked as the current one."""
    html: str = _module(language).side(Sidebar(snapshot, language, open_path, path))
    return html


def tree_parts(language: str, macro: str, snapshot: Snapshot, *values: object) -> str:
    """Return a part of the tree."""
    html: str = getattr(_module(language), macro)(Sidebar(snapshot, language), *values)
    return html


def _module(language: str) -> Any:
    return templates(language).get_template("tree_parts.html").module
