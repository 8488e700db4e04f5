"""The one list of operations: what people can ask for, by whichever door."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _
from noroshi.operations import (
    agent_operations,
    alarm_operations,
    definition_operations,
    hub_operations,
    listener_operations,
    mail_operations,
    monitor_operations,
    node_operations,
    people_operations,
    setup_operations,
    sign_in_operations,
    ssh_operations,
    winrm_operations,
)
from noroshi.operations.declaration import Declaration

MODULES = (
    agent_operations,
    alarm_operations,
    definition_operations,
    hub_operations,
    listener_operations,
    mail_operations,
    monitor_operations,
    node_operations,
    people_operations,
    setup_operations,
    sign_in_operations,
    ssh_operations,
    winrm_operations,
)
OPERATIONS: Mapping[str, Declaration] = {
    one.name: one
    for module in MODULES
    for one in vars(module).values()
    if isinstance(one, Declaration)
}
EVENTS: Mapping[str, Message] = {
    "agent_clone": _("Second server with an agent's key"),
    "agent_join": _("Agent joined"),
    "agent_key": _("Agent key replaced"),
    "agent_request": _("Request from an agent"),
    "agent_leave": _("Agent left"),
    "api_token": _("Request with an API token"),
    "hub_configuration": _("Hub configuration applied"),
    "log_in": _("Login"),
    "log_in_code": _("Login: second step"),
    "make_sure": _("Password re-entered"),
    "password_chosen": _("Own password set with a one-time code"),
}
"""Labels of what the audit log records beside operations: log-ins and requests by token."""


def label_of(name: str) -> Message | None:
    """Return what the audit log calls an operation or an event."""
    operation = OPERATIONS.get(name)
    return EVENTS.get(name) if operation is None else operation.label


def button_of(name: str) -> Message:
    """Return what the manager's button for an operation says; else the label of the audit log."""
    declared = OPERATIONS[name]
    label = declared.button or declared.label
    assert label is not None, name
    return label
