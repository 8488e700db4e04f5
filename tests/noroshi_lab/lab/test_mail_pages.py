"""The mailbox pages: the list, one mail with its thread and files, and HTML that can do nothing."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import Client

ALERTS, OPS, AKI = (f"{name}@contoso.example" for name in ("alerts", "ops", "aki"))
HOSTILE = '<p>Red</p><script>alert(1)</script><img src="https://elsewhere.example/x">'


def mail(subject: str, number: int, answers: int = 0) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Noroshi <{ALERTS}>", OPS, subject
    message["Date"] = "Wed, 25 Nov 2026 10:02:03 +0900"
    message["Message-ID"] = f"<{number}@contoso.example>"
    if answers:
        message["In-Reply-To"] = f"<{answers}@contoso.example>"
    message.set_content("使用率は 95.2 % です。<b>\n")
    message.add_alternative(HOSTILE, subtype="html")
    message.add_attachment("行\n", filename="ログ.txt")
    return message


async def put(lab: Lab, message: EmailMessage, *to: str) -> None:
    await lab.mailboxes.keep(
        sender=ALERTS,
        recipients=list(to or (OPS,)),
        received="Received: from n by h; now",
        queue_id="0A",
        content=message.as_bytes(),
    )


async def fetch(client: Client, path: str, language: str = "en") -> tuple[str, dict[str, str]]:
    headers = {"Accept-Language": language}
    async with client.session.get(client.lab.base + path, headers=headers) as answer:
        assert answer.status == 200, path
        return await answer.text(), dict(answer.headers)


@pytest.mark.parametrize(
    ("language", "told"), [("en", "No message has arrived yet"), ("ja", "まだ届いていません")]
)
async def test_an_empty_list_says_so_and_looks_again(
    client: Client, language: str, told: str
) -> None:
    html, _ = await fetch(client, "/", language)
    assert told in html and 'http-equiv="refresh" content="5"' in html


async def test_the_list_shows_the_newest_first_and_one_mailbox_alone(client: Client) -> None:
    await put(client.lab, mail("first & <b>", 1))
    await put(client.lab, mail("second", 2), AKI)
    html, _ = await fetch(client, "/mail")
    assert html.index("second") < html.index("first &amp; &lt;b&gt;")
    assert f'href="/mail?box={AKI}"' in html.replace("%40", "@")
    html, _ = await fetch(client, f"/mail?box={AKI}")
    assert "second" in html and "first" not in html


async def test_a_mail_is_shown_with_its_headers_text_files_and_thread(client: Client) -> None:
    await put(client.lab, mail("[危険] FS01", 1))
    await put(client.lab, mail("[正常] FS01", 2, answers=1))
    await put(client.lab, mail("something else", 3))
    html, _ = await fetch(client, "/mail/2", "ja")
    assert "Noroshi &lt;alerts@contoso.example&gt;" in html
    assert "使用率は 95.2 % です。&lt;b&gt;" in html
    assert "ログ.txt" in html and "このスレッドのメール" in html
    assert '<a href="/mail/1">[危険] FS01</a>' in html and "something else" not in html


async def test_html_of_a_mail_runs_nothing_and_fetches_nothing(client: Client) -> None:
    await put(client.lab, mail("x", 1))
    html, headers = await fetch(client, "/mail/1")
    assert '<iframe sandbox="" title="HTML" src="/mail/1/html">' in html
    assert "alert(1)" not in html
    body, framed = await fetch(client, "/mail/1/html")
    csp = framed["Content-Security-Policy"]
    assert "<p>Red</p>" in body
    assert csp.startswith("default-src 'none'") and "sandbox;" in csp and "https" not in csp
    assert "script-src" not in csp + headers["Content-Security-Policy"]


async def test_a_file_is_saved_under_its_name_and_never_shown(client: Client) -> None:
    await put(client.lab, mail("x", 1))
    text, headers = await fetch(client, "/mail/1/files/0")
    assert text == "行\n" and headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].endswith("''%E3%83%AD%E3%82%B0.txt")
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_the_source_is_plain_text(client: Client) -> None:
    await put(client.lab, mail("x", 1))
    text, headers = await fetch(client, "/mail/1/source")
    assert text.startswith("Received: from n") and headers["Content-Type"].startswith(
        "text/plain"
    )


@pytest.mark.parametrize(
    "path", ["/mail/9", "/mail/1/files/7", "/mail/9/html", "/mail/x", "/mail/../lab.json"]
)
async def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    await put(client.lab, mail("x", 1))
    status, _, _ = await client.get(client.lab.base + path)
    assert status == 404
