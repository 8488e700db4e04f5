"""A password or a passphrase: typed without being shown, or from a file; never an argument."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text

STDIN = "-"
NOTHING_ENTERED = _("Nothing was entered, so nothing was changed.")
CANNOT_READ = _("Cannot read {file}: {why}")
NO_TEXT = _("it is not text in UTF-8")


def read_hidden(context: CommandContext, prompt: Message, by_file: Message) -> str:
    """Ask at the terminal. RefusedError, in the words `by_file`, where there is none."""
    if not sys.stdin.isatty():
        raise RefusedError("invalid", by_file)
    try:
        return getpass.getpass(context.say(prompt))
    except EOFError:  # Ctrl-D
        raise RefusedError("invalid", NOTHING_ENTERED) from None


def contents(file: str) -> str:
    """Return the text of a file, or of the standard input (-), in UTF-8; Notepad's BOM is no
    part of it. Raises RefusedError."""
    try:
        data = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError("invalid", CANNOT_READ.fill(file=file, why=NO_TEXT)) from None
    except OSError as error:
        raise RefusedError(
            "invalid", CANNOT_READ.fill(file=file, why=cause_text(error))
        ) from None
