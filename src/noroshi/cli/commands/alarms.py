"""Alarms: who has one, and what nothing is told of for a while."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.cli.commands.status import MONITOR, ONLY_MONITOR
from noroshi.core.words import Words

ITEM = Option(
    ("--item",),
    Words(
        en="only this item (a volume, a process); else all that are not well",
        ja="この対象 (ボリュームやプロセス) だけ。なければ正常でないものすべて",
    ),
    {"metavar": "ITEM"},
)
SAYING = Option(
    ("--comment",),
    Words(en="a few words for the others", ja="ほかの担当者へのひとこと"),
    {"metavar": "TEXT", "default": ""},
)
ALARMS = Command(
    name="alarms",
    run="noroshi.cli.handlers.alarms:alarms",
    help=Words(
        en="what is not well, since when, who has it, and what was told",
        ja="続いているアラームと、確認した人、知らせた内容を一覧します",
    ),
    options=(ONLY_MONITOR, JSON),
)
ALARM = Command(
    name="alarm",
    help=Words(en="acknowledge an alarm, or comment on it", ja="アラームの確認とコメント"),
    under=(
        Command(
            name="acknowledge",
            run="noroshi.cli.handlers.alarms:acknowledge",
            help=Words(
                en="you have it: repeats stop until it recovers or gets worse",
                ja="確認済みにします。回復か悪化まで、繰り返しの通知は止まります",
            ),
            more=(
                Words(
                    en="The recovery is told all the same.",
                    ja="回復したことは、これまでどおり知らせます。",
                ),
            ),
            options=(MONITOR, ITEM, SAYING, JSON),
        ),
        Command(
            name="take-back",
            run="noroshi.cli.handlers.alarms:take_back",
            help=Words(
                en="nobody has it any more: it is told again as its rules say",
                ja="確認済みを取り消します。実行条件のとおりに、また知らせます",
            ),
            options=(MONITOR, ITEM, SAYING, JSON),
        ),
        Command(
            name="comment",
            run="noroshi.cli.handlers.alarms:comment",
            help=Words(
                en="say something of a monitor, kept with its history",
                ja="監視項目にコメントを付けます。履歴と一緒に残ります",
            ),
            options=(
                MONITOR,
                Option(
                    ("text",),
                    Words(en="what there is to know", ja="コメント"),
                    {"metavar": "TEXT"},
                ),
                Option(
                    ("--item",),
                    Words(
                        en="of this item alone (a volume, a process)",
                        ja="この対象 (ボリュームやプロセス) だけについて",
                    ),
                    {"metavar": "ITEM", "default": ""},
                ),
                JSON,
            ),
        ),
    ),
)
SILENCE = Command(
    name="silence",
    help=Words(en="tell nothing of a place for a while", ja="通知をしばらく停止します"),
    under=(
        Command(
            name="add",
            run="noroshi.cli.handlers.silences:add",
            help=Words(
                en="from now on tell nothing of a place, until a moment",
                ja="いまから、決めた時刻まで通知を停止します",
            ),
            more=(
                Words(
                    en="Watching goes on. What is still bad at the end is told then.",
                    ja="監視は続きます。終わったときにまだ異常なものは、その時点で知らせます。",
                ),
            ),
            options=(
                Option(
                    ("place",),
                    Words(
                        en="instance, instance/group, a monitor, or everything",
                        ja="インスタンス、インスタンス/グループ、監視項目、または everything (全体)",
                    ),
                    {"metavar": "PLACE"},
                ),
                Option(
                    ("--for",),
                    Words(
                        en="for how long: 30m, 2h, 1d (at most 90d)",
                        ja="停止する長さ: 30m、2h、1d (90d まで)",
                    ),
                    {"metavar": "LENGTH", "dest": "length", "default": ""},
                ),
                Option(
                    ("--until",),
                    Words(
                        en='until when, by the node\'s clock: "18:00", "tomorrow 08:00", '
                        '"2026-12-25 06:00"',
                        ja='いつまで (ノードの時計で): "18:00"、"明日 08:00"、"2026-12-25 06:00"',
                    ),
                    {"metavar": "WHEN", "default": ""},
                ),
                Option(
                    ("--reason",),
                    Words(en="why, for those who wonder", ja="停止する理由"),
                    {"metavar": "TEXT", "required": True},
                ),
                JSON,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.silences:list_",
            help=Words(
                en="what is silent, until when, by whom and why",
                ja="通知停止を、期限・担当者・理由とともに一覧します",
            ),
            options=(
                Option(
                    ("--all",),
                    Words(en="those that are over, too", ja="終わったものも表示します"),
                    FLAG,
                ),
                JSON,
            ),
        ),
        Command(
            name="end",
            run="noroshi.cli.handlers.silences:end",
            help=Words(
                en="end one now: what is still bad is told",
                ja="いま終えます。まだ異常なものは、その時点で知らせます",
            ),
            options=(
                Option(
                    ("silence",),
                    Words(
                        en="its place as it was added, or its id, as `noroshi silence list` shows it",
                        ja="停止したときの場所の名前、または `noroshi silence list` に出る ID",
                    ),
                    {"metavar": "SILENCE"},
                ),
                JSON,
            ),
        ),
    ),
)
