"""What to do about an answer, for an administrator: {user} signed in, {sender} is From, and
{envelope} the envelope's sender.

Cmdlets are as Microsoft documents them (Exchange PowerShell reference).
"""

from __future__ import annotations

from noroshi.core.words import Words

SEND_AS = Words(
    en="Three addresses matter: {user} signed in, mails come from {sender} (From), and "
    "{envelope} is the envelope's sender. Whoever signs in needs the right Send As for the "
    "others: Add-RecipientPermission {sender} -Trustee {user} -AccessRights SendAs (for an app "
    "the trustee is its service principal). Or leave sender out, so that mails come from "
    "{user}. Exchange takes up to 2 hours to act on it.",
    ja="3つのアドレスを確かめてください。サインインは {user}、差出人 (From) は {sender}、"
    "エンベロープの送信者は {envelope} です。サインインする側に、ほかのアドレスの Send As "
    "権限が必要です: Add-RecipientPermission {sender} -Trustee {user} -AccessRights SendAs "
    "(アプリの場合は -Trustee にサービス プリンシパルを指定)。sender を指定せず、{user} から"
    "送ることもできます。反映には最大2時間かかります。",
)
AUTH_OFF_FOR_ALL = Words(
    en="SMTP AUTH is switched off for the organisation. An administrator allows it for this "
    "mailbox, whose own setting goes first: Set-CASMailbox {user} "
    "-SmtpClientAuthenticationDisabled $false. Or use a route of kind graph, which needs no "
    "SMTP AUTH.",
    ja="組織全体で SMTP AUTH が無効です。メールボックスの設定が優先されるので、管理者が許可して"
    "ください: Set-CASMailbox {user} -SmtpClientAuthenticationDisabled $false。SMTP AUTH の"
    "要らない kind = graph の経路も使えます。",
)
AUTH_OFF = Words(
    en="SMTP AUTH is switched off for this mailbox. An administrator allows it: Set-CASMailbox "
    "{user} -SmtpClientAuthenticationDisabled $false (or Authenticated SMTP in the admin "
    "center).",
    ja="このメールボックスで SMTP AUTH が無効です。管理者が許可してください: Set-CASMailbox "
    "{user} -SmtpClientAuthenticationDisabled $false (管理センターでは「認証済み SMTP」)。",
)
NO_PASSWORDS = Words(
    en="Exchange Online takes no password here: sign in by OAuth 2.0, with an account instead of "
    "a password in the route.",
    ja="Exchange Online はパスワードを受け付けません。経路の password の代わりに account を指定し、"
    "OAuth 2.0 でサインインしてください。",
)
CONDITIONAL_ACCESS = Words(
    en="A policy of the organisation (Conditional Access, security defaults) keeps {user} out. "
    "An administrator finds it under Entra admin center, Sign-in logs, and makes an exception.",
    ja="組織のポリシー (条件付きアクセス、セキュリティの既定値) で {user} が拒否されています。"
    "管理者が Entra 管理センターのサインイン ログで原因を確かめ、除外を設定してください。",
)
BLOCKED = Words(
    en="Exchange has blocked the sender {sender}, mostly for spam. An administrator unblocks it "
    "under Microsoft Defender, Restricted entities; that takes up to an hour.",
    ja="差出人 {sender} が (多くは迷惑メールの疑いで) ブロックされています。管理者が Microsoft "
    "Defender の「制限されたエンティティ」で解除してください。反映には最大1時間かかります。",
)
BANNED = Words(
    en="Microsoft has banned this sender or this computer's address. Its support lifts that: "
    "delist@microsoft.com, or https://sender.office.com.",
    ja="差出人か、このコンピューターのアドレスが Microsoft に拒否されています。解除はサポートに"
    "申請します (delist@microsoft.com、または https://sender.office.com)。",
)
DAY_USED_UP = Words(
    en="The mailbox has sent to as many recipients as it may in 24 hours (10,000). It is tried "
    "again by itself; fewer mails (repeat, patience) or another mailbox help.",
    ja="メールボックスが24時間に送れる宛先の数 (10,000件) に達しました。自動でもう一度試します。"
    "通知を減らす (repeat、patience) か、別のメールボックスを使ってください。",
)
TENANT_USED_UP = Words(
    en="The whole organisation has sent to as many external recipients as it may in 24 hours "
    "(Exchange admin center, Reports, Mail flow). It is tried again by itself.",
    ja="組織全体で24時間に送れる外部の宛先の数に達しました (Exchange 管理センターのレポート)。"
    "自動でもう一度試します。",
)
OWN_DOMAIN = Words(
    en="Addresses under onmicrosoft.com may send to 100 external recipients a day. Send from an "
    "address of the organisation's own domain (sender).",
    ja="onmicrosoft.com のアドレスから外部に送れるのは1日100件までです。組織独自のドメインの"
    "アドレス (sender) から送ってください。",
)
MAILBOX_FULL = Words(
    en="The mailbox {user} is full, of its own Sent Items mostly. Empty it and give it a "
    "retention policy, or switch the copies off: Set-Mailbox {user} "
    "-MessageCopyForSMTPClientSubmissionEnabled $false.",
    ja="メールボックス {user} が (多くは送信済みアイテムで) いっぱいです。空にして保持ポリシーを"
    "設定するか、コピーの保存を止めてください: Set-Mailbox {user} "
    "-MessageCopyForSMTPClientSubmissionEnabled $false。",
)
THROTTLED = Words(
    en="Exchange throttles this mailbox, as the same error came again and again. It lets up by "
    "itself some time after the cause is mended.",
    ja="同じエラーが続いたため、Exchange がこのメールボックスを制限しています。原因を直せば、"
    "しばらくして解除されます。",
)
NO_LICENCE = Words(
    en="The mailbox {user} has no valid licence; an administrator assigns one.",
    ja="メールボックス {user} に有効なライセンスがありません。管理者が割り当ててください。",
)
CONNECTOR = Words(
    en="Exchange Online does not know this computer as yours. In the Exchange admin center, Mail "
    "flow, Connectors, an administrator makes one from your organisation's mail server that "
    "names this site's public address, or the certificate of the route (option certificate); "
    "the sender's domain must be an accepted domain.",
    ja="Exchange Online がこのコンピューターを自社のものと認識していません。Exchange 管理センターの"
    "「コネクタ」で、この拠点のグローバル IP アドレスか、経路の証明書 (オプション certificate) を"
    "指定したコネクタ (組織のメール サーバーから) を作り、差出人のドメインを承認済みドメインに"
    "してください。",
)
DIRECT_SEND_OFF = Words(
    en="The organisation rejects direct send (Set-OrganizationConfig -RejectDirectSend $true). "
    "Make a connector for this site's public address, or sign in: an account with a route to "
    "smtp.office365.com, or of kind graph.",
    ja="この組織は直接送信 (Direct Send) を拒否しています (Set-OrganizationConfig "
    "-RejectDirectSend $true)。この拠点のグローバル IP アドレスのコネクタを作るか、account で"
    "サインインする経路 (smtp.office365.com または kind = graph) を使ってください。",
)
REPUTATION = Words(
    en="Exchange Online holds mails from this computer's public address back, as it does not "
    "know it. A connector for that address, or signing in with an account, ends that.",
    ja="このコンピューターのグローバル IP アドレスが知られていないため、Exchange Online が受信を"
    "抑えています。そのアドレスのコネクタを作るか、account でサインインすれば解消します。",
)
RELAY = Words(
    en="The server takes mails for its own domains alone from whoever does not sign in. Sign in "
    "(password or account), or have this computer allowed to relay there.",
    ja="サーバーは、サインインしない相手からは自分のドメイン宛てしか受け付けません。サインイン "
    "(password または account) するか、このコンピューターからの中継を許可してもらってください。",
)
NOT_SIGNED_IN = Words(
    en="The server wants whoever sends to sign in: give the route an account, or a password.",
    ja="サーバーがサインインを求めています。経路に account か password を指定してください。",
)
TENANT_BLOCKED = Words(
    en="Microsoft has stopped all mail of the organisation for now. An administrator asks its "
    "support why.",
    ja="Microsoft が組織全体のメール送信を止めています。管理者がサポートに問い合わせてください。",
)
UNKNOWN_DOMAIN = Words(
    en="The domain of {sender} is no accepted domain of the organisation. Add it in the "
    "Microsoft 365 admin center, or send from another address (sender).",
    ja="{sender} のドメインが組織の承認済みドメインではありません。Microsoft 365 管理センターで"
    "追加するか、別の差出人 (sender) にしてください。",
)
EHLO_NAME = Words(
    en="The server does not take the name that we give it; set ehlo in the route to this "
    "computer's full name.",
    ja="名乗った名前をサーバーが受け付けません。経路の ehlo にこのコンピューターの完全な名前を"
    "指定してください。",
)
OLD_TLS = Words(
    en="Something between us and Exchange Online speaks TLS 1.0 or 1.1; Noroshi itself begins "
    "with 1.2.",
    ja="Noroshi は TLS 1.2 以上で接続します。途中の機器が TLS 1.0 か 1.1 を使っています。",
)
BY_IPV4 = Words(
    en="The server takes less by IPv6. Have this route come from an IPv4 address: source in its "
    "network.",
    ja="相手は IPv6 からの受信を制限しています。経路のネットワークの source に IPv4 アドレスを"
    "指定してください。",
)
GOOGLE_PASSWORD = Words(
    en="Google wants an app password here (Google Account, Security, App passwords), or OAuth.",
    ja="Google では通常のパスワードを使えません。アプリ パスワード (Google アカウントの「セキュリティ」)"
    "か OAuth を使ってください。",
)
GOOGLE_BROWSER = Words(
    en="Google wants {user} to sign in once with a browser, from this network, and to confirm "
    "that it was they.",
    ja="{user} で、このネットワークからブラウザーで一度 Google にサインインし、本人であることを"
    "確認してください。",
)
GOOGLE_DAY = Words(
    en="Google lets this user send no more for 24 hours (500 mails a day, 2,000 with Workspace). "
    "It is tried again by itself.",
    ja="このユーザーが1日に送れる数 (500通、Workspace では2,000通) に達しました。自動でもう一度"
    "試します。",
)
GRAPH_SIZE = Words(
    en="Microsoft Graph takes mails of 3 MB at most. Name a route of kind smtp after this one, or "
    "attach less (attach_lines).",
    ja="Microsoft Graph で送れるメールは3 MB までです。この経路の次に kind = smtp の経路を指定するか、"
    "添付を減らしてください (attach_lines)。",
)
GRAPH_ACCESS = Words(
    en="Whoever signs in may not send from the mailbox {user}. A person needs the delegated "
    "permission Mail.Send (Mail.Send.Shared for another's mailbox, and Send As there); an app "
    "needs the application permission Mail.Send with admin consent, or the role Application "
    "Mail.Send in Exchange (RBAC for Applications) that has this mailbox in its scope.",
    ja="サインインした側に、メールボックス {user} から送る権限がありません。人の場合は委任された許可 "
    "Mail.Send (ほかのメールボックスなら Mail.Send.Shared と Send As 権限)、アプリの場合は管理者の同意"
    "付きのアプリケーションの許可 Mail.Send、または Exchange の役割 Application Mail.Send "
    "(アプリケーションの RBAC、対象にこのメールボックスを含むもの) が必要です。",
)
GRAPH_MAILBOX = Words(
    en="There is no mailbox {user} in this organisation, or not in Exchange Online. Check mailbox "
    "of the account, and its tenant.",
    ja="この組織の Exchange Online にメールボックス {user} がありません。アカウントの mailbox と tenant "
    "を確かめてください。",
)
HOOK_GONE = Words(
    en="Nothing takes messages at that URL any more: the webhook or workflow was removed or "
    "switched off. Make a new one, and put its URL in.",
    ja="その URL では受け付けていません。Webhook かワークフローが削除または無効にされています。作り直して、"
    "新しい URL を設定してください。",
)
HOOK_SECRET = Words(
    en="The secret is missing or another one: put it in anew (noroshi secret set; see url_entry "
    "and header_entry of the route).",
    ja="秘密の値がないか、違っています。noroshi secret set で入れ直してください (経路の url_entry と "
    "header_entry)。",
)
REDIRECTED = Words(
    en="It points to another address, which is never followed. Give the final address, or look "
    "whether a proxy or a log-in page is in between.",
    ja="別のアドレスへ転送されましたが、Noroshi は転送に従いません。最終的なアドレスを指定するか、"
    "途中にプロキシやログイン画面がないか確かめてください。",
)
