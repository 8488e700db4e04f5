"""`noroshi service`: what it would do, step by step, and the texts that systemd gets.

That all of this works is seen where a real systemd runs: tests/e2e/test_service.py.
"""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from noroshi.cli.clients.socket import NoNodeError
from noroshi.cli.environment import door_of
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.systemd_service import difference, do
from noroshi.cli.paths import DOOR, HOME, UNIT_FILE, USER_FILE
from noroshi.cli.systemd.install import (
    Installation,
    Remove,
    Run,
    Write,
    install_steps,
    uninstall_steps,
)
from noroshi.cli.systemd.unit import is_ours, unit_text, user_text, with_fingerprint
from noroshi.core.translation import bilingual
from noroshi.vault.keys import CREDENTIAL
from tests.cli.command_process import typed

PROGRAM = ("/opt/noroshi/bin/python", "-I", "-m", "noroshi.cli")
AS_IT = "runuser -u noroshi -- /opt/noroshi/bin/python -I -m noroshi.cli"
OURS = {"unit": unit_text(PROGRAM), "user": user_text(), "settings": True}
OF_BEFORE = with_fingerprint("[Service]\nExecStart=/usr/bin/noroshi serve\n")
EDITED = unit_text(PROGRAM).replace("WatchdogSec=120", "WatchdogSec=0")


def test_a_version_from_a_hub_can_be_updated_by_the_one_that_is_known_to_work():
    program = ("/opt/noroshi/current/bin/python", "-I", "-m", "noroshi.cli")
    step = "/opt/noroshi/fallback/bin/python -I -m noroshi.agent.update_step"
    unit = unit_text(program)
    assert f"\nExecStartPre=-+{step} {HOME}\nRestartForceExitStatus=75\n" in unit
    assert "\nEnvironment=NOROSHI_UPDATE_STEP=1\n" in unit and is_ours(unit)
    assert "update_step" not in unit_text(PROGRAM)


def in_short(steps):
    return [step.brief.en for step in steps]


def test_a_fresh_machine_gets_user_home_and_unit():
    assert in_short(install_steps(Installation(program=PROGRAM), start=True)) == [
        f"write {USER_FILE}",
        f"systemd-sysusers {USER_FILE}",
        f"{AS_IT} --version",
        f"install -d -m 0700 -o noroshi -g noroshi {HOME}",
        f"{AS_IT} --home {HOME} init --service",
        f"write {UNIT_FILE}",
        "systemctl daemon-reload",
        "systemctl enable noroshi.service",
        "systemctl restart noroshi.service",
    ]


def test_a_second_install_writes_and_makes_nothing_anew():
    assert in_short(install_steps(Installation(program=PROGRAM, **OURS), start=True)) == [
        f"systemd-sysusers {USER_FILE}",
        f"{AS_IT} --version",
        f"install -d -m 0700 -o noroshi -g noroshi {HOME}",
        "systemctl daemon-reload",
        "systemctl enable noroshi.service",
        "systemctl start noroshi.service",
    ]


@pytest.mark.parametrize(
    ("there", "step"),
    [
        pytest.param({"settings": False}, f"{AS_IT} --home {HOME} init --service", id="home"),
        pytest.param({"unit": None}, f"write {UNIT_FILE}", id="unit"),
        pytest.param({"unit": OF_BEFORE}, f"write {UNIT_FILE}", id="unit of another version"),
        pytest.param({"user": None}, f"write {USER_FILE}", id="user"),
        pytest.param(
            {"foreign_files": True}, f"chown -R -H -h noroshi:noroshi {HOME}", id="owner"
        ),
    ],
)
def test_only_what_is_missing_is_made(there, step):
    all_there = in_short(install_steps(Installation(program=PROGRAM, **OURS)))
    steps = in_short(install_steps(Installation(program=PROGRAM, **(OURS | there))))
    assert [one for one in steps if one not in all_there] == [step]


def test_the_home_is_made_in_the_language_that_was_asked_for():
    steps = in_short(install_steps(Installation(program=PROGRAM), lang="ja"))
    assert f"{AS_IT} --home {HOME} --lang ja init --service" in steps


def test_the_home_of_an_agent_is_made_without_a_manager():
    steps = in_short(install_steps(Installation(program=PROGRAM), manager=False))
    assert f"{AS_IT} --home {HOME} init --service --no-manager" in steps


def test_it_is_started_anew_only_if_its_unit_is_another():
    renewed = install_steps(
        Installation(program=PROGRAM, **(OURS | {"unit": OF_BEFORE})), start=True
    )
    assert in_short(renewed)[-1] == "systemctl restart noroshi.service"


