"""`noroshi backup`, `restore`, `check-store`: the store in another file, back from it, and whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.times import clock, span
from noroshi.config.config import Config
from noroshi.core.translation import Message, _, bilingual, ngettext
from noroshi.ports import StoreError

MIB = 1 << 20
BACKED_UP = ngettext(
    "Wrote {path} ({size} MiB, {waiting} waiting mail).",
    "Wrote {path} ({size} MiB, {waiting} waiting mails).",
    by="waiting",
)
KEY_ELSEWHERE = _(
    "Secrets in the backup are encrypted. It does NOT contain the key {key}: keep a copy of "
    "the key elsewhere, or they cannot be decrypted."
)
ITS_KEY_ELSEWHERE = _(
    "Secrets in the backup are encrypted. It does NOT contain the vault's key: keep a copy "
    "of the key elsewhere, or they cannot be decrypted."
)
ITS_STORE = _("The store of the node")
CANNOT_RESTORE = _("Nothing was restored: {why}")
RESTORED = ngettext(
    "Restored {store} from {path}: version {version}, {waiting} waiting mail.",
    "Restored {store} from {path}: version {version}, {waiting} waiting mails.",
    by="waiting",
)
AGE = _(
    "Its last record is of {seen}, {age} ago. Later events are not in it: a mail that was "
    "waiting then and has been accepted since is sent again, under the same Message-ID."
)
NEVER_RAN = _("No node has run on it yet.")
WERE_OUT = _(
    "{out} of them were being sent when the backup was made. It is not known whether they "
    "arrived; they are sent again under the same Message-ID."
)
HELD = ngettext(
    "{held} mail is held. Check it with noroshi queue list, release it with noroshi queue "
    "release ID.",
    "{held} mails are held. Check them with noroshi queue list, release them with noroshi "
    "queue release ID.",
    by="held",
)
HOLD_THEM = _(
    "To check them before they are sent, restore again with --hold before the node starts."
)
KEPT = _("The previous store is now {kept}.")
KEY_NEEDED = _(
    "There is no key at {key}. Restore the old computer's key (noroshi key restore FILE), "
    "unless systemd provides it. Without the key, you must sign in again."
)
WHOLE = _("{store} is intact.")
FAULTS = _("{store} is damaged:")


def backup(asked: CommandContext) -> int:
    """Have the running node write a backup; when none runs, do it here."""
    path = str(Path(asked.given.file).absolute())
    done = asked.call("backup", path=path)
    if asked.given.json:
        asked.print_json(done)
        return exits.DONE
    size = -(-done["size"] // MIB)
    print(asked.say(BACKED_UP.fill(path=path, size=size, waiting=done["waiting"])))
    config = asked.config_here
    print(asked.say(KEY_ELSEWHERE.fill(key=config.key) if config else ITS_KEY_ELSEWHERE))
    return exits.DONE


def restore(asked: CommandContext) -> int:
    """Put a backup in the store's place; refused while a node runs."""
    # Late: SQLite and all kinds of values are not needed by a command that asks a node.
    from noroshi.stores.sqlite.process_lock import Holder, life_of
    from noroshi.stores.sqlite.restore import restore as put_back

    config, path = asked.config, Path(asked.given.file)
    now = datetime.now(UTC)
    try:
        with life_of(config.store, Holder.COMMAND):
            done = put_back(path, config.store, now, hold=asked.given.hold)
    except StoreError as error:
        raise RefusedError("trouble", CANNOT_RESTORE.fill(why=error.words)) from None
    told = {"version": done.version, "waiting": done.waiting}
    lines = [RESTORED.fill(store=config.store, path=path, **told), _age(done.last_seen, now)]
    if done.out and not done.held:
        lines.append(WERE_OUT.fill(out=done.out))
    if done.held:
        lines.append(HELD.fill(held=done.held))
    elif done.waiting:
        lines.append(HOLD_THEM)
    if done.previous is not None:
        lines.append(KEPT.fill(kept=done.previous))
    print("\n".join(asked.say(words) for words in lines))
    return _say_what_opens(asked, config)


def _say_what_opens(asked: CommandContext, config: Config) -> int:
    """A store whose secrets nobody can open sends nothing: exit code 1."""
    from noroshi.cli.handlers.vault_key import say_what_opens, what_opens
    from noroshi.vault import VaultError, read_key

    if config.key.exists():
        try:
            return say_what_opens(asked, config, read_key(config.key))
        except VaultError as error:
            raise RefusedError("trouble", error.words) from None
    print(asked.say(KEY_NEEDED.fill(key=config.key)))
    return exits.TROUBLE if what_opens(config, None) else exits.DONE


def check_store(asked: CommandContext) -> int:
    """Look through the node's store, or through a file; exit code 1 if something is wrong."""
    if asked.given.file:
        name, found = asked.given.file, _faults_of(Path(asked.given.file))
    else:
        config = asked.config_here
        name = str(config.store) if config else asked.say(ITS_STORE)
        found = [bilingual(**told) for told in _told_of_store(asked)]
    if not found:
        print(asked.say(WHOLE.fill(store=name)))
        return exits.DONE
    print(
        "\n".join((asked.say(FAULTS.fill(store=name)), *(f"  {asked.say(w)}" for w in found)))
    )
    return exits.TROUBLE


def _told_of_store(asked: CommandContext) -> list[Mapping[str, str]]:
    """A store that cannot be opened here is as ill as a damaged one."""
    try:
        told: list[Mapping[str, str]] = asked.call("check_store")
    except RefusedError as error:
        if asked.running or error.kind != "no node":
            raise
        raise RefusedError("trouble", error.words) from None
    return told


def _faults_of(path: Path) -> list[Message]:
    from noroshi.stores.sqlite.restore import faults_of

    try:
        return faults_of(path)
    except StoreError as error:
        raise RefusedError("trouble", error.words) from None


def _age(seen: datetime | None, now: datetime) -> Message:
    if seen is None:
        return NEVER_RAN
    return AGE.fill(seen=clock(seen.isoformat(), now), age=span(abs(now - seen)))
