"""The texts of the first start."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

FIRST: Mapping[str, Words] = {
    "first.title": Words(en="First start", ja="初期設定"),
    "first.short": Words(
        en="Who is told, this machine's watch, the way out, a test alarm.",
        ja="通知先、このマシンの監視、メールの経路、テスト アラームを順に設定します。",
    ),
    "first.steps": Words(en="How far the first start has come", ja="初期設定の進み具合"),
    "first.done": Words(en="done", ja="済み"),
    "first.next": Words(en="Next", ja="次へ"),
    "first.skip": Words(en="Skip this step", ja="この手順を飛ばす"),
    "first.later": Words(
        en="Go on later (the overview keeps a note)", ja="あとで続ける (概況に印が残ります)"
    ),
    "first.forbidden": Words(
        en="The first start needs the role administrator.",
        ja="初期設定には管理者の権限が必要です。",
    ),
    "first.mend": Words(en="Please correct: {fields}.", ja="次の欄を直してください: {fields}"),
    "first.of.instances": Words(en="Instance {name}", ja="監視インスタンス {name}"),
    "first.of.contacts": Words(en="Contact {name}", ja="通知先 {name}"),
    "first.of.rules": Words(en="Rule {name}", ja="実行条件 {name}"),
    "first.of.notifications": Words(en="Notification {name}", ja="通知項目 {name}"),
    "first.of.routes": Words(en="Route {name}", ja="送信経路 {name}"),
    "first.of.networks": Words(en="Network {name}", ja="ネットワーク {name}"),
    "first.of.accounts": Words(en="Account {name}", ja="アカウント {name}"),
    "first.of.clouds": Words(en="Cloud {name}", ja="クラウド {name}"),
    "first.of.blueprints": Words(en="Blueprint {name}", ja="ひな形 {name}"),
    "first.open": Words(
        en="The first start is not finished: it is not proved yet that alarms reach you.",
        ja="初期設定が終わっていません。アラームが届くことは、まだ確かめられていません。",
    ),
    "first.go_on": Words(en="Go on with it", ja="続ける"),
    "first.put_away": Words(en="Do not show this any more", ja="今後表示しない"),
    "first.administrator.step": Words(en="Administrator", ja="管理者"),
    "first.person.step": Words(en="Who is told", ja="通知先"),
    "first.machine.step": Words(en="This machine", ja="このマシン"),
    "first.mail.step": Words(en="How mail is sent", ja="メールの経路"),
    "first.alarm.step": Words(en="Receive an alarm", ja="アラームを受け取る"),
    "first.person.title": Words(
        en="Who is notified when something is wrong?", ja="異常があったとき、誰に知らせますか。"
    ),
    "first.person.about": Words(
        en="This becomes the first contact. More of them can be added later.",
        ja="最初の通知先になります。あとから増やせます。",
    ),
    "first.language": Words(en="Language", ja="言語"),
    "first.language.help": Words(
        en="Of the mails, and of these pages in this browser.",
        ja="メールと、このブラウザーでの画面の言語です。",
    ),
    "first.person.name": Words(en="Name", ja="名前"),
    "first.person.name.help": Words(
        en="A person or a team, such as Operations.", ja="人やチームの名前です (情シスなど)。"
    ),
    "first.addresses": Words(en="Mail addresses", ja="メールアドレス"),
    "first.addresses.help": Words(
        en="Several with commas or blanks between them. One that can be read on a phone is good.",
        ja="複数なら「,」や「、」、空白で区切ります。スマートフォンで読めるものがよいでしょう。",
    ),
    "first.zone": Words(en="Time zone", ja="タイムゾーン"),
    "first.zone.help": Words(
        en="Times in mails are in this zone. Suggested: that of this machine.",
        ja="メールに書く時刻の基準です。このマシンの設定を入れてあります。",
    ),
    "first.machine.title": Words(en="Watch {name}", ja="{name} を監視します"),
    "first.machine.about": Words(
        en="This was found here. Sensible limits are set; all of it can be changed later, while it runs.",
        ja="このマシンで見つかったものです。標準的なしきい値を入れてあり、あとから監視を止めずに変えられます。",
    ),
    "first.machine.name": Words(en="Name of this machine", ja="このマシンの名前"),
    "first.machine.found": Words(en="What to watch", ja="監視するもの"),
    "first.machine.there": Words(en="watched already", ja="監視済み"),
    "first.machine.none": Words(
        en="Nothing was found here that Noroshi could watch.",
        ja="このマシンで監視できるものは見つかりませんでした。",
    ),
    "first.machine.gone": Words(
        en="Something that was chosen is no longer found here: it may have ended meanwhile. "
        "Choose from what is found now.",
        ja="選んだものの一部が見つからなくなりました (その間に停止した可能性があります)。いま見つかっている"
        "ものから選び直してください。",
    ),
    "first.machine.do": Words(en="Begin to watch", ja="監視を始める"),
    "first.machine.more": Words(
        en="Logs, jobs, scripts and other computers come later.",
        ja="ログ、ジョブ、スクリプト、ほかのコンピューターはあとから追加できます。",
    ),
    "first.mail.title": Words(
        en="By which way shall alarms leave?", ja="アラームをどの経路で送りますか。"
    ),
    "first.mail.about": Words(
        en="This becomes the first route. A second one, which takes over when this one fails, is added under Mail.",
        ja="1つ目の経路になります。障害のときに引き継ぐ2つ目の経路は、あとから追加できます。",
    ),
    "first.mail.ways": Words(en="Ways out", ja="経路の種類"),
    "first.mail.server": Words(en="Another mail server", ja="ほかのメールサーバー"),
    "first.route": Words(en="SMTP server 1", ja="SMTPサーバー1"),
    "first.by": Words(en="Mails leave by", ja="送り方"),
    "first.sealed": Words(
        en="Secrets are sealed in the vault and never shown again.",
        ja="秘密の値は保管庫に封じ、二度と表示しません。",
    ),
    "first.app": Words(
        en="No app registration yet? Four steps in the Entra admin center",
        ja="アプリの登録がまだの場合 (Entra 管理センターでの4つの手順)",
    ),
    "first.app.1": Words(
        en="entra.microsoft.com › App registrations › New registration; a name such as Noroshi, accounts in this directory only.",
        ja="entra.microsoft.com の「アプリの登録」で「新規登録」。名前は Noroshi など、「この組織ディレクトリのみ」を選びます。",
    ),
    "first.app.2": Words(
        en="Redirect URI: platform Web, {redirect}",
        ja="リダイレクト URI: プラットフォームは「Web」、{redirect}",
    ),
    "first.app.3": Words(
        en="API permissions › Microsoft Graph › Delegated › SMTP.Send, or Mail.Send where mails leave by Microsoft Graph. For the sign-in by a code: Authentication › Allow public client flows.",
        ja="「API のアクセス許可」で Microsoft Graph › 委任されたアクセス許可 › SMTP.Send (Microsoft Graph で送るなら Mail.Send) を追加します。コードでサインインするなら、「認証」で「パブリック クライアント フローを許可する」も有効にします。",
    ),
    "first.app.4": Words(
        en="Certificates & secrets › New client secret: its Value (not the Secret ID) goes below. For SMTP, Authenticated SMTP must be on for the mailbox (Exchange admin center).",
        ja="「証明書とシークレット」で新しいクライアント シークレットを作り、その「値」(シークレット ID ではありません) を下に入れます。SMTP で送るなら、Exchange 管理センターでメールボックスの「認証済み SMTP」を有効にしておきます。",
    ),
    "first.mailbox": Words(en="Mailbox that sends", ja="送信するメールボックス"),
    "first.mailbox.help": Words(
        en="The address from which alarms come.", ja="アラームの差出人になるアドレスです。"
    ),
    "first.tenant": Words(en="Tenant", ja="テナント"),
    "first.tenant.help": Words(
        en="The directory (tenant) ID, or a domain of the organisation.",
        ja="ディレクトリ (テナント) ID か、組織のドメインです。",
    ),
    "first.client_id": Words(en="Client ID", ja="クライアント ID"),
    "first.client_id.help": Words(
        en="The application (client) ID of the app registration.",
        ja="アプリの登録の「アプリケーション (クライアント) ID」です。",
    ),
    "first.secret": Words(en="Client secret", ja="クライアント シークレット"),
    "first.secret.help": Words(
        en="Its Value. Leave it empty if one is kept already, or if the app is a public client.",
        ja="「値」を入れます。登録済みのときと、パブリック クライアントのときは空のままにします。",
    ),
    "first.secret.do": Words(en="Keep the secret", ja="シークレットを登録"),
    "first.secret_ends": Words(en="It ends on", ja="シークレットの期限"),
    "first.secret_ends.help": Words(
        en="Announced 60, 30, 14, 7 and 1 days before.", ja="60・30・14・7・1日前に知らせます。"
    ),
    "first.cloud.more": Words(
        en="Another cloud than Microsoft 365 worldwide", ja="国や地域の専用クラウドなど"
    ),
    "first.cloud": Words(en="Cloud", ja="クラウド"),
    "first.host": Words(en="Host", ja="ホスト名"),
    "first.host.help": Words(
        en="Such as smtp.example.com.", ja="smtp.example.com のように入れます。"
    ),
    "first.sender": Words(en="Sender", ja="差出人"),
    "first.sender.help": Words(
        en="The address from which alarms come.", ja="アラームの差出人になるアドレスです。"
    ),
    "first.protection": Words(en="Protection", ja="接続の保護"),
    "first.protection.starttls": Words(en="STARTTLS (usual)", ja="STARTTLS (標準)"),
    "first.protection.tls": Words(
        en="TLS from the start of the connection", ja="TLS (接続の最初から)"
    ),
    "first.protection.none": Words(
        en="none (an internal server)", ja="なし (社内のサーバーだけ)"
    ),
    "first.port": Words(en="Port", ja="ポート"),
    "first.port.help": Words(
        en="Default: 587, or 465 with TLS.", ja="空なら 587、TLS なら 465 です。"
    ),
    "first.user": Words(en="User", ja="ユーザー名"),
    "first.user.help": Words(
        en="Empty: the sender's address.", ja="空なら差出人のアドレスを使います。"
    ),
    "first.password.help": Words(
        en="Leave it empty for a server that wants none.",
        ja="認証のないサーバーなら空のままにします。",
    ),
    "first.sign_in.title": Words(
        en="Sign in with the mailbox that sends", ja="送信するメールボックスでサインインします"
    ),
    "first.sign_in.about": Words(
        en="Once. From then on Noroshi renews it by itself.",
        ja="一度だけです。以後は Noroshi が自動で更新します。",
    ),
    "first.sign_in.ways": Words(en="Ways to sign in", ja="サインインの方法"),
    "first.browser": Words(en="In this browser", ja="このブラウザーで"),
    "first.browser.about": Words(
        en="The sign-in page opens here; sign in as the mailbox. At the end it brings you back by itself: there is nothing to copy.",
        ja="このブラウザーでサインイン画面を開き、メールボックスの利用者でサインインします。終わると自動でここに戻り、次に進みます。URL を写す必要はありません。",
    ),
    "first.paste": Words(en="Paste the address", ja="URL を貼り付ける"),
    "first.paste.1": Words(
        en="Open the sign-in page, in any browser, and sign in as the mailbox.",
        ja="サインイン画面を開き、メールボックスの利用者でサインインします (どのブラウザーでも構いません)。",
    ),
    "first.paste.open": Words(en="Open the sign-in page", ja="サインイン画面を開く"),
    "first.paste.2": Words(
        en="The browser ends at {redirect}… with an error page. That is as it should be.",
        ja="最後に {redirect}… が開き、エラーの画面になります。これで正常です。",
    ),
    "first.paste.3": Words(
        en="Copy the whole address from the address bar, and paste it here.",
        ja="アドレス バーの URL 全体をコピーし、ここに貼り付けます。",
    ),
    "first.paste.anew": Words(en="Begin the sign-in anew", ja="サインインを最初からやり直す"),
    "first.pasted": Words(en="Address of the last page", ja="最後のページの URL"),
    "first.paste.do": Words(en="Sign in", ja="サインインを完了"),
    "first.device": Words(en="By a code", ja="コードを入力する"),
    "first.device.about": Words(
        en="You get a code, and type it on a phone or another computer. The app must allow public client flows.",
        ja="表示されるコードを、スマートフォンや別のコンピューターで入力します。アプリでパブリック クライアント フローを許可しておく必要があります。",
    ),
    "first.device.do": Words(en="Get a code", ja="コードを表示"),
    "first.device.open": Words(
        en="Type this code at", ja="次のページでこのコードを入力します:"
    ),
    "first.device.waits": Words(
        en="Waiting for the sign-in. This page goes on by itself.",
        ja="サインインを待っています。終わると自動で次に進みます。",
    ),
    "first.device.not_yet": Words(
        en="Nobody has finished there yet. Waiting on.",
        ja="まだ終わっていません。引き続き待っています。",
    ),
    "first.device.again": Words(en="Get another code", ja="新しいコードを表示する"),
    "first.device.ask": Words(en="I have signed in", ja="サインインしました"),
    "first.guide": Words(
        en="What the administrator of Microsoft 365 sets up, with your values filled in",
        ja="Microsoft 365 の管理者が行う手順 (値は記入済み)",
    ),
    "first.alarm.title": Words(
        en="Now prove that alarms reach you.", ja="アラームが届くことを確かめます。"
    ),
    "first.alarm.sent": Words(
        en="The test alarm was sent. Type the number from its mail.",
        ja="テスト アラームを送りました。届いたメールの番号を入れてください。",
    ),
    "first.alarm.waits": Words(
        en="The test alarm waits; the reason is below.",
        ja="テスト アラームは待っています。理由は下のとおりです。",
    ),
    "first.alarm.under_way": Words(
        en="The test alarm is on its way.", ja="テスト アラームを送っています。"
    ),
    "first.alarm.about": Words(
        en="“Sent” is not the end. Only when you have it in your hands is the first start finished.",
        ja="「送った」では終わりません。手もとに届いたことを確かめて、初めて設定が完了します。",
    ),
    "first.alarm.send": Words(en="Test alarm", ja="テスト アラーム"),
    "first.alarm.what": Words(
        en="It goes through the queue and the route as every alarm, and stays in the ledger.",
        ja="本物のアラームと同じ送信キューと経路を通り、台帳に残ります。",
    ),
    "first.alarm.goes_to": Words(en="To {who} ({to}).", ja="宛先は {who} ({to}) です。"),
    "first.alarm.to": Words(en="To", ja="通知先"),
    "first.alarm.do": Words(en="Send the test alarm", ja="テスト アラームを送る"),
    "first.alarm.again": Words(en="Send another one", ja="もう一度送る"),
    "first.alarm.no_contact": Words(
        en="There is nobody yet to send it to.", ja="送る相手がまだいません。"
    ),
    "first.alarm.no_route": Words(
        en="There is no way out yet.", ja="送信経路がまだありません。"
    ),
    "first.way": Words(en="How far the alarm has come", ja="アラームの足どり"),
    "first.you": Words(en="You", ja="あなた"),
    "first.you.waits": Words(en="waited for", ja="待っています"),
    "first.number": Words(en="The four digits in the mail", ja="メールに書かれた4桁の番号"),
    "first.number.do": Words(en="It has arrived", ja="届きました"),
    "first.number.help": Words(
        en="The subject is “[TEST] A test alarm from Noroshi”. It mostly arrives within a minute.",
        ja="件名は「[テスト] Noroshi からのテスト アラーム」です。ふつうは1分以内に届きます。",
    ),
    "first.not": Words(en="If it does not arrive", ja="届かないとき"),
    "first.not.1": Words(
        en="Look into the junk mail folder.", ja="「迷惑メール」フォルダーを見ます。"
    ),
    "first.not.2": Words(
        en="An administrator of Microsoft 365 looks into the quarantine, security.microsoft.com/quarantine.",
        ja="Microsoft 365 の管理者が検疫 (security.microsoft.com/quarantine) を調べます。",
    ),
    "first.not.3": Words(en="Is the address right? {to}", ja="宛先は正しいですか: {to}"),
    "first.not.change": Words(en="Change it", ja="変更する"),
    "first.doctor": Words(en="Diagnose the route", ja="経路を診断する"),
    "first.the_mail": Words(en="See the mail", ja="メールを見る"),
    "first.proved.title": Words(
        en="It has arrived. Alarms reach you.", ja="届きました。アラームはあなたに届きます。"
    ),
    "first.proved.about": Words(
        en="Given back by {who} at {at}: that is kept as proof. It went to {to}.",
        ja="{at} に {who} さんが確認しました。証拠として記録してあります (宛先 {to})。",
    ),
    "first.to_overview": Words(en="To the overview", ja="概況を開く"),
    "first.back.machine": Words(en="Back to 3, this machine", ja="3 このマシンに戻る"),
    "first.back.mail": Words(en="Back to the form", ja="入力に戻る"),
    "first.back.route": Words(en="Back to 4, the way out", ja="4 メールの経路に戻る"),
}
