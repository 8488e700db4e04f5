"""Say to Windows what it is to start for a program: by its kind, quoted as the kind reads it.

Windows hands down one line of text, and each program takes it apart by itself. Most do so by the
rules of Microsoft's C library, which `subprocess` quotes by; cmd.exe, which runs batch files, has
its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath, PureWindowsPath

from noroshi.core.printable import visible_text
from noroshi.core.translation import _
from noroshi.ports import USUAL_BITS, Unmeasurable

PLAIN = re.compile(r"[A-Za-z0-9_.:/\\@+-]+")
"""An argument that a batch file takes as it stands."""
SPECIAL = '" % & | < > ^ !'
UNSAFE = re.compile(rf"[{SPECIAL.replace(' ', '')}\r\n\0]")
"""Characters that cmd.exe would read as part of a command or a variable: within quotation marks
too, or once a batch file takes them off, as it does by %~1."""
POWERSHELL = r"WindowsPowerShell\v1.0\powershell.exe"
OWN_BITS = 64 if sys.maxsize > 1 << 32 else 32
NO_PROFILE = ("-NoLogo", "-NoProfile", "-NonInteractive", "-File")
PYTHON_OPTIONS = ("-s", "-E", "-X", "utf8")
"""No packages and no variables of the user's, and UTF-8."""
SUFFIXES = (".exe", ".com", ".bat", ".cmd", ".ps1", ".py")

NOT_FOR_BATCH = _(
    "a batch file cannot take the argument “{argument}”: line breaks and the characters "
    "{special} are not supported there"
)


def command(
    path: PurePath, arguments: Sequence[str], system: str, bits: int = USUAL_BITS
) -> str | list[str]:
    """Return what `subprocess.Popen` starts for a program. `system` is the folder of Windows' own
    programs, `bits` the PowerShell. Raises Unmeasurable for an argument that cannot be given."""
    match path.suffix.lower():
        case ".bat" | ".cmd":
            return _batch_line(path, arguments, system)
        case ".ps1":
            folder = powershell_folder(system, bits, OWN_BITS)
            return [rf"{folder}\{POWERSHELL}", *NO_PROFILE, str(path), *arguments]
        case ".py":
            return [sys.executable, *PYTHON_OPTIONS, str(path), *arguments]
        case _:
            return [str(path), *arguments]


def powershell_folder(system: str, bits: int, own_bits: int) -> str:
    """Return the folder of Windows' own programs of so many bits, as a process of `own_bits` sees
    it: to one of 32 bits Windows shows SysWOW64 under the name of System32, and System32 itself as
    Sysnative (learn.microsoft.com, "File System Redirector")."""
    if bits == own_bits:
        return system
    return str(PureWindowsPath(system).parent / ("SysWOW64" if bits == 32 else "Sysnative"))


def _batch_line(path: PurePath, arguments: Sequence[str], system: str) -> str:
    """Return the line for a batch file. With /s, cmd.exe takes off the outermost quotation marks
    and reads the rest as it stands; /d leaves out what the registry would run before it."""
    words = " ".join([f'"{path}"', *map(_batch_word, arguments)])
    return f'"{system}\\cmd.exe" /d /e:on /v:off /s /c "{words}"'


def _batch_word(argument: str) -> str:
    if UNSAFE.search(argument):
        raise Unmeasurable(NOT_FOR_BATCH.fill(argument=visible_text(argument), special=SPECIAL))
    return argument if PLAIN.fullmatch(argument) else f'"{argument}"'


def environment(
    of_user: Mapping[str, str], system: str, further: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that a program gets: what Windows' own programs need, and what its
    definition names."""
    root = str(PureWindowsPath(system).parent)
    folders = (
        system,
        root,
        rf"{system}\Wbem",
        rf"{system}\{PureWindowsPath(POWERSHELL).parent}",
    )
    computer = {name: of_user[name] for name in USER_VARIABLES if name in of_user}
    return {
        **computer,
        "SystemRoot": root,
        "windir": root,
        "ComSpec": rf"{system}\cmd.exe",
        "PATH": ";".join(folders),
        "PATHEXT": ".COM;.EXE;.BAT;.CMD",
        **further,
    }


USER_VARIABLES = (
    "ALLUSERSPROFILE",
    "COMPUTERNAME",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PROCESSOR_ARCHITECTURE",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "SystemDrive",
    "TEMP",
    "TMP",
    "USERPROFILE",
)
"""Variables that are taken over from those of Windows' user."""
