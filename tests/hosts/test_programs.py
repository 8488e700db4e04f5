"""Which programs may run: looked at on a real file system, each fault made and named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Program, Unmeasurable
from tests.hosts.folder import ROOT, local, script

PLUGINS = "/usr/lib/nagios/plugins"
pytestmark = pytest.mark.usefixtures("running")


def said(folder: Path, path: str | Path, **rest: object) -> list[str]:
    program = Program(argv=(str(path),), **rest)
    return [words.en for words in ProgramRules((folder,)).problems(program)]


def test_an_administrators_program_in_a_named_folder_may_run(folder):
    assert said(folder, script(folder, "true")) == []


def test_there_is_no_32_bit_powershell_here(folder):
    (problem,) = said(folder, script(folder, "true"), bits=32)
    assert problem == "only Windows has a 32-bit PowerShell; remove `bits` from the monitor"


def test_so_may_one_in_a_folder_below_it(folder):
    (folder / "below").mkdir(mode=0o755)
    assert said(folder, script(folder / "below", "true")) == []


def test_a_program_elsewhere_may_not(folder):
    (problem,) = said(folder, "/usr/bin/env")
    assert problem.startswith("/usr/bin/env is not in a folder") and str(folder) in problem


def test_the_name_of_a_folder_is_no_prefix(folder):
    beside = folder / "beside"
    beside.mkdir(mode=0o755)
    (folder / "be").mkdir(mode=0o755)
    assert "is not in a folder" in said(folder / "be", script(beside, "true"))[0]


@pytest.mark.parametrize("dots", ["..", "below/../.."], ids=["up", "down and up"])
def test_dots_do_not_lead_out(folder, dots):
    inside = folder / "inside"
    (inside / "below").mkdir(parents=True)
    script(folder, "true", "outside")
    assert "is not in a folder" in said(inside, f"{inside}/{dots}/outside")[0]


def test_a_link_out_of_the_folder_leads_nowhere(folder):
    link = folder / "link"
    link.symlink_to("/usr/bin/env")
    assert "is not in a folder" in said(folder, link)[0]


def test_a_link_within_the_folder_is_followed(folder):
    link = folder / "link"
    link.symlink_to(script(folder, "true"))
    assert said(folder, link) == []


@pytest.mark.parametrize("mode", [0o757, 0o775], ids=["all", "the group"])
def test_a_program_that_others_may_write_to_may_not_run(folder, mode):
    path = script(folder, "true")
    Path(path).chmod(mode)
    assert said(folder, path) == [f"other users can write to {path} (chmod go-w)"]


@pytest.mark.parametrize("mode", [0o757, 0o775], ids=["all", "the group"])
def test_nor_one_below_a_folder_that_others_may_write_to(folder, mode):
    open_to_all = folder / "open"
    deep = open_to_all / "deep"
    deep.mkdir(parents=True)
    open_to_all.chmod(mode)
    path = script(deep, "true")
    assert said(folder, path) == [f"other users can write to {open_to_all} (chmod go-w)"]


def test_nobody_is_told_to_close_a_folder_that_is_meant_for_all(folder):
    for_all = folder / "tmp"
    for_all.mkdir()
    for_all.chmod(0o1777)
    path = script(for_all, "true")
    assert said(folder, path) == [
        f"{for_all} is a folder that everyone can write to; put the program elsewhere"
    ]


def test_only_an_administrators_own_program_may_run(folder):
    path = script(folder, "true")
    if ROOT:
        os.chown(path, 65534, 65534)
        assert said(folder, path) == [
            f"{path} belongs to nobody; programs that may run must belong to root"
        ]
    else:
        assert Path(path).owner() != "root"
        assert said(folder, path) == []


def test_a_folder_and_what_is_not_executable_are_no_programs(folder):
    path = script(folder, "true")
    Path(path).chmod(0o644)
    assert said(folder, path) == [f"{path} is not executable (chmod +x)"]
    assert said(folder, folder) == [f"{folder} is not a regular file"]


def test_a_pipe_is_no_program(folder):
    os.mkfifo(folder / "pipe", 0o755)
    assert said(folder, folder / "pipe") == [f"{folder / 'pipe'} is not a regular file"]


def test_all_problems_are_told_at_once(folder):
    path = script(folder, "true")
    Path(path).chmod(0o646)
    problems = said(folder, path, env={"LD_PRELOAD": "/x"}, runs_as="no-such-user")
    assert [problem.split(" ")[-1] for problem in problems] == [
        "+x)",
        "go-w)",
        '["LD_PRELOAD"]',
        "computer",
    ]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        pytest.param("check_disk", "check_disk must be a full path", id="not whole"),
        pytest.param("/no/such", "cannot be examined: No such file", id="missing"),
        pytest.param("/no\0such", "cannot be examined: ", id="a NUL in it"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(folder, path, problem):
    assert problem in said(folder, path)[0]


def test_arguments_that_were_typed_behind_the_program_are_told_where_they_belong(folder):
    (told,) = said(folder, "/bin/echo 5")
    assert told.startswith(
        "/bin/echo 5 does not exist. In argv, the program and each argument are separate entries"
    )


def test_a_plugin_that_is_not_installed_is_told_with_the_packages_that_have_it(folder):
    (first, *_) = said(folder, f"{PLUGINS}/check_that_is_not_there")
    assert first.startswith(f"{PLUGINS}/check_that_is_not_there does not exist. On Debian")
    assert "monitoring-plugins-basic" in first


def test_a_program_without_a_name_is_none():
    assert "no program is set" in ProgramRules().problems(Program(argv=()))[0].en


@pytest.mark.parametrize(
    "name",
    # The last four load or run other code as well, and stood on no list of those that do.
    [
        "LD_PRELOAD",
        "PATH",
        "HOME",
        "warn",
        "OPENSSL_CONF",
        "GIT_SSH_COMMAND",
        "EDITOR",
        "LUA_INIT",
    ],
)
def test_no_variable_may_be_set_but_those_that_the_node_allows(folder, name):
    given = {name: "/x", "WARN": "1"}
    program = Program(argv=(script(folder, "true"),), env=given)
    (problem,) = ProgramRules((folder,), env=("WARN", "CRIT")).problems(program)
    assert problem.en == (
        f"noroshi.toml does not allow definitions to set {name}; add this line there: "
        f'program_env = ["WARN", "CRIT", "{name}"]'
    )
    assert not ProgramRules((folder,), env=("WARN", name)).problems(program)


def test_one_line_lets_all_variables_of_a_monitor_in(folder):
    (problem,) = said(folder, script(folder, "true"), env={"B": "1", "A": "2"})
    assert problem.endswith('program_env = ["B", "A"]')


async def test_a_program_in_force_that_sets_others_is_not_run_and_says_why(folder):
    program = Program(argv=(script(folder, "echo 1"),), env={"WARN": "1"})
    with pytest.raises(Unmeasurable, match=r'add this line there: program_env = \["WARN"\]'):
        await local(folder).run(program)
    assert (await local(folder, env=("WARN",)).run(program)).output == "1\n"


@pytest.mark.parametrize("name", ["", "A=B", "1A", "A B", "A\0"])
def test_a_variable_has_a_name(folder, name):
    (problem,) = said(folder, script(folder, "true"), env={name: "x"})
    assert problem.endswith("is not a valid name for an environment variable")


def test_a_monitor_may_not_name_any_user(folder):
    (problem,) = said(folder, script(folder, "true"), runs_as="daemon")
    assert problem.startswith(
        "no script is allowed to run as daemon"
        if ROOT
        else "only root can run a program as daemon"
    )


@pytest.mark.parametrize("plugin", ["check_disk", "check_ftp", "check_http"])
def test_without_a_named_folder_debians_plugins_may_run(plugin):
    assert ProgramRules().problems(Program(argv=(f"{PLUGINS}/{plugin}",))) == ()


def test_without_a_named_folder_nothing_else_may():
    (problem,) = ProgramRules().problems(Program(argv=("/usr/bin/env",)))
    assert PLUGINS in problem.en


def test_noroshis_own_scripts_are_for_windows():
    """Beside that, a checkout below a folder that everyone can write to is told."""
    first_problem, *_ = said(Path("/nowhere"), "noroshi:iis.ps1")
    assert first_problem == "noroshi:iis.ps1 is a PowerShell script; it works on Windows only"


@pytest.mark.parametrize("name", ["noroshi:other.ps1", "noroshi:../programs.py", "noroshi:"])
def test_an_own_script_that_is_not_there_is_told_with_those_that_are(name):
    (problem,) = said(Path("/nowhere"), name)
    assert problem.startswith(f"Noroshi has no script “{name}”; its scripts are ")
    assert "noroshi:hyper-v-replica.ps1, noroshi:iis.ps1" in problem


@pytest.mark.parametrize("carrier", ["negate", "urlize", "check_by_ssh"])
def test_a_plugin_that_runs_others_needs_a_named_folder(carrier):
    program = Program(argv=(f"{PLUGINS}/{carrier}", "/usr/bin/id"))
    (problem,) = ProgramRules().problems(program)
    assert "runs other programs" in problem.en
    assert ProgramRules((Path(PLUGINS),)).problems(program) == ()


async def test_the_rules_hold_at_each_run_and_not_at_save_time_alone(folder):
    host, program = local(folder), Program(argv=(script(folder, "echo 1"),))
    assert (await host.run(program)).output == "1\n"
    folder.chmod(0o777)
    with pytest.raises(Exception, match="other users can write"):
        await host.run(program)
