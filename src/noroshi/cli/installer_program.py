"""`python -m noroshi.cli.installer_program install|remove`: what the installer for Windows does
once the program's files are there, and before they are deleted.

Each build of the program has a folder of its own beside the others, named in the file BUILD_FILE,
so that an update never writes into a program that runs. The build that ran before stays, for a way
back; older ones go.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import argparse
    import ctypes
    import os
    import shutil
    import winreg
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from noroshi.cli import exits
    from noroshi.cli.paths import NAME
    from noroshi.cli.run import run
    from noroshi.system.service_control import service_status

    BUILD_FILE = "noroshi-build.txt"
    LAUNCHER = "noroshi.cmd"
    ENVIRONMENT = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
    PATH = "Path"
    EVERYBODY, SETTING_CHANGED, UNLESS_HUNG, PATIENCE = 0xFFFF, 0x1A, 0x2, 2000
    """HWND_BROADCAST, WM_SETTINGCHANGE, SMTO_ABORTIFHUNG, and milliseconds for each window."""

    def main() -> int:
        """Install or remove what the files alone do not; everything is told to a file."""
        arguments = _parser().parse_args()
        _print_to(Path(arguments.log))
        if arguments.action == "remove":
            return remove()
        return install(arguments)

    def install(arguments: argparse.Namespace) -> int:
        """Start the service with this program, join a hub if one is named, and let people type
        `noroshi`. Return an exit code (see noroshi.cli.exits)."""
        previous_build, builds = _running_build(), _own_build().parent
        is_agent = bool(arguments.join)
        options = ["--no-manager"] if is_agent else []
        code = run([*_language(arguments), "service", "install", "--start", *options])
        if code == exits.DONE and is_agent:
            code = run([*_language(arguments), *_join(arguments)])
        if _running_build() == _own_build():
            _write_launcher(builds)
            _change_search_path(builds, add=True)
            _drop_builds(builds, keep={_own_build(), previous_build})
        return code

    def remove() -> int:
        """Stop and remove the service, and forget where the program was."""
        code = run(["service", "uninstall"])
        if code == exits.DONE:
            _change_search_path(_own_build().parent, add=False)
        return code

    def _parser() -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser()
        parser.add_argument("action", choices=("install", "remove"))
        parser.add_argument("--log", required=True)
        for option in ("--lang", "--join", "--code", "--name", "--proxy"):
            parser.add_argument(option, default="")
        return parser

    def _language(arguments: argparse.Namespace) -> Sequence[str]:
        return ["--lang", arguments.lang] if arguments.lang else []

    def _join(arguments: argparse.Namespace) -> Iterator[str]:
        yield from ("join", arguments.join, arguments.code)
        for name, value in (("--name", arguments.name), ("--proxy", arguments.proxy)):
            if value:
                yield from (name, value)

    def _own_build() -> Path:
        return Path(sys.executable).parent

    def _running_build() -> Path | None:
        """Return the folder of the program that the service runs; None if there is no
        service."""
        service = service_status(NAME)
        if service is None:
            return None
        path = service.command_line.lstrip('"').partition("python.exe")[0]
        return Path(path)

    def _write_launcher(builds: Path) -> None:
        line = rf'@"%~dp0{_own_build().name}\python.exe" -I -m noroshi.cli %*'
        (builds / LAUNCHER).write_text(f"{line}\n", encoding="ascii", newline="\r\n")

    def _drop_builds(builds: Path, keep: set[Path | None]) -> None:
        for file in builds.glob(f"*/{BUILD_FILE}"):
            if file.parent not in keep:
                shutil.rmtree(file.parent, ignore_errors=True)

    def _change_search_path(folder: Path, *, add: bool) -> None:
        """Add a folder to the end of the computer's search path, or remove it."""
        access = winreg.KEY_READ | winreg.KEY_WRITE
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, ENVIRONMENT, access=access) as key:
            text, kind = winreg.QueryValueEx(key, PATH)
            folders = [one for one in text.split(";") if one and Path(one) != folder]
            folders += [str(folder)] if add else []
            winreg.SetValueEx(key, PATH, 0, kind, ";".join(folders))
        ctypes.windll.user32.SendMessageTimeoutW(
            EVERYBODY, SETTING_CHANGED, 0, "Environment", UNLESS_HUNG, PATIENCE, None
        )

    def _print_to(path: Path) -> None:
        """Let everything that is printed go to the end of a file, in UTF-8."""
        file = path.open("a", encoding="utf-8", buffering=1)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        sys.stdout = sys.stderr = file

    if __name__ == "__main__":
        sys.exit(main())
