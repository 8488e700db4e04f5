"""Hold what the drill says."""

from __future__ import annotations

from noroshi.core.words import Words

ABOUT = Words(
    en="Walks a running node through the ten most likely failures of the mail path, and reports "
    "how each was noticed, told and survived. The lab is left as it was found.",
    ja="動いているノードで、メール送信に起こりやすい10の障害を順に起こし、それぞれをどう検知し、"
    "どう知らせ、アラームがどう届いたかを報告します。終わるとラボを元の状態に戻します。",
)
FRESH = Words(
    en="set up a lab and a node with two routes for it, and remove both afterwards",
    ja="訓練用のラボと、送信経路が2本のノードを用意し、終わったら削除します",
)
ONLY = Words(
    en="these alone, with commas between: {names}",
    ja="一部だけ行います (コンマ区切り): {names}",
)
JSON = Words(en="for programs", ja="プログラム向けの形式で出力します")
NO_FAILURE = Words(
    en="there is no failure {given}; there are: {names}",
    ja="{given} という障害はありません。あるもの: {names}",
)

# before it begins
SETTING_UP = Words(
    en="Setting up a lab and a node with two routes in {folder} …",
    ja="ラボと、送信経路が2本のノードを {folder} に用意しています…",
)
HEAD = Words(
    en="Drill: {count:failure|failures} of the mail path, one after the other.\n"
    "  first route:  {first} ({user} at Microsoft 365, simulated by the lab)\n"
    "  second route: {second}\n"
    "  told are:     {contact} ({to})",
    ja="訓練: メール送信の障害を{count}件、順に起こします。\n"
    "  1本目の経路: {first} (ラボが模擬する Microsoft 365 の {user})\n"
    "  2本目の経路: {second}\n"
    "  通知先:      {contact} ({to})",
)
READY = Words(
    en="Both routes are well, and a first mail came by {first}.",
    ja="どちらの経路も正常で、最初のメールは {first} から届きました。",
)
NOT_TO_LAB = Words(
    en="No rule of this node names a route to the Microsoft 365 of this lab (kind smtp, an account "
    "of its cloud) and after it a route that goes elsewhere. Define both, or let the drill set "
    "up a node of its own: noroshi lab drill --fresh",
    ja="このラボの Microsoft 365 への経路 (kind は smtp、account はラボのクラウド) と、その次にほかへの"
    "経路を並べた実行条件が、このノードの定義にありません。両方を定義するか、noroshi lab drill --fresh で"
    "訓練用のノードを用意してください。",
)
NOT_WELL = Words(
    en="Route {route} is not well before the drill has begun ({why}). See: noroshi status",
    ja="訓練の前から経路 {route} が使えません ({why})。noroshi status で確かめてください。",
)
MAILS_WAIT = Words(
    en="{count:mail waits|mails wait} already, and the drill would mix with them. See: noroshi queue list",
    ja="送信待ちのメールがすでに{count}通あり、訓練と混ざります。noroshi queue list で"
    "確かめてください。",
)

# the mails that it sends
FIRST_MAIL = Words(en="Drill: before the first failure", ja="訓練: 障害を起こす前の1通")
ALARM = Words(en="Drill, an alarm while: {title}", ja="訓練のアラーム: {title}")
LONE = Words(
    en="Drill, by {first} alone, while: {title}", ja="訓練、{first} だけで送るもの: {title}"
)
BODY = Words(
    en="This mail is part of a drill (noroshi lab drill). Nobody has to act.",
    ja="訓練 (noroshi lab drill) のメールです。対応は要りません。",
)

