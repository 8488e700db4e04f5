"""Texts of the pages that add, change and remove routes, accounts and networks."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

MAILING_EDIT: Mapping[str, Words] = {
    "mailing.edit.routes": Words(en="Settings of route {name}", ja="経路「{name}」の設定"),
    "mailing.edit.accounts": Words(
        en="Settings of account {name}", ja="アカウント「{name}」の設定"
    ),
    "mailing.edit.networks": Words(
        en="Settings of network {name}", ja="ネットワーク「{name}」の設定"
    ),
    "mailing.edit.general": Words(en="General", ja="全般"),
    "mailing.edit.options": Words(en="Of its kind", ja="この種別の設定"),
    "mailing.edit.name.help": Words(
        en="a-z, 0-9, - and _. What people read is the title.",
        ja="半角の a-z、0-9、-、_ が使えます。人が読むのは表示名です。",
    ),
    "mailing.edit.no_name": Words(
        en="The name must be made of a-z, 0-9, - and _.",
        ja="名前は半角の a-z、0-9、-、_ で付けてください。",
    ),
    "mailing.edit.leave": Words(en="Leave without saving", ja="保存せずに戻る"),
    "mailing.edit.remove.route": Words(
        en="The route leaves every order that names it. Mails that wait for it alone stay until they "
        "are given another one. Going back to an earlier version brings it back.",
        ja="この経路を使うすべての順番から外れます。この経路だけを待っているメールは、別の経路を指定するまで残ります。"
        "前の版に戻せば元どおりになります。",
    ),
    "mailing.edit.remove.other": Words(
        en="What still names it is told, and then nothing is removed. Going back to an earlier version "
        "brings it back; what is in the vault stays there.",
        ja="まだ使っているものがあれば知らせ、何も削除しません。前の版に戻せば元どおりになります。保管庫の中身は"
        "残ります。",
    ),
    "mailing.new.which": Words(en="Which route is added?", ja="どの経路を追加しますか"),
    "mailing.new.microsoft365": Words(en="Microsoft 365", ja="Microsoft 365 のメール"),
    "mailing.new.google": Words(en="Google", ja="Google のメール"),
    "mailing.new.smtp": Words(en="Other SMTP server", ja="ほかの SMTP サーバー"),
    "mailing.new.webhook": Words(en="Webhook", ja="チャットなど (Webhook)"),
    "mailing.new.pickup": Words(en="Pickup folder", ja="ピックアップ フォルダー"),
    "mailing.new.about.microsoft365": Words(
        en="By SMTP or Microsoft Graph, signed in by OAuth 2.0: by a person, or by the app alone.",
        ja="SMTP か Microsoft Graph で送り、OAuth 2.0 でサインインします (人、またはアプリのみ)。",
    ),
    "mailing.new.about.google": Words(
        en="Gmail and Google Workspace by SMTP, signed in by OAuth 2.0.",
        ja="Gmail や Google Workspace から SMTP で送り、OAuth 2.0 でサインインします。",
    ),
    "mailing.new.about.smtp": Words(
        en="An internal server or one at a provider; with a password, or without.",
        ja="社内やプロバイダーのメールサーバーを使います。パスワードはあってもなくてもかまいません。",
    ),
    "mailing.new.about.webhook": Words(
        en="Teams, Slack, or anything else that takes JSON by HTTPS.",
        ja="Teams や Slack など、HTTPS で JSON を受け取るものに送ります。",
    ),
    "mailing.new.about.pickup": Words(
        en="Mails as files in a folder, for another program on the node to fetch.",
        ja="メールをフォルダーにファイルとして置き、ノード上の別のプログラムに渡します。",
    ),
    "mailing.new.route": Words(en="Route", ja="経路"),
    "mailing.new.by": Words(en="Mails leave by", ja="送り方"),
    "mailing.new.by.smtp": Words(
        en="port 587; the smallest permission. “Authenticated SMTP” must be on for the mailbox.",
        ja="ポート 587。権限が最小で済みます。「認証済み SMTP」を有効にします。",
    ),
    "mailing.new.by.graph": Words(
        en="HTTPS; where port 587 or Authenticated SMTP is closed. Good as a second route.",
        ja="HTTPS。ポート 587 や「認証済み SMTP」が使えない場合や、2つ目の経路に。",
    ),
    "mailing.new.name": Words(
        en="a-z, 0-9, - and _. Left empty it is {smtp}, and {graph} by Microsoft Graph.",
        ja="半角の a-z、0-9、-、_ が使えます。空のままなら {smtp} (Microsoft Graph で送るなら {graph}) になります。",
    ),
    "mailing.new.name.smtp": Words(
        en="a-z, 0-9, - and _. Left empty it is {smtp}.",
        ja="半角の a-z、0-9、-、_ が使えます。空のままなら {smtp} になります。",
    ),
    "mailing.new.account": Words(en="a new account", ja="新しいアカウント"),
    "mailing.new.account.help": Words(
        en="For a second route by the same mailbox choose the account that is there; the fields below "
        "are then not needed.",
        ja="同じメールボックスで2つ目の経路を作るときは、すでにあるアカウントを選びます。下の欄は不要です。",
    ),
    "mailing.new.no_mailbox": Words(
        en="Put in the mailbox that sends, or choose an account that is there.",
        ja="差出人のメールボックスを入力するか、すでにあるアカウントを選んでください。",
    ),
    "mailing.new.client.help": Words(
        en="Not known yet? Leave it and the secret empty: the next page has the administrator's steps.",
        ja="まだ分からなければ、シークレットとともに空のままで構いません。次の画面に管理者の手順が出ます。",
    ),
    "mailing.new.url": Words(en="Webhook URL", ja="Webhook の URL"),
    "mailing.new.url.help": Words(
        en="Whoever knows it can post there, so it goes into the vault like a password.",
        ja="知っている人は誰でも投稿できるため、パスワードと同じように保管庫に入れます。",
    ),
    "mailing.new.no_url": Words(
        en="Paste the URL to which alarms are posted.",
        ja="アラームを投稿する URL を貼り付けてください。",
    ),
    "mailing.new.plain": Words(en="plain text", ja="プレーン テキスト"),
    "mailing.new.shape": Words(en="Format", ja="形式"),
    "mailing.new.more": Words(en="Advanced", ja="詳細"),
    "mailing.new.all": Words(en="Show all settings", ja="すべての設定を入力する画面へ"),
    "mailing.new.next.test": Words(
        en="Next: diagnose the route and send a test.", ja="次に、診断とテスト送信ができます。"
    ),
    "mailing.new.into": Words(en="Used by", ja="使うところ"),
    "mailing.new.into.about": Words(
        en="The route joins at the end of the order: it is taken when those before it cannot send.",
        ja="順番の最後に加わり、前の経路で送れないときに使われます。",
    ),
    "mailing.new.next": Words(
        en="Sign-in, diagnosis and test mail come next.",
        ja="次に、サインイン、診断、テストメールへ進みます。",
    ),
}
