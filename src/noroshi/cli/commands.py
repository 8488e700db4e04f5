"""Every command and option of `noroshi`, with its help in both languages, as one table."""

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

PROGRAM = Words(
    en="Noroshi watches machines, and proves that its alarms arrive.",
    ja="Noroshi はサーバーを監視し、アラームが届いたことまで確かめます。",
)
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
            en="socket of a running node, if it is not where noroshi.toml says (else $NOROSHI_DOOR)",
            ja="動作中のノードのソケット。noroshi.toml と違う場所のときに使います "
            "(なければ $NOROSHI_DOOR)",
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

INIT = Command(
    name="init",
    run="noroshi.cli.init:init",
    help=Words(
        en="make a home folder: settings, key, empty store",
        ja="ホームフォルダーを作ります (設定、鍵、空の保存先)",
    ),
    more=(
        Words(
            en="Nothing that is there is ever overwritten. Keep a copy of the key elsewhere: "
            "without it the secrets cannot be opened again.",
            ja="すでにあるものは決して上書きしません。鍵は別の場所に控えてください。"
            "鍵がなければ、入れた秘密は二度と開けません。",
        ),
    ),
    options=(
        Option(
            ("--name",),
            Words(en="name of the node (default: node)", ja="ノードの名前 (既定値: node)"),
            {"metavar": "NAME", "default": "node"},
        ),
    ),
)
SERVE = Command(
    name="serve",
    run="noroshi.cli.serve:serve",
    help=Words(en="run the node: watch, and send", ja="ノードを動かします (監視と送信)"),
    more=(
        Words(
            en="It says what it watches and by which routes it sends. SIGTERM or Ctrl-C ends it.",
            ja="何を監視し、どの経路で送るかを表示します。SIGTERM か Ctrl-C で終わります。",
        ),
    ),
)
DEMO = Command(
    name="demo",
    run="noroshi.demo:main",
    help=Words(
        en="see an alarm arrive on this machine, without a tenant",
        ja="テナントなしで、アラームが届くところをこのマシンで見ます",
    ),
)
LAB = Command(
    name="lab",
    run="noroshi.lab.main:main",
    help=Words(
        en="run a simulator of Entra ID and Exchange Online",
        ja="Entra ID と Exchange Online のシミュレーターを動かします",
    ),
)
PLAN = Command(
    name="plan",
    run="noroshi.cli.folders:plan",
    help=Words(
        en="show what `apply` would change, and what is wrong",
        ja="`apply` で何が変わるか、どこが誤りかを表示します",
    ),
    options=(FOLDER, JSON),
)
APPLY = Command(
    name="apply",
    run="noroshi.cli.folders:apply",
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
        Option(
            ("--note",),
            Words(en="a line kept with the version", ja="版と一緒に残すひとこと"),
            {"metavar": "TEXT", "default": ""},
        ),
        JSON,
    ),
)
EXPORT = Command(
    name="export",
    run="noroshi.cli.folders:export",
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
STATUS = Command(
    name="status",
    run="noroshi.cli.status:status",
    help=Words(
        en="what is watched and how it is, routes, queue",
        ja="監視の状態、送信経路、送信キューを表示します",
    ),
    options=(
        JSON,
        Option(
            ("--all",),
            Words(en="every monitor that is OK, too", ja="正常な監視項目もすべて表示します"),
            FLAG,
        ),
        Option(
            ("--check",),
            Words(
                en="exit with 1 unless all is well: every level OK, no route down, nothing set aside",
                ja="すべてよければ 0、そうでなければ 1 で終わります "
                "(全項目が正常、全経路が使える、保留なし)",
            ),
            FLAG,
        ),
    ),
)
AUTHORIZE = Command(
    name="authorize",
    run="noroshi.cli.authorize:authorize",
    help=Words(
        en="sign a route in with its provider (OAuth 2.0)",
        ja="送信経路をサインインさせます (OAuth 2.0)",
    ),
    more=(
        Words(
            en="It asks for the client secret if none is kept, shows a page to open in any "
            "browser, and takes the address at which the browser ends.",
            ja="クライアント シークレットがまだなければ尋ね、ブラウザーで開くページを示し、"
            "ブラウザーが最後に止まったアドレスを受け取ります。",
        ),
    ),
    options=(
        Option(
            ("route",), Words(en="name of the route", ja="送信経路の名前"), {"metavar": "ROUTE"}
        ),
        Option(
            ("--secret-file",),
            Words(
                en="take the client secret from this file (- is the standard input)",
                ja="クライアント シークレットをこのファイルから読みます (- は標準入力)",
            ),
            {"metavar": "FILE"},
        ),
        Option(
            ("--url-file",),
            Words(
                en="take the pasted address from the standard input (-), or from a named pipe",
                ja="貼り付ける URL を標準入力 (-) か名前付きパイプから読みます",
            ),
            {"metavar": "PIPE"},
        ),
    ),
)
SEND = Command(
    name="send",
    run="noroshi.cli.send:send",
    help=Words(en="send a mail by the node's routes", ja="ノードの経路でメールを送ります"),
    more=(
        Words(
            en="It returns once the mail is safely queued, and prints its id.",
            ja="送信キューに確かに入った時点で戻り、ID を表示します。",
        ),
    ),
    options=(
        Option(
            ("--to",),
            Words(
                en="a contact's name, or an address (again for more)",
                ja="通知先の名前、またはアドレス (繰り返せます)",
            ),
            {"metavar": "WHO", "action": "append", "required": True},
        ),
        Option(
            ("--subject",),
            Words(en="subject", ja="件名"),
            {"metavar": "TEXT", "required": True},
        ),
        Option(
            ("body",),
            Words(en="the text (else the standard input)", ja="本文 (なければ標準入力)"),
            {"metavar": "TEXT", "nargs": "?"},
        ),
        Option(
            ("--text",),
            Words(en="the text, given as an option", ja="本文 (オプションで渡す場合)"),
            {"metavar": "TEXT"},
        ),
        Option(
            ("--route",),
            Words(
                en="route to use (again for the next one; else those of the contact)",
                ja="使う経路 (繰り返すと順に試します。なければ通知先の経路)",
            ),
            {"metavar": "ROUTE", "action": "append", "default": []},
        ),
        Option(
            ("--level",),
            Words(
                en="ok, warning, critical or unknown: sets the importance",
                ja="ok、warning、critical、unknown。重要度が決まります",
            ),
            {
                "metavar": "LEVEL",
                "choices": ("ok", "warning", "critical", "unknown"),
                "default": "ok",
            },
        ),
        JSON,
    ),
)
QUEUE = Command(
    name="queue",
    help=Words(en="what waits to be sent", ja="送信キューを扱います"),
    under=(
        Command(
            name="list",
            run="noroshi.cli.queue:list_",
            help=Words(en="what waits, and what was set aside", ja="待機中と保留の一覧"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.queue:show",
            help=Words(
                en="one mail: attempts, answers, next try and why",
                ja="1通の詳細: 試行、相手の返事、次の送信とその理由",
            ),
            options=(ID, JSON),
        ),
        Command(
            name="retry",
            run="noroshi.cli.queue:retry",
            help=Words(
                en="try one again now, also if it was set aside",
                ja="1通をいますぐ再試行します (保留中のものも)",
            ),
            options=(ID,),
        ),
    ),
)
KINDS = Command(
    name="kinds",
    run="noroshi.cli.kinds:kinds",
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
COMMANDS = (INIT, SERVE, DEMO, LAB, PLAN, APPLY, EXPORT, STATUS, AUTHORIZE, SEND, QUEUE, KINDS)
