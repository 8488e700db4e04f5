"""Which PowerShell a script gets: told from the bits of the process that starts it."""

from pathlib import PureWindowsPath

import pytest

from noroshi.hosts.windows_command import command, powershell_folder

SYSTEM = r"C:\Windows\system32"


@pytest.mark.parametrize(
    ("bits", "own_bits", "folder"),
    [
        (64, 64, SYSTEM),
        (32, 64, r"C:\Windows\SysWOW64"),
        (64, 32, r"C:\Windows\Sysnative"),
        (32, 32, SYSTEM),
    ],
)
def test_windows_shows_its_programs_to_32_bits_in_other_places(bits, own_bits, folder):
    assert powershell_folder(SYSTEM, bits, own_bits) == folder


def test_a_script_runs_in_the_powershell_that_its_monitor_chose():
    script = PureWindowsPath(r"C:\Checks\age.ps1")
    usual, chosen = (command(script, ["a b"], SYSTEM, bits) for bits in (64, 32))
    assert usual[0] == r"C:\Windows\system32\WindowsPowerShell\v1.0\powershell.exe"
    assert chosen[0] == r"C:\Windows\SysWOW64\WindowsPowerShell\v1.0\powershell.exe"
    assert usual[1:] == chosen[1:]
    assert chosen[-3:] == ["-File", str(script), "a b"]
