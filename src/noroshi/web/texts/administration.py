"""The texts of the pages for queue, ledger, versions, users, API tokens and audit log."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

HANDLING: Mapping[str, Words] = {
    "queue.none": Words(en="Nothing waits.", ja="待っているものはありません。"),
    "queue.nothing_fits": Words(
        en="Nothing that waits fits.", ja="当てはまる送信待ちはありません。"
    ),
    "queue.search": Words(en="Search the queue", ja="送信キューを検索"),
    "queue.search.hint": Words(
        en="subject, recipient, route, reason, ID", ja="件名、宛先、経路、理由、ID"
    ),
    "queue.head.waiting": Words(
        en="Mails waiting: {count}.", ja="待機中のメールは{count}通です。"
    ),
    "queue.head.held": Words(
        en="Held by somebody: {count}.", ja="{count}通は送信を止めてあります。"
    ),
    "queue.head.aside": Words(
        en="Set aside until somebody decides: {count}.",
        ja="{count}通は保留で、判断が必要です。",
    ),
    "queue.about": Words(
        en="What waits is sent, or set aside with the reason. Nothing is dropped in silence.",
        ja="待っているものは、送られるか、理由をつけて保留されます。黙って捨てられることはありません。",
    ),
    "queue.to_ledger": Words(
        en="What became of earlier ones: the ledger", ja="これまでの結果は台帳へ"
    ),
    "queue.born": Words(en="made {at}", ja="{at} に作成"),
    "queue.tries": Words(en="tries: {count}", ja="{count}回試行"),
    "queue.shown": Words(
        en="{shown} of {count} are shown: first those that are set aside, then the oldest.",
        ja="{count}件のうち{shown}件を表示しています (保留のもの、古いものの順)。",
    ),
    "queue.next.now": Words(en="now", ja="いま"),
    "queue.next.yours": Words(en="once it is released", ja="送信に戻したあと"),
    "long.seconds": Words(en="{n} s", ja="{n}秒"),
    "long.minutes": Words(en="{n} min", ja="{n}分"),
    "long.hours": Words(en="{n} h", ja="{n}時間"),
    "long.days": Words(en="{n} d", ja="{n}日"),
    "col.state": Words(en="State", ja="状態"),
    "col.what": Words(en="What", ja="何を"),
    "col.to": Words(en="To", ja="通知先"),
    "col.route": Words(en="Route", ja="経路"),
    "col.why": Words(en="Why it waits", ja="なぜ待つか"),
    "col.next": Words(en="Next try", ja="次の試行"),
    "col.waits": Words(en="Waiting for", ja="待ち"),
    "col.deeds": Words(en="Actions", ja="操作"),
    "col.alarm": Words(en="Alarm", ja="アラーム"),
    "col.answer": Words(en="Answer", ja="相手の返事"),
    "col.tries": Words(en="Tries", ja="試行"),
    "col.since": Words(en="Since", ja="日時"),
    "col.by": Words(en="By", ja="実行者"),
    "col.maker": Words(en="Made by", ja="作成者"),
    "col.note": Words(en="Note", ja="メモ"),
    "col.role": Words(en="Role", ja="権限"),
    "col.password": Words(en="Password", ja="パスワード"),
    "col.two_steps": Words(en="Two-step log-in", ja="2段階認証"),
    "col.made": Words(en="Made", ja="作成"),
    "col.until": Words(en="Until", ja="期限"),
    "col.programs": Words(en="Programs", ja="プログラム"),
    "col.when": Words(en="When", ja="日時"),
    "col.deed": Words(en="What was done", ja="操作"),
    "col.given": Words(en="With", ja="内容"),
    "state.waiting": Words(en="waiting", ja="待機"),
    "state.out": Words(en="being sent", ja="送信中"),
    "state.held": Words(en="held", ja="停止中"),
    "state.set_aside": Words(en="set aside", ja="保留"),
    "state.accepted": Words(en="accepted", ja="受領"),
    "state.seen_arrived": Words(en="seen arrived", ja="到達確認"),
    "state.came_back": Words(en="came back", ja="不達"),
    "state.signed_in": Words(en="signed in", ja="サインイン済み"),
    "state.dropped": Words(en="given up", ja="取りやめ"),
    "state.together": Words(en="in a digest", ja="まとめ済み"),
    "state.set_aside_together": Words(en="set aside in a digest", ja="まとめて保留"),
    "level.ok": Words(en="OK", ja="正常"),
    "level.warning": Words(en="WARNING", ja="注意"),
    "level.critical": Words(en="CRITICAL", ja="危険"),
    "level.unknown": Words(en="UNKNOWN", ja="失敗"),
    "verdict.accepted": Words(en="accepted", ja="受領"),
    "verdict.deferred": Words(en="deferred", ja="後で再試行"),
    "verdict.refused": Words(en="refused", ja="拒否"),
    "verdict.route_down": Words(en="route down", ja="経路停止"),
    "mail.relay": Words(en="Its way", ja="足どり"),
    "post.made": Words(en="Made", ja="作成"),
    "post.raised": Words(en="Raised", ja="発生"),
    "post.queued": Words(en="Recorded", ja="記録"),
    "post.tried": Words(en="Tried", ja="試行"),
    "post.accepted": Words(en="Accepted", ja="受領"),
    "post.arrived": Words(en="Seen arrived", ja="到達確認"),
    "post.came_back": Words(en="Came back", ja="不達"),
    "became.by": Words(
        en="Seen by {by}, who gave back the number in it.",
        ja="{by} さんが、メールの番号を入れて到達を確認しました。",
    ),
    "post.not_yet": Words(en="not yet", ja="まだ"),
    "deed.hold": Words(en="Hold", ja="送信を止める"),
    "deed.release": Words(en="Release", ja="送信に戻す"),
    "deed.retry": Words(en="Try now", ja="いますぐ再試行"),
    "deed.edit": Words(en="Change addresses or routes", ja="宛先・経路を変える"),
    "deed.drop": Words(en="Give it up", ja="送信を取りやめる"),
    "did.hold": Words(
        en="It is held, and so is what follows it for the same monitor.",
        ja="送信を止めました。同じ監視項目の後続も待ちます。",
    ),
    "did.release": Words(en="It goes out now.", ja="送信に戻しました。まもなく送られます。"),
    "did.retry": Words(en="It is tried now.", ja="いますぐ再試行します。"),
    "did.edit": Words(
        en="It is changed. A held one still waits for its release.",
        ja="変更しました。停止中・保留のメールは、送信に戻すと送られます。",
    ),
    "did.drop": Words(
        en="It is given up, and stays on record with your name.",
        ja="送信を取りやめました。あなたの名前とともに記録に残ります。",
    ),
    "drop.about": Words(
        en="It is never sent. It stays in the ledger as given up by you.",
        ja="このメールは送られなくなります。台帳には「取りやめ」として、あなたの名前とともに残ります。",
    ),
    "drop.do": Words(en="Give this mail up", ja="このメールを取りやめる"),
    "edit.to": Words(en="Still to tell", ja="未送信のアドレス"),
    "edit.to.help": Words(
        en="Several with commas between them", ja="複数あるときはコンマで区切ります"
    ),
    "edit.routes": Words(en="Routes, in order", ja="経路 (試す順)"),
    "edit.routes.help": Words(
        en="The first is tried first; the others follow if it is down.",
        ja="上から順に試します。送れないときは次の経路で送ります。",
    ),
    "edit.do": Words(en="Change", ja="変更する"),
    "mail.no_subject": Words(en="(no subject)", ja="(件名なし)"),
    "mail.contact": Words(en="Contact", ja="通知先"),
    "mail.to": Words(en="Still to tell", ja="未送信のアドレス"),
    "mail.reached": Words(en="Accepted for", ja="受領されたアドレス"),
    "mail.refused": Words(en="Refused for", ja="拒否されたアドレス"),
    "mail.routes": Words(en="Routes left", ja="残りの経路"),
    "mail.made": Words(en="Made", ja="作成"),
    "mail.alarms": Words(en="Alarms", ja="アラーム"),
    "mail.members": Words(en="In the place of", ja="まとめた元のメール"),
    "mail.unproved": Words(en="Not proved", ja="到達は未確認"),
    "mail.deeds": Words(en="What now?", ja="どうしますか"),
    "tries.title": Words(en="Attempts", ja="送信の試行"),
    "tries.none": Words(en="None has ended yet.", ja="終わった試行はまだありません。"),
    "tries.often": Words(en="the same {count:time|times}", ja="同じ結果が{count}回"),
    "tries.provider_id": Words(en="provider's number", ja="相手側の番号"),
    "looks.title": Words(en="As it will be sent", ja="送信される内容"),
    "looks.taken": Words(en="The mail itself", ja="メールの内容"),
    "looks.by": Words(en="by {route}", ja="経路 {route}"),
    "looks.html": Words(en="The mail as HTML", ja="HTML の本文"),
    "looks.text": Words(en="Text", ja="テキストの本文"),
    "looks.headers": Words(en="Headers", ja="ヘッダー"),
    "looks.no_headers": Words(
        en="No route that sends mails is left, so there are no headers.",
        ja="メールを送る経路が残っていないため、ヘッダーはありません。",
    ),
    "looks.files": Words(en="Attachments:", ja="添付:"),
    "ledger.title": Words(en="Ledger", ja="台帳"),
    "ledger.head": Words(en="No alarm is lost.", ja="失われたアラームはありません。"),
    "ledger.head.lost": Words(
        en="Alarms lost: {count}", ja="{count}件のアラームが失われています。"
    ),
    "ledger.about": Words(
        en="Each alarm is accepted, waits, was set aside, or was given up by somebody. Whatever is none of these would be lost.",
        ja="アラームは受領されるか、待つか、保留されるか、誰かが取りやめます。どれでもないものがあれば、失われたことになります。",
    ),
    "ledger.lost": Words(
        en="Neither accepted nor waiting. Look through the store: noroshi check-store",
        ja="受領もされず、待ってもいません。noroshi check-store で保存先を調べてください。",
    ),
    "ledger.sum": Words(en="The sum of all alarms", ja="アラームの集計"),
    "ledger.forgotten": Words(
        en="{count:older one, settled long ago, is|older ones, settled long ago, are} no longer kept",
        ja="完了して保存期間を過ぎた{count}件は含みません",
    ),
    "ledger.found": Words(en="Found: {count}", ja="{count}件"),
    "ledger.searched": Words(en="(among the newest {count})", ja="(新しい{count}件のなかで)"),
    "ledger.shown": Words(
        en="The newest {count} are shown. Search for others.",
        ja="新しい{count}件を表示しています。ほかは検索してください。",
    ),
    "ledger.search": Words(en="Search the ledger", ja="台帳を検索"),
    "ledger.search.hint": Words(
        en="monitor, subject, contact, answer, ID", ja="監視項目、件名、通知先、返事、ID"
    ),
    "ledger.all": Words(en="all", ja="すべて"),
    "ledger.nothing_fits": Words(
        en="Nothing fits. Try fewer words.",
        ja="一致するものはありません。言葉を減らしてみてください。",
    ),
    "ledger.none": Words(en="No alarm has been raised yet.", ja="アラームはまだありません。"),
    "sum.raised": Words(en="Raised", ja="発生"),
    "sum.accepted": Words(en="Accepted", ja="受領"),
    "sum.came_back": Words(en="Came back", ja="不達"),
    "sum.waiting": Words(en="Waiting", ja="待機"),
    "sum.held": Words(en="Held", ja="停止中"),
    "sum.set_aside": Words(en="Set aside", ja="保留"),
    "sum.dropped": Words(en="Given up", ja="取りやめ"),
    "sum.lost": Words(en="Lost", ja="失われた"),
    "search.do": Words(en="Search", ja="検索"),
    "search.clear": Words(en="Show all", ja="すべて表示"),
    "alarm.see": Words(en="See the monitor", ja="監視項目を見る"),
    "alarm.of": Words(en="Monitor", ja="監視項目"),
    "alarm.mail": Words(en="Mail", ja="メール"),
    "alarm.digest": Words(en="Told in", ja="まとめたメール"),
    "alarm.held": Words(en="held by {who}", ja="{who} が送信を止めています"),
    "alarm.dropped": Words(en="given up by {who}", ja="{who} が送信を取りやめました"),
    "alarm.forgotten": Words(en="no longer on record", ja="記録なし"),
    "settings.title": Words(en="Settings", ja="設定"),
    "versions.title": Words(en="Versions", ja="定義の版"),
    "versions.about": Words(
        en="Each change of the definitions is a version. Going back makes a new one, so nothing is lost.",
        ja="定義の変更は、1回ごとに版として残ります。以前の版に戻すと新しい版になるため、何も失われません。",
    ),
    "versions.number": Words(en="Version", ja="版"),
    "versions.in_force": Words(en="in force", ja="有効"),
    "versions.look": Words(en="What it changed", ja="変更内容"),
    "versions.none": Words(en="There are no definitions yet.", ja="定義はまだありません。"),
    "versions.did": Words(
        en="Version {number} is in force.", ja="版 {number} が有効になりました。"
    ),
    "version.title": Words(en="Version {number}", ja="版 {number}"),
    "version.changed": Words(en="What it changed", ja="この版での変更"),
    "version.count": Words(en="Changes: {count}", ja="{count}件"),
    "version.more": Words(en="and {count} more", ja="ほか{count}件"),
    "version.nothing": Words(en="Nothing.", ja="変更はありません。"),
    "version.back": Words(
        en="Going back to it from version {current}", ja="版 {current} からこの版に戻すと"
    ),
    "version.is_current": Words(en="It is in force.", ja="この版が有効です。"),
    "version.same": Words(
        en="It is the same as what is in force.", ja="有効な定義と同じです。"
    ),
    "version.how": Words(
        en="It comes into force at once, as a new version. Monitors that stay go on with their history.",
        ja="新しい版として、ただちに有効になります。残る監視項目の履歴はそのまま続きます。",
    ),
    "version.do": Words(en="Go back to version {number}", ja="版 {number} に戻す"),
    "users.title": Words(en="Users", ja="利用者"),
    "users.about": Words(
        en="Who may log in, and as what. Changes here need your password once more.",
        ja="ログインできる人と、その権限です。ここでの変更には、パスワードをもう一度入力します。",
    ),
    "users.code": Words(en="One-time code of {name}", ja="{name} のワンタイム コード"),
    "users.code.about": Words(
        en="It is not shown again. Give it to them: at “I have a one-time code” on the log-in page they choose a password of their own, until {until}.",
        ja="二度と表示されません。本人に渡してください。ログイン画面の「ワンタイム コードを持っている場合」から、{until} までにパスワードを決めます。",
    ),
    "users.totp": Words(en="Two-step log-in of {name}", ja="{name} の2段階認証"),
    "users.totp.about": Words(
        en="Give the authenticator this key, or open the address on the phone. Then type the code that it shows.",
        ja="認証アプリに次のキーを入れるか、スマートフォンでアドレスを開きます。続いて、表示されたコードを入れてください。",
    ),
    "users.totp.retry": Words(
        en="The key is the same still: type the code that the authenticator shows now.",
        ja="キーはそのままです。認証アプリにいま表示されているコードを入れてください。",
    ),
    "users.totp.password": Words(
        en="The key is the same still. A code is good once and is not kept: type the one that the "
        "authenticator shows now.",
        ja="キーはそのままです。コードは使い切りで、画面には残りません。認証アプリにいま表示されているコードを"
        "入れてください。",
    ),
    "users.totp.code": Words(en="Code that it shows now", ja="いま表示されているコード"),
    "users.totp.on": Words(en="Turn on", ja="有効にする"),
    "users.totp.begin": Words(en="Begin two-step log-in", ja="2段階認証を始める"),
    "users.totp.off": Words(en="Turn two-step log-in off", ja="2段階認証を無効にする"),
    "users.recovery": Words(en="Recovery codes of {name}", ja="{name} のリカバリー コード"),
    "users.recovery.about": Words(
        en="Two-step log-in is on. Keep these codes for the loss of the phone; each is good once. They are not shown again.",
        ja="2段階認証を有効にしました。スマートフォンをなくしたときのために控えてください。それぞれ1回だけ使え、二度と表示されません。",
    ),
    "users.waits": Words(en="has to choose one", ja="未設定"),
    "users.chosen": Words(en="chosen", ja="設定済み"),
    "users.steps": Words(
        en="on, {left:recovery code|recovery codes}", ja="あり (リカバリー コード {left}個)"
    ),
    "users.no_steps": Words(en="off", ja="なし"),
    "users.change": Words(en="Change", ja="変更"),
    "users.role.do": Words(en="Give this role", ja="この権限にする"),
    "users.password.do": Words(
        en="New one-time code, and log out everywhere",
        ja="新しいワンタイム コードを出し、ログアウトさせる",
    ),
    "users.remove.do": Words(
        en="Remove, with the API tokens made by them",
        ja="削除する (作成した API トークンも失効)",
    ),
    "users.add": Words(en="Add a user", ja="利用者を追加"),
    "users.roles": Words(
        en="A viewer looks, an operator also handles mails and alarms, an administrator may do everything.",
        ja="閲覧者は見るだけ、運用担当はメールとアラームの操作も、管理者はすべての操作ができます。",
    ),
    "tokens.title": Words(en="API tokens", ja="API トークン"),
    "tokens.about": Words(
        en="For programs, in a person's stead. A token is shown once, when it is made.",
        ja="プログラムが人の代わりに使います。トークンは作成したときに一度だけ表示されます。",
    ),
    "tokens.new": Words(en="API token {name}", ja="API トークン {name}"),
    "tokens.once": Words(
        en="It is not shown again. It goes into the header Authorization: Bearer …",
        ja="二度と表示されません。Authorization: Bearer … のヘッダーに入れて使います。",
    ),
    "tokens.how": Words(
        en="The commands use it as NOROSHI_TOKEN, with this manager's address as NOROSHI_URL. "
        "What there is to ask:",
        ja="コマンドで使うときは、環境変数 NOROSHI_TOKEN に設定し、NOROSHI_URL にこのマネージャーの"
        "アドレスを設定します。API の操作の一覧:",
    ),
    "tokens.none": Words(en="There are no API tokens.", ja="API トークンはありません。"),
    "tokens.ended": Words(en="ended {until}", ja="{until} に期限切れ"),
    "tokens.no_end": Words(en="until it is revoked", ja="失効させるまで"),
    "tokens.revoke": Words(en="Revoke", ja="失効"),
    "tokens.revoke.do": Words(en="Revoke it now", ja="いますぐ失効させる"),
    "tokens.add": Words(en="Make an API token", ja="API トークンを作る"),
    "tokens.days": Words(en="Days", ja="日数"),
    "tokens.days.help": Words(en="0: it does not end", ja="0 なら期限なし"),
    "tokens.programs": Words(
        en="Also allow what runs programs or sends a secret elsewhere",
        ja="プログラムを動かす操作と、シークレットの送り先の変更も許す",
    ),
    "audit.title": Words(en="Audit log", ja="監査ログ"),
    "audit.about": Words(
        en="Who changed what, by which door, from what to what, and who was refused. Secrets are never "
        "in it.",
        ja="誰が、どこから、何をどう変えたか、誰を拒否したかの記録です。秘密の値は記録しません。",
    ),
    "audit.search": Words(en="Search: name, operation, value", ja="検索: 名前、操作、値"),
    "audit.none": Words(
        en="Nobody has changed anything yet.", ja="まだ何も変更されていません。"
    ),
    "audit.nobody": Words(en="unknown", ja="不明"),
    "audit.refused": Words(en="Refused: {why}", ja="拒否: {why}"),
    "audit.more": Words(
        en="(Refusals before it that are not listed: {count})",
        ja="(この前に記録を省いた拒否: {count}件)",
    ),
    "door.local": Words(en="this computer", ja="このコンピューター"),
    "door.web": Words(en="browser", ja="ブラウザー"),
    "door.api": Words(en="by the API", ja="API 経由"),
    "done": Words(en="Done.", ja="変更しました。"),
    "yes": Words(en="yes", ja="あり"),
    "no": Words(en="no", ja="なし"),
}
