"""The texts of the pages about alarms: acknowledged, silent, under maintenance, commented."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

ALARMS: Mapping[str, Words] = {
    "alarms.title": Words(en="Alarms", ja="アラーム"),
    "alarms.none": Words(en="No alarm is open.", ja="続いているアラームはありません。"),
    "alarms.head": Words(
        en="{count} open, {nobody} not acknowledged",
        ja="続いている{count}件、うち確認待ち{nobody}件",
    ),
    "alarms.calm": Words(en="no alarm is open", ja="続いているものはありません"),
    "alarms.list": Words(en="Open alarms", ja="続いているアラーム"),
    "alarms.filter": Words(en="Which alarms", ja="表示するアラーム"),
    "alarms.all": Words(en="Open {count}", ja="続いている {count}"),
    "alarms.nobody": Words(en="Not acknowledged {count}", ja="確認待ち {count}"),
    "alarms.find": Words(en="Find alarms", ja="アラームを絞り込む"),
    "alarms.find.hint": Words(
        en="Instance, monitor, person", ja="インスタンス、監視項目、担当者"
    ),
    "alarms.find.do": Words(en="Find", ja="絞り込む"),
    "alarms.not_found": Words(
        en="No open alarm fits “{what}”.", ja="「{what}」に当てはまるアラームはありません。"
    ),
    "alarms.all_had": Words(
        en="Every open alarm is acknowledged.", ja="続いているアラームは、すべて確認済みです。"
    ),
    "alarms.pick": Words(en="Choose {what}", ja="{what} を選ぶ"),
    "alarms.pick.head": Words(en="Choose", ja="選択"),
    "alarms.what": Words(en="What", ja="何が"),
    "alarms.way": Words(en="How far it has come", ja="足どり"),
    "alarms.holder": Words(en="Acknowledged", ja="確認"),
    "alarms.not_yet": Words(en="Not acknowledged", ja="確認待ち"),
    "alarms.not_told": Words(en="nobody was told", ja="まだ誰にも知らせていません"),
    "alarms.told_at": Words(en="told at {at}", ja="{at} に知らせました"),
    "alarms.silent": Words(en="silent until {at}", ja="{at} まで通知停止"),
    "alarms.works": Words(en="maintenance until {at}", ja="{at} までメンテナンス"),
    "alarms.moved": Words(en="The alarms have changed:", ja="アラームが変わりました。"),
    "alarms.over": Words(en="ended", ja="終了"),
    "alarms.gone": Words(
        en="It ended meanwhile; it stays here because you have chosen it.",
        ja="このあいだに終わりました。選択中なので、ここに残しています。",
    ),
    "alarms.none_picked": Words(
        en="Choose at least one alarm in the list first.",
        ja="先に、一覧でアラームを1つ以上選んでください。",
    ),
    "alarms.too_many": Words(
        en="{count:alarm is|alarms are} chosen; at most {most} go at once. Nothing was done. The first "
        "{most} of them are still chosen.",
        ja="{count}件選ばれていますが、一度に扱えるのは{most}件までです。何も変更していません。先頭の{most}件は"
        "選んだままにしています。",
    ),
    "alarms.partly": Words(
        en="Of {count} chosen: done {done}, ended before {over}. The others were not done:",
        ja="選んだ{count}件のうち、実行 {done}件、すでに終了 {over}件です。残りは実行できませんでした。",
    ),
    "alarms.were_over": Words(
        en="Of those chosen, ended meanwhile: {count}. They need nothing any more.",
        ja="選んだもののうち{count}件は、そのあいだに終わっていました。対応は要りません。",
    ),
    "alarms.with_picked": Words(en="With those chosen:", ja="選んだアラームを"),
    "alarms.ended": Words(
        en="Alarms that ended within 24 hours", ja="24時間以内に終わったアラーム"
    ),
    "alarms.ended.well": Words(en="recovered: {count}", ja="回復 {count}件"),
    "alarms.ended.unwatched": Words(
        en="no longer watched: {count}", ja="監視の停止・終了 {count}件"
    ),
    "alarms.ended.none": Words(
        en="No alarm has ended within 24 hours.",
        ja="24時間以内に終わったアラームはありません。",
    ),
    "alarms.from_to": Words(en="{begins} to {ends}", ja="{begins} から {ends} まで"),
    "ack.title": Words(en="Acknowledge", ja="確認する"),
    "ack.about": Words(
        en="Tells everybody that somebody knows of it and is working on it. Its level stays as it is.",
        ja="「気づいて、対応している」と全員に知らせます。状態は変わりません。",
    ),
    "ack.words": Words(en="A few words (optional)", ja="ひとこと (任意)"),
    "ack.what": Words(
        en="Repeats stop. When it gets worse it is told again, and it waits to be acknowledged.",
        ja="繰り返しの通知は止まります。悪化したときはまた知らせ、確認待ちに戻ります。",
    ),
    "ack.recovery": Words(
        en="Its recovery is told to everybody who was told of it.",
        ja="回復したら、知らせた全員にもう一度知らせます。",
    ),
    "ack.queue": Words(
        en="A mail that waits in the queue already still goes.",
        ja="すでに送信待ちのメールは、そのまま送られます。",
    ),
    "ack.do": Words(en="Acknowledge", ja="確認する"),
    "ack.back": Words(en="Take it back", ja="確認を取り消す"),
    "ack.done": Words(en="Acknowledged.", ja="確認済みにしました。"),
    "ack.taken_back": Words(
        en="Taken back. It is told again as its rules say.",
        ja="確認を取り消しました。実行条件のとおりに、また知らせます。",
    ),
    "remark.title": Words(en="What people said", ja="担当者の記録"),
    "remark.none": Words(en="Nobody has said anything of it yet.", ja="まだ記録はありません。"),
    "remark.add": Words(en="Comment", ja="コメント"),
    "remark.do": Words(en="Keep the comment", ja="コメントを残す"),
    "remark.done": Words(
        en="The comment is kept with the monitor's history.",
        ja="コメントを、監視項目の履歴と一緒に残しました。",
    ),
    "remark.comment": Words(en="Comment", ja="コメント"),
    "remark.acknowledged": Words(en="Acknowledged", ja="確認済み"),
    "remark.taken_back": Words(en="Taken back", ja="確認の取り消し"),
    "silence.title": Words(en="Silence", ja="通知を止める"),
    "silence.goes_on": Words(en="Watching goes on", ja="監視は続きます"),
    "silence.place": Words(en="Where", ja="対象"),
    "silence.place.help": Words(
        en="Type part of a title or name and choose: an instance, a group, a monitor, or "
        "everything",
        ja="表示名か名前の一部を入れて、候補から選びます: 監視インスタンス、グループ、監視項目、または全体",
    ),
    "silence.length": Words(en="How long", ja="いつまで"),
    "silence.hour": Words(en="1 hour", ja="1時間"),
    "silence.hours": Words(en="{n:hour|hours}", ja="{n}時間"),
    "silence.day": Words(en="1 day", ja="1日"),
    "silence.tomorrow": Words(en="until tomorrow 8:00", ja="明日の 8:00 まで"),
    "silence.moment": Words(en="until the moment below", ja="下の日時まで"),
    "silence.until": Words(en="Until", ja="日時"),
    "silence.until.help": Words(
        en="The node's clock. At most 90 days ahead",
        ja="ノードの時計で指定します。最長90日です",
    ),
    "silence.why": Words(en="Reason", ja="理由"),
    "silence.about": Words(
        en="What is still bad when it ends is told then, once. No silence is without an end.",
        ja="終わったときにまだ異常なら、その時点で1回知らせます。期限のない停止はできません。",
    ),
    "silence.do": Words(en="Silence it", ja="通知を止める"),
    "silence.done": Words(
        en="It is silent. What is still bad at the end is told then.",
        ja="通知を止めました。終わったときにまだ異常なら、その時点で知らせます。",
    ),
    "silence.ended": Words(
        en="The silence is over. What is still bad is told now.",
        ja="通知停止を終えました。まだ異常なものは、いま知らせます。",
    ),
    "silence.now": Words(en="Silent now", ja="止めている通知"),
    "silence.none": Words(en="Nothing is silent.", ja="止めている通知はありません。"),
    "silence.everything": Words(en="everything", ja="全体"),
    "silence.ends": Words(en="until {at}", ja="{at} まで"),
    "silence.by": Words(en="Reason: {why} ({who})", ja="理由: {why} ({who})"),
    "silence.covers": Words(en="monitors: {count}", ja="監視項目 {count}件"),
    "silence.end": Words(en="End it now", ja="いま終える"),
    "silence.notice": Words(
        en="Silent until {at}: {places}. Watching goes on, nothing is told of it.",
        ja="{at} まで通知を止めています: {places}。監視は続いています。",
    ),
    "silence.see": Words(en="What is silent", ja="止めている通知を見る"),
    "works.title": Words(en="Maintenance", ja="メンテナンス"),
    "works.none": Words(en="None is planned.", ja="予定はありません。"),
    "works.now": Words(en="under way until {ends}", ja="{ends} まで実施中"),
    "works.weekly": Words(en="each week", ja="毎週"),
    "works.every_day": Words(en="every day", ja="毎日"),
    "works.once": Words(en="once", ja="1回"),
    "works.notice": Words(
        en="Maintenance until {at}: {places}. Watching goes on, nothing is told of it.",
        ja="{at} までメンテナンス中です: {places}。監視は続けますが、通知はしません。",
    ),
    "works.see": Words(en="What is planned", ja="メンテナンスの予定を見る"),
    "works.plan": Words(en="Plan maintenance", ja="メンテナンスを予定する"),
    "works.about": Words(
        en="While planned work goes on, nothing is told; watching goes on. It stands in the definitions, as in the files.",
        ja="計画した作業の間は通知しません。監視は続きます。定義の一部なので、ファイルでも同じように扱えます。",
    ),
    "works.list": Words(en="Planned", ja="予定"),
    "works.next": Words(en="Under way, and next", ja="実施中と次の予定"),
    "works.place": Words(en="Where", ja="対象"),
    "works.place.help": Words(
        en="Type part of a title or name and choose: an instance, a group, or a monitor",
        ja="表示名か名前の一部を入れて、候補から選びます: 監視インスタンス、グループ、監視項目",
    ),
    "works.what": Words(en="What is done", ja="作業の内容"),
    "works.sort": Words(en="How often", ja="繰り返し"),
    "works.sort.weekly": Words(en="each week", ja="毎週"),
    "works.sort.once": Words(en="once", ja="1回だけ"),
    "works.begins": Words(en="Begins", ja="開始"),
    "works.ends": Words(en="Ends", ja="終了"),
    "works.days": Words(
        en="On these days (none: every day)", ja="始まる曜日 (選ばなければ毎日)"
    ),
    "works.mon": Words(en="Mon", ja="月"),
    "works.tue": Words(en="Tue", ja="火"),
    "works.wed": Words(en="Wed", ja="水"),
    "works.thu": Words(en="Thu", ja="木"),
    "works.fri": Words(en="Fri", ja="金"),
    "works.sat": Words(en="Sat", ja="土"),
    "works.sun": Words(en="Sun", ja="日"),
    "works.once.help": Words(
        en="For once: day and time. Each week: the time alone counts. An end that is earlier is on the next day. The instance's time zone.",
        ja="1回だけのときは日付と時刻、毎週のときは時刻を使います。終了が開始より前なら翌日とみなします。監視インスタンスのタイムゾーンです。",
    ),
    "works.date": Words(en="Day", ja="日付"),
    "works.time": Words(en="Time", ja="時刻"),
    "works.do": Words(en="Plan it", ja="予定する"),
    "works.done": Words(en="Planned.", ja="予定しました。"),
    "works.remove": Words(en="Take out", ja="予定を外す"),
    "works.removed": Words(en="Taken out.", ja="予定を外しました。"),
    "works.past": Words(
        en="It would be over already: the end, {given}, is in the past.",
        ja="終了の {given} はすでに過ぎています。これからの日時にしてください。",
    ),
    "works.not_all": Words(
        en="Maintenance is planned for an instance, a group or a monitor, not for everything. To "
        "keep everything silent for a while, use Silence on the page of alarms.",
        ja="メンテナンスは、監視インスタンス、グループ、監視項目のどれかに予定します。全体には予定できません。"
        "全体の通知をしばらく止めるには、「アラーム」の「通知を止める」を使ってください。",
    ),
    "place.none": Words(
        en="There is no instance, group or monitor “{given}”.",
        ja="「{given}」という監視インスタンス、グループ、監視項目はありません。",
    ),
    "place.near": Words(
        en="There is no instance, group or monitor “{given}”. Is one of these meant? {near}",
        ja="「{given}」という監視インスタンス、グループ、監視項目はありません。次のどれかでしょうか: {near}",
    ),
    "place.several": Words(
        en="{count:place is|places are} called “{given}”. Say which: {near}",
        ja="「{given}」は{count}件あります。どれかを選んでください: {near}",
    ),
    "works.gone": Words(
        en="It is not there any more; somebody changed it meanwhile.",
        ja="その予定はもうありません。ほかの人が先に変更しました。",
    ),
    "overview.had": Words(
        en="{wrong} of {count:monitor is|monitors are} not OK, {had} acknowledged.",
        ja="監視項目{count}件のうち{wrong}件が正常ではありません。{had}件は確認済みです。",
    ),
}
