"""Microsoft Entra's numbers about the application, its tenant and what it asks for.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from noroshi.oauth.errors import remedies, remedies_tenant
from noroshi.oauth.errors.error_advice import (
    BAD_SCOPE,
    CONSENT,
    NO_CONSENT,
    NO_EXCHANGE,
    NO_SUCH_GRANT,
    Advice,
    to,
)

WRONG_SECRET = to(
    "admin",
    "The client secret is wrong ({code}). Put the Value from the portal in, not the secret ID: noroshi "
    "secret set {secret}",
    "クライアント シークレットが違います ({code})。「シークレット ID」ではなく「値」を noroshi secret set "
    "{secret} で入れてください。",
    remedies.SECRET,
)
ENDED_SECRET = to(
    "admin",
    "The client secret has ended ({code}). The administrator of {provider} makes a new "
    "one; put it in: noroshi secret set {secret}. The mails that wait go out in order then.",
    "クライアント シークレットの期限が切れました ({code})。{provider} の管理者に新しいものを"
    "作ってもらい、noroshi secret set {secret} で入れると、待っているメールが順に送られます。",
    remedies.SECRET,
)
NO_SECRET_SENT = to(
    "setup",
    "The application wants a client secret or a certificate, and none was sent ({code}). Enter "
    "the secret's Value; for a sign-in by code the administrator sets “Allow public client "
    "flows” to Yes.",
    "クライアント シークレットも証明書も送られませんでした ({code})。シークレットの「値」を"
    "入れてください。コード入力によるサインインでは、管理者が「パブリック クライアント フローを"
    "許可する」を「はい」にします。",
    remedies_tenant.PUBLIC_FLOWS,
)
PUBLIC_CLIENT = to(
    "admin",
    "The redirect URL is registered for a public client, which may have no secret ({code}). "
    "Register it under the platform Web.",
    "リダイレクト URL がパブリック クライアントとして登録されています ({code})。"
    "プラットフォーム「Web」に登録し直してください。",
    remedies.PLATFORM,
)
WRONG_CERTIFICATE = to(
    "admin",
    "The certificate is not one of the application's ({code}). The administrator uploads the one "
    "that is used here: noroshi cert show {account} tells it and its thumbprint.",
    "証明書がアプリケーションに登録されたものではありません ({code})。いま使っている証明書を管理者が"
    "登録してください。noroshi cert show {account} で証明書と拇印を表示できます。",
    remedies.CERTIFICATE,
)
CLOCK = to(
    "setup",
    "What this computer signed is out of its time ({code}): its clock is wrong. Set it, best by "
    "NTP; it is tried again by itself.",
    "署名の時刻が範囲外です ({code})。このコンピューターの時計がずれています。NTP などで合わせて"
    "ください。自動でもう一度試します。",
    remedies.CLOCK,
)
ADMIN_APP = to(
    "admin",
    "The application is not there or is switched off in this tenant ({code}). "
    "Check client ID and tenant ID; the administrator looks under Enterprise applications.",
    "このテナントにアプリケーションがないか、無効です ({code})。クライアント ID とテナント ID を確かめ、"
    "管理者が「エンタープライズ アプリケーション」を見てください。",
)
TENANT_NEEDED = to(
    "setup",
    "The tenant is wrong or missing ({code}). "
    "Enter the tenant ID (a GUID) of the organisation that owns the application.",
    "テナントが違うか、指定されていません ({code})。"
    "アプリケーションを登録した組織のテナント ID (GUID) を入れてください。",
)
WRONG_CLOUD = to(
    "setup",
    "The tenant belongs to another Microsoft cloud ({code}). Choose the right cloud profile.",
    "テナントは別の Microsoft クラウドにあります ({code})。正しいクラウドを選んでください。",
    remedies.CLOUD,
)
OTHER_TENANT = to(
    "user",
    "The sign-in was begun at another tenant than it was completed at ({code}). Sign in again, "
    "with the tenant ID as it stands in the account now.",
    "サインインを始めたテナントと完了したテナントが違います ({code})。いまのテナント ID で、"
    "もう一度サインインしてください。",
)
REDIRECT = to(
    "admin",
    "The redirect URL is not registered as it is used ({code}). Under Authentication, platform "
    "Web, it must read as in the account here, letter by letter: http://localhost/MxMail/ unless "
    "it says another, with the slash at its end.",
    "リダイレクト URL の登録が一致しません ({code})。「認証」の「Web」に、アカウントの設定と同じ URL "
    "(指定がなければ http://localhost/MxMail/) を末尾のスラッシュまで同じに登録してください。",
    remedies.REDIRECT,
)
OTHER_REDIRECT = to(
    "user",
    "The redirect URL has changed since this sign-in was begun ({code}). Sign in again.",
    "サインインを始めたあとにリダイレクト URL が変わりました ({code})。"
    "もう一度サインインしてください。",
)
SINGLE_PAGE = to(
    "admin",
    "The redirect URL is registered for a single-page application ({code}). "
    "Register it under the platform Web, then sign in again.",
    "リダイレクト URL がシングルページ アプリケーションとして登録されています ({code})。"
    "プラットフォーム「Web」に登録し直し、もう一度サインインしてください。",
    remedies.PLATFORM,
)
CUT = to(
    "user",
    "The code or the sign-in arrived incomplete, or the request was not understood ({code}). "
    "Sign in again and copy the whole address; if it stays so, it is Noroshi's fault.",
    "コードまたはサインインが途中で切れているか、要求が正しくありません ({code})。URL 全体をコピーして、"
    "もう一度サインインしてください。続くようなら Noroshi の不具合です。",
)
OURS = to(
    "setup",
    "The sign-in server was asked in a wrong way ({code}). If tenant ID and cloud are right, it is "
    "Noroshi's fault: please report it with this number.",
    "サインイン サーバーへの要求の形が正しくありません ({code})。テナント ID とクラウドが正しければ "
    "Noroshi の不具合です。この番号を添えて報告してください。",
    remedies_tenant.REPORT,
)
NO_SERVICE = to(
    "admin",
    "The organisation has not subscribed to the service that is asked for, or has switched it off "
    "({code}). The administrator checks the licences.",
    "要求したサービスを組織が契約していないか、無効にしています ({code})。"
    "管理者がライセンスを確かめてください。",
    remedies.LICENCE,
)
NOT_LISTED = to(
    "admin",
    "The application does not list the permission that is asked for ({code}). The administrator "
    "adds it under API permissions, and consents: SMTP.Send (for an app by itself: "
    "{role}), or Mail.Send where mails leave by Graph.",
    "アプリケーションに必要なアクセス許可がありません ({code})。管理者が「API のアクセス許可」に "
    "SMTP.Send (アプリだけでサインインする場合は {role})、Graph で送る場合は Mail.Send を"
    "追加し、同意してください。",
    remedies_tenant.PERMISSION,
)
NOT_VALID = to(
    "admin",
    "The application lists a permission that Entra does not know any more ({code}). Under API "
    "permissions the administrator removes those of Office 365 Exchange Online that are not used: "
    "where a person signs in, SMTP.Send of Microsoft Graph alone is enough.",
    "アプリケーションに、Entra で無効になったアクセス許可が含まれています ({code})。管理者が「API の"
    "アクセス許可」から、使っていない Office 365 Exchange Online のアクセス許可を削除してください。人がサインイン"
    "する場合は Microsoft Graph の SMTP.Send だけで足ります。",
    remedies_tenant.NOT_VALID,
)

BY_CODE: dict[int, Advice] = {
    7000215: WRONG_SECRET,
    70002: WRONG_SECRET,
    7000222: ENDED_SECRET,
    7000218: NO_SECRET_SENT,
    700025: PUBLIC_CLIENT,
    700027: WRONG_CERTIFICATE,
    50012: WRONG_CERTIFICATE,
    700030: WRONG_CERTIFICATE,
    50048: WRONG_CERTIFICATE,
    700024: CLOCK,
    700016: ADMIN_APP,
    700011: ADMIN_APP,
    70001: ADMIN_APP,
    7000112: ADMIN_APP,
    1000031: ADMIN_APP,
    90002: TENANT_NEEDED,
    900021: TENANT_NEEDED,
    90019: TENANT_NEEDED,
    50059: TENANT_NEEDED,
    50128: TENANT_NEEDED,
    50194: TENANT_NEEDED,
    90130: TENANT_NEEDED,
    90124: TENANT_NEEDED,
    9001023: TENANT_NEEDED,
    90038: WRONG_CLOUD,
    900382: WRONG_CLOUD,
    900432: WRONG_CLOUD,
    50049: WRONG_CLOUD,
    700005: OTHER_TENANT,
    50011: REDIRECT,
    70004: REDIRECT,
    900971: REDIRECT,
    500113: REDIRECT,
    500112: OTHER_REDIRECT,
    9002326: SINGLE_PAGE,
    9002327: SINGLE_PAGE,
    9002313: CUT,
    90014: CUT,
    900144: CUT,
    90004: OURS,
    90023: OURS,
    90100: OURS,
    90013: OURS,
    90056: OURS,
    900561: OURS,
    70003: NO_SUCH_GRANT,
    70011: BAD_SCOPE,
    28002: BAD_SCOPE,
    28003: BAD_SCOPE,
    28000: BAD_SCOPE,
    700022: BAD_SCOPE,
    700023: BAD_SCOPE,
    500011: NO_EXCHANGE,
    50001: NO_EXCHANGE,
    650052: NO_SERVICE,
    650054: NO_SERVICE,
    650056: NOT_LISTED,
    650057: NOT_LISTED,
    65005: NOT_LISTED,
    65006: NOT_VALID,
    65001: NO_CONSENT,
    90094: CONSENT,
    90095: CONSENT,
    90093: CONSENT,
    90008: CONSENT,
}
