"""List the remedies of a refused sign-in step by step: pages as the portals name them, lines to
copy.

{route}, {tenant}, {client_id}, {mailbox} ... are the user's own values. The deep links into the
Entra admin center are known from practice; no page of Microsoft's promises them.
"""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.ports.examination import Cure, Whose

ENTRA = "https://entra.microsoft.com/#view/"
APP = ENTRA + "Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/{page}/appId/{{client_id}}"
CREDENTIALS, PERMISSIONS = APP.format(page="Credentials"), APP.format(page="CallAnAPI")
AUTHENTICATION, OVERVIEW = APP.format(page="Authentication"), APP.format(page="Overview")
POLICIES = ENTRA + "Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies"
SIGN_IN_LOGS = "https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-ins"
AUTHORIZE = ("noroshi authorize {route}",)

AT_ONCE = Words(en="at once", ja="すぐ")
MINUTES = Words(en="some minutes", ja="数分")
TO_AN_HOUR = Words(en="some minutes, up to an hour", ja="数分、長いと1時間ほど")
BY_ITSELF = Words(en="by itself, mostly within minutes", ja="自動で戻ります (多くは数分以内)")
WITH_APPLY = Words(
    en="at once after: noroshi apply DIR", ja="noroshi apply DIR で取り込むとすぐ"
)

