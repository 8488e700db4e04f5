"""The runner of programs, on the systems where programs can run."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from noroshi.hosts.job_runner import ProgramRunner as ProgramRunner
elif sys.platform == "linux":  # its modules are not there elsewhere
    from noroshi.hosts.process_runner import ProgramRunner as ProgramRunner
