"""The node and this program: what is made, run, looked after."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.translation import _

INIT = Command(
    name="init",
    run="noroshi.cli.handlers.init:init",
    help=_("make a home folder: settings, key, empty store"),
    more=(
        _(
            "Nothing that is there is ever overwritten. Keep a copy of the key elsewhere: "
            "without it the secrets cannot be opened again."
        ),
    ),
    options=(
        Option(
            ("--name",), _("name of the node (default: this computer's)"), {"metavar": "NAME"}
        ),
        Option(
            ("--service",),
            _("settings for a service of systemd: the door in /run, open to its group"),
            FLAG,
        ),
        Option(
            ("--new-store",),
            _(
                "create an empty store in place of a lost one; settings and key stay, and "
                "remains of the old store are kept beside it"
            ),
            FLAG,
        ),
    ),
)
SERVE = Command(
    name="serve",
    run="noroshi.cli.handlers.serve:serve",
    help=_("run the node: watch, and send"),
    more=(
        _("It says what it watches and by which routes it sends. SIGTERM or Ctrl-C ends it."),
    ),
)
DEMO = Command(name="demo", help=_("see an alarm arrive on this machine, without a tenant"))
LAB = Command(name="lab", help=_("run a simulator of Microsoft 365 on this machine"))
COMPLETION = Command(
    name="completion",
    run="noroshi.cli.handlers.completion:completion",
    help=_("print what makes a shell complete commands and options"),
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
    help=_("write a backup of the store while the node runs"),
    more=(
        _("Definitions, queue, events, samples and sealed secrets are in it; the key is not."),
    ),
    options=(
        Option(("file",), _("file to write; it must not be there"), {"metavar": "FILE"}),
        JSON,
    ),
)
RESTORE = Command(
    name="restore",
    run="noroshi.cli.handlers.backup:restore",
    help=_("put a backup in the place of this home folder's store"),
    more=(
        _(
            "The node must not run. The store that was there is kept beside it. What was "
            "accepted is not sent again; what waited goes on."
        ),
    ),
    options=(
        Option(("file",), _("a file that backup wrote"), {"metavar": "FILE"}),
        Option(
            ("--hold",),
            _("hold all mails that wait, so that none leaves before somebody has looked"),
            FLAG,
        ),
    ),
)
CHECK_STORE = Command(
    name="check-store",
    run="noroshi.cli.handlers.backup:check_store",
    help=_("look through the store, or a backup, for faults"),
    options=(
        Option(
            ("file",),
            _("a backup to look through (else the store of the node)"),
            {"metavar": "FILE", "nargs": "?"},
        ),
    ),
)
PASSPHRASE = Option(
    ("--passphrase-file",),
    _("take the passphrase from this file (- is the standard input)"),
    {"metavar": "FILE", "default": ""},
)
KEY_FILE = Option(("file",), _("file of the sealed key"), {"metavar": "FILE"})
KEY = Command(
    name="key",
    help=_("the key that seals the secrets"),
    under=(
        Command(
            name="check",
            run="noroshi.cli.handlers.vault_key:check",
            help=_("which key it is, where it comes from, and what it opens"),
            options=(JSON,),
        ),
        Command(
            name="backup",
            run="noroshi.cli.handlers.vault_key:backup",
            help=_("write the key to a file that only a passphrase opens"),
            options=(KEY_FILE, PASSPHRASE),
        ),
        Command(
            name="restore",
            run="noroshi.cli.handlers.vault_key:restore",
            help=_("bring a key back from such a file"),
            options=(KEY_FILE, PASSPHRASE),
        ),
        Command(
            name="rotate",
            run="noroshi.cli.handlers.vault_key:rotate",
            help=_("put a new key in its place, and seal everything anew"),
        ),
    ),
)
PRINT = Option(("--print",), _("only show the steps, as a shell script"), FLAG)
CHANGES_GO = Option(
    ("--force",), _("also where somebody changed a file of it: the change is lost"), FLAG
)
SERVICE = Command(
    name="service",
    help=_("Noroshi as a service of this machine"),
    under=(
        Command(
            name="install",
            run="noroshi.cli.handlers.systemd_service:install",
            help=_("let systemd run it from each boot on, as a user of its own"),
            more=(
                _(
                    "It makes what is missing of user, home folder and unit, and may be run "
                    "again, also after an update."
                ),
            ),
            options=(Option(("--start",), _("start it now as well"), FLAG), PRINT, CHANGES_GO),
        ),
        Command(
            name="uninstall",
            run="noroshi.cli.handlers.systemd_service:uninstall",
            help=_("stop the service and take it away; its home folder stays"),
            options=(PRINT, CHANGES_GO),
        ),
        Command(
            name="status",
            run="noroshi.cli.handlers.systemd_service:status",
            help=_("whether it is installed and runs, and where things are"),
        ),
    ),
)
