"""Definitions in whole: tried, brought into force, taken back; kinds and blueprints for them."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, FOLDER, JSON, NOTE, Command, Option
from noroshi.core.words import Words

PLAN = Command(
    name="plan",
    run="noroshi.cli.handlers.apply:plan",
    help=Words(
        en="show what `apply` would change, and what is wrong",
        ja="`apply` で何が変わるか、どこが誤りかを表示します",
    ),
    options=(FOLDER, JSON),
)
CHECK_CONFIG = Command(
    name="check-config",
    run="noroshi.cli.handlers.check_config:check_config",
    help=Words(
        en="check noroshi.toml and a folder of definitions, without a node",
        ja="noroshi.toml と定義のフォルダーを、ノードなしで確かめます",
    ),
    more=(
        Words(
            en="Everything that is wrong is told at once, and nothing is written. It needs "
            "neither home folder, store nor key; without noroshi.toml it cannot say which "
            "programs may run.",
            ja="誤りをすべて一度に表示します。何も書き込みません。ホームフォルダー、保存先、鍵は"
            "要りません。noroshi.toml がなければ、プログラムを実行してよいかは確かめられません。",
        ),
    ),
    options=(FOLDER, JSON),
)
APPLY = Command(
    name="apply",
    run="noroshi.cli.handlers.apply:apply",
    help=Words(
        en="bring the definitions of a folder into force", ja="フォルダーの定義を有効にします"
    ),
    more=(
        Words(
            en="A running node takes them up at once. With one mistake in it, nothing is taken.",
            ja="動作中のノードはすぐに取り込みます。誤りが1つでもあれば、何も取り込みません。",
        ),
    ),
    options=(
        FOLDER,
        Option(
            ("--base",),
            Words(
                en="refuse if the current version is another than this one",
                ja="現在の版がこの番号でなければ取り込みません",
            ),
            {"metavar": "VERSION", "type": int},
        ),
        NOTE,
        Option(
            ("--empty",),
            Words(
                en="also where the folder is empty, or has none of the instances that are watched",
                ja="空のフォルダーや、いまの監視インスタンスが1つもないフォルダーでも取り込みます",
            ),
            FLAG,
        ),
        JSON,
    ),
)
EXPORT = Command(
    name="export",
    run="noroshi.cli.handlers.apply:export",
    help=Words(
        en="write the definitions in force into a folder",
        ja="有効な定義をフォルダーに書き出します",
    ),
    more=(
        Words(
            en="Secrets are never in them: definitions only name an entry of the vault.",
            ja="秘密は含まれません。定義にあるのは保管庫の中の名前だけです。",
        ),
    ),
    options=(
        FOLDER,
        Option(
            ("--force",),
            Words(
                en="overwrite and remove definitions that differ from those in force",
                ja="有効な定義と違うファイルを上書きし、余分なものは削除します",
            ),
            FLAG,
        ),
    ),
)
KINDS = Command(
    name="kinds",
    run="noroshi.cli.handlers.kinds:kinds",
    help=Words(
        en="kinds of monitors, actions and routes, with their options",
        ja="監視項目、アクション、送信経路の種別とオプション",
    ),
    options=(
        Option(
            ("kind",),
            Words(en="only this kind, in full", ja="この種別だけを詳しく"),
            {"metavar": "KIND", "nargs": "?"},
        ),
        JSON,
    ),
)
BASE = Option(
    ("--base",),
    Words(
        en="refuse if the current version is another than this one",
        ja="現在の版がこの番号でなければ取り込みません",
    ),
    {"metavar": "VERSION", "type": int},
)
VERSIONS = Command(
    name="versions",
    run="noroshi.cli.handlers.versions:versions",
    help=Words(
        en="earlier versions of the definitions, and what each changed",
        ja="これまでの定義の版と、それぞれの変更を表示します",
    ),
    options=(
        Option(
            ("number",),
            Words(en="only this one, in full", ja="この版だけを詳しく"),
            {"metavar": "NUMBER", "nargs": "?", "type": int},
        ),
        Option(
            ("--last",),
            Words(en="how many (default: 20)", ja="何件まで (既定値: 20)"),
            {"metavar": "COUNT", "type": int, "default": 20},
        ),
        JSON,
    ),
)
TAKE_BACK = Command(
    name="take-back",
    run="noroshi.cli.handlers.versions:take_back",
    help=Words(en="go back to an earlier version", ja="以前の版に戻します"),
    more=(
        Words(
            en="It becomes a new version, so that nothing is lost and this can be taken back too.",
            ja="新しい版として取り込むので、何も失われず、戻したことも取り消せます。",
        ),
    ),
    options=(
        Option(
            ("number",),
            Words(en="the version to go back to", ja="戻す版の番号"),
            {"metavar": "NUMBER", "type": int},
        ),
        BASE,
        NOTE,
        JSON,
    ),
)
NAME = Option(
    ("name",), Words(en="name of the blueprint", ja="ひな形の名前"), {"metavar": "NAME"}
)
BLUEPRINT = Command(
    name="blueprint",
    help=Words(en="sets of monitors to add to an instance", ja="監視項目のひな形を扱います"),
    under=(
        Command(
            name="list",
            run="noroshi.cli.handlers.blueprints:list_",
            help=Words(en="which there are", ja="ひな形の一覧"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.blueprints:show",
            help=Words(
                en="one in full: what it asks for, its monitors",
                ja="1つを詳しく (指定できる項目、監視項目)",
            ),
            options=(NAME, JSON),
        ),
        Command(
            name="add",
            run="noroshi.cli.handlers.blueprints:add",
            help=Words(
                en="add its monitors to an instance, which is made if need be",
                ja="監視インスタンスに追加します (なければ作ります)",
            ),
            options=(
                NAME,
                Option(
                    ("--to",),
                    Words(en="name of the instance", ja="監視インスタンスの名前"),
                    {"metavar": "INSTANCE", "required": True},
                ),
                Option(
                    ("--set",),
                    Words(
                        en="NAME=VALUE for what it asks for (again for more)",
                        ja="指定できる項目を 名前=値 で (繰り返せます)",
                    ),
                    {"metavar": "NAME=VALUE", "action": "append", "default": []},
                ),
                Option(
                    ("--address",),
                    Words(
                        en="for a new instance: where network checks reach it",
                        ja="新しい監視インスタンスのアドレス",
                    ),
                    {"metavar": "ADDRESS", "default": ""},
                ),
                Option(
                    ("--zone",),
                    Words(
                        en="for a new instance: its time zone, as in Asia/Tokyo",
                        ja="新しい監視インスタンスのタイムゾーン (例 Asia/Tokyo)",
                    ),
                    {"metavar": "ZONE", "default": ""},
                ),
                Option(
                    ("--rule",),
                    Words(
                        en="a rule that acts on what would have none (again for more)",
                        ja="ほかに実行条件がないときに使う実行条件 (繰り返せます)",
                    ),
                    {"metavar": "RULE", "action": "append", "default": []},
                ),
                DRY_RUN,
                JSON,
            ),
        ),
    ),
)
