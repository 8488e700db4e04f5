"""`noroshi backup`, `restore`, `check-store`: the store in another file, back from it, and whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.times import clock, span
from noroshi.config.config import Config
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, ngettext, pgettext
from noroshi.operations import node_operations
from noroshi.operations.node_answers import BackedUp
from noroshi.ports import StoreError

if TYPE_CHECKING:
    from noroshi.stores.store_rules import RestoreReport

MIB = 1 << 20
BACKED_UP = ngettext(
    "Wrote {path} ({size} MiB, {waiting} waiting message).",
    "Wrote {path} ({size} MiB, {waiting} waiting messages).",
    by="waiting",
)
KEY_ELSEWHERE = _(
    "Secrets in the backup are encrypted. The backup does NOT contain the key {key}: keep a "
    "copy of the key elsewhere, or the secrets cannot be decrypted."
)
ITS_KEY_ELSEWHERE = _(
    "Secrets in the backup are encrypted. The backup does NOT contain the vault's key: keep "
    "a copy of the key elsewhere, or the secrets cannot be decrypted."
)
ITS_STORE = _("The store of the node")
CANNOT_RESTORE = _("Nothing was restored: {why}")
RESTORED = ngettext(
    "Restored {store} from {path}: definitions version {version}, {waiting} waiting message.",
    "Restored {store} from {path}: definitions version {version}, {waiting} waiting messages.",
    by="waiting",
)
READY = ngettext(
    "{store} is intact and ready: definitions version {version}, {waiting} waiting message.",
    "{store} is intact and ready: definitions version {version}, {waiting} waiting messages.",
    by="waiting",
)
NO_DATABASE = with_commands(
    _("The store is a file. To restore a backup: {command}"),
    command=CommandText("restore", pgettext("command", "FILE")),
)
NOT_READY = _("Nothing was changed: {why}")
HOLD_THEM_NEXT = with_commands(
    _("To check them before they are sent, run this before the node starts: {command}"),
    command=CommandText("store restored", "--hold"),
)
AGE = _(
    "The last record in the backup is from {seen}, {age} ago. Later events are not in the "
    "backup: a message that was waiting then and has been accepted since is sent again, "
    "under the same Message-ID."
)
NEVER_RAN = _("No node has run on this store yet.")
WERE_OUT = _(
    "Messages being sent when the backup was made: {out}. It is not known whether they "
    "arrived; they are sent again under the same Message-ID."
)
HELD = with_commands(
    ngettext(
        "{held} message is held. Check it with {queue_list}, release it with {queue_release}.",
        "{held} messages are held. Check them with {queue_list}, release them with "
        "{queue_release}.",
        by="held",
    ),
    queue_list=CommandText("queue list"),
    queue_release=CommandText("queue release", "ID"),
)
HOLD_THEM = _(
    "To check them before they are sent, restore again with --hold before the node starts."
)
KEPT = _("The previous store is now {kept}.")
KEY_NEEDED = with_commands(
    _(
        "There is no key at {key}. Restore the old computer's key ({command}), unless systemd "
        "provides it. Without the key, you must sign in again."
    ),
    command=CommandText("key restore", pgettext("command", "FILE")),
)
WITH_ITS_OWN_TOOLS = with_commands(
    _(
        "the store is a PostgreSQL database ({place}). Restore it while no node runs, into an "
        "empty database, and make it ready before a node starts:\n"
        "  pg_restore --exit-on-error --no-owner --dbname {database} FILE\n"
        "  {store_restored}"
    ),
    store_restored=CommandText("store restored"),
)
WHOLE = _("{store} is intact.")
FAULTS = _("{store} is damaged:")


def store_name(config: Config) -> str:
    """Return the name of a store as people are told it: its file, or its database."""
    return str(config.store) if config.database is None else config.database.place


def backup(context: CommandContext) -> int:
    """Have the running node write a backup; when none runs, do it here."""
    path = str(Path(context.args.file).absolute())
    answer = context.ask(node_operations.BACKUP, BackedUp, path=path)
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    size = -(-answer.size // MIB)
    print(context.say(BACKED_UP.fill(path=path, size=size, waiting=answer.waiting)))
    config = context.config_here
    print(context.say(KEY_ELSEWHERE.fill(key=config.key) if config else ITS_KEY_ELSEWHERE))
    return exits.DONE


def restore(context: CommandContext) -> int:
    """Put a backup in the store's place; refused while a node runs."""
    # Late: SQLite and all kinds of values are not needed by a command that asks a node.
    from noroshi.stores.sqlite.process_lock import Holder, life_of
    from noroshi.stores.sqlite.restore import restore as put_back

    config, path = context.config, Path(context.args.file)
    if (database := config.database) is not None:
        instructions = WITH_ITS_OWN_TOOLS.fill(place=database.place, database=database.name)
        raise RefusedError("conflict", CANNOT_RESTORE.fill(why=instructions))
    now = datetime.now(UTC)
    try:
        with life_of(config.store, Holder.COMMAND):
            result = put_back(path, config.store, now, hold=context.args.hold)
    except StoreError as error:
        raise RefusedError("trouble", CANNOT_RESTORE.fill(why=error.words)) from None
    counts = {"version": result.version, "waiting": result.waiting_count}
    head = RESTORED.fill(store=config.store, path=path, **counts)
    lines = [head, *_outcome(result, now, HOLD_THEM)]
    if result.previous_store is not None:
        lines.append(KEPT.fill(kept=result.previous_store))
    print("\n".join(context.say(words) for words in lines))
    return _report_decryption(context, config)


