"""The support bundle of `noroshi doctor --bundle`: what somebody needs who helps from afar."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
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
from noroshi.core.translation import _
from noroshi.knowledge.os_errors import why

PRIVATE = 0o600
LAST_ALARMS, LAST_EVENTS, LAST_LINES = 200, 200, 1000
LARGEST_LOG = 1 << 20
LOG_FILE = "noroshi.log"
CANNOT_WRITE = _("Cannot write the support bundle to {file}: {why}. Nothing else was changed.")
THERE_IS_ONE = _("it already exists")
READ_ME = """\
Support bundle of Noroshi {version}, written by `noroshi doctor --bundle`.
Noroshi {version} の診断ファイルです (`noroshi doctor --bundle`)。

doctor.txt     what was examined, as it was shown      診断の結果 (画面のとおり)
doctor.json    the same, both languages                同じ内容 (日本語と英語)
program.json   versions and operating system           バージョンと OS
status.json    monitors, routes, queue                 監視項目、経路、送信キュー
queue.json     what waits                              待っているもの
ledger.json    the last {alarms} alarms and their mails     最後の {alarms} 件のアラームとメール
log.json       the last {events} events                     最後の {events} 件のイベント
definitions/   the definitions in force                有効な定義
noroshi.toml   the node's own settings                 ノードの設定
journal.txt    the last lines of Noroshi's own log     Noroshi 自身のログの最後の行

No secret is in it: none of Noroshi's answers holds one, and what looks like a password, a token,
an environment or the secret part of a URL was masked (…). Texts of mails are not in it.{masked}
秘密は入っていません。Noroshi の返事に秘密は含まれず、パスワード、トークン、環境変数、URL の秘密の部分に見える
ものは伏せました (…)。メールの本文は入っていません。{masked_ja}
"""
NOT_OURS = """\
This node is no service of systemd and writes no log file: its log went to whoever started it.
サービスではなくログ ファイルもないため、ログは起動した端末に出力されています。
"""
ELSEWHERE = """\
It is on the node's own computer, and can be had there: noroshi doctor --bundle FILE
ノードのコンピューターにあります。そこで noroshi doctor --bundle ファイル を実行すると入ります。
"""
MASKED = "\nMail addresses are masked: the same number is the same address."
MASKED_JA = "\nメールアドレスも伏せました。同じ番号は同じアドレスです。"


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
    masked, masked_ja = (MASKED, MASKED_JA) if asked.given.mask else ("", "")
    yield (
        "README.txt",
        READ_ME.format(
            version=__version__,
            alarms=LAST_ALARMS,
            events=LAST_EVENTS,
            masked=masked,
            masked_ja=masked_ja,
        ),
    )
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
    yield FILE, redacting.log(ELSEWHERE if asked.away else _settings(asked, redacting))
    yield "journal.txt", redacting.log(ELSEWHERE if asked.away else _journal(asked))


def _asked(asked: CommandContext, op: str, **args: Any) -> Any:
    """The answer; a part that cannot be had must not cost the others."""
    try:
        return asked.call(op, **args)
    except RefusedError as refused:
        return {"refused": {"en": refused.words.en, "ja": refused.words.ja}}


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
        return NOT_OURS
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
