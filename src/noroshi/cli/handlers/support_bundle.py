"""The support bundle of `noroshi doctor --bundle`: what somebody needs who helps from afar."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from noroshi import __version__
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.doctor import is_service
from noroshi.cli.handlers.redaction import Redacting, settings_told
from noroshi.cli.paths import NAME
from noroshi.cli.systemd.state import shown
from noroshi.config.config import FILE, ConfigError
from noroshi.core.translation import Message, _, in_each_language
from noroshi.knowledge.os_errors import why

PRIVATE = 0o600
LAST_ALARMS, LAST_EVENTS, LAST_LINES = 200, 200, 1000
LARGEST_LOG = 1 << 20
LOG_FILE = "noroshi.log"
CANNOT_WRITE = _("Cannot write the support bundle to {file}: {why}. Nothing else was changed.")
THERE_IS_ONE = _("it already exists")
README_HEAD = _("Support bundle of Noroshi {version}, written by `noroshi doctor --bundle`.")
FILES: Mapping[str, Message] = {
    "doctor.txt": _("results of the diagnosis, as displayed"),
    "doctor.json": _("the same in all languages"),
    "program.json": _("versions and operating system"),
    "status.json": _("monitors, routes, queue"),
    "queue.json": _("mails in the queue"),
    "ledger.json": _("the last {alarms} alarms and their mails").fill(alarms=LAST_ALARMS),
    "log.json": _("the last {events} events").fill(events=LAST_EVENTS),
    "definitions/": _("the definitions in force"),
    "noroshi.toml": _("the node's own settings"),
    "journal.txt": _("the last lines of Noroshi's own log"),
}
NO_SECRET = _(
    "No secret is in it: none of Noroshi's answers holds one, and what looks like a password, a "
    "token,\nan environment or the secret part of a URL was masked (…). Texts of mails are not in it."
)
MASKED = _("Mail addresses are masked: the same number is the same address.")
NOT_OURS = _(
    "This node is no service of systemd and writes no log file: its log went to whoever started it."
)
ELSEWHERE = _(
    "It is on the node's own computer, and can be had there: noroshi doctor --bundle FILE"
)


def write_bundle(
    asked: CommandContext, file: Path, found: Sequence[Mapping[str, Any]], text: str
) -> None:
    """A new file, for its owner alone. Raises RefusedError if it cannot be written.

    What is half written is taken away: it would be taken for a whole one.
    """
    redacting = Redacting(addresses=asked.given.mask)
    handle = _opened(file)
    try:
        with (
            os.fdopen(handle, "wb") as raw,
            zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            for name, content in _parts(asked, redacting, found, text):
                bundle.writestr(name, content)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise _cannot(file, error) from None
    except BaseException:  # Ctrl-C too
        file.unlink(missing_ok=True)
        raise


def try_place(file: Path) -> None:
    """Try whether it can be written there, before minutes are spent on what goes into it.

    Raises RefusedError.
    """
    os.close(_opened(file))
    file.unlink(missing_ok=True)


def _opened(file: Path) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        raise RefusedError("conflict", CANNOT_WRITE.fill(file=file, why=THERE_IS_ONE)) from None
    except OSError as error:
        raise _cannot(file, error) from None


def _cannot(file: Path, error: OSError) -> RefusedError:
    return RefusedError("trouble", CANNOT_WRITE.fill(file=file, why=why(error)))


def _parts(
    asked: CommandContext, redacting: Redacting, found: Sequence[Mapping[str, Any]], text: str
) -> Iterator[tuple[str, str]]:
    yield "README.txt", _in_all(in_each_language(partial(_read_me, asked.given.mask)))
    yield "doctor.txt", redacting.log(text)
    answers: dict[str, Any] = {
        "doctor.json": list(found),
        "program.json": _program(),
        "status.json": _asked(asked, "status"),
        "queue.json": _asked(asked, "queue_list"),
        "ledger.json": _asked(asked, "ledger", alarm="", last=LAST_ALARMS),
        "log.json": _asked(asked, "log", monitor="", last=LAST_EVENTS),
    }
    for name, value in answers.items():
        yield name, _json(redacting.value(value))
    exported = _asked(asked, "export")
    for one in exported.get("documents", ()):
        body = redacting.value(json.loads(one["body"]))
        yield f"definitions/{redacting.text(one['key'])}.json", _json(body)
    yield FILE, redacting.log(_in_all(ELSEWHERE) if asked.away else _settings(asked, redacting))
    yield "journal.txt", redacting.log(_in_all(ELSEWHERE) if asked.away else _journal(asked))


def _read_me(mask: bool, language: str) -> str:
    files = "\n".join(f"{name:13}  {words.say(language)}" for name, words in FILES.items())
    promises = [NO_SECRET, *([MASKED] if mask else [])]
    promised = "\n".join(words.say(language) for words in promises)
    head = README_HEAD.fill(version=__version__).say(language)
    return f"{head}\n\n{files}\n\n{promised}\n"


def _in_all(words: Message) -> str:
    """Return a text in every language: nobody knows who will open the bundle."""
    return "\n".join(one.rstrip("\n") + "\n" for one in words.both().values())


def _asked(asked: CommandContext, op: str, **args: Any) -> Any:
    """The answer; a part that cannot be had must not cost the others."""
    try:
        return asked.call(op, **args)
    except RefusedError as refused:
        return {"refused": refused.words.both()}


def _program() -> Mapping[str, Any]:
    packages = {one.name: one.version for one in metadata.distributions()}
    return {
        "noroshi": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "service": dict(shown()),
        "packages": dict(sorted(packages.items())),
    }


def _settings(asked: CommandContext, redacting: Redacting) -> str:
    try:
        text = (asked.home / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"{error}\n"
    return settings_told(text, redacting)


def _journal(asked: CommandContext) -> str:
    """Of the log's file if there is one here, else of the journal, as far as it may be read."""
    file = asked.home / LOG_FILE
    try:
        if asked.config.log == "file":
            size = file.stat().st_size
            with file.open("rb") as log:
                log.seek(max(size - LARGEST_LOG, 0))
                return _last(log.read().decode("utf-8", "replace"))
    except (OSError, ConfigError) as error:
        return f"{error}\n"
    if not is_service(asked):
        return _in_all(NOT_OURS)
    asking = ("journalctl", "-u", NAME, "-n", str(LAST_LINES), "--no-pager", "-o", "short-iso")
    try:
        done = subprocess.run(asking, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{error}\n"
    return done.stdout or done.stderr


def _last(text: str) -> str:
    return "\n".join(text.splitlines()[-LAST_LINES:]) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
