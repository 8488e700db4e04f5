"""Build the installer for Windows, x64: `make windows`, or tools/windows_installer.py [OPTION …].

It holds a CPython for Windows, the packages of requirements.lock as wheels for Windows, checked by
their hashes, and Noroshi's wheel, all compiled by that very Python (under Wine). The interpreter is
python.org's embeddable zip, given by path and hash. Without one it is the copy that the tests use,
and the installer calls itself a test build.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools import wine
from tools.dist import build_wheel

ROOT = wine.ROOT
LOCK = ROOT / "requirements.lock"
SCRIPT = ROOT / "tools" / "installer" / "noroshi.nsi"
WORK = ROOT / "build" / "windows"
BUILD_FILE = "noroshi-build.txt"
PACKAGES = "Lib/site-packages"
TITLE, TEST_TITLE = "Noroshi", "Noroshi (test build)"
NOT_SHIPPED = (
    *("Lib/ensurepip", "Lib/idlelib", "Lib/tkinter", "Lib/turtledemo", "Lib/test", "Lib/venv"),
    *("Lib/pydoc_data", "Scripts", "include", "libs", "tcl", "DLLs/_tkinter.pyd"),
    *("DLLs/tcl86t.dll", "DLLs/tk86t.dll"),
)
"""Of the tests' copy of Python: what no program needs while it runs. The embeddable zip has none
of it."""


class Signature(NamedTuple):
    """Hold what osslsigncode signs with."""

    certificate: Path
    password_file: Path
    time_server: str


def main() -> int:
    options = parser().parse_args()
    signature = None
    if options.certificate:
        signature = Signature(options.certificate, options.password_file, options.time_server)
    wine.set_up()
    program = WORK / "program"
    version = make_program(program, options.python, options.sha256)
    name = "noroshi-setup.exe" if options.python else "noroshi-setup-test.exe"
    options.output.mkdir(parents=True, exist_ok=True)
    file = options.output.absolute() / name
    pack(program, file, version, TITLE if options.python else TEST_TITLE, signature=signature)
    print(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file}")
    return 0


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    result.add_argument("--python", type=Path, help="embeddable zip of CPython, 64-bit")
    result.add_argument("--sha256", default="", help="its SHA-256, from python.org")
    result.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist")
    result.add_argument("--certificate", type=Path, help="sign with this PKCS #12 file")
    result.add_argument("--password-file", type=Path, help="file with its password")
    result.add_argument("--time-server", default="", help="URL of a time-stamp server")
    return result


# ------------------------------------------------------------------------------------ the program


def make_program(folder: Path, python: Path | None, sha256: str) -> str:
    """Make the folder that the installer installs, and return Noroshi's version."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wine.say("Unpacking Python")
    if python:
        unpack_python(python, sha256, folder)
    else:
        copy_test_python(folder)
    wine.say("Installing the packages")
    install_packages(folder / PACKAGES)
    write_search_path(folder)
    wheel = build_wheel(WORK)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / PACKAGES)
    wine.say("Compiling")
    compile_all(folder)
    version = wheel.name.split("-")[1]
    (folder / BUILD_FILE).write_text(f"{version}-{fingerprint(folder)}\n")
    return version


def unpack_python(python: Path, sha256: str, folder: Path) -> None:
    """Unpack an embeddable zip that has this hash."""
    if hashlib.sha256(python.read_bytes()).hexdigest() != sha256.lower():
        raise SystemExit(
            f"{python} is not the file with the SHA-256 {sha256 or '(none given)'}"
        )
    with zipfile.ZipFile(python) as archive:
        archive.extractall(folder)


def copy_test_python(folder: Path) -> None:
    """Copy the tests' Python without what no program needs while it runs."""
    source = wine.DRIVE / "cp313"
    left_out = {source / name for name in NOT_SHIPPED} | {source / PACKAGES}

    def ignored(parent: str, names: list[str]) -> set[str]:
        return {
            name for name in names if name == "__pycache__" or Path(parent, name) in left_out
        }

    shutil.copytree(source, folder, ignore=ignored, dirs_exist_ok=True)


def write_search_path(folder: Path) -> None:
    """Let this Python look in its own folder and nowhere else, whatever the registry and the
    environment say (docs.python.org, "Finding modules")."""
    (library,) = folder.glob("python3[0-9]*.dll")
    zipped, own = f"{library.stem}.zip", ("Lib", "DLLs", ".")
    lines = [name for name in (zipped, *own) if (folder / name).exists()]
    text = "".join(f"{line}\n" for line in (*lines, "import site"))
    (folder / f"{library.stem}._pth").write_text(text)


def install_packages(folder: Path) -> None:
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--only-binary", ":all:"]
    uv += ["--python-platform", "x86_64-pc-windows-msvc", "--python-version", wine.VERSION]
    uv += ["--link-mode", "copy", "--require-hashes", "--target", str(folder), "-r", str(LOCK)]
    subprocess.run(uv, check=True)
    shutil.rmtree(folder / "bin", ignore_errors=True)  # their commands: nobody can type them


def compile_all(folder: Path) -> None:
    """Compile everything by the Python that will run it. What the files hold decides whether they
    are compiled anew, not their time, which an installer changes."""
    own = f"N:\\{folder.relative_to(ROOT)}".replace("/", "\\")
    command = [f"{own}\\python.exe", "-I", "-m", "compileall", "-q", "-s", own]
    command += ["--invalidation-mode", "unchecked-hash", f"{own}\\Lib"]
    if wine.run(command):
        raise SystemExit("compiling failed")


def fingerprint(folder: Path) -> str:
    """Return a name for what a folder holds, the same for the same sources and packages."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:8]


# ---------------------------------------------------------------------------------- the installer


def pack(
    program: Path,
    file: Path,
    version: str,
    title: str,
    *,
    compressor: str = "lzma",
    signature: Signature | None = None,
) -> None:
    """Make an installer of a folder. Its build is what BUILD_FILE there says."""
    wine.say(f"Packing {file}")
    size = sum(one.stat().st_size for one in program.rglob("*") if one.is_file())
    defined = {
        "BUILD": (program / BUILD_FILE).read_text().strip(),
        "COMPRESSOR": compressor,
        "FILES": str(program),
        "KILOBYTES": str(size >> 10),
        "OUTPUT": str(file),
        "TITLE": title,
        "VERSION": version,
    }
    with tempfile.TemporaryDirectory() as folder:
        if signature:
            defined["SIGN"] = shlex.quote(str(signing_program(signature, Path(folder))))
        arguments = [f"-D{name}={value}" for name, value in defined.items()]
        argv = ["makensis", "-V2", "-INPUTCHARSET", "UTF8", *arguments, str(SCRIPT)]
        subprocess.run(argv, check=True, env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def signing_program(signature: Signature, folder: Path) -> Path:
    """Write a program that signs the file that it is given. makensis calls it for the installer
    and for the program that removes it again."""
    stamped: Sequence[str] = ["-ts", signature.time_server] if signature.time_server else []
    sign = ["osslsigncode", "sign", "-h", "sha256", *stamped]
    sign += ["-pkcs12", str(signature.certificate), "-readpass", str(signature.password_file)]
    sign += ["-n", TITLE]
    file = folder / "sign"
    file.write_text(
        f'#!/bin/sh\nset -e\n{shlex.join(sign)} -in "$1" -out "$1.signed"\nmv "$1.signed" "$1"\n'
    )
    file.chmod(0o700)
    return file


if __name__ == "__main__":
    sys.exit(main())
