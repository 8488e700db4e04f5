"""The node and this program: what is made, run, looked after."""

from __future__ import annotations

import sys

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option, command_of
from noroshi.core.translation import _
from noroshi.operations import node_operations

NO_MANAGER = _("write settings for an agent, without a manager: the node opens no port")

INIT = Command(
    name="init",
    run="noroshi.cli.handlers.init:init",
    help=_("create a home folder: settings, key, empty store"),
    more=(
        _(
            "Existing files are never overwritten. Keep a copy of the key elsewhere: without it the "
            "secrets cannot be decrypted."
        ),
    ),
    options=(
        Option(
            ("--name",),
            _("name of the node (default: name of this computer)"),
            {"metavar": "NAME"},
        ),
        Option(
            ("--service",),
            _(
                "write settings for a systemd service, with the socket in /run, open to its group"
            ),
            FLAG,
        ),
        Option(("--no-manager",), NO_MANAGER, FLAG),
        Option(
            ("--new-store",),
            _(
                "create an empty store to replace a lost one; settings and key are kept, and any "
                "remaining files of the old store are kept next to the new one"
            ),
            FLAG,
        ),
    ),
)
SERVE = Command(
    name="serve",
    run="noroshi.cli.handlers.serve:serve",
    help=_("run the node, which monitors and sends"),
    more=(
        _(
            "The node prints what it monitors and through which routes it sends. Stop it with "
            "SIGTERM or Ctrl-C."
        ),
    ),
)
JOIN = Command(
    name="join",
    run="noroshi.cli.handlers.join_leave:join",
    help=_("join this server to a hub, which then monitors it"),
    more=(
        _(
            "The hub shows the command to run, with its address and a code that is valid for an "
            "hour. Nothing is sent unless the server that answers has the hub's key. If there is no "
            "home folder, one is created, without a manager."
        ),
    ),
    options=(
        Option(
            ("address",), _("name or IP address of the hub, and port"), {"metavar": "HOST:PORT"}
        ),
        Option(("code",), _("invitation code"), {"metavar": "CODE"}),
        Option(
            ("--name",),
            _("name of this server on the hub (default: name of this computer)"),
            {"metavar": "NAME", "default": ""},
        ),
        Option(
            ("--proxy",),
            _("HTTP proxy to the hub, such as http://proxy.example.com:3128"),
            {"metavar": "URL", "default": ""},
        ),
        JSON,
    ),
)
LEAVE = Command(
    name="leave",
    run="noroshi.cli.handlers.join_leave:leave",
    help=_("disconnect this server from its hub"),
    more=(
        _(
            "The node keeps monitoring with the definitions it received from the hub; they become "
            "its own. History and secrets are kept."
        ),
    ),
    options=(
        Option(("--remove",), _("also remove the definitions received from the hub"), FLAG),
        Option(("--service",), _("also stop and remove the service; its data is kept"), FLAG),
        JSON,
    ),
)
HUB = Command(
    name="hub",
    run="noroshi.cli.handlers.join_leave:hub",
    help=_("show this server's hub, and the state of the connection to it"),
    options=(JSON,),
)
DEMO = Command(
    name="demo",
    help=_("watch an alarm arrive on this computer, without a Microsoft 365 tenant"),
)
LAB = Command(name="lab", help=_("run a simulator of Microsoft 365 on this computer"))
COMPLETION = Command(
    name="completion",
    run="noroshi.cli.handlers.completion:completion",
    help=_("print the shell completion script"),
    options=(
        Option(
            ("shell",),
            _("bash, zsh or fish"),
            {"metavar": "SHELL", "choices": ("bash", "zsh", "fish")},
        ),
    ),
)
BACKUP = Command(
    name="backup",
    run="noroshi.cli.handlers.backup:backup",
    help=_("back up the store while the node runs"),
    more=(
        _(
            "The backup contains definitions, queue, events, samples and encrypted secrets, but not "
            "the key."
        ),
    ),
    options=(Option(("file",), _("file to write; must not exist"), {"metavar": "FILE"}), JSON),
)
HOLD = Option(
    ("--hold",),
    _(
        "hold all waiting messages: each is sent only once you release it (`noroshi queue "
        "release`)"
    ),
    FLAG,
)
RESTORE = Command(
    name="restore",
    run="noroshi.cli.handlers.backup:restore",
    help=_("restore a backup as the store of this home folder"),
    more=(
        _(
            "Stop the node first. The existing store is kept next to the new one. Accepted messages "
            "are not sent again; waiting messages are sent."
        ),
    ),
    options=(Option(("file",), _("backup file"), {"metavar": "FILE"}), HOLD),
)
CHECK_STORE = Command(
    name="check-store",
    run="noroshi.cli.handlers.backup:check_store",
    help=_("check the store or a backup for corruption"),
    options=(
        Option(
            ("file",),
            _("backup to check (default: the store of the node)"),
            {"metavar": "FILE", "nargs": "?"},
        ),
    ),
)
STORE = Command(
    name="store",
    help=_("move the store, or make a restored database ready for use"),
    subcommands=(
        Command(
            name="move",
            run="noroshi.cli.handlers.store_move:move",
            help=_(
                "move the whole store from a file into an empty database, or from a database into a file"
            ),
            more=(
                _(
                    "Stop the node first (on a shared database, all nodes). The copy is read back and "
                    "compared with the original before it takes effect. The original is kept, but marked so "
                    "that no node starts on it. noroshi.toml is not changed; the command prints what to "
                    "change."
                ),
            ),
            options=(
                Option(
                    ("target",),
                    _(
                        "postgresql://USER@HOST/DATABASE, without a password; or a file in the home "
                        "folder"
                    ),
                    {"metavar": "TARGET"},
                ),
                Option(
                    ("--password-file",),
                    _("file in the home folder with the password of the database"),
                    {"metavar": "FILE", "default": ""},
                ),
                Option(
                    ("--pooler",), _("set this if PgBouncer is in front of the database"), FLAG
                ),
            ),
        ),
        Command(
            name="restored",
            run="noroshi.cli.handlers.backup:restored",
            help=_("make a database restored with pg_restore ready for use"),
            more=(
                _(
                    "Stop all nodes first. The command checks the store, logs out all users, and makes sure "
                    "that no message ID is used twice."
                ),
            ),
            options=(HOLD,),
        ),
    ),
)
PASSPHRASE = Option(
    ("--passphrase-file",),
    _("read the passphrase from this file (- for standard input)"),
    {"metavar": "FILE", "default": ""},
)
KEY = Command(
    name="key",
    help=_("manage the key that encrypts the secrets"),
    subcommands=(
        Command(
            name="check",
            run="noroshi.cli.handlers.vault_key:check",
            help=_(
                "show the ID of the key, its location, and which vault entries it can decrypt"
            ),
            options=(JSON,),
        ),
        Command(
            name="backup",
            run="noroshi.cli.handlers.vault_key:backup",
            help=_("export the key to a file encrypted with a passphrase"),
            options=(
                Option(("file",), _("file to write the encrypted key to"), {"metavar": "FILE"}),
                PASSPHRASE,
            ),
        ),
        Command(
            name="restore",
            run="noroshi.cli.handlers.vault_key:restore",
            help=_("restore a key from a file that `noroshi key backup` wrote"),
            options=(
                Option(("file",), _("file with the encrypted key"), {"metavar": "FILE"}),
                PASSPHRASE,
            ),
        ),
        command_of(node_operations.KEY_ROTATE),
    ),
)
NODE = Command(
    name="node",
    help=_("manage the nodes that share a database"),
    subcommands=(command_of(node_operations.NODE_FORGET),),
)
PRINT = Option(("--print",), _("only print the steps, as a shell script"), FLAG)
CHANGES_GO = Option(
    ("--force",), _("proceed even if the service's files were edited; the edits are lost"), FLAG
)
if sys.platform == "win32":
    SERVICE_HANDLERS = "noroshi.cli.handlers.windows_service"
    INSTALL_HELP = _(
        "install Noroshi as a Windows service that starts with the computer, with its own account"
    )
    INSTALL_MORE = _(
        "The command creates the local group, home folder and service if they are missing. If "
        "the service runs a different version, --start updates it: the store is copied, and the "
        "previous version is restored if this one does not start."
    )
