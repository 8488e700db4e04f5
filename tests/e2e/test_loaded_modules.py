"""A node imports what it needs and no more: an agent is to be light, and most nodes have none."""

import json
import signal
import subprocess
import sys

import pytest

from tests.e2e.world import until

SERVING = """
import json, sys
from pathlib import Path
from noroshi.cli import main

main()
Path(sys.argv[2], "modules.json").write_text(json.dumps(sorted(sys.modules)))
"""
OF_AGENTS = {"joserfc", "noroshi.agent.hub_link", "noroshi.service.agents.hub"}
OF_MANAGER = {"noroshi.web.server", "uvicorn"}
OF_ALARMS = {"imaplib", "jinja2", "noroshi.oauth.providers.msal", "noroshi.transports.smtp"}
OF_PEOPLE = {
    "noroshi.cli.commands.command_list",
    "noroshi.schema_validation",
    "noroshi.service.operation_list",
    "pydantic",
}
OF_LOGS = {"noroshi.checks.logfile", "re2"}


def modules_of(home, *words):
    """The modules of a node that ran until it was ready, and was told to stop."""
    subprocess.run(
        [sys.executable, "-m", "noroshi.cli", "--home", home, "init", *words],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    node = subprocess.Popen(
        [sys.executable, "-c", SERVING, "--home", str(home), "--lang", "en", "serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = node.stdout.readline()
        assert "no monitors yet" in line
        node.send_signal(signal.SIGTERM)
        node.communicate()
    finally:
        node.kill()
        node.wait()
    until((home / "modules.json").exists, "the modules")
    return set(json.loads((home / "modules.json").read_text()))


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (("--no-manager",), OF_AGENTS | OF_MANAGER | OF_ALARMS | OF_PEOPLE | OF_LOGS),
        ((), OF_AGENTS),
    ],
    ids=["without a manager", "with a manager"],
)
def test_a_node_imports_nothing_that_it_does_not_need(tmp_path, words, unneeded):
    modules = modules_of(tmp_path / "home", *words)
    assert "noroshi.engine.engine" in modules
    assert not modules & unneeded
