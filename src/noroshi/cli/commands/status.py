"""List the commands for what is watched, and how it is."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.words import Words

STATUS = Command(
    name="status",
    run="noroshi.cli.handlers.status:status",
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
DOCTOR = Command(
    name="doctor",
    run="noroshi.cli.handlers.doctor:doctor",
    help=Words(
        en="examine routes and this computer stage by stage; what mends what stopped",
        ja="送信経路とこのコンピューターを段階ごとに診断し、直し方を示します",
    ),
    more=(
        Words(
            en="Nothing is sent: a mail server is asked up to RCPT TO, then all is taken back "
            "(RSET). Without ROUTE it is this computer and all routes.",
            ja="何も送りません。メールサーバーには RCPT TO まで尋ねて取り消します (RSET)。ROUTE を"
            "省略すると、このコンピューターとすべての経路を診断します。",
        ),
    ),
    options=(
        Option(
            ("route",),
            Words(en="name of the route", ja="送信経路の名前"),
            {"metavar": "ROUTE", "nargs": "?", "default": ""},
        ),
        Option(
            ("--to",),
            Words(
                en="recipient to ask for (else the mailbox itself); nothing is sent to it",
                ja="尋ねる宛先 (なければ送信元のメールボックス)。何も送りません",
            ),
            {"metavar": "ADDRESS", "default": ""},
        ),
        Option(
            ("--bundle",),
            Words(
                en="write a new zip file for support as well, without secrets",
                ja="秘密を除いた診断ファイル (zip) も新しく書きます",
            ),
            {"metavar": "FILE", "default": ""},
        ),
        Option(
            ("--mask",),
            Words(
                en="mask mail addresses in that file",
                ja="そのファイルではメールアドレスも伏せます",
            ),
            FLAG,
        ),
        JSON,
    ),
)
MONITOR = Option(
    ("monitor",),
    Words(
        en="instance/group/monitor, or its name alone if only one has it",
        ja="インスタンス/グループ/監視項目。1つしかない名前ならそれだけでも",
    ),
    {"metavar": "MONITOR"},
)
ONLY_MONITOR = Option(
    ("monitor",),
    Words(
        en="only this one: instance/group/monitor, or its name",
        ja="この監視項目だけ (インスタンス/グループ/監視項目、または名前)",
    ),
    {"metavar": "MONITOR", "nargs": "?", "default": ""},
)
TRY = Command(
    name="try",
    run="noroshi.cli.handlers.run_now:try_",
    help=Words(
        en="measure a monitor now, on trial: what is read, judged, and would be told",
        ja="監視項目をいま試します (読み取った値、判定、知らせる内容)",
    ),
    more=(
        Words(
            en="It runs where the node runs. Nothing of it is kept, and nothing is sent.",
            ja="ノードが動いているコンピューターで実行します。結果は保存せず、何も送りません。",
        ),
    ),
    options=(
        MONITOR,
        Option(
            ("--in",),
            Words(
                en="take the definitions of this folder, which need not be in force",
                ja="有効にする前の定義を、このフォルダーから読みます",
            ),
            {"metavar": "DIR", "dest": "folder", "default": ""},
        ),
        JSON,
    ),
)
LOG = Command(
    name="log",
    run="noroshi.cli.handlers.event_log:log",
    help=Words(
        en="what happened; for one monitor also why it was told or not",
        ja="起きたことを表示します。監視項目を指定すると、知らせた理由・知らせなかった理由も",
    ),
    options=(
        ONLY_MONITOR,
        Option(
            ("--last",),
            Words(en="how many (default: 50)", ja="何件まで (既定値: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
CONTACTS = Command(
    name="contacts",
    run="noroshi.cli.handlers.contacts:contacts",
    help=Words(
        en="who is told, in which language, by which rules",
        ja="通知先と、その言語、実行条件を一覧します",
    ),
    options=(JSON,),
)
BEAT = Command(
    name="beat",
    run="noroshi.cli.handlers.beat:beat",
    help=Words(
        en="report that a job ran, for the heartbeat monitor that waits for it",
        ja="ジョブの実行を、heartbeat の監視項目に報告します",
    ),
    more=(
        Words(
            en="It returns once the report is safely kept, and prints nothing.",
            ja="報告が確かに保存された時点で戻り、何も表示しません。",
        ),
    ),
    options=(
        Option(
            ("job",),
            Words(
                en="the job's name, as its monitor has it", ja="監視項目に書いたジョブの名前"
            ),
            {"metavar": "NAME"},
        ),
        Option(
            ("text",),
            Words(en="a few words of its own, for the alarm", ja="アラームに載せるひとこと"),
            {"metavar": "TEXT", "nargs": "?"},
        ),
        Option(
            ("--fail",),
            Words(
                en="it ran, and failed; the words may follow here",
                ja="失敗した、と報告します。ひとことを続けて書けます",
            ),
            {"metavar": "TEXT", "nargs": "?", "const": ""},
        ),
        JSON,
    ),
)
HEALTH = Command(
    name="health",
    run="noroshi.cli.handlers.node:health",
    help=Words(
        en="how Noroshi itself is: lateness, queue, store, disk, clock, version",
        ja="Noroshi 自身の状態を表示します (遅れ、送信キュー、保存先、ディスク、時計、バージョン)",
    ),
    options=(JSON,),
)
PLACES = Command(
    name="places",
    run="noroshi.cli.handlers.node:places",
    help=Words(
        en="where the node listens, and where its files and folders are",
        ja="ノードの待ち受けの場所と、ファイル、フォルダーを表示します",
    ),
    options=(JSON,),
)
