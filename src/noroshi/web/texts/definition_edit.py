"""The texts of the pages on which definitions are edited."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

EDITING: Mapping[str, Words] = {
    "watch.title": Words(en="What is watched", ja="監視の設定"),
    "watch.about": Words(
        en="Instances, their groups and monitors. A change holds from the next measurement on, "
        "without a restart.",
        ja="監視インスタンス、グループ、監視項目の設定です。変更は次の測定から有効になり、再起動は要りません。",
    ),
    "watch.none": Words(
        en="Nothing is watched yet. Add an instance: this computer, or another one.",
        ja="まだ何も監視していません。監視インスタンス (このコンピューター、または別のコンピューター) を追加してください。",
    ),
    "watch.unfold": Words(en="Show its {count:monitor|monitors}", ja="監視項目{count}件を表示"),
    "watch.no_groups": Words(en="It has no groups yet.", ja="まだグループがありません。"),
    "watch.no_monitors": Words(en="It has no monitors yet.", ja="まだ監視項目がありません。"),
    "watch.own": Words(
        en="Noroshi watches its own routes, accounts, queue and health as well.",
        ja="このほか、Noroshi 自身の送信経路、アカウント、送信待ち、動作状態も監視しています。",
    ),
    "watch.own.settings": Words(en="Its limits and rules", ja="そのしきい値と実行条件"),
    "edit.instance.own": Words(
        en="Made by Noroshi itself. Without rules of its own it tells the contacts of all rules, by "
        "other routes than the one that is ill.",
        ja="Noroshi が自動で作る監視インスタンスです。実行条件を指定しなければ、すべての実行条件の通知先に、"
        "異常のない経路で知らせます。",
    ),
    "edit.instance": Words(en="Settings of {name}", ja="「{name}」の設定"),
    "edit.instance.new": Words(en="New instance", ja="新しい監視インスタンス"),
    "edit.instance.add": Words(en="Add an instance", ja="監視インスタンスを追加"),
    "edit.instance.remove": Words(
        en="Removes the instance {name} with all its groups and monitors ({count}). An earlier "
        "version of the settings brings it back.",
        ja="監視インスタンス {name} を、グループと監視項目 ({count}件) ごと削除します。以前の版に戻せば元に戻ります。",
    ),
    "edit.group": Words(en="Settings of the group {name}", ja="グループ「{name}」の設定"),
    "edit.group.new": Words(en="New group", ja="新しいグループ"),
    "edit.group.add": Words(en="Add a group", ja="グループを追加"),
    "edit.group.remove": Words(
        en="Removes the group {name} with its monitors ({count}).",
        ja="グループ {name} を、監視項目 ({count}件) ごと削除します。",
    ),
    "edit.monitor": Words(en="Settings of {name}", ja="「{name}」の設定"),
    "edit.monitor.new": Words(en="New monitor: {kind}", ja="新しい監視項目: {kind}"),
    "edit.monitor.add": Words(en="Add a monitor", ja="監視項目を追加"),
    "edit.monitor.see": Words(en="See how it is", ja="いまの状態を見る"),
    "edit.monitor.settings": Words(en="Change the settings", ja="設定を変更"),
    "edit.monitor.remove": Words(
        en="Removes the monitor {name}; its history is kept for as long as that of others.",
        ja="監視項目 {name} を削除します。履歴はほかと同じ期間残ります。",
    ),
    "edit.kind.choose": Words(en="What shall be watched?", ja="何を監視しますか"),
    "edit.kind.about": Words(
        en="Choose a kind. What it asks for comes on the next page.",
        ja="種別を選んでください。必要な設定は次のページで入力します。",
    ),
    "edit.kind.runs": Words(
        en="Runs a program, so it asks for the password once more.",
        ja="プログラムを実行するので、パスワードをもう一度確認します。",
    ),
    "edit.kind.gone": Words(
        en="This kind is not installed, so its options cannot be shown.",
        ja="この種別は組み込まれていないため、オプションを表示できません。",
    ),
    "edit.what": Words(en="What it is", ja="基本"),
    "edit.options": Words(en="What is watched", ja="監視の対象"),
    "edit.limits": Words(en="Limits", ja="しきい値"),
    "edit.limits.about": Words(
        en="The grey values hold while a row is empty. As soon as something is filled into a row, "
        "only that holds.",
        ja="空の行では、薄い字の値が有効です。行に1つでも入れると、その行は入れた値だけになります。",
    ),
    "edit.limits.all": Words(
        en="By kind, for all monitors that say nothing else.",
        ja="種別ごとに、個別に指定のない監視項目すべてに使います。",
    ),
    "edit.when": Words(en="When it is measured", ja="測定"),
    "edit.told": Words(en="Who is told", ja="通知"),
    "edit.reading": Words(en="Reading", ja="測定値"),
    "edit.reading.other": Words(en="another reading", ja="ほかの測定値"),
    "edit.off": Words(en="No limits", ja="しきい値なし"),
    "edit.rising.high": Words(en="high values (default)", ja="高いほど悪い (既定)"),
    "edit.rising.low": Words(en="low values (default)", ja="低いほど悪い (既定)"),
    "edit.name.file": Words(
        en="a-z, 0-9, - and _. What people read is the title.",
        ja="a-z、0-9、-、_ が使えます。画面には表示名が出ます。",
    ),
    "edit.name.kept": Words(en="a-z, 0-9, - and _.", ja="a-z、0-9、-、_ が使えます。"),
    "edit.save": Words(en="Save", ja="保存"),
    "edit.mine": Words(en="Save mine all the same", ja="自分の変更を保存"),
    "edit.preview": Words(en="See what would change", ja="変更点を確かめる"),
    "edit.note": Words(
        en="Kept with the version, for whoever looks back later.",
        ja="版と一緒に残ります。あとから見る人のためのひとことです。",
    ),
    "edit.saved": Words(
        en="Saved: version {number} is in force.", ja="保存しました。版 {number} が有効です。"
    ),
    "edit.tried": Words(en="What would change", ja="変更点"),
    "edit.tried.about": Words(en="Nothing is saved yet.", ja="まだ保存していません。"),
    "edit.wrong": Words(
        en="Not saved: please correct what is marked first.",
        ja="保存していません。直すところがあります。",
    ),
    "edit.fields": Words(
        en="Marked at their fields below: {count}. What you entered is kept.",
        ja="{count}か所を、下の該当する欄に示しました。入力した内容は残っています。",
    ),
    "edit.overtaken": Words(
        en="Your change is not saved yet. Below, what you entered stands on top of what is in "
        "force now; values that differ meanwhile are named at their fields.",
        ja="あなたの変更はまだ保存されていません。下の欄では、いま有効な内容にあなたの入力を重ねてあり、"
        "その間に変わった値は欄ごとに示してあります。",
    ),
    "edit.gone": Words(
        en="There is nothing under this name any more: it was removed, or given another name. "
        "Your change is not saved yet; what you entered is kept below. Saved all the same, it is "
        "made again under the name in the form.",
        ja="この名前のものは、削除されたか、名前が変わったため、もうありません。あなたの変更はまだ保存されて"
        "いません (入力した内容は下の欄に残っています)。このまま保存すると、欄にある名前で作り直します。",
    ),
    "edit.moved": Words(
        en="It was given another name, or another place. There it is now:",
        ja="名前または場所が変わりました。いまはこちらにあります:",
    ),
    "edit.stranded": Words(
        en="What it stood in is there no more: it was removed, or given another name. Your change "
        "cannot be saved here; what you entered is kept below.",
        ja="これが入っていたものは、削除されたか、名前が変わったため、もうありません。あなたの変更はここには"
        "保存できません (入力した内容は下の欄に残っています)。",
    ),
    "edit.fresh": Words(
        en="Drop mine and look at what is in force", ja="自分の変更を捨てて、いまの内容を見る"
    ),
    "edit.reauthenticate": Words(
        en="This runs a program on the node or sends a secret elsewhere: enter your password again. "
        "Your input is kept.",
        ja="ノードでプログラムを実行するか、シークレットを別の相手に送る変更なので、パスワードをもう一度入力してください。"
        "入力した内容は残っています。",
    ),
    "edit.remove": Words(en="Remove", ja="削除"),
    "edit.remove.title": Words(en="Removing it", ja="削除"),
    "edit.remove.meant": Words(en="Yes, remove it", ja="削除することを確認しました"),
    "edit.not_meant": Words(
        en="Nothing was removed: tick the box beside it first.",
        ja="削除していません。先に確認の欄にチェックを入れてください。",
    ),
    "edit.only_look": Words(
        en="Changing this needs the role administrator.", ja="変更には管理者の権限が必要です。"
    ),
    "rules.title": Words(en="Rules", ja="実行条件"),
    "rules.about": Words(
        en="Who is told of which levels, how often, and by which routes. Instances, groups and "
        "monitors name the rules that act on them.",
        ja="どのレベルを、誰に、どのくらいの頻度で、どの経路で知らせるかです。監視インスタンス、グループ、"
        "監視項目から名前で指定します。",
    ),
    "rules.none": Words(
        en="There is no rule yet, so nobody is told of anything. Add the first one.",
        ja="実行条件がまだないため、誰にも知らせません。最初の実行条件を追加してください。",
    ),
    "rule.add": Words(en="Add a rule", ja="実行条件を追加"),
    "rule.new": Words(en="New rule", ja="新しい実行条件"),
    "rule.title": Words(en="Rule {name}", ja="実行条件「{name}」"),
    "rule.about": Words(
        en="Acts on all monitors that name it, or whose group or instance does.",
        ja="この名前を指定した監視項目、グループ、監視インスタンスに使います。",
    ),
    "rule.remove": Words(
        en="Removes the rule {name}. It must not be named anywhere any more.",
        ja="実行条件 {name} を削除します。どこからも指定されていないことが必要です。",
    ),
    "rule.told": Words(en="Who is told, by which way", ja="通知先と経路"),
    "rule.when": Words(en="When and how often", ja="いつ、何回"),
    "rule.options": Words(en="How it is told: {action}", ja="知らせ方: {action}"),
    "notifications.title": Words(en="Notifications", ja="通知項目"),
    "notifications.about": Words(
        en="Who is told of what happens to Noroshi itself: it started, it stopped, a mail came back.",
        ja="Noroshi 自身の出来事 (開始、停止、不達など) を、誰に知らせるかです。",
    ),
    "notifications.none": Words(
        en="There are none yet. What matters most is told by the rules' routes all the same.",
        ja="まだありません。大事なものは、実行条件の経路で知らせます。",
    ),
    "notification.add": Words(en="Add a notification", ja="通知項目を追加"),
    "notification.new": Words(en="New notification", ja="新しい通知項目"),
    "notification.title": Words(en="Notification {name}", ja="通知項目「{name}」"),
    "notification.about": Words(
        en="Tells of what happens to Noroshi itself.", ja="Noroshi 自身の出来事を知らせます。"
    ),
    "notification.remove": Words(
        en="Removes the notification {name}.", ja="通知項目 {name} を削除します。"
    ),
    "notification.told": Words(en="Who is told, by which way", ja="通知先と経路"),
    "notification.when": Words(en="Of what, and when", ja="何を、いつ"),
    "telling.when": Words(en="When", ja="知らせるとき"),
    "telling.comma": Words(en=", ", ja="、"),
    "kept.away": Words(
        en="You have been away for a while. Log in again; what you entered is kept.",
        ja="しばらく操作がなかったため、ログインし直してください。入力した内容は残っています。",
    ),
    "kept.title": Words(en="What you entered is kept", ja="入力した内容は残っています"),
    "kept.about": Words(
        en="It is not saved yet. Look at what it would change, then save it.",
        ja="まだ保存していません。変更点を確かめてから保存してください。",
    ),
    "kept.do": Words(en="See what would change", ja="変更点を確かめる"),
}
