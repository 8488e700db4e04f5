"""Show the mailbox pages of the lab: the arrived mails, and one mail as a reader sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import default
from html import escape
from urllib.parse import quote

from aiohttp import web

from noroshi.core.translation import _, pgettext
from noroshi_lab.lab.mailbox import Mail, Mailboxes
from noroshi_lab.lab.pages import document
from noroshi_lab.lab.responses import PAGE, language, page

_REFRESH = 5  # seconds
_SHOWN = 200
# A mail is somebody else's text: it runs nothing, fetches nothing, and reaches no page of ours.
_MAIL = PAGE | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
_TITLE = _("Received messages")
_OF = _("Messages received by {box}")
_EMPTY = _("No message has arrived yet. This page refreshes automatically.")
_ALL = _("All mailboxes")
_NO_SUBJECT = _("(no subject)")
_NOT_THERE = _("This message does not exist.")
_COLUMNS = (_("Date"), _("Mailbox"), _("From"), _("Subject"))
_HEADINGS = (
    (_("From"), "from_"),
    (_("To"), "to"),
    (_("Date"), "date"),
    (_("Delivered to"), "mailbox"),
    (_("Message-ID"), "message_id"),
    (_("Received"), "received"),
)
_TEXT = pgettext("_text", "Text")
_HTML = _("HTML")
_FILES = _("Attached files")
_THREAD = _("In this thread")
_SOURCE = pgettext("message", "Source")


class MailPages:
    """Serve the pages under /mail."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    def routes(self, app: web.Application) -> None:
        """Add the pages to the application."""
        app.router.add_get("/", self._home)
        app.router.add_get("/mail", self._list)
        app.router.add_get(r"/mail/{number:\d{1,9}}", self._one)
        app.router.add_get(r"/mail/{number:\d{1,9}}/html", self._html)
        app.router.add_get(r"/mail/{number:\d{1,9}}/source", self._source)
        app.router.add_get(r"/mail/{number:\d{1,9}}/files/{file:\d{1,3}}", self._file)

    async def _home(self, request: web.Request) -> web.Response:
        return web.Response(status=302, headers=PAGE | {"Location": "/mail"})

    async def _list(self, request: web.Request) -> web.Response:
        """List the mails, the newest first; `box` shows one mailbox."""
        tongue, box = language(request), request.query.get("box", "").lower()
        every = await asyncio.to_thread(self._mailboxes.mails)
        boxes = sorted({mail.mailbox for mail in every})
        mails = [mail for mail in reversed(every) if box in ("", mail.mailbox)]
        title = (_OF.fill(box=box) if box else _TITLE).say(tongue)
        body = _boxes(boxes, tongue) + _table(mails[:_SHOWN], tongue)
        return page(document(tongue, title, body, wide=True, refresh=_REFRESH))

    async def _one(self, request: web.Request) -> web.Response:
        mail, tongue = await self._mail(request), language(request)
        every = await asyncio.to_thread(self._mailboxes.mails, mail.mailbox)
        title = mail.subject or _NO_SUBJECT.say(tongue)
        return page(document(tongue, title, _whole(mail, every, tongue), wide=True))

    async def _html(self, request: web.Request) -> web.Response:
        mail = await self._mail(request)
        part = _message(mail).get_body(("html",))
        if part is None:
            raise web.HTTPNotFound
        return web.Response(text=_decoded(part), content_type="text/html", headers=_MAIL)

    async def _source(self, request: web.Request) -> web.Response:
        mail = await self._mail(request)
        text = mail.raw.decode("utf-8", "replace")
        return web.Response(text=text, content_type="text/plain", headers=_MAIL)

    async def _file(self, request: web.Request) -> web.Response:
        """Send an attachment to be saved, never shown: the stated content type is not
        trusted."""
        files = _files(await self._mail(request))
        number = int(request.match_info["file"])
        if number >= len(files):
            raise web.HTTPNotFound
        name, part = files[number]
        body = part.get_payload(decode=True)
        headers = _MAIL | {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        }
        return web.Response(
            body=body if isinstance(body, bytes) else b"",
            content_type="application/octet-stream",
            headers=headers,
        )

    async def _mail(self, request: web.Request) -> Mail:
        number = int(request.match_info["number"])
        mail = await asyncio.to_thread(self._mailboxes.mail, number)
        if mail is None:
            raise web.HTTPNotFound(text=_NOT_THERE.say(language(request)))
        return mail


