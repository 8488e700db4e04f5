"""What a command and an option are, and the options that several commands take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from noroshi.core.words import Words


@dataclass(frozen=True, slots=True)
class Option:
    """One option or argument; `settings` go to argparse as they stand."""

    flags: tuple[str, ...]
    help: Words
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. `run` is "module:function", imported only when it is asked for."""

    name: str
    help: Words
    run: str = ""
    more: tuple[Words, ...] = ()
    options: tuple[Option, ...] = ()
    under: tuple[Command, ...] = ()


FLAG = {"action": "store_true"}
GLOBAL = (
    Option(
        ("--home",),
        Words(
            en="home folder of the node (else $NOROSHI_HOME, else /var/lib/noroshi for root, "
            "~/.local/share/noroshi for others)",
            ja="ノードのホームフォルダー (なければ $NOROSHI_HOME。それもなければ、root は "
            "/var/lib/noroshi、ほかの利用者は ~/.local/share/noroshi)",
        ),
        {"metavar": "DIR"},
    ),
    Option(
        ("--door",),
        Words(
            en="socket of a running node, if it is not where noroshi.toml says (else "
            "$NOROSHI_DOOR; else, for who has no home folder, that of the service)",
            ja="動作中のノードのソケット。noroshi.toml と違う場所のときに使います "
            "(なければ $NOROSHI_DOOR。それもホームフォルダーもなければ、サービスのソケット)",
        ),
        {"metavar": "SOCKET"},
    ),
    Option(
        ("--lang",),
        Words(en="language: en or ja", ja="言語。en か ja"),
        {"choices": ("en", "ja"), "metavar": "LANG"},
    ),
)
JSON = Option(
    ("--json",),
    Words(en="print JSON, for programs", ja="プログラム向けに JSON で出力します"),
    FLAG,
)
FOLDER = Option(
    ("folder",),
    Words(en="folder of TOML files", ja="TOML ファイルのフォルダー"),
    {"metavar": "DIR"},
)
ID = Option(
    ("id",),
    Words(en="id, as `noroshi queue list` shows it", ja="`noroshi queue list` に出る ID"),
    {"metavar": "ID"},
)
