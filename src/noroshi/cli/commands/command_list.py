"""Every command of `noroshi`, as one table."""

from __future__ import annotations

from noroshi.cli.commands.alarms import ALARM, ALARMS, SILENCE
from noroshi.cli.commands.definition import DEFINITION
from noroshi.cli.commands.definitions import (
    APPLY,
    BLUEPRINT,
    CHECK_CONFIG,
    EXPORT,
    KINDS,
    PLAN,
    TAKE_BACK,
    VERSIONS,
)
from noroshi.cli.commands.enable_disable import INSTANCES, MONITORS
from noroshi.cli.commands.first_steps import FIRST
from noroshi.cli.commands.mail import LEDGER, QUEUE, SEND
from noroshi.cli.commands.node import (
    BACKUP,
    CHECK_STORE,
    COMPLETION,
    DEMO,
    INIT,
    KEY,
    LAB,
    RESTORE,
    SERVE,
    SERVICE,
)
from noroshi.cli.commands.setup import SETUP
from noroshi.cli.commands.sign_in import AUTHORIZE, CERT, GUIDE, SECRET
from noroshi.cli.commands.status import BEAT, CONTACTS, DOCTOR, HEALTH, LOG, PLACES, STATUS, TRY
from noroshi.cli.commands.users import API_TOKEN, AUDIT, USER

ABOUT_THE_NODE = (INIT, SERVE, FIRST, SERVICE, DEMO, LAB, BACKUP, RESTORE, CHECK_STORE, KEY)
ABOUT_DEFINITIONS = (
    CHECK_CONFIG,
    PLAN,
    APPLY,
    EXPORT,
    DEFINITION,
    VERSIONS,
    TAKE_BACK,
    BLUEPRINT,
)
ABOUT_WATCHING = (STATUS, INSTANCES, MONITORS, HEALTH, PLACES, DOCTOR, TRY, LOG, CONTACTS, BEAT)
ABOUT_ALARMS = (ALARMS, ALARM, SILENCE)
ABOUT_MAIL = (SETUP, GUIDE, AUTHORIZE, SECRET, CERT, SEND, QUEUE, LEDGER)
ABOUT_PEOPLE = (USER, API_TOKEN, AUDIT)
REFERENCE = (KINDS, COMPLETION)
COMMANDS = (
    *ABOUT_THE_NODE,
    *ABOUT_DEFINITIONS,
    *ABOUT_WATCHING,
    *ABOUT_ALARMS,
    *ABOUT_MAIL,
    *ABOUT_PEOPLE,
    *REFERENCE,
)
"""In the order in which the help lists them: as one meets them."""
