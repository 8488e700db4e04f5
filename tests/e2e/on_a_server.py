"""What an administrator does on a server that systemd runs: a program for test_service.py.

It is run by root in the machine that boot.sh boots, and writes down what came of each step. It
uses the standard library only, and Noroshi as it is installed there.
"""

import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

BASE, SOURCES, PACKAGES, SHARED = (Path(given) for given in sys.argv[1:])
CLOSED = Path("/srv/closed/noroshi")
PLACE = Path("/opt/狼煙 100% of it")
"""A place whose name systemd reads as something else unless it is quoted."""
HOME, DROP_IN = (
    Path("/var/lib/noroshi"),
    Path("/etc/systemd/system/noroshi.service.d/ours.conf"),
)
UNIT = Path("/etc/systemd/system/noroshi.service")
DEFINITIONS, OUTSIDE = Path("/srv/definitions"), Path("/srv/backups")
DISKS = '[[group]]\nname = "base"\n[[group.monitor]]\nname = "disks"\nkind = "disk"\n'
PATIENCE = 60  # seconds; only a broken program takes so long
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/root"}
UNITS = {
    "crashing.service": "[Unit]\nWants=other-hypervisor.service\n"
    "[Service]\nExecStart=/bin/false\n",
    "other-hypervisor.service": "[Unit]\nConditionPathExists=/no/such\n[Service]\n"
    "ExecStart=/bin/sleep 9\n[Install]\nWantedBy=multi-user.target\n",
    "failing.service": "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'exit 3'\n",
    "failing.timer": "[Timer]\nOnActiveSec=0\nAccuracySec=1s\n",
    "disabled.timer": "[Timer]\nOnCalendar=daily\nUnit=failing.service\n",
}
MEASURE = """
import asyncio, json
from datetime import UTC, datetime
from noroshi.checks import service, task
from noroshi.hosts.local import LocalHost, SharedParts
from noroshi.hosts.program_runner import ProgramRunner
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Clocks

async def measure():
    runner = ProgramRunner()
    clocks = Clocks(wall=lambda: datetime.now(UTC), steady=lambda: 0.0)
    host = LocalHost(ProgramRules(), clocks, shared_parts=SharedParts(program_runner=runner))
    names = ("noroshi", "no-such", "crash*")
    services = await service.run(service.Options(include=names), host, {})
    enabled = service.Options(include=("other-*",), state="by_start_type")
    left_out = await service.run(enabled, host, {})
    tasks = await task.run(task.Options(include=("*", "disabled")), host, {})
    await runner.close()
    readings = (*services.readings, *left_out.readings, *tasks.readings)
    print(json.dumps([(one.item, one.name, one.value, one.note.en) for one in readings]))

asyncio.run(measure())
"""
told = {}


def run(name, *argv, who=None):
    """A program's exit code and what it said, under a name."""
    before = ("runuser", "-u", who, "--") if who else ()
    done = subprocess.run(
        [*before, *map(str, argv)], capture_output=True, text=True, env=ENVIRONMENT, timeout=120
    )
    told[name] = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
    return done.stdout


def noroshi(name, *argv, who=None, place=PLACE):
    return run(name, place / "bin" / "python", "-I", "-m", "noroshi.cli", *argv, who=who)


def fact(name, value):
    told[name] = value


def shown(what):
    """What systemd says of the service."""
    argv = ("systemctl", "show", "noroshi", "--value", f"--property={what}")
    return subprocess.run(argv, capture_output=True, text=True).stdout.strip()


def has_failed(name):
    return subprocess.run(("systemctl", "is-failed", "--quiet", name)).returncode == 0


def until(seen):
    end = time.monotonic() + PATIENCE
    while not seen() and time.monotonic() < end:
        time.sleep(0.1)
    return seen()


def another_runs(pid):
    """Whether the service came up again by itself, as another process."""
    return until(
        lambda: shown("MainPID") not in {pid, "0"} and shown("ActiveState") == "active"
    )


def owned(path):
    """Owner and mode of a file."""
    found = path.lstat()
    return [pwd.getpwuid(found.st_uid).pw_name, f"{stat.S_IMODE(found.st_mode):04o}"]