else:
    SERVICE_HANDLERS = "noroshi.cli.handlers.systemd_service"
    INSTALL_HELP = _(
        "install Noroshi as a systemd service that starts at boot, with its own user"
    )
    INSTALL_MORE = _(
        "The command creates the user, home folder and unit if they are missing. It can be run "
        "again, for example after an update."
    )
SERVICE = Command(
    name="service",
    help=_("run Noroshi as a service on this computer"),
    subcommands=(
        Command(
            name="install",
            run=f"{SERVICE_HANDLERS}:install",
            help=INSTALL_HELP,
            more=(INSTALL_MORE,),
            options=(
                Option(("--start",), _("also start the service now"), FLAG),
                Option(("--no-manager",), NO_MANAGER, FLAG),
                PRINT,
                CHANGES_GO,
            ),
        ),
        Command(
            name="uninstall",
            run=f"{SERVICE_HANDLERS}:uninstall",
            help=_("stop and remove the service; its home folder is kept"),
            options=(PRINT, CHANGES_GO),
        ),
        Command(
            name="status",
            run=f"{SERVICE_HANDLERS}:status",
            help=_("show whether the service is installed and running, and its paths"),
        ),
    ),
)
if sys.platform == "win32":
    SELFTEST = Command(
        name="selftest",
        run="noroshi.cli.handlers.windows_selftest:selftest",
        help=_(
            "test the Windows features that Noroshi uses on this computer, and write a report"
        ),
        more=(
            _(
                "The command changes nothing. The report states for each feature whether it works, with "
                "details. Exit code 1: something failed."
            ),
        ),
        options=(
            Option(
                ("file",),
                _("file to write (default: noroshi-selftest.txt)"),
                {"metavar": "FILE", "nargs": "?", "default": ""},
            ),
        ),
    )
    OF_THIS_SYSTEM: tuple[Command, ...] = (SELFTEST,)
else:
    OF_THIS_SYSTEM = ()
"""Commands that there are on this operating system only."""
