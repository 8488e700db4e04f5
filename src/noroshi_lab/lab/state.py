"""Hold all that the lab's switches act on: the tenant, the app, the user and the mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.directory import App, Directory, Mailbox, Tenant, User
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.grants import Grants
from noroshi_lab.lab.journal import Journal
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.other_provider.server import Elsewhere
from noroshi_lab.lab.ports import Door
from noroshi_lab.lab.propagation import Pending
from noroshi_lab.lab.responses import Answers
from noroshi_lab.lab.smtp_auth import ExchangeGate
from noroshi_lab.lab.submission import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Hold the objects that switches act on: the first tenant, its first app and user, and that
    user's mailbox."""

    directory: Directory
    faults: Faults
    grants: Grants
    clock: LabClock
    answers: Answers
    pending: Pending
    submission: Submission
    gate: ExchangeGate
    doors: Mapping[str, Door]
    elsewhere: Elsewhere
    journal: Journal

    @property
    def limits(self) -> Limits:
        return self.submission.limits

    @property
    def tenant(self) -> Tenant:
        return self.directory.tenants[0]

    @property
    def app(self) -> App:
        return next(iter(self.tenant.apps.values()))

    @property
    def user(self) -> User:
        return next(iter(self.tenant.users.values()))

    @property
    def mailbox(self) -> Mailbox:
        return self.tenant.mailboxes[self.user.upn]

    def faults_of(self, door: str) -> Faults:
        """Return the faults of the provider that a door belongs to."""
        return self.elsewhere.faults if door in self.elsewhere.doors else self.faults

    def keep(self, changed: App | User | Mailbox) -> None:
        """Replace the record by a changed one."""
        if isinstance(changed, App):
            self.tenant.apps[changed.client_id] = changed
        elif isinstance(changed, User):
            self.tenant.users[changed.upn] = changed
        else:
            self.tenant.mailboxes[changed.address] = changed
