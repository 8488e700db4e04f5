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
from noroshi.cli.handlers.redaction import Redactor, redact_settings
from noroshi.cli.paths import NAME
from noroshi.cli.systemd.state import service_properties
from noroshi.config.settings_file import FILE, ConfigError
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, in_each_language, pgettext
from noroshi.knowledge.os_errors import cause_text
from noroshi.system.owners import close_new_file

PRIVATE = 0o600
LAST_ALARMS, LAST_EVENTS, LAST_LINES = 200, 200, 1000
LARGEST_LOG = 1 << 20
LOG_FILE = "noroshi.log"
CANNOT_WRITE = _("Cannot write the support bundle to {file}: {why}. Nothing was changed.")
THERE_IS_ONE = _("it already exists")
README_HEAD = _("Support bundle of Noroshi {version}, written by `noroshi doctor --bundle`.")
FILES: Mapping[str, Message] = {
    "doctor.txt": _("results of the diagnosis, as displayed"),
    "doctor.json": _("the same in all languages"),
    "program.json": _("versions and operating system"),
    "status.json": _("monitors, routes, queue"),
    "queue.json": _("messages in the queue"),
    "ledger.json": _("the last {alarms} alarms and their messages").fill(alarms=LAST_ALARMS),
    "log.json": _("the last {events} events").fill(events=LAST_EVENTS),
    "definitions/": _("the definitions in effect"),
    "noroshi.toml": _("the node's own settings"),
    "journal.txt": _("the last lines of Noroshi's own log"),
}
NO_SECRET = _(
    "The bundle contains no secrets: Noroshi's output contains none, and anything that looks "
    "like a password, a token,\n"
    "environment variables or the secret part of a URL is masked (…). The bundle does not "
    "contain the texts of messages."
)
MASKED = _("Email addresses are masked; each number stands for one address.")
NOT_OURS = _(
    "This node is not a systemd service and writes no log file: its log went to the program "
    "that started it."
)
ELSEWHERE = with_commands(
    _("The log is on the node's own computer. To get it there: {command}"),
    command=CommandText("doctor", pgettext("command", "--bundle FILE")),
)


def write_bundle(
    context: CommandContext, file: Path, examinations: Sequence[Mapping[str, Any]], text: str
) -> None:
    """Write a new file, for its owner alone. Raises RefusedError if it cannot be written.

    A half-written file is removed, or somebody would take it for a whole one.
    """
    redactor = Redactor(addresses=context.args.mask)
    handle = _create(file)
    try:
        with (
            os.fdopen(handle, "wb") as raw,
            zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            for name, content in _parts(context, redactor, examinations, text):
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
    os.close(_create(file))
    file.unlink(missing_ok=True)


def _create(file: Path) -> int:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        raise RefusedError("conflict", CANNOT_WRITE.fill(file=file, why=THERE_IS_ONE)) from None
    except OSError as error:
        raise _cannot(file, error) from None
    close_new_file(file)
    return handle


def _cannot(file: Path, error: OSError) -> RefusedError:
    return RefusedError("trouble", CANNOT_WRITE.fill(file=file, why=cause_text(error)))


def _parts(
    context: CommandContext,
    redactor: Redactor,
    examinations: Sequence[Mapping[str, Any]],
    text: str,
) -> Iterator[tuple[str, str]]:
    yield "README.txt", _multilingual(in_each_language(partial(_read_me, context.args.mask)))
    yield "doctor.txt", redactor.log(text)
    answers: dict[str, Any] = {
        "doctor.json": list(examinations),
        "program.json": _program(),
        "status.json": _answer_or_refusal(context, "status"),
        "queue.json": _answer_or_refusal(context, "queue_list"),
        "ledger.json": _answer_or_refusal(context, "ledger", alarm="", last=LAST_ALARMS),
        "log.json": _answer_or_refusal(context, "log", monitor="", last=LAST_EVENTS),
    }
    for name, value in answers.items():
        yield name, _json(redactor.value(value))
    export = _answer_or_refusal(context, "export")
    for one in export.get("documents", ()):
        body = redactor.value(json.loads(one["body"]))
        yield f"definitions/{redactor.text(one['key'])}.json", _json(body)
    yield (
        FILE,
        redactor.log(
            _multilingual(ELSEWHERE) if context.remote else _settings(context, redactor)
        ),
    )
    yield (
        "journal.txt",
        redactor.log(_multilingual(ELSEWHERE) if context.remote else _journal(context)),
    )


def _read_me(mask: bool, language: str) -> str:
    files = "\n".join(f"{name:13}  {words.say(language)}" for name, words in FILES.items())
    promises = [NO_SECRET, *([MASKED] if mask else [])]
    promised = "\n".join(words.say(language) for words in promises)
    head = README_HEAD.fill(version=__version__).say(language)
    return f"{head}\n\n{files}\n\n{promised}\n"


def _multilingual(words: Message) -> str:
    """Return a text in every language: nobody knows who will open the bundle."""
    return "\n".join(one.rstrip("\n") + "\n" for one in words.both().values())


def _answer_or_refusal(context: CommandContext, op: str, **args: Any) -> Any:
    """Return the answer, or why there is none: a part that cannot be had must not cost the
    others."""
    try:
        return context.call(op, **args)
    except RefusedError as refusal:
        return {"refused": refusal.words.both()}


def _program() -> Mapping[str, Any]:
    packages = {one.name: one.version for one in metadata.distributions()}
    return {
        "noroshi": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "service": dict(service_properties()),
        "packages": dict(sorted(packages.items())),
    }


def _settings(context: CommandContext, redactor: Redactor) -> str:
    try:
        text = (context.home / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"{error}\n"
    return redact_settings(text, redactor)


def _journal(context: CommandContext) -> str:
    """Return the end of the log's file if there is one here, else of the journal, as far as it
    may be read."""
    file = context.home / LOG_FILE
    try:
        if context.config.log == "file":
            size = file.stat().st_size
            with file.open("rb") as log:
                log.seek(max(size - LARGEST_LOG, 0))
                return _last(log.read().decode("utf-8", "replace"))
    except (OSError, ConfigError) as error:
        return f"{error}\n"
    if not is_service(context):
        return _multilingual(NOT_OURS)
    command = ("journalctl", "-u", NAME, "-n", str(LAST_LINES), "--no-pager", "-o", "short-iso")
    try:
        process = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{error}\n"
    return process.stdout or process.stderr


def _last(text: str) -> str:
    return "\n".join(text.splitlines()[-LAST_LINES:]) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
