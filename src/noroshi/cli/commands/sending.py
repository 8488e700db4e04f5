"""Mail: signing in, sending, and what waits."""

from __future__ import annotations

from noroshi.cli.commands.parts import FLAG, ID, JSON, Command, Option
from noroshi.core.words import Words

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
        Words(
            en='For an account with sign_in = "app" the secret is all: a token is fetched to '
            "prove it.",
            ja='アカウントが sign_in = "app" なら必要なのはシークレットだけで、'
            "トークンを取得して確かめます。",
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
SECRET = Command(
    name="secret",
    help=Words(
        en="passwords and other secrets in the vault", ja="保管庫のパスワードなどを扱います"
    ),
    under=(
        Command(
            name="set",
            run="noroshi.cli.secret:set_",
            help=Words(
                en="put a password into the vault, or another in its place",
                ja="パスワードを保管庫に入れます (あれば置き換えます)",
            ),
            more=(
                Words(
                    en='It asks twice. A route names it by password = "NAME", and tries it at once.',
                    ja='2回尋ねます。経路は password = "NAME" でこの項目を指し、すぐに使います。',
                ),
            ),
            options=(
                Option(
                    ("name",),
                    Words(en="name of the vault's entry", ja="保管庫の項目名"),
                    {"metavar": "NAME"},
                ),
                Option(
                    ("--file",),
                    Words(
                        en="take it from this file (- is the standard input)",
                        ja="このファイルから読みます (- は標準入力)",
                    ),
                    {"metavar": "FILE"},
                ),
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.secret:list_",
            help=Words(
                en="which entries there are, and who names them",
                ja="保管庫の項目と、それを使う定義を一覧します",
            ),
            options=(JSON,),
        ),
        Command(
            name="remove",
            run="noroshi.cli.secret:remove",
            help=Words(
                en="take an entry out of the vault for good", ja="保管庫の項目を削除します"
            ),
            options=(
                Option(
                    ("name",),
                    Words(en="name of the vault's entry", ja="保管庫の項目名"),
                    {"metavar": "NAME"},
                ),
                Option(
                    ("--force",),
                    Words(
                        en="also one that a route or an account names",
                        ja="送信経路やアカウントで使われていても削除します",
                    ),
                    FLAG,
                ),
            ),
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
        Command(
            name="hold",
            run="noroshi.cli.queue:hold",
            help=Words(
                en="keep one from leaving, and what follows it",
                ja="1通の送信を止めます (同じ監視項目の後続も待ちます)",
            ),
            options=(ID,),
        ),
        Command(
            name="release",
            run="noroshi.cli.queue:release",
            help=Words(
                en="let one go that was held or set aside",
                ja="止めた1通、または保留の1通を送信に戻します",
            ),
            options=(ID,),
        ),
        Command(
            name="drop",
            run="noroshi.cli.queue:drop",
            help=Words(
                en="give one up: it stays on record, and is never sent",
                ja="1通の送信を取りやめます (記録には残ります)",
            ),
            options=(ID,),
        ),
        Command(
            name="edit",
            run="noroshi.cli.queue:edit",
            help=Words(
                en="mend the addresses or the routes of one", ja="1通のアドレスや経路を直します"
            ),
            options=(
                ID,
                Option(
                    ("--to",),
                    Words(
                        en="address to send it to (again for more)",
                        ja="送り先のアドレス (繰り返せます)",
                    ),
                    {"metavar": "ADDRESS", "action": "append", "default": []},
                ),
                Option(
                    ("--route",),
                    Words(
                        en="route to use (again for the next one)",
                        ja="使う経路 (繰り返すと順に試します)",
                    ),
                    {"metavar": "ROUTE", "action": "append", "default": []},
                ),
            ),
        ),
    ),
)
