"""A server whose hub updates it: a program for test_updated_service.py.

It is run by root in the machine that boot.sh boots, and writes down what came of each step. A hub
runs there too, from the sources of the test. Its file is no pex, but does what pex's tool does.
"""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

BASE, SOURCES, PACKAGES, SHARED = (Path(given) for given in sys.argv[1:])
PROGRAM, HUB, PLACE = Path("/srv/hub-program"), Path("/srv/hub"), Path("/opt/noroshi")
HOME = Path("/var/lib/noroshi")
PATIENCE = 90  # seconds; only a broken program takes so long
ENVIRONMENT = {
    "PATH": f"{os.environ['PATH']}:{BASE / 'bin'}",
    "LANG": "C.UTF-8",
    "HOME": "/root",
}
MAKES_AN_ENVIRONMENT = """
import pathlib, subprocess, sys
folder = sys.argv[-1]
subprocess.run([{python!r}, "-m", "venv", "--without-pip", folder], check=True)
(packages,) = pathlib.Path(folder).glob("lib/python3*/site-packages")
(packages / "noroshi.pth").write_text({paths!r})
"""
CALL = f"""
import json, pathlib, sys
from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
door = SocketClient(pathlib.Path("{HUB}/door.sock"))
try:
    print(json.dumps(door.call(sys.argv[1], **json.loads(sys.argv[2]))))
except RefusedError as refusal:
    print(json.dumps({{"refused": refusal.words.en}}))
"""
told = {}


def run(name, *argv):
    """A program's exit code and what it said, under a name."""
    done = subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, env=ENVIRONMENT, timeout=180
    )
    told[name] = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
    return done.stdout


def ask(op, **given):
    """What an operation of the hub answers."""
    argv = [PROGRAM / "bin" / "python", "-I", "-c", CALL, op, json.dumps(given)]
    done = subprocess.run(argv, capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    return json.loads(done.stdout) if done.stdout else {"refused": done.stderr}


def until(seen):
    end = time.monotonic() + PATIENCE
    while not seen() and time.monotonic() < end:
        time.sleep(0.2)
    return seen()


def make_file(sources, mark):
    """Another file of the same version."""
    with zipfile.ZipFile(HUB / "noroshi.pex", "w") as archive:
        archive.writestr(".deps/noroshi-0.1.0-py3-none-any.whl/noroshi", "")
        paths = f"{sources}\n{PACKAGES}\n"
        # The packages are those of one Python, which may not be the one that the script finds.
        text = MAKES_AN_ENVIRONMENT.format(python=sys.executable, paths=paths)
        archive.writestr("__main__.py", text)
        archive.writestr("mark", mark)


def prepare():
    for folder in BASE.parents:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o055)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", PROGRAM], check=True)
    (packages,) = PROGRAM.glob("lib/python3*/site-packages")
    (packages / "noroshi.pth").write_text(f"{SOURCES}\n{PACKAGES}\n")
    python = (PROGRAM / "bin" / "python", "-I", "-m", "noroshi.cli", "--home", HUB)
    run("hub made", *python, "init", "--name", "hub", "--no-manager")
    with (SHARED / "hub").open("wb") as log:
        subprocess.Popen([*python, "serve"], stdout=log, stderr=log, env=ENVIRONMENT)
    until((HUB / "door.sock").exists)
    ask("agents_listen", host="127.0.0.1", address="127.0.0.1", port=0)


def install():
    make_file(SOURCES, "first")
    invited = ask("agent_invite", updates=True, name="fs01")
    told["line"] = invited["install_line"]
    run("pasted", "sh", "-c", invited["install_line"].replace("sudo sh", "sh"))
    assert told["pasted"]["code"] == 0, told
    told["heard"] = until(lambda: not agent()["is_silent"])


def agent():
    rows = ask("agent_list")
    return rows[0] if isinstance(rows, list) and rows else {"is_silent": True}


def folders():
    """The names of what the links lead to."""
    return [(PLACE / name).readlink().name for name in ("current", "fallback")]


def record():
    file = PLACE / "update.json"
    return json.loads(file.read_text()) if file.exists() else {}


def runs():
    """The folder from which the service runs, and whose it is."""
    argv = ("systemctl", "show", "noroshi", "--value", "--property=MainPID")
    pid = subprocess.run(argv, capture_output=True, text=True).stdout.strip()
    if pid in ("", "0"):
        return []
    try:
        maps = Path(f"/proc/{pid}/environ").stat()
    except OSError:
        return []
    return [pwd.getpwuid(maps.st_uid).pw_name]


def update(name, sources):
    """Have the agent updated to another file, and wait until it is over."""
    before = folders()[0]
    make_file(sources, name)
    told[f"{name}: asked"] = until(begins)
    until(lambda: record().get("phase") in ("trial", "failed") or folders()[0] != before)
    told[f"{name}: begun"] = [record(), folders(), before]


def begins():
    """Whether the agent took the order, on a machine that may be too busy to hear it in time."""
    answer = ask("agent_update", agent="fs01")
    told.setdefault("answers", []).append(answer)
    return "version" in answer or "already" in answer["refused"]


def walk():
    prepare()
    install()
    told["first"] = folders()
    update("good", SOURCES)
    confirmed = HOME / "update" / "confirmed"
    told["good: confirmed"] = until(confirmed.exists)
    told["good: user"] = runs()
    run("restarted", "systemctl", "restart", "noroshi")
    told["good: stays"] = [record(), folders(), sorted(one.name for one in PLACE.iterdir())]
    until(lambda: not agent()["is_silent"])
    broken = Path("/srv/broken")
    shutil.copytree(SOURCES / "noroshi", broken / "noroshi")
    (broken / "noroshi" / "cli" / "handlers" / "serve.py").write_text("raise SystemExit(1)\n")
    update("bad", broken)
    until(lambda: record().get("phase") == "went-back" and runs())
    told["bad: back"] = [record(), folders()]
    told["bad: heard"] = until(lambda: (agent().get("update") or {}).get("is_failed"))
    told["bad: agent"] = agent()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
try:
    walk()
    told["the end"] = True
finally:
    journal = subprocess.run(["journalctl", "--no-pager"], capture_output=True, text=True)
    (SHARED / "journal").write_text(journal.stdout)
    (SHARED / "told.json").write_text(json.dumps(told))
