"""Operations on definitions."""

from __future__ import annotations

from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

PLAN = operation(
    "plan",
    ADMIN,
    help=_("Preview the changes that definitions would make."),
    label=_("Definitions compared"),
    changes=False,
)
APPLY = operation(
    "apply", ADMIN, help=_("Apply definitions."), label=_("Definitions applied"), news=True
)
EXPORT = operation(
    "export",
    ADMIN,
    help=_("Return the definitions in effect."),
    label=_("Definitions exported"),
    changes=False,
)
BLUEPRINTS = operation("blueprints", VIEWER, help=_("List the blueprints that can be added."))
BLUEPRINT_ADD = operation(
    "blueprint_add",
    ADMIN,
    help=_("Add the monitors of a blueprint."),
    label=_("Monitors added from a blueprint"),
    news=True,
    changes=False,
)
MONITOR_COPY = operation(
    "monitor_copy",
    ADMIN,
    help=_("Copy a monitor or a group."),
    label=_("Monitors copied"),
    news=True,
    changes=False,
)
MONITOR_MOVE = operation(
    "monitor_move",
    ADMIN,
    help=_("Move a monitor or a group."),
    label=_("Monitors moved"),
    news=True,
    changes=False,
)
INSTANCE_COPY = operation(
    "instance_copy",
    ADMIN,
    help=_("Copy an instance."),
    label=_("Instance copied"),
    news=True,
    changes=False,
)
DEFINITION_SHOW = operation(
    "definition_show", VIEWER, help=_("Return individual definitions, each with its ETag.")
)
DEFINITION_CHANGE = operation(
    "definition_change",
    ADMIN,
    help=_("Change, add or remove individual definitions."),
    label=_("Settings changed"),
    news=True,
    changes=False,
)
INSTANCE_STOP = operation(
    "instance_stop",
    OPERATOR,
    help=_("Stop monitoring an instance."),
    label=_("Instance monitoring stopped"),
    news=True,
)
INSTANCE_START = operation(
    "instance_start",
    OPERATOR,
    help=_("Start monitoring an instance."),
    label=_("Instance monitoring started"),
    news=True,
)
MONITOR_DISABLE = operation(
    "monitor_disable",
    OPERATOR,
    help=_("Stop a monitor or a group."),
    label=_("Monitoring stopped"),
    news=True,
)
MONITOR_ENABLE = operation(
    "monitor_enable",
    OPERATOR,
    help=_("Start a monitor or a group."),
    label=_("Monitoring started"),
    news=True,
)
VERSIONS = operation("versions", VIEWER, help=_("List the versions of the definitions."))
VERSION_SHOW = operation(
    "version_show",
    ADMIN,
    help=_("Show the changes in a version."),
    label=_("Version shown"),
    changes=False,
)
TAKE_BACK = operation(
    "take_back",
    ADMIN,
    help=_("Roll back to an earlier version."),
    label=_("Rolled back to an earlier version"),
    news=True,
)
