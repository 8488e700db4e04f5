"""What a browser complains of while a page is used."""

FASTER = "Autofocus processing was blocked"
"""Chromium notes that somebody was already typing when the page wanted to place the focus."""

POSTED = "Failed to execute 'postMessage'"
"""axe posts to the frame of a mail before it is there. No script of ours posts anything, which
tests/web/test_each_page.py sees to."""


def listen(page, wrong):
    """Put what stands in the console, and each error of a script, into that list."""

    def note(text):
        if not text.startswith((FASTER, POSTED)):
            wrong.append(text)

    page.on("console", lambda said: note(said.text))
    page.on("pageerror", lambda error: note(str(error)))
