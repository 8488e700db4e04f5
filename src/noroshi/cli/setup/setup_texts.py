"""Say what `noroshi setup microsoft365` says and asks at every step, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import NOTHING, Words
from noroshi.guides.export import SENDS_BY

TITLE = Words(en="Mail through Microsoft 365", ja="Microsoft 365 からメールを送る設定")
ABOUT = Words(
    en="Step by step to a test mail that was accepted. Ctrl-C leaves it for now: answers are kept, "
    "and the same command goes on from there.",
    ja="テストメールが受領されるまで、順に進めます。Ctrl-C でいつでも中断できます。答えは保存され、"
    "同じコマンドで続きから始まります。",
)
LATER = Words(
    en="Left for now. What is set up so far is kept; go on with: noroshi setup "
    "microsoft365{account}",
    ja="ここで中断しました。ここまでの設定は保存してあります。続けるには: noroshi setup "
    "microsoft365{account}",
)
LATER_AS_BEFORE = Words(
    en="Left for now. The account is as it was, and its mails go on as before; what was answered now "
    "is not kept. Begin again with: noroshi setup microsoft365{account}",
    ja="ここで中断しました。アカウントは元のままで、メールもこれまでどおり送られます。今回の答えは保存していません。"
    "やり直すには: noroshi setup microsoft365{account}",
)

LATER_AND = Words(en="{later}\n{missing}", ja="{later}\n{missing}")
NEW_SIGN_IN = Words(
    en="A sign-in is kept for one app of one tenant, and this changes which one signs in for an account "
    "that sends. Once it is in force, its mails wait until somebody has signed in anew, or go by "
    "another route where their rule names one; none is lost.",
    ja="サインインは1つのテナントの1つのアプリだけで有効です。送信中のアカウントでこれを変えるため、有効にしたあと誰かが"
    "サインインし直すまで、このアカウントのメールは待ちます (実行条件に別の経路があれば、そちらで送ります)。"
    "失われるメールはありません。",
)
SIGN_IN_NOW = Words(
    en="Put it in force, and sign in right after that?",
    ja="有効にして、続けてサインインしますか。",
)
NO_SIGN_IN = Words(
    en="Nobody has signed in for what is in force now: mails by this account wait until then, or go by "
    "another route where their rule names one.",
    ja="有効になった設定では、まだ誰もサインインしていません。それまで、このアカウントのメールは待ちます (実行条件に別の経路が"
    "あれば、そちらで送ります)。",
)
OR_GO_BACK = Words(
    en="{missing} To go back to how it was: noroshi take-back {version}",
    ja="{missing}元に戻すには: noroshi take-back {version}",
)
SECRET_REFUSED = Words(
    en="{why}\nSo the client secret is not in the vault (“{entry}”). In force is all the rest: "
    "accounts/{account}, routes/{route}. Until the secret is there, mails by this account may have to "
    "wait; none is lost.",
    ja="{why}\nそのため、クライアント シークレットは保管庫に入っていません (「{entry}」)。それ以外の accounts/{account}、"
    "routes/{route} は有効です。シークレットが入るまで、このアカウントのメールは待つことがあります。失われるメールは"
    "ありません。",
)
NO_SECRET = Words(
    en="The client secret is not in the vault. Put it in: noroshi secret set {entry}",
    ja="クライアント シークレットが保管庫に入っていません。入れるには: noroshi secret set {entry}",
)

# asking

NUMBER = Words(en="Number [{default}]: ", ja="番号 [{default}]: ")
WHICH = Words(en="A number from 1 to {most}.", ja="1 から {most} の番号を入れてください。")
NEEDED = Words(
    en="Nothing was entered, and it does not go on without an answer here.",
    ja="何も入力されていません。ここは入力しないと先に進めません。",
)
YES_OR_NO = Words(
    en="y or n, please; Enter alone is {default}.",
    ja="y か n で答えてください (Enter だけなら {default})。",
)
GO_ON = Words(en="Enter once it is done: ", ja="済んだら Enter を押してください: ")
MENDED = Words(
    en="Enter: try again (mended, or not)   q: leave it for now: ",
    ja="Enter: もう一度試す   q: 中断する: ",
)
ONLY_THESE = Words(
    en="Here Enter goes on, or one of the letters; nothing else is taken, and no address. Where an "
    "address is wanted it is asked for after Enter.",
    ja="ここで使えるのは Enter と表示された文字だけです。アドレスなどは、Enter のあとに尋ねられてから"
    "入れてください。",
)
MENDED_BY = Words(en="What mends it:", ja="直し方:")
CHECK = Words(en="To see whether it is so:", ja="確かめるには:")
ACTS_AFTER = Words(en="Acts after {time}.", ja="反映までの時間: {time}。")
UNFIT = Words(en="{option}: {why}", ja="{option}: {why}")
BY_OPTION = Words(
    en="There is no terminal to ask at: give it by {option}.",
    ja="端末がないため尋ねられません。{option} で指定してください。",
)
SECRET_BY_FILE = Words(
    en="There is no terminal to ask at: give the client secret by --secret-file FILE.",
    ja="端末がないため尋ねられません。クライアント シークレットは --secret-file FILE で渡してください。",
)
WAYS_CLASH = Words(
    en="these options name two different ways to sign in",
    ja="別々のサインイン方法のオプションが一緒に指定されています",
)
NO_ADDRESS = Words(en="this is not a mail address", ja="メールアドレスではありません")
ONE_KIND = Words(
    en="take one of --graph and --smtp", ja="--graph と --smtp はどちらか一方だけ使えます"
)
SHARED_BY_APP = Words(
    en="--shared is for a person who signs in: an app sends from a shared mailbox as from any "
    "other",
    ja="--shared は人がサインインする場合のものです。アプリは共有メールボックスからもふつうのメールボックスと"
    "同じように送れます",
)
MARKED = Words(
    en="[{mark}]: its sign-in server is none of those that Noroshi knows. Its routes are marked so "
    "wherever they are shown.",
    ja="[{mark}]: Noroshi の知らないサインイン サーバーです。この経路には、表示されるすべての場所で"
    "この印が付きます。",
)

# its steps

WHO_SENDS = Words(en="Who sends, and how", ja="送信元と方法")
REGISTRATION = Words(
    en="At Microsoft 365: the app (administrator)", ja="Microsoft 365 側: アプリ (管理者)"
)
EXCHANGE = Words(
    en="At Microsoft 365: the mailbox (administrator)",
    ja="Microsoft 365 側: メールボックス (管理者)",
)
SIGN_IN = Words(en="Sign-in", ja="サインイン")
TEST_MAIL = Words(en="Test mail", ja="テストメール")
READY = Words(en="Done", ja="完了")

# the administrator

HOW_TO_SEE = (
    (Words(en="Show me the steps", ja="手順を表示する"), NOTHING),
    (
        Words(
            en="Write them into a file for the administrator",
            ja="管理者に渡すファイルに書き出す",
        ),
        NOTHING,
    ),
    (Words(en="They are done", ja="手順は済んでいる"), NOTHING),
)
WHICH_FILE = Words(en="File", ja="ファイル")
WROTE_STEPS = Words(en="The steps are in {file}.", ja="手順を {file} に書き出しました。")
NOT_WRITTEN = Words(en="{file} cannot be written: {why}", ja="{file} に書き出せません: {why}")
SEND_IT = Words(
    en="Hand it on. You may leave here (Ctrl-C) and come back with what the administrator gives you.",
    ja="管理者に渡してください。ここで中断し (Ctrl-C)、返事が来てから続けても構いません。",
)
SEND_CERTIFICATE = Words(
    en="With it goes the certificate, {file}.", ja="証明書 {file} も一緒に渡してください。"
)

# the end

MADE = Words(
    en="In force: accounts/{account}, {routes}. If you have a folder of definitions, bring it up to "
    "date before the next apply, which would undo this otherwise: noroshi export --force DIR "
    "(comments in its files are not kept). "
    "noroshi status tells how each route is.",
    ja="accounts/{account}、{routes} が有効です。定義のフォルダーがあれば、noroshi export --force DIR で先に"
    "書き戻してください (ファイル内のコメントは残りません)。そのまま次の apply をすると、今回の設定が元に戻ります。経路の状態は noroshi status で"
    "確かめられます。",
)
NO_RULE = Words(
    en='No rule names it yet, so no alarm goes by it: routes = ["{route}"] in rules/.',
    ja='この経路を使う実行条件がまだないため、アラームは送られません。rules/ に routes = ["{route}"] と'
    "書いてください。",
)
ALARMS_TOGETHER = Words(
    en="Exchange takes 30 mails a minute. From the fourth alarm within a minute on, a contact gets "
    "them together in one mail (one_by_one).",
    ja="Exchange が受け付けるのは1分に30通までです。1分以内の4件目からは、通知先ごとに1通にまとめて送ります "
    "(one_by_one)。",
)
NO_END = Words(
    en="Nobody has said yet when the secret ends. Write it as secret_ends in accounts/{account}, and "
    "Noroshi reminds you from 60 days before.",
    ja="シークレットの有効期限が登録されていません。accounts/{account} に secret_ends を書くと、60日前から"
    "お知らせします。",
)


HELD = Words(
    en="Mails leave by this account now. What you change is proved first and put in force at once "
    "after that; until then they go on as before.",
    ja="このアカウントは現在送信に使われています。変更はまず確認だけを行い、確認が済んだ時点でまとめて有効にします。"
    "それまでは、これまでどおり送信します。",
)
MAILBOX = Words(en="Mailbox that alarms come from", ja="アラームの送信元メールボックス")
TENANT = Words(
    en="Tenant ID, or a domain of the organisation", ja="テナント ID、または組織のドメイン"
)
TENANT_FOUND = Words(
    en="{tenant} is the tenant {id} (says {host}).",
    ja="{tenant} のテナントは {id} です ({host} で確認)。",
)
TENANT_THERE = Words(
    en="The tenant {id} is there (says {host}).",
    ja="テナント {id} が見つかりました ({host} で確認)。",
)
WHICH_WAY = Words(en="How shall it sign in?", ja="どの方法でサインインしますか。")
WHY: Mapping[str, Words] = {
    "app-certificate": Words(
        en="Best for a server: no person, no password, no second factor; nothing to hand over but "
        "a certificate that may be seen. It needs PowerShell for Exchange once.",
        ja="サーバーにおすすめです。人も、パスワードも、2要素認証も要りません。渡すのは見られても困らない"
        "証明書だけです。Exchange の PowerShell を一度使います。",
    ),
    "app-secret": Words(
        en="The same, with a secret that ends after two years at most.",
        ja="上と同じですが、最長2年で切れるシークレットを使います。",
    ),
    "person-paste": Words(
        en="Where the administrator gives client ID, secret, tenant ID and redirect URL. Somebody "
        "signs in once, on any computer.",
        ja="クライアント ID、シークレット、テナント ID、リダイレクト URL を管理者から受け取る方法です。"
        "どのコンピューターからでも、一度サインインするだけです。",
    ),
    "person-here": Words(
        en="The same, where this computer has a browser: nothing to paste.",
        ja="上と同じで、このコンピューターにブラウザーがある場合です。貼り付けは要りません。",
    ),
    "person-device": Words(
        en="No secret; on a phone, say. Many organisations block it.",
        ja="シークレットは要らず、スマートフォンでもできます。禁止している組織も多くあります。",
    ),
}
WHICH_KIND = Words(en="And by which way shall mails leave?", ja="どの経路で送りますか。")
KINDS: Mapping[str, tuple[Words, Words]] = {
    "smtp": (
        SENDS_BY["smtp"],
        Words(
            en="The permission for nothing but that. “Authenticated SMTP” must be on for the mailbox.",
            ja="権限が最小で済みます。メールボックスで「認証済み SMTP」を有効にする必要があります。",
        ),
    ),
    "graph": (
        SENDS_BY["graph"],
        Words(
            en="Where port 587 or Authenticated SMTP is closed. Mails of up to 3 MB.",
            ja="ポート 587 や「認証済み SMTP」が使えない場合に。メールは3 MB までです。",
        ),
    ),
}
PERSON = Words(en="Who signs in", ja="サインインする人")
NO_TENANT = Words(
    en="must be a tenant ID, or a domain such as contoso.onmicrosoft.com",
    ja="テナント ID か、contoso.onmicrosoft.com のようなドメインを入れてください",
)
NOT_REGISTERED = Words(en="not registered yet", ja="未登録")
GO_ON_WITH = Words(
    en="""What is known so far:
  mailbox   {mailbox}
  cloud     {cloud}
  tenant    {tenant}
  client ID {app}
  way       {way}
  sends by  {kind}
  kept in   accounts/{account}, routes/{route}
