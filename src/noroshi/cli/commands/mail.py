"""Mail: sending, and what waits."""

from __future__ import annotations

from noroshi.cli.commands.spec import ID, JSON, Command, Option
from noroshi.core.words import Words

SEND = Command(
    name="send",
    run="noroshi.cli.handlers.send:send",
    help=Words(en="send a mail by the node's routes", ja="ノードの経路でメールを送ります"),
    more=(
        Words(
            en="It prints the id once the mail is safely queued, and says within three seconds whether it "
            "went out, or waits and why.",
            ja="送信キューに確かに入った時点で ID を表示し、送信できたか、何を待っているかを3秒以内に示します。",
        ),
        Words(
            en="Exit codes: 0 sent, that is accepted by the other side for every address; 6 it waits; "
            "7 no node runs; 8 refused, set aside or held. With 6 to 8 the mail is kept in the "
            "queue: do not send it again.",
            ja="終了コード: 0 送信済み (相手側がすべての宛先について受け付けた)、6 待機中、7 ノードが"
            "動いていない、8 拒否・保留・停止。6〜8ではメールは送信キューに残っているため、送り直さないでください。",
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
            run="noroshi.cli.handlers.queue:list_",
            help=Words(en="what waits, and what was set aside", ja="待機中と保留の一覧"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.queue:show",
            help=Words(
                en="one mail: attempts, answers, next try and why",
                ja="1通の詳細: 試行、相手の返事、次の送信とその理由",
            ),
            options=(ID, JSON),
        ),
        Command(
            name="retry",
            run="noroshi.cli.handlers.queue:retry",
            help=Words(
                en="try one again now, also if it was set aside",
                ja="1通をいますぐ再試行します (保留中のものも)",
            ),
            options=(ID,),
        ),
        Command(
            name="hold",
            run="noroshi.cli.handlers.queue:hold",
            help=Words(
                en="keep one from leaving, and what follows it",
                ja="1通の送信を止めます (同じ監視項目の後続も待ちます)",
            ),
            options=(ID,),
        ),
        Command(
            name="release",
            run="noroshi.cli.handlers.queue:release",
            help=Words(
                en="let one go that was held or set aside",
                ja="止めた1通、または保留の1通を送信に戻します",
            ),
            options=(ID,),
        ),
        Command(
            name="seen",
            run="noroshi.cli.handlers.queue:seen",
            help=Words(
                en="say that one lies in the inbox: it is kept as seen arrived, with your name",
                ja="1通が受信トレイに届いたことを、名前とともに記録します (到達確認)",
            ),
            options=(ID,),
        ),
        Command(
            name="drop",
            run="noroshi.cli.handlers.queue:drop",
            help=Words(
                en="give one up: it stays on record, and is never sent",
                ja="1通の送信を取りやめます (記録には残ります)",
            ),
            options=(ID,),
        ),
        Command(
            name="edit",
            run="noroshi.cli.handlers.queue:edit",
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
LEDGER = Command(
    name="ledger",
    run="noroshi.cli.handlers.ledger:ledger",
    help=Words(
        en="each alarm: its mail, all attempts, what became of it; and that none is lost",
        ja="アラームごとの送信結果を表示し、失われたものがないことを確かめます",
    ),
    options=(
        Option(
            ("--alarm",),
            Words(
                en="this one in full: its number stands at the foot of its mail",
                ja="この1件を詳しく表示します (番号はメールの末尾にあります)",
            ),
            {"metavar": "ID", "default": ""},
        ),
        Option(
            ("--last",),
            Words(en="how many (default: 50)", ja="何件まで (既定値: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
