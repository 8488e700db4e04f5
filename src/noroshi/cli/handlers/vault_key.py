"""`noroshi key`: the vault's key checked, exchanged, and taken out of this machine."""

from __future__ import annotations

import os
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.tables import table
from noroshi.cli.password_prompt import CANNOT_READ, contents, typed
from noroshi.core.os_errors import why
from noroshi.core.words import Words
from noroshi.vault import Secret, VaultError, read_key
from noroshi.vault.passphrase import lock_up

SOURCES = {
    "file": Words(en="file {path}", ja="ファイル {path}"),
    "dpapi": Words(
        en="file {path}, which only this machine opens (DPAPI)",
        ja="ファイル {path} (このマシンだけが開けます。DPAPI)",
    ),
    "systemd": Words(en="systemd's credential {path}", ja="systemd の資格情報 {path}"),
}
KEY = Words(en="Key {id}: {source}", ja="鍵 {id}: {source}")
NOTHING_SEALED = Words(en="Nothing is sealed yet.", ja="封印したものはまだありません。")
OPENS = Words(en="opens", ja="開けます")
ALL_OPEN = Words(en="It opens all entries: {count}.", ja="{count}件すべてを開けます。")
SOME_DO_NOT = Words(
    en="It does not open {bad} of {count:entry|entries}.",
    ja="{count}件のうち{bad}件を開けません。",
)
ROTATED = Words(
    en="The key is now {new}; entries sealed anew: {entries}.\n"
    "The old key {old} is kept as {kept}: backups of the store from before need it.\n"
    "Keep the new one elsewhere: noroshi key backup FILE",
    ja="新しい鍵は {new} です。{entries}件を封印し直しました。\n"
    "古い鍵 {old} は {kept} に残しました。交換前の保存先のバックアップを使うときに要ります。\n"
    "新しい鍵を別の場所に控えてください: noroshi key backup ファイル",
)
BACKED_UP = Words(
    en="Wrote the key {id} to {file}, sealed by the passphrase. Keep both elsewhere, apart from "
    "backups of the store: together they open everything.",
    ja="鍵 {id} をパスフレーズで封印して {file} に書き出しました。保存先のバックアップとは"
    "別の場所に保管してください。両方がそろうとすべてを開けます。",
)
ASK = Words(en="Passphrase: ", ja="パスフレーズ: ")
ASK_AGAIN = Words(en="Once more: ", ja="もう一度: ")
NOT_THE_SAME = Words(
    en="These were two different ones; nothing was written.",
    ja="2回の入力が違います。何も書き出していません。",
)
BY_FILE = Words(
    en="There is no terminal to ask at: give the passphrase by --passphrase-file FILE (- is the "
    "standard input).",
    ja="端末がないため尋ねられません。--passphrase-file FILE (- は標準入力) で渡してください。",
)
NOT_WRITTEN = Words(en="{file} cannot be written: {why}", ja="{file} に書き出せません: {why}")
IS_THERE = Words(
    en="{file} is there already; nothing is overwritten.",
    ja="{file} はすでにあります。上書きはしません。",
)


def check(asked: CommandContext) -> int:
    """Which key it is and what it opens; exit code 1 if it does not open everything."""
    found = asked.call("key_check")
    bad = [entry for entry in found["entries"] if entry["fault"]]
    if asked.given.json:
        asked.print_json(found)
        return exits.TROUBLE if bad else exits.DONE
    source = SOURCES[found["source"]].fill(path=found["path"])
    print(asked.say(KEY.fill(id=found["id"], source=source)))
    rows = [(entry["name"], asked.say(entry["fault"] or OPENS)) for entry in found["entries"]]
    print("\n".join(f"  {line}" for line in table(rows)) or asked.say(NOTHING_SEALED))
    if rows:
        words = SOME_DO_NOT if bad else ALL_OPEN
        print(asked.say(words.fill(bad=len(bad), count=len(rows))))
    return exits.TROUBLE if bad else exits.DONE


def rotate(asked: CommandContext) -> int:
    """Another key in the place of this one; what was sealed is sealed anew."""
    print(asked.say(ROTATED.fill(**asked.call("key_rotate"))))
    return exits.DONE


def backup(asked: CommandContext) -> int:
    """The key sealed by a passphrase. It is read here, not asked of the node: no secret
    comes out by the door."""
    file = Path(asked.given.file)
    try:
        box = read_key(asked.config.key)
        content = lock_up(box.key, passphrase(asked, twice=True))
    except VaultError as error:
        raise RefusedError("invalid", error.words) from None
    _write(file, content)
    print(asked.say(BACKED_UP.fill(id=box.id, file=file)))
    return exits.DONE


def passphrase(asked: CommandContext, *, twice: bool) -> Secret:
    """From a file, the standard input (-), or typed without being shown."""
    if given := asked.given.passphrase_file:
        return Secret(contents(given).rstrip("\r\n"))
    first = typed(asked, ASK, BY_FILE)
    if twice and typed(asked, ASK_AGAIN, BY_FILE) != first:
        raise RefusedError("invalid", NOT_THE_SAME)
    return Secret(first)


def read_file(file: Path) -> bytes:
    """What is in it. Raises RefusedError."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise RefusedError("invalid", CANNOT_READ.fill(file=file, why=why(error))) from None


def _write(file: Path, content: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RefusedError("conflict", IS_THERE.fill(file=file)) from None
    except OSError as error:
        raise not_written(file, error) from None
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        file.unlink(missing_ok=True)  # half a key would be taken for a backup
        raise not_written(file, error) from None


def not_written(file: Path, error: OSError) -> RefusedError:
    """Why it could not be written."""
    return RefusedError("trouble", NOT_WRITTEN.fill(file=file, why=why(error)))
