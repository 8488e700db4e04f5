"""The texts of the overview, of the tree and of a monitor's page, and of what is done with instances,
groups and monitors: disabled, run now, copied, added."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

WATCHING: Mapping[str, Words] = {
    "overview.title": Words(en="Overview", ja="概況"),
    "overview.well": Words(
        en="Nothing is wrong. Monitors: {count}, all OK.",
        ja="問題はありません。監視項目{count}件はすべて正常です。",
    ),
    "overview.well_one": Words(
        en="Nothing is wrong. The only monitor is OK.",
        ja="問題はありません。監視項目1件は正常です。",
    ),
    "overview.only_well": Words(
        en="Monitors: {count}, all OK. But {routes}.",
        ja="監視項目{count}件はすべて正常です。ただし、{routes}。",
    ),
    "overview.only_not_yet": Words(
        en="Not measured yet: {new} of {count:monitor|monitors}. And {routes}.",
        ja="監視項目{count}件のうち{new}件は最初の測定待ちです。また、{routes}。",
    ),
    "overview.but.ill": Words(en="the routes need a look", ja="送信経路に注意が必要です"),
    "overview.but.doubted": Words(
        en="the last diagnosis of a route failed, so alarms may not leave",
        ja="直近の診断に失敗した送信経路があり、アラームを送れないおそれがあります",
    ),
    "overview.but.unproved": Words(
        en="{bad} of {all:route has|routes have} sent nothing yet",
        ja="送信経路{all}本のうち{bad}本はまだ送信実績がありません",
    ),
    "overview.well_but_own": Words(
        en="Monitors that are OK: all {count}. But Noroshi itself needs a look.",
        ja="監視項目{count}件はすべて正常ですが、Noroshi 自体に問題があります。",
    ),
    "overview.not_yet_own": Words(
        en="Not measured yet: {new} of {count:monitor|monitors}. Noroshi itself needs a look.",
        ja="監視項目{count}件のうち{new}件は最初の測定待ちです。Noroshi 自体に問題があります。",
    ),
    "overview.none": Words(en="Nothing is watched yet.", ja="まだ何も監視していません。"),
    "overview.begin": Words(
        en="Begin with what shall be watched.", ja="まず監視するものを決めてください。"
    ),
    "overview.wrong": Words(
        en="{wrong} of {count:monitor needs|monitors need} a look.",
        ja="監視項目{count}件のうち{wrong}件に注意が必要です。",
    ),
    "overview.not_yet": Words(
        en="Nothing is wrong so far. Not measured yet: {new} of {count:monitor|monitors}.",
        ja="いまのところ問題はありません。監視項目{count}件のうち{new}件は最初の測定待ちです。",
    ),
    "overview.cannot_send": Words(
        en="Alarms may not leave: {bad} of {all:route|routes} cannot send.",
        ja="アラームを送れないおそれがあります。送信経路{all}本のうち{bad}本が使えません。",
    ),
    "overview.cannot_send_any": Words(
        en="Alarms cannot leave: no route can send now.",
        ja="アラームを送れません。使える送信経路がありません。",
    ),
    "overview.now": Words(en="Wrong now", ja="いまの問題"),
    "overview.more": Words(
        en="and {more} more; the tree shows all",
        ja="ほかに{more}件。ツリーですべて確認できます",
    ),
    "overview.calm": Words(en="Nothing is wrong now.", ja="いま問題はありません。"),
    "overview.calm_but": Words(
        en="The monitors report nothing.", ja="監視項目に問題は出ていません。"
    ),
    "overview.calm_but_own": Words(
        en="The monitors report nothing, but Noroshi itself is in trouble: see above.",
        ja="監視項目に問題は出ていませんが、Noroshi 自体に問題があります (上の表示)。",
    ),
    "overview.levels": Words(en="Monitors by level", ja="レベルごとの監視項目数"),
    "overview.way": Words(en="The way alarms leave", ja="アラームが出ていく経路"),
    "level.new": Words(en="Not measured yet", ja="測定待ち"),
    "live.on": Words(en="live", ja="自動更新中"),
    "live.off": Words(
        en="The connection is lost: this page may be out of date. Trying again.",
        ja="接続が切れました。表示が古いおそれがあります。再接続しています。",
    ),
    "live.days": Words(en="{n} d", ja="{n}日"),
    "live.hours": Words(en="{n} h", ja="{n}時間"),
    "live.minutes": Words(en="{n} min", ja="{n}分"),
    "live.moment": Words(en="just now", ja="たった今"),
    "since": Words(en="since {at}", ja="{at} から"),
    "relay": Words(en="How far the alarm has come", ja="アラームの足どり"),
    "relay.seen": Words(en="Seen", ja="検知"),
    "relay.recorded": Words(en="Recorded", ja="記録"),
    "relay.sent": Words(en="Sent", ja="送信"),
    "relay.accepted": Words(en="Accepted", ja="受領"),
    "relay.arrived": Words(en="Seen arrived", ja="到達確認"),
    "relay.done": Words(en="done", ja="済み"),
    "relay.not_yet": Words(en="not yet", ja="まだ"),
    "relay.stuck": Words(en="stopped here", ja="ここで止まっています"),
    "relay.held": Words(en="held by hand", ja="手動で停止中"),
    "relay.set_aside": Words(en="set aside", ja="保留"),
    "relay.dropped": Words(en="given up", ja="取りやめ"),
    "relay.came_back": Words(en="came back", ja="不達"),
    "relay.again": Words(en="tried again", ja="再試行待ち"),
    "relay.none": Words(
        en="Among the newest alarms there is none of this.",
        ja="直近のアラームに、この件のものはありません。",
    ),
    "lost.title": Words(en="Alarms lost", ja="失われたアラーム"),
    "lost.none": Words(
        en="Every alarm ever raised is accounted for.",
        ja="これまでの全アラームの行方が分かっています。",
    ),
    "lost.not_sure": Words(
        en="Not certain while Noroshi itself is in trouble.",
        ja="Noroshi 自体に問題がある間は、確かではありません。",
    ),
    "lost.some": Words(
        en="What became of them is not known: see the ledger.",
        ja="行方の分からないアラームがあります。「台帳」で確かめてください。",
    ),
    "lost.raised": Words(en="Alarms raised", ja="発生したアラーム"),
    "lost.accepted": Words(en="Alarms accepted", ja="受領されたアラーム"),
    "lost.came_back": Words(en="Alarms that came back", ja="不達のアラーム"),
    "lost.waiting": Words(en="Alarms waiting", ja="待機中のアラーム"),
    "lost.held": Words(en="Alarms held by hand", ja="手動で停止中のアラーム"),
    "lost.set_aside": Words(en="Alarms set aside", ja="保留中のアラーム"),
    "lost.dropped": Words(en="Alarms given up", ja="取りやめたアラーム"),
    "routes.title": Words(en="Routes", ja="送信経路"),
    "routes.none": Words(
        en="There is no route, so no alarm can leave.",
        ja="送信経路がないため、アラームを送れません。",
    ),
    "routes.well": Words(en="ready", ja="使えます"),
    "routes.unproved": Words(en="not proved yet", ja="送信実績なし"),
    "routes.in_vain": Words(en="the diagnosis failed: {stage}", ja="診断で失敗: {stage}"),
    "routes.down": Words(en="down", ja="使えません"),
    "routes.not_signed_in": Words(en="not signed in", ja="未サインイン"),
    "routes.needs_somebody": Words(en="needs somebody", ja="要対応"),
    "routes.accepted": Words(en="Last accepted", ja="最終受領"),
    "routes.never": Words(en="not yet", ja="まだありません"),
    "routes.arrived": Words(en="Seen arrived", ja="到達確認"),
    "routes.not_looked": Words(en="not looked at", ja="確かめていません"),
    "routes.not_seen": Words(en="none yet", ja="まだありません"),
    "routes.took": Words(en="{at} (took {n} s)", ja="{at} (所要{n}秒)"),
    "routes.seen_by": Words(en="{at} (seen by {by})", ja="{at} ({by} が確認)"),
    "routes.sign_in": Words(en="Sign-in", ja="サインイン"),
    "routes.renewed": Words(en="renewed {at}", ja="{at} に更新"),
    "routes.queue": Words(en="Mails waiting", ja="待機中のメール"),
    "routes.next_try": Words(en="Next try", ja="次の試行"),
    "routes.left": Words(
        en="Secret or certificate: {days:day|days} left",
        ja="シークレットまたは証明書: あと{days}日",
    ),
    "routes.ended": Words(
        en="Secret or certificate: it has ended", ja="シークレットまたは証明書: 期限切れ"
    ),
    "routes.ends": Words(en="ends {day}", ja="期限 {day}"),
    "routes.by_next": Words(
        en="the second of two is in use", ja="次のシークレットまたは証明書を使用中"
    ),
    "queue.title": Words(en="Queue", ja="送信キュー"),
    "queue.mails": Words(en="Mails waiting", ja="待機中のメール"),
    "queue.alarms": Words(en="Alarms in them", ja="含まれるアラーム"),
    "queue.oldest": Words(en="Oldest since", ja="最も古いもの"),
    "queue.held": Words(en="Mails held by hand", ja="手動で停止中のメール"),
    "queue.set_aside": Words(en="Mails set aside", ja="保留中のメール"),
    "tree.title": Words(en="Tree", ja="ツリー"),
    "tree.about": Words(en="Tree of monitors", ja="監視項目のツリー"),
    "tree.counts": Words(
        en="instances: {instances}, monitors: {count}",
        ja="インスタンス{instances}、監視項目{count}",
    ),
    "tree.open": Words(en="Show", ja="表示する"),
    "monitor.measured": Words(en="measured {at}", ja="測定 {at}"),
    "monitor.recent": Words(en="Recent values", ja="最近の値"),
    "monitor.no_values": Words(en="There are no values yet.", ja="まだ値がありません。"),
    "monitor.chart": Words(
        en="{name}: lowest {low}, highest {high}, now {now}",
        ja="{name}: 最低 {low}、最高 {high}、現在 {now}",
    ),
    "monitor.values": Words(en="As a table", ja="表で見る"),
    "monitor.time": Words(en="Time", ja="時刻"),
    "monitor.value": Words(en="Value", ja="値"),
    "monitor.readings": Words(en="Now", ja="現在の状態"),
    "monitor.item": Words(en="Item", ja="対象"),
    "monitor.level": Words(en="Level", ja="レベル"),
    "monitor.what": Words(en="What was found", ja="内容"),
    "monitor.since": Words(en="Since", ja="いつから"),
    "monitor.settings": Words(en="Settings", ja="設定"),
    "monitor.kind": Words(en="Kind", ja="種別"),
    "monitor.watches": Words(en="Looks at", ja="接続先"),
    "monitor.cadence": Words(en="Measured", ja="測定間隔"),
    "monitor.patience": Words(en="Looks in a row", ja="判定に要る連続回数"),
    "monitor.rules": Words(en="Rules", ja="実行条件"),
    "monitor.no_rules": Words(en="none: nobody is told", ja="なし (誰にも通知しません)"),
    "monitor.limits": Words(en="Limits", ja="しきい値"),
    "monitor.no_limits": Words(en="none", ja="なし"),
    "monitor.events": Words(en="Events", ja="イベント"),
    "monitor.no_events": Words(en="Nothing has happened yet.", ja="まだ何も起きていません。"),
    "monitor.change": Words(en="Change", ja="変化"),
    "monitor.from_to": Words(en="from {before}", ja="{before}から"),
    "monitor.decisions": Words(en="Why it was told, or not", ja="通知の判断と理由"),
    "monitor.more_decisions": Words(en="{count} more", ja="ほか{count}件"),
    "monitor.told_to": Words(en="to {contact}: what became of it", ja="{contact} への足どり"),
    "monitor.all_told": Words(
        en="All alarms of this monitor, in the ledger", ja="この監視項目のアラームを台帳で見る"
    ),
    "monitor.no_decisions": Words(
        en="No rule had anything to decide yet.",
        ja="実行条件が判断したことは、まだありません。",
    ),
    "monitor.whole": Words(en="the whole", ja="全体"),
    "monitor.key_warning": Words(en="warning limit", ja="注意のしきい値"),
    "monitor.key_critical": Words(en="critical limit", ja="危険のしきい値"),
    "monitor.key_gap": Words(en="could not be measured", ja="測定できず"),
    "monitor.times": Words(
        en="Times are the node's, {zone}.", ja="時刻はノードのタイムゾーン ({zone}) です。"
    ),
}


ACTS: Mapping[str, Words] = {
    "level.ended": Words(en="Ended", ja="監視終了"),
    "level.stopped": Words(en="Stopped", ja="監視停止"),
    "overview.all_stopped": Words(
        en="Nothing is watched: all monitoring is stopped.", ja="すべての監視を停止しています。"
    ),
    "stopped.head": Words(en="Not watched now", ja="監視停止中"),
    "stopped.by": Words(
        en="stopped by {who}, {at}, version {version}", ja="{who} が {at} に停止 (版 {version})"
    ),
    "switch.is_stopped": Words(
        en="Monitoring is stopped: nothing is measured, nobody is told.",
        ja="監視を停止しています。測定も通知もしません。",
    ),
    "switch.above": Words(en="It is stopped with", ja="停止しているのは"),
    "switch.start": Words(en="Start", ja="監視を開始"),
    "switch.start.about": Words(
        en="It begins anew, within ten seconds. What happened meanwhile is not made up for.",
        ja="10秒以内に新しく始まります。停止中に起きたことは、さかのぼって調べません。",
    ),
    "switch.stop": Words(en="Stop monitoring", ja="監視を停止"),
    "switch.stop.short": Words(en="Stop", ja="停止"),
    "switch.stop.about": Words(
        en="Nothing of it is measured until somebody starts it again. It is a version like any "
        "other: everybody sees who stopped it. Its history stays.",
        ja="もう一度開始するまで、何も測定しません。誰が停止したかは、版として全員に表示されます。"
        "履歴は残ります。",
    ),
    "switch.stop.open": Words(
        en="Open problems: {count}. Whoever was told of one is told that its monitoring was stopped, "
        "not that it recovered.",
        ja="発生中の問題が{count}件あります。通知を受け取った人には、「回復」ではなく「監視停止」を知らせます。",
    ),
    "switch.note": Words(en="Why (kept with the version)", ja="理由 (版と一緒に残します)"),
    "switch.stop.do": Words(en="Stop monitoring now", ja="停止する"),
    "did.stop": Words(
        en="{part}: monitoring is stopped.", ja="「{part}」の監視を停止しました。"
    ),
    "did.start": Words(
        en="{part}: monitoring is started.", ja="「{part}」の監視を開始しました。"
    ),
    "did.copy": Words(en="Copied from {part}.", ja="「{part}」からコピーしました。"),
    "did.move": Words(en="Moved here from {part}.", ja="「{part}」からここへ移動しました。"),
    "did.added": Words(
        en="The monitors of the blueprint {part} are added.",
        ja="ひな形「{part}」の監視項目を追加しました。",
    ),
    "tree.stopped": Words(en="{who}, version {version}", ja="{who}・版 {version}"),
    "tree.inside": Words(en="Inside {name}", ja="{name} の中"),
    "tree.page": Words(en="List and actions", ja="一覧と操作"),
    "part.monitors": Words(en="Monitors", ja="監視項目"),
    "part.monitor": Words(en="Monitor", ja="監視項目"),
    "part.empty": Words(
        en="This group has no monitors yet.", ja="このグループにはまだ監視項目がありません。"
    ),
    "part.nothing": Words(en="Nothing is watched here yet.", ja="まだ何も監視していません。"),
    "part.own": Words(
        en="Noroshi watches its own routes, accounts and queue here. That cannot be stopped, or "
        "alarms could fail unnoticed.",
        ja="Noroshi が自分の送信経路、アカウント、送信キューを監視しています。アラームが送れなくなっても"
        "気付けるように、停止はできません。",
    ),
    "place.instance": Words(en="Copy", ja="コピー"),
    "place.part": Words(en="Copy or move", ja="コピー・移動"),
    "place.title": Words(en="Copy or move {path}", ja="{path} のコピー・移動"),
    "place.title.instance": Words(
        en="Copy the instance {path}", ja="監視インスタンス {path} のコピー"
    ),
    "place.how": Words(en="What to do", ja="操作"),
    "place.copy": Words(
        en="Copy: the copy has a state and a history of its own",
        ja="コピー: 状態と履歴はコピーごとに別になります",
    ),
    "place.move": Words(
        en="Move: its state and history go with it", ja="移動: 状態と履歴も一緒に移ります"
    ),
    "place.to": Words(en="Where to", ja="行き先"),
    "place.to.about": Words(
        en="It inherits interval, rules and limits from there.",
        ja="間隔、実行条件、しきい値は行き先から引き継ぎます。",
    ),
    "place.group": Words(en="New group", ja="新しいグループ"),
    "place.group.about": Words(
        en="Instead: INSTANCE/GROUP; the group is made.",
        ja="新しく作る場合に、インスタンス/グループの形で入力します。",
    ),
    "place.name": Words(en="Name there", ja="名前"),
    "place.name.about": Words(
        en="a-z, 0-9, - and _. In the same place it needs another name.",
        ja="a-z、0-9、-、_ が使えます。同じ場所では別の名前にしてください。",
    ),
    "place.new_title": Words(en="Title", ja="表示名"),
    "place.new_title.about": Words(
        en="Of a copy. Left empty, it is as it was.",
        ja="コピーの表示名です。空のままなら元と同じになります。",
    ),
    "place.address": Words(en="Address", ja="アドレス"),
    "place.address.about": Words(
        en="Where network checks reach the new computer. Left empty, it is as it was.",
        ja="新しいコンピューターのアドレスです。空のままなら元と同じになります。",
    ),
    "place.stopped": Words(en="Monitoring", ja="監視"),
    "place.stopped.about": Words(
        en="Do not watch it before somebody starts it", ja="開始するまで監視しない"
    ),
    "place.preview": Words(en="See what would change", ja="変更点を確かめる"),
    "place.do.copy": Words(en="Copy", ja="コピーする"),
    "place.do": Words(en="Do it", ja="実行する"),
    "monitor.told": Words(en="Told:", ja="知らせた:"),
    "monitor.not_told": Words(en="Not told:", ja="知らせていない:"),
    "monitor.by_rule": Words(en="rule {rule}", ja="実行条件 {rule}"),
    "act.changes": Words(en="What would change", ja="変更点"),
    "act.created": Words(en="Monitors that would be added", ja="追加される監視項目"),
    "act.created.more": Words(en="and {count} more", ja="ほか {count}件"),
    "act.not_yet": Words(en="Nothing is changed yet.", ja="まだ何も変更していません。"),
    "act.reauthenticate": Words(
        en="This runs a program on the node or sends a secret elsewhere: enter your password again.",
        ja="ノードでプログラムを実行するか、シークレットを別の相手に送るため、パスワードをもう一度入力してください。",
    ),
    "act.reauthenticate.people": Words(
        en="It changes who may do what: enter your password once more.",
        ja="利用者や API トークンを変更するため、パスワードをもう一度入力してください。",
    ),
    "act.reauthenticate.leave": Words(en="Leave it as it is", ja="変更しない"),
    "add.from": Words(en="Add from a blueprint", ja="ひな形から追加"),
    "add.title": Words(en="Add monitors from a blueprint", ja="ひな形から監視項目を追加"),
    "add.title.one": Words(en="Blueprint: {title}", ja="ひな形: {title}"),
    "add.about": Words(
        en="A blueprint is a set of monitors with sensible limits. You see what it adds before "
        "anything is changed, and can change everything afterwards.",
        ja="ひな形は、標準的なしきい値の付いた監視項目のセットです。何が追加されるかを確かめてから取り込め、"
        "あとから自由に変えられます。",
    ),
    "add.choose": Words(en="Choose", ja="選ぶ"),
    "add.monitors": Words(en="It watches", ja="監視するもの"),
    "add.others": Words(en="Other blueprints", ja="ほかのひな形"),
    "add.instance": Words(en="Instance", ja="監視インスタンス"),
    "add.instance.about": Words(
        en="To which it is added. Another name makes a new instance.",
        ja="追加先の名前です。ない名前を入れると、新しい監視インスタンスになります。",
    ),
    "add.new": Words(en="For a new instance", ja="新しい監視インスタンスの場合"),
    "add.new.about": Words(
        en="Only used if there is no instance of this name yet.",
        ja="この名前の監視インスタンスがまだないときだけ使います。",
    ),
    "add.zone": Words(en="Time zone", ja="タイムゾーン"),
    "add.zone.about": Words(en="As in Asia/Tokyo.", ja="Asia/Tokyo など。"),
    "add.rules": Words(en="Rules", ja="実行条件"),
    "add.rules.about": Words(
        en="Who is told. An instance or a group that has rules already keeps them for what is added; otherwise these count. Without any, nobody is told.",
        ja="誰に知らせるかです。監視インスタンスかグループにすでに実行条件があれば、追加する監視項目にもそれを使います。なければここで選んだものを使い、どちらもなければ誰にも知らせません。",
    ),
    "add.values": Words(en="What it asks for", ja="指定する項目"),
    "add.used": Words(en="Used by {where}.", ja="使う場所: {where}。"),
    "add.do": Words(en="Add", ja="追加する"),
    "try.title": Words(en="Try now", ja="今すぐ測定"),
    "try.do": Words(en="Measure now", ja="今すぐ測定"),
    "try.again": Words(en="Measure once more", ja="もう一度測定"),
    "try.about": Words(
        en="Nothing of it is kept, and nobody is told.",
        ja="結果は履歴にもアラームにもなりません。",
    ),
    "try.admin": Words(en="Only an administrator can try it.", ja="試せるのは管理者だけです。"),
    "try.slow": Words(
        en="Measuring. It may take up to {seconds} s.", ja="測定しています (最長 {seconds}秒)。"
    ),
    "try.result": Words(en="Result: {path}", ja="測定結果: {path}"),
    "try.took": Words(en="{at}, took {seconds} s", ja="{at}、所要 {seconds}秒"),
    "try.fault": Words(en="It could not be measured.", ja="測定できませんでした。"),
    "try.readings": Words(en="What was read", ja="読み取った値"),
    "try.reading": Words(en="Reading", ja="測定値"),
    "try.limits": Words(en="Limits", ja="しきい値"),
    "try.none": Words(en="Nothing was read.", ja="読み取った値はありません。"),
    "try.runs_on": Words(en="Ran on", ja="動作場所"),
    "try.here": Words(en="the node's computer", ja="ノードのコンピューター"),
    "try.target": Words(en="Looked at", ja="対象"),
    "try.rules": Words(en="What the rules would say", ja="実行条件の判断"),
    "try.no_rules": Words(
        en="No rule would have anything to say.", ja="この結果で動く実行条件はありません。"
    ),
    "try.speaks": Words(
        en="{rule} would tell {contacts} by {routes}",
        ja="{rule}: {contacts} に {routes} で知らせます",
    ),
    "try.silent": Words(en="{rule} would be silent", ja="{rule}: 知らせません"),
    "try.seen": Words(en="What it saw", ja="読み取ったままの内容"),
    "try.lines": Words(en="Lines found", ja="見つかった行"),
    "try.patience": Words(
        en="A level is believed after {count:look|looks} in a row; a try needs only one.",
        ja="実際の監視では{count}回続いたときにレベルが変わります。試すときは1回で判定します。",
    ),
}
