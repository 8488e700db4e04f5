"""Answers of Microsoft Graph and of webhooks."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AT_ONCE,
    BY_ITSELF,
    EXCHANGE,
    MINUTES,
    RIGHTS,
    SOON,
    WITH_NEXT,
    Advice,
)

ENTRA_APP = (
    "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/"
)
GRAPH_SIZE = Advice(
    means=Words(
        en="Microsoft Graph takes mails of 3 MB at most.",
        ja="Microsoft Graph で送れるメールは3 MB までです。",
    ),
    act=Words(
        en="Name a route of kind smtp after this one, or attach less (attach_lines).",
        ja="この経路の次に kind = smtp の経路を指定するか、添付を減らしてください (attach_lines)。",
    ),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
GRAPH_ACCESS = Advice(
    means=Words(
        en="Whoever signs in may not send from the mailbox {user}.",
        ja="サインインした側に、メールボックス {user} から送る権限がありません。",
    ),
    act=Words(
        en="A person needs the delegated permission Mail.Send (for a shared mailbox "
        "Mail.Send.Shared, with shared = true in the account, and Full Access and Send As "
        "there); an app needs the application permission Mail.Send with "
        "admin consent, or the role Application Mail.Send in Exchange (RBAC for Applications) "
        "that has this mailbox in its scope.",
        ja="人の場合は委任された許可 Mail.Send (共有メールボックスではアカウントに shared = true と書いて "
        "Mail.Send.Shared と、フル アクセスと Send As の権限)、アプリの場合は管理者の同意付きのアプリケーションの許可 Mail.Send、または Exchange の役割 "
        "Application Mail.Send (アプリケーションの RBAC、対象にこのメールボックスを含むもの) が必要です。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="A person: Entra admin center › App registrations › the app › API permissions › "
                "Microsoft Graph › Delegated › Mail.Send, grant consent, and sign in again: "
                "noroshi authorize {route}. For a shared mailbox it is Mail.Send.Shared, and "
                "shared = true in the account {account} before the sign-in.",
                ja="人がサインインする場合: Entra 管理センター › アプリの登録 › 該当のアプリ › API の"
                "アクセス許可 › Microsoft Graph › 委任されたアクセス許可 › Mail.Send に同意し、"
                "noroshi authorize {route} でサインインし直します。共有メールボックスでは Mail.Send.Shared に"
                "同意し、サインインの前にアカウント {account} に shared = true と書きます。",
            ),
            Words(
                en="An app: Mail.Send as an application permission holds for every mailbox. "
                "Better, for this one alone, in Exchange Online PowerShell (RBAC for "
                "Applications):",
                ja="アプリの場合: アプリケーションの許可 Mail.Send はすべてのメールボックスに効きます。"
                "このメールボックスだけに許すには、Exchange Online PowerShell で (アプリケーションの "
                "RBAC):",
            ),
        ),
        lines=(
            EXCHANGE,
            "New-ServicePrincipal -AppId {client_id} `",
            "  -ObjectId <object ID of the enterprise application>",
            "New-ManagementScope -Name Noroshi `",
            "  -RecipientRestrictionFilter \"PrimarySmtpAddress -eq '{user}'\"",
            'New-ManagementRoleAssignment -Role "Application Mail.Send" `',
            "  -App {client_id} -CustomResourceScope Noroshi",
            "Test-ServicePrincipalAuthorization -Identity {client_id} `",
            "  -Resource {user}",
        ),
        link=ENTRA_APP + "CallAnAPI/appId/{client_id}",
        takes=RIGHTS,
    ),
)
GRAPH_MAILBOX = Advice(
    means=Words(
        en="There is no mailbox {user} in this organisation, or not in Exchange Online.",
        ja="この組織の Exchange Online にメールボックス {user} がありません。",
    ),
    act=Words(
        en="Check mailbox of the account, and its tenant.",
        ja="アカウントの mailbox と tenant を確かめてください。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        lines=(EXCHANGE, "Get-Recipient -Identity {user} | Format-List RecipientTypeDetails"),
        takes=WITH_NEXT,
    ),
)
GRAPH_TOKEN = Advice(
    means=Words(
        en="Microsoft Graph does not accept the token.",
        ja="Microsoft Graph がトークンを受け付けません。",
    ),
    act=Words(
        en="Sign in again: noroshi authorize {route}.",
        ja="noroshi authorize {route} でサインインし直してください。",
    ),
    quiet=True,
    cure=Cure(whose=Whose.YOU, lines=("noroshi authorize {route}",), takes=AT_ONCE),
)
GRAPH_REFUSES = Advice(
    means=Words(
        en="Microsoft Graph does not allow it; the reply says why.",
        ja="Microsoft Graph に拒否されました。理由は返事にあります。",
    ),
    act=Words(
        en="An administrator looks at the app's permissions and at the sign-in logs of Entra.",
        ja="管理者がアプリのアクセス許可と Entra のサインイン ログを確かめてください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR, link=ENTRA_APP + "CallAnAPI/appId/{client_id}", takes=MINUTES
    ),
)
GRAPH_FULL = Advice(
    means=Words(
        en="The mailbox {user} is full, of its own Sent Items mostly.",
        ja="メールボックス {user} が (多くは送信済みアイテムで) いっぱいです。",
    ),
    act=Words(
        en="Empty it, and give it a retention policy: by Graph a copy of each mail is always kept.",
        ja="空にして、保持ポリシーを設定してください (Graph では、送ったメールのコピーが必ず残ります)。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Delete what lies in Sent Items of {user} in Outlook; then let it be deleted after "
                "30 days in Exchange Online PowerShell:",
                ja="{user} の送信済みアイテムを Outlook で削除し、Exchange Online PowerShell で30日後に"
                "削除されるようにします:",
            ),
        ),
        lines=(
            EXCHANGE,
            'New-RetentionPolicyTag "Noroshi Sent Items" -Type SentItems `',
            "  -RetentionEnabled $true -AgeLimitForRetention 30 `",
            "  -RetentionAction DeleteAndAllowRecovery",
            'New-RetentionPolicy "Noroshi" -RetentionPolicyTagLinks "Noroshi Sent Items"',
            'Set-Mailbox -Identity {user} -RetentionPolicy "Noroshi"',
        ),
        link="https://learn.microsoft.com/powershell/module/exchange/new-retentionpolicytag",
        takes=SOON,
    ),
)
BAD_REQUEST = Advice(
    means=Words(
        en="Microsoft Graph found this mail not as it wants it; the reply says what.",
        ja="このメールが Microsoft Graph に受け付けられませんでした。理由は返事にあります。",
    ),
    act=Words(
        en="Check its recipients; if they are right, it is Noroshi's fault: report it with the "
        "reply.",
        ja="宛先を確かめてください。正しければ Noroshi の不具合です。返事を添えて報告してください。",
    ),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
BUSY = Advice(
    means=Words(
        en="The other side is busy, and wants fewer requests at once.",
        ja="相手が混み合っていて、要求の数を減らすよう求めています。",
    ),
    act=Words(
        en="It is tried again by itself, after the time that the answer names.",
        ja="返事にある時間を待って、自動でもう一度試します。",
    ),
    cure=Cure(
        whose=Whose.PROVIDER,
        link="https://learn.microsoft.com/graph/throttling-limits",
        takes=BY_ITSELF,
    ),
)
HOOK_GONE = Advice(
    means=Words(
        en="Nothing takes messages at that URL any more: the webhook or workflow was removed or "
        "switched off.",
        ja="その URL では受け付けていません。Webhook かワークフローが削除または無効にされています。",
    ),
    act=Words(
        en="Make a new one, and put its URL in.",
        ja="作り直して、新しい URL を設定してください。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            Words(
                en="Teams: the channel › … › Workflows › “Post to a channel when a webhook request "
                "is received”. Slack: the app › Incoming Webhooks. Then put the new URL in:",
                ja="Teams: チャネル › … › ワークフロー ›「Webhook 要求を受信したときにチャネルに投稿する」。"
                "Slack: アプリ › Incoming Webhooks。新しい URL を入れます:",
            ),
        ),
        lines=("noroshi secret set {url_entry}",),
        takes=AT_ONCE,
    ),
)
HOOK_SECRET = Advice(
    means=Words(
        en="The secret is missing or another one.", ja="秘密の値がないか、違っています。"
    ),
    act=Words(
        en="Put it in anew (noroshi secret set; see url_entry and header_entry of the route).",
        ja="noroshi secret set で入れ直してください (経路の url_entry と header_entry)。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        lines=("noroshi secret set {url_entry}", "noroshi secret set {header_entry}"),
        takes=AT_ONCE,
    ),
)
HOOK_FAILED = Advice(
    means=Words(
        en="The other side took the request and could not deliver the message.",
        ja="相手は要求を受け取りましたが、メッセージを配信できませんでした。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
HOOK_REFUSES = Advice(
    means=Words(
        en="The other side does not take this message; the reply says why.",
        ja="このメッセージは受け付けられませんでした。理由は返事にあります。",
    ),
    act=Words(
        en="Check shape of the route, and what the other side asks for.",
        ja="経路の shape と、相手が求める形式を確かめてください。",
    ),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
HOOK_FORBIDS = Advice(
    means=Words(
        en="The other side does not let us post there.",
        ja="相手がこちらからの投稿を許可していません。",
    ),
    act=Words(
        en="Whoever runs it allows this computer, or the channel, and then it goes on by itself.",
        ja="相手側の管理者が、このコンピューターかチャネルを許可すると、自動で再開します。",
    ),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=BY_ITSELF),
)
REDIRECTED = Advice(
    means=Words(
        en="It points to another address, which is never followed.",
        ja="別のアドレスへ転送されましたが、Noroshi は転送に従いません。",
    ),
    act=Words(
        en="Give the final address, or look whether a proxy or a log-in page is in between.",
        ja="最終的なアドレスを指定するか、途中にプロキシやログイン画面がないか確かめてください。",
    ),
    cure=Cure(whose=Whose.NETWORK, takes=WITH_NEXT),
)
