"""List the commands for who may log in to the manager, by what programs speak to it, and what
everybody changed."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.people import ROLES
from noroshi.core.words import Words

NAME = Option(("name",), Words(en="name of the user", ja="利用者の名前"), {"metavar": "NAME"})
TOKEN = Option(
    ("name",), Words(en="name of the token", ja="トークンの名前"), {"metavar": "NAME"}
)
ROLE = Option(
    ("--role",),
    Words(
        en="viewer (default), operator or administrator",
        ja="viewer (閲覧者。既定値)、operator (運用担当)、administrator (管理者) のどれか",
    ),
    {"metavar": "ROLE", "choices": ROLES, "default": "viewer"},
)
PASSWORD = Option(
    ("--password-file",),
    Words(
        en="take the password from this file (- is the standard input); without it a one-time "
        "code is printed",
        ja="パスワードをこのファイルから読みます (- は標準入力)。なければワンタイム コードを表示します",
    ),
    {"metavar": "FILE", "default": ""},
)
OWN = Option(
    ("name",),
    Words(en="your name in the manager", ja="マネージャーでの自分の名前"),
    {"metavar": "NAME"},
)
OLD = Option(
    ("--password-file",),
    Words(
        en="take the current password from this file (- is the standard input); without it it "
        "is asked for",
        ja="現在のパスワードをこのファイルから読みます (- は標準入力)。なければ入力を求めます",
    ),
    {"metavar": "FILE", "default": ""},
)
NEW = Option(
    ("--new-password-file",),
    Words(
        en="take the new password from this file; without it it is asked for",
        ja="新しいパスワードをこのファイルから読みます。なければ入力を求めます",
    ),
    {"metavar": "FILE", "default": ""},
)
CODE = Words(
    en="With the one-time code they choose their own password in the manager. It holds for three "
    "days.",
    ja="本人がワンタイム コードを使い、マネージャーで自分のパスワードを決めます。コードは3日間有効です。",
)
USER = Command(
    name="user",
    help=Words(en="who may log in to the manager", ja="マネージャーの利用者を扱います"),
    under=(
        Command(
            name="add",
            run="noroshi.cli.handlers.users:add",
            help=Words(
                en="add a user, and print the code by which they choose a password",
                ja="利用者を追加し、パスワードを決めるためのコードを表示します",
            ),
            more=(CODE,),
            options=(NAME, ROLE, PASSWORD, JSON),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.users:list_",
            help=Words(en="users and their roles", ja="利用者とその権限を一覧します"),
            options=(JSON,),
        ),
        Command(
            name="password",
            run="noroshi.cli.handlers.users:password",
            help=Words(
                en="give a user another password, and log them out",
                ja="利用者のパスワードを変え、ログアウトさせます",
            ),
            more=(CODE,),
            options=(NAME, PASSWORD, JSON),
        ),
        Command(
            name="role",
            run="noroshi.cli.handlers.users:role",
            help=Words(
                en="give a user another role; their API tokens that exceed it are revoked, with all "
                "tokens made by these",
                ja="利用者の権限を変えます。その利用者が作った API トークンのうち、新しい権限を超えるものは、"
                "それで作られたトークンとともに失効します",
            ),
            options=(
                NAME,
                Option(
                    ("role",),
                    Words(
                        en="viewer, operator or administrator",
                        ja="viewer (閲覧者)、operator (運用担当)、administrator (管理者) のどれか",
                    ),
                    {"metavar": "ROLE", "choices": ROLES},
                ),
            ),
        ),
        Command(
            name="remove",
            run="noroshi.cli.handlers.users:remove",
            help=Words(
                en="remove a user and all API tokens made by them, directly or indirectly",
                ja="利用者を、その人が作った API トークンと、それで作られたトークンとともに削除します",
            ),
            options=(NAME,),
        ),
        Command(
            name="totp",
            run="noroshi.cli.handlers.users:totp",
            help=Words(
                en="two-step log-in by an authenticator (TOTP)",
                ja="認証アプリ (TOTP) による2段階認証を設定します",
            ),
            more=(
                Words(
                    en="It prints what the authenticator takes, asks for its first code, and prints "
                    "recovery codes to keep.",
                    ja="認証アプリに入れるキーを表示し、最初のコードを尋ね、控えておくリカバリー コードを"
                    "表示します。",
                ),
            ),
            options=(
                NAME,
                Option(
                    ("--off",), Words(en="turn it off again", ja="2段階認証をやめます"), FLAG
                ),
            ),
        ),
        Command(
            name="own-password",
            run="noroshi.cli.handlers.own_account:password",
            help=Words(
                en="change your own password, with the old one",
                ja="現在のパスワードを入力して、自分のパスワードを変えます",
            ),
            options=(OWN, OLD, NEW),
        ),
        Command(
            name="own-totp",
            run="noroshi.cli.handlers.own_account:totp",
            help=Words(
                en="your own two-step log-in by an authenticator (TOTP), with your password",
                ja="パスワードを入力して、自分の2段階認証 (認証アプリ、TOTP) を設定します",
            ),
            options=(
                OWN,
                Option(
                    ("--off",), Words(en="turn it off again", ja="2段階認証をやめます"), FLAG
                ),
                OLD,
            ),
        ),
    ),
)
API_TOKEN = Command(
    name="token",
    help=Words(
        en="by what programs speak to the manager", ja="マネージャーの API トークンを扱います"
    ),
    under=(
        Command(
            name="new",
            run="noroshi.cli.handlers.users:token_new",
            help=Words(
                en="make an API token; it is shown once",
                ja="API トークンを作ります (表示は一度だけ)",
            ),
            options=(
                TOKEN,
                ROLE,
                Option(
                    ("--days",),
                    Words(
                        en="how many days it holds (default: 90; 0: it does not end)",
                        ja="有効な日数 (既定値: 90。0 なら期限なし)",
                    ),
                    {"metavar": "DAYS", "type": int, "default": 90},
                ),
                Option(
                    ("--programs",),
                    Words(
                        en="also allow what runs programs, sends a secret elsewhere or concerns users",
                        ja="プログラムの実行、シークレットの送り先の変更、利用者に関わる操作も許します",
                    ),
                    FLAG,
                ),
                JSON,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.users:token_list",
            help=Words(
                en="API tokens, who made them, and until when they hold",
                ja="API トークンと、作った人、期限を一覧します",
            ),
            options=(JSON,),
        ),
        Command(
            name="revoke",
            run="noroshi.cli.handlers.users:token_revoke",
            help=Words(
                en="revoke an API token at once, and all tokens made by it",
                ja="API トークンを、それで作られたトークンとともにすぐに失効させます",
            ),
            options=(TOKEN,),
        ),
    ),
)
AUDIT = Command(
    name="audit",
    run="noroshi.cli.handlers.audit_log:audit",
    help=Words(
        en="who changed what when, from where, field by field from what to what; who was refused",
        ja="いつ、誰が、どこから、何を、項目ごとにどう変えたか、誰を拒否したかを表示します",
    ),
    options=(
        Option(
            ("--last",),
            Words(en="how many (default: 50)", ja="何件まで (既定値: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
