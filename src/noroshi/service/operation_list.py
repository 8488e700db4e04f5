"""Every operation that a person can ask for. It speaks with the store and never with the engine."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.service.alarms.bulk import Remarking
from noroshi.service.alarms.silences import Silencing
from noroshi.service.definitions.blueprints import Blueprints
from noroshi.service.definitions.copy_move import Placing
from noroshi.service.definitions.edit import Editing
from noroshi.service.definitions.versions import Versions
from noroshi.service.diagnostics.examinations import Examining
from noroshi.service.mail.confirm import Confirming
from noroshi.service.mail.ledger import Ledgers
from noroshi.service.mail.mail_preview import Previewing
from noroshi.service.monitors.details import Showing
from noroshi.service.monitors.history import History
from noroshi.service.monitors.run_now import Trying
from noroshi.service.monitors.status import Looking
from noroshi.service.node.backup import Keeping
from noroshi.service.node.job_heartbeats import Reporting
from noroshi.service.node.key import Sealing
from noroshi.service.node.node import Surveying
from noroshi.service.node.secrets import Entries
from noroshi.service.operation import Operation, operations
from noroshi.service.people.api_tokens import ApiTokens
from noroshi.service.people.audit_log import Auditing
from noroshi.service.people.own_account import OwnAccounts
from noroshi.service.setup.first_steps import Beginning
from noroshi.service.setup.inventory import Suggesting
from noroshi.service.sign_in.account_check import Checking
from noroshi.service.sign_in.guide import Guiding


class Service(
    Surveying,
    Looking,
    History,
    Showing,
    Trying,
    Suggesting,
    Beginning,
    Editing,
    Versions,
    Blueprints,
    Placing,
    Guiding,
    Checking,
    Sealing,
    Entries,
    Confirming,
    Previewing,
    Ledgers,
    Remarking,
    Silencing,
    Reporting,
    Keeping,
    OwnAccounts,
    ApiTokens,
    Auditing,
    Examining,
):
    """The list of operations. Each raises a Refusal that says what to do, or StoreError."""

    def operations(self) -> Mapping[str, Operation]:
        """What is offered, by name."""
        return OFFERED


OFFERED = operations(Service)