Go on with this? (n: change it)""",
    ja="""ここまでの設定:
  メールボックス    {mailbox}
  クラウド          {cloud}
  テナント          {tenant}
  クライアント ID   {app}
  サインイン        {way}
  送信              {kind}
  保存先            accounts/{account}、routes/{route}
このまま続けますか (n: 変更する)。""",
)
CLIENT_ID = Words(en="Application (client) ID", ja="アプリケーション (クライアント) ID")
NOT_KNOWN_YET = Words(
    en="If it is not known yet: Enter alone leaves it for now.",
    ja="まだ分からなければ、空のまま Enter で中断できます。",
)
NO_GUID = Words(
    en="must be like 11111111-2222-3333-4444-555555555555",
    ja="11111111-2222-3333-4444-555555555555 のような形にしてください",
)


UPLOADED = Words(
    en="Enter: try again, once it is uploaded   q: leave it for now: ",
    ja="Enter: 登録したので、もう一度試す   q: 中断する: ",
)
APP_KNOWN = Words(
    en="The tenant knows the app {app}.", ja="アプリ {app} はテナントに登録されています。"
)
CERTIFICATE_MADE = Words(
    en="Made a key and a certificate, for {days:day|days}. The key stays in the vault.",
    ja="鍵と証明書を作りました (有効期間 {days}日)。鍵は保管庫から出ません。",
)
REPLACED = Words(
    en="The sign-in server takes the certificate {new}, which is in the vault now in the place of "
    "{old}.",
    ja="証明書 {new} がサインイン サーバーに認められたため、保管庫の {old} と置き換えました。",
)
CERTIFICATE_WRITTEN = Words(
    en="The certificate to upload is in {file}.",
    ja="登録する証明書を {file} に書き出しました。",
)
CERTIFICATE_LATER = Words(
    en="The certificate, {file}, goes with the steps: the same command without --print-admin-steps "
    "writes it.",
    ja="手順と一緒に証明書 {file} を渡してください。--print-admin-steps を付けずに同じコマンドを実行すると"
    "書き出されます。",
)
CERTIFICATE_SHOWN = Words(
    en="No file can be written here. Save what follows as a file that ends in .cer:",
    ja="ここにはファイルを書けません。次の内容を .cer ファイルに保存してください。",
)
ASK_SECRET = Words(
    en="The client secret: its Value, not the Secret ID. It is not shown while you paste it.",
    ja="クライアント シークレットの「値」を入れてください (「シークレット ID」ではありません)。貼り付けても"
    "画面には出ません。",
)
ASK_SECRET_OR_NONE = Words(
    en="The client secret: its Value, not the Secret ID. It is not shown while you paste it. Empty: "
    "the app has none, as it is registered under “Mobile and desktop applications”.",
    ja="クライアント シークレットの「値」を入れてください (「シークレット ID」ではありません)。貼り付けても"
    "画面には出ません。「モバイル アプリケーションとデスクトップ アプリケーション」として登録した、"
    "シークレットのないアプリなら空のまま Enter を押します。",
)
SECRET_PROMPT = Words(en="Client secret: ", ja="クライアント シークレット: ")
SECRET_ENDS = Words(
    en="Day on which it expires, as in 2028-01-31 (empty: not known)",
    ja="有効期限 (例 2028-01-31。分からなければ空)",
)
NO_DATE = Words(en="write it as in 2028-01-31", ja="2028-01-31 のように書いてください")
NO_SUCH_DAY = Words(en="there is no day {given}", ja="{given} という日付はありません")
WRITE_DAY = Words(en="write it as {day}", ja="{day} のように書いてください")
IS_OVER = Words(
    en="{day} is over, and a secret that has ended is of no use: look at its “Expires” in the portal",
    ja="{day} はすでに過ぎています。ポータルの「有効期限」を確かめてください",
)
SECRET = Words(en="client secret", ja="クライアント シークレット")
CERTIFICATE = Words(en="certificate", ja="証明書")
TAKEN = Words(
    en="The sign-in server takes the {what}.",
    ja="{what}はサインイン サーバーに認められました。",
)
NOT_SURE = Words(
    en="Whether the {what} is right cannot be told yet; the sign-in will. ({why})",
    ja="{what}が正しいかどうかはまだ確かめられません。サインインのときに分かります ({why})。",
)
AS_PERSON = Words(
    en="Sign in as {person}, who may send from {mailbox}; not as the mailbox itself.",
    ja="{mailbox} ではなく、そこから送る権限を持つ {person} でサインインしてください。",
)
AS_DELEGATE = Words(
    en="Sign in as somebody who may send from the shared mailbox {mailbox}; not as the mailbox "
    "itself.",
    ja="共有メールボックス {mailbox} 自身ではなく、そこから送る権限を持つ人でサインインしてください。",
)
TOKEN = Words(
    en="Route {route} is signed in. What its token says:",
    ja="経路 {route} のサインインが済みました。トークンの内容:",
)
OBJECT_ID = Words(
    en="Its app is the enterprise application with the Object ID {id}.",
    ja="エンタープライズ アプリケーションのオブジェクト ID は {id} です。",
)
NO_ROLE = Words(
    en="The token carries no permission {role}, or nobody consented to it.",
    ja="トークンにアクセス許可 {role} がないか、管理者の同意がありません。",
)


# the test mail

STARTED = Words(
    en="Enter: it runs now   q: leave it for now: ", ja="Enter: 動かした   q: 中断する: "
)
MENDED_OR_WAIT = Words(
    en="Enter: try again now   w: wait until it is through   q: leave it for now: ",
    ja="Enter: いますぐ再試行   w: 通るまで待つ   q: 中断する: ",
)
NOBODY_SENDS = Words(
    en="No node is running, so nobody would send it. In another window: noroshi serve (as a "
    "service: noroshi service install --start)",
    ja="ノードが動いていないため、送信できません。別のウィンドウで noroshi serve を実行してください "
    "(サービスにするなら noroshi service install --start)。",
)
TO = Words(en="Send a test mail to", ja="テストメールの宛先")
ON_ITS_WAY = Words(
    en="A mail to {to} is on its way by {route}; waiting for its receipt.",
    ja="{to} 宛てのメールを {route} で送っています。受領を待っています。",
)
WAITS_STILL = Words(
    en="The test mail to {to} from before still waits ({id}); it is tried now instead of another "
    "one.",
    ja="前回の {to} 宛てのテストメールがまだ送信待ちです ({id})。新しく送らず、これをいま再試行します。",
)
WAITING = Words(
    en="The node tries it again by itself until it is accepted. Enter: try it at once. Ctrl-C leaves; "
    "the mail stays in the queue.",
    ja="受領されるまで、ノードが自動で再試行します。Enter を押すといますぐ再試行します。Ctrl-C で中断しても、"
    "メールはキューに残ります。",
)
NEXT_TRY = Words(
    en="Tried {tried:time|times} so far. Next try at {at}, in {left}.",
    ja="これまでに {tried} 回試しました。次の試行は {at} です (あと{left})。",
)
TRIED_NOW = Words(en="It is tried now.", ja="いま再試行しています。")
ACCEPTED = Words(
    en="Accepted at {at}: the mail to {to}, by route {route}.",
    ja="受領されました ({at}): {to} 宛て、経路 {route}。",
)
NUMBER_OF_IT = Words(en="number  {number}", ja="番号  {number}")
REPLY = Words(en="reply   {reply}", ja="応答  {reply}")
NOT_ARRIVED = Words(
    en="Accepted is not arrived: that the mail lies in the inbox nobody has seen yet. Look there, "
    "and whether it is under “Other” or in Junk Email.",
    ja="受領は到着ではありません。受信トレイに届いたことは、まだ誰も確かめていません。受信トレイを開き、"
    "「その他」や迷惑メールに入っていないかも確かめてください。",
)
DID_IT_ARRIVE = Words(en="Where is it?", ja="どこに届きましたか。")
WHERE_IT_IS = (
    (Words(en="In the inbox", ja="受信トレイ"), NOTHING),
    (Words(en="Under “Other”, or in Junk Email", ja="「その他」か迷惑メール"), NOTHING),
    (Words(en="Nowhere", ja="どこにもない"), NOTHING),
    (Words(en="I will look later", ja="あとで見る"), NOTHING),
)
IT_ARRIVED = Words(
    en="Then it is proved to the very end. That you saw it is written down: noroshi status shows this "
    "route as seen arrived.",
    ja="これで受信トレイまで届くことを確かめられました。記録に残したので、noroshi status ではこの経路が"
    "到達確認と表示されます。",
)
LOOK_FOR_IT = Words(
    en="The administrator finds it under Exchange admin center, Mail flow, Message trace. A report "
    "of non-delivery, if there is one, lies in the mailbox {mailbox}.",
    ja="管理者が Exchange 管理センターの「メール フロー」›「メッセージ追跡」で探せます。配信不能レポートが"
    "あれば、メールボックス {mailbox} に届いています。",
)
WANT_AFTER = Words(
    en="Show the steps that keep alarms out of “Other”, and Sent Items small?",
    ja="「その他」への振り分けと、送信済みアイテムの対策を表示しますか。",
)

# the second route

SECOND = Words(en="A second route", ja="2つ目の送信経路")
WHY_SECOND: Mapping[str, Words] = {
    "graph": Words(
        en="Authenticated SMTP is switched off by policies now and then, and firewalls close port "
        "587. Microsoft Graph goes by HTTPS, from the same mailbox: while one of them is closed, "
        "alarms go by the other.",
        ja="「認証済み SMTP」はポリシーで無効にされることがあり、ポート 587 はファイアウォールで閉じられる"
        "ことがあります。Microsoft Graph は同じメールボックスから HTTPS で送るため、片方が使えない間も"
        "アラームが届きます。",
    ),
    "smtp": Words(
        en="Graph has limits and outages of its own. SMTP goes another way, from the same mailbox: "
        "while one of them is closed, alarms go by the other.",
        ja="Graph にも固有の制限や障害があります。SMTP は同じメールボックスから別の道で送るため、片方が"
        "使えない間もアラームが届きます。",
    ),
}
SECOND_LATER: Mapping[str, Words] = {
    "graph": Words(
        en="To add it: noroshi setup microsoft365 --account {account} --graph",
        ja="追加するには: noroshi setup microsoft365 --account {account} --graph",
    ),
    "smtp": Words(
        en="To add it: noroshi setup microsoft365 --account {account} --smtp",
        ja="追加するには: noroshi setup microsoft365 --account {account} --smtp",
    ),
}
HAS_SECOND = Words(
    en="There is one already: {route} sends from the same mailbox.",
    ja="すでにあります。{route} が同じメールボックスから送信します。",
)
WANT_SECOND: Mapping[str, Words] = {
    "graph": Words(en="Add a route by Graph now?", ja="Graph の経路をいま追加しますか。"),
    "smtp": Words(en="Add a route by SMTP now?", ja="SMTP の経路をいま追加しますか。"),
}
NAME_SECOND = Words(
    en="Let {names} go by {second} whenever {first} cannot?",
    ja="{first} が使えないとき {second} で送るようにしますか ({names})。",
)
NAMED_SECOND = Words(
    en="{names}: {second} takes over now.", ja="{names} に {second} を追加しました。"
)
