"""What `noroshi setup microsoft365` says of the test mail, and of a second route."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import NOTHING, Words

# the test mail

STARTED = Words(
    en="Enter: it runs now   q: leave it for now: ", ja="Enter: 動かした   q: 中断する: "
)
MENDED_OR_WAIT = Words(
    en="Enter: try again now   w: wait until it is through   q: leave it for now: ",
    ja="Enter: いますぐ再試行   w: 通るまで待つ   q: 中断する: ",
)
NOBODY_SENDS = Words(
    en="No node is running, so nobody would send it. In another window: noroshi serve (as a "
    "service: noroshi service install --start)",
    ja="ノードが動いていないため、送信できません。別のウィンドウで noroshi serve を実行してください "
    "(サービスにするなら noroshi service install --start)。",
)
TO = Words(en="Send a test mail to", ja="テストメールの宛先")
ON_ITS_WAY = Words(
    en="A mail to {to} is on its way by {route}; waiting for its receipt.",
    ja="{to} 宛てのメールを {route} で送っています。受領を待っています。",
)
WAITS_STILL = Words(
    en="The test mail to {to} from before still waits ({id}); it is tried now instead of another "
    "one.",
    ja="前回の {to} 宛てのテストメールがまだ送信待ちです ({id})。新しく送らず、これをいま再試行します。",
)
WAITING = Words(
    en="The node tries it again by itself until it is accepted. Enter: try it at once. Ctrl-C leaves; "
    "the mail stays in the queue.",
    ja="受領されるまで、ノードが自動で再試行します。Enter を押すといますぐ再試行します。Ctrl-C で中断しても、"
    "メールはキューに残ります。",
)
NEXT_TRY = Words(
    en="Tried {tried:time|times} so far. Next try at {at}, in {left}.",
    ja="これまでに {tried} 回試しました。次の試行は {at} です (あと{left})。",
)
TRIED_NOW = Words(en="It is tried now.", ja="いま再試行しています。")
ACCEPTED = Words(
    en="Accepted at {at}: the mail to {to}, by route {route}.",
    ja="受領されました ({at}): {to} 宛て、経路 {route}。",
)
NUMBER_OF_IT = Words(en="number  {number}", ja="番号  {number}")
REPLY = Words(en="reply   {reply}", ja="応答  {reply}")
NOT_ARRIVED = Words(
    en="Accepted is not arrived: that the mail lies in the inbox nobody has seen yet. Look there, "
    "and whether it is under “Other” or in Junk Email.",
    ja="受領は到着ではありません。受信トレイに届いたことは、まだ誰も確かめていません。受信トレイを開き、"
    "「その他」や迷惑メールに入っていないかも確かめてください。",
)
DID_IT_ARRIVE = Words(en="Where is it?", ja="どこに届きましたか。")
WHERE_IT_IS = (
    (Words(en="In the inbox", ja="受信トレイ"), NOTHING),
    (Words(en="Under “Other”, or in Junk Email", ja="「その他」か迷惑メール"), NOTHING),
    (Words(en="Nowhere", ja="どこにもない"), NOTHING),
    (Words(en="I will look later", ja="あとで見る"), NOTHING),
)
IT_ARRIVED = Words(
    en="Then it is proved to the very end. That you saw it is written down: noroshi status shows this "
    "route as seen arrived.",
    ja="これで受信トレイまで届くことを確かめられました。記録に残したので、noroshi status ではこの経路が"
    "到達確認と表示されます。",
)
LOOK_FOR_IT = Words(
    en="The administrator finds it under Exchange admin center, Mail flow, Message trace. A report "
    "of non-delivery, if there is one, lies in the mailbox {mailbox}.",
    ja="管理者が Exchange 管理センターの「メール フロー」›「メッセージ追跡」で探せます。配信不能レポートが"
    "あれば、メールボックス {mailbox} に届いています。",
)
WANT_AFTER = Words(
    en="Show the steps that keep alarms out of “Other”, and Sent Items small?",
    ja="「その他」への振り分けと、送信済みアイテムの対策を表示しますか。",
)

# the second route

SECOND = Words(en="A second route", ja="2つ目の送信経路")
WHY_SECOND: Mapping[str, Words] = {
    "graph": Words(
        en="Authenticated SMTP is switched off by policies now and then, and firewalls close port "
        "587. Microsoft Graph goes by HTTPS, from the same mailbox: while one of them is closed, "
        "alarms go by the other.",
        ja="「認証済み SMTP」はポリシーで無効にされることがあり、ポート 587 はファイアウォールで閉じられる"
        "ことがあります。Microsoft Graph は同じメールボックスから HTTPS で送るため、片方が使えない間も"
        "アラームが届きます。",
    ),
    "smtp": Words(
        en="Graph has limits and outages of its own. SMTP goes another way, from the same mailbox: "
        "while one of them is closed, alarms go by the other.",
        ja="Graph にも固有の制限や障害があります。SMTP は同じメールボックスから別の道で送るため、片方が"
        "使えない間もアラームが届きます。",
    ),
}
SECOND_LATER: Mapping[str, Words] = {
    "graph": Words(
        en="To add it: noroshi setup microsoft365 --account {account} --graph",
        ja="追加するには: noroshi setup microsoft365 --account {account} --graph",
    ),
    "smtp": Words(
        en="To add it: noroshi setup microsoft365 --account {account} --smtp",
        ja="追加するには: noroshi setup microsoft365 --account {account} --smtp",
    ),
}
HAS_SECOND = Words(
    en="There is one already: {route} sends from the same mailbox.",
    ja="すでにあります。{route} が同じメールボックスから送信します。",
)
WANT_SECOND: Mapping[str, Words] = {
    "graph": Words(en="Add a route by Graph now?", ja="Graph の経路をいま追加しますか。"),
    "smtp": Words(en="Add a route by SMTP now?", ja="SMTP の経路をいま追加しますか。"),
}
NAME_SECOND = Words(
    en="Let {names} go by {second} whenever {first} cannot?",
    ja="{first} が使えないとき {second} で送るようにしますか ({names})。",
)
NAMED_SECOND = Words(
    en="{names}: {second} takes over now.", ja="{names} に {second} を追加しました。"
)