def laid_out(place):
    """A virtual environment with Noroshi in it, as `pip install` would leave it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    (packages,) = place.glob("lib/python3*/site-packages")
    (packages / "noroshi.pth").write_text(f"{SOURCES}\n{PACKAGES}\n")


def systemctl(*argv):
    subprocess.run(("systemctl", *argv), check=True)


def dropped_in(text):
    DROP_IN.parent.mkdir(exist_ok=True)
    DROP_IN.write_text(text)
    systemctl("daemon-reload")


def prepare():
    for folder in BASE.parents:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o055)
    CLOSED.parent.mkdir(mode=0o700)
    laid_out(CLOSED)
    laid_out(PLACE)
    DEFINITIONS.joinpath("instances").mkdir(parents=True)
    DEFINITIONS.joinpath("instances", "web1.toml").write_text(DISKS)
    subprocess.run(("useradd", "member"), check=True)
    OUTSIDE.mkdir()
    OUTSIDE.chmod(0o777)


def install():
    noroshi("out of reach", "service", "install", place=CLOSED)
    noroshi("by nobody", "service", "install", who="nobody")
    noroshi("printed", "service", "install", "--print", "--lang", "ja")
    noroshi("installed", "service", "install", "--start", "--lang", "ja")
    noroshi("status", "service", "status")
    fact("settings", (HOME / "noroshi.toml").read_text())
    places = HOME, HOME / "key", Path("/run/noroshi"), Path("/run/noroshi/door.sock")
    fact("owners", {str(path): owned(path) for path in places})
    for what in ("Type", "WatchdogUSec", "NoNewPrivileges", "ProtectSystem", "User"):
        fact(what, shown(what))


def look():
    noroshi("a stranger looks", "status", who="member")
    noroshi("a stranger asks for the kinds", "kinds", who="member")
    subprocess.run(("usermod", "-aG", "noroshi", "member"), check=True)
    noroshi("a member looks", "status", who="member")
    noroshi("a member applies", "apply", DEFINITIONS, who="member")
    noroshi("applied", "apply", DEFINITIONS)
    noroshi("measured", "try", "disks", "--json")
    noroshi("backup", "backup", HOME / "backup.db")
    noroshi("backup elsewhere", "backup", OUTSIDE / "backup.db")


def watch_over_others():
    """Services and timers, as their monitors measure them."""
    for name, text in UNITS.items():
        UNIT.with_name(name).write_text(text)
    systemctl("daemon-reload")
    systemctl("enable", "--quiet", "other-hypervisor")
    systemctl("start", "crashing", "failing.timer")
    until(lambda: has_failed("failing") and has_failed("crashing"))
    run("services and timers", PLACE / "bin" / "python", "-I", "-c", MEASURE)
    systemctl("stop", "failing.timer")
    systemctl("disable", "--quiet", "other-hypervisor")
    for name in UNITS:
        UNIT.with_name(name).unlink()
    systemctl("daemon-reload")


def install_again():
    pid = shown("MainPID")
    noroshi("again", "service", "install", "--start")
    fact("the same process", pid == shown("MainPID"))
    ours = UNIT.read_text()
    UNIT.write_text(ours.replace("WatchdogSec=120", "WatchdogSec=0"))
    noroshi("edited", "service", "install")
    noroshi("status of edited", "service", "status")
    noroshi("not taken away", "service", "uninstall")
    noroshi("forced", "service", "install", "--force")
    fact("as before", UNIT.read_text() == ours)


def fall():
    """It is killed; it stands still."""
    dropped_in(f"[Service]\nReadWritePaths={OUTSIDE}\nRestartSec=100ms\nWatchdogSec=4\n")
    systemctl("restart", "noroshi")
    noroshi("backup where it may write", "backup", OUTSIDE / "backup.db")
    pid = shown("MainPID")
    systemctl("kill", "--signal=KILL", "noroshi")
    fact("up after a kill", another_runs(pid))
    noroshi("status after a kill", "service", "status")
    pid = shown("MainPID")
    systemctl("kill", "--signal=STOP", "--kill-whom=main", "noroshi")
    fact("up after it stood still", another_runs(pid))


def keep_the_key():
    """By root while no node runs, and then as systemd's credential."""
    systemctl("stop", "noroshi")
    noroshi("stopped for a member", "status", who="member")
    noroshi("rotated", "key", "rotate")
    fact("root's key", owned(HOME / "key"))
    sealed = "/etc/credstore.encrypted/noroshi.key"
    Path(sealed).parent.mkdir(exist_ok=True)
    run("sealed", "systemd-creds", "encrypt", "--name=noroshi.key", HOME / "key", sealed)
    systemctl("start", "noroshi")
    fact("the node's key", owned(HOME / "key"))
    noroshi("key in its file", "key", "check")
    dropped_in(f"[Service]\nLoadCredentialEncrypted=noroshi.key:{sealed}\n")
    (HOME / "key").unlink()
    systemctl("restart", "noroshi")
    noroshi("key by systemd", "key", "check")


def uninstall():
    run("journal", "journalctl", "-u", "noroshi", "-o", "cat", "--no-pager")
    noroshi("uninstalled", "service", "uninstall")
    fact("left", sorted(path.name for path in HOME.iterdir()))
    fact("still its user's", owned(HOME))
    fact("gone", not UNIT.exists() and not Path("/run/noroshi").exists())
    fact("enabled", shown("UnitFileState"))
    noroshi("uninstalled again", "service", "uninstall")
    noroshi("status of nothing", "service", "status")


def take_over():
    """A home folder that root had made before there was a service."""
    shutil.rmtree(HOME)
    noroshi("root's home", "init")
    noroshi("taken over", "service", "install", "--start")
    fact("all is the node's", {owned(path)[0] for path in HOME.iterdir()} == {"noroshi"})
    noroshi("status by root", "status")


def main():
    parts = (
        prepare,
        install,
        look,
        watch_over_others,
        install_again,
        fall,
        keep_the_key,
        uninstall,
        take_over,
    )
    for part in parts:
        began = time.monotonic()
        part()
        print(f"{part.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    fact("the end", value=True)


if __name__ == "__main__":
    try:
        main()
    finally:
        (SHARED / "told.json").write_text(json.dumps(told, ensure_ascii=False))
        journal = subprocess.run(("journalctl", "--no-pager"), capture_output=True).stdout
        (SHARED / "journal").write_bytes(journal)
