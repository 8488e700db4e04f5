"""Each command's module is imported as a real start does, in an interpreter that knows none of the others.

The tests of commands share one that has imported all of them (tests/warm), where an import that is
missing, or two modules that wait for each other, would not be seen.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.run import IN_SCRIPTS, candidate_commands

EACH = """
import os, sys, traceback
from importlib import import_module
import noroshi.cli.run

failed = []
for name in sys.argv[1:]:
    if os.fork() == 0:
        try:
            import_module(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.wait()[1]:
        failed.append(name)
sys.exit(f"cannot be imported: {failed}" if failed else 0)
"""


def test_each_command_can_be_the_first_that_is_imported():
    functions = [one.run for command in COMMANDS for one in (command, *command.subcommands)]
    modules = {name.partition(":")[0] for name in functions if name} | {
        "noroshi.cli.clients.in_process"
    }
    assert len(modules) > 30 and "noroshi.cli.handlers.serve" in modules
    done = subprocess.run(
        [sys.executable, "-c", EACH, *sorted(modules)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


NOT_NEEDED = {
    "asyncio",
    "difflib",
    "noroshi.cli.commands.command_list",
    "noroshi.core.mail",
    "noroshi.core.people",
    "shutil",
    "ssl",
}
IMPORTED = """
import sys
from noroshi.cli.run import run

try:
    run(sys.argv[1:])
finally:
    import json
    print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("name", IN_SCRIPTS)
def test_a_command_that_scripts_type_is_the_one_of_the_list(name):
    (one,) = candidate_commands(["--home=/nowhere", "--lang", "en", name, "--help"])
    listed = next(command for command in COMMANDS if command.name == name)
    assert one == listed._replace(group=None)


@pytest.mark.parametrize(
    "argv", [[], ["status"], ["--help", "send"], ["--version", "send"], ["--home", "send"]]
)
def test_all_commands_are_there_for_whatever_else_is_typed(argv):
    assert candidate_commands(argv) is COMMANDS


def test_send_imports_no_more_than_it_needs(tmp_path):
    (tmp_path / "noroshi.toml").write_text('name = "node"\n')
    door = ("--door", str(tmp_path / "none"))
    mail = ("send", "--to", "ops", "--subject", "hello", "--text", "there")
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *door, *mail],
        env={**os.environ, "NOROSHI_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    imported = json.loads(done.stdout)
    assert "noroshi.cli.handlers.send" in imported and "No node" in done.stderr
    assert not NOT_NEEDED.intersection(imported), done.stderr
    assert all(map(find_spec, NOT_NEEDED))  # a name that there is not is never imported


NOT_FOR_DEFINITIONS = {
    "aiohttp",
    "cryptography",
    "importlib.metadata",
    "msal",
    "noroshi.actions.mail_draft",
    "noroshi.checks.disk",
    "noroshi.checks.dns",
    "noroshi.checks.http",
    "noroshi.checks.logfile",
    "noroshi.core.people",
    "noroshi.hosts.local",
    "noroshi.plugins",
    "noroshi.ports.host_facts",
    "noroshi.ports.store",
    "noroshi.schema_validation",
    "noroshi.transports.diagnostics.smtp",
    "noroshi.transports.http.graph",
    "noroshi.transports.http.webhook",
    "noroshi.transports.pickup",
    "noroshi.vault.box",
    "psutil",
    "pydantic",
}
GOOD = {
    "contacts/ops": 'addresses = ["ops@company.test"]',
    "rules/ops": 'action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
    "routes/smtp1": 'kind = "smtp"\n[options]\nhost = "mail.company.test"\nsender = "a@company.test"',
    "instances/web1": """
address = "192.0.2.1"
[[group]]
name = "ports"
rules = ["ops"]
[[group.monitor]]
name = "ssh"
kind = "port"
[group.monitor.options]
port = 22
""",
}


def test_check_config_imports_the_kinds_that_definitions_name_and_no_more(tmp_path):
    (tmp_path / "noroshi.toml").write_text('name = "node"\n')
    for name, text in GOOD.items():
        path = tmp_path / "defined" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    command = ("--home", str(tmp_path), "--lang", "en", "check-config")
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *command, str(tmp_path / "defined")],
        capture_output=True,
        text=True,
    )
    said, imported = done.stdout.splitlines()
    assert said.startswith("No problems in") and done.stderr == ""
    assert {"noroshi.checks.port", "noroshi.transports.smtp.transport"} < {
        *json.loads(imported)
    }
    assert not NOT_FOR_DEFINITIONS.intersection(json.loads(imported))
    assert all(map(find_spec, NOT_FOR_DEFINITIONS))
