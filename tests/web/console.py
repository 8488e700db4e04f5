"""What a browser complains of while a page is used."""

FASTER = "Autofocus processing was blocked"
"""Chromium notes that somebody was already typing when the page wanted to place the focus."""


def listen(page, wrong):
    """Put what stands in the console, and each error of a script, into that list."""
    page.on("console", lambda said: said.text.startswith(FASTER) or wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
