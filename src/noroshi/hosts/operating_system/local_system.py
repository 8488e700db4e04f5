"""Answer for the system that this computer runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noroshi.hosts.program_runner import ProgramRunner
    from noroshi.ports import SystemFacts

if sys.platform == "win32":
    from noroshi.hosts.operating_system.windows_system import WindowsSystem

    def local_system(runner: ProgramRunner) -> SystemFacts:
        """Return what asks the operating system of this computer."""
        return WindowsSystem(runner)
elif sys.platform == "linux":
    from noroshi.hosts.operating_system.linux_system import LinuxSystem
    from noroshi.hosts.operating_system.system_programs import system_program_runner

    def local_system(runner: ProgramRunner) -> SystemFacts:
        """Return what asks the operating system of this computer."""
        return LinuxSystem(system_program_runner(runner))
