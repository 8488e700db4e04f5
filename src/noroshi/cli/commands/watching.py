"""What is watched, and how it is."""

from __future__ import annotations

from noroshi.cli.commands.parts import FLAG, JSON, Command, Option
from noroshi.core.words import Words

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
