"""Definitions: shown, tried, brought into force, taken back."""

from __future__ import annotations

from noroshi.cli.commands.parts import FLAG, FOLDER, JSON, Command, Option
from noroshi.core.words import Words

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
