"""The sentences of notices, in both languages."""

from __future__ import annotations

from noroshi.core.notices.notice import Failure
from noroshi.core.words import Words

NOTICE = Words(en="NOTICE", ja="お知らせ")
MORE = Words(en="and {count} more", ja="ほか{count}件")
AND_MORE = Words(en="{first} and {count} more", ja="{first} ほか{count}台")
MONITORS = Words(en="{name}: {count:monitor|monitors}", ja="{name}: {count}項目")
AT = Words(en="At", ja="時刻")
NODE = Words(en="Node", ja="ノード")
VERSION = Words(en="Version", ja="版")
WHO = Words(en="Applied by", ja="取り込んだ人")
NOTE = Words(en="Note", ja="メモ")
MAIL = Words(en="Mail", ja="メール")
SUBJECT = Words(en="Subject", ja="件名")
CONTACT = Words(en="Contact", ja="通知先")
ROUTE = Words(en="Route", ja="送信経路")
ANSWER = Words(en="It said", ja="返答")
CAUSE = Words(en="Because", ja="理由")
SINCE = Words(en="From", ja="開始")
UNTIL = Words(en="Until", ja="終了")
TO_DO = Words(en="What to do", ja="対処")

STARTED = Words(en="{where}: monitoring started", ja="{where}: 監視を開始しました")
STARTED_SO = {
    False: Words(
        en="The node {node} has started, and watches what is listed here.",
        ja="ノード {node} が起動し、次の監視を始めました。",
    ),
    True: Words(
        en="Version {version} of the definitions names what is listed here for the first time.",
        ja="定義の版 {version} で加わったため、次の監視を始めました。",
    ),
}
STOPPED = Words(en="{where}: monitoring stopped", ja="{where}: 監視を停止しました")
STOPPED_SO = {
    False: Words(
        en="The node {node} was told to stop. Until it starts again nobody watches, and no "
        "alarm will be raised.",
        ja="ノード {node} が停止の指示を受けました。次に起動するまで監視は行われず、"
        "アラームも出ません。",
    ),
    True: Words(
        en="Version {version} of the definitions no longer names what is listed here.",
        ja="定義の版 {version} で対象から外れたため、次の監視を終わりました。",
    ),
}
CHANGED = Words(
    en="settings changed (version {version})", ja="設定が変わりました (版 {version})"
)
CHANGED_SO = Words(
    en="Version {version} of the definitions is in force.",
    ja="定義の版 {version} が有効になりました。",
)
CHANGED_ALL = Words(
    en="settings changed (versions {first} to {version})",
    ja="設定が変わりました (版 {first}～{version})",
)
CHANGED_ALL_SO = Words(
    en="Versions {first} to {version} of the definitions came into force one after the other. This "
    "is what they changed together.",
    ja="定義の版 {first}～{version} が続けて有効になりました。まとめて、次のように変わりました。",
)
UNSEEN = Words(
    en="It was applied while no node was running.",
    ja="ノードが動いていない間に取り込まれたものです。",
)
DIFFERENCES = Words(en="What differs ({count})", ja="変わった点 ({count}件)")
NOBODY_KNOWN = Words(en="not known", ja="不明")
FAILED = {
    Failure.TEXT: Words(
        en="the text of rule {name} failed", ja="実行条件 {name} の文面が使えません"
    ),
    Failure.ROUTE: Words(
        en="route {name} refused a mail", ja="送信経路 {name} がメールを拒否しました"
    ),
    Failure.ADDRESS: Words(
        en="an address of {name} was refused", ja="通知先 {name} の宛先が拒否されました"
    ),
}
INSTEAD = {
    Failure.TEXT: Words(
        en="The mail was sent with the built-in text. Mend the rule's subject or text; until "
        "then its mails have the built-in one.",
        ja="標準の文面で送っています。実行条件の件名か本文を直すまで、標準の文面になります。",
    ),
    Failure.ROUTE: Words(
        en="The mail goes on by its next route.", ja="メールは次の送信経路で送ります。"
    ),
    Failure.ADDRESS: Words(
        en="The contact's other addresses have the mail. Mend or remove the address.",
        ja="通知先のほかの宛先には届けています。この宛先を直すか、外してください。",
    ),
}
ONCE_A_DAY = Words(
    en="The same failure is not told again before tomorrow (UTC).",
    ja="同じ失敗は、明日 (UTC) まであらためてお知らせしません。",
)
ASIDE = Words(en="a mail to {contact} was set aside", ja="{contact} 宛てのメールを送れません")
ASIDE_SO = Words(
    en="Every route refused it. It is kept in the queue until somebody acts.",
    ja="すべての送信経路に拒否されました。どなたかが対処するまで、送信キューに保留します。",
)
ASIDE_DO = Words(
    en="mend the address, then: noroshi queue edit {mail}",
    ja="宛先を直してください: noroshi queue edit {mail}",
)
UNREAD_SO = Words(
    en="What the store has of it cannot be read. That is a fault of Noroshi's own, not of a route or "
    "an address. The record is kept as it is; all other mail goes on.",
    ja="保存先にある記録を読み取れません。送信経路や宛先ではなく、Noroshi 側の問題です。記録はそのまま残し、"
    "ほかのメールの送信は続けています。",
)
UNREAD_DO = Words(
    en="what it was about: noroshi log. Where an older Noroshi runs than the one that wrote it, update, "
    "then: noroshi queue release {mail}",
    ja="内容は noroshi log で確かめてください。以前より古い版の Noroshi を使っている場合は、新しい版にしてから"
    "送信してください: noroshi queue release {mail}",
)
CAME_BACK = Words(
    en="a mail to {contact}, {address}, came back",
    ja="{contact} ({address}) 宛てのメールが戻ってきました",
)
CAME_BACK_SO = Words(
    en="It was accepted, and a report came afterwards that it could not be delivered. Whoever it "
    "was for has not seen it.",
    ja="一度は受領されましたが、あとから配信不能の通知が届きました。宛先には届いていません。",
)
CAME_BACK_DO = Words(
    en="mend the address of contact {contact}; what was in it: noroshi queue show {mail}",
    ja="通知先 {contact} の宛先を直してください。内容を見るには: noroshi queue show {mail}",
)
TAKEN = Words(en="Accepted at", ja="受領時刻")
CAME_AT = Words(en="Came back at", ja="戻った時刻")
ALL_WELL = Words(
    en="all is well: {count:monitor|monitors} OK", ja="異常はありません: 正常 {count}項目"
)
NOT_WELL = Words(
    en="not OK: {bad} of {count:monitor|monitors}",
    ja="{count}項目のうち {bad}項目が正常ではありません",
)
NONE_WATCHED = Words(en="nothing is watched", ja="監視しているものがありません")
REPORT_ON = Words(en="Report on", ja="対象")
COUNTS = Words(en="Monitors", ja="監視項目")
COUNTED = Words(
    en="{well} OK, {bad} not OK, {unseen} not measured yet",
    ja="正常 {well}、正常以外 {bad}、未測定 {unseen}",
)
ALL_STOPPED = Words(
    en="monitoring is stopped: {count:monitor|monitors}", ja="監視を停止しています: {count}項目"
)
AND_STOPPED = Words(
    en="{counted}, {stopped} stopped by hand", ja="{counted}、監視停止中 {stopped}"
)
AND_SILENT = Words(
    en="{counted}; nothing is told of {silent} (silence or maintenance)",
    ja="{counted}。うち通知停止またはメンテナンス中 {silent}",
)
ALARMS = Words(en="Alarms", ja="アラーム")
TALLIED = Words(
    en="{all} since {since}: {accepted} accepted, {back} came back, {waiting} waiting, {aside} set aside, "
    "{dropped} given up by a person, {lost} lost",
    ja="{since} から {all}件: 受領 {accepted}、不達 {back}、待機 {waiting}、保留 {aside}、"
    "取りやめ {dropped}、失われたもの {lost}",
)
QUEUE = Words(en="Queue now", ja="送信キュー")
QUEUED = Words(
    en="{waiting:mail|mails} waiting, {held} held, {aside} set aside",
    ja="待機中のメール {waiting}通、停止中 {held}通、保留 {aside}通",
)
LATE = Words(
    en="It was due at {due}, when nobody watched.",
    ja="本来は {due} の分ですが、監視が止まっていました。",
)
UNWATCHED = Words(en="nobody watched for {span}", ja="{span}の間、監視していませんでした")
UNWATCHED_SO = {
    False: Words(
        en="Noroshi was not running. What happened in that time is not known; what is bad now "
        "is told as usual.",
        ja="Noroshi が動いていませんでした。その間のことは分かりません。"
        "いま異常があれば、通常どおりお知らせします。",
    ),
    True: Words(
        en="The process of Noroshi stood still, or its computer slept. What happened in that "
        "time is not known; what is bad now is told as usual.",
        ja="Noroshi のプロセスかコンピューターが止まっていました。その間のことは分かりません。"
        "いま異常があれば、通常どおりお知らせします。",
    ),
}
MISSED = Words(
    en="Fixed times that were missed ({count}); each is measured now",
    ja="過ぎてしまった決まった時刻の測定 ({count}件)。いま測定しています",
)
SINCE_THEN = Words(en="since {at}", ja="{at} から")
FOOTER = Words(
    en="Noroshi / notice: {event}. Who gets which stands in the definitions, in notifications/.",
    ja="Noroshi / お知らせの種類: {event}。送り先は定義の notifications/ で決まります。",
)
