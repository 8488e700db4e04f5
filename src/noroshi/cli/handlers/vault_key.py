"""`noroshi key`: the vault's key checked, exchanged, and taken out of this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.tables import table
from noroshi.cli.password_prompt import CANNOT_READ, contents, read_hidden
from noroshi.config.config import Config
from noroshi.config.settings_file import FILE
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, ngettext
from noroshi.knowledge.os_errors import cause_text
from noroshi.operations import node_operations
from noroshi.operations.vault_answers import KeyChecked
from noroshi.ports import StoreError
from noroshi.vault import (
    Box,
    Secret,
    Vault,
    VaultError,
    check_entries,
    keep_key,
    place_key,
    read_key,
)
from noroshi.vault.keys import OLD, SOURCE_WORDS, Source
from noroshi.vault.passphrase import lock_up, unlock

KEY = _("Key {id}: {source}")
NOTHING_SEALED = _("The vault is empty.")
OPENS = _("decrypts")
ALL_OPEN = ngettext("The key decrypts the only entry.", "The key decrypts all {count} entries.")
SOME_DO_NOT = ngettext(
    "The key does not decrypt {bad} of {count} entry.",
    "The key does not decrypt {bad} of {count} entries.",
)
BACKED_UP = _(
    "Wrote the key {id} to {file}, encrypted with the passphrase. Keep both apart from "
    "backups of the store: together they decrypt everything."
)
ASK = _("Passphrase: ")
ASK_AGAIN = _("Enter it again: ")
NOT_THE_SAME = _("The passphrases do not match; nothing was written.")
BY_FILE = _(
    "Cannot prompt for the passphrase without a terminal: use --passphrase-file FILE (- for "
    "standard input)."
)
NOT_WRITTEN = _("Cannot write to {file}: {why}")
IS_THERE = _("{file} already exists and is not overwritten.")


def check(context: CommandContext) -> int:
    """Print which key it is and what it opens; exit code 1 if it does not open everything."""
    answer = context.ask(node_operations.KEY_CHECK, KeyChecked)
    bad_entries = [entry for entry in answer.entries if entry.fault]
    if context.args.json:
        context.print_json(answer)
        return exits.TROUBLE if bad_entries else exits.DONE
    source = SOURCE_WORDS[Source(answer.source)].fill(path=answer.path)
    print(context.say(KEY.fill(id=answer.id, source=source)))
    rows = [(entry.name, context.say(entry.fault or OPENS)) for entry in answer.entries]
    print("\n".join(f"  {line}" for line in table(rows)) or context.say(NOTHING_SEALED))
    if rows:
        words = SOME_DO_NOT if bad_entries else ALL_OPEN
        print(context.say(words.fill(bad=len(bad_entries), count=len(rows))))
    return exits.TROUBLE if bad_entries else exits.DONE


def backup(context: CommandContext) -> int:
    """Write the key sealed by a passphrase. It is read here, not asked of the node: no secret
    comes out by the door."""
    file = Path(context.args.file)
    try:
        box = read_key(context.config.key)
        content = lock_up(box.key, passphrase(context, confirms=True))
    except VaultError as error:
        raise RefusedError("invalid", error.words) from None
    _write(file, content)
    print(context.say(BACKED_UP.fill(id=box.id, file=file)))
    return exits.DONE


def passphrase(context: CommandContext, *, confirms: bool) -> Secret:
    """Read a passphrase from a file, the standard input (-), or typed without being shown."""
    if file := context.args.passphrase_file:
        return Secret(contents(file).rstrip("\r\n"))
    first = read_hidden(context, ASK, BY_FILE)
    if confirms and read_hidden(context, ASK_AGAIN, BY_FILE) != first:
        raise RefusedError("invalid", NOT_THE_SAME)
    return Secret(first)


def read_file(file: Path) -> bytes:
    """Return what is in it. Raises RefusedError."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise RefusedError(
            "invalid", CANNOT_READ.fill(file=file, why=cause_text(error))
        ) from None


