"""`noroshi service status`: whether the service is installed and runs, and where things are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.systemd_service import NOT_INSTALLED, difference, settings
from noroshi.cli.output.tables import table
from noroshi.cli.paths import DOOR, DROP_INS, HOME, NAME, UNIT_FILE, USER
from noroshi.cli.systemd.install import Found
from noroshi.cli.systemd.state import found, shown
from noroshi.core.words import Words, plain

UNIT, ENABLED = Words(en="unit", ja="ユニット"), Words(en="at boot", ja="自動起動")
STATE, SINCE = Words(en="state", ja="状態"), Words(en="since", ja="開始")
HOME_FOLDER = Words(en="home folder", ja="ホームフォルダー")
THE_DOOR, LOG = Words(en="door", ja="ドア"), Words(en="log", ja="ログ")
AS_WRITTEN = Words(en="as this version writes it", ja="このバージョンのまま")
OLDER = Words(
    en="of a Noroshi of another version or place; `noroshi service install` renews it",
    ja="別のバージョンか別の場所の Noroshi のもの。`noroshi service install` で更新します",
)
EDITED = Words(en="changed by somebody, see below", ja="書き換えられています (下を参照)")
WITH_DROP_INS = Words(en="{how}; with {names}", ja="{how}。追加の設定 {names}")
RAN = Words(
    en="{at}, process {pid}, started anew {times:time|times}",
    ja="{at}、プロセス {pid}、再起動 {times}回",
)
STRANGERS = Words(
    en="Something in {home} does not belong to the user {user}, so the service may fail on it; "
    "`noroshi service install` mends that.",
    ja="{home} の中に、所有者が {user} でないものがあり、サービスが失敗するおそれがあります。"
    "`noroshi service install` で直ります。",
)


def status(asked: CommandContext) -> int:
    """Whether it is installed, runs and since when; exit code 1 unless it runs."""
    there = found(asked)
    if there.unit is None:
        print(asked.say(NOT_INSTALLED))
        return exits.TROUBLE
    said = shown()
    rows = [(asked.say(name), asked.say(words)) for name, words in _rows(there, said)]
    print("\n".join(table(rows)))
    if there.strangers:
        print(asked.say(STRANGERS.fill(home=HOME, user=USER)))
    if there.unit != there.wanted:
        print(difference(UNIT_FILE, there.unit, there.wanted))
    return exits.DONE if said.get("ActiveState") == "active" else exits.TROUBLE


def _rows(there: Found, said: Mapping[str, str]) -> list[tuple[Words, Words]]:
    state = f"{said.get('ActiveState') or '?'} ({said.get('SubState') or '?'})"
    rows = [
        (UNIT, plain(UNIT_FILE)),
        (plain(""), _kind(there)),
        (ENABLED, plain(said.get("UnitFileState") or "?")),
        (STATE, plain(state)),
    ]
    if said.get("ActiveState") == "active":
        at, pid = said.get("ActiveEnterTimestamp", ""), said.get("MainPID", "")
        rows.append((SINCE, RAN.fill(at=at, pid=pid, times=said.get("NRestarts", "?"))))
    return [*rows, *_places()]


def _kind(there: Found) -> Words:
    """Whose text the unit is, and what is added to it."""
    changed = any(path == UNIT_FILE for path, _, _ in there.changed())
    how = EDITED if changed else AS_WRITTEN if there.unit == there.wanted else OLDER
    drop_ins = sorted(map(str, Path(DROP_INS).glob("*.conf")))
    return WITH_DROP_INS.fill(how=how, names=", ".join(drop_ins)) if drop_ins else how


def _places() -> list[tuple[Words, Words]]:
    """Folder, door and log, as its settings say where they may be read."""
    config, log = settings(), f"journalctl -u {NAME}"
    door = str(config.door) if config else DOOR
    if config and config.log == "file":
        log = f"{HOME}/noroshi.log"
    return [(HOME_FOLDER, plain(HOME)), (THE_DOOR, plain(door)), (LOG, plain(log))]
