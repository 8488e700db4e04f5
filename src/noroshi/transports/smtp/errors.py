"""Word what can be wrong with a mail server before it takes a mail, and whose fault that is."""

from __future__ import annotations

from noroshi.core.mail import Answer, Fault, Verdict
from noroshi.core.words import NOTHING, Words
from noroshi.network import TlsError
from noroshi.ports import RouteError
from noroshi.transports.smtp.reply_classifier import sender_meaning

SILENT = Words(
    en="{where} took the connection, but said nothing within {seconds:g} s ({stage}). The mail "
    "server hangs or is overloaded.",
    ja="{where} は接続を受けましたが、{seconds:g}秒以内に返事がありません ({stage})。"
    "メールサーバーが固まっているか、混み合っています。",
)
LOST = Words(
    en="{where} closed the connection ({stage}). Nothing was handed over.",
    ja="{where} が接続を切りました ({stage})。まだ何も渡していません。",
)
BROKE = Words(
    en="{where} closed the connection, or said nothing for {seconds:g} s ({stage}). The mail "
    "was not handed over.",
    ja="{where} が接続を切ったか、{seconds:g}秒のあいだ返事がありませんでした ({stage})。"
    "メールはまだ渡していません。",
)
NOT_SMTP = Words(
    en="{where} does not answer as a mail server does ({stage}). Another program listens there.",
    ja="{where} の返事はメールサーバーのものではありません ({stage})。別のプログラムの"
    "ポートのようです。",
)
COMMAND_REFUSED = Words(
    en="{where} refused ({stage}): {reply}", ja="{where} に拒否されました ({stage}): {reply}"
)
ANSWERED = Words(en="{where} said: {reply}", ja="{where} の返事: {reply}")
ADVISED = Words(en="{advice} {said}", ja="{advice}{said}")
"""What it means comes first: a subject and a table have room for the beginning alone."""
SIGN_IN = Words(
    en="{where} did not let {user} sign in (AUTH): {reply}",
    ja="{where} に {user} でサインインできません (AUTH): {reply}",
)
WRONG_PASSWORD = Words(
    en="{where} did not let {user} sign in by {way} (AUTH): {reply}. Either the password is "
    "another one (put it in: noroshi secret set {entry}), or the server wants another user or "
    "way (user and auth of the route).",
    ja="{where} に {user} で {way} のサインインができません (AUTH): {reply}。パスワードが違う"
    "場合は noroshi secret set {entry} で入れ直してください。そうでなければ、経路の user か "
    "auth がサーバーに合っていません。",
)
WANTS_TLS = Words(
    en="{where} wants encryption: {reply}. Set protection to starttls, or tls.",
    ja="{where} は暗号化を求めています: {reply}。protection を starttls か tls に"
    "してください。",
)
NO_STARTTLS = Words(
    en="{where} offers no STARTTLS, so nothing was sent. The server is not set up for it, or "
    "somebody in between took it away.",
    ja="{where} が STARTTLS に対応していないため、送りませんでした。サーバーの設定か、"
    "途中の機器が取り除いています。",
)
NO_WAY = Words(
    en="{where} does not offer {wanted} to sign in (AUTH); it offers: {offers}",
    ja="{where} は {wanted} でのサインインに対応していません (AUTH)。対応しているのは "
    "{offers} です。",
)
IN_THE_CLEAR = Words(
    en="an account's token is sent only in TLS: set protection to starttls or tls",
    ja="アカウントのトークンは TLS でのみ送ります。protection を starttls か tls に"
    "してください",
)
PASSWORD_IN_THE_CLEAR = Words(
    en="a password is sent only in TLS: set protection to starttls or tls. Without TLS only "
    'auth = "cram-md5" may be used, which does not show it',
    ja="パスワードは TLS でのみ送ります。protection を starttls か tls にしてください。"
    'TLS なしで使えるのは、パスワードを見せない auth = "cram-md5" だけです',
)
NO_TLS_YET = Words(
    en="{where} did not begin with TLS within {seconds:g} s (TCP, TLS). The mail server is down, "
    "a firewall drops what we send, or this port wants protection = starttls.",
    ja="{where} と{seconds:g}秒以内に TLS で接続できません (TCP、TLS)。メールサーバーが"
    "止まっているか、途中のファイアウォールが捨てているか、このポートでは "
    "protection = starttls が必要です。",
)
NO_TLS_FIRST = Words(
    en="{where} does not begin with TLS (TLS). Set protection to starttls, or port to that for "
    "TLS, mostly 465.",
    ja="{where} は接続の最初から TLS を話すポートではありません (TLS)。protection を starttls "
    "にするか、TLS 用のポート (多くは465) にしてください。",
)


class SmtpError(Exception):
    """Report that a conversation with a mail server came to nothing."""


class ConnectionLostError(SmtpError):
    """Report a connection that was lost, or on which nothing came in time; it is of no more use."""


class StaleConnectionError(SmtpError):
    """Report a kept connection that was closed meanwhile; the server has heard nothing of the mail."""


class SmtpServerError(SmtpError, RouteError):
    """Report a mail server that cannot be used now. If it said so, `text` is what it said after its
    code, word for word, and `enhanced` the code's second half."""

    def __init__(
        self,
        words: Words,
        code: int = 0,
        enhanced: str = "",
        text: str = "",
        fault: Fault | None = None,
        about: Words = NOTHING,
    ) -> None:
        super().__init__(words, code, fault or _fault(code, enhanced, text), about=about)
        self.enhanced, self.text = enhanced, text


def _fault(code: int, enhanced: str, text: str) -> Fault:
    """Nobody answered where there is no code; else what the table says of it."""
    if not code:
        return Fault.NETWORK
    return sender_meaning(code, enhanced, text).fault or Fault.SERVER


class SmtpAuthError(SmtpServerError):
    """Report that the server did not take the token. Nothing of the token is in the words."""


def of_no_tls(where: str, seconds: float, trouble: TlsError) -> RouteError:
    """Say why TLS from the first byte was not to be had: mostly it is the port for STARTTLS."""
    if trouble.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return SmtpServerError(NO_TLS_FIRST.fill(where=where), about=NO_TLS_FIRST)
    if not trouble.reason:
        return SmtpServerError(NO_TLS_YET.fill(where=where, seconds=seconds), about=NO_TLS_YET)
    return trouble


def answer_of(trouble: RouteError) -> Answer:
    """Return what a trouble says of every address of the mail."""
    # 432 is Exchange Online's "more than 3 connections": the route is well, and busy.
    if trouble.code == 432:
        verdict, fault = Verdict.DEFERRED, None
    else:
        verdict, fault = Verdict.ROUTE_DOWN, trouble.fault
    text, enhanced = "", ""
    if isinstance(trouble, SmtpServerError):
        text, enhanced = trouble.text, trouble.enhanced
    return Answer(verdict, text, trouble.code, enhanced, trouble.words, fault, early=True)
