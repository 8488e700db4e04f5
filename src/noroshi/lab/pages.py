"""The lab's pages: plain HTML forms in Japanese and English, without a script."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from noroshi.core.words import Words
from noroshi.lab.refusals import Report

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem}"
    "label,input,button{display:block;margin:.4rem 0;font:inherit}"
    "input{width:100%;box-sizing:border-box;padding:.4rem}button{padding:.4rem 1.2rem}"
    ".lab{color:#555;border-bottom:1px solid #bbb}.no{color:#a00}"
)
_LAB = Words(
    en="Noroshi lab: a simulator on this machine. This is not Microsoft.",
    ja="Noroshi のラボです。このマシンの中の模擬サーバーで、Microsoft ではありません。",
)
_SIGN_IN = Words(en="Sign in", ja="サインイン")
_ACCOUNT = Words(en="Account", ja="アカウント")
_PASSWORD = Words(en="Password", ja="パスワード")
_NEXT = Words(en="Next", ja="次へ")
_CANCEL = Words(en="Cancel", ja="キャンセル")
_ACCEPT = Words(en="Accept", ja="承諾")
_CONSENT = Words(
    en="{app} asks for permission to act as {user}",
    ja="{app} が {user} として次の操作をする許可を求めています",
)
_REFUSED = Words(en="You cannot sign in", ja="サインインできません")
_BACK = Words(en="Back to the app", ja="アプリに戻ります")
_MEANINGS = {
    "SMTP.Send": Words(
        en="Send mail as you, by SMTP AUTH", ja="SMTP AUTH であなたとしてメールを送信する"
    ),
    "Mail.Send": Words(en="Send mail as you", ja="あなたとしてメールを送信する"),
    "offline_access": Words(
        en="Keep the access that you give", ja="許可したアクセスを維持する"
    ),
}


def pick_language(ui_locales: str, accept_language: str) -> str:
    """The first of the two languages that a browser names; English if it names neither."""
    for part in (ui_locales.replace(" ", ",") + "," + accept_language).split(","):
        name = part.partition(";")[0].strip().lower()[:2]
        if name in ("ja", "en"):
            return name
    return "en"


def sign_in_page(
    *, language: str, action: str, ticket: str, hint: str, problem: str = ""
) -> str:
    """Account and password; `problem` says why the last try was refused."""
    told = f'<p class="no">{escape(problem)}</p>' if problem else ""
    fields = (
        f'<label for="login">{_ACCOUNT.say(language)}</label>'
        f'<input id="login" name="login" type="email" required value="{escape(hint)}">'
        f'<label for="passwd">{_PASSWORD.say(language)}</label>'
        '<input id="passwd" name="passwd" type="password" required>'
    )
    buttons = _button("next", _NEXT.say(language)) + _cancel(language)
    form = _form(action, {"ticket": ticket}, fields + buttons)
    return _page(language, _SIGN_IN.say(language), told + form)


def consent_page(
    *, language: str, action: str, ticket: str, app: str, user: str, scopes: tuple[str, ...]
) -> str:
    """What the app may do afterwards, to accept or to refuse."""
    items = "".join(f"<li>{escape(_meaning(each, language))}</li>" for each in scopes)
    buttons = _button("accept", _ACCEPT.say(language)) + _cancel(language)
    form = _form(action, {"ticket": ticket}, buttons)
    head = _CONSENT.fill(app=app, user=user).say(language)
    return _page(language, head, f"<ul>{items}</ul>{form}")


def refusal_page(language: str, report: Report) -> str:
    """An error that no app gets to see: the person reads the AADSTS code here."""
    lines = (
        report.refusal.text,
        f"Correlation ID: {report.correlation_id}",
        f"Timestamp: {report.timestamp}",
    )
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return _page(language, _REFUSED.say(language), told)


def notice_page(language: str, words: Words) -> str:
    """One sentence alone."""
    return _page(language, words.say(language), "")


def post_page(language: str, uri: str, fields: Mapping[str, str]) -> str:
    """`response_mode=form_post`, with a button in place of the script that Entra ID uses."""
    form = _form(uri, fields, _button("", _NEXT.say(language)))
    return _page(language, _BACK.say(language), form)


def _meaning(scope: str, language: str) -> str:
    words = _MEANINGS.get(scope.rpartition("/")[2])
    return f"{words.say(language)} ({scope})" if words else scope


def _button(value: str, text: str) -> str:
    name = f' name="answer" value="{value}"' if value else ""
    return f"<button{name}>{text}</button>"


def _cancel(language: str) -> str:
    text = _CANCEL.say(language)
    return f'<button name="answer" value="cancel" formnovalidate>{text}</button>'


def _form(action: str, hidden: Mapping[str, str], inner: str) -> str:
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(action)}">{kept}{inner}</form>'


def _page(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>"
        f'<p class="lab">{_LAB.say(language)}</p><h1>{escape(title)}</h1>{body}</body></html>'
    )
