"""Single definitions: shown, changed, renamed, removed, with the rest as it is."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, JSON, NOTE, Command, Option
from noroshi.core.translation import _

KEY = Option(
    ("key",), _("folder/name of the definition, such as instances/web1"), {"metavar": "KEY"}
)
SAFELY = (
    Option(
        ("--etag",),
        _(
            "refuse if the definition has changed since `noroshi definition show` (-: must not exist "
            "yet)"
        ),
        {"metavar": "ETAG"},
    ),
    NOTE,
    DRY_RUN,
)
AS_SHOWN = Option(
    ("--etag",),
    _("refuse if the definition has changed since `noroshi definition show`"),
    {"metavar": "ETAG"},
)
SAFELY_THERE = (AS_SHOWN, NOTE, DRY_RUN)
"""Options of the commands that need an existing definition: rename and remove."""
DEFINITION = Command(
    name="definition",
    help=_("show or change individual definitions; the rest stays as it is"),
    subcommands=(
        Command(
            name="show",
            run="noroshi.cli.handlers.definitions:show",
            help=_("show the definitions in effect as TOML, each with its ETag"),
            options=(
                Option(
                    ("keys",),
                    _("folder/name of the definition, such as instances/web1 (default: all)"),
                    {"metavar": "KEY", "nargs": "*"},
                ),
                JSON,
            ),
        ),
        Command(
            name="set",
            run="noroshi.cli.handlers.definitions:set_",
            help=_("replace one definition with a TOML file, or add it"),
            options=(
                KEY,
                Option(("file",), _("TOML file (- for standard input)"), {"metavar": "FILE"}),
                *SAFELY,
                JSON,
            ),
        ),
        Command(
            name="rename",
            run="noroshi.cli.handlers.definitions:rename",
            help=_("rename one definition"),
            more=(
                _(
                    "References in other definitions, waiting messages and silences are updated too. "
                    "--dry-run shows what else the new name affects."
                ),
            ),
            options=(
                KEY,
                Option(("name",), _("new name, without the folder"), {"metavar": "NAME"}),
                *SAFELY_THERE,
                JSON,
            ),
        ),
        Command(
            name="remove",
            run="noroshi.cli.handlers.definitions:remove",
            help=_("remove one definition"),
            options=(
                KEY,
                *SAFELY_THERE,
                Option(
                    ("--empty",),
                    _("remove the definition even if that leaves no instance monitored"),
                    FLAG,
                ),
                JSON,
            ),
        ),
    ),
)
