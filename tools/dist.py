"""Build what is installed elsewhere: `tools/dist.py [FOLDER]`, into dist/ by default.

The wheel, and one self-contained file for Linux on x86-64 that holds the wheel and all that it needs,
for each CPython that it supports. The same sources give the same bytes. SHA256SUMS has the hashes.

The packages are those of requirements.lock, checked by their hashes. They are fetched as wheels for
all versions of Python, also those that are not installed here.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.tags import compatible_tags, cpython_tags

ROOT = Path(__file__).parent.parent
CACHE = ROOT / "build" / "wheels"
"""A folder for each lock: pex would take a package of an earlier one, too."""
LOCK = ROOT / "requirements.lock"
PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
GLIBC = range(28, 4, -1)
"""glibc 2.28 and newer: Debian 10, Ubuntu 20.04, RHEL 8. A wheel for an older one runs there too."""
FILE, SUMS = "noroshi.pex", "SHA256SUMS"
EPOCH = "315532800"
"""1980-01-01, the first instant that a zip file can hold."""


def platforms() -> Iterator[str]:
    """Yield the platforms whose wheels run on Linux with glibc 2.28, the newest first."""
    for minor in GLIBC:
        yield f"manylinux_2_{minor}_x86_64"
        yield from {17: ["manylinux2014_x86_64"], 12: ["manylinux2010_x86_64"]}.get(minor, [])
        yield from {5: ["manylinux1_x86_64"]}.get(minor, [])
    yield "linux_x86_64"


def complete_platform(python: tuple[int, int]) -> dict[str, object]:
    """Describe a CPython on Linux as pex wants it: its markers, and the tags of wheels that fit."""
    major, minor = python
    names = list(platforms())
    tags = [
        *cpython_tags(python, platforms=names),
        *compatible_tags(python, f"cp{major}{minor}", names),
    ]
    return {
        "marker_environment": {
            "implementation_name": "cpython",
            "implementation_version": f"{major}.{minor}.0",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{major}.{minor}.0",
            "python_version": f"{major}.{minor}",
            "sys_platform": "linux",
        },
        "compatible_tags": [str(tag) for tag in tags],
    }


def fetch(python: tuple[int, int], folder: Path) -> None:
    """Fetch the wheels of the lock for one version of Python; those that are there stay."""
    names = [name for platform in platforms() for name in ("--platform", platform)]
    run(
        [*pip("download"), "--no-deps", "--only-binary=:all:", "--require-hashes"],
        ["--implementation=cp", f"--python-version={python[0]}.{python[1]}", *names],
        [f"--dest={folder}", f"--requirement={LOCK}"],
    )


def build_wheel(folder: Path) -> Path:
    """Build Noroshi's wheel into a folder."""
    for old_wheel in folder.glob("noroshi-*.whl"):
        old_wheel.unlink()
    run([sys.executable, "-m", "hatchling", "build", "--target=wheel", f"--directory={folder}"])
    (wheel,) = folder.glob("noroshi-*.whl")
    return wheel


def build_pex(wheel: Path, wheels: Path, file: Path) -> None:
    """Build the self-contained file. It makes itself a virtual environment where it is started, so
    that each program that Noroshi starts finds the same packages."""
    options = list[str]()
    for python in PYTHONS:
        description = wheels / f"cp{python[0]}{python[1]}.json"
        description.write_text(json.dumps(complete_platform(python)))
        options += [f"--complete-platform={description}"]
    run(
        [sys.executable, "-m", "pex", "noroshi", "--script=noroshi", f"--output-file={file}"],
        [f"--pre-resolved-dists={wheels}", f"--pre-resolved-dists={wheel.parent}", *options],
        ["--venv=prepend", "--include-tools", "--no-compile"],
        ["--python-shebang=/usr/bin/env python3", "--disable-cache"],
    )


def write_sums(folder: Path, files: Sequence[Path]) -> None:
    """Write the hashes of files as sha256sum does."""
    lines = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files]
    (folder / SUMS).write_text("".join(lines))


def pip(command: str) -> list[str]:
    """Return the beginning of a command of pip that says nothing but what is wrong."""
    return [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check"]


def run(*argv: Sequence[str]) -> None:
    """Run a program with arguments that are given in groups; end with it if it fails."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
    subprocess.run(
        [one for group in argv for one in group], check=True, env=environment, cwd=ROOT
    )


def main() -> int:
    folder = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else ROOT / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    wheels = CACHE / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    wheels.mkdir(parents=True, exist_ok=True)
    for python in PYTHONS:
        print(f"Fetching the packages for Python {python[0]}.{python[1]}", file=sys.stderr)
        fetch(python, wheels)
    print(f"Building {folder / FILE}", file=sys.stderr)
    wheel = build_wheel(folder)
    build_pex(wheel, wheels, folder / FILE)
    write_sums(folder, [wheel, folder / FILE])
    print((folder / SUMS).read_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
