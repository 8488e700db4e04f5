"""Hold what the demo says, and the definitions that its node is given."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

ABOUT = Words(
    en="Shows the whole path on this machine: a process is watched, ended and started again; "
    "its alarm and its recovery arrive in a mailbox of a simulated Microsoft 365.",
    ja="このマシンの中だけで全体の流れを実演します。プロセスを監視し、止めて、また動かします。"
    "アラームと回復の知らせが、模擬 Microsoft 365 のメールボックスに届きます。",
)
ONCE = Words(
    en="end after both mails, and print them as they were received",
    ja="2通のメールが届いたら終わり、届いたままの形で表示します",
)
LANG = Words(en="language of what is told: en or ja", ja="表示する言語 (en か ja)")
HEAD = Words(
    en="Noroshi runs the whole path on this machine: a process is watched and killed, and its alarm "
    "is mailed.\nThat takes about 20 seconds. Everything lies in {folder}",
    ja="Noroshi の実演です。プロセスを監視して止め、アラームのメールが届くまでを、このマシンの中だけで行います。\n"
    "20秒ほどかかります。フォルダー: {folder}",
)
STARTING = Words(en="node       Noroshi is starting", ja="ノード     Noroshi を起動しています")
LAB = Words(
    en="lab        Entra ID and Exchange Online, simulated: {sign_in}, SMTP {smtp_host}:{smtp_port}",
    ja="ラボ       Entra ID と Exchange Online を模擬しています: {sign_in}、SMTP {smtp_host}:{smtp_port}",
)
NODE = Words(en="node       {line}", ja="ノード     {line}")
SHOP = Words(
    en="target     the order service runs (pid {pid}); it is watched every 2 s",
    ja="対象       受注サービスが動いています (PID {pid})。2秒ごとに監視します",
)
SIGNED = Words(
    en="sign-in    {user} signed in on the lab's page; the redirect URL was pasted back",
    ja="サインイン {user} がラボのページでサインインし、リダイレクト先の URL を貼り付けました",
)
KILLED = Words(
    en="── the order service is killed (pid {pid})",
    ja="── 受注サービスを強制終了しました (PID {pid})",
)
AGAIN = Words(
    en="── the order service is started again (pid {pid})",
    ja="── 受注サービスを再び起動しました (PID {pid})",
)
GONE = Words(en="── the order service ended", ja="── 受注サービスが終了しました")
STOPPED = Words(en="Stopped; the folder was removed.", ja="終了し、フォルダーを削除しました。")
POSTS = (
    Words(en="Seen      {text}", ja="検知  {text}"),
    Words(
        en="Recorded  event and mail, in one transaction",
        ja="記録  イベントとメールを同時に保存しました",
    ),
    Words(en="Sent      by {text}, TLS and XOAUTH2", ja="送信  {text} (TLS、XOAUTH2)"),
    Words(en="Accepted  {text}", ja="受領  {text}"),
    Words(en="Mailbox   {text}", ja="到着  {text}"),
)
DOWN = Words(en="◆ CRITICAL: no such process", ja="◆ 危険: プロセスがありません")
UP = Words(en="○ OK: it runs again", ja="○ 正常: 再び動いています")
SAME_THREAD = Words(en="    (same thread)", ja="    (同じスレッド)")
MANAGER = Words(
    en="manager    ready; its address comes last",
    ja="画面       準備ができました。アドレスは最後に表示します",
)
NO_MANAGER = Words(
    en="manager    its port is taken; the demo goes on without it",
    ja="画面       ポートが使用中のため、画面なしで続けます",
)
BROWSER = Words(
    en="""
