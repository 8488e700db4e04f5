"""Every operation that a person can ask for. It speaks with the store and never with the engine."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.service.api_tokens import ApiTokens
from noroshi.service.as_sent import Previewing
from noroshi.service.auditing import Auditing
from noroshi.service.beginning import Beginning
from noroshi.service.blueprints import Blueprints
from noroshi.service.checking import Checking
from noroshi.service.confirming import Confirming
from noroshi.service.editing import Editing
from noroshi.service.entries import Entries
from noroshi.service.examining import Examining
from noroshi.service.guiding import Guiding
from noroshi.service.history import History
from noroshi.service.keeping import Keeping
from noroshi.service.ledger import Ledgers
from noroshi.service.looking_up import Looking
from noroshi.service.offer import Operation, operations
from noroshi.service.own_account import OwnAccounts
from noroshi.service.placing import Placing
from noroshi.service.remarking import Remarking
from noroshi.service.reporting import Reporting
from noroshi.service.sealing import Sealing
from noroshi.service.showing import Showing
from noroshi.service.silencing import Silencing
from noroshi.service.suggesting import Suggesting
from noroshi.service.surveying import Surveying
from noroshi.service.trying import Trying
from noroshi.service.versions import Versions


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