def _write(file: Path, content: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RefusedError("conflict", IS_THERE.fill(file=file)) from None
    except OSError as error:
        raise not_written(file, error) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        file.unlink(missing_ok=True)  # half a key would be taken for a backup
        raise not_written(file, error) from None


def not_written(file: Path, error: OSError) -> RefusedError:
    """Return the refusal that says why a file could not be written."""
    return RefusedError("trouble", NOT_WRITTEN.fill(file=file, why=cause_text(error)))


DEFAULT = "key"
"""The key's file in a home folder without settings."""
PRIVATE = 0o700
RESTORED = _(
    "The key {id} was restored to {path}. A running node uses it after its next start."
)
THERE = _("The key {id} is already in {path}.")
KEPT = _("The previous key decrypts nothing; it is now {path}.")
IN_USE = ngettext(
    "The key {id} in {path} decrypts {count} entry of the store, so it was not replaced. To "
    "replace it anyway, move that file away first.",
    "The key {id} in {path} decrypts {count} entries of the store, so it was not replaced. "
    "To replace it anyway, move that file away first.",
)
NO_LOOK = _("Cannot check whether the existing key decrypts anything: {why}")
NEXT_INIT = with_commands(
    _("Next: {command}, which keeps this key."), command=CommandText("init")
)


def restore(context: CommandContext) -> int:
    """Restore the key from a file that a passphrase protects. An existing key is replaced only
    if it opens nothing, and is kept beside the new one."""
    file, config = Path(context.args.file), _config(context)
    path = context.home / DEFAULT if config is None else config.key
    try:
        box = Box(unlock(read_file(file), passphrase(context, confirms=False), file))
        _put_in_place(context, config, path, box)
    except VaultError as error:
        raise RefusedError("invalid", error.words) from None
    except OSError as error:
        raise not_written(path, error) from None
    if config is None:
        print(context.say(NEXT_INIT))
        return exits.DONE
    return report_decryption(context, config, box)


def report_decryption(context: CommandContext, config: Config, box: Box) -> int:
    """Say how many entries of the store the key opens; exit code 1 if not all. A store that is
    in use is not looked into."""
    try:
        faults = decryption_faults(config, box)
    except StoreError:
        return exits.DONE
    bad_count = sum(fault is not None for fault in faults.values())
    words = SOME_DO_NOT if bad_count else ALL_OPEN if faults else NOTHING_SEALED
    print(context.say(words.fill(bad=bad_count, count=len(faults))))
    return exits.TROUBLE if bad_count else exits.DONE


def decryption_faults(config: Config, box: Box | None) -> Mapping[str, Message | None]:
    """Return each entry of the store with why the key does not open it; without a store there
    is none. Raises StoreError if it cannot be opened, as by another process."""
    # Late: SQLite is not needed by a command that asks a node.
    import asyncio

    from noroshi.app.store_opening import open_store_of
    from noroshi.stores.sqlite.process_lock import Holder, life_of
    from noroshi.stores.sqlite.store import SqliteStore

    async def look() -> Mapping[str, Message | None]:
        store = await open_store_of(config, SqliteStore.reopen)
        try:
            return await check_entries(Vault(store, box))
        finally:
            await store.close()

    if config.database is None and not config.store.exists():
        return {}
    with life_of(config.store, Holder.COMMAND):
        return asyncio.run(look())


def _config(context: CommandContext) -> Config | None:
    """Return the settings; None where no home folder was made yet."""
    return context.config if (context.home / FILE).exists() else None


def _put_in_place(context: CommandContext, config: Config | None, path: Path, box: Box) -> None:
    path.parent.mkdir(PRIVATE, parents=True, exist_ok=True)
    if not path.exists():
        keep_key(path, box.key)
    else:
        existing = read_key(path)
        if existing.id == box.id:
            print(context.say(THERE.fill(id=box.id, path=path)))
            return
        _check_opens_nothing(config, path, existing)
        old_path = path.with_name(f"{path.name}{OLD}-{existing.id}")
        place_key(old_path, existing.key)
        place_key(path, box.key)
        print(context.say(KEPT.fill(path=old_path)))
    print(context.say(RESTORED.fill(id=box.id, path=path)))


def _check_opens_nothing(config: Config | None, path: Path, existing: Box) -> None:
    try:
        faults = {} if config is None else decryption_faults(config, existing)
    except StoreError as error:
        raise RefusedError("trouble", NO_LOOK.fill(why=error.words)) from None
    if count := sum(fault is None for fault in faults.values()):
        raise RefusedError("conflict", IN_USE.fill(id=existing.id, path=path, count=count))
