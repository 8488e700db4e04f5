"""List the remedies of a refused sign-in that lie beyond the app: policies of tenants, the service
itself, and other providers than Microsoft."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.oauth.errors.remedies import (
    AT_ONCE,
    AUTHENTICATION,
    AUTHORIZE,
    BY_ITSELF,
    MINUTES,
    PERMISSIONS,
    SIGN_IN_LOGS,
    TO_AN_HOUR,
    WITH_APPLY,
)
from noroshi.ports.examination import Cure, Whose

HEALTH = "https://status.cloud.microsoft"
WAIT = Cure(
    whose=Whose.PROVIDER,
    how=(
        Words(
            en="Nothing has to be done: what waits is sent by itself afterwards. Whether Microsoft knows of an "
            "outage stands on the page below.",
            ja="何もする必要はありません。待っているメールは、復旧後に自動で送られます。Microsoft の障害情報は下のページに"
            "あります。",
        ),
    ),
    link=HEALTH,
    takes=BY_ITSELF,
)
SUPPORT = Cure(
    whose=Whose.PROVIDER,
    how=(
        Words(
            en="If it stays so for an hour: Microsoft 365 admin center › Support, with the number "
            "and the correlation ID below.",
            ja="1時間たっても続く場合は、Microsoft 365 管理センター › サポートに、番号と下の correlation "
            "ID を伝えます。",
        ),
    ),
    link=HEALTH,
    takes=BY_ITSELF,
)
OTHER_WAIT = Cure(
    whose=Whose.PROVIDER,
    how=(
        Words(
            en="Nothing has to be done: what waits is sent by itself afterwards. If it lasts, ask whoever "
            "runs {host}.",
            ja="何もする必要はありません。待っているメールは、復旧後に自動で送られます。続く場合は {host} の運営者に"
            "問い合わせてください。",
        ),
    ),
    takes=BY_ITSELF,
)
"""At any other sign-in server than Microsoft's and Google's own."""
OTHER_SECRET = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Compare the client ID {client_id} and the secret with what the server's administrator has. If "
            "the secret is another one, put it in:",
            ja="クライアント ID {client_id} とシークレットを、サーバーの管理者に確かめます。シークレットが違う場合は"
            "入れ直します:",
        ),
    ),
    lines=("noroshi secret set {secret}",),
    takes=AT_ONCE,
)
REPORT = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="If tenant and cloud of accounts/{account}.toml are right, write a support bundle "
            "and report it:",
            ja="accounts/{account}.toml の tenant と cloud が正しければ、次のコマンドで診断ファイルを"
            "書き出して報告してください:",
        ),
    ),
    lines=("noroshi doctor --bundle noroshi.zip",),
    takes=AT_ONCE,
)
PERMISSION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › API permissions › Add a "
            "permission: for a person Microsoft Graph › Delegated › SMTP.Send, for an app Office "
            "365 Exchange Online › Application › {app_role}; where mails leave by Graph, "
            "Microsoft Graph › Mail.Send for either. Then “Grant admin consent”.",
            ja="Entra 管理センター › アプリの登録 › {client_id} › API のアクセス許可 › アクセス許可の追加: "
            "人の場合は Microsoft Graph › 委任 › SMTP.Send、アプリの場合は Office 365 Exchange Online "
            "› アプリケーション › {app_role}。Graph で送る場合は、どちらも Microsoft Graph › "
            "Mail.Send。そのあと「管理者の同意を与えます」を押します。",
        ),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=TO_AN_HOUR,
)
NOT_VALID = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › API permissions: remove all of "
            "Office 365 Exchange Online that is not used. A person needs Microsoft Graph › Delegated "
            "› SMTP.Send alone; for an app add Office 365 Exchange Online › Application › "
            "{app_role} once more. Then “Grant admin consent”.",
            ja="Entra 管理センター › アプリの登録 › {client_id} › API のアクセス許可: 使っていない Office 365 "
            "Exchange Online のアクセス許可をすべて削除します。人がサインインする場合は Microsoft Graph › 委任 › "
            "SMTP.Send だけで足ります。アプリの場合は Office 365 Exchange Online › アプリケーション › "
            "{app_role} を追加し直します。そのあと「管理者の同意を与えます」を押します。",
        ),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=TO_AN_HOUR,
)
PUBLIC_FLOWS = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › Authentication › Advanced "
            "settings › “Allow public client flows” › Yes (for a sign-in by code); or put the "
            "client secret in and sign in by the page:",
            ja="Entra 管理センター › アプリの登録 › {client_id} › 認証 › 詳細設定 ›「パブリック クライアント "
            "フローを許可する」を「はい」にします (コード入力の場合)。または、クライアント シークレットを"
            "入れてサインインします:",
        ),
    ),
    lines=("noroshi secret set {secret}", *AUTHORIZE),
    link=AUTHENTICATION,
    takes=MINUTES,
)
BY_THE_PAGE = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en='An app that signs in by itself (sign_in = "app") is not concerned. A person signs in '
            "by the page in a browser (without --device), with multifactor authentication:",
            ja='アプリだけのサインイン (sign_in = "app") は影響を受けません。人の場合は、--device を付けずに、'
            "ブラウザーのページで多要素認証を使ってサインインします:",
        ),
    ),
    lines=AUTHORIZE,
    link="https://learn.microsoft.com/entra/fundamentals/security-defaults",
    takes=AT_ONCE,
)
SECURITY_INFO = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Set up a second factor at the page below, at a place or on a device from which the "
            "organisation allows it. Which those are the administrator sees in the Conditional "
            "Access policy for “Register security information”. Then sign in again:",
            ja="組織が許可している場所か端末で下のページを開き、認証方法を登録します。許可されている場所や端末は、"
            "管理者が条件付きアクセスの「セキュリティ情報の登録」のポリシーで確かめられます。そのあと、"
            "サインインし直します:",
        ),
    ),
    lines=AUTHORIZE,
    link="https://aka.ms/mysecurityinfo",
    takes=AT_ONCE,
)
TENANTS = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Is there a proxy that adds the header Restrict-Access-To-Tenants? Whoever runs it "
            "adds {tenant}. Else Entra admin center › External Identities › Cross-tenant access "
            "settings.",
            ja="Restrict-Access-To-Tenants ヘッダーを付けるプロキシがあれば、その担当者が {tenant} を"
            "追加します。なければ Entra 管理センター › External Identities › テナント間アクセス設定を"
            "確かめます。",
        ),
    ),
    link="https://learn.microsoft.com/entra/identity/enterprise-apps/tenant-restrictions",
    takes=MINUTES,
)
FEDERATION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Whoever runs the organisation's sign-in (AD FS, another identity provider, the "
            "pass-through agent) looks into its log at this time. An app that signs in by itself "
            '(sign_in = "app") needs none of it.',
            ja="組織のサインイン基盤 (AD FS、ほかの ID プロバイダー、パススルー認証エージェント) の担当者が、"
            'この時刻のログを確かめます。アプリだけのサインイン (sign_in = "app") では使いません。',
        ),
    ),
    link=SIGN_IN_LOGS,
    takes=MINUTES,
)
DELEGATION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Google Admin console › Security › Access and data control › API controls › Manage "
            "Domain Wide Delegation › Add new: client ID {client_id}, scope as below.",
            ja="Google 管理コンソール › セキュリティ › アクセスとデータ管理 › API の制御 › ドメイン全体の"
            "委任を管理 › 新しく追加: クライアント ID {client_id}、スコープは次の行です。",
        ),
    ),
    lines=("https://mail.google.com/",),
    link="https://admin.google.com/ac/owl/domainwidedelegation",
    takes=TO_AN_HOUR,
)
KEY_FILE = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Google Cloud console › IAM & Admin › Service accounts › the account › Keys › Add "
            "key › JSON; put the file in:",
            ja="Google Cloud コンソール › IAM と管理 › サービス アカウント › 該当のもの › 鍵 › 鍵を追加 › "
            "JSON。ファイルの内容を入れます:",
        ),
    ),
    lines=("noroshi secret set {secret} --file key.json", "timedatectl status"),
    link="https://console.cloud.google.com/iam-admin/serviceaccounts",
    takes=AT_ONCE,
)
OTHER_SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="This is what is asked for at {host}, beside openid and offline_access where that "
            "server knows them. Compare it with what the application may ask for there, and put "
            "what differs right in clouds/{cloud}.toml. Then sign in again:",
            ja="次の行が {host} に要求しているスコープです (サーバーが対応していれば openid と offline_access "
            "も加わります)。アプリケーションに許可されているスコープと見比べ、違っていれば "
            "clouds/{cloud}.toml を直し、サインインし直します:",
        ),
    ),
    lines=('scope = "{scope}"', *AUTHORIZE),
    takes=WITH_APPLY,
)
OTHER_APP_SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="This is what the application asks for at {host}. Compare it with what it may ask "
            "for there, and put what differs right in clouds/{cloud}.toml.",
            ja="次の行がアプリケーションから {host} に要求しているスコープです。許可されているスコープと"
            "見比べ、違っていれば clouds/{cloud}.toml を直します。",
        ),
    ),
    lines=('app_scope = "{app_scope}"',),
    takes=WITH_APPLY,
)
