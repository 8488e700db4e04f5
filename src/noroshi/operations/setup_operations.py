"""Operations on the first start."""

from __future__ import annotations

from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.core.translation import _
from noroshi.operations.declaration import Verb, operation

FIRST_LOOK = operation("first_look", VIEWER, help=_("Show the progress of the initial setup."))
FIRST_END = operation(
    "first_end",
    ADMIN,
    help=_("Close the initial setup."),
    label=_("Initial setup closed"),
    verb=Verb(
        words="first end",
        help=_("close the initial setup, whether or not it is finished"),
        done_message=_("The initial setup is closed."),
    ),
)
TEST_ALARM = operation(
    "test_alarm", OPERATOR, help=_("Send a test alarm."), label=_("Test alarm sent"), news=True
)
TEST_ALARM_SEEN = operation(
    "test_alarm_seen",
    OPERATOR,
    help=_("Enter the number of a test alarm."),
    label=_("Test alarm received"),
    secret=("number",),
)
SUGGEST = operation(
    "suggest",
    ADMIN,
    help=_("Suggest what to monitor on this computer."),
    label=_("Monitoring suggestions requested"),
    changes=False,
)
SUGGEST_TAKE = operation(
    "suggest_take",
    ADMIN,
    help=_("Add the suggested monitors."),
    label=_("Suggestions added"),
    news=True,
)
