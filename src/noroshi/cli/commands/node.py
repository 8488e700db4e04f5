"""The node and this program: what is made, run, looked after."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.words import Words

INIT = Command(
    name="init",
    run="noroshi.cli.handlers.init:init",
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
            Words(
                en="name of the node (default: this computer's)",
                ja="ノードの名前 (既定値: このコンピューターの名前)",
            ),
            {"metavar": "NAME"},
        ),
        Option(
            ("--service",),
            Words(
                en="settings for a service of systemd: the door in /run, open to its group",
                ja="systemd のサービス用の設定にします (ドアは /run に置き、グループに開放)",
            ),
            FLAG,
        ),
        Option(
            ("--new-store",),
            Words(
                en="create an empty store in place of a lost one; settings and key stay, and "
                "remains of the old store are kept beside it",
                ja="失われた保存先の代わりに空の保存先を作ります。設定と鍵はそのままで、"
                "以前の保存先の残りは名前を変えて隣に残します",
            ),
            FLAG,
        ),
    ),
)
SERVE = Command(
    name="serve",
    run="noroshi.cli.handlers.serve:serve",
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
    help=Words(
        en="see an alarm arrive on this machine, without a tenant",
        ja="テナントなしで、アラームが届くところをこのマシンで見ます",
    ),
)
LAB = Command(
    name="lab",
    help=Words(
        en="run a simulator of Microsoft 365 on this machine",
        ja="Microsoft 365 のシミュレーターをこのマシンで動かします",
    ),
)
COMPLETION = Command(
    name="completion",
    run="noroshi.cli.handlers.completion:completion",
    help=Words(
        en="print what makes a shell complete commands and options",
        ja="シェルでコマンドやオプションを補完するための設定を表示します",
    ),
    options=(
        Option(
            ("shell",),
            Words(en="bash, zsh or fish", ja="bash、zsh、fish のどれか"),
            {"metavar": "SHELL", "choices": ("bash", "zsh", "fish")},
        ),
    ),
)
BACKUP = Command(
    name="backup",
    run="noroshi.cli.handlers.backup:backup",
    help=Words(
        en="write a backup of the store while the node runs",
        ja="保存先のバックアップを取ります (ノードが動いたままで)",
    ),
    more=(
        Words(
            en="Definitions, queue, events, samples and sealed secrets are in it; the key is not.",
            ja="定義、送信キュー、イベント、測定値、封じた秘密が入ります。鍵は入りません。",
        ),
    ),
    options=(
        Option(
            ("file",),
            Words(en="file to write; it must not be there", ja="書くファイル (まだないもの)"),
            {"metavar": "FILE"},
        ),
        JSON,
    ),
)
RESTORE = Command(
    name="restore",
    run="noroshi.cli.handlers.backup:restore",
    help=Words(
        en="put a backup in the place of this home folder's store",
        ja="バックアップを、このホームフォルダーの保存先として戻します",
    ),
    more=(
        Words(
            en="The node must not run. The store that was there is kept beside it. What was "
            "accepted is not sent again; what waited goes on.",
            ja="ノードを止めてから実行します。元の保存先は隣に残ります。受領されたものは"
            "二度と送らず、送信待ちだったものは続きから送ります。",
        ),
    ),
    options=(
        Option(
            ("file",),
            Words(en="a file that backup wrote", ja="backup で書いたファイル"),
            {"metavar": "FILE"},
        ),
        Option(
            ("--hold",),
            Words(
                en="hold all mails that wait, so that none leaves before somebody has looked",
                ja="送信待ちをすべて保留にし、確かめるまで送りません",
            ),
            FLAG,
        ),
    ),
)
CHECK_STORE = Command(
    name="check-store",
    run="noroshi.cli.handlers.backup:check_store",
    help=Words(
        en="look through the store, or a backup, for faults",
        ja="保存先やバックアップに異常がないか調べます",
    ),
    options=(
        Option(
            ("file",),
            Words(
                en="a backup to look through (else the store of the node)",
                ja="調べるバックアップ (なければノードの保存先)",
            ),
            {"metavar": "FILE", "nargs": "?"},
        ),
    ),
)
PASSPHRASE = Option(
    ("--passphrase-file",),
    Words(
        en="take the passphrase from this file (- is the standard input)",
        ja="パスフレーズをこのファイルから読みます (- は標準入力)",
    ),
    {"metavar": "FILE", "default": ""},
)
KEY_FILE = Option(
    ("file",),
    Words(en="file of the sealed key", ja="封印した鍵のファイル"),
    {"metavar": "FILE"},
)
KEY = Command(
    name="key",
    help=Words(en="the key that seals the secrets", ja="秘密を封じる鍵を扱います"),
    under=(
        Command(
            name="check",
            run="noroshi.cli.handlers.vault_key:check",
            help=Words(
                en="which key it is, where it comes from, and what it opens",
                ja="どの鍵か、どこにあるか、何を開けるかを確かめます",
            ),
            options=(JSON,),
        ),
        Command(
            name="backup",
            run="noroshi.cli.handlers.vault_key:backup",
            help=Words(
                en="write the key to a file that only a passphrase opens",
                ja="パスフレーズで封印した鍵をファイルに書き出します",
            ),
            options=(KEY_FILE, PASSPHRASE),
        ),
        Command(
            name="restore",
            run="noroshi.cli.handlers.vault_key:restore",
            help=Words(
                en="bring a key back from such a file", ja="書き出した鍵を元の場所に戻します"
            ),
            options=(KEY_FILE, PASSPHRASE),
        ),
        Command(
            name="rotate",
            run="noroshi.cli.handlers.vault_key:rotate",
            help=Words(
                en="put a new key in its place, and seal everything anew",
                ja="新しい鍵に交換し、すべてを封印し直します",
            ),
        ),
    ),
)
PRINT = Option(
    ("--print",),
    Words(
        en="only show the steps, as a shell script",
        ja="手順をシェルスクリプトで表示するだけです",
    ),
    FLAG,
)
CHANGES_GO = Option(
    ("--force",),
    Words(
        en="also where somebody changed a file of it: the change is lost",
        ja="書き換えられたファイルがあっても実行します (その変更は失われます)",
    ),
    FLAG,
)
SERVICE = Command(
    name="service",
    help=Words(
        en="Noroshi as a service of this machine", ja="このマシンのサービスとして登録します"
    ),
    under=(
        Command(
            name="install",
            run="noroshi.cli.handlers.systemd_service:install",
            help=Words(
                en="let systemd run it from each boot on, as a user of its own",
                ja="専用の利用者で、起動時から systemd に動かしてもらいます",
            ),
            more=(
                Words(
                    en="It makes what is missing of user, home folder and unit, and may be run "
                    "again, also after an update.",
                    ja="利用者、ホームフォルダー、ユニットのうち、ないものだけを作ります。"
                    "更新後などに何度実行してもかまいません。",
                ),
            ),
            options=(
                Option(
                    ("--start",), Words(en="start it now as well", ja="今すぐ始めます"), FLAG
                ),
                PRINT,
                CHANGES_GO,
            ),
        ),
        Command(
            name="uninstall",
            run="noroshi.cli.handlers.systemd_service:uninstall",
            help=Words(
                en="stop the service and take it away; its home folder stays",
                ja="サービスを止めて削除します (ホームフォルダーは残ります)",
            ),
            options=(PRINT, CHANGES_GO),
        ),
        Command(
            name="status",
            run="noroshi.cli.handlers.systemd_service:status",
            help=Words(
                en="whether it is installed and runs, and where things are",
                ja="登録と動作の状態、ファイルの場所を表示します",
            ),
        ),
    ),
)
