"""Every operation that a person can ask for. It speaks with the store and never with the engine."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.service.alarms.bulk import BulkAlarmOperations
from noroshi.service.alarms.silences import SilenceOperations
from noroshi.service.definitions.blueprints import BlueprintOperations
from noroshi.service.definitions.copy_move import CopyMoveOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.definitions.versions import VersionOperations
from noroshi.service.diagnostics.examinations import DiagnosticOperations
from noroshi.service.mail.confirm import ConfirmationOperations
from noroshi.service.mail.ledger import LedgerOperations
from noroshi.service.mail.mail_preview import PreviewOperations
from noroshi.service.monitors.details import MonitorOperations
from noroshi.service.monitors.history import HistoryOperations
from noroshi.service.monitors.run_now import RunNowOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.service.node.backup import BackupOperations
from noroshi.service.node.job_heartbeats import HeartbeatOperations
from noroshi.service.node.key import VaultKeyOperations
from noroshi.service.node.node import NodeOperations
from noroshi.service.node.secrets import SecretOperations
from noroshi.service.operation import Operation, operations
from noroshi.service.people.api_tokens import ApiTokenOperations
from noroshi.service.people.audit_log import AuditLogOperations
from noroshi.service.people.own_account import OwnAccountOperations
from noroshi.service.setup.first_steps import FirstStepOperations
from noroshi.service.setup.inventory import DiscoveryOperations
from noroshi.service.sign_in.account_check import AccountCheckOperations
from noroshi.service.sign_in.guide import GuideOperations


class Service(
    NodeOperations,
    StatusOperations,
    HistoryOperations,
    MonitorOperations,
    RunNowOperations,
    DiscoveryOperations,
    FirstStepOperations,
    EditOperations,
    VersionOperations,
    BlueprintOperations,
    CopyMoveOperations,
    GuideOperations,
    AccountCheckOperations,
    VaultKeyOperations,
    SecretOperations,
    ConfirmationOperations,
    PreviewOperations,
    LedgerOperations,
    BulkAlarmOperations,
    SilenceOperations,
    HeartbeatOperations,
    BackupOperations,
    OwnAccountOperations,
    ApiTokenOperations,
    AuditLogOperations,
    DiagnosticOperations,
):
    """The list of operations. Each raises an OperationError that says what to do, or
    StoreError."""

    def operations(self) -> Mapping[str, Operation]:
        """Return all that is offered, by name."""
        return OFFERED


OFFERED = operations(Service)