def test_uninstalling_leaves_home_and_user():
    assert in_short(uninstall_steps(Installation(program=PROGRAM, **OURS))) == [
        "systemctl disable --now noroshi.service",
        f"rm -f {UNIT_FILE}",
        f"rm -f {USER_FILE}",
        "systemctl daemon-reload",
    ]


def test_uninstalling_goes_on_where_it_was_cut_off():
    steps = uninstall_steps(Installation(program=PROGRAM, **(OURS | {"unit": None})))
    assert in_short(steps) == [f"rm -f {USER_FILE}", "systemctl daemon-reload"]


@pytest.mark.parametrize(
    ("unit", "changed"),
    [
        pytest.param(None, False, id="none"),
        pytest.param(unit_text(PROGRAM), False, id="of this version"),
        pytest.param(OF_BEFORE, False, id="of another version"),
        pytest.param(unit_text(("/elsewhere",)), False, id="of another place"),
        pytest.param(EDITED, True, id="edited"),
        pytest.param(unit_text(PROGRAM) + "# mine\n", True, id="with a line below"),
        pytest.param("[Service]\nExecStart=/mine\n", True, id="somebody's own"),
        pytest.param("", True, id="masked"),
        pytest.param("\ufffd", True, id="no text"),
    ],
)
def test_a_unit_that_somebody_changed_is_known_by_its_fingerprint(unit, changed):
    found = Installation(program=PROGRAM, unit=unit)
    assert [path for path, _, _ in found.edited_files()] == [UNIT_FILE] * changed


def test_a_file_of_the_user_that_somebody_changed_is_known_too():
    found = Installation(program=PROGRAM, user="u noroshi 123\n")
    assert [path for path, _, _ in found.edited_files()] == [USER_FILE]


def test_what_somebody_changed_is_shown_against_what_we_would_write():
    shown = difference(UNIT_FILE, EDITED, unit_text(PROGRAM)).splitlines()
    assert "-WatchdogSec=120" in shown and "+WatchdogSec=0" in shown


def test_the_texts_bear_their_fingerprint():
    assert is_ours(unit_text(PROGRAM)) and is_ours(user_text())


@pytest.mark.parametrize(
    ("word", "written"),
    [
        pytest.param("/opt/noroshi/bin/python3.11", "/opt/noroshi/bin/python3.11", id="plain"),
        pytest.param("/opt/my noroshi", '"/opt/my noroshi"', id="a blank"),
        pytest.param("/opt/100%", "/opt/100%%", id="a percent sign"),
        pytest.param("/opt/狼煙", '"/opt/狼煙"', id="Japanese"),
        pytest.param("/opt/a;b", '"/opt/a;b"', id="a semicolon"),
    ],
)
def test_a_word_is_written_as_systemd_reads_it(word, written):
    (line,) = [text for text in unit_text((word, "-I")).splitlines() if "ExecStart=" in text]
    assert line == f"ExecStart={written} -I --home {HOME} serve"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        pytest.param("/opt/noroshi/bin/python", None, id="a good place"),
        pytest.param("/tmpfs/bin/python", None, id="a name that only begins so"),
        pytest.param("/tmp/noroshi/bin/python", "such as /opt/noroshi", id="below /tmp"),
        pytest.param("/var/tmp/bin/python", "such as /opt/noroshi", id="below /var/tmp"),
        pytest.param("/opt/$HOME/bin/python", "a $ in its path", id="a $"),
        pytest.param("/opt/it's/bin/python", "a $ in its path", id="a quote"),
        pytest.param("/opt/a\\b/bin/python", "a $ in its path", id="a backslash"),
    ],
)
def test_a_program_that_the_service_could_not_start_is_told(program, told):
    objection = Installation(program=(program, "-I")).objection
    assert told is None if objection is None else told in objection.en