def _boxes(boxes: Sequence[str], tongue: str) -> str:
    links = [f'<a href="/mail">{_ALL.say(tongue)}</a>']
    links += [f'<a href="/mail?box={quote(box)}">{escape(box)}</a>' for box in boxes]
    return f"<p>{' · '.join(links)}</p>"


def _table(mails: Sequence[Mail], tongue: str) -> str:
    if not mails:
        return f"<p>{_EMPTY.say(tongue)}</p>"
    heads = "".join(f"<th>{words.say(tongue)}</th>" for words in _COLUMNS)
    rows = "".join(
        f"<tr><td>{escape(mail.date)}</td><td>{escape(mail.mailbox)}</td>"
        f"<td>{escape(mail.from_)}</td><td>{_link(mail, tongue)}</td></tr>"
        for mail in mails
    )
    return f"<table><tr>{heads}</tr>{rows}</table>"


def _link(mail: Mail, tongue: str) -> str:
    subject = mail.subject or _NO_SUBJECT.say(tongue)
    return f'<a href="/mail/{mail.number}">{escape(subject)}</a>'


def _whole(mail: Mail, every: Sequence[Mail], tongue: str) -> str:
    heads = "".join(
        f"<tr><th>{words.say(tongue)}</th><td>{escape(getattr(mail, name))}</td></tr>"
        for words, name in _HEADINGS
    )
    message = _message(mail)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    parts = [_boxes((mail.mailbox,), tongue), f"<table>{heads}</table>"]
    if text is not None:
        shown = f"<pre>{escape(_decoded(text))}</pre>"
        parts.append(f"<h2>{_TEXT.say(tongue)}</h2>{shown}")
    if html is not None:
        frame = f'<iframe sandbox="" title="HTML" src="/mail/{mail.number}/html"></iframe>'
        parts.append(f"<h2>{_HTML.say(tongue)}</h2>{frame}")
    parts += [_attached(mail, tongue), _thread(mail, every, tongue)]
    source = f'<a href="/mail/{mail.number}/source">{_SOURCE.say(tongue)}</a>'
    return "".join(parts) + f'<p class="soft">{source}</p>'


def _attached(mail: Mail, tongue: str) -> str:
    items = "".join(
        f'<li><a href="/mail/{mail.number}/files/{at}">{escape(name)}</a></li>'
        for at, (name, _) in enumerate(_files(mail))
    )
    return f"<h2>{_FILES.say(tongue)}</h2><ul>{items}</ul>" if items else ""


def _thread(mail: Mail, every: Sequence[Mail], tongue: str) -> str:
    """Return the mails of this mailbox that refer to each other, the oldest first."""
    known = _refers(mail)
    others = [each for each in every if known & _refers(each)]
    if len(others) < 2:
        return ""
    items = "".join(
        f"<li>{_link(each, tongue) if each.number != mail.number else escape(each.subject)} "
        f'<span class="soft">{escape(each.date)}</span></li>'
        for each in others
    )
    return f"<h2>{_THREAD.say(tongue)}</h2><ol>{items}</ol>"


def _refers(mail: Mail) -> set[str]:
    ids = f"{mail.message_id} {mail.in_reply_to} {mail.references}".split()
    return {each for each in ids if each.startswith("<")}


def _message(mail: Mail) -> EmailMessage:
    return BytesParser(EmailMessage, policy=default).parsebytes(mail.raw)


def _files(mail: Mail) -> list[tuple[str, MIMEPart]]:
    parts = list(_message(mail).iter_attachments())
    return [
        (part.get_filename() or f"{number}", part)
        for number, part in enumerate(parts, 1)
        if isinstance(part, MIMEPart)
    ]


def _decoded(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a charset that Python does not know
        body = part.get_payload(decode=True)
        return body.decode("ascii", "replace") if isinstance(body, bytes) else ""
