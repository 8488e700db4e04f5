"""`check-config` says all that is wrong, needs no home folder, and writes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from noroshi.cli.run import run

EXAMPLES = Path(__file__).parents[3] / "examples"
BAD = Path(__file__).parents[2] / "data" / "bad"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(EXAMPLES, tmp_path / "defs")
    return tmp_path / "defs"


def checked(home, folder, *more):
    return run(["--home", str(home), "--lang", "en", "check-config", str(folder), *more])


def test_good_definitions_need_no_home_folder_and_nothing_is_written(tmp_path, folder, capsys):
    assert checked(tmp_path / "home", folder) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"No problems in {folder} (4 monitors, 2 rules, ")
    assert "the check could not tell which programs may run" in said
    assert not (tmp_path / "home").exists()


def test_monitors_that_nobody_is_told_of_are_named(tmp_path, folder, capsys):
    text = '[[group]]\nname = "base"\n[[group.monitor]]\nname = "disks"\nkind = "disk"\n'
    (folder / "instances" / "shop.toml").write_text(text, encoding="utf-8")
    assert checked(tmp_path / "home", folder) == 0
    told = "1 monitor has no rule, so nobody is notified (shop/base/disks)"
    assert told in capsys.readouterr().out


def test_values_that_are_still_the_examples_are_named(tmp_path, folder, capsys):
    assert checked(tmp_path / "home", folder) == 0
    said = capsys.readouterr().out
    assert (
        "8 values are still the sample values from the examples. Until you replace them, no alarm arrives:"
        in said
    )
    for line in (
        "accounts/m365.toml: client_id: 00000000-0000-0000-0000-000000000000",
        "accounts/m365.toml: tenant: example.onmicrosoft.com",
        "contacts/duty.toml: addresses.1: duty.phone@example.net",
        "routes/smtp2.toml: options.host: mail.example.com",
    ):
        assert f"\n  {line}\n" in said
    (folder / "accounts" / "m365.toml").write_text(
        'cloud = "microsoft365"\ntenant = "kaisha.onmicrosoft.com"\nsecret = "m365"\n'
        'client_id = "6f1d1f42-9f5b-4a87-b3c5-d3d57e0a1a9b"\nmailbox = "mon@kaisha.co.jp"\n'
    )
    assert checked(tmp_path / "home", folder) == 0
    assert "accounts/m365.toml:" not in capsys.readouterr().out


LAB_CLOUD = """\
authority = "https://localhost:8443/{tenant}"
scope = "https://outlook.office.com/SMTP.Send"
smtp_host = "localhost"
smtp_port = 5870
"""
LAB_ACCOUNT = """\
cloud = "lab"
tenant = "b7e0c5b2-0f5c-4b0e-9d5e-6f1d1f429f5b"
client_id = "6f1d1f42-9f5b-4a87-b3c5-d3d57e0a1a9b"
secret = "lab-secret"
mailbox = "alerts@contoso.example"
"""


def test_an_address_of_the_lab_is_an_example_s_only_without_the_lab(tmp_path, capsys):
    """Its alarms arrived, and it was told that none does."""
    files = {
        "clouds/lab.toml": LAB_CLOUD,
        "accounts/lab.toml": LAB_ACCOUNT,
        "routes/smtp1.toml": 'kind = "smtp"\noptions = { account = "lab" }\n',
        "contacts/ops.toml": 'addresses = ["ops@contoso.example", "ops@example.com"]\n',
    }
    for name, text in files.items():
        path = tmp_path / "defs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    argv = (tmp_path / "home", tmp_path / "defs", "--json")
    named = {"where": "contacts/ops.toml: addresses.1", "value": "ops@example.com"}
    assert checked(*argv) == 0
    assert json.loads(capsys.readouterr().out)["placeholders"] == [named]
    cloud = tmp_path / "defs" / "clouds" / "lab.toml"
    cloud.write_text(LAB_CLOUD.replace("localhost", "login.kaisha.co.jp"), encoding="utf-8")
    assert checked(*argv) == 0
    told = json.loads(capsys.readouterr().out)["placeholders"]
    assert [one["value"] for one in told] == [
        "alerts@contoso.example",
        "ops@contoso.example",
        "ops@example.com",
    ]


def test_the_first_line_is_no_kinder_than_what_stands_below_it(tmp_path, capsys):
    """A newcomer read "Nothing is wrong", and applied a folder by which nothing could arrive."""
    home, contacts = tmp_path / "home", tmp_path / "defs" / "contacts"
    home.mkdir()
    (home / "noroshi.toml").write_text("", encoding="utf-8")
    contacts.mkdir(parents=True)
    (contacts / "ops.toml").write_text('addresses = ["ops@kaisha.co.jp"]', encoding="utf-8")
    assert checked(home, contacts.parent) == 0
    assert capsys.readouterr().out.startswith("No problems in ")
    (contacts / "duty.toml").write_text('addresses = ["duty@example.com"]', encoding="utf-8")
    assert checked(home, contacts.parent) == 0
    said = capsys.readouterr().out
    assert said.startswith("No problems in ") and "No problems" not in said[1:]
    assert "but check the following:\n1 value is still a sample value" in said
    assert checked(home, contacts.parent, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "problems": [],
        "placeholders": [
            {"where": "contacts/duty.toml: addresses.0", "value": "duty@example.com"}
        ],
    }


def test_all_problems_of_both_files_are_told_at_once(tmp_path, folder, capsys):
    shutil.copytree(BAD / "five-files-at-once", folder, dirs_exist_ok=True)
    home = tmp_path / "home"
    home.mkdir()
    (home / "noroshi.toml").write_text("name = 5\nprogram = []\n", encoding="utf-8")
    assert checked(home, folder) == 3
    said = capsys.readouterr().err
    for place in (
        "noroshi.toml: name",
        "noroshi.toml: program",
        "contacts/ops.toml",
        "routes/",
    ):
        assert place in said
    assert [path.name for path in home.iterdir()] == ["noroshi.toml"]


def test_a_folder_without_definitions_is_said_to_be_one(tmp_path, capsys):
    assert checked(tmp_path / "home", tmp_path) == 3
    said = capsys.readouterr().err
    assert f"  {tmp_path}: it has no definitions; check that it is the right folder" in said


def test_programs_are_held_to_the_settings_of_this_home(tmp_path, folder, capsys):
    script = '[[group.monitor]]\nname = "load"\nkind = "script"\n'
    argv = 'options = { argv = ["/usr/lib/nagios/plugins/check_load"] }\n'
    with (folder / "instances" / "web1.toml").open("a", encoding="utf-8") as web1:
        web1.write(script + argv)
    (tmp_path / "noroshi.toml").write_text('programs = ["/opt/ours"]\n', encoding="utf-8")
    assert checked(tmp_path, folder) == 3
    assert "is not in a folder whose programs may run (/opt/ours)" in (capsys.readouterr().err)


def test_variables_of_programs_are_held_to_the_settings_of_this_home(tmp_path, folder, capsys):
    script = '[[group.monitor]]\nname = "dummy"\nkind = "script"\n'
    plugin = 'argv = ["/usr/lib/nagios/plugins/check_dummy", "0"]'
    with (folder / "instances" / "web1.toml").open("a", encoding="utf-8") as web1:
        web1.write(f"{script}options = {{ {plugin}, env = {{ WARN = '1' }} }}\n")
    settings = tmp_path / "noroshi.toml"
    settings.write_text("", encoding="utf-8")
    assert checked(tmp_path, folder) == 3
    assert 'program_env = ["WARN"]' in capsys.readouterr().err
    settings.write_text('program_env = ["WARN"]\n', encoding="utf-8")
    assert checked(tmp_path, folder) == 0


def test_a_wrong_folder_is_not_told_file_by_file(tmp_path, capsys):
    for n in range(40):
        (tmp_path / f"file{n:02}.txt").touch()
    assert checked(tmp_path / "home", tmp_path) == 3
    said = capsys.readouterr().err.splitlines()
    assert said[0].endswith("of 40 problems")
    assert [line.split(":")[0].strip() for line in said[1:4]] == [
        "file00.txt",
        "file01.txt",
        "file02.txt",
    ]
    assert said[4:] == ["  … and 37 more of the same"]


def test_programs_that_ask_get_json(tmp_path, folder, capsys):
    (folder / "rules" / "ops.toml").write_text("action = 5\n", encoding="utf-8")
    assert checked(tmp_path / "home", folder, "--json") == 3
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert "rules/ops.toml: action" in [problem["where"] for problem in problems]


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_file_that_cannot_be_read_hides_nothing_from_an_apply(
    command, tmp_path, folder, capsys
):
    shutil.copytree(BAD / "unreadable-file-hides-nothing", folder, dirs_exist_ok=True)
    home = str(tmp_path / "home")
    run(["--home", home, "init"])
    assert run(["--home", home, "--lang", "en", command, str(folder)]) == 3
    said = capsys.readouterr().err.splitlines()
    assert "of 6 problems" in said[0]
    expected = (BAD / "unreadable-file-hides-nothing.expected").read_text(encoding="utf-8")
    assert [line.strip() for line in said[1:]] == expected.split("\n\n")[0].splitlines()


def test_a_source_that_may_be_an_agent_is_noted_and_keeps_nothing_back(tmp_path, capsys):
    home, folder = tmp_path / "home", tmp_path / "defs"
    (folder / "instances").mkdir(parents=True)
    home.mkdir()
    (home / "noroshi.toml").write_text('name = "minato"\n', encoding="utf-8")
    monitor = '[[group]]\nname = "base"\n[[group.monitor]]\nname = "disks"\nkind = "disk"\n'
    text = f'source = "vm-2"\n{monitor}'
    (folder / "instances" / "files.toml").write_text(text, encoding="utf-8")
    assert checked(home, folder) == 0
    said = capsys.readouterr().out
    assert "This command cannot tell whether vm-2 is an agent" in said
    assert "Set source" not in said
