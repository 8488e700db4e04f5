"""The texts of the settings' first page, and of one's own account, contacts, files, health and
places."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

SETTINGS: Mapping[str, Words] = {
    "settings.about": Words(
        en="Watching goes on while settings change; each change is a version that can be taken back.",
        ja="設定を変えても監視は止まりません。変更はすべて版として残り、元に戻せます。",
    ),
    "settings.definitions": Words(en="Definitions", ja="定義"),
    "settings.people": Words(en="People and programs", ja="利用者とプログラム"),
    "settings.node": Words(en="This node", ja="このノード"),
    "versions.short": Words(
        en="What each change was, and the way back.", ja="変更の履歴を見て、元に戻します。"
    ),
    "users.short": Words(
        en="Who may log in, and as what.", ja="ログインできる人とその権限です。"
    ),
    "tokens.short": Words(
        en="By what programs speak to Noroshi.", ja="プログラムから操作するためのものです。"
    ),
    "audit.short": Words(
        en="Who changed what, and when.", ja="いつ、誰が、何を変えたかの記録です。"
    ),
    "me.title": Words(en="My account", ja="自分のアカウント"),
    "me.short": Words(
        en="Your password, and two-step log-in.", ja="パスワードと2段階認証を変更します。"
    ),
    "me.about": Words(
        en="Logged in as {name} ({role}).", ja="{name} ({role}) でログインしています。"
    ),
    "me.none": Words(
        en="This account is gone. Log in again.",
        ja="このアカウントはもうありません。ログインし直してください。",
    ),
    "me.password": Words(en="Password", ja="パスワード"),
    "me.old": Words(en="Current password", ja="現在のパスワード"),
    "me.new": Words(en="New password", ja="新しいパスワード"),
    "me.password.do": Words(en="Change the password", ja="パスワードを変更"),
    "me.password.done": Words(
        en="The password is changed. All other browsers are logged out.",
        ja="パスワードを変更しました。ほかのブラウザーはすべてログアウトしました。",
    ),
    "me.ends": Words(
        en="Your other browsers are logged out.", ja="ほかのブラウザーはログアウトされます。"
    ),
    "me.totp": Words(en="Two-step log-in", ja="2段階認証"),
    "me.totp.about": Words(
        en="Besides the password, the log-in asks for a code that your phone shows. Whoever learns the password alone stays outside.",
        ja="ログインのとき、パスワードに加えてスマートフォンに表示されるコードを入力します。パスワードを知られても、ログインはできません。",
    ),
    "me.totp.off.done": Words(
        en="Two-step log-in is off. All other browsers are logged out.",
        ja="2段階認証を無効にしました。ほかのブラウザーはすべてログアウトしました。",
    ),
    "me.scan": Words(
        en="Scan this with your authenticator", ja="認証アプリで読み取ってください"
    ),
    "me.scan.picture": Words(en="QR code for the authenticator", ja="認証アプリ用の QR コード"),
    "me.scan.about": Words(
        en="Microsoft Authenticator, Google Authenticator and others read it. Without a camera, type this key there. Then type the code that it shows.",
        ja="Microsoft Authenticator や Google Authenticator などで読み取ります。カメラがなければ、次のキーを手で入力します。続いて、表示されたコードを入れてください。",
    ),
    "me.recovery": Words(en="Your recovery codes", ja="リカバリー コード"),
    "watch.short": Words(
        en="Instances, groups and monitors: what is measured, and its limits.",
        ja="監視インスタンス、グループ、監視項目と、しきい値です。",
    ),
    "rules.short": Words(
        en="When an alarm is sent, to whom, and by which route.",
        ja="どんなときに、誰に、どの経路で知らせるかです。",
    ),
    "notifications.short": Words(
        en="What is told of Noroshi itself: start, stop, changes, all is well.",
        ja="開始、停止、設定の変更、正常の知らせなど、Noroshi 自身のことを知らせます。",
    ),
    "contacts.title": Words(en="Contacts", ja="通知先"),
    "contacts.short": Words(
        en="Who is told, at which addresses, in which language.",
        ja="誰に、どのアドレスへ、どの言語で知らせるかです。",
    ),
    "contacts.about": Words(
        en="People and lists who are told. Rules and notifications name them.",
        ja="知らせる相手です。実行条件と通知項目で指定します。",
    ),
    "contacts.none": Words(
        en="There are no contacts yet, so nobody is told of anything. Add the first one.",
        ja="通知先がまだないため、誰にも知らせません。最初の通知先を追加してください。",
    ),
    "contacts.told": Words(en="Told by", ja="知らせるもの"),
    "contacts.monitors": Words(en="(monitors: {count})", ja="(監視項目{count}件)"),
    "contacts.not_told": Words(en="nothing names it", ja="どこからも指定されていません"),
    "contact.add": Words(en="Add a contact", ja="通知先を追加"),
    "contact.new": Words(en="New contact", ja="新しい通知先"),
    "contact.title": Words(en="Contact {name}", ja="通知先 {name}"),
    "contact.about": Words(
        en="What is changed here holds from the next mail on; mails that wait keep their addresses.",
        ja="変更は次のメールから有効です。待っているメールの宛先は変わりません。",
    ),
    "contact.remove": Words(
        en="{name} is told of nothing any more. What names it has to be changed first.",
        ja="{name} には何も知らせなくなります。先に、指定している実行条件などを直してください。",
    ),
    "contact.who": Words(en="Who", ja="相手"),
    "contact.how": Words(en="How mails are written", ja="メールの書き方"),
    "files.title": Words(en="Import and export", ja="インポートとエクスポート"),
    "files.short": Words(
        en="All definitions as files, out and in.",
        ja="定義をファイルとして書き出し、取り込みます。",
    ),
    "files.about": Words(
        en="The same files as noroshi export and noroshi apply have. What would change is shown before it holds.",
        ja="noroshi export、noroshi apply と同じファイルです。取り込む前に、何が変わるかを確認できます。",
    ),
    "files.did": Words(
        en="Version {number} is in force.", ja="版 {number} が有効になりました。"
    ),
    "files.problems": Words(
        en="Problems: {count}. Nothing was changed.",
        ja="誤りが{count}件あります。何も変更していません。",
    ),
    "files.problems.about": Words(
        en="All of them, each with its file and place. Mend the files, and choose them again.",
        ja="見つかったものすべてを、ファイルと場所とともに示しています。直してから、もう一度選んでください。",
    ),
    "files.plan": Words(en="Changes: {count}", ja="変更は{count}件です"),
    "files.same": Words(en="Nothing would change.", ja="変わるものはありません。"),
    "files.base": Words(en="against version {number}", ja="版 {number} との違い"),
    "files.empty": Words(
        en="I mean it: all watching may end", ja="監視がすべてなくなることを承知しています"
    ),
    "files.apply": Words(en="Bring it into force", ja="有効にする"),
    "files.goes_on": Words(
        en="Watching goes on meanwhile. It can be taken back under Versions.",
        ja="監視は止まりません。「定義の版」から元に戻せます。",
    ),
    "files.out": Words(en="Export", ja="エクスポート"),
    "files.out.about": Words(
        en="A zip with one TOML file for each definition. No secret is in it.",
        ja="定義ごとに1つの TOML ファイルを ZIP にまとめます。秘密の値は含みません。",
    ),
    "files.out.do": Words(en="Download version {number}", ja="版 {number} をダウンロード"),
    "files.count": Words(en="{count:file|files}", ja="{count}ファイル"),
    "files.in": Words(en="Import", ja="インポート"),
    "files.files": Words(en="Files", ja="ファイル"),
    "files.files.help": Words(
        en="A zip as it comes from here, or single TOML files; {packed} MiB packed and {size} MiB unpacked at most.",
        ja="ここで書き出した ZIP か、TOML ファイルを選びます。圧縮後 {packed} MiB、展開後 {size} MiB までです。",
    ),
    "files.sort": Words(en="Single files are", ja="TOML ファイルの種類"),
    "files.sort.auto": Words(en="what their content says", ja="内容から判断する"),
    "files.sort.help": Words(
        en="The folder in which they would stand. In a zip the folders say it.",
        ja="置くはずのフォルダーの名前です。ZIP では、中のフォルダーで決まります。",
    ),
    "files.how": Words(en="Other definitions", ja="ほかの定義"),
    "files.how.some": Words(en="stay as they are", ja="そのまま残す"),
    "files.how.whole": Words(
        en="are removed: these files are all there is", ja="削除する (選んだファイルがすべて)"
    ),
    "files.look": Words(en="Show what would change", ja="何が変わるかを見る"),
    "files.look.about": Words(en="Nothing is changed yet.", ja="まだ何も変更しません。"),
    "files.names": Words(en="Own clouds and blueprints", ja="独自のクラウドとひな形"),
    "files.names.about": Words(
        en="What they say is changed in files. Their names can be changed here.",
        ja="内容はファイルで変更します。名前はここで変えられます。",
    ),
    "files.names.do": Words(en="Another name", ja="名前を変える"),
    "naming.title": Words(en="{name}: its name", ja="{name} の名前"),
    "naming.about": Words(
        en="What it says is changed in files, and stays as it is here.",
        ja="内容はファイルで変更します。ここでは変わりません。",
    ),
    "files.no_file": Words(en="No file was chosen.", ja="ファイルが選ばれていません。"),
    "files.too_long": Words(
        en="Packed this is more than the {most} MiB that a page can carry. Bring it in by parts, or by noroshi apply with a folder.",
        ja="圧縮しても {most} MiB を超えるため、ブラウザーからは読み込めません。分けて読み込むか、noroshi apply でフォルダーを指定してください。",
    ),
    "health.title": Words(en="Noroshi itself", ja="Noroshi の状態"),
    "health.short": Words(
        en="Whether it is on time: queue, store, disk, clock, version.",
        ja="遅れ、送信キュー、保存先、ディスク、時計、バージョンです。",
    ),
    "health.well": Words(en="Noroshi itself is well.", ja="Noroshi は正常に動いています。"),
    "health.ill": Words(en="Noroshi itself needs a look.", ja="Noroshi 自身に注意が必要です。"),
    "health.about": Words(
        en="It watches itself like everything else, and tells its troubles by another route than the one that is ill.",
        ja="Noroshi は自分自身も監視し、問題があれば、異常のある経路とは別の経路で知らせます。",
    ),
    "health.now": Words(en="Now", ja="いまの状態"),
    "health.late": Words(en="Lateness", ja="測定の遅れ"),
    "health.late.is": Words(
        en="{late} s at worst in the last minute", ja="直近1分で最大 {late} 秒"
    ),
    "health.queue": Words(
        en="{waiting:mail|mails} waiting, {aside} set aside",
        ja="待機中のメール {waiting}通、保留 {aside}通",
    ),
    "health.oldest": Words(en="(oldest from {at})", ja="(最も古いものは {at})"),
    "health.store": Words(en="Store", ja="保存先の大きさ"),
    "health.free": Words(en="Free on its volume", ja="保存先の空き容量"),
    "health.program": Words(en="Program", ja="プログラム"),
    "health.node": Words(en="Node", ja="ノード"),
    "health.system": Words(en="System", ja="OS の種類"),
    "health.clock": Words(en="Clock", ja="時計"),
    "health.clock.set": Words(
        en="set by {by} s within the last hour", ja="直近1時間に {by} 秒ずらされました"
    ),
    "health.ran": Words(en="Runs for", ja="稼働時間"),
    "health.own": Words(en="Its own monitors", ja="Noroshi 自身の監視項目"),
    "health.own.none": Words(
        en="They come with the first route.", ja="最初の送信経路を定義すると始まります。"
    ),
    "places.title": Words(en="Ports and folders", ja="ポートとフォルダー"),
    "places.short": Words(
        en="Where Noroshi listens, and where its files are.",
        ja="待ち受けの場所と、ファイルの置き場所です。",
    ),
    "places.about": Words(
        en="As the process has it from noroshi.toml. A change there holds after a restart.",
        ja="noroshi.toml に基づく、現在のプロセスの値です。変更は再起動後に有効になります。",
    ),
    "places.listens": Words(en="Listens at", ja="待ち受け"),
    "places.files": Words(en="Files and folders", ja="ファイルとフォルダー"),
    "places.goes": Words(en="Goes out", ja="外への通知"),
    "places.backup": Words(en="Backup", ja="バックアップ"),
    "places.backup.last": Words(en="Last taken at {at} by {who}:", ja="最後は {at} ({who}):"),
    "places.backup.none": Words(
        en="No backup was taken here yet.", ja="バックアップはまだ取っていません。"
    ),
    "places.backup.how": Words(
        en="While the node runs, as a command on its computer; the key is kept apart from it.",
        ja="ノードを動かしたまま、次のコマンドで取れます。鍵は別に保管してください。",
    ),
}
