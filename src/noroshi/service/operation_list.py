"""Every operation that a person can ask for, sorted by subject. They speak with the store and never
with the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_type_hints

from noroshi.core.people import Audited, Person
from noroshi.core.translation import Message
from noroshi.service.agents.agents import AgentOperations
from noroshi.service.agents.join_leave import HubOperations
from noroshi.service.agents.listener import ListenerOperations
from noroshi.service.agents.route_sharing import RouteSharing
from noroshi.service.alarms.acknowledgements import AlarmOperations
from noroshi.service.alarms.bulk import BulkAlarmOperations
from noroshi.service.alarms.silences import SilenceOperations
from noroshi.service.definitions.apply import ApplyOperations
from noroshi.service.definitions.blueprints import BlueprintOperations
from noroshi.service.definitions.copy_move import CopyMoveOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.definitions.enable_disable import EnableDisableOperations
from noroshi.service.definitions.versions import VersionOperations
from noroshi.service.diagnostics.examinations import DiagnosticOperations
from noroshi.service.large_requests import Judges
from noroshi.service.mail.confirm import ConfirmationOperations
from noroshi.service.mail.ledger import LedgerOperations
from noroshi.service.mail.mail_preview import PreviewOperations
from noroshi.service.mail.queue import QueueOperations
from noroshi.service.monitors.details import MonitorOperations
from noroshi.service.monitors.history import HistoryOperations
from noroshi.service.monitors.run_now import RunNowOperations
from noroshi.service.monitors.server_overview import ServerOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.service.node.backup import BackupOperations
from noroshi.service.node.job_heartbeats import HeartbeatOperations
from noroshi.service.node.key import VaultKeyOperations
from noroshi.service.node.node import NodeOperations
from noroshi.service.node.secrets import SecretOperations
from noroshi.service.node.shared_nodes import ClusterOperations
from noroshi.service.operation import CheckedArguments, Operation, operations
from noroshi.service.operation_context import OperationContext, OperationGroup
from noroshi.service.people.api_tokens import ApiTokenOperations
from noroshi.service.people.audit_log import AuditLogOperations
from noroshi.service.people.own_account import OwnAccountOperations
from noroshi.service.people.users import UserOperations
from noroshi.service.setup.first_steps import FirstStepOperations
from noroshi.service.setup.inventory import DiscoveryOperations
from noroshi.service.setup.ssh_servers import SshServerOperations
from noroshi.service.setup.winrm_servers import WinrmServerOperations
from noroshi.service.sign_in.account_check import AccountCheckOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.service.sign_in.certificates import CertificateOperations
from noroshi.service.sign_in.guide import GuideOperations
from noroshi.service.sign_in.probes import ProbeOperations

if TYPE_CHECKING:
    from noroshi.service.agents.hub import AgentHub


class Service:
    """The groups of operations, and the way to one by its name. Each operation raises an
    OperationError that says what to do, or StoreError."""

    agents: AgentOperations
    alarms: AlarmOperations
    bulk_alarms: BulkAlarmOperations
    silences: SilenceOperations
    definitions: ApplyOperations
    edits: EditOperations
    versions: VersionOperations
    blueprints: BlueprintOperations
    copies: CopyMoveOperations
    switches: EnableDisableOperations
    diagnostics: DiagnosticOperations
    queue: QueueOperations
    confirmations: ConfirmationOperations
    previews: PreviewOperations
    ledger: LedgerOperations
    status: StatusOperations
    servers: ServerOperations
    monitors: MonitorOperations
    history: HistoryOperations
    trials: RunNowOperations
    node: NodeOperations
    backups: BackupOperations
    agents_listener: ListenerOperations
    route_sharing: RouteSharing
    hub: HubOperations
    heartbeats: HeartbeatOperations
    cluster: ClusterOperations
    key: VaultKeyOperations
    secrets: SecretOperations
    users: UserOperations
    own_account: OwnAccountOperations
    api_tokens: ApiTokenOperations
    audit_log: AuditLogOperations
    first_steps: FirstStepOperations
    discovery: DiscoveryOperations
    ssh_servers: SshServerOperations
    winrm_servers: WinrmServerOperations
    sign_in: SignInOperations
    certificates: CertificateOperations
    guides: GuideOperations
    probes: ProbeOperations
    account_check: AccountCheckOperations

    def __init__(self, context: OperationContext) -> None:
        self.context = context
        for name, group in GROUPS.items():
            setattr(self, name, group(context))
        self._methods: Mapping[str, Callable[..., Awaitable[Any]]] = {
            operation.name: getattr(getattr(self, name), attribute)
            for name, group in GROUPS.items()
            for attribute, operation in operations(group).items()
        }

    @property
    def judges(self) -> Judges:
        """Return the reader processes for large requests."""
        return self.context.judges

    def operations(self) -> Mapping[str, Operation]:
        """Return all offered operations by name."""
        return OFFERED

    def method(self, name: str) -> Callable[..., Awaitable[Any]]:
        """Return the method that does the operation of that name."""
        return self._methods[name]

    @property
    def agents_hub(self) -> AgentHub:
        """Return the hub, which answers agents."""
        return self.context.agents_hub

    async def judge(self, name: str, args: Mapping[str, Any]) -> CheckedArguments:
        """Have much that was given for an operation read by another process. Raises an
        OperationError."""
        return await self.judges.check_arguments(name, args)

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return self.context.now()

    async def record(self, row: Audited) -> None:
        """Keep a row of the audit log."""
        await self.audit_log.record(row)

    async def turn_away(self, person: Person, name: str, reason: Message) -> None:
        """Note that an operation was refused."""
        await self.audit_log.turn_away(person, name, reason)

    async def close(self) -> None:
        """End what is under way."""
        await self.diagnostics.close()
        await self.context.close()


GROUPS: Mapping[str, type[OperationGroup]] = get_type_hints(Service)
"""The class of each group, by its name in the service."""
OFFERED: Mapping[str, Operation] = {
    one.name: one for group in GROUPS.values() for one in operations(group).values()
}
