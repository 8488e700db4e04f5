"""List the commands for what mail is sent by: signing in, secrets, certificates."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.words import Words

AUTHORIZE = Command(
    name="authorize",
    run="noroshi.cli.handlers.authorize:authorize",
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
            en="With --here the browser of this computer comes back by itself; with --device a "
            "code is typed on another device, such as a phone.",
            ja="--here ではこのコンピューターのブラウザーから自動で戻り、--device では"
            "スマートフォンなど別の端末でコードを入力します。",
        ),
        Words(
            en='For an account with sign_in = "app" secret or certificate are all: a token is '
            "fetched to prove it.",
            ja='アカウントが sign_in = "app" なら必要なのはシークレットか証明書だけで、'
            "トークンを取得して確かめます。",
        ),
    ),
    options=(
        Option(
            ("route",), Words(en="name of the route", ja="送信経路の名前"), {"metavar": "ROUTE"}
        ),
        Option(
            ("--here",),
            Words(
                en="listen on this computer for the browser, five minutes at most",
                ja="このコンピューターでブラウザーが戻るのを待ちます (最長5分)",
            ),
            FLAG,
        ),
        Option(
            ("--device",),
            Words(
                en="show a code to type on another device; many organisations block it",
                ja="別の端末で入力するコードを表示します (禁止している組織も多くあります)",
            ),
            FLAG,
        ),
        Option(
            ("--read-mailbox",),
            Words(
                en="ask for permission to read the account's own mailbox (reads_inbox); at Microsoft "
                "apart from sending, as usually an administrator must consent",
                ja="アカウント自身のメールボックスを読み取る権限を求めます (reads_inbox)。Microsoft では、ふつう管理者の同意が"
                "必要なため、送信とは別に求めます",
            ),
            FLAG,
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
GUIDE = Command(
    name="guide",
    run="noroshi.cli.handlers.guide:guide",
    help=Words(
        en="print the administrator's steps for a route through Microsoft 365",
        ja="Microsoft 365 を使う経路のための管理者の手順を表示します",
    ),
    more=(
        Words(
            en="With your values in them, in Markdown, to be handed on. noroshi setup microsoft365 "
            "shows them one after the other and proves each.",
            ja="値を入れた手順を Markdown で出力します。そのまま管理者に渡せます。noroshi setup "
            "microsoft365 では、1つずつ示して確かめます。",
        ),
    ),
    options=(
        Option(
            ("route",), Words(en="name of the route", ja="送信経路の名前"), {"metavar": "ROUTE"}
        ),
        Option(
            ("--way",),
            Words(
                en="for another way to sign in than the account's: app-certificate, app-secret, "
                "person-paste, person-here, person-device",
                ja="アカウントとは別のサインイン方法の手順: app-certificate、app-secret、"
                "person-paste、person-here、person-device",
            ),
            {"metavar": "WAY", "default": ""},
        ),
        JSON,
    ),
)
FORCE = Option(
    ("--force",),
    Words(
        en="in another one's place even where the sign-in server refuses it, or cannot be asked",
        ja="サインイン サーバーに認められない場合や、確かめられない場合も置き換えます",
    ),
    FLAG,
)
SECRET = Command(
    name="secret",
    help=Words(
        en="passwords and other secrets in the vault", ja="保管庫のパスワードなどを扱います"
    ),
    under=(
        Command(
            name="set",
            run="noroshi.cli.handlers.secrets:set_",
            help=Words(
                en="put a password into the vault, or another in its place",
                ja="パスワードを保管庫に入れます (あれば置き換えます)",
            ),
            more=(
                Words(
                    en='It asks twice. A route names it by password = "NAME", and tries it at once.',
                    ja='2回尋ねます。経路は password = "NAME" でこの項目を指し、すぐに使います。',
                ),
                Words(
                    en="The sign-in server is asked about an app's secret. One that it refuses takes no "
                    "other one's place; --force keeps it all the same.",
                    ja="アプリのシークレットはサインイン サーバーに確かめます。認められないものは、いまあるものと"
                    "置き換えません (--force なら置き換えます)。",
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
                Option(
                    ("--ends",),
                    Words(
                        en="the day on which an app's secret ends, as in 2028-01-31: written into the "
                        "accounts that name it",
                        ja="アプリのシークレットの有効期限 (例 2028-01-31)。使っているアカウントに書き込みます",
                    ),
                    {"metavar": "DAY", "default": ""},
                ),
                Option(
                    ("--to",),
                    Words(
                        en="where it may go (host:port), if an API token without programs chose that; "
                        "repeatable",
                        ja="programs のない API トークンが指定した送り先でもよければ、それ (ホスト:ポート)。複数指定可",
                    ),
                    {"metavar": "PLACE", "action": "append", "default": []},
                ),
                FORCE,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.secrets:list_",
            help=Words(
                en="which entries there are, and who names them",
                ja="保管庫の項目と、それを使う定義を一覧します",
            ),
            options=(JSON,),
        ),
        Command(
            name="remove",
            run="noroshi.cli.handlers.secrets:remove",
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
NAME = Option(
    ("name",),
    Words(en="a route, or an account", ja="送信経路またはアカウントの名前"),
    {"metavar": "NAME"},
)
NEXT = Option(
    ("--next",),
    Words(
        en="the next one (certificate_next), beside the one in use",
        ja="次に使う証明書 (certificate_next) を扱います",
    ),
    FLAG,
)
REPLACE = Option(
    ("--replace",),
    Words(en="put it in the place of one that is there", ja="すでにあるものを置き換えます"),
    FLAG,
)
OUT = Option(
    ("--out",),
    Words(
        en="write the certificate, without its key, into this new file (.cer)",
        ja="証明書 (鍵は含みません) を新しいファイル (.cer) に書きます",
    ),
    {"metavar": "FILE"},
)
CERT = Command(
    name="cert",
    help=Words(
        en="client certificates instead of client secrets",
        ja="クライアント証明書を扱います (シークレットの代わり)",
    ),
    under=(
        Command(
            name="new",
            run="noroshi.cli.handlers.certificates:new",
            help=Words(
                en="make a key and a certificate, and say what to upload",
                ja="鍵と証明書を作り、登録するものを示します",
            ),
            more=(
                Words(
                    en="RSA with 2048 bits, signed by itself. The key stays in the vault.",
                    ja="2048ビットの RSA で、自己署名です。鍵は保管庫から出ません。",
                ),
            ),
            options=(
                NAME,
                NEXT,
                REPLACE,
                Option(
                    ("--days",),
                    Words(en="how long it shall hold (730)", ja="有効な日数 (730)"),
                    {"metavar": "N", "type": int, "default": 730},
                ),
                OUT,
            ),
        ),
        Command(
            name="import",
            run="noroshi.cli.handlers.certificates:import_",
            help=Words(
                en="put a certificate with its key into the vault (PEM or PFX)",
                ja="鍵付きの証明書 (PEM または PFX) を保管庫に入れます",
            ),
            more=(
                Words(
                    en="With --replace the sign-in server is asked about it first, so it has to be "
                    "uploaded already. One that is refused takes no other one's place; --force "
                    "keeps it all the same.",
                    ja="--replace では先にサインイン サーバーに確かめるため、登録を済ませておきます。認められない"
                    "ものは、いまあるものと置き換えません (--force なら置き換えます)。",
                ),
            ),
            options=(
                NAME,
                Option(
                    ("file",),
                    Words(
                        en="file with both (- is the standard input)",
                        ja="両方が入ったファイル (- は標準入力)",
                    ),
                    {"metavar": "FILE"},
                ),
                NEXT,
                REPLACE,
                FORCE,
                Option(
                    ("--passphrase-file",),
                    Words(
                        en="take its passphrase from this file (- is the standard input)",
                        ja="パスフレーズをこのファイルから読みます (- は標準入力)",
                    ),
                    {"metavar": "FILE"},
                ),
            ),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.certificates:show",
            help=Words(
                en="show a certificate, its thumbprint and its end; never its key",
                ja="証明書と拇印、期限を表示します (鍵は表示しません)",
            ),
            options=(NAME, NEXT, OUT, JSON),
        ),
    ),
)
