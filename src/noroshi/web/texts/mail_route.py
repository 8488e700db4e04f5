"""Texts of the page of one route: app, sign-in, administrator's steps, diagnosis, test mail."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

MAILING_ROUTE: Mapping[str, Words] = {
    "route.app": Words(en="App registration", ja="アプリの登録"),
    "route.steps.see": Words(en="See the administrator's steps", ja="管理者の手順を見る"),
    "route.client": Words(en="Client ID", ja="クライアント ID"),
    "route.client.help": Words(
        en="In the Entra admin center it is called “Application (client) ID”.",
        ja="Entra 管理センターの「アプリケーション (クライアント) ID」",
    ),
    "route.secret": Words(en="Client secret", ja="クライアント シークレット"),
    "route.secret.kept": Words(
        en="One is kept. Fill this in only to put another in its place.",
        ja="保管済みです。入れ替えるときだけ入力してください。",
    ),
    "route.secret.help": Words(
        en="The secret's Value, not the Secret ID. Once saved it is shown to nobody.",
        ja="「シークレット ID」ではなく「値」です。保存したあとは誰にも表示されません。",
    ),
    "route.secret_first": Words(
        en="The client secret is not in the vault yet. Put it in above, save, then sign in.",
        ja="クライアント シークレットがまだありません。上の欄に入れて保存してから、サインインしてください。",
    ),
    "route.secret.none": Words(
        en="This way to sign in shows a certificate instead of a secret.",
        ja="このサインイン方法では、シークレットの代わりに証明書を使います。",
    ),
    "route.ends": Words(en="The secret ends on", ja="シークレットの期限"),
    "route.ends.help": Words(
        en="The day under “Expires”. Microsoft does not tell it, so it is kept here; you are told "
        "60, 30, 14, 7 and 1 days before, by another route.",
        ja="ポータルの「有効期限」の日付。Microsoft はこの日を教えてくれないため、ここに控えておき、"
        "60・30・14・7・1日前に別の経路で知らせます。",
    ),
    "route.tenant": Words(en="Tenant ID", ja="テナント ID"),
    "route.tenant.help": Words(
        en="Or a domain of the organisation. Empty: the mailbox's.",
        ja="組織のドメイン名でもかまいません。空ならメールボックスのドメインを使います。",
    ),
    "route.mailbox.help": Words(
        en="Mails come from it. Whoever signs in is this mailbox, or has Full Access and Send As to it.",
        ja="アラームの差出人です。サインインするのはこのメールボックス自身か、フル アクセスと「送信者として送信」の"
        "権限を持つ人です。",
    ),
    "route.shared": Words(
        en="It is a shared mailbox: somebody else signs in for it",
        ja="共有メールボックス (別の人がサインインする)",
    ),
    "route.save.check": Words(en="Save and check", ja="保存して確かめる"),
    "route.checked": Words(
        en="What the sign-in server says", ja="サインイン サーバーに確かめた結果"
    ),
    "route.checking": Words(
        en="Asking the sign-in server …", ja="サインイン サーバーに確かめています…"
    ),
    "route.check.tenant": Words(en="Tenant", ja="テナント"),
    "route.check.app": Words(en="App", ja="アプリ"),
    "route.check.secret": Words(en="Secret or certificate", ja="シークレット・証明書"),
    "route.check.there": Words(en="It is there: {id}", ja="見つかりました: {id}"),
    "route.check.known": Words(en="The tenant knows it.", ja="テナントに登録されています。"),
    "route.check.taken": Words(en="It is taken.", ja="認められました。"),
    "route.check.later": Words(
        en="Only the sign-in will tell.", ja="サインインのときに分かります。"
    ),
    "route.not_registered": Words(
        en="The app is not registered yet: hand the administrator's steps on, and put in here what "
        "comes back.",
        ja="アプリがまだ登録されていません。「管理者に頼むこと」を渡し、返ってきた値をここに入れてください。",
    ),
    "route.sign_in": Words(en="Sign-in", ja="サインイン"),
    "route.ways": Words(en="Ways to sign in", ja="サインインの方法"),
    "route.way.browser": Words(en="In this browser", ja="このブラウザーで"),
    "route.way.paste": Words(en="Paste the URL", ja="URL を貼り付け"),
    "route.way.device": Words(en="Type a code", ja="コードを入力"),
    "route.way.app_secret": Words(en="App only (secret)", ja="アプリのみ (シークレット)"),
    "route.way.app_certificate": Words(en="App only (certificate)", ja="アプリのみ (証明書)"),
    "route.browser.about": Words(
        en="The provider's sign-in page opens; when you are done it brings you back here by itself. "
        "There is nothing to copy.",
        ja="サインイン画面を開きます。終わると自動でここに戻ります。URL を写す必要はありません。",
    ),
    "route.browser.not": Words(
        en="The manager's address here is not where the sign-in ends ({redirect}), so the browser "
        "would not come back by itself. Open the manager on the node's own machine, or through a "
        "tunnel, as http://localhost, and it does; or paste the URL.",
        ja="サインインの戻り先 ({redirect}) がこのマネージャーのアドレスではないため、自動では戻れません。"
        "ノードのあるコンピューター (またはトンネル経由) で http://localhost として開くと戻れます。"
        "できなければ「URL を貼り付け」をお使いください。",
    ),
    "route.redirect": Words(
        en="Registered as a redirect URI on the platform “Web”, letter by letter:",
        ja="リダイレクト URI に、プラットフォーム「Web」で次のとおり登録しておきます:",
    ),
    "route.begin": Words(en="Sign in", ja="サインインする"),
    "route.begin.again": Words(en="Sign in again", ja="もう一度サインインする"),
    "route.as_whom": Words(
        en="Sign in as {mailbox}. If this browser is signed in as another person, choose “Use "
        "another account”: whoever signs in is whom the mails leave by.",
        ja="{mailbox} でサインインしてください。このブラウザーで別の人がサインインしているときは「別の"
        "アカウントを使用する」を選びます。サインインした人の権限で送信するためです。",
    ),
    "route.as_delegate": Words(
        en="Sign in as somebody with Full Access and Send As to {mailbox}, not as that mailbox.",
        ja="{mailbox} 自身ではなく、そのフル アクセスと「送信者として送信」の権限を持つ人でサインインしてください。",
    ),
    "route.leaving": Words(
        en="The sign-in page opens by itself; if it does not, open it here.",
        ja="サインイン画面に移ります。移らないときは、ここから開いてください。",
    ),
    "route.open": Words(en="Open the sign-in page", ja="サインイン画面を開く"),
    "route.open.tab": Words(
        en="Open the sign-in page in another tab", ja="サインイン画面を別のタブで開く"
    ),
    "route.paste.one": Words(en="Open the sign-in page.", ja="サインイン画面を開きます。"),
    "route.paste.two": Words(
        en="At the end the browser says that it cannot reach localhost. That is as it should be: "
        "copy the whole address bar.",
        ja="最後に「このサイトにアクセスできません」と表示されたら、それで正常です。アドレス バーの URL をすべて"
        "コピーします。",
    ),
    "route.paste.three": Words(en="Paste it here.", ja="ここに貼り付けます。"),
    "route.pasted": Words(en="URL that the browser ended at", ja="戻ってきた URL"),
    "route.pasted.help": Words(
        en="Blanks, line breaks and quotes do no harm; from ?code= on is enough. If a page with a "
        "number like AADSTS50011 is shown instead, paste its text.",
        ja="空白や改行が混ざっていても、?code= から後ろだけでも読み取れます。AADSTS50011 のような番号の画面が"
        "出たときは、その文章を貼り付けてください。",
    ),
    "route.finish": Words(en="Complete the sign-in", ja="サインインを完了する"),
    "route.prepare": Words(en="Show its address, to copy", ja="URL を表示する (コピー用)"),
    "route.device.about": Words(
        en="On any other computer or phone you open a page and type a code. The node needs no browser.",
        ja="手もとの別のパソコンやスマートフォンでページを開き、コードを入れます。サーバーにブラウザーがなくても"
        "使えます。",
    ),
    "route.device.caution": Words(
        en="Many organisations forbid it by Conditional Access (AADSTS53003 and the like). Then take "
        "another way.",
        ja="「条件付きアクセス」で禁止している組織も多く、そのときは AADSTS53003 などが表示されます。"
        "ほかの方法をお使いください。",
    ),
    "route.device.do": Words(en="Get a code", ja="コードを表示する"),
    "route.device.again": Words(en="Get another code", ja="新しいコードを表示する"),
    "route.device.open": Words(en="Open this page there", ja="次のページを開く"),
    "route.device.code": Words(en="and type this code", ja="このコードを入力"),
    "route.device.wait": Words(
        en="Waiting for the sign-in. The code holds until {until}, {minutes} min more.",
        ja="サインインを待っています。コードは {until} まで、あと{minutes}分使えます。",
    ),
    "route.device.over": Words(
        en="The code holds no more. Get another one.",
        ja="コードの期限が切れました。新しいコードを表示してください。",
    ),
    "route.app.about": Words(
        en="Nobody signs in: no person, no password, no second factor. It does not end when somebody "
        "leaves. The administrator grants the right once.",
        ja="人がサインインしない方法です。退職やパスワード変更、多要素認証の影響を受けません。管理者が一度だけ"
        "権限を与えます。",
    ),
    "route.app_secret.how": Words(
        en="Put in client ID and secret above, have the administrator's steps done, then prove it.",
        ja="上の欄にクライアント ID とシークレットを入れ、「管理者に頼むこと」が済んだら、確かめます。",
    ),
    "route.key_file": Words(en="Key file (JSON)", ja="鍵ファイル (JSON)"),
    "route.key_file.help": Words(
        en="The whole JSON file that Google made for the service account.",
        ja="Google がサービス アカウントに発行した JSON ファイルの中身をすべて貼り付けます。",
    ),
    "route.switch": Words(
        en="Now it signs in another way: {way}. With this button it signs in this way from now on.",
        ja="いまは「{way}」でサインインしています。実行すると、この方法に切り替わります。",
    ),
    "route.prove": Words(en="Sign in and look at the token", ja="サインインを確かめる"),
    "route.certificate": Words(en="Certificate", ja="証明書"),
    "route.certificate.until": Words(en="{name}, until {day}", ja="{name} ({day} まで)"),
    "route.certificate.none": Words(
        en="There is none yet. Key and certificate are made here; the key never leaves this node.",
        ja="まだありません。鍵と証明書をここで作ります。秘密鍵はこのノードから出ません。",
    ),
    "route.certificate.new": Words(en="Make a certificate", ja="証明書を作る"),
    "route.certificate.again": Words(en="Make another one", ja="新しく作り直す"),
    "route.certificate.caution": Words(
        en="Another one takes the place of this one at once: until it is uploaded nobody signs in by it.",
        ja="作り直すとすぐに置き換わり、登録し直すまでサインインできません。",
    ),
    "route.certificate.save": Words(
        en="Save the certificate (.cer)", ja="証明書 (.cer) を保存"
    ),
    "route.certificate.where": Words(
        en="Upload the .cer file in the Entra admin center: App registrations › the app › "
        "Certificates & secrets › Certificates › Upload certificate. The thumbprint shown there must be "
        "this one.",
        ja="Entra 管理センターの「アプリの登録」› アプリ ›「証明書とシークレット」›「証明書」›「証明書のアップロード」で "
        ".cer を登録し、表示される拇印が上と同じことを確かめます。",
    ),
    "route.certificate.import": Words(
        en="Bring one along (PFX or PEM)", ja="手持ちの証明書を読み込む (PFX・PEM)"
    ),
    "route.certificate.file": Words(en="File", ja="ファイル"),
    "route.certificate.file.help": Words(
        en="PFX (.pfx, .p12) or PEM, with the certificate and its private key in it; at most {most} KiB.",
        ja="証明書と秘密鍵の両方が入った PFX (.pfx、.p12) か PEM です。{most} KiB までです。",
    ),
    "route.certificate.passphrase": Words(
        en="The file's passphrase", ja="ファイルのパスフレーズ"
    ),
    "route.certificate.passphrase.help": Words(
        en="The password of a PFX; empty if there is none. It opens the file and is kept nowhere.",
        ja="PFX のパスワードです。なければ空のままにします。ファイルを開くためだけに使い、どこにも残しません。",
    ),
    "route.certificate.pem": Words(en="Or PEM as text", ja="または PEM を貼り付ける"),
    "route.certificate.pem.help": Words(
        en="Certificate and private key, one after the other.",
        ja="証明書と秘密鍵を続けて貼り付けます。",
    ),
    "route.certificate.sealed": Words(
        en="The private key goes into the vault and is never shown. What was there is "
        "replaced once the sign-in server takes the new one: upload it first.",
        ja="秘密鍵は保管庫に入れ、二度と表示しません。すでにある証明書は、新しいものがサインイン サーバーに"
        "認められてから置き換わります。先に登録を済ませてください。",
    ),
    "route.certificate.import.do": Words(en="Keep it", ja="保管庫に入れる"),
    "route.force": Words(
        en="Keep it all the same, though the sign-in server does not take it",
        ja="サインイン サーバーに認められなくても保存する",
    ),
    "route.thumbprint": Words(en="Thumbprint", ja="拇印"),
    "route.token": Words(en="What is granted", ja="許可されている内容"),
    "route.token.wait": Words(
        en="Looking into the token …", ja="トークンの中身を確かめています…"
    ),
    "route.token.words": Words(en="What the token says", ja="トークンの説明"),
    "route.token.who": Words(en="To whom", ja="サインインした人"),
    "route.token.app": Words(en="the app itself", ja="アプリ自身"),
    "route.token.what": Words(en="Granted", ja="許可された範囲"),
    "route.token.until": Words(en="Access token", ja="アクセス トークン"),
    "route.token.until.at": Words(
        en="until {at}, then renewed by itself", ja="{at} まで。自動で更新します"
    ),
    "route.token.renewed": Words(en="Refresh token", ja="更新トークン"),
    "route.token.renewed.at": Words(
        en="renewed {at}. It ends after 90 days without use, so it is renewed even if no mail leaves.",
        ja="{at} に更新。90日使わないと切れるため、送信がなくても定期的に更新します。",
    ),
    "route.admin": Words(en="To ask of the administrator", ja="管理者に頼むこと"),
    "route.admin.about": Words(
        en="Your values are in it; it can be copied as it stands.",
        ja="あなたの値を入れてあります。そのまま写せます。",
    ),
    "route.admin.whole": Words(en="All as a text", ja="全体をテキストで保存"),
    "route.admin.check": Words(en="To see whether it is so:", ja="確かめるには:"),
    "route.admin.takes": Words(en="Acts after: {time}", ja="反映まで: {time}"),
    "route.copy": Words(en="Copy", ja="コピー"),
    "route.copied": Words(en="Copied", ja="コピーしました"),
    "route.doctor": Words(en="Diagnosis", ja="診断"),
    "route.doctor.about": Words(
        en="It goes all the way to the recipient and sends nothing.",
        ja="宛先を告げるところまで進み、メールは送りません。",
    ),
    "route.doctor.do": Words(en="Diagnose", ja="診断する"),
    "route.doctor.again": Words(
        en="It is mended: diagnose again", ja="直したので、もう一度診断"
    ),
    "route.doctor.running": Words(en="Under way …", ja="診断しています…"),
    "route.doctor.well": Words(
        en="{at}: all well; nothing was sent.", ja="{at} すべて通りました。何も送っていません。"
    ),
    "route.doctor.stopped": Words(
        en="{at}: stopped at stage {n}.", ja="{at} {n}番目の段で止まりました。"
    ),
    "route.stage.ok": Words(en="ok", ja="通過"),
    "route.stage.failed": Words(en="stopped", ja="停止"),
    "route.stage.rest": Words(en="not reached", ja="未到達"),
    "route.stage.now": Words(en="now", ja="実行中"),
    "route.stage.next": Words(en="to come", ja="これから"),
    "route.remedy.who": Words(en="Who mends it", ja="誰が直すか"),
    "route.remedy.how": Words(en="How", ja="直し方"),
    "route.remedy.takes": Words(en="Acts after", ja="反映まで"),
    "route.remedy.reply": Words(
        en="The server's reply, word for word", ja="サーバーの返事そのまま"
    ),
    "route.remedy.page": Words(en="Page", ja="ページ"),
    "route.test": Words(en="Test mail", ja="テストメール"),
    "route.test.to": Words(en="To", ja="宛先"),
    "route.test.do": Words(en="Send a test mail", ja="テストメールを送る"),
    "route.test.waits": Words(
        en="Waiting for its receipt. The node tries again by itself.",
        ja="受領を待っています。ノードが自動で再試行します。",
    ),
    "route.test.taken": Words(
        en="Accepted. That is not yet arrived: look into the inbox, and whether the mail lies under "
        "“Other” or in Junk Email.",
        ja="受領されました。受信トレイに届いたかは、まだ分かりません。「その他」や迷惑メールに"
        "入っていないかも含めて、開いて確かめてください。",
    ),
    "route.test.arrived": Words(
        en="It was seen in the inbox.", ja="受信トレイに届いたことを確かめました。"
    ),
    "route.test.arrived_by": Words(
        en="It was seen in the inbox. {by} said so.",
        ja="受信トレイに届いたことを {by} さんが確かめました。",
    ),
    "route.test.seen": Words(en="I see it in the inbox", ja="受信トレイに届いている"),
    "route.test.stopped": Words(
        en="It did not leave. The reason stands below; the diagnosis says what mends it.",
        ja="送れませんでした。理由は下のとおりです。直し方は診断で分かります。",
    ),
    "route.test.see": Words(en="See the mail", ja="このメールを見る"),
    "route.else": Words(en="If this route fails", ja="この経路で送れないとき"),
    "route.else.change": Words(en="Change the order", ja="順番を変える"),
    "route.else.none": Words(
        en="No other route: alarms wait until this one is back.",
        ja="ほかの経路はありません。戻るまでアラームは待ちます。",
    ),
    "route.settings": Words(en="All settings", ja="すべての設定"),
    "route.entry": Words(en="Secret “{entry}”", ja="秘密の値「{entry}」"),
    "route.entry.kept": Words(
        en="Kept in the vault as “{entry}”. Fill this in only to put another in its place.",
        ja="保管庫の「{entry}」に保管済みです。入れ替えるときだけ入力してください。",
    ),
    "route.entry.lacks": Words(
        en="The vault has no “{entry}” yet: without it no mail leaves by this route.",
        ja="保管庫に「{entry}」がまだありません。入れるまで、この経路では送れません。",
    ),
    "route.goes": Words(en="It is sent to {to}.", ja="入力した値は {to} に送られます。"),
    "route.goes.led": Words(
        en="It is sent to {to}, which the API token {token} chose. Type it only if that is right.",
        ja="入力した値は {to} に送られます。この送り先は API トークン {token} が指定しました。正しい場合だけ入力してください。",
    ),
    "route.entry.do": Words(en="Keep in the vault", ja="保管庫に入れる"),
    "route.landed": Words(en="Sign-in", ja="サインイン"),
    "route.landed.not": Words(
        en="The sign-in is not complete", ja="サインインは完了していません"
    ),
    "route.landed.back": Words(en="Back to the manager", ja="マネージャーに戻る"),
    "route.landed.out": Words(
        en="You are logged out of the manager meanwhile. Log in, and begin the sign-in anew.",
        ja="その間にマネージャーからログアウトしています。ログインして、サインインをやり直してください。",
    ),
    "route.only_admin": Words(
        en="Only an administrator changes routes and signs them in.",
        ja="経路の変更とサインインは管理者が行います。",
    ),
}
