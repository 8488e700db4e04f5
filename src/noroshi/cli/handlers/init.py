"""`noroshi init`: a home folder with settings, key and an empty store. It overwrites nothing.

Nothing else makes a store: one that is missing was lost, and a start must not take it for new.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from noroshi.app.composition import open_service
from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.paths import DOOR, GROUP, HOME
from noroshi.config.config import Config, read_config, sample
from noroshi.config.settings_file import FILE, ConfigError
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, pgettext
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreError
from noroshi.stores.sqlite.presence import is_blank, is_lost, lay_aside
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.system.owners import close_to_others, make_private_folder
from noroshi.vault import make_key

TAKEN = _("{home} is already a home folder ({file} exists). Nothing was changed.")
CANNOT_MAKE = _("Cannot create {home}: {why}. Choose another folder with --home.")
LOST = with_commands(
    _(
        "{home}: the store {store} is missing or empty, but other files that belong to it exist. "
        "Nothing was changed. Put the store back, or restore a backup ({restore}). To start with "
        "an empty store and keep settings and key: {init}"
    ),
    restore=CommandText("restore", pgettext("command", "FILE")),
    init=CommandText("init", "--new-store"),
)
STORE_THERE = _("A store already exists: {store}. Nothing was changed.")
NEW_STORE = with_commands(
    _(
        "Created an empty store: {store}. Any remaining files of the old store are kept next to "
        "the new one. Apply the definitions ({command}) and sign in again."
    ),
    command=CommandText("apply", pgettext("command", "DIR")),
)
MADE_HERE = _("Created {home}: settings ({file}) and store.")
UNNAMED, NOBODYS = "node", ("localhost", "localhost4", "localhost6")
"""The node's name where the computer has none of its own, and the host names that count as
none."""
LONGEST = 63
if sys.platform == "win32":
    RUN_AS_A_SERVICE = _("To run the node as a Windows service with its own account: {command}")
else:
    RUN_AS_A_SERVICE = _("To run the node in systemd with its own user: {command}")
AS_A_SERVICE = with_commands(RUN_AS_A_SERVICE, command=CommandText("service install"))
KEY_MADE = _(
    "Created the vault's key, {key}. Without this key, no secret can be decrypted: keep a "
    "copy elsewhere."
)
KEY_KEPT = _("Kept the existing key, {key}.")
KEY_AWAY = _("A store already exists ({store}), but no key: put the old key back as {key}.")
MADE = with_commands(
    _(
        "Created {home}: settings ({file}) and store.\n"
        "\n"
        "Next, start the node. It prints the address of its manager and a one-time code. In the "
        "browser, the\n"
        "manager then guides you through setup until you receive a test alarm:\n"
        "  {serve}\n"
        "\n"
        "Or without a browser, while the node runs:\n"
        "  {apply}            apply definitions\n"
        "  {setup_microsoft365}   set up sending through Microsoft 365, with a test message\n"
        "\n"
        "To try Noroshi first, without a Microsoft 365 tenant: noroshi demo"
    ),
    serve=CommandText("serve"),
    apply=CommandText("apply", pgettext("command", "DIR")),
    setup_microsoft365=CommandText("setup microsoft365"),
)


def init(context: CommandContext) -> int:
    """Make the home folder; refused if there is one, unless a lost store is to be made anew."""
    home = context.home
    if (home / FILE).exists():
        return _store_alone(context)
    settings: dict[str, str | bool] = {}
    if context.args.service:
        settings |= {"door": DOOR, "door_group": GROUP}
    if context.args.no_manager:
        settings["web"] = False
    name = context.args.name or name_of(socket.gethostname())
    create_home(context, name, settings, new_store=context.args.new_store)
    print(context.say((MADE_HERE if context.args.service else MADE).fill(home=home, file=FILE)))
    if home == Path(HOME) and not context.args.service:
        print(context.say(AS_A_SERVICE))
    return exits.DONE


def create_home(
    context: CommandContext,
    name: str,
    settings: Mapping[str, str | bool],
    *,
    new_store: bool = False,
) -> None:
    """Make the home folder of a node of that name, with these settings, and say what is to be said
    of the key. Raises RefusedError."""
    home = context.home
    try:
        _make_folder(home)
        config = _settings(home, {"name": name, **settings})
        _require_no_lost_store(config, new_store=new_store)
        print(context.say(_create_key_and_store(config)))
    except FileExistsError:
        raise RefusedError("conflict", TAKEN.fill(home=home, file=FILE)) from None
    except (OSError, StoreError) as error:
        raise RefusedError(
            "trouble", CANNOT_MAKE.fill(home=home, why=cause_text(error))
        ) from None


def _store_alone(context: CommandContext) -> int:
    """Make a new store in a home folder that is there, if that was asked for and the old one is
    lost."""
    config = context.config
    if config.database is not None:
        raise RefusedError("conflict", TAKEN.fill(home=context.home, file=FILE))
    if config.store.exists() and not is_blank(config.store):
        words = STORE_THERE.fill(store=config.store) if context.args.new_store else TAKEN
        raise RefusedError("conflict", words.fill(home=context.home, file=FILE))
    if not context.args.new_store:
        raise RefusedError("conflict", LOST.fill(home=context.home, store=config.store))
    try:
        lay_aside(config.store, datetime.now(UTC))
        print(context.say(_key(config)))
        asyncio.run(_store(config))
    except (OSError, StoreError) as error:
        raise RefusedError(
            "trouble", CANNOT_MAKE.fill(home=context.home, why=cause_text(error))
        ) from None
    print(context.say(NEW_STORE.fill(store=config.store)))
    return exits.DONE


def _require_no_lost_store(config: Config, *, new_store: bool) -> None:
    """Refuse to make a store where one was lost, unless it was asked for."""
    if not is_lost(config.store):
        return
    if new_store:
        lay_aside(config.store, datetime.now(UTC))
        return
    (config.home / FILE).unlink()
    raise RefusedError("conflict", LOST.fill(home=config.home, store=config.store))


def name_of(host: str) -> str:
    """Return a node name made from the host name: without the domain, and only the characters
    that a name may have."""
    label = re.sub(r"[^A-Za-z0-9_-]+", "-", host.partition(".")[0]).strip("-_")[:LONGEST]
    return label if label and label.lower() not in NOBODYS else UNNAMED


def _make_folder(home: Path) -> None:
    """Make the folder, for the owner alone; an existing folder keeps its mode if it has
    files."""
    home.parent.mkdir(parents=True, exist_ok=True)
    try:
        make_private_folder(home)
    except FileExistsError:
        if not home.is_dir():
            raise NotADirectoryError(20, "is a file") from None
        if not any(home.iterdir()):
            close_to_others(home)


def _settings(home: Path, chosen_settings: Mapping[str, str | bool]) -> Config:
    """Raises FileExistsError, by which we know that this home is taken."""
    file = home / FILE
    with file.open("x", encoding="utf-8") as settings:
        settings.write(sample(**chosen_settings))
    close_to_others(file)
    try:
        return read_config(home, os.environ)
    except ConfigError:  # a name that is none: leave nothing in the way of the next try
        file.unlink()
        raise


def _create_key_and_store(config: Config) -> Message:
    """Create key and store, and return what is to be said of the key."""
    try:
        words = _key(config)
        asyncio.run(_store(config))
    except (OSError, StoreError):
        (config.home / FILE).unlink()  # half a home must not stand in the way of the next try
        raise
    return words


def _key(config: Config) -> Message:
    """Make a key, unless there is one, or a store that a new one could open nothing in; say
    which."""
    if config.key.exists():
        return KEY_KEPT.fill(key=config.key)
    if config.store.exists():
        return KEY_AWAY.fill(store=config.store, key=config.key)
    make_key(config.key)
    return KEY_MADE.fill(key=config.key)


async def _store(config: Config) -> None:
    async with open_service(config, SqliteStore.open):
        pass
