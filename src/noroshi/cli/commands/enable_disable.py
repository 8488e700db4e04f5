"""Instances and monitors as a whole: stopped, started, copied, moved."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, JSON, NOTE, Command, Option
from noroshi.core.words import Words

INSTANCE = Option(
    ("instance",),
    Words(en="name of the instance", ja="監視インスタンスの名前"),
    {"metavar": "INSTANCE"},
)
PART = Option(
    ("part",),
    Words(
        en="instance/group/monitor or instance/group; of a monitor also its name alone, if only one "
        "has it",
        ja="インスタンス/グループ/監視項目、またはインスタンス/グループ。1つしかない監視項目なら名前だけでも",
    ),
    {"metavar": "PART"},
)
TO = Option(
    ("to",),
    Words(
        en="where to: of a monitor INSTANCE/GROUP or INSTANCE/GROUP/NAME, of a group INSTANCE or "
        "INSTANCE/NAME",
        ja="行き先。監視項目ならインスタンス/グループ (/名前)、グループならインスタンス (/名前)",
    ),
    {"metavar": "TO"},
)
TITLE = Option(
    ("--title",),
    Words(en="another title for the copy", ja="コピーの表示名"),
    {"metavar": "TEXT", "default": ""},
)
INSTANCES = Command(
    name="instance",
    help=Words(
        en="stop, start or copy a whole instance",
        ja="監視インスタンスの監視の停止、開始、コピー",
    ),
    under=(
        Command(
            name="stop",
            run="noroshi.cli.handlers.enable_disable:stop",
            help=Words(en="stop its watch", ja="監視を停止します"),
            more=(
                Words(
                    en="Nothing of it is measured. Whoever was told of an open alarm is told that its "
                    "monitoring was stopped, not that it recovered.",
                    ja="何も測定しなくなります。発生中のアラームを通知した相手には、回復ではなく「監視停止」"
                    "を知らせます。",
                ),
            ),
            options=(INSTANCE, NOTE, JSON),
        ),
        Command(
            name="start",
            run="noroshi.cli.handlers.enable_disable:start",
            help=Words(en="start its watch", ja="監視を開始します"),
            more=(
                Words(
                    en="It begins anew; what happened meanwhile is not made up for.",
                    ja="新しく始まります。停止中に起きたことは、さかのぼって調べません。",
                ),
            ),
            options=(INSTANCE, NOTE, JSON),
        ),
        Command(
            name="copy",
            run="noroshi.cli.handlers.enable_disable:copy_instance",
            help=Words(
                en="make another one like it, with all its monitors",
                ja="監視項目ごとコピーして、別の監視インスタンスを作ります",
            ),
            options=(
                INSTANCE,
                Option(
                    ("name",),
                    Words(en="name of the new one", ja="新しい監視インスタンスの名前"),
                    {"metavar": "NAME"},
                ),
                TITLE,
                Option(
                    ("--address",),
                    Words(
                        en="where network checks reach the new one",
                        ja="新しい監視インスタンスのアドレス",
                    ),
                    {"metavar": "ADDRESS", "default": ""},
                ),
                Option(
                    ("--stopped",),
                    Words(
                        en="do not watch it before somebody starts it",
                        ja="開始するまで監視しません",
                    ),
                    FLAG,
                ),
                NOTE,
                DRY_RUN,
                JSON,
            ),
        ),
    ),
)
MONITORS = Command(
    name="monitor",
    help=Words(
        en="disable, enable, copy or move a monitor or a group",
        ja="監視項目やグループの無効化、有効化、コピー、移動",
    ),
    under=(
        Command(
            name="disable",
            run="noroshi.cli.handlers.enable_disable:disable",
            help=Words(en="stop its watch", ja="監視を停止します"),
            options=(PART, NOTE, JSON),
        ),
        Command(
            name="enable",
            run="noroshi.cli.handlers.enable_disable:enable",
            help=Words(en="start its watch", ja="監視を再開します"),
            options=(PART, NOTE, JSON),
        ),
        Command(
            name="copy",
            run="noroshi.cli.handlers.enable_disable:copy",
            help=Words(
                en="put another one like it elsewhere", ja="同じものを別の場所にも作ります"
            ),
            more=(
                Words(
                    en="The copy has a state and a history of its own. Into a group that is not "
                    "there yet it is put by making that group.",
                    ja="状態と履歴はコピーに引き継ぎません。行き先のグループがなければ作ります。",
                ),
            ),
            options=(PART, TO, TITLE, NOTE, DRY_RUN, JSON),
        ),
        Command(
            name="move",
            run="noroshi.cli.handlers.enable_disable:move",
            help=Words(
                en="put it elsewhere, with its state and history",
                ja="状態と履歴ごと別の場所に移します",
            ),
            more=(
                Words(
                    en="It inherits interval, rules and limits from where it comes to. Also how to "
                    "give it another name.",
                    ja="間隔、実行条件、しきい値は移った先から引き継ぎます。名前を変えるときにも使います。",
                ),
            ),
            options=(PART, TO, NOTE, DRY_RUN, JSON),
        ),
    ),
)