def restored(context: CommandContext) -> int:
    """Prepare a database that `pg_restore` wrote for a start; refused while a node runs."""
    import asyncio

    from noroshi.stores.postgres.dump_restore import prepare_restored
    from noroshi.stores.sqlite.process_lock import Holder, life_of

    config, now = context.config, datetime.now(UTC)
    if config.database is None:
        raise RefusedError("conflict", NO_DATABASE)
    try:
        with life_of(config.store, Holder.COMMAND):
            result = asyncio.run(prepare_restored(config.database, now, hold=context.args.hold))
    except StoreError as error:
        raise RefusedError("trouble", NOT_READY.fill(why=error.words)) from None
    counts = {"version": result.version, "waiting": result.waiting_count}
    head = READY.fill(store=config.database.place, **counts)
    lines = [head, *_outcome(result, now, HOLD_THEM_NEXT)]
    print("\n".join(context.say(words) for words in lines))
    return _report_decryption(context, config)


def _outcome(result: RestoreReport, now: datetime, hold_them: Message) -> list[Message]:
    """Return what to know of a store that came back before its node starts."""
    lines = [_age(result.last_seen, now)]
    if result.out_count and not result.held_count:
        lines.append(WERE_OUT.fill(out=result.out_count))
    if result.held_count:
        lines.append(HELD.fill(held=result.held_count))
    elif result.waiting_count:
        lines.append(hold_them)
    return lines


def _report_decryption(context: CommandContext, config: Config) -> int:
    """Report which secrets the key opens: a store whose secrets nobody can open sends nothing
    (exit code 1)."""
    from noroshi.cli.handlers.vault_key import decryption_faults, report_decryption
    from noroshi.vault import VaultError, read_key

    if config.key.exists():
        try:
            return report_decryption(context, config, read_key(config.key))
        except VaultError as error:
            raise RefusedError("trouble", error.words) from None
    print(context.say(KEY_NEEDED.fill(key=config.key)))
    return exits.TROUBLE if decryption_faults(config, None) else exits.DONE


def check_store(context: CommandContext) -> int:
    """Look through the node's store, or through a file; exit code 1 if something is wrong."""
    if context.args.file:
        name, faults = context.args.file, _faults_of(Path(context.args.file))
    else:
        config = context.config_here
        name = store_name(config) if config else context.say(ITS_STORE)
        faults = _store_faults(context)
    if not faults:
        print(context.say(WHOLE.fill(store=name)))
        return exits.DONE
    print(
        "\n".join(
            (context.say(FAULTS.fill(store=name)), *(f"  {context.say(w)}" for w in faults))
        )
    )
    return exits.TROUBLE


def _store_faults(context: CommandContext) -> Sequence[Message]:
    """Return the faults of the node's store: one that cannot be opened here is as ill as a
    damaged one."""
    try:
        return context.ask(node_operations.CHECK_STORE, tuple[Message, ...])
    except RefusedError as error:
        if context.is_node_running or error.kind != "no node":
            raise
        raise RefusedError("trouble", error.words) from None


def _faults_of(path: Path) -> Sequence[Message]:
    from noroshi.stores.sqlite.restore import faults_of

    try:
        return faults_of(path)
    except StoreError as error:
        raise RefusedError("trouble", error.words) from None


def _age(last_record: datetime | None, now: datetime) -> Message:
    if last_record is None:
        return NEVER_RAN
    return AGE.fill(seen=clock(last_record, now), age=span(abs(now - last_record)))
