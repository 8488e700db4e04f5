"""Hold what `noroshi authorize` says."""

from __future__ import annotations

from noroshi.core.words import Words

ASK_SECRET = Words(
    en="""Account {account} has no client secret yet (vault entry “{secret}”).
In the Entra admin centre, under App registrations > Certificates & secrets, copy the
*Value* of a client secret, not its Secret ID. It is not shown while you paste it.""",
    ja="""アカウント {account} のクライアント シークレットがまだありません (保管庫の「{secret}」)。
Entra 管理センターの「アプリの登録」>「証明書とシークレット」で、クライアント シークレットの
「値」をコピーしてください (「シークレット ID」ではありません)。貼り付けても画面には出ません。""",
)
ASK_ANY_SECRET = Words(
    en="""Account {account} has no client secret yet (vault entry “{secret}”).
It is what the provider gave for this application. It is not shown while you paste it.""",
    ja="""アカウント {account} のクライアント シークレットがまだありません (保管庫の「{secret}」)。
プロバイダーがこのアプリケーションに発行したものです。貼り付けても画面には出ません。""",
)
ASK_KEY_FILE = Words(
    en="Account {account} has no key file yet (vault entry “{secret}”). Give the JSON file that "
    "Google made for the service account: noroshi authorize {route} --secret-file FILE",
    ja="アカウント {account} の鍵ファイルがまだありません (保管庫の「{secret}」)。Google のサービス "
    "アカウントの JSON ファイルを渡してください: noroshi authorize {route} --secret-file ファイル",
)
KEY_FILE = "key file"
ASK = {"entra": ASK_SECRET, "secret": ASK_ANY_SECRET, KEY_FILE: ASK_KEY_FILE}
SECRET_PROMPT = Words(en="Client secret: ", ja="クライアント シークレット: ")
SECRET_BY_FILE = Words(
    en="There is no terminal to ask at: give the client secret by --secret-file FILE.",
    ja="端末がないため尋ねられません。--secret-file FILE で渡してください。",
)
SECRET_KEPT = Words(
    en="The client secret is in the vault as “{secret}”.",
    ja="クライアント シークレットを保管庫の「{secret}」に入れました。",
)
OPEN_PAGE = Words(
    en="""
1. Open this page in a browser, on any computer:

{url}

2. Sign in as the mailbox from which mail shall be sent, and accept.
3. The browser then says that it cannot connect to localhost. That is as it should be:
   what we need stands in its address bar.
4. Copy the whole address and paste it here, then press Enter. It begins with
   http://localhost (another redirect URI: with that one). It may span several lines.
""",
    ja="""
1. ブラウザーでこのページを開いてください。どのコンピューターでも構いません。

{url}

2. メールの送信元にするメールボックスでサインインし、許可してください。
3. ブラウザーは「localhost に接続できません」と表示しますが、それで正常です。
   必要なものはアドレス バーに入っています。
4. アドレス全体をコピーし、ここに貼り付けて Enter を押してください。http://localhost で
   始まります (リダイレクト URI を変えていればそのアドレス)。数行に分かれていても構いません。
""",
)
URL_PROMPT = Words(en="Address: ", ja="アドレス: ")
GOES_ON = Words(
    en="It is not complete yet. The rest of it (Enter alone: that was all): ",
    ja="まだ途中です。続きを貼り付けてください (これで全部なら Enter だけ): ",
)
GIVEN_UP = Words(
    en="Nobody was signed in. To begin again: noroshi authorize {route}",
    ja="サインインしていません。やり直すには: noroshi authorize {route}",
)
ONCE_MORE = Words(
    en="Try once more, or end with Ctrl-C; what waits to be sent stays.",
    ja="もう一度試すか、Ctrl-C で終わってください。待っているメールはそのまま残ります。",
)
SIGNED_IN = Words(
    en="Route {route} is signed in{user}. {waiting}Test it: noroshi send --route {name} --to ADDRESS --subject test --text test",
    ja="経路 {route} のサインインが済みました{user}。{waiting}"
    "試すには: noroshi send --route {name} --to アドレス --subject test --text test",
)
AS_WHOM = Words(en=" as {user}", ja=" ({user})")
THEY_GO = Words(
    en="Mails that wait for it go out now: {count}. ", ja="待っている{count}通を順に送ります。"
)
IS_READ = Words(
    en="Its mailbox is read within five minutes, and the day's mail looked for there; noroshi "
    "status says what came of it.",
    ja="5分以内にメールボックスを読み取り、その日の確認メールを探します。結果は noroshi status に出ます。",
)
NOT_READ = Words(
    en="{why} Sending is not affected: mails leave as before. If only an administrator may consent: "
    "App registrations › the app › API permissions › Mail.Read (delegated) › “Grant admin consent”, then run "
    "this command again.",
    ja="{why} 送信には影響ありません。メールはこれまでどおり送られます。同意できるのが管理者だけの場合は、"
    "「アプリの登録」› アプリ ›「API のアクセス許可」› Mail.Read (委任) ›「管理者の同意を与えます」のあと、"
    "このコマンドをもう一度実行してください。",
)
NOBODY_SENDS = Words(
    en="No node is running; mail goes out once noroshi serve runs.",
    ja="ノードが動いていません。noroshi serve を始めると送信します。",
)
NO_PAGE = Words(
    en="--url-file, --here and --device are not for this route: its app signs in by itself, there "
    "is no page.",
    ja="この経路に --url-file、--here、--device は使えません。アプリだけでサインインするため、"
    "開くページがありません。",
)
ONE_WAY = Words(
    en="Take one of --here, --device and --url-file.",
    ja="--here、--device、--url-file はどれか1つだけ使えます。",
)
OPEN_HERE = Words(
    en="""
Open this page in a browser on this computer, sign in as the mailbox from which mail shall be
sent, and accept. Where another person is signed in in that browser, choose “Use another account”.
The browser then comes back here by itself; it must be done in five minutes.

{url}
""",
    ja="""
このコンピューターのブラウザーで次のページを開き、メールの送信元にするメールボックスで
サインインして許可してください。そのブラウザーで別の人がサインインしているときは「別のアカウントを
使用する」を選びます。終わると自動で戻ってきます。制限時間は5分です。

{url}
""",
)
NOT_BACK_YET = Words(
    en="""Nobody has come back from the page yet; still waiting. If the browser shows an error instead
(AADSTS50011, redirect_uri_mismatch, invalid_client ...), nobody will. Compare these values with the
application's registration at the provider, letter by letter:
  redirect URI  {redirect}
  client ID     {client_id}
If the provider does not accept other ports, put the registered one into accounts/{account}.toml:
redirect = "http://localhost:PORT/...". Paste the text of the error page here to see what it means.
Ctrl-C gives up.""",
    ja="""まだ戻ってきていません (このまま待ちます)。ブラウザーにエラー (AADSTS50011、redirect_uri_mismatch、
invalid_client など) が出ている場合、待っても戻りません。プロバイダーでのアプリの登録と、1文字ずつ
見比べてください。
  リダイレクト URI   {redirect}
  クライアント ID    {client_id}
ポートの違いを認めないプロバイダーでは、登録したポートを付けて accounts/{account}.toml に
redirect = "http://localhost:ポート/..." と書きます。エラー画面の文章をここに貼り付けると、意味が分かります。
Ctrl-C でやめられます。""",
)
NOBODY_CAME = Words(
    en="Nobody came back from the sign-in within five minutes. If the browser shows a page of "
    "Microsoft's with a number such as AADSTS50011, paste its text to: noroshi authorize {route}. If "
    "the browser is on another computer, leave --here out.",
    ja="5分たってもサインインから戻ってきませんでした。ブラウザーに AADSTS50011 のような番号が"
    "出ていれば、その文章を noroshi authorize {route} に貼り付けてください。ブラウザーが別の"
    "コンピューターにあるときは --here を外してください。",
)
DONE_THERE = Words(
    en="Route {route} is signed in.", ja="経路 {route} のサインインが済みました。"
)
TYPE_CODE = Words(
    en="""
1. On any device, open {url}
2. Type this code: {code}
3. Sign in as the mailbox from which mail shall be sent, and accept.

It is noticed here by itself. The code holds for {minutes:minute|minutes}; Ctrl-C gives up.
If the page refuses you with a number, that is not noticed here: press Ctrl-C. AADSTS53003 means
that the organisation blocks codes: sign in by a page instead (noroshi authorize {route}). The text
of any other such page can be pasted there, to be told what to do.
""",
    ja="""
1. どの端末でもよいので {url} を開いてください。
2. コード {code} を入力してください。
3. メールの送信元にするメールボックスでサインインし、許可してください。

済めば自動で分かります。コードの期限は{minutes}分です。Ctrl-C でやめられます。
ページに番号が出て断られた場合、ここでは分かりません。Ctrl-C でやめてください。AADSTS53003 なら、
コードによるサインインを組織が禁止しています。ページからサインインしてください
(noroshi authorize {route})。ほかの番号なら、その文章を同じコマンドに貼り付けると対処が分かります。
""",
)
NO_SECRET = Words(
    en="Nothing was entered, so no client secret was kept.",
    ja="何も入力されなかったため、クライアント シークレットは保存していません。",
)
NO_ADDRESS = Words(
    en="Nothing was entered, so nobody was signed in.",
    ja="何も入力されなかったため、サインインしていません。",
)
CANNOT_READ = Words(en="Cannot read {file}: {why}", ja="{file} を読めません: {why}")
BOTH_STDIN = Words(
    en="Only one of --secret-file and --url-file can be the standard input (-).",
    ja="標準入力 (-) を使えるのは --secret-file か --url-file のどちらか一方です。",
)