# what is reported of each
LABELS = {
    "noticed": Words(en="noticed", ja="検知"),
    "told": Words(en="told", ja="通知"),
    "survived": Words(en="survived", ja="到達"),
    "mended": Words(en="mended", ja="復旧"),
}
UNTOUCHED = Words(
    en="nothing is wrong: {first} signs in by OAuth 2.0, not by a password",
    ja="影響はありません。{first} はパスワードではなく OAuth 2.0 でサインインします",
)
TOLD_BY = Words(en="by {route}: {subject}", ja="{route} 経由: {subject}")
NOT_BY_MAIL = Words(
    en="on record with the mail (noroshi queue show), as nobody has to act",
    ja="対応が要らないので、メールの記録に残すだけです (noroshi queue show)",
)
NEED_NOT = Words(en="there is nothing to tell", ja="知らせることはありません")
WHEN_LONGER = Words(
    en="in noroshi status; by mail once it has lasted longer than the limit of the node's monitor",
    ja="noroshi status に表示。ノード自身の監視項目のしきい値より長く続くと、メールでも知らせます",
)
CAME = Words(en="the alarm came by {route}", ja="アラームは {route} から届きました")
CAME_HELD = Words(
    en="the alarm came by {route}; what may leave by {first} alone is held",
    ja="アラームは {route} から届きました。{first} だけで送るものは、送らずに待たせています",
)
BOTH_CAME = Words(
    en="both mails came, by {routes}; nothing lost, nothing twice",
    ja="2通とも届きました ({routes})。失われたものも、重複したものもありません",
)
BOTH_CAME_TWICE = Words(
    en="both mails came; {twice} of them twice under one Message-ID, as no answer had said that it "
    "was taken",
    ja="2通とも届きました。うち{twice}通は、受領の返事がなかったため、同じ Message-ID で2回届きました",
)
WELL_AGAIN = Words(
    en="{how}; {first} is well again, and what it held came by it: nothing lost, nothing twice",
    ja="{how}。{first} は正常に戻り、待たせていたものも届きました。失われたものも、"
    "重複したものもありません",
)
WAITING = Words(en="… {what} ({span} s)", ja="… {what} ({span}秒)")
PASSED = Words(en="○ passed ({span})", ja="○ 合格 ({span})")
FAILED = Words(en="◆ failed: {why}", ja="◆ 不合格: {why}")

# why it did not pass
IN_VAIN = Words(en="not {what} within {span}", ja="{span}以内に確認できませんでした: {what}")
TWICE = Words(en="{subject}: came {count:time|times}", ja="{subject}: {count}回届きました")
BY_OTHER = Words(
    en="{subject}: came by {route}, which it may not use",
    ja="{subject}: 使えないはずの {route} から届きました",
)
STILL_SCRIPTED = Words(
    en="the node did not run into what was prepared: {faults}",
    ja="仕掛けた障害に当たりませんでした: {faults}",
)

# the end
HEADS = (
    Words(en="", ja=""),
    Words(en="FAILURE", ja="障害"),
    Words(en="NOTICED", ja="検知"),
    Words(en="TOLD", ja="通知"),
    Words(en="SURVIVED", ja="到達"),
    Words(en="MENDED", ja="復旧"),
)
ALL_PASSED = Words(
    en="All {count} passed in {span}. Alarms lost: {lost}.",
    ja="{count}件すべて合格です ({span})。失われたアラーム: {lost}件。",
)
SOME_FAILED = Words(
    en="{bad} of {count} failed ({span}). Alarms lost: {lost}.",
    ja="{count}件のうち{bad}件が不合格です ({span})。失われたアラーム: {lost}件。",
)
AS_FOUND = Words(en="The lab is as it was found.", ja="ラボを元の状態に戻しました。")
STOPPED = Words(
    en="Stopped. The lab is as it was found.", ja="中止し、ラボを元の状態に戻しました。"
)
STOPPED_FRESH = Words(
    en="Stopped; lab, node and folder were removed.",
    ja="中止し、ラボ、ノード、フォルダーを削除しました。",
)
NOT_AS_FOUND = Words(
    en="The lab could not be put back: {why}", ja="ラボを元の状態に戻せませんでした: {why}"
)
CANNOT = Words(en="The drill cannot begin: {why}", ja="訓練を始められません: {why}")
ENDED = Words(en="{what} ended by itself: {tail}", ja="{what} が終了しました: {tail}")
