"""Operations on the node itself."""

from __future__ import annotations

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.core.translation import _, pgettext
from noroshi.operations.declaration import Argument, Verb, operation

BACKUP = operation(
    "backup", ADMIN, help=_("Back up the store."), label=_("Backup"), reauthenticate=True
)
CHECK_STORE = operation(
    "check_store",
    ADMIN,
    help=_("Check the store for faults."),
    label=_("Store checked"),
    changes=False,
)
BEAT = operation(
    "beat",
    OPERATOR,
    help=_("Report that a job ran."),
    label=_("Job report"),
    changes=False,
    news=True,
)
KEY_CHECK = operation(
    "key_check",
    ADMIN,
    help=_("Check whether the key decrypts the vault."),
    label=_("Key checked"),
    changes=False,
)
KEY_ROTATE = operation(
    "key_rotate",
    ADMIN,
    help=_("Replace the vault's key."),
    label=_("Key replaced"),
    verb=Verb(
        words="key rotate",
        help=_("replace the key with a new one, and re-encrypt all secrets"),
        done_message=with_commands(
            _(
                "The new key is {new}; re-encrypted entries: {entries}.\n"
                "The old key {old} is kept as {kept}: older backups of the store need it.\n"
                "Keep a copy of the new key elsewhere: {command}"
            ),
            command=CommandText("key backup", pgettext("command", "FILE")),
        ),
    ),
)
HEALTH = operation("health", VIEWER, help=_("Show the state of Noroshi itself."))
PLACES = operation(
    "places",
    ADMIN,
    help=_("Show the node's ports, files and folders."),
    label=_("Ports and folders shown"),
    changes=False,
)
SECRET_LIST = operation(
    "secret_list",
    ADMIN,
    help=_("List the vault entries."),
    label=_("Vault entries listed"),
    changes=False,
)
SECRET_REMOVE = operation(
    "secret_remove",
    ADMIN,
    help=_("Remove a vault entry."),
    label=_("Vault entry removed"),
    verb=Verb(
        words="secret remove",
        help=_("delete a vault entry permanently"),
        done_message=_("“{name}” was deleted from the vault."),
        arguments=(
            Argument("name", "NAME", _("name of the vault entry")),
            Argument(
                "force", "--force", _("delete the entry even if a route or account uses it")
            ),
        ),
    ),
)
NODE_FORGET = operation(
    "node_forget",
    ADMIN,
    help=_("Forget a node that was removed for good."),
    label=_("Node forgotten"),
    verb=Verb(
        words="node forget",
        help=_("forget a node that was removed for good"),
        done_message=_(
            "Node {name} was removed from the list. If it starts again, it reappears there."
        ),
        arguments=(Argument("name", "NAME", _("name of the node")),),
    ),
)
