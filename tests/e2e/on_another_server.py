"""What an administrator does on a server without Noroshi: a program for test_other_server.py.

It is run by root in the machine that boot.sh boots, and writes down what came of each step. A hub
runs there too, from the sources of the test; the server gets its Noroshi from the hub alone.
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

BASE, SOURCES, PACKAGES, FILES, SHARED = (Path(given) for given in sys.argv[1:])
PLACE, HUB = Path("/srv/hub-program"), Path("/srv/hub")
HOME = Path("/var/lib/noroshi")
PATIENCE = 60  # seconds; only a broken program takes so long
ENVIRONMENT = {
    "PATH": f"{os.environ['PATH']}:{BASE / 'bin'}",
    "LANG": "C.UTF-8",
    "HOME": "/root",
}
SECRET = "5e" * 16
INVITE = f"""
import asyncio, datetime, pathlib
from noroshi.core.agents import Invitation
from noroshi.link.join_code import JoinCode
from noroshi.stores.sqlite.store import SqliteStore
now = datetime.datetime.now(datetime.UTC)
made = Invitation(
    id="i1", hash=JoinCode(bytes.fromhex("{SECRET}"), bytes(32)).secret_hash, creator="aki",
    created_at=now, expires_at=now + datetime.timedelta(hours=1),
)
async def put():
    store = SqliteStore.reopen(pathlib.Path("{HUB}/noroshi.db"))
    await store.put_invitation(made)
    await store.close()
asyncio.run(put())
"""
LISTEN = f"""
import pathlib
from noroshi.cli.clients.socket import SocketClient
from noroshi.link.install_line import InstallSource, curl_line
from noroshi.link.join_code import JoinCode
door = SocketClient(pathlib.Path("{HUB}/door.sock"))
told = door.call("agents_listen", host="127.0.0.1", address="127.0.0.1", port=0)
code = JoinCode(bytes.fromhex("{SECRET}"), bytes.fromhex(told["pin"]))
source = InstallSource(host="127.0.0.1", port=told["port"], certificate=b"")
print(curl_line(source, code).replace("sudo sh", "sh"))
"""
told = {}


def run(name, *argv):
    """A program's exit code and what it said, under a name."""
    done = subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, env=ENVIRONMENT, timeout=180
    )
    told[name] = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
    return done.stdout


def hub(name, *argv):
    return run(name, PLACE / "bin" / "python", "-I", *argv)


def shown(what):
    """What systemd says of the service."""
    argv = ("systemctl", "show", "noroshi", "--value", f"--property={what}")
    return subprocess.run(argv, capture_output=True, text=True).stdout.strip()


def until(seen):
    end = time.monotonic() + PATIENCE
    while not seen() and time.monotonic() < end:
        time.sleep(0.1)
    return seen()


def prepare():
    for folder in BASE.parents:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o055)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", PLACE], check=True)
    (packages,) = PLACE.glob("lib/python3*/site-packages")
    (packages / "noroshi.pth").write_text(f"{SOURCES}\n{PACKAGES}\n")


def start_hub():
    hub("hub made", "-m", "noroshi.cli", "--home", HUB, "init", "--name", "hub", "--no-manager")
    hub("invited", "-c", INVITE)
    shutil.copy(FILES / "noroshi.pex", HUB)
    argv = [PLACE / "bin" / "python", "-I", "-m", "noroshi.cli", "--home", HUB, "serve"]
    with (SHARED / "hub").open("wb") as log:
        subprocess.Popen(argv, stdout=log, stderr=log, env=ENVIRONMENT)
    until((HUB / "door.sock").exists)
    return hub("listening", "-c", LISTEN).strip()


def install(line):
    told["line"] = line
    run("pasted", "sh", "-c", line)
    told["active"], told["user"] = shown("ActiveState"), shown("User")
    told["program"] = shown("ExecStart")
    settings = HOME / "noroshi.toml"
    told["settings"] = settings.read_text() if settings.exists() else ""
    told["owner"] = pwd.getpwuid(HOME.stat().st_uid).pw_name if HOME.exists() else ""
    listeners = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True).stdout
    pid = shown("MainPID")
    told["listens"] = [one for one in listeners.splitlines() if f"pid={pid}," in one]
    if told["pasted"]["code"] == 0:
        until(lambda: "connected" in run("hub of it", "noroshi", "hub", "--lang", "en"))
    run("again", "sh", "-c", line)
    hub("audit", "-m", "noroshi.cli", "--home", HUB, "audit", "--json")


def walk():
    prepare()
    install(start_hub())
    told["files"] = sorted(one.name for one in Path("/opt/noroshi").iterdir())


try:
    walk()
    told["the end"] = True
finally:
    journal = subprocess.run(["journalctl", "--no-pager"], capture_output=True, text=True)
    (SHARED / "journal").write_text(journal.stdout)
    (SHARED / "told.json").write_text(json.dumps(told))
