"""A mail in a real Chromium: by day and at night it can be read, on a phone too, offline."""

from __future__ import annotations

from noroshi.actions.letter_look import GROUNDS, INKS
from tests.actions.browser import chromium
from tests.actions.mails import drafted

# Each text that is seen, with its colour and the nearest ground behind it.
SEEN = """
(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    let box = walker.currentNode.parentElement;
    if (!text || !box.offsetParent) continue;
    const ink = getComputedStyle(box).color;
    while (box && getComputedStyle(box).backgroundColor === 'rgba(0, 0, 0, 0)') box = box.parentElement;
    found.push([text.slice(0, 40), ink, getComputedStyle(box).backgroundColor]);
  }
  return found;
})()
"""
LEAST = 4.5  # WCAG 2.1, 1.4.3


def luminance(colour):
    shares = []
    for channel in colour:
        c = channel / 255
        shares.append(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * shares[0] + 0.7152 * shares[1] + 0.0722 * shares[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(said):
    return tuple(int(part) for part in said.removeprefix("rgb(").removesuffix(")").split(","))


def hexed(said):
    return tuple(bytes.fromhex(said.removeprefix("#")))


def test_every_ink_can_be_read_on_every_ground_it_may_stand_on():
    levels = ("ok", "warning", "critical", "unknown")
    pairs = [(ink, ground) for ink in INKS for ground in ("panel", "inset")]
    pairs += [(level, level) for level in levels] + [("soft", level) for level in levels]
    pairs += [("ink", "quiet"), ("soft", "quiet")]
    for ink, ground in pairs:
        day = contrast(hexed(INKS[ink].day), hexed(GROUNDS[ground].day))
        night = contrast(hexed(INKS[ink].night), hexed(GROUNDS[ground].night))
        assert min(day, night) >= LEAST, (ink, ground, day, night)


async def test_a_mail_can_be_read_on_a_phone_and_asks_nobody_for_anything(tmp_path):
    async with chromium(tmp_path / "profile") as browser:
        for name in ("alarm", "hostile", "several", "log-lines", "long"):
            await browser.show(drafted(name, "ja")["html"])
            await is_readable(browser, name)
            assert all(url.startswith("data:") for url in browser.requests), browser.requests


async def is_readable(browser, name):
    """The page that stands there, by day and at night, on a phone and beside a list of mails."""
    for dark in (False, True):
        for width in (375, 700):
            await browser.look(width, dark=dark)
            wide = await browser.see("document.documentElement.scrollWidth")
            assert wide <= width, (name, dark, wide)
        seen = await browser.see(SEEN)
        assert len(seen) > 15
        for text, ink, ground in seen:
            assert contrast(rgb(ink), rgb(ground)) >= LEAST, (name, dark, text, ink, ground)
        ground = rgb(await browser.see("getComputedStyle(document.body).backgroundColor"))
        assert (luminance(ground) < 0.1) is dark
