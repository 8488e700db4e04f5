"""Operations on alarms and silences."""

from __future__ import annotations

from noroshi.core.roles import OPERATOR, VIEWER
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

ALARMS = operation(
    "alarms", VIEWER, help=_("List the open alarms, their acknowledgements and notifications.")
)
ALARM_ACKNOWLEDGE = operation(
    "alarm_acknowledge",
    OPERATOR,
    help=_(
        "Acknowledge an alarm: repeat notifications stop until the problem ends or gets worse."
    ),
    label=_("Alarm acknowledged"),
    news=True,
)
ALARM_UNACKNOWLEDGE = operation(
    "alarm_unacknowledge",
    OPERATOR,
    help=_("Withdraw an acknowledgement: notifications resume as set in the rules."),
    label=_("Acknowledgement withdrawn"),
    news=True,
)
ALARM_COMMENT = operation(
    "alarm_comment",
    OPERATOR,
    help=_("Add a comment to a monitor; the comment is kept in the history."),
    label=_("Comment on a monitor"),
    changes=True,
)
ALARMS_REMARK = operation(
    "alarms_remark",
    OPERATOR,
    help=_(
        "Acknowledge several alarms, withdraw the acknowledgements, or comment on them, in one "
        "step."
    ),
    label=_("Several alarms handled"),
    news=True,
    changes=False,
)
SILENCE_ADD = operation(
    "silence_add",
    OPERATOR,
    help=_("Silence a monitor, a group, an instance or everything for a while."),
    label=_("Silence started"),
    news=True,
)
SILENCE_END = operation(
    "silence_end",
    OPERATOR,
    help=_("End a silence now; problems that persist are reported."),
    label=_("Silence ended"),
    news=True,
)
SILENCE_LIST = operation(
    "silence_list", VIEWER, help=_("List the silences, with their end times and reasons.")
)
