"""Define an advice, and list those for a whole class of refusals (RFC 6749, 5.2 and 4.1.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from noroshi.core.words import Words
from noroshi.oauth.errors import remedies, remedies_tenant
from noroshi.oauth.provider import Who
from noroshi.ports.examination import Cure

USUAL: Mapping[Who, Cure] = {
    "user": remedies.SIGN_IN,
    "admin": remedies.REGISTRATION,
    "setup": remedies.SETTINGS,
    "wait": remedies_tenant.WAIT,
}


@dataclass(frozen=True, slots=True)
class Advice:
    """Say who can mend a refusal, by which sentences, and step by step."""

    who: Who
    words: Words
    cure: Cure


def to(who: Who, en: str, ja: str, cure: Cure | None = None) -> Advice:
    """Make an advice to somebody; {code} in it stands for the refusal's number or word."""
    return Advice(who, Words(en=en, ja=ja), cure or USUAL[who])


SIGN_IN_AGAIN = to(
    "user",
    "The sign-in no longer holds ({code}). Sign in again; the mails that wait go out after it.",
    "サインインが無効になりました ({code})。もう一度サインインすると、待っているメールが送られます。",
)
APP_REFUSED = to(
    "admin",
    "The sign-in server does not accept this application ({code}). The administrator checks "
    "the client ID, the secret or certificate, and the permissions.",
    "このアプリケーションは認められませんでした ({code})。管理者がクライアント ID、"
    "シークレットまたは証明書、アクセス許可を確かめてください。",
)
SECRET_REFUSED = to(
    "admin",
    "The sign-in server does not accept the application's secret, or does not know its client ID "
    "({code}). If the secret is another one, put it in: noroshi secret set {secret}. Else the "
    "administrator checks the client ID.",
    "アプリケーションのシークレットかクライアント ID が認められませんでした ({code})。シークレットが違う場合は "
    "noroshi secret set {secret} で入れ直してください。そうでなければ、管理者がクライアント ID を確かめてください。",
    remedies_tenant.OTHER_SECRET,
)
UNKNOWN = to(
    "setup",
    "{server} refuses the sign-in ({code}) for a reason that Noroshi does not know. Check the "
    "account's settings: tenant ID, client ID and cloud.",
    "{server} がサインインを断りました ({code})。Noroshi の知らない理由です。アカウントのテナント ID、"
    "クライアント ID、クラウドを確かめてください。",
)
BAD_SCOPE = to(
    "setup",
    "The sign-in server does not know what it is asked for, or the application may not ask for "
    "it ({code}). Check the cloud's scope, letter by letter, and the application's permissions.",
    "要求したスコープが認められませんでした ({code})。クラウドの scope の綴りと、"
    "アプリケーションのアクセス許可を確かめてください。",
    remedies.SCOPE,
)
OTHER_SCOPE = replace(BAD_SCOPE, cure=remedies_tenant.OTHER_SCOPE)
OTHER_APP_SCOPE = replace(BAD_SCOPE, cure=remedies_tenant.OTHER_APP_SCOPE)
NO_SUCH_GRANT = to(
    "admin",
    "This way to sign in is switched off for the application ({code}). "
    "The administrator allows it, or another way is taken.",
    "このサインイン方法はアプリケーションで許可されていません ({code})。"
    "管理者が許可するか、別の方法を使ってください。",
    remedies_tenant.PUBLIC_FLOWS,
)
TRY_LATER = to(
    "wait",
    "The sign-in server is busy or out of order ({code}). It is asked again by itself.",
    "サインイン サーバーが混雑しているか停止しています ({code})。自動でもう一度試します。",
)
DECLINED = to(
    "user",
    "The sign-in was cancelled or the permission declined ({code}). "
    "Sign in again and choose Accept.",
    "サインインが取り消されたか、アクセス許可が拒否されました ({code})。"
    "もう一度サインインし、「承諾」を選んでください。",
)
CODE_DECLINED = to(
    "user",
    "The sign-in was declined on the other device ({code}). Begin it again.",
    "別の端末でサインインが拒否されました ({code})。最初からやり直してください。",
)
CODE_EXPIRED = to(
    "user",
    "The code has expired or was not the right one ({code}). Begin the sign-in again, and type "
    "the new code.",
    "コードの期限が切れたか、コードが違います ({code})。最初からやり直し、新しいコードを"
    "入力してください。",
)
NO_CONSENT = to(
    # Asked again now and then: an administrator's consent mends it without a new sign-in.
    "admin",
    "Nobody has consented to what this application asks for, or it was withdrawn ({code}). Sign in "
    "again and choose Accept; where people may not, an administrator grants consent under API "
    "permissions.",
    "アプリケーションへの同意がないか、取り消されました ({code})。もう一度サインインして「承諾」を"
    "選んでください。利用者が同意できない組織では、管理者が「API のアクセス許可」で"
    "「管理者の同意を与えます」を押してください。",
    remedies.OWN_CONSENT,
)
CONSENT = to(
    "admin",
    "An administrator must consent to this application ({code}): "
    "“Grant admin consent” under API permissions. Then sign in again.",
    "管理者の同意が必要です ({code})。管理者が「API のアクセス許可」で"
    "「管理者の同意を与えます」を押したあと、もう一度サインインしてください。",
    remedies.CONSENT,
)
ANY_CONSENT = to(
    "user",
    "The sign-in server wants consent to what this application may do ({code}). Sign in again "
    "and consent, or ask the server's administrator to.",
    "アプリケーションへの同意が求められています ({code})。もう一度サインインして同意するか、"
    "サーバーの管理者に同意を依頼してください。",
)
NO_EXCHANGE = to(
    "admin",
    "This tenant has no Exchange Online, or the scope is misspelt ({code}). "
    "The administrator checks licences and the cloud's scope.",
    "このテナントに Exchange Online がないか、スコープが違います ({code})。"
    "管理者がライセンスとクラウドのスコープを確かめてください。",
    remedies.LICENCE,
)
APP_CONSENT = to(
    "admin",
    "An administrator must consent to this application ({code}): API permissions, Office 365 "
    "Exchange Online, {role} (for Graph: Microsoft Graph, Mail.Send), “Grant admin "
    "consent”. It is tried again by itself.",
    "管理者の同意が必要です ({code})。管理者が「API のアクセス許可」の Office 365 Exchange Online、"
    "{role} (Graph で送る場合は Microsoft Graph、Mail.Send) に「管理者の同意を与えます」を"
    "押してください。自動でもう一度試します。",
    remedies.APP_CONSENT,
)
POLICY = to(
    "admin",
    "A Conditional Access policy blocks the sign-in ({code}). "
    "The administrator exempts this mailbox or this location.",
    "条件付きアクセスのポリシーでサインインが止められています ({code})。"
    "管理者がこのメールボックスまたはこの場所を対象から外してください。",
    remedies.POLICY,
)
APP_POLICY = to(
    "admin",
    "A Conditional Access policy for workload identities blocks this application ({code}). "
    "The administrator exempts the application or this location.",
    "ワークロード ID の条件付きアクセスで、このアプリケーションが止められています ({code})。"
    "管理者がアプリケーションまたはこの場所を対象から外してください。",
    remedies.APP_POLICY,
)
NOT_FOR_MAILBOX = to(
    "admin",
    "Google does not let the service account act for this mailbox ({code}). The administrator of "
    "Google Workspace adds its client ID with the scope https://mail.google.com/ under Security, "
    "API controls, Domain-wide delegation; the mailbox must be in that domain.",
    "このサービス アカウントはメールボックスの代わりに操作できません ({code})。Google Workspace の"
    "管理者が「セキュリティ」>「API の制御」>「ドメイン全体の委任」に、クライアント ID とスコープ "
    "https://mail.google.com/ を追加してください。メールボックスはそのドメインのものに限ります。",
    remedies_tenant.DELEGATION,
)
BAD_KEY_FILE = to(
    "admin",
    "Google does not accept the service account's key, or this computer's clock is wrong "
    "({code}). The administrator checks that the key is not deleted, and the clock.",
    "サービス アカウントの鍵が認められないか、このコンピューターの時計がずれています ({code})。"
    "管理者が鍵の削除の有無と時計を確かめてください。",
    remedies_tenant.KEY_FILE,
)

