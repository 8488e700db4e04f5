"""Definitions in whole: tried, brought into force, taken back; kinds and blueprints for them."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, FOLDER, JSON, NOTE, Command, Option
from noroshi.core.translation import _

PLAN = Command(
    name="plan",
    run="noroshi.cli.handlers.apply:plan",
    help=_("show what `apply` would change, and any problems"),
    options=(FOLDER, JSON),
)
CHECK_CONFIG = Command(
    name="check-config",
    run="noroshi.cli.handlers.check_config:check_config",
    help=_("check noroshi.toml and a folder of definitions without a node"),
    more=(
        _(
            "All problems are reported at once, and nothing is written. No home folder, store or key "
            "is needed. Without noroshi.toml, the check cannot tell which programs may run."
        ),
    ),
    options=(FOLDER, JSON),
)
APPLY = Command(
    name="apply",
    run="noroshi.cli.handlers.apply:apply",
    help=_("apply the definitions of a folder"),
    more=(
        _(
            "A running node applies the definitions immediately. If there is any problem, nothing is "
            "applied."
        ),
    ),
    options=(
        FOLDER,
        Option(
            ("--base",),
            _("refuse unless this is the current version"),
            {"metavar": "VERSION", "type": int},
        ),
        NOTE,
        Option(
            ("--empty",),
            _("apply even if the folder is empty or has none of the monitored instances"),
            FLAG,
        ),
        JSON,
    ),
)
EXPORT = Command(
    name="export",
    run="noroshi.cli.handlers.apply:export",
    help=_("write the definitions in effect to a folder"),
    more=(_("Secrets are never included: definitions only name vault entries."),),
    options=(
        FOLDER,
        Option(
            ("--force",),
            _(
                "overwrite files that differ from the definitions in effect, and remove those that have "
                "no definition"
            ),
            FLAG,
        ),
    ),
)
KINDS = Command(
    name="kinds",
    run="noroshi.cli.handlers.kinds:kinds",
    help=_("list the types of monitors, actions and routes, with their options"),
    options=(
        Option(
            ("kind",), _("only this type, with all details"), {"metavar": "KIND", "nargs": "?"}
        ),
        JSON,
    ),
)
BASE = Option(
    ("--base",),
    _("refuse unless this is the current version"),
    {"metavar": "VERSION", "type": int},
)
VERSIONS = Command(
    name="versions",
    run="noroshi.cli.handlers.versions:versions",
    help=_("list earlier versions of the definitions, and what each changed"),
    options=(
        Option(
            ("number",),
            _("only this version, with all details"),
            {"metavar": "NUMBER", "nargs": "?", "type": int},
        ),
        Option(
            ("--last",),
            _("number of versions (default: 20)"),
            {"metavar": "COUNT", "type": int, "default": 20},
        ),
        JSON,
    ),
)
TAKE_BACK = Command(
    name="take-back",
    run="noroshi.cli.handlers.versions:take_back",
    help=_("roll back to an earlier version"),
    more=(
        _(
            "A rollback creates a new version, so nothing is lost and the rollback itself can be "
            "undone."
        ),
    ),
    options=(
        Option(("number",), _("version to roll back to"), {"metavar": "NUMBER", "type": int}),
        BASE,
        NOTE,
        JSON,
    ),
)
NAME = Option(("name",), _("name of the blueprint"), {"metavar": "NAME"})
BLUEPRINT = Command(
    name="blueprint",
    help=_("list blueprints (sets of monitors) and add them to an instance"),
    subcommands=(
        Command(
            name="list",
            run="noroshi.cli.handlers.blueprints:list_",
            help=_("list the blueprints"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.blueprints:show",
            help=_("show one blueprint: its parameters and monitors"),
            options=(NAME, JSON),
        ),
        Command(
            name="add",
            run="noroshi.cli.handlers.blueprints:add",
            help=_(
                "add the monitors of a blueprint to an instance, which is created if necessary"
            ),
            options=(
                NAME,
                Option(
                    ("--to",),
                    _("name of the instance"),
                    {"metavar": "INSTANCE", "required": True},
                ),
                Option(
                    ("--set",),
                    _("NAME=VALUE for a parameter of the blueprint (repeatable)"),
                    {"metavar": "NAME=VALUE", "action": "append", "default": []},
                ),
                Option(
                    ("--address",),
                    _("address of a new instance, for network checks"),
                    {"metavar": "ADDRESS", "default": ""},
                ),
                Option(
                    ("--zone",),
                    _("time zone of a new instance, such as Asia/Tokyo"),
                    {"metavar": "ZONE", "default": ""},
                ),
                Option(
                    ("--rule",),
                    _("rule for monitors that would otherwise have none (repeatable)"),
                    {"metavar": "RULE", "action": "append", "default": []},
                ),
                DRY_RUN,
                JSON,
            ),
        ),
    ),
)
