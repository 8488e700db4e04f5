"""The first start by commands: what to watch on this computer, and an alarm given back."""

from __future__ import annotations

from noroshi.cli.commands.spec import JSON, Command, Option
from noroshi.core.words import Words

FIRST = Command(
    name="first",
    help=Words(
        en="the first start: what to watch here, and an alarm that proves the way",
        ja="初期設定 (このマシンで監視するもの、届くことを確かめるアラーム)",
    ),
    under=(
        Command(
            name="look",
            run="noroshi.cli.handlers.first_steps:look",
            help=Words(
                en="how far the first start has come", ja="初期設定の進み具合を表示します"
            ),
            options=(JSON,),
        ),
        Command(
            name="suggest",
            run="noroshi.cli.handlers.first_steps:suggest",
            help=Words(
                en="what to watch on the node's computer, with what there is of each",
                ja="ノードのコンピューターで監視するとよいものを表示します",
            ),
            options=(JSON,),
        ),
        Command(
            name="take",
            run="noroshi.cli.handlers.first_steps:take",
            help=Words(
                en="watch what was suggested, as a new version",
                ja="候補の監視を始めます (新しい版になります)",
            ),
            options=(
                Option(
                    ("wanted",),
                    Words(
                        en="what of it, such as system/disk; nothing: all of it",
                        ja="監視するもの (system/disk など)。なければすべて",
                    ),
                    {"metavar": "ID", "nargs": "*"},
                ),
                JSON,
            ),
        ),
        Command(
            name="alarm",
            run="noroshi.cli.handlers.first_steps:alarm",
            help=Words(
                en="send a test alarm, with a number in its mail",
                ja="番号の入ったテスト アラームを送ります",
            ),
            options=(
                Option(
                    ("contact",),
                    Words(
                        en="to whom; nobody named: the first contact",
                        ja="通知先。なければ最初の通知先",
                    ),
                    {"metavar": "CONTACT", "nargs": "?", "default": ""},
                ),
                JSON,
            ),
        ),
        Command(
            name="seen",
            run="noroshi.cli.handlers.first_steps:seen",
            help=Words(
                en="give back the number of the test alarm that arrived; it is kept as proof",
                ja="届いたテスト アラームの番号を入れます (届いた証拠として残ります)",
            ),
            options=(
                Option(
                    ("number",),
                    Words(en="the four digits in its mail", ja="メールに書かれた4桁の番号"),
                    {"metavar": "NUMBER"},
                ),
                JSON,
            ),
        ),
        Command(
            name="end",
            run="noroshi.cli.handlers.first_steps:end",
            help=Words(
                en="put the first start away, proved or not",
                ja="初期設定の案内を終わります (到達を確かめていなくても)",
            ),
            options=(),
        ),
    ),
)
