"""Draws each golden mail as a mail program shows it: by day and at night, wide and narrow.

.venv/bin/python tools/mail_pictures.py [NAME ...]    # pictures in build/mails
"""

import asyncio
import sys
import tempfile
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAILS, PICTURES = ROOT / "tests" / "data" / "mails", ROOT / "build" / "mails"
WIDTHS = {"wide": 700, "narrow": 375}
FRAME = """<!doctype html><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>
body{{margin:0;font:13px/1.5 'Segoe UI','Noto Sans CJK JP',sans-serif;color:light-dark(#222,#ddd);
background:light-dark(#fff,#1b1b1b)}}
header{{padding:12px 16px;border-bottom:1px solid #8886;overflow-wrap:anywhere}}
b{{font-size:16px;display:block}} iframe{{border:0;display:block;width:100%}}
</style>
<header><b>{subject}</b>Noroshi &lt;alarm@minato-seiki.example&gt;<br>{date}{files}</header>
<iframe srcdoc="{mail}"></iframe>"""
FIT = (
    "(() => {const f = document.querySelector('iframe');"
    "f.style.height = f.contentDocument.documentElement.scrollHeight + 'px'; return 1})()"
)


def framed(mail: Path) -> str:
    text = mail.with_suffix(".txt").read_text(encoding="utf-8")
    subject = text.splitlines()[0].removeprefix("Subject: ")
    files = " · 1 attachment" if mail.with_suffix(".files.json").exists() else ""
    return FRAME.format(
        subject=escape(subject),
        date="2026-11-24 07:40:13 +09:00",
        files=files,
        mail=escape(mail.read_text(encoding="utf-8")),
    )


async def draw(names: list[str]) -> None:
    from tests.actions.browser import chromium

    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with chromium(Path(profile)) as browser:
            for mail in sorted(MAILS.glob("*.html")):
                if names and not any(mail.name.startswith(name) for name in names):
                    continue
                for look in ("day", "night"):
                    for name, width in WIDTHS.items():
                        await browser.show(framed(mail), width, dark=look == "night")
                        await browser.see(FIT)
                        await browser.picture(
                            PICTURES / f"{mail.stem}.{name}.{look}.png", width
                        )


sys.path.insert(0, str(ROOT))
asyncio.run(draw(sys.argv[1:]))
