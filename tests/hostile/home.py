"""A real node that is given what lies in data/hostile."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from noroshi.cli.clients.socket import SocketClient
from tests.e2e.world import Home
from tests.hosts.folder import Sleeper

HOSTILE = Path(__file__).parents[1] / "data" / "hostile"
REFUSED = sorted(path.name for path in (HOSTILE / "refused").iterdir())


def put_programs(folder: Path) -> Path:
    """The hostile programs in a folder whose programs may run; one more in one open to all,
    and a link to what lies elsewhere."""
    programs = folder / "programs"
    shutil.copytree(HOSTILE / "bounded" / "programs", programs)
    open_to_all = programs / "open"
    open_to_all.mkdir()
    shutil.copy(programs / "forks.sh", open_to_all / "fine.sh")
    open_to_all.chmod(0o777)
    (programs / "link.sh").symlink_to("/usr/bin/env")
    return programs


def lay(case: Path, into: Path, programs: Path, sleeper: Sleeper) -> Path:
    """A folder of definitions: the case over the base, with the places filled in."""
    shutil.copytree(HOSTILE / "base", into)
    shutil.copytree(case, into, dirs_exist_ok=True)
    for file in into.rglob("*.toml"):
        text = file.read_text(encoding="utf-8").replace("PROGRAMS", str(programs))
        file.write_text(
            text.replace("MARK", sleeper.command.partition(" ")[2]), encoding="utf-8"
        )
    return into


def allow(home: Path, programs: Path) -> None:
    """Let the node run what lies in this folder."""
    with (home / "noroshi.toml").open("a", encoding="utf-8") as file:
        file.write(f'\nprograms = ["{programs}"]\n')


def words_of(home: Home) -> dict[str, str]:
    """What the node says of each monitor that it has measured."""
    status = json.loads(home.run("status", "--all", "--json").stdout)
    return {
        monitor["path"].rpartition("/")[2]: monitor["items"][0]["words"]["en"]
        for monitor in status["monitors"]
        if monitor["known"] and monitor["items"]
    }


def levels_seen(home: Home, name: str) -> set[str]:
    """Each level that a monitor of the logs has gone to."""
    told = SocketClient(home.folder / "door.sock").call("log", monitor=f"web1/logs/{name}")
    return {event["after"] for event in told["events"]}
