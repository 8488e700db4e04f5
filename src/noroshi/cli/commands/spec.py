"""Define what a command and an option are, and the options that several commands take."""

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


PROGRAM = Words(
    en="Noroshi watches machines, and proves that its alarms arrive.",
    ja="Noroshi はサーバーを監視し、アラームが届いたことまで確かめます。",
)
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
        ("--url",),
        Words(
            en="manager of a node on another computer, such as https://noroshi.example.com:7663 "
            "(else $NOROSHI_URL)",
            ja="別のコンピューターのノードのマネージャー (https://noroshi.example.com:7663 など。"
            "なければ $NOROSHI_URL)",
        ),
        {"metavar": "URL"},
    ),
    Option(
        ("--token",),
        Words(
            en="API token for it; better by $NOROSHI_TOKEN: others on this computer see what is "
            "typed here",
            ja="その API トークン。ここに書くとほかの利用者から見えるため、$NOROSHI_TOKEN のほうが安全です",
        ),
        {"metavar": "TOKEN"},
    ),
    Option(
        ("--ca-file",),
        Words(
            en="trust certificates that this file of it (PEM) signed (else $NOROSHI_CA_FILE, else "
            "what this computer trusts)",
            ja="その証明書の署名を確かめる PEM ファイル (なければ $NOROSHI_CA_FILE。それもなければ、この"
            "コンピューターが信頼するもの)",
        ),
        {"metavar": "FILE"},
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
NOTE = Option(
    ("--note",),
    Words(en="a line kept with the version", ja="版と一緒に残すひとこと"),
    {"metavar": "TEXT", "default": ""},
)
DRY_RUN = Option(
    ("--dry-run",),
    Words(
        en="only check it, and show what it would change",
        ja="検査だけして、何が変わるかを表示します",
    ),
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
