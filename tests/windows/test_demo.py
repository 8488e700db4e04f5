"""The demo on Windows: lab, node, sign-in, an alarm and a recovery, as anybody would see them."""

from __future__ import annotations

import os
import subprocess
import sys

RUN = "import sys; from noroshi_lab.demo import main; sys.exit(main(['--once']))"


def test_an_alarm_and_a_recovery_arrive():
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True)
    shown = ran.stdout.decode()
    assert ran.returncode == 0, shown + ran.stderr.decode("utf-8", "replace")
    assert "[CRITICAL] shop01 Order service: not running" in shown
    assert "[RECOVERED] shop01 Order service: running" in shown
