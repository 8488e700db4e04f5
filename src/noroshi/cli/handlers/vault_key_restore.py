"""`noroshi key restore`: the key brought back to its place; and what it opens of a store there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.vault_key import (
    ALL_OPEN,
    NOTHING_SEALED,
    SOME_DO_NOT,
    not_written,
    passphrase,
    read_file,
)
from noroshi.config.config import FILE, Config
from noroshi.core.words import Words
from noroshi.ports import StoreError
from noroshi.vault import Box, Vault, VaultError, check_entries, keep_key, place_key, read_key
from noroshi.vault.keys import OLD
from noroshi.vault.passphrase import unlock

DEFAULT = "key"
"""Where a home folder without settings has its key."""
PRIVATE = 0o700
RESTORED = Words(
    en="The key {id} is back in {path}. A running node uses it from its next start on.",
    ja="鍵 {id} を {path} に戻しました。動作中のノードは次の起動から使います。",
)
THERE = Words(
    en="The key {id} is in {path} already.", ja="鍵 {id} はすでに {path} にあります。"
)
KEPT = Words(
    en="The key that was there opens nothing; it is {path} now.",
    ja="それまでの鍵では何も開けません。{path} に残しました。",
)
IN_USE = Words(
    en="The key {id} in {path} opens {count:entry|entries} of the store, so it was left there. If the "
    "other one shall take its place all the same, move the file away first.",
    ja="{path} の鍵 {id} で保存先の{count}件を開けるため、そのままにしました。"
    "それでも置き換えるには、先にこのファイルを移してください。",
)
NO_LOOK = Words(
    en="Whether the key that is there opens anything cannot be seen: {why}",
    ja="いまの鍵で開けるものがあるか確かめられません: {why}",
)
NEXT_INIT = Words(
    en="Next: noroshi init, which keeps this key.",
    ja="次にすること: noroshi init (この鍵をそのまま使います)",
)


def restore(asked: CommandContext) -> int:
    """The key of such a file back in its place. One that is there is replaced only if it opens
    nothing, and is kept beside it."""
    file, config = Path(asked.given.file), _config(asked)
    path = asked.home / DEFAULT if config is None else config.key
    try:
        box = Box(unlock(read_file(file), passphrase(asked, twice=False), file))
        _put(asked, config, path, box)
    except VaultError as error:
        raise RefusedError("invalid", error.words) from None
    except OSError as error:
        raise not_written(path, error) from None
    if config is None:
        print(asked.say(NEXT_INIT))
        return exits.DONE
    return say_what_opens(asked, config, box)


def say_what_opens(asked: CommandContext, config: Config, box: Box) -> int:
    """How many entries of the store the key opens; exit code 1 if not all. A store that is in
    use is not looked into."""
    try:
        found = what_opens(config, box)
    except StoreError:
        return exits.DONE
    bad = sum(fault is not None for fault in found.values())
    words = SOME_DO_NOT if bad else ALL_OPEN if found else NOTHING_SEALED
    print(asked.say(words.fill(bad=bad, count=len(found))))
    return exits.TROUBLE if bad else exits.DONE


def what_opens(config: Config, box: Box | None) -> Mapping[str, Words | None]:
    """Each entry of the store with why the key does not open it; without a store there is
    none. StoreError if it cannot be opened, as by another process."""
    # Late: SQLite is not needed by a command that asks a node.
    import asyncio

    from noroshi.stores.sqlite.process_lock import Holder, life_of
    from noroshi.stores.sqlite.store import SqliteStore

    async def look() -> Mapping[str, Words | None]:
        store = SqliteStore.reopen(config.store)
        try:
            return await check_entries(Vault(store, box))
        finally:
            await store.close()

    if not config.store.exists():
        return {}
    with life_of(config.store, Holder.COMMAND):
        return asyncio.run(look())


def _config(asked: CommandContext) -> Config | None:
    """The settings; None where no home folder was made yet."""
    return asked.config if (asked.home / FILE).exists() else None


def _put(asked: CommandContext, config: Config | None, path: Path, box: Box) -> None:
    path.parent.mkdir(PRIVATE, parents=True, exist_ok=True)
    if not path.exists():
        keep_key(path, box.key)
    else:
        there = read_key(path)
        if there.id == box.id:
            print(asked.say(THERE.fill(id=box.id, path=path)))
            return
        _check_opens_nothing(config, path, there)
        kept = path.with_name(f"{path.name}{OLD}-{there.id}")
        place_key(kept, there.key)
        place_key(path, box.key)
        print(asked.say(KEPT.fill(path=kept)))
    print(asked.say(RESTORED.fill(id=box.id, path=path)))


def _check_opens_nothing(config: Config | None, path: Path, there: Box) -> None:
    try:
        found = {} if config is None else what_opens(config, there)
    except StoreError as error:
        raise RefusedError("trouble", NO_LOOK.fill(why=error.words)) from None
    if count := sum(fault is None for fault in found.values()):
        raise RefusedError("conflict", IN_USE.fill(id=there.id, path=path, count=count))
