"""Single definitions: shown, changed, renamed, removed, with the rest as it is."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, JSON, NOTE, Command, Option
from noroshi.core.translation import _

KEY = Option(("key",), _("which: folder/name, such as instances/web1"), {"metavar": "KEY"})
SAFELY = (
    Option(
        ("--etag",),
        _("refuse if it is not as `noroshi definition show` showed it (- for: not there yet)"),
        {"metavar": "ETAG"},
    ),
    NOTE,
    DRY_RUN,
)
AS_SHOWN = Option(
    ("--etag",),
    _("refuse if it is not as `noroshi definition show` showed it"),
    {"metavar": "ETAG"},
)
SAFELY_THERE = (AS_SHOWN, NOTE, DRY_RUN)
"""Of what has to be there: renamed, or removed."""
DEFINITION = Command(
    name="definition",
    help=_("show or change single definitions, the rest as it is"),
    under=(
        Command(
            name="show",
            run="noroshi.cli.handlers.definitions:show",
            help=_("definitions in force as TOML, with the etag of each"),
            options=(
                Option(
                    ("keys",),
                    _("which: folder/name, such as instances/web1 (default: all)"),
                    {"metavar": "KEY", "nargs": "*"},
                ),
                JSON,
            ),
        ),
        Command(
            name="set",
            run="noroshi.cli.handlers.definitions:set_",
            help=_("put a TOML file in the place of one definition, or add it"),
            options=(
                KEY,
                Option(
                    ("file",), _("TOML file (- is the standard input)"), {"metavar": "FILE"}
                ),
                *SAFELY,
                JSON,
            ),
        ),
        Command(
            name="rename",
            run="noroshi.cli.handlers.definitions:rename",
            help=_("give one definition another name"),
            more=(
                _(
                    "What names it in other definitions follows, and waiting mails and silences "
                    "with it. --dry-run tells what else another name means."
                ),
            ),
            options=(
                KEY,
                Option(("name",), _("its new name, without the folder"), {"metavar": "NAME"}),
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
                Option(("--empty",), _("also if that ends the watch of every instance"), FLAG),
                JSON,
            ),
        ),
    ),
)
