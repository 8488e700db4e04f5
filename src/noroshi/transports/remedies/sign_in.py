"""Answers to a sign-in."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AT_ONCE,
    BY_ITSELF,
    EXCHANGE,
    MINUTES,
    SOON,
    WITH_NEXT,
    Advice,
)

SMTP_AUTH = (
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/"
    "authenticated-client-smtp-submission"
)
IN_ADMIN_CENTER = Words(
    en="Microsoft 365 admin center › Users › Active users › {user} › Mail › Manage email apps › "
    "tick “Authenticated SMTP”. Or in Exchange Online PowerShell:",
    ja="Microsoft 365 管理センター › ユーザー › アクティブなユーザー › {user} › メール › "
    "メール アプリを管理する › 「認証済み SMTP」にチェックを入れます。または Exchange Online "
    "PowerShell で:",
)
AUTH_OFF_FOR_ALL = Advice(
    means=Words(
        en="SMTP AUTH is switched off for the organisation.",
        ja="組織全体で SMTP AUTH が無効です。",
    ),
    act=Words(
        en="An administrator allows it for this mailbox, whose own setting goes first: "
        "Set-CASMailbox {user} -SmtpClientAuthenticationDisabled $false. Or use a route of kind "
        "graph, which needs no SMTP AUTH.",
        ja="メールボックスの設定が優先されるので、管理者が許可してください: Set-CASMailbox {user} "
        "-SmtpClientAuthenticationDisabled $false。SMTP AUTH の要らない kind = graph の経路も"
        "使えます。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="The sign-in itself is right: neither secret nor password is at fault. Allow "
                "it for this mailbox alone; its own setting goes before the organisation's.",
                ja="サインインには成功しています。シークレットやパスワードの問題ではありません。"
                "このメールボックスだけに許可してください (組織の設定より優先されます)。",
            ),
            IN_ADMIN_CENTER,
        ),
        lines=(
            EXCHANGE,
            "Set-CASMailbox -Identity {user} `",
            "  -SmtpClientAuthenticationDisabled $false",
        ),
        link=SMTP_AUTH,
        takes=SOON,
    ),
)
AUTH_OFF = Advice(
    means=Words(
        en="SMTP AUTH is switched off for this mailbox.",
        ja="このメールボックスで SMTP AUTH が無効です。",
    ),
    act=Words(
        en="An administrator allows it: Set-CASMailbox {user} -SmtpClientAuthenticationDisabled "
        "$false (or Authenticated SMTP in the admin center).",
        ja="管理者が許可してください: Set-CASMailbox {user} -SmtpClientAuthenticationDisabled "
        "$false (管理センターでは「認証済み SMTP」)。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="The sign-in itself is right: neither secret nor password is at fault.",
                ja="サインインには成功しています。シークレットやパスワードの問題ではありません。",
            ),
            IN_ADMIN_CENTER,
        ),
        lines=(
            EXCHANGE,
            "Set-CASMailbox -Identity {user} `",
            "  -SmtpClientAuthenticationDisabled $false",
        ),
        link=SMTP_AUTH,
        takes=SOON,
    ),
)
NO_PASSWORDS = Advice(
    means=Words(
        en="Exchange Online takes no password here.",
        ja="Exchange Online はパスワードを受け付けません。",
    ),
    act=Words(
        en="Sign in by OAuth 2.0, with an account instead of a password in the route.",
        ja="経路の password の代わりに account を指定し、OAuth 2.0 でサインインしてください。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            Words(
                en="Define an account (accounts/NAME.toml), name it in the route in the place of "
                "password, apply, and sign in:",
                ja="アカウントを定義し (accounts/名前.toml)、経路の password の代わりに指定して"
                "取り込み、サインインします:",
            ),
        ),
        lines=("noroshi apply DIR", "noroshi authorize {route}"),
        link="https://techcommunity.microsoft.com/blog/exchange/updated-exchange-online-smtp-auth-"
        "basic-authentication-deprecation-timeline/4489835",
        takes=AT_ONCE,
    ),
)
CONDITIONAL_ACCESS = Advice(
    means=Words(
        en="A policy of the organisation (Conditional Access, security defaults) keeps {user} out.",
        ja="組織のポリシー (条件付きアクセス、セキュリティの既定値) で {user} が拒否されています。",
    ),
    act=Words(
        en="An administrator finds it under Entra admin center, Sign-in logs, and makes an "
        "exception.",
        ja="管理者が Entra 管理センターのサインイン ログで原因を確かめ、除外を設定してください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Microsoft Entra admin center › Monitoring & health › Sign-in logs › {user}: "
                "the newest failure names the policy under “Conditional Access”.",
                ja="Microsoft Entra 管理センター › 監視と正常性 › サインイン ログ › {user}: 最新の"
                "失敗の「条件付きアクセス」に、原因のポリシーが出ています。",
            ),
            Words(
                en="Protection › Conditional Access › Policies › that one › Users › Exclude: "
                "{user}. With security defaults nobody can be excluded: use an app that signs in "
                'by itself (sign_in = "app"), or Graph.',
                ja="保護 › 条件付きアクセス › ポリシー › 該当のもの › ユーザー › 対象外に {user} を"
                "追加します。セキュリティの既定値群では除外できないため、アプリだけのサインイン "
                '(sign_in = "app") か Graph を使います。',
            ),
        ),
        link="https://entra.microsoft.com/#view/Microsoft_AAD_ConditionalAccess/"
        "ConditionalAccessBlade/~/Policies",
        takes=MINUTES,
    ),
)
KEPT_OUT = Advice(
    means=Words(
        en="A setting of the organisation keeps {user} out; the reply says which.",
        ja="組織の設定により {user} が拒否されています。理由は返事にあります。",
    ),
    act=Words(
        en="An administrator looks at Authenticated SMTP of the mailbox, and at the Sign-in logs in "
        "the Entra admin center.",
        ja="管理者がメールボックスの「認証済み SMTP」と、Entra 管理センターのサインイン ログを"
        "確かめてください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(
            Words(
                en="Microsoft Entra admin center › Monitoring & health › Sign-in logs › {user}: the "
                "newest failure. Then in Exchange Online PowerShell whether SMTP AUTH is allowed:",
                ja="Microsoft Entra 管理センター › 監視と正常性 › サインイン ログ › {user} の最新の失敗を"
                "確かめます。そのあと Exchange Online PowerShell で SMTP AUTH の許可を確かめます:",
            ),
        ),
        lines=(
            EXCHANGE,
            "Get-CASMailbox -Identity {user} | Format-List SmtpClient*",
            "Get-TransportConfig | Format-List SmtpClient*",
        ),
        link=SMTP_AUTH,
        takes=SOON,
    ),
)
WRONG_USER = Advice(
    means=Words(
        en="The user name or the password is wrong, or the sign-in is blocked.",
        ja="ユーザー名かパスワードが違うか、サインインがブロックされています。",
    ),
    act=Words(
        en="Put the right password in; see user of the route as well.",
        ja="正しいパスワードを入れ直し、経路の user も確かめてください。",
    ),
    quiet=True,
    cure=Cure(whose=Whose.YOU, lines=("noroshi secret set {password}",), takes=AT_ONCE),
)
SIGN_IN_REFUSED = Advice(
    means=Words(
        en="The server did not accept the sign-in, and does not say why.",
        ja="サインインが受け付けられませんでした。サーバーは理由を示していません。",
    ),
    act=Words(
        en="Check user, and the password or the account of the route.",
        ja="経路の user と、password または account を確かめてください。",
    ),
    quiet=True,
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=AT_ONCE),
)
OTHER_WAY = Advice(
    means=Words(
        en="The server does not take this way to sign in.",
        ja="サーバーはこの方式のサインインに対応していません。",
    ),
    act=Words(
        en="Set auth of the route to another one, or to auto.",
        ja="経路の auth を別の方式か auto にしてください。",
    ),
    cure=Cure(whose=Whose.YOU, lines=('auth = "auto"',), takes=WITH_NEXT),
)
BAD_DATA = Advice(
    means=Words(
        en="The server did not understand what was said to sign in.",
        ja="サインインのデータがサーバーに理解されませんでした。",
    ),
    act=Words(
        en="Check mailbox of the account: it must be one mail address.",
        ja="アカウントの mailbox が1つのメールアドレスになっているか確かめてください。",
    ),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
ENDS_TOO_SOON = Advice(
    means=Words(
        en="The token, though it is fresh, ends too soon for this server, which wants ten "
        "minutes at least.",
        ja="取得したばかりのトークンの有効期間が短すぎます (このサーバーは10分以上を求めます)。",
    ),
    act=Words(
        en="An administrator lengthens the lifetime that a policy sets for tokens.",
        ja="管理者がトークンの有効期間のポリシーを長くしてください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        lines=(
            "Connect-MgGraph -Scopes Policy.Read.All",
            "Get-MgPolicyTokenLifetimePolicy | Format-List DisplayName, Definition",
        ),
        link="https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes",
        takes=AT_ONCE,
    ),
)
OUT_OF_ORDER = Advice(
    means=Words(
        en="The server cannot check sign-ins at the moment.",
        ja="サーバーがいまサインインを確認できません。",
    ),
    act=Words(
        en="It is tried again by itself; nothing has to be done.",
        ja="自動でもう一度試します。何もする必要はありません。",
    ),
    cure=Cure(whose=Whose.PROVIDER, link="https://status.cloud.microsoft", takes=BY_ITSELF),
)
NOT_SIGNED_IN = Advice(
    means=Words(
        en="The server wants whoever sends to sign in.",
        ja="サーバーがサインインを求めています。",
    ),
    act=Words(
        en="Give the route an account, or a password.",
        ja="経路に account か password を指定してください。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        lines=('account = "NAME"        # accounts/NAME.toml', "noroshi authorize {route}"),
        takes=WITH_NEXT,
    ),
)
GOOGLE_PASSWORD = Advice(
    means=Words(
        en="Google wants an app password here (Google Account, Security, App passwords), or "
        "OAuth.",
        ja="Google では通常のパスワードを使えません。アプリ パスワード (Google アカウントの"
        "「セキュリティ」)か OAuth を使ってください。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        how=(
            Words(
                en="Make an app password for {user}, and put it in:",
                ja="{user} のアプリ パスワードを作り、入れ直します:",
            ),
        ),
        lines=("noroshi secret set {password}",),
        link="https://myaccount.google.com/apppasswords",
        takes=AT_ONCE,
    ),
)
GOOGLE_BROWSER = Advice(
    means=Words(
        en="Google wants {user} to sign in once with a browser, from this network, and to confirm "
        "that it was they.",
        ja="{user} で、このネットワークからブラウザーで一度 Google にサインインし、本人であることを"
        "確認してください。",
    ),
    cure=Cure(
        whose=Whose.YOU, link="https://accounts.google.com/DisplayUnlockCaptcha", takes=MINUTES
    ),
)
GOOGLE_REFUSED = Advice(
    means=Words(
        en="Google does not accept this user name with this password or token.",
        ja="Google がこのユーザー名とパスワード (またはトークン) を認めません。",
    ),
    act=Words(
        en="Put the password in anew, or sign in again: noroshi authorize {route}.",
        ja="パスワードを入れ直すか、noroshi authorize {route} でサインインし直してください。",
    ),
    quiet=True,
    cure=Cure(
        whose=Whose.YOU, link="https://support.google.com/a/answer/3726730", takes=AT_ONCE
    ),
)
