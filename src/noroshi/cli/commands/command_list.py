"""Every command of `noroshi`, as one table."""

from __future__ import annotations

from noroshi.cli.commands.agents import AGENT
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
    HUB,
    INIT,
    JOIN,
    KEY,
    LAB,
    LEAVE,
    NODE as OF_CLUSTER,
    OF_THIS_SYSTEM,
    RESTORE,
    SERVE,
    SERVICE,
    STORE,
)
from noroshi.cli.commands.setup import SETUP
from noroshi.cli.commands.sign_in import AUTHORIZE, CERT, GUIDE, SECRET
from noroshi.cli.commands.status import (
    BEAT,
    CONTACTS,
    DOCTOR,
    HEALTH,
    LOG,
    PLACES,
    SSH_SCRIPT,
    STATUS,
    TRY,
)
from noroshi.cli.commands.users import API_TOKEN, AUDIT, USER
from noroshi.core.translation import pgettext

NODE = (
    INIT,
    SERVE,
    FIRST,
    SERVICE,
    JOIN,
    LEAVE,
    HUB,
    DEMO,
    LAB,
    BACKUP,
    RESTORE,
    CHECK_STORE,
    STORE,
    KEY,
    OF_CLUSTER,
    COMPLETION,
    *OF_THIS_SYSTEM,
)
DEFINITIONS = (
    CHECK_CONFIG,
    PLAN,
    APPLY,
    EXPORT,
    DEFINITION,
    VERSIONS,
    TAKE_BACK,
    BLUEPRINT,
    KINDS,
)
STATE = (
    STATUS,
    INSTANCES,
    MONITORS,
    HEALTH,
    PLACES,
    DOCTOR,
    SSH_SCRIPT,
    TRY,
    LOG,
    CONTACTS,
    BEAT,
)
ALARMS_AND_SILENCES = (ALARMS, ALARM, SILENCE)
AGENTS = (AGENT,)
MAIL = (SETUP, GUIDE, AUTHORIZE, SECRET, CERT, SEND, QUEUE, LEDGER)
PEOPLE = (USER, API_TOKEN, AUDIT)
GROUPS = (
    (pgettext("commands", "node"), NODE),
    (pgettext("commands", "definitions"), DEFINITIONS),
    (pgettext("commands", "monitoring"), (*STATE, *ALARMS_AND_SILENCES)),
    (pgettext("commands", "agents"), AGENTS),
    (pgettext("commands", "mail"), MAIL),
    (pgettext("commands", "users"), PEOPLE),
)
COMMANDS = tuple(one._replace(group=title) for title, commands in GROUPS for one in commands)
"""In the order in which the help lists them: as one meets them."""
