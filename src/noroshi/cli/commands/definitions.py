"""Definitions in whole: tried, brought into force, taken back; kinds and blueprints for them."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, FOLDER, JSON, NOTE, Command, Option
from noroshi.core.translation import _

PLAN = Command(
    name="plan",
    run="noroshi.cli.handlers.apply:plan",
    help=_("show what `apply` would change, and what is wrong"),
    options=(FOLDER, JSON),
)
CHECK_CONFIG = Command(
    name="check-config",
    run="noroshi.cli.handlers.check_config:check_config",
    help=_("check noroshi.toml and a folder of definitions, without a node"),
    more=(
        _(
            "Everything that is wrong is told at once, and nothing is written. It needs "
            "neither home folder, store nor key; without noroshi.toml it cannot say which "
            "programs may run."
        ),
    ),
    options=(FOLDER, JSON),
)
APPLY = Command(
    name="apply",
    run="noroshi.cli.handlers.apply:apply",
    help=_("bring the definitions of a folder into force"),
    more=(
        _("A running node takes them up at once. With one mistake in it, nothing is taken."),
    ),
    options=(
        FOLDER,
        Option(
            ("--base",),
            _("refuse if the current version is another than this one"),
            {"metavar": "VERSION", "type": int},
        ),
        NOTE,
        Option(
            ("--empty",),
            _("also where the folder is empty, or has none of the instances that are watched"),
            FLAG,
        ),
        JSON,
    ),
)
EXPORT = Command(
    name="export",
    run="noroshi.cli.handlers.apply:export",
    help=_("write the definitions in force into a folder"),
    more=(_("Secrets are never in them: definitions only name an entry of the vault."),),
    options=(
        FOLDER,
        Option(
            ("--force",),
            _("overwrite and remove definitions that differ from those in force"),
            FLAG,
        ),
    ),
)
KINDS = Command(
    name="kinds",
    run="noroshi.cli.handlers.kinds:kinds",
    help=_("kinds of monitors, actions and routes, with their options"),
    options=(
        Option(("kind",), _("only this kind, in full"), {"metavar": "KIND", "nargs": "?"}),
        JSON,
    ),
)
BASE = Option(
    ("--base",),
    _("refuse if the current version is another than this one"),
    {"metavar": "VERSION", "type": int},
)
VERSIONS = Command(
    name="versions",
    run="noroshi.cli.handlers.versions:versions",
    help=_("earlier versions of the definitions, and what each changed"),
    options=(
        Option(
            ("number",),
            _("only this one, in full"),
            {"metavar": "NUMBER", "nargs": "?", "type": int},
        ),
        Option(
            ("--last",),
            _("how many (default: 20)"),
            {"metavar": "COUNT", "type": int, "default": 20},
        ),
        JSON,
    ),
)
TAKE_BACK = Command(
    name="take-back",
    run="noroshi.cli.handlers.versions:take_back",
    help=_("go back to an earlier version"),
    more=(
        _("It becomes a new version, so that nothing is lost and this can be taken back too."),
    ),
    options=(
        Option(("number",), _("the version to go back to"), {"metavar": "NUMBER", "type": int}),
        BASE,
        NOTE,
        JSON,
    ),
)
NAME = Option(("name",), _("name of the blueprint"), {"metavar": "NAME"})
BLUEPRINT = Command(
    name="blueprint",
    help=_("sets of monitors to add to an instance"),
    under=(
        Command(
            name="list",
            run="noroshi.cli.handlers.blueprints:list_",
            help=_("which there are"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.blueprints:show",
            help=_("one in full: what it asks for, its monitors"),
            options=(NAME, JSON),
        ),
        Command(
            name="add",
            run="noroshi.cli.handlers.blueprints:add",
            help=_("add its monitors to an instance, which is made if need be"),
            options=(
                NAME,
                Option(
                    ("--to",),
                    _("name of the instance"),
                    {"metavar": "INSTANCE", "required": True},
                ),
                Option(
                    ("--set",),
                    _("NAME=VALUE for what it asks for (again for more)"),
                    {"metavar": "NAME=VALUE", "action": "append", "default": []},
                ),
                Option(
                    ("--address",),
                    _("for a new instance: where network checks reach it"),
                    {"metavar": "ADDRESS", "default": ""},
                ),
                Option(
                    ("--zone",),
                    _("for a new instance: its time zone, as in Asia/Tokyo"),
                    {"metavar": "ZONE", "default": ""},
                ),
                Option(
                    ("--rule",),
                    _("a rule that acts on what would have none (again for more)"),
                    {"metavar": "RULE", "action": "append", "default": []},
                ),
                DRY_RUN,
                JSON,
            ),
        ),
    ),
)