SIGN_IN = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Sign in as {mailbox}, in a browser on any computer; with --device by a code on a "
            "phone:",
            ja="{mailbox} でサインインし直します。ブラウザーはどのパソコンのものでもかまいません "
            "(--device ならスマートフォンでコードを入力):",
        ),
    ),
    lines=AUTHORIZE,
    takes=AT_ONCE,
)
SECRET = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › Certificates & secrets › "
            "New client secret. Copy its Value (not the secret ID); it is shown only once.",
            ja="Entra 管理センター › アプリの登録 › {client_id} › 証明書とシークレット › 新しい"
            "クライアント シークレット。「シークレット ID」ではなく「値」をコピーします (一度だけ表示)。",
        ),
        Words(
            en="Put it in, in the place of the old one, and write its last day into secret_ends of "
            "accounts/{account}.toml, so that you are told in time:",
            ja="古いものの代わりに入れ、期限の日を accounts/{account}.toml の secret_ends に書くと、"
            "切れる前に知らせます:",
        ),
    ),
    lines=("noroshi secret set {secret}",),
    link=CREDENTIALS,
    takes=AT_ONCE,
)
CERTIFICATE = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Write the certificate that is used here into a file:",
            ja="いま使っている証明書をファイルに書き出します:",
        ),
        Words(
            en="Entra admin center › App registrations › {client_id} › Certificates & secrets › "
            "Certificates › Upload certificate: that file; then compare the thumbprints.",
            ja="Entra 管理センター › アプリの登録 › {client_id} › 証明書とシークレット › 証明書 › "
            "証明書のアップロードで登録し、拇印が同じことを確かめます。",
        ),
    ),
    lines=("noroshi cert show {account} --out noroshi.cer",),
    link=CREDENTIALS,
    takes=MINUTES,
)
CLOCK = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Let the computer's clock be set by NTP (as root), then look at it:",
            ja="root で NTP による時刻合わせを有効にし、時計を確かめます:",
        ),
    ),
    lines=("timedatectl set-ntp true", "timedatectl status"),
    takes=AT_ONCE,
)
OWN_CONSENT = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Where the sign-in page wants an administrator's approval: Entra admin center › App "
            "registrations › {client_id} › API permissions: the permission must be listed "
            "(Microsoft Graph › Delegated › {permission}) › “Grant admin consent”.",
            ja="サインインのページで管理者の承認を求められる組織では、先に Entra 管理センター › アプリの登録 › "
            "{client_id} ›「API のアクセス許可」に「Microsoft Graph › 委任 › {permission}」があることを"
            "確かめ、「管理者の同意を与えます」を押してもらいます。",
        ),
        Words(
            en="Sign in again, and choose Accept:", ja="サインインし直し、「承諾」を選びます:"
        ),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=AT_ONCE,
)
CONSENT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › API permissions: the "
            "permission must be listed (Microsoft Graph › Delegated › {permission}) › “Grant "
            "admin consent”.",
            ja="Entra 管理センター › アプリの登録 › {client_id} ›「API のアクセス許可」に、必要な許可 "
            "「Microsoft Graph › 委任 › {permission}」があることを確かめ、"
            "「管理者の同意を与えます」を押します。",
        ),
        Words(en="Then sign in again:", ja="そのあと、サインインし直します:"),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=MINUTES,
)
APP_CONSENT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › API permissions › Add a "
            "permission › APIs my organization uses › Office 365 Exchange Online › Application "
            "permissions › {app_role} (for Graph: Microsoft Graph › Mail.Send) › “Grant admin "
            "consent”.",
            ja="Entra 管理センター › アプリの登録 › {client_id} › API のアクセス許可 › アクセス許可の"
            "追加 › 所属する組織で使用している API › Office 365 Exchange Online › アプリケーションの"
            "許可 › {app_role} (Graph で送る場合は Microsoft Graph › Mail.Send) › 「管理者の"
            "同意を与えます」。",
        ),
    ),
    lines=AUTHORIZE,
    link=PERMISSIONS,
    takes=TO_AN_HOUR,
)
POLICY = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › Monitoring & health › Sign-in logs › {mailbox}: the newest "
            "failure names the policy under “Conditional Access”.",
            ja="Entra 管理センター › 監視と正常性 › サインイン ログ › {mailbox}: 最新の失敗の「条件付き"
            "アクセス」に、原因のポリシーが出ています。",
        ),
        Words(
            en="Protection › Conditional Access › Policies › that one: exclude {mailbox}, or name "
            "this site's address as a trusted location. Then sign in again:",
            ja="保護 › 条件付きアクセス › ポリシー › 該当のもので {mailbox} を対象外にするか、この拠点の"
            "アドレスを信頼できる場所にします。そのあと、サインインし直します:",
        ),
    ),
    lines=AUTHORIZE,
    link=POLICIES,
    takes=MINUTES,
)
APP_POLICY = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › Protection › Conditional Access › Policies › the one for "
            "workload identities: exclude the app {client_id}, or this site's address. What "
            "waits is then sent by itself.",
            ja="Entra 管理センター › 保護 › 条件付きアクセス › ポリシー › ワークロード ID のもので、"
            "アプリ {client_id} かこの拠点のアドレスを対象外にします。待っているメールは、その後自動で送られます。",
        ),
    ),
    link=POLICIES,
    takes=MINUTES,
)
RISK = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › Protection › Identity Protection › Risky users › {mailbox} › "
            "Dismiss user risk, once it is sure that nobody else signed in. Then:",
            ja="Entra 管理センター › 保護 › Identity Protection › 危険なユーザー › {mailbox} › ユーザー "
            "リスクを無視する (不正なサインインがないことを確かめてから)。そのあと:",
        ),
    ),
    lines=AUTHORIZE,
    link=ENTRA + "Microsoft_AAD_IAM/IdentityProtectionMenuBlade/~/RiskyUsers",
    takes=MINUTES,
)
REGISTRATION = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations: the app with the ID {client_id} must be "
            "there, in the tenant {tenant}. Enterprise applications › the app › Properties › "
            "“Enabled for users to sign in” must be Yes.",
            ja="Entra 管理センター › アプリの登録に、ID が {client_id} のアプリがテナント {tenant} にあること、"
            "エンタープライズ アプリケーション › 該当のアプリ › プロパティの「ユーザーのサインインが有効」が"
            "「はい」であることを確かめます。",
        ),
        Words(
            en="If the ID here is wrong, mend client_id or tenant in accounts/{account}.toml.",
            ja="ID が違う場合は、accounts/{account}.toml の client_id か tenant を直します。",
        ),
    ),
    link=OVERVIEW,
    takes=MINUTES,
)
SETTINGS = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Compare accounts/{account}.toml with the page Overview of the app in the Entra "
            "admin center: Application (client) ID, Directory (tenant) ID; and the cloud.",
            ja="accounts/{account}.toml を、Entra 管理センターのアプリの「概要」と見比べます: "
            "「アプリケーション (クライアント) ID」と「ディレクトリ (テナント) ID」、cloud の指定。",
        ),
    ),
    lines=('client_id = "{client_id}"', 'tenant = "{tenant}"', 'cloud = "{cloud}"'),
    link=OVERVIEW,
    takes=WITH_APPLY,
)
CLOUD = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Take the cloud in which the tenant is: microsoft365, microsoft365-gcc-high, "
            "microsoft365-dod or microsoft365-china.",
            ja="テナントのあるクラウドを指定します: microsoft365、microsoft365-gcc-high、"
            "microsoft365-dod、microsoft365-china のどれかです。",
        ),
    ),
    lines=('cloud = "microsoft365"        # accounts/{account}.toml',),
    takes=WITH_APPLY,
)
REDIRECT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › Authentication › Platform "
            "configurations › Web › Redirect URIs: exactly this line, the slash at its end "
            "included:",
            ja="Entra 管理センター › アプリの登録 › {client_id} › 認証 › プラットフォーム構成 › Web › "
            "リダイレクト URI に、次の行を末尾のスラッシュまで同じに登録します:",
        ),
    ),
    lines=("{redirect}",),
    link=AUTHENTICATION,
    takes=MINUTES,
)
PLATFORM = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › App registrations › {client_id} › Authentication: delete the "
            "redirect URI under “Single-page application” or “Mobile and desktop applications”, "
            "and add it under “Web”. Then sign in again:",
            ja="Entra 管理センター › アプリの登録 › {client_id} › 認証: 「シングルページ アプリケーション」"
            "または「モバイル アプリケーションとデスクトップ アプリケーション」のリダイレクト URI を消し、"
            "「Web」に登録し直します。そのあと、サインインし直します:",
        ),
    ),
    lines=("{redirect}", *AUTHORIZE),
    link=AUTHENTICATION,
    takes=MINUTES,
)
LICENCE = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Microsoft 365 admin center › Users › Active users › {mailbox} › Licenses and apps: "
            "one with Exchange Online. If there is one, look at scope and app_scope of the cloud.",
            ja="Microsoft 365 管理センター › ユーザー › アクティブなユーザー › {mailbox} › ライセンスと"
            "アプリに Exchange Online があることを確かめます。あれば、クラウドの scope と app_scope を"
            "確かめてください。",
        ),
    ),
    link="https://admin.microsoft.com/#/users",
    takes=TO_AN_HOUR,
)
SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Check scope (for an app: app_scope, which ends in /.default) of the cloud {cloud}, "
            "letter by letter: one resource alone.",
            ja="クラウド {cloud} の scope (アプリの場合は /.default で終わる app_scope) の綴りを確かめます。"
            "1つの資源だけを書きます。",
        ),
    ),
    lines=('scope = "{scope}"', 'app_scope = "{app_scope}"'),
    takes=WITH_APPLY,
)
USER = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Microsoft 365 admin center › Users › Active users › {mailbox}: is it there, not "
            "deleted, and is the sign-in allowed? A shared mailbox has its sign-in blocked by "
            "design: sign in as somebody who may send for it.",
            ja="Microsoft 365 管理センター › ユーザー › アクティブなユーザーに {mailbox} があり、サインインが"
            "許可されていることを確かめます。共有メールボックスは仕様でサインインできないため、送信の権限の"
            "ある人でサインインします。",
        ),
    ),
    lines=AUTHORIZE,
    link="https://admin.microsoft.com/#/users",
    takes=TO_AN_HOUR,
)
ASSIGNMENT = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(
        Words(
            en="Entra admin center › Enterprise applications › the app {client_id} › Users and "
            "groups › Add user/group: {mailbox}. Or Properties › “Assignment required?” › No.",
            ja="Entra 管理センター › エンタープライズ アプリケーション › {client_id} のアプリ › ユーザーと"
            "グループ › ユーザーまたはグループの追加で {mailbox} を割り当てます。または プロパティの"
            "「割り当てが必要ですか?」を「いいえ」にします。",
        ),
    ),
    lines=AUTHORIZE,
    takes=MINUTES,
)