def test_systemd_has_nothing_to_say_against_the_unit(tmp_path):
    unit = tmp_path / "noroshi.service"
    unit.write_text(unit_text((sys.executable, "-I", "-m", "noroshi.cli")))
    argv = ("systemd-analyze", "verify", "--man=no", str(unit))
    done = subprocess.run(argv, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_takes_the_text_for_the_user(tmp_path):
    """In a root folder of its own, where it makes the user for good."""
    (tmp_path / "etc").mkdir()
    file = tmp_path / "noroshi.conf"
    file.write_text(user_text())
    argv = ("systemd-sysusers", f"--root={tmp_path}", str(file))
    subprocess.run(argv, check=True, capture_output=True)
    (line,) = (tmp_path / "etc" / "passwd").read_text("utf-8").splitlines()
    name, _, _, _, title, home, shell = line.split(":")
    assert (name, title, home) == ("noroshi", "Noroshi server monitor", HOME)
    assert shell.endswith("nologin")


def test_the_unit_names_the_credential_as_the_vault_does():
    assert f"#LoadCredentialEncrypted={CREDENTIAL}:" in unit_text(PROGRAM)


@pytest.mark.parametrize("command", ["install", "uninstall"])
async def test_the_steps_are_printed_as_a_sound_shell_script(command, tmp_path):
    told = await typed("service", command, "--print")
    assert (told.code, told.err) == (0, "")
    checked = subprocess.run(["sh", "-n"], input=told.out, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_script_writes_the_same_file_as_we_do(tmp_path):
    by_us, by_hand = (
        Write(str(tmp_path / name / "unit"), unit_text(PROGRAM)) for name in ("a", "b")
    )
    do([by_us])
    subprocess.run(["sh", "-c", by_hand.shell()], check=True)
    first, second = Path(by_us.path), Path(by_hand.path)
    assert first.read_text("utf-8") == second.read_text("utf-8") == unit_text(PROGRAM)
    assert first.stat().st_mode == second.stat().st_mode
    assert [path.name for path in first.parent.iterdir()] == ["unit"]


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path):
    """systemd masks a unit by a link to /dev/null, whose mode is not ours to change."""
    (tmp_path / "other").write_text("other")
    (tmp_path / "other").chmod(0o600)
    unit = tmp_path / "unit"
    unit.symlink_to("other")
    do([Write(str(unit), "ours")])
    assert not unit.is_symlink() and unit.read_text("utf-8") == "ours"
    other = (tmp_path / "other").stat()
    assert ((tmp_path / "other").read_text("utf-8"), other.st_mode & 0o777) == ("other", 0o600)


def test_the_first_step_that_fails_is_named_with_what_it_means(tmp_path):
    hint = bilingual(en="that is it", ja="これです")
    after = Write(str(tmp_path / "after"), "")
    with pytest.raises(RefusedError) as refused:
        do([Run(("true",)), Run(("false", "a b"), hint), after])
    assert "`false 'a b'` (exit 1)" in refused.value.words.en
    assert refused.value.problems == (("", hint),)
    assert not (tmp_path / "after").exists()


@pytest.mark.parametrize(
    ("step", "told"),
    [
        pytest.param(Write(f"{__file__}/unit", ""), "`write {}/unit` (", id="a file"),
        pytest.param(Remove(f"{__file__}/unit"), "`rm -f {}/unit` (", id="no file"),
        pytest.param(Run(("/nonexistent",)), "`/nonexistent` (", id="a program"),
    ],
)
def test_a_step_that_cannot_be_done_is_named_with_the_reason(step, told):
    with pytest.raises(RefusedError) as refused:
        do([step])
    assert told.format(shlex.quote(__file__)) in refused.value.words.en
    assert refused.value.problems == ()


@pytest.mark.parametrize("command", ["install", "uninstall", "status"])
async def test_another_home_than_the_services_is_refused(command, tmp_path):
    told = await typed("service", command, home=tmp_path)
    assert (told.code, told.out) == (3, "")
    assert f"is {HOME}, not {tmp_path}." in told.err


async def test_an_empty_home_is_none_that_was_named():
    assert (await typed("service", "install", "--print", NOROSHI_HOME="")).code == 0


async def test_the_settings_of_a_service_open_its_door_to_the_group(tmp_path):
    assert "noroshi serve" in (await typed("init", home=tmp_path / "own")).out
    told = await typed("init", "--service", home=tmp_path)
    assert (told.code, told.err) == (0, "") and "noroshi serve" not in told.out
    settings = (tmp_path / "noroshi.toml").read_text("utf-8").splitlines()
    assert {f'door = "{DOOR}"', 'door_group = "noroshi"'} <= set(settings)


@pytest.mark.parametrize(
    ("given", "environment", "own_node", "service", "door"),
    [
        pytest.param("/a", {"NOROSHI_DOOR": "/b"}, False, True, "/a", id="as given"),
        pytest.param("", {"NOROSHI_DOOR": "/b"}, False, True, "/b", id="by the environment"),
        pytest.param("", {}, False, True, DOOR, id="the service's"),
        pytest.param("", {"NOROSHI_DOOR": ""}, False, True, DOOR, id="an empty variable"),
        pytest.param("", {}, True, True, None, id="that of one's own node"),
        pytest.param("", {}, False, False, None, id="no service"),
    ],
)
def test_who_has_no_node_of_their_own_finds_the_services_door(
    given, environment, own_node, service, door
):
    found = door_of(given, environment, own_node=own_node, service=service)
    assert found == door


def test_who_stands_before_the_services_door_is_told_how_it_is_started():
    assert "systemctl start noroshi" in NoNodeError(DOOR).words.en
    assert "noroshi serve" in NoNodeError(Path("/srv/door.sock")).words.en