BY_ERROR: dict[str, Advice] = {
    "invalid_grant": SIGN_IN_AGAIN,
    "interaction_required": SIGN_IN_AGAIN,
    "login_required": SIGN_IN_AGAIN,
    "consent_required": NO_CONSENT,
    "access_denied": DECLINED,
    "invalid_client": APP_REFUSED,
    "unauthorized_client": APP_REFUSED,
    "invalid_resource": NO_EXCHANGE,
    "invalid_scope": BAD_SCOPE,
    "unsupported_grant_type": NO_SUCH_GRANT,
    "temporarily_unavailable": TRY_LATER,
    "server_error": TRY_LATER,
    "authorization_declined": CODE_DECLINED,
    "expired_token": CODE_EXPIRED,
    "code_expired": CODE_EXPIRED,
    "bad_verification_code": CODE_EXPIRED,
}
ELSEWHERE: dict[str, Advice] = BY_ERROR | {
    "consent_required": ANY_CONSENT,
    "invalid_resource": OTHER_SCOPE,
    "invalid_scope": OTHER_SCOPE,
    "admin_policy_enforced": APP_REFUSED,
    "org_internal": APP_REFUSED,
    "deleted_client": APP_REFUSED,
    "disabled_client": APP_REFUSED,
}
"""The same at other servers than Entra, Google's own words among them."""
BY_KEY_FILE: dict[str, Advice] = ELSEWHERE | {
    "unauthorized_client": NOT_FOR_MAILBOX,
    "access_denied": NOT_FOR_MAILBOX,
    "invalid_grant": BAD_KEY_FILE,
    "invalid_client": BAD_KEY_FILE,
}
"""Where Google's service account acts for a mailbox."""
