"""What a refusal means and who can mend it.

The class comes from `error` (RFC 6749 5.2), as Microsoft asks; its own AADSTS numbers may
change and only choose a better text. An unknown number is told with the class's text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from noroshi.core.words import Words
from noroshi.oauth.provider import Who

WAITING = frozenset({"temporarily_unavailable", "server_error"})
CODE = re.compile(r"AADSTS(\d{4,8})\b")
# RFC 6749 and Entra write them so; a secret or token that a server quotes there is no such word.
TIDY = re.compile(r"[a-z_]{1,64}")


@dataclass(frozen=True, slots=True)
class Advice:
    """Who can mend it, and the sentences that say how."""

    who: Who
    words: Words


def _to(who: Who, en: str, ja: str) -> Advice:
    return Advice(who, Words(en=en, ja=ja))


SIGN_IN_AGAIN = _to(
    "user",
    "The sign-in no longer holds ({code}). Sign in again; the mails that wait go out after it.",
    "サインインが無効になりました ({code})。もう一度サインインすると、待っているメールが送られます。",
)
APP_REFUSED = _to(
    "admin",
    "The sign-in server does not accept this application ({code}). "
    "The administrator checks the client ID, the secret and the permissions.",
    "このアプリケーションは認められませんでした ({code})。管理者がクライアント ID、"
    "シークレット、アクセス許可を確かめてください。",
)
BAD_REQUEST = _to(
    "setup",
    "The sign-in server does not accept the request ({code}). "
    "Check tenant ID, client ID and cloud in the route's settings.",
    "サインインの要求が受け付けられませんでした ({code})。"
    "送信経路のテナント ID、クライアント ID、クラウドを確かめてください。",
)
LATER = _to(
    "wait",
    "The sign-in server is busy or out of order ({code}). It is asked again by itself.",
    "サインイン サーバーが混雑しているか停止しています ({code})。自動でもう一度試します。",
)
DECLINED = _to(
    "user",
    "The sign-in was cancelled or the permission declined ({code}). "
    "Sign in again and choose Accept.",
    "サインインが取り消されたか、アクセス許可が拒否されました ({code})。"
    "もう一度サインインし、「承諾」を選んでください。",
)
CONSENT = _to(
    "admin",
    "An administrator must consent to this application ({code}): "
    "“Grant admin consent” under API permissions. Then sign in again.",
    "管理者の同意が必要です ({code})。管理者が「API のアクセス許可」で"
    "「管理者の同意を与えます」を押したあと、もう一度サインインしてください。",
)
APP_CONSENT = _to(
    "admin",
    "An administrator must consent to this application ({code}): API permissions, Office 365 "
    "Exchange Online, SMTP.SendAsApp, “Grant admin consent”. It is tried again by itself.",
    "管理者の同意が必要です ({code})。管理者が「API のアクセス許可」の Office 365 Exchange Online、"
    "SMTP.SendAsApp に「管理者の同意を与えます」を押してください。自動でもう一度試します。",
)
APP_POLICY = _to(
    "admin",
    "A Conditional Access policy for workload identities blocks this application ({code}). "
    "The administrator exempts the application or this location.",
    "ワークロード ID の条件付きアクセスで、このアプリケーションが止められています ({code})。"
    "管理者がアプリケーションまたはこの場所を対象から外してください。",
)
MFA = _to(
    "user",
    "Microsoft 365 asks for multifactor authentication ({code}). "
    "Sign in again and complete it.",
    "多要素認証が求められています ({code})。もう一度サインインし、認証を済ませてください。",
)
POLICY = _to(
    "admin",
    "A Conditional Access policy blocks the sign-in ({code}). "
    "The administrator exempts this mailbox or this location.",
    "条件付きアクセスのポリシーでサインインが止められています ({code})。"
    "管理者がこのメールボックスまたはこの場所を対象から外してください。",
)
EXPIRED = _to(
    "user",
    "The code or the sign-in has expired ({code}); a pasted URL is good for ten minutes. "
    "Sign in again.",
    "コードまたはサインインの期限が切れました ({code})。貼り付ける URL の期限は10分です。"
    "もう一度サインインしてください。",
)
ADMIN_APP = _to(
    "admin",
    "The application is not there or is switched off in this tenant ({code}). "
    "Check client ID and tenant ID; the administrator looks under Enterprise applications.",
    "このテナントにアプリケーションがないか、無効です ({code})。クライアント ID とテナント ID を確かめ、"
    "管理者が「エンタープライズ アプリケーション」を見てください。",
)
TENANT_NEEDED = _to(
    "setup",
    "The tenant is wrong or missing ({code}). "
    "Enter the tenant ID (a GUID) of the organisation that owns the application.",
    "テナントが違うか、指定されていません ({code})。"
    "アプリケーションを登録した組織のテナント ID (GUID) を入れてください。",
)
WRONG_CLOUD = _to(
    "setup",
    "The tenant belongs to another Microsoft cloud ({code}). Choose the right cloud profile.",
    "テナントは別の Microsoft クラウドにあります ({code})。正しいクラウドを選んでください。",
)
REDIRECT = _to(
    "admin",
    "The redirect URL is not registered as it is used ({code}). Under Authentication, platform "
    "Web, it must read http://localhost/MxMail/ with the slash at its end.",
    "リダイレクト URL の登録が一致しません ({code})。「認証」の「Web」に "
    "http://localhost/MxMail/ を末尾のスラッシュまで同じに登録してください。",
)
NO_EXCHANGE = _to(
    "admin",
    "This tenant has no Exchange Online, or the scope is misspelt ({code}). "
    "The administrator checks licences and the cloud's scope.",
    "このテナントに Exchange Online がないか、スコープが違います ({code})。"
    "管理者がライセンスとクラウドのスコープを確かめてください。",
)
ASK_LATER = _to(
    "wait",
    "The same request came too often ({code}). It is asked again by itself in some minutes.",
    "同じ要求が続いたため断られました ({code})。数分後に自動でもう一度試します。",
)

BY_CODE: dict[int, Advice] = {
    7000215: _to(
        "admin",
        "The client secret is wrong ({code}). Enter the Value from the portal, "
        "not the secret ID.",
        "クライアント シークレットが違います ({code})。"
        "「シークレット ID」ではなく「値」を入れてください。",
    ),
    7000222: _to(
        "admin",
        "The client secret has ended ({code}). Your Microsoft 365 administrator makes a new "
        "one; once it is entered here, the mails that wait go out in order.",
        "クライアント シークレットの期限が切れました ({code})。貴社の Microsoft 365 管理者が"
        "新しいものを作り、ここに入れると、待っているメールが順に送られます。",
    ),
    7000218: _to(
        "setup",
        "The application wants a client secret and none is set ({code}). "
        "Enter the secret's Value.",
        "クライアント シークレットが設定されていません ({code})。「値」を入れてください。",
    ),
    700025: _to(
        "admin",
        "The redirect URL is registered for a public client, which may have no secret ({code}). "
        "Register it under the platform Web.",
        "リダイレクト URL がパブリック クライアントとして登録されています ({code})。"
        "プラットフォーム「Web」に登録し直してください。",
    ),
    700016: ADMIN_APP,
    700011: ADMIN_APP,
    7000112: ADMIN_APP,
    90002: TENANT_NEEDED,
    50194: TENANT_NEEDED,
    900432: WRONG_CLOUD,
    90038: WRONG_CLOUD,
    50011: REDIRECT,
    500113: REDIRECT,
    900971: REDIRECT,
    54005: _to(
        "user",
        "This URL has been used already ({code}). Open the page again and paste the new one.",
        "この URL はすでに使われています ({code})。"
        "ページを開き直し、新しい URL を貼り付けてください。",
    ),
    70008: EXPIRED,
    501481: _to(
        "user",
        "This URL belongs to another sign-in ({code}). "
        "Open the page again and paste the new one.",
        "これは別のサインインの URL です ({code})。"
        "ページを開き直し、新しい URL を貼り付けてください。",
    ),
    65001: CONSENT,
    65004: DECLINED,
    90094: CONSENT,
    90095: CONSENT,
    650057: CONSENT,
    50076: MFA,
    50079: MFA,
    50074: MFA,
    53003: POLICY,
    53000: POLICY,
    53001: POLICY,
    53002: POLICY,
    530032: POLICY,
    530033: POLICY,
    530034: POLICY,
    530035: POLICY,
    50131: POLICY,
    50053: _to(
        "admin",
        "The account is locked, or this computer's address is blocked ({code}). "
        "The administrator looks at the sign-in log and unblocks it.",
        "アカウントがロックされているか、このコンピューターのアドレスが止められています ({code})。"
        "管理者がサインイン ログを確かめ、解除してください。",
    ),
    700084: _to(
        "admin",
        "The redirect URL is registered for a single-page application, whose sign-in ends after "
        "a day ({code}). Register it under the platform Web, then sign in again.",
        "リダイレクト URL がシングルページ アプリケーションとして登録されているため、サインインが1日で"
        "切れます ({code})。プラットフォーム「Web」に登録し直し、もう一度サインインしてください。",
    ),
    70043: _to(
        "user",
        "A policy on sign-in frequency has ended the sign-in ({code}). Sign in again; "
        "the administrator can exempt this mailbox from it.",
        "サインイン頻度のポリシーによりサインインが終わりました ({code})。もう一度サインインしてください。"
        "管理者はこのメールボックスを対象から外せます。",
    ),
    700082: _to(
        "user",
        "The sign-in was not used for too long and has ended ({code}). Sign in again.",
        "長い間使われなかったため、サインインが終わりました ({code})。"
        "もう一度サインインしてください。",
    ),
    50173: _to(
        "user",
        "The sign-in was revoked, by a password reset or by “Revoke sessions” ({code}). "
        "Sign in again.",
        "パスワードのリセットまたは「セッションを取り消す」でサインインが取り消されました ({code})。"
        "もう一度サインインしてください。",
    ),
    50057: _to(
        "admin",
        "The user is switched off ({code}). The administrator unblocks the sign-in; for a "
        "shared mailbox, sign in as a user who may send for it.",
        "ユーザーが無効になっています ({code})。管理者がサインインを許可してください。"
        "共有メールボックスでは、その権限を持つユーザーでサインインします。",
    ),
    50105: _to(
        "admin",
        "The user is not assigned to the application ({code}). The administrator assigns the "
        "user under Enterprise applications, Users and groups.",
        "ユーザーがアプリケーションに割り当てられていません ({code})。管理者が「エンタープライズ "
        "アプリケーション」の「ユーザーとグループ」で割り当ててください。",
    ),
    500011: NO_EXCHANGE,
    650052: NO_EXCHANGE,
    50196: ASK_LATER,
    90055: LATER,
    90033: LATER,
}

BY_ERROR: dict[str, Advice] = {
    "invalid_grant": SIGN_IN_AGAIN,
    "interaction_required": SIGN_IN_AGAIN,
    "login_required": SIGN_IN_AGAIN,
    "consent_required": CONSENT,
    "access_denied": DECLINED,
    "invalid_client": APP_REFUSED,
    "unauthorized_client": APP_REFUSED,
    "invalid_resource": NO_EXCHANGE,
    "temporarily_unavailable": LATER,
    "server_error": LATER,
}
BY_SUBERROR: dict[str, Advice] = {"consent_required": CONSENT}


def advise(
    error: str, *, suberror: str = "", codes: tuple[int, ...] = (), alone: bool = False
) -> Advice:
    """What to do about a refusal; the words name its AADSTS number, or else its `error`.

    `alone`: an app that signs in by itself, where nobody could sign in again.
    """
    of_class = BY_SUBERROR.get(suberror) or BY_ERROR.get(error, BAD_REQUEST)
    known = next((code for code in codes if code in BY_CODE), None)
    advice = of_class if known is None else BY_CODE[known]
    if alone:
        advice = _alone(advice)
    who: Who = "wait" if error in WAITING else advice.who
    shown = known or next(iter(codes), None)
    code = error if shown is None else f"AADSTS{shown}"
    return Advice(who, advice.words.fill(code=code))


def _alone(advice: Advice) -> Advice:
    """The same where an app signs in by itself."""
    if advice is CONSENT:
        return APP_CONSENT
    if advice is POLICY:
        return APP_POLICY
    return APP_REFUSED if advice.who == "user" else advice


def codes_in(text: str) -> tuple[int, ...]:
    """The AADSTS numbers in a description: a redirect with an error has them nowhere else."""
    return tuple(int(code) for code in CODE.findall(text))


def tidy(text: object) -> str:
    """A word of the protocol as it stands; whatever else a server sends there is not repeated."""
    return text if isinstance(text, str) and TIDY.fullmatch(text) else "unknown"
