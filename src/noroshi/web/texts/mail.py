"""Texts of the pages on mail: routes, their order, accounts, and how they are added and changed."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

MAILING: Mapping[str, Words] = {
    "mailing.title": Words(en="Mail", ja="メール"),
    "mailing.none": Words(
        en="No alarm can leave yet: there is no route. Add the first one.",
        ja="送信経路がまだないため、アラームを送れません。最初の経路を追加してください。",
    ),
    "mailing.well_one": Words(
        en="Mails can leave by the only route.", ja="送信できます。経路は1つだけです。"
    ),
    "mailing.in_vain": Words(
        en="The last diagnosis of a route failed, so mails may not leave.",
        ja="直近の診断に失敗した経路があり、送信できないおそれがあります。",
    ),
    "mailing.unproved": Words(
        en="Nothing is known against the routes, but not proved yet: {unproved} of {count}.",
        ja="経路に問題は見つかっていませんが、{count}本のうち{unproved}本はまだ送信実績がありません。",
    ),
    "mailing.well": Words(
        en="Mails can leave by every route ({count}).",
        ja="{count}つの経路すべてで送信できます。",
    ),
    "mailing.some": Words(
        en="{bad} of {count:route|routes} cannot send. Alarms leave by the others.",
        ja="{count}経路のうち{bad}つで送信できません。アラームはほかの経路から送ります。",
    ),
    "mailing.no": Words(
        en="{bad} of {count:route|routes} cannot send.",
        ja="{count}経路のうち{bad}つで送信できません。",
    ),
    "mailing.for_now": Words(
        en="{bad} of {count:route needs|routes need} somebody, though what they have may still send for "
        "a while.",
        ja="送信経路{count}本のうち{bad}本に対応が必要です (しばらくは送信できる場合があります)。",
    ),
    "mailing.stuck": Words(
        en="{bad} of {count:route|routes} cannot send. Alarms of these cannot leave: {which}.",
        ja="{count}経路のうち{bad}つで送信できません。次のアラームは送れません: {which}。",
    ),
    "mailing.stuck.more": Words(en="{names} and {more} more", ja="{names}、ほか{more}件"),
    "mailing.all_bad": Words(
        en="No route can send. Alarms are kept and go out, worst first, as soon as one is back.",
        ja="どの経路でも送信できません。アラームは保管し、経路が戻りしだい危険から順に送ります。",
    ),
    "mailing.routes": Words(en="Routes", ja="送信経路"),
    "mailing.first": Words(en="SMTP server {n}", ja="SMTPサーバー{n}"),
    "mailing.first.of": Words(en="Route {n} ({kind})", ja="経路{n} ({kind})"),
    "mailing.further": Words(en="Further route", ja="その他の経路"),
    "mailing.add": Words(en="Add a route", ja="経路を追加"),
    "mailing.open": Words(en="Settings, sign-in, diagnosis", ja="設定・サインイン・診断"),
    "mailing.used_by": Words(en="Used by", ja="使用元"),
    "mailing.unused": Words(
        en="No rule names it, so no alarm goes by it.",
        ja="どの実行条件にも入っていないため、アラームはここを通りません。",
    ),
    "mailing.never": Words(
        en="Nobody has signed in yet: until then no mail leaves by it.",
        ja="まだサインインしていません。済むまで、この経路では送れません。",
    ),
    "mailing.lacks": Words(
        en="“{entry}”, which it needs, is not in the vault: until then no mail leaves by it.",
        ja="この経路に要る「{entry}」が保管庫にありません。入れるまで、この経路では送れません。",
    ),
    "mailing.put_in": Words(en="Put it in", ja="保管庫に入れる"),
    "mailing.through": Words(en="Network", ja="ネットワーク"),
    "mailing.signed": Words(en="Signed in", ja="サインイン"),
    "mailing.set_up": Words(en="Set up", ja="設定"),
    "mailing.password_kept": Words(en="Password", ja="パスワード"),
    "mailing.way_of": Words(
        en="How far this route is proved", ja="この経路で確かめたところまで"
    ),
    "mailing.order": Words(en="Order", ja="使う順番"),
    "mailing.order.about": Words(
        en="A mail takes the first route that can. The way back is found by itself.",
        ja="上から順に、使える経路で送ります。戻ったことは自動で見つけ、もとの順番に戻します。",
    ),
    "mailing.rule": Words(en="Rule {name}", ja="実行条件 {name}"),
    "mailing.notification": Words(en="Notification {name}", ja="通知項目 {name}"),
    "mailing.up": Words(en="Up", ja="上へ"),
    "mailing.down": Words(en="Down", ja="下へ"),
    "mailing.out": Words(en="Take out", ja="外す"),
    "mailing.into": Words(en="Add at the end", ja="最後に追加"),
    "mailing.into.ask": Words(en="Route to add to {name}", ja="{name} に追加する経路"),
    "mailing.only_one": Words(
        en="One route alone: if it fails, alarms wait. A second one by another way is worth it.",
        ja="経路が1つだけです。使えなくなるとアラームは待つことになります。別の方法の2つ目をおすすめします。",
    ),
    "mailing.no_order": Words(
        en="No rule and no notification names a route yet.",
        ja="経路を使う実行条件や通知項目は、まだありません。",
    ),
    "mailing.accounts": Words(en="Accounts", ja="アカウント"),
    "mailing.accounts.none": Words(
        en="No account yet. Adding a route through Microsoft 365 or Google makes one.",
        ja="アカウントはまだありません。Microsoft 365 や Google の経路を追加すると作られます。",
    ),
    "mailing.account": Words(en="Account", ja="アカウント"),
    "mailing.mailbox": Words(en="Mailbox", ja="メールボックス"),
    "mailing.cloud": Words(en="Cloud", ja="クラウド"),
    "mailing.sign_in": Words(en="Sign-in", ja="サインイン"),
    "mailing.by_person": Words(en="by a person", ja="人がサインイン"),
    "mailing.by_app": Words(en="by the app itself", ja="アプリのみ"),
    "mailing.state": Words(en="State", ja="状態"),
    "mailing.no_route": Words(en="no route uses it", ja="使う経路なし"),
    "mailing.again": Words(en="Sign in", ja="サインインする"),
    "mailing.networks": Words(en="Networks", ja="ネットワーク"),
    "mailing.networks.about": Words(
        en="Where the way out needs a proxy, or a certain address of this computer.",
        ja="外に出るのにプロキシや、このコンピューターの特定のアドレスが要る場合に使います。",
    ),
    "mailing.networks.none": Words(
        en="None: everything goes out directly.", ja="なし (すべて直接接続)"
    ),
    "mailing.networks.add": Words(en="Add a network", ja="ネットワークを追加"),
    "mailing.proxy": Words(en="Proxy", ja="プロキシ"),
    "mailing.source": Words(en="From", ja="接続元アドレス"),
    "mailing.edit": Words(en="Change", ja="変更"),
    "mailing.direct": Words(en="directly", ja="直接接続"),
    "mailing.retiring": Words(
        en="It signs in to Exchange Online by a password. Microsoft switches that off for existing "
        "tenants at the end of December 2026 (an administrator may switch it on again), gives it "
        "to no tenant made after that, and names the day on which it ends for good in the second "
        "half of 2027.",
        ja="Exchange Online にパスワードでサインインしています。Microsoft は既存のテナントでは2026年12月末に"
        "これを無効にし (管理者が再び有効にすることはできます)、それ以降に作られたテナントでは使えません。"
        "完全に終了する日は2027年後半に発表されます。",
    ),
    "mailing.retiring.do": Words(
        en="Add a route that signs in by OAuth 2.0", ja="OAuth 2.0 の経路を追加する"
    ),
    "mailing.ends_soon": Words(
        en="Its credential ends in {days:day|days} ({day}). After that no mail leaves by this route.",
        ja="サインインに使うシークレットまたは証明書の期限まで、あと{days}日です ({day})。"
        "切れると、この経路では送れません。",
    ),
    "mailing.ended": Words(
        en="Its credential has ended ({day}): no mail leaves by this route until a new one is put in.",
        ja="サインインに使うシークレットまたは証明書の期限が切れています ({day})。新しいものを入れるまで、"
        "この経路では送れません。",
    ),
    "mailing.meanwhile": Words(
        en="Alarms go by the other routes and are not lost.",
        ja="アラームはほかの経路に回り、失われません。",
    ),
    "mailing.did.order": Words(en="The order is changed.", ja="順番を変更しました。"),
    "mailing.did.removed": Words(en="It is removed.", ja="削除しました。"),
    "mailing.did.saved": Words(en="It is saved.", ja="保存しました。"),
    "mailing.did.added": Words(
        en="The route is there. What is still missing stands below, in its order.",
        ja="経路を追加しました。残りの手順を、上から順に進めてください。",
    ),
    "mailing.did.signed_in": Words(
        en="The route is signed in. What waits for it goes out now.",
        ja="サインインが済みました。待っているメールを順に送ります。",
    ),
    "mailing.did.secret": Words(
        en="It is in the vault; nobody is shown it again.",
        ja="保管庫に入れました。もう誰にも表示されません。",
    ),
}


NAMED: Mapping[str, tuple[str, str]] = {
    "host": ("Mail server", "メールサーバー"),
    "protection": ("Encryption", "暗号化"),
    "ca_file": ("Certificates to trust", "信頼する証明書"),
    "smtp.certificate": ("Own certificate", "こちらの証明書"),
    "sender": ("From", "差出人"),
    "sender_name": ("Name beside it", "差出人の表示名"),
    "envelope_sender": ("Envelope sender", "エンベロープの差出人"),
    "smtp.user": ("Signs in as", "サインインするユーザー"),
    "password": ("Password's entry", "パスワードの項目名"),
    "auth": ("Way to sign in", "サインインの方式"),
    "ehlo": ("Calls itself", "名乗る名前"),
    "charset": ("Character set", "文字コード"),
    "graph": ("Graph's address", "Graph のアドレス"),
    "folder": ("Folder", "フォルダー"),
    "envelope_headers": ("Envelope headers", "エンベロープのヘッダー"),
    "url": ("Address", "URL (アドレス)"),
    "url_entry": ("Address's entry", "URL の項目名"),
    "shape": ("Shape", "形式"),
    "header": ("Header", "ヘッダー"),
    "header_entry": ("Header's entry", "ヘッダーの項目名"),
    "plain_http": ("Without TLS", "暗号化なし"),
    "cloud": ("Cloud", "クラウド"),
    "tenant": ("Tenant ID", "テナント ID"),
    "client_id": ("Client ID", "クライアント ID"),
    "sign_in": ("Sign-in", "サインイン"),
    "secret": ("Secret's entry", "シークレットの項目名"),
    "secret_ends": ("Secret ends on", "シークレットの期限"),
    "secret_next": ("Next secret's entry", "次のシークレットの項目名"),
    "secret_next_ends": ("Next secret ends on", "次のシークレットの期限"),
    "certificate": ("Certificate's entry", "証明書の項目名"),
    "certificate_next": ("Next certificate's entry", "次の証明書の項目名"),
    "mailbox": ("Mailbox", "メールボックス"),
    "shared": ("Shared mailbox", "共有メールボックス"),
    "reads_inbox": ("Reads its mailbox", "メールボックスを読む"),
    "redirect": ("Redirect URI", "リダイレクト URI"),
    "renew_every": ("Renewed at least every", "更新の間隔"),
    "proxy": ("Proxy", "プロキシ"),
    "proxy_user": ("Proxy's user", "プロキシの利用者"),
    "proxy_password": ("Proxy password's entry", "プロキシのパスワードの項目名"),
    "source": ("From address", "接続元アドレス"),
}
MAILING_FIELDS: Mapping[str, Words] = {
    f"field.{name}": Words(en=en, ja=ja) for name, (en, ja) in NAMED.items()
}


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
