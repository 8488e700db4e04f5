"""The lab's pages: plain HTML forms in Japanese and English, light and dark, without a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from noroshi.core.translation import Message, _, pgettext
from noroshi_lab.lab.refusals import Report

_STYLE = (
    ":root{color-scheme:light dark;--ground:#f3f2ef;--card:#fff;--ink:#1d1d1f;--soft:#5c5c60;"
    "--line:#d5d4d0;--key:#0b57a4;--no:#a4201a}"
    "@media(prefers-color-scheme:dark){:root{--ground:#17181a;--card:#222427;--ink:#ececec;"
    "--soft:#a5a7ab;--line:#3b3e43;--key:#8ab8ef;--no:#ff9a90}}"
    "*{box-sizing:border-box}"
    "body{font:16px/1.65 system-ui,'Hiragino Sans','Yu Gothic UI',Meiryo,sans-serif;margin:0;"
    "padding:2rem 1rem 3rem;background:var(--ground);color:var(--ink)}"
    "main{max-width:28rem;margin:1.5rem auto;padding:1.75rem 2rem 2rem;background:var(--card);"
    "border:1px solid var(--line);border-radius:10px}main.wide{max-width:60rem}"
    "h1{font-size:1.35rem;line-height:1.4;margin:0 0 1rem}h2{font-size:1.05rem;margin:1.5rem 0 .5rem}"
    "p{margin:.5rem 0}a{color:var(--key)}ul{padding-left:1.2rem}li{margin:.3rem 0}"
    "label{display:block;margin:.9rem 0 .25rem}label.tick{display:flex;gap:.6rem;margin:1rem 0}"
    "input[type=email],input[type=password],input[type=text]{width:100%;font:inherit;"
    "padding:.5rem .6rem;color:inherit;background:var(--ground);border:1px solid var(--line);"
    "border-radius:6px}"
    "button{font:inherit;padding:.45rem 1.3rem;margin:1.2rem .6rem 0 0;border-radius:6px;"
    "border:1px solid var(--line);background:none;color:inherit;cursor:pointer}"
    "button.main{background:var(--key);border-color:var(--key);color:var(--card)}"
    ":focus-visible{outline:2px solid var(--key);outline-offset:2px}"
    ".lab{max-width:28rem;margin:0 auto;color:var(--soft);font-size:.85rem}"
    ".lab.wide{max-width:60rem}.soft{color:var(--soft);font-size:.9rem}.no{color:var(--no)}"
    ".big{font-size:2.6rem;letter-spacing:.1em;font-variant-numeric:tabular-nums;margin:.5rem 0}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{padding:.45rem .6rem;border-top:1px solid var(--line);text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}th{font-weight:600;white-space:nowrap}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;font:inherit}"
    "iframe{width:100%;height:32rem;border:1px solid var(--line);border-radius:6px;background:#fff}"
)
_LAB = _("Noroshi lab: a simulator on this computer. This is not Microsoft.")
_SIGN_IN = pgettext("_sign_in", "Sign in")
_ACCOUNT = _("Account")
_PASSWORD = _("Password")
_NEXT = _("Next")
_CANCEL = _("Cancel")
_ACCEPT = _("Accept")
_CONSENT = _("{app} requests permission to act as {user}")
_FOR_ALL = _("Consent on behalf of your organisation: nobody else is asked.")
_APPROVAL = _("Admin approval is needed")
_APPROVAL_WHY = _(
    "In this organisation, only an administrator can consent to an app. Ask an administrator "
    "to sign in here and consent on behalf of the organisation."
)
_WITHOUT = _("Back to the app without consent")
_FACTOR = _("Confirm your identity")
_CODE = _("Code shown on your phone")
_NUMBER = _("Enter this number on your phone, then continue here.")
_OPEN_PHONE = _("Open the simulated phone (a new tab)")
_PHONE = _("The simulated phone")
_PHONE_WHAT = _("Shows the authenticator app of every user. Reload for the current code.")
_WHICH_NUMBER = _("Someone is signing in. Enter the number that the page shows.")
_APPROVE = _("Yes, this is me")
_DENY = _("No, this is not me")
_NOBODY = _("No account here uses a second factor.")
_DEVICE = _("Enter the code shown on your device")
_DEVICE_CODE = _("Code")
_DONE = _("You are signed in to {app} on your device. You can close this window.")
_REFUSED = _("Sign-in failed")
_BACK = _("Back to the app")
_MEANINGS = {
    "SMTP.Send": _("Send mail as you, using SMTP AUTH"),
    "Mail.Send": _("Send mail as you"),
    "Mail.Send.Shared": _("Send mail on behalf of others or yourself"),
    "Mail.Read": _("Read your mail"),
    "Mail.Read.Shared": _("Read mail you can access"),
    "Mail.ReadWrite": _("Read, write and delete your mail"),
    "offline_access": _("Maintain access to data you have given it access to"),
    "openid": _("Know who you are"),
    "profile": _("See your name"),
}


def pick_language(ui_locales: str, accept_language: str) -> str:
    """Return the first of the two languages that a browser names; English if it names
    neither."""
    for part in (ui_locales.replace(" ", ",") + "," + accept_language).split(","):
        name = part.partition(";")[0].strip().lower()[:2]
        if name in ("ja", "en"):
            return name
    return "en"


def sign_in_page(
    *, language: str, action: str, ticket: str, hint: str, problem: str = ""
) -> str:
    """Return the page for account and password; `problem` says why the last try was refused."""
    fields = (
        f'<label for="login">{_ACCOUNT.say(language)}</label>'
        f'<input id="login" name="login" type="email" required value="{escape(hint)}" '
        'autocomplete="username">'
        f'<label for="passwd">{_PASSWORD.say(language)}</label>'
        '<input id="passwd" name="passwd" type="password" required '
        'autocomplete="current-password">'
    )
    buttons = _button("next", _NEXT.say(language)) + _cancel(language)
    form = _form(action, {"ticket": ticket}, fields + buttons)
    return document(language, _SIGN_IN.say(language), _problem(problem) + form)


def factor_page(
    *, language: str, action: str, ticket: str, phone: str, number: str, problem: str
) -> str:
    """Return the page of the second factor: a code to type in here, or a number to type in on
    the phone."""
    if number:
        ask = (
            f"<p>{_NUMBER.say(language)}</p>"
            f'<p class="big"><b class="number">{escape(number)}</b></p>'
        )
    else:
        ask = (
            f'<label for="otc">{_CODE.say(language)}</label>'
            '<input id="otc" name="otc" type="text" inputmode="numeric" required '
            'autocomplete="one-time-code">'
        )
    link = (
        f'<p class="soft"><a class="phone" href="{escape(phone)}" target="_blank" '
        f'rel="noopener">{_OPEN_PHONE.say(language)}</a></p>'
    )
    buttons = _button("next", _NEXT.say(language)) + _cancel(language)
    form = _form(action, {"ticket": ticket}, ask + buttons)
    return document(language, _FACTOR.say(language), _problem(problem) + form + link)


def phone_page(language: str, users: Iterable[tuple[str, str, bool]]) -> str:
    """Return the page of each user's code, and the question that waits for an answer, if one
    does."""
    shown = "".join(
        f"<h2>{escape(upn)}</h2>"
        f'<p class="big"><output data-upn="{escape(upn)}">{code}</output></p>'
        + (_question(language, upn) if asked else "")
        for upn, code, asked in users
    )
    what = f'<p class="soft">{_PHONE_WHAT.say(language)}</p>'
    body = what + shown if shown else f"<p>{_NOBODY.say(language)}</p>"
    return document(language, _PHONE.say(language), body)


def _question(language: str, upn: str) -> str:
    field = (
        f"<p>{_WHICH_NUMBER.say(language)}</p>"
        f'<input name="number" type="text" inputmode="numeric" aria-label="{escape(upn)}">'
    )
    deny = f'<button name="answer" value="deny">{_DENY.say(language)}</button>'
    inner = field + _button("approve", _APPROVE.say(language)) + deny
    return _form("/phone", {"upn": upn}, inner)


def device_page(language: str, code: str, *, problem: str = "") -> str:
    """Return the page where a person types in the code of a device that has no browser."""
    field = (
        f'<label for="otc">{_DEVICE_CODE.say(language)}</label>'
        f'<input id="otc" name="otc" type="text" required value="{escape(code)}" '
        'autocomplete="off" autocapitalize="characters">'
    )
    form = _form("/devicelogin", {}, field + _button("next", _NEXT.say(language)))
    return document(language, _DEVICE.say(language), _problem(problem) + form)


def done_page(language: str, app: str) -> str:
    """Return the page at the end of a sign-in for a device."""
    return document(language, _DONE.fill(app=app).say(language), "")


def consent_page(
    *,
    language: str,
    action: str,
    ticket: str,
    app: str,
    user: str,
    scopes: tuple[str, ...],
    for_all: bool,
) -> str:
    """Return the page that says what the app may do afterwards, to accept or to refuse; an
    administrator may do so for all."""
    items = "".join(f"<li>{escape(_meaning(each, language))}</li>" for each in scopes)
    tick = (
        '<label class="tick"><input type="checkbox" name="for_all" value="1">'
        f"<span>{_FOR_ALL.say(language)}</span></label>"
    )
    buttons = _button("accept", _ACCEPT.say(language)) + _cancel(language)
    form = _form(action, {"ticket": ticket}, (tick if for_all else "") + buttons)
    head = _CONSENT.fill(app=app, user=user).say(language)
    return document(language, head, f"<ul>{items}</ul>{form}")


def approval_page(*, language: str, action: str, ticket: str, report: Report) -> str:
    """Return the page for a person who may not consent; the way back tells the app so."""
    why = f"<p>{_APPROVAL_WHY.say(language)}</p>{_problem(report.refusal.text)}"
    form = _form(action, {"ticket": ticket}, _button("back", _WITHOUT.say(language)))
    return document(language, _APPROVAL.say(language), why + form)


def refusal_page(language: str, report: Report) -> str:
    """Return the page of an error that no app gets to see: the person reads the AADSTS code
    here."""
    lines = (
        report.refusal.text,
        f"Correlation ID: {report.correlation_id}",
        f"Timestamp: {report.timestamp}",
    )
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return document(language, _REFUSED.say(language), text)


def notice_page(language: str, words: Message) -> str:
    """Return a page of one sentence."""
    return document(language, words.say(language), "")


def post_page(language: str, uri: str, fields: Mapping[str, str]) -> str:
    """Return the page for `response_mode=form_post`, with a button in place of the script that
    Entra ID uses."""
    form = _form(uri, fields, _button("", _NEXT.say(language)))
    return document(language, _BACK.say(language), form)


def document(
    language: str, title: str, body: str, *, wide: bool = False, refresh: int = 0
) -> str:
    """Return a whole page; `refresh`: seconds until the browser loads it anew."""
    room = "wide" if wide else ""
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">{again}'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>"
        f'<p class="lab {room}">{_LAB.say(language)}</p>'
        f'<main class="{room}"><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def _problem(text: str) -> str:
    return f'<p class="no" role="alert">{escape(text)}</p>' if text else ""


def _meaning(scope: str, language: str) -> str:
    words = _MEANINGS.get(scope.rpartition("/")[2])
    return f"{words.say(language)} ({scope})" if words else scope


def _button(value: str, text: str) -> str:
    name = f' name="answer" value="{value}"' if value else ""
    return f'<button class="main"{name}>{text}</button>'


def _cancel(language: str) -> str:
    text = _CANCEL.say(language)
    return f'<button name="answer" value="cancel" formnovalidate>{text}</button>'


def _form(action: str, hidden: Mapping[str, str], inner: str) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(action)}">{inputs}{inner}</form>'
