"""Single definitions: shown, changed, renamed, removed, with the rest as it is."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, JSON, NOTE, Command, Option
from noroshi.core.words import Words

KEY = Option(
    ("key",),
    Words(
        en="which: folder/name, such as instances/web1",
        ja="どの定義か。フォルダー/名前 (例 instances/web1)",
    ),
    {"metavar": "KEY"},
)
SAFELY = (
    Option(
        ("--etag",),
        Words(
            en="refuse if it is not as `noroshi definition show` showed it (- for: not there yet)",
            ja="`noroshi definition show` で見た内容から変わっていたら取り込みません (まだないことを"
            "確かめるなら -)",
        ),
        {"metavar": "ETAG"},
    ),
    NOTE,
    DRY_RUN,
)
AS_SHOWN = Option(
    ("--etag",),
    Words(
        en="refuse if it is not as `noroshi definition show` showed it",
        ja="`noroshi definition show` で見た内容から変わっていたら取り込みません",
    ),
    {"metavar": "ETAG"},
)
SAFELY_THERE = (AS_SHOWN, NOTE, DRY_RUN)
"""Of what has to be there: renamed, or removed."""
DEFINITION = Command(
    name="definition",
    help=Words(
        en="show or change single definitions, the rest as it is",
        ja="定義を1件ずつ表示、変更します (ほかはそのまま)",
    ),
    under=(
        Command(
            name="show",
            run="noroshi.cli.handlers.definitions:show",
            help=Words(
                en="definitions in force as TOML, with the etag of each",
                ja="有効な定義を TOML で、識別子 (etag) とともに表示します",
            ),
            options=(
                Option(
                    ("keys",),
                    Words(
                        en="which: folder/name, such as instances/web1 (default: all)",
                        ja="どの定義か。フォルダー/名前 (例 instances/web1。なければすべて)",
                    ),
                    {"metavar": "KEY", "nargs": "*"},
                ),
                JSON,
            ),
        ),
        Command(
            name="set",
            run="noroshi.cli.handlers.definitions:set_",
            help=Words(
                en="put a TOML file in the place of one definition, or add it",
                ja="定義1件を TOML ファイルの内容に置き換えます (なければ追加します)",
            ),
            options=(
                KEY,
                Option(
                    ("file",),
                    Words(
                        en="TOML file (- is the standard input)",
                        ja="TOML ファイル (- は標準入力)",
                    ),
                    {"metavar": "FILE"},
                ),
                *SAFELY,
                JSON,
            ),
        ),
        Command(
            name="rename",
            run="noroshi.cli.handlers.definitions:rename",
            help=Words(en="give one definition another name", ja="定義1件の名前を変えます"),
            more=(
                Words(
                    en="What names it in other definitions follows, and waiting mails and silences "
                    "with it. --dry-run tells what else another name means.",
                    ja="ほかの定義の参照、送信待ちのメール、通知停止も新しい名前に変わります。"
                    "名前を変えるとどうなるかは --dry-run で確かめられます。",
                ),
            ),
            options=(
                KEY,
                Option(
                    ("name",),
                    Words(
                        en="its new name, without the folder",
                        ja="新しい名前 (フォルダーは付けません)",
                    ),
                    {"metavar": "NAME"},
                ),
                *SAFELY_THERE,
                JSON,
            ),
        ),
        Command(
            name="remove",
            run="noroshi.cli.handlers.definitions:remove",
            help=Words(en="remove one definition", ja="定義を1件削除します"),
            options=(
                KEY,
                *SAFELY_THERE,
                Option(
                    ("--empty",),
                    Words(
                        en="also if that ends the watch of every instance",
                        ja="すべての監視が終わる場合も削除します",
                    ),
                    FLAG,
                ),
                JSON,
            ),
        ),
    ),
)
