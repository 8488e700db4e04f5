"""What `noroshi setup microsoft365` says at every step: it leads, and asks."""

from __future__ import annotations

from noroshi.core.words import NOTHING, Words

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
