"""Declare an operation: what a person can ask for, who may, and the names that every door
shows.

A declaration knows nothing of the implementation. The service offers it
(`service.operation.offers`), the API and its description name it, the audit log and the manager
label it, and a command is made of it where it has a verb. Named tuples, as each command loads
them: dataclasses would cost it as much as all else in here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from noroshi.core.roles import VIEWER
from noroshi.core.translation import Message


class Argument(NamedTuple):
    """One argument of a command: `name` is that of the operation's argument, `place` how the command
    line has it: a word such as ID for a positional one, --force for a flag."""

    name: str
    place: str
    help: Message


class Verb(NamedTuple):
    """The command of an operation: the words to type, such as "queue hold", and the message
    when it is done. The answer fills the places of that message: by field names, or the one
    place if the answer is a single value."""

    words: str
    help: Message
    done_message: Message
    arguments: tuple[Argument, ...] = ()


class Declaration(NamedTuple):
    """One thing a person can ask for. `label` is what the audit log calls it, `button` what the
    manager does. `news`: the engine should look up after it; `changes`: it goes into the audit
    log; `secret` arguments never do; `reauthenticate`: it takes the password once more."""

    name: str
    role: str
    help: Message
    label: Message | None = None
    button: Message | None = None
    verb: Verb | None = None
    news: bool = False
    changes: bool = False
    reauthenticate: bool = False
    secret: frozenset[str] = frozenset()


def operation(
    name: str,
    role: str,
    *,
    help: Message,
    label: Message | None = None,
    button: Message | None = None,
    verb: Verb | None = None,
    news: bool = False,
    changes: bool | None = None,
    reauthenticate: bool = False,
    secret: Collection[str] = (),
) -> Declaration:
    """Declare an operation for people of that role. Whatever a viewer may not do changes something,
    unless `changes` says otherwise."""
    return Declaration(
        name=name,
        role=role,
        help=help,
        label=label,
        button=button,
        verb=verb,
        news=news,
        changes=role != VIEWER if changes is None else changes,
        reauthenticate=reauthenticate,
        secret=frozenset(secret),
    )
