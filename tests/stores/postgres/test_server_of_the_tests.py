"""The tests' own PostgreSQL leaves nothing behind, however those end who use it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]
USER = """
import sys, time
from pathlib import Path
from tests.postgres import shared_server

with shared_server(Path(sys.argv[1])) as server:
    print(server.pid, server.folder, flush=True)
    time.sleep(600)
"""


def _user(place):
    command = [sys.executable, "-c", USER, str(place)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pid, folder = process.stdout.readline().split()
    return process, int(pid), Path(folder)


def _kill(process):
    with process:
        process.kill()


def test_the_server_of_all_ends_with_the_last_who_uses_it_killed_or_not(tmp_path):
    first, pid, folder = _user(tmp_path)
    second, *same = _user(tmp_path)
    assert same == [pid, folder]
    _kill(first)
    time.sleep(0.2)
    assert psutil.pid_exists(pid) and folder.exists()
    _kill(second)
    while psutil.pid_exists(pid) or folder.exists():
        time.sleep(0.05)
