"""List the commands that lead through: `noroshi setup`."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, Command, Option
from noroshi.core.words import Words


def _text(flag: str, metavar: str, en: str, ja: str, default: str = "") -> Option:
    return Option((flag,), Words(en=en, ja=ja), {"metavar": metavar, "default": default})


def _flag(flag: str, en: str, ja: str) -> Option:
    return Option((flag,), Words(en=en, ja=ja), FLAG)


MICROSOFT365 = Command(
    name="microsoft365",
    run="noroshi.cli.setup.microsoft365:setup",
    help=Words(
        en="send through Microsoft 365: from the mailbox to a test mail that was accepted",
        ja="Microsoft 365 からの送信を、テストメールの受領まで順に設定します",
    ),
    more=(
        Words(
            en="It asks for what it needs, tells the administrator's steps with your values in them, "
            "and proves each step as soon as it can be proved. What is refused is told with what "
            "mends it, and tried again.",
            ja="必要なことを尋ね、管理者の手順をあなたの値を入れて示し、確かめられる段階から順に確かめます。"
            "断られたら直し方を示し、その場でもう一度試せます。",
        ),
        Words(
            en="Answers are kept as definitions, secrets in the vault: what was broken off goes on "
            "where it was. In a script options say what would be asked.",
            ja="答えは定義として、秘密は保管庫に保存します。中断しても続きから始められます。スクリプトでは、"
            "尋ねられる内容をオプションで渡します。",
        ),
    ),
    options=(
        _text(
            "--mailbox", "ADDRESS", "mailbox that alarms come from", "送信元のメールボックス"
        ),
        _text(
            "--tenant",
            "ID",
            "tenant ID, or a domain (else that of the mailbox)",
            "テナント ID かドメイン (なければメールボックスのドメイン)",
        ),
        _text(
            "--client-id", "ID", "application (client) ID", "アプリケーション (クライアント) ID"
        ),
        Option(
            ("--sign-in",),
            Words(
                en="app: by itself, with a secret or a certificate; person: somebody signs in",
                ja="app はアプリだけで、person は人がサインインします",
            ),
            {"choices": ("app", "person"), "metavar": "WHO", "default": ""},
        ),
        _text(
            "--secret-file",
            "FILE",
            "take the client secret from this file (- is the standard input)",
            "クライアント シークレットをこのファイルから読みます (- は標準入力)",
        ),
        _text(
            "--secret-ends",
            "DAY",
            "day on which it ends, as in 2028-01-31",
            "シークレットの有効期限 (例 2028-01-31)",
        ),
        _text(
            "--certificate-file",
            "FILE",
            "take certificate and key from this file (PEM or PFX) instead of making them",
            "証明書と鍵を作らず、このファイル (PEM か PFX) から読みます",
        ),
        _text(
            "--passphrase-file",
            "FILE",
            "take its passphrase from this file (- is the standard input)",
            "そのパスフレーズをこのファイルから読みます (- は標準入力)",
        ),
        _flag(
            "--here",
            "a person signs in in a browser on this computer",
            "人がこのコンピューターのブラウザーでサインインします",
        ),
        _flag(
            "--device",
            "a person types a code on another device",
            "人が別の端末でコードを入力します",
        ),
        Option(
            ("--url-file",),
            Words(
                en="take the pasted address from the standard input (-), or from a named pipe",
                ja="貼り付ける URL を標準入力 (-) か名前付きパイプから読みます",
            ),
            {"metavar": "PIPE"},
        ),
        _text(
            "--person",
            "ADDRESS",
            "who signs in, if not the mailbox (a shared mailbox)",
            "サインインする人 (共有メールボックスの場合)",
        ),
        _flag(
            "--shared",
            "the mailbox is a shared one: a person with Full Access and Send As signs in for it",
            "共有メールボックスから送ります (フル アクセスと Send As の権限を持つ人がサインインします)",
        ),
        _flag(
            "--graph", "send by Microsoft Graph (HTTPS)", "Microsoft Graph (HTTPS) で送ります"
        ),
        _flag("--smtp", "send by SMTP", "SMTP で送ります"),
        _text("--to", "ADDRESS", "whom the test mail goes to", "テストメールの宛先"),
        _text(
            "--cloud",
            "NAME",
            "cloud (default: microsoft365; for GCC High, DoD and 21Vianet microsoft365-gcc-high, "
            "-dod, -china)",
            "クラウド (既定値: microsoft365。GCC High、DoD、21Vianet は microsoft365-gcc-high、-dod、"
            "-china)",
        ),
        _text(
            "--network",
            "NAME",
            "network that it goes through, such as a proxy",
            "使うネットワークの名前 (プロキシなど)",
        ),
        _text(
            "--redirect",
            "URL",
            "redirect URI, if not http://localhost/MxMail/",
            "リダイレクト URI (既定値: http://localhost/MxMail/)",
        ),
        _text(
            "--account",
            "NAME",
            "name of the account (default: m365)",
            "アカウントの名前 (既定値: m365)",
            "m365",
        ),
        _text(
            "--route",
            "NAME",
            "name of the route (default: smtp1 or graph1)",
            "送信経路の名前 (既定値: smtp1 か graph1)",
        ),
        _text(
            "--print-admin-steps",
            "FILE",
            "only write the administrator's steps into this file (- is the standard output)",
            "管理者の手順をこのファイルに書き出すだけです (- は標準出力)",
        ),
        _flag(
            "--yes",
            "ask nothing that has a default, and end at the first refusal",
            "既定値のあるものは尋ねず、断られたらそこで終わります",
        ),
    ),
)
SETUP = Command(
    name="setup",
    help=Words(en="lead through the setting up", ja="順を追って設定します"),
    under=(MICROSOFT365,),
)
