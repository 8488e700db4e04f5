"""Answers about whoever sends: the mailbox, its rights, its allowance, its organisation."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    A_DAY,
    AN_HOUR,
    BY_ITSELF,
    EXCHANGE,
    RIGHTS,
    SOON,
    SUPPORT,
    WITH_NEXT,
    Advice,
)

LEARN = "https://learn.microsoft.com/"
LIMITS = LEARN + (
    "office365/servicedescriptions/exchange-online-service-description/exchange-online-limits"
)
SEND_AS = Advice(
    means=Words(
        en="Three addresses matter: {user} signed in, mails come from {sender} (From), and "
        "{envelope} is the envelope's sender. Whoever signs in needs the right Send As for the "
        "others.",
        ja="3つのアドレスを確かめてください。サインインは {user}、差出人 (From) は {sender}、"
        "エンベロープの送信者は {envelope} です。サインインする側に、ほかのアドレスの Send As "
        "権限が必要です。",
    ),
    act=Words(
        en="Add-RecipientPermission {sender} -Trustee {user} -AccessRights SendAs (for an app "
        "the trustee is its service principal). Or leave sender out, so that mails come from "
        "{user}. Exchange takes up to 2 hours to act on it.",
        ja="Add-RecipientPermission {sender} -Trustee {user} -AccessRights SendAs "
        "(アプリの場合は -Trustee にサービス プリンシパルを指定)。sender を指定せず、{user} から"
        "送ることもできます。反映には最大2時間かかります。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Exchange admin center › Recipients › Mailboxes › {sender} › Delegation › Send "
                "as: add {user}. Or in Exchange Online PowerShell (for an app the trustee is its "
                "service principal):",
                ja="Exchange 管理センター › 受信者 › メールボックス › {sender} › 委任 › 「送信者」に "
                "{user} を追加します。または Exchange Online PowerShell で (アプリの場合は -Trustee "
                "にサービス プリンシパルを指定):",
            ),
            Words(
                en="Or leave sender (and envelope_sender) out of the route, so that mails come "
                "from {user}.",
                ja="経路の sender と envelope_sender を外し、{user} から送ることもできます。",
            ),
        ),
        lines=(
            EXCHANGE,
            "Add-RecipientPermission -Identity {sender} `",
            "  -Trustee {user} -AccessRights SendAs",
        ),
        link=LEARN + "powershell/module/exchange/add-recipientpermission",
        takes=RIGHTS,
    ),
)
HVE = LEARN + "exchange/mail-flow-best-practices/high-volume-mails-m365"
NO_BULK_ACCOUNT = Advice(
    means=Words(
        en="{user} is no account of High Volume Email, and this server takes mails from such accounts "
        "alone.",
        ja="{user} は High Volume Email のアカウントではありません。このサーバーは High Volume Email の"
        "アカウントからのメールだけを受け付けます。",
    ),
    act=Words(
        en="Name the High Volume Email account as the mailbox of the route's account (or as user of "
        "the route). For a mailbox leave out host: it sends by Exchange Online's own server.",
        ja="経路が使うアカウントの mailbox (または経路の user) に High Volume Email のアカウントを指定して"
        "ください。通常のメールボックスから送る場合は host を指定しないでください (Exchange Online のサーバーを"
        "使います)。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            Words(
                en="Exchange admin center › Mail flow › High Volume Email lists those accounts. "
                "Name one of them as mailbox of accounts/{account}.toml (or as user of the route).",
                ja="Exchange 管理センター › メール フロー › High Volume Email で該当するアカウントを確かめ、"
                "accounts/{account}.toml の mailbox (または経路の user) に指定します。",
            ),
            Words(
                en="To send from the mailbox {user} itself, leave host out of the route.",
                ja="メールボックス {user} から送る場合は、経路に host を指定しません。",
            ),
        ),
        lines=('mailbox = "hve@contoso.com"',),
        link=HVE,
        takes=WITH_NEXT,
    ),
)
BULK_SENDER = Advice(
    means=Words(
        en="High Volume Email sends from the account {user} alone. Here mails come from {sender} (From), "
        "and {envelope} is the envelope's sender.",
        ja="High Volume Email では、アカウント {user} 自身を差出人とするメールしか送れません。差出人 (From) は "
        "{sender}、エンベロープの送信者は {envelope} です。",
    ),
    act=Words(
        en="Leave sender and envelope_sender out of the route, so that mails come from {user}. No "
        "right to send as others helps there.",
        ja="経路に sender と envelope_sender を指定せず、{user} から送ってください。Send As 権限では解決しません。",
    ),
    cure=Cure(whose=Whose.YOU, link=HVE, takes=WITH_NEXT),
)
SENDER_REFUSED = Advice(
    means=Words(
        en="The server accepts no mail from {envelope}, the envelope's sender, to any recipient. "
        "Mails come from {sender} (From).",
        ja="サーバーが、宛先に関係なく {envelope} (エンベロープの送信者) からのメールを受け付けません。"
        "差出人 (From) は {sender} です。",
    ),
    act=Words(
        en="Give the route a sender that the server allows to whoever signs in, mostly the "
        "address of that user; or have its administrator allow {envelope}.",
        ja="サインインするユーザーに許された差出人 (多くはそのユーザーのアドレス) を経路に指定するか、"
        "サーバーの管理者に {envelope} を許可してもらってください。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            Words(
                en="Set sender, or envelope_sender, of the route to an address that the server "
                "allows to whoever signs in. Or ask its administrator to allow {envelope} "
                "(Postfix: smtpd_sender_login_maps).",
                ja="経路の sender または envelope_sender を、サインインするユーザーに許された"
                "アドレスにします。またはサーバーの管理者に {envelope} の許可を依頼します "
                "(Postfix なら smtpd_sender_login_maps)。",
            ),
        ),
        lines=('sender = "alerts@example.com"',),
        takes=WITH_NEXT,
    ),
)
SENDER_UNSURE = Advice(
    means=Words(
        en="The server cannot check {envelope}, the envelope's sender, at the moment, usually because "
        "its domain is not found.",
        ja="サーバーが今、エンベロープの送信者 {envelope} を確かめられません。多くは、そのドメインが"
        "見つからないためです。",
    ),
    act=Words(
        en="It is tried again by itself. If it continues, correct sender, or envelope_sender, of "
        "the route.",
        ja="自動でもう一度試します。続くようなら、経路の sender または envelope_sender を直して"
        "ください。",
    ),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
BLOCKED = Advice(
    means=Words(
        en="Exchange has blocked the sender {sender}, mostly for spam.",
        ja="差出人 {sender} が (多くは迷惑メールの疑いで) ブロックされています。",
    ),
    act=Words(
        en="An administrator unblocks it under Microsoft Defender, Restricted entities; that "
        "takes up to an hour.",
        ja="管理者が Microsoft Defender の「制限されたエンティティ」で解除してください。反映には"
        "最大1時間かかります。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Look first whether somebody else has the mailbox's password. Then Microsoft "
                "Defender › Email & collaboration › Review › Restricted entities › {sender} › "
                "Unblock, or in Exchange Online PowerShell:",
                ja="先に、メールボックスのパスワードが漏れていないか確かめます。そのあと Microsoft "
                "Defender › メールとコラボレーション › レビュー › 制限されたエンティティ › {sender} › "
                "ブロック解除。または Exchange Online PowerShell で:",
            ),
        ),
        lines=(EXCHANGE, "Remove-BlockedSenderAddress -SenderAddress {sender}"),
        link="https://security.microsoft.com/restrictedentities",
        takes=AN_HOUR,
    ),
)
DAY_USED_UP = Advice(
    means=Words(
        en="The mailbox has sent to as many recipients as it may in 24 hours (10,000).",
        ja="メールボックスが24時間に送れる宛先の数 (10,000件) に達しました。",
    ),
    act=Words(
        en="It is tried again by itself; fewer mails (repeat, patience) or another mailbox help.",
        ja="自動でもう一度試します。通知を減らす (repeat、patience) か、別のメールボックスを使って"
        "ください。",
    ),
    cure=Cure(whose=Whose.YOU, link=LIMITS, takes=A_DAY),
)
TENANT_USED_UP = Advice(
    means=Words(
        en="The whole organisation has sent to as many external recipients as it may in 24 hours "
        "(Exchange admin center, Reports, Mail flow).",
        ja="組織全体で24時間に送れる外部の宛先の数に達しました (Exchange 管理センターのレポート)。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Exchange admin center › Reports › Mail flow › Tenant outbound external "
                "recipients: it shows who sends so much. Recipients within the organisation do "
                "not count.",
                ja="Exchange 管理センター › レポート › メール フロー › 「テナントの送信外部受信者」で、"
                "何が多く送っているかを確かめます。組織内の宛先は数に入りません。",
            ),
        ),
        link="https://admin.exchange.microsoft.com/#/reports/mailflowreportsmain",
        takes=A_DAY,
    ),
)
OWN_DOMAIN = Advice(
    means=Words(
        en="Addresses under onmicrosoft.com may send to 100 external recipients a day.",
        ja="onmicrosoft.com のアドレスから外部に送れるのは1日100件までです。",
    ),
    act=Words(
        en="Send from an address of the organisation's own domain (sender).",
        ja="組織独自のドメインのアドレス (sender) から送ってください。",
    ),
    cure=Cure(whose=Whose.YOU, lines=('sender = "alerts@example.com"',), takes=WITH_NEXT),
)
MAILBOX_FULL = Advice(
    means=Words(
        en="The mailbox {user} is full, of its own Sent Items mostly.",
        ja="メールボックス {user} が (多くは送信済みアイテムで) いっぱいです。",
    ),
    act=Words(
        en="Empty it and give it a retention policy, or switch the copies off: Set-Mailbox {user} "
        "-MessageCopyForSMTPClientSubmissionEnabled $false.",
        ja="空にして保持ポリシーを設定するか、コピーの保存を止めてください: Set-Mailbox {user} "
        "-MessageCopyForSMTPClientSubmissionEnabled $false。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Delete what lies in Sent Items of {user} (in Outlook, or by a retention "
                "policy), and let no more copies be kept there:",
                ja="{user} の送信済みアイテムを (Outlook か保持ポリシーで) 削除し、コピーが残らない"
                "ようにします:",
            ),
        ),
        lines=(
            EXCHANGE,
            "Get-MailboxStatistics -Identity {user} | Format-List TotalItemSize",
            "Set-Mailbox -Identity {user} `",
            "  -MessageCopyForSMTPClientSubmissionEnabled $false",
        ),
        link=LEARN + "exchange/troubleshoot/send-emails/smtp-submission-improvements",
        takes=SOON,
    ),
)
THROTTLED = Advice(
    means=Words(
        en="Exchange throttles this mailbox, as the same error came again and again.",
        ja="同じエラーが続いたため、Exchange がこのメールボックスを制限しています。",
    ),
    act=Words(
        en="It lets up by itself some time after the cause is mended.",
        ja="原因を直せば、しばらくして解除されます。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Mend what the reply names (no right to send as the sender, a full mailbox, "
                "too many or wrong recipients, no licence); the throttle lets up some time "
                "afterwards by itself.",
                ja="返事にある原因 (送信者の権限、メールボックスの容量、宛先の数や誤り、ライセンス) を"
                "直します。制限は、そのあとしばらくして自動で解除されます。",
            ),
        ),
        link=LEARN + "exchange/mail-flow-best-practices/"
        "continuous-error-throttling-smtp-auth-submissions",
        takes=SOON,
    ),
)
NO_LICENCE = Advice(
    means=Words(
        en="The mailbox {user} has no valid licence.",
        ja="メールボックス {user} に有効なライセンスがありません。",
    ),
    act=Words(en="An administrator assigns one.", ja="管理者が割り当ててください。"),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Microsoft 365 admin center › Users › Active users › {user} › Licenses and "
                "apps: assign one with Exchange Online. A shared mailbox needs one as well if an "
                "app sends by it.",
                ja="Microsoft 365 管理センター › ユーザー › アクティブなユーザー › {user} › ライセンスと"
                "アプリで、Exchange Online を含むライセンスを割り当てます。アプリから送る共有"
                "メールボックスにも必要です。",
            ),
        ),
        link="https://admin.microsoft.com/#/users",
        takes=SOON,
    ),
)
NOT_SUBMITTED = Advice(
    means=Words(
        en="Exchange Online did not let the mailbox {user} hand the mail in; the reply says why.",
        ja="Exchange Online がメールボックス {user} からの送信を受け付けませんでした。理由は返事に"
        "あります。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Search Microsoft's pages for the name that ends in Exception in the reply, or "
                "give the reply as it stands to Microsoft's support.",
                ja="返事の中の Exception で終わる名前を Microsoft のページで調べるか、返事をそのまま"
                "Microsoft のサポートに伝えます。",
            ),
        ),
        link=LEARN + "exchange/troubleshoot/send-emails/smtp-submission-improvements",
        takes=SUPPORT,
    ),
)
TENANT_BLOCKED = Advice(
    means=Words(
        en="Microsoft has stopped all mail of the organisation for now.",
        ja="Microsoft が組織全体のメール送信を止めています。",
    ),
    act=Words(
        en="An administrator asks its support why.",
        ja="管理者がサポートに問い合わせてください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Microsoft 365 admin center › Support › Help & support: ask with the reply as "
                "it stands. A new or trial tenant is let out once it has a paid licence.",
                ja="Microsoft 365 管理センター › サポート › ヘルプとサポートで、返事をそのまま添えて"
                "問い合わせます。試用のテナントは、有料のライセンスがあれば解除されることがあります。",
            ),
        ),
        link="https://admin.microsoft.com/#/support",
        takes=SUPPORT,
    ),
)
UNKNOWN_DOMAIN = Advice(
    means=Words(
        en="The domain of {sender} is no accepted domain of the organisation.",
        ja="{sender} のドメインが組織の承認済みドメインではありません。",
    ),
    act=Words(
        en="Add it in the Microsoft 365 admin center, or send from another address (sender).",
        ja="Microsoft 365 管理センターで追加するか、別の差出人 (sender) にしてください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Microsoft 365 admin center › Settings › Domains › Add domain. Or give the "
                "route a sender of a domain that is there:",
                ja="Microsoft 365 管理センター › 設定 › ドメイン › ドメインの追加。または、登録済みの"
                "ドメインの差出人を経路に指定します:",
            ),
        ),
        lines=(EXCHANGE, "Get-AcceptedDomain | Format-Table DomainName, DomainType"),
        link="https://admin.microsoft.com/#/Domains",
        takes=AN_HOUR,
    ),
)
GOOGLE_DAY = Advice(
    means=Words(
        en="Google lets this user send no more for 24 hours (500 mails a day, 2,000 with "
        "Workspace).",
        ja="このユーザーが1日に送れる数 (500通、Workspace では2,000通) に達しました。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(whose=Whose.YOU, link="https://support.google.com/a/answer/166852", takes=A_DAY),
)
MANY_CONNECTIONS = Advice(
    means=Words(
        en="More connections of this mailbox are open at once than the server allows (Exchange "
        "Online: 3).",
        ja="このメールボックスの同時接続数が上限 (Exchange Online では3) を超えています。",
    ),
    act=Words(
        en="It is tried again by itself; whatever else sends by the same mailbox counts too.",
        ja="自動でもう一度試します。同じメールボックスで送る、ほかのプログラムの接続も数に入ります。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            Words(
                en="Give other programs a mailbox of their own, or Noroshi fewer connections "
                "(connections of the account).",
                ja="ほかのプログラムには別のメールボックスを使うか、アカウントの connections を"
                "減らします。",
            ),
        ),
        link="https://aka.ms/concurrent_sending",
        takes=BY_ITSELF,
    ),
)