━━ Try it in a browser
  Open the address in the last line. Choose a name and a password there; whoever has the code is
  the administrator. The code is good once: after that, log in at {url}
  1. Settings › What is watched › Disk space: set the warning limit of “Used” to 1. Within 10 s an
     alarm leaves.
  2. Alarms: acknowledge it; its reminders stop. Set the limit back to 99: the recovery comes.
  3. Mail: the route through the lab's Microsoft 365; send a test mail, or add a second route.
     Values of the lab: cloud lab, tenant {tenant_id}
     client ID {client_id}, secret {client_secret}
     sign in as {user}, password {password}; the code is on the phone
     that the sign-in page shows
  The mailbox where all of it arrives: {mail_pages}
  (The browser warns of the certificate there and at the sign-in: it is the lab's own.)""",
    ja="""
━━ ブラウザーで試す
  最後の行のアドレスを開き、名前とパスワードを決めると、最初の管理者になります。コードは1回だけ使えます。
  2回目からは {url} でログインします。続いて次のことを試せます。
  1. 設定 › 監視の設定 › ディスク容量 で「使用率」の注意のしきい値を1にすると、10秒以内にアラームが届きます。
  2. アラームの画面で「確認する」を押すと、再通知が止まります。しきい値を99に戻すと回復が届きます。
  3. メールの画面に、ラボの Microsoft 365 を通る経路があります。テストメールを送るか、経路を追加します。
     ラボの値: クラウド lab、テナント {tenant_id}
     クライアント ID {client_id}、シークレット {client_secret}
     サインインは {user}、パスワード {password}
     確認のコードは、サインイン画面から開く模擬の電話に出ます
  すべてのメールが届くメールボックス: {mail_pages}
  (ここでもサインイン画面でも証明書の警告が出ますが、ラボ自身の証明書のためです)""",
)
TERMINAL = Words(
    en="""
━━ Try it in another terminal
  read the mailbox        {noroshi} lab mail --folder {lab}
  see the state           {noroshi} --home {home} status
  kill the order service  kill {pid}   (its alarm comes; 5 s later it is started again)""",
    ja="""
━━ 別の端末で試す
  メールボックスを読む    {noroshi} lab mail --folder {lab}
  全体の状態を見る        {noroshi} --home {home} status
  受注サービスを止める    kill {pid}   (アラームが届き、5秒後に再び起動します)""",
)
TENANT = Words(
    en="""
━━ With a real tenant
  noroshi init, noroshi serve, and in another terminal noroshi setup microsoft365,
  which leads from the app registration to a test mail (README, “Start for real”)""",
    ja="""
━━ 本物のテナントで使う
  noroshi init、noroshi serve の後、別の端末で noroshi setup microsoft365 を実行します。
  アプリの登録からテストメールまで順に案内します (README の「Start for real」)""",
)
WATCHING = Words(
    en="\nThe demo watches on until Ctrl-C.", ja="\nCtrl-C を押すまで監視を続けます。"
)
ADDRESS = Words(
    en="The manager, in your browser:\n\n  {url}start?code={code}\n",
    ja="マネージャーをブラウザーで開くアドレス:\n\n  {url}start?code={code}\n",
)
AS_RECEIVED = Words(en="━━ As it was received", ja="━━ 届いたまま")
AS_READ = Words(en="━━ As a person reads it", ja="━━ 画面での表示")
FAILED = Words(en="The demo stops: {why}", ja="実演を続けられません: {why}")
IN_VAIN = Words(
    en="{what} did not come within {seconds:g} s",
    ja="{what} が {seconds:g} 秒以内に来ませんでした",
)
ENDED = Words(
    en="{what} ended by itself; see {log}", ja="{what} が終了しました。{log} を見てください"
)

DEFINITIONS: Mapping[str, str] = {
    "contacts/ops.toml": """\
title = "{title}"
addresses = ["{reader}"]
language = "{language}"
zone = "{zone}"
""",
    "rules/ops.toml": """\
action = "mail"
contacts = ["ops"]
routes = ["smtp1"]
""",
    "routes/smtp1.toml": """\
title = "{route}"
kind = "smtp"
connections = 3

[options]
account = "lab"
sender = "{user}"
""",
    # Of itself the node tells nobody until the story is told: its one route is not signed in
    # yet when it starts.
    "instances/noroshi.toml": "rules = []\n",
    "instances/shop01.toml": """\
title = "{machine}"

[[group]]
name = "services"

[[group.monitor]]
name = "shop"
title = "{shop}"
kind = "process"
every = "2s"
rules = ["ops"]

[group.monitor.options]
command = "{mark}"
label = "{shop}"

[[group]]
name = "disks"

[[group.monitor]]
name = "disks"
title = "{disks}"
kind = "disk"
every = "10s"
rules = ["ops"]
may_vanish = true

[group.monitor.limits.used]
warning = 99
critical = 99.9
""",
}

OWN: Mapping[str, dict[str, str]] = {
    "en": {
        "title": "Operations",
        "language": "en",
        "route": "SMTP server 1",
        "machine": "This machine",
        "shop": "Order service",
        "disks": "Disk space",
    },
    "ja": {
        "title": "情シス",
        "language": "ja",
        "route": "SMTPサーバー1",
        "machine": "このマシン",
        "shop": "受注サービス",
        "disks": "ディスク容量",
    },
}
