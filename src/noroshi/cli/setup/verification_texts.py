"""What `noroshi setup microsoft365` says of a credential and a sign-in, until both are proved."""

from __future__ import annotations

from noroshi.core.words import Words

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
