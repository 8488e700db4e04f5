"""The script check: made-up answers, real scripts, and Debian's own Nagios plug-ins."""

from __future__ import annotations

import socket

import pytest

from noroshi import schema
from noroshi.checks import script
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.core.model import Reading
from noroshi.ports import ProgramResult, Unmeasurable
from noroshi.testing import FakeHost
from tests.hosts.folder import Sleeper, local, script as written

PLUGINS = "/usr/lib/nagios/plugins"
pytestmark = pytest.mark.usefixtures("running")


async def answer(
    ran: ProgramResult, argv: str = "/opt/noroshi/own", **options: object
) -> list[Reading]:
    wanted = script.Options(argv=(argv,), **options)
    return list((await script.run(wanted, FakeHost(ran=ran), {})).readings)


async def plugin(name: str, *arguments: str) -> dict[str, Reading]:
    wanted = script.Options(argv=(f"{PLUGINS}/{name}", *arguments))
    outcome = await script.run(wanted, local(), {})
    return {reading.name: reading for reading in outcome.readings}


@pytest.mark.parametrize(
    ("argv", "output", "expected"),
    [
        pytest.param("/opt/own", "42\n", ["value"], id="a number"),
        pytest.param("/opt/own", ' {"a": 1}', ["a"], id="JSON by its first character"),
        pytest.param(f"{PLUGINS}/check_x", "OK | a=1", ["status", "a"], id="a Nagios folder"),
        pytest.param("/opt/nagios/own/x", "OK", ["status"], id="another Nagios folder"),
        pytest.param("/opt/nagios", "42", ["value"], id="a program of that name"),
    ],
)
async def test_it_finds_out_how_to_read_the_output(argv, output, expected):
    assert [r.name for r in await answer(ProgramResult(0, output, ""), argv)] == expected


async def test_or_it_is_told_how():
    assert (await answer(ProgramResult(1, "late", ""), reads="nagios"))[0].name == "status"
    assert (await answer(ProgramResult(0, "7", ""), f"{PLUGINS}/x", reads="number"))[
        0
    ].value == 7
    with pytest.raises(Unmeasurable, match="not a JSON object: 7"):
        await answer(ProgramResult(0, "7", ""), reads="json")


async def test_a_number_bears_the_name_and_unit_it_is_given():
    (reading,) = await answer(ProgramResult(0, "3", ""), name="age", unit=" h")
    assert (reading.name, reading.value, reading.unit) == ("age", 3, " h")


@pytest.mark.parametrize(
    ("code", "level"), [(0, Level.OK), (1, Level.WARNING), (2, Level.CRITICAL)]
)
async def test_a_plugins_code_is_its_level(code, level):
    (status,) = await answer(ProgramResult(code, "it is so\nmore", ""), reads="nagios")
    assert (status.value, status.note.en, status.note.ja) == (code, "it is so", "it is so")
    assert judge(status, script.CHECK.limits["status"]) is level


@pytest.mark.parametrize(
    ("ran", "said"),
    [
        pytest.param(ProgramResult(3, "no such host | a=1", ""), "^no such host$", id="three"),
        pytest.param(
            ProgramResult(3, "", "usage: x"), "exited with code 3: usage: x", id="three, silent"
        ),
        pytest.param(
            ProgramResult(127, "", "no lib\nat all"),
            "exited with code 127: no lib$",
            id="another",
        ),
        pytest.param(
            ProgramResult(255, "odd", ""),
            "exited with code 255: odd$",
            id="another, said aloud",
        ),
        pytest.param(
            ProgramResult(-9, "", ""),
            r"was terminated by signal 9: \(it printed nothing\)",
            id="a signal",
        ),
    ],
)
async def test_any_other_code_means_that_it_could_not_measure(ran, said):
    with pytest.raises(Unmeasurable, match=said):
        await answer(ran, reads="nagios")


@pytest.mark.parametrize(
    ("code", "said", "noted"),
    [
        pytest.param(2, "CRITICAL: Queue has 9 mails", "Queue has 9 mails", id="a colon"),
        pytest.param(0, "OK - load average: 0.1", "load average: 0.1", id="a dash"),
        pytest.param(2, "WARNING: late", "WARNING: late", id="another level"),
        pytest.param(2, "DISK CRITICAL - full", "DISK CRITICAL - full", id="not in front"),
        pytest.param(0, "OK-ish", "OK-ish", id="a word that begins so"),
        pytest.param(0, "OK", "OK", id="nothing but the level"),
        pytest.param(0, "OK:", "OK:", id="nothing behind it"),
    ],
)
async def test_a_plugin_does_not_say_twice_what_its_level_is(code, said, noted):
    (status,) = await answer(ProgramResult(code, said, ""), reads="nagios")
    assert status.note.en == noted


async def test_nor_does_one_that_could_not_measure():
    with pytest.raises(Unmeasurable, match=r"^no such host$"):
        await answer(ProgramResult(3, "UNKNOWN: no such host", ""), reads="nagios")


async def test_a_plugin_that_only_complains_is_quoted():
    (status,) = await answer(ProgramResult(2, "", "cannot open socket"), reads="nagios")
    assert status.note.en == "cannot open socket"


async def test_half_a_number_at_the_cut_is_not_believed():
    readings = await answer(
        ProgramResult(1, "late | a=12", "", is_truncated=True), reads="nagios"
    )
    assert [(r.name, r.value) for r in readings] == [("status", 1)]
    with pytest.raises(Unmeasurable, match="more than 64 KiB"):
        await answer(ProgramResult(0, "12", "", is_truncated=True))


@pytest.mark.parametrize("reads", ["number", "json", "auto"])
async def test_a_program_that_fails_has_measured_nothing(reads):
    with pytest.raises(Unmeasurable, match="exited with code 1: no disk") as caught:
        await answer(ProgramResult(1, "42", "no disk\n"), reads=reads)
    assert caught.value.words.ja == "プログラムが終了コード 1 で終了しました: no disk"


async def test_a_real_script_gets_its_arguments_and_variables(folder):
    path = written(folder, 'echo "{\\"items\\": {\\"$1\\": {\\"free\\": $FREE}}}"')
    wanted = script.Options(argv=(path, "a b"), env={"FREE": "12"})
    (reading,) = (await script.run(wanted, local(folder, env=("FREE",)), {})).readings
    assert reading == Reading("free", 12, item="a b")


async def test_a_real_script_that_hangs_is_ended_with_its_children(folder):
    sleeper = Sleeper()
    path = written(folder, f"setsid {sleeper.command} &\n{sleeper.command}")
    wanted = script.Options(argv=(path,), timeout=0.3)
    with pytest.raises(
        Unmeasurable, match=r"no answer within 0\.3 s; the program and its child processes were"
    ):
        await script.run(wanted, local(folder), {})
    await sleeper.is_gone()


async def test_a_script_that_may_not_run_is_not_run(folder):
    path = written(folder, f"touch {folder}/ran")
    (folder / "script").chmod(0o777)
    with pytest.raises(Unmeasurable, match="other users can write to"):
        await script.run(script.Options(argv=(path,)), local(folder), {})
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "x.argv: is missing"),
        ({"argv": ()}, "argv must contain a program"),
        ({"argv": "/opt/own"}, "x.argv: must be a list"),
        ({"argv": ("/opt/own",), "reads": "xml"}, "x.reads: "),
        ({"argv": ("/opt/own",), "timeout": 0}, "timeout must be"),
        ({"argv": ("/opt/own",), "env": {"A": 1}}, "x.env.A: must be text"),
    ],
    ids=[
        "no program",
        "an empty one",
        "a command line",
        "a way to read",
        "no time",
        "a number",
    ],
)
def test_options_that_cannot_be_are_refused(given, said):
    with pytest.raises(schema.Invalid) as caught:
        schema.read(script.Options, given, at="x")
    assert said in str(caught.value)


@pytest.mark.parametrize("code", [0, 1, 2])
async def test_debians_dummy_is_what_it_is_told_to_be(code):
    found = await plugin("check_dummy", str(code), "said so")
    assert found["status"].value == code
    assert "said so" in found["status"].note.en


async def test_debians_dummy_may_be_unknown_too():
    with pytest.raises(Unmeasurable, match=r"^no idea$"):
        await plugin("check_dummy", "3", "no idea")


async def test_debians_disk_plugin_measures_the_root():
    found = await plugin("check_disk", "-w", "0%", "-c", "0%", "-p", "/")
    assert found["status"].value == 0 and "DISK OK" in found["status"].note.en
    assert found["/"].value > 0 and found["/"].unit.endswith("B")


async def test_debians_process_plugin_counts():
    found = await plugin("check_procs", "-c", "1:")
    assert found["procs"].value >= 1 and found["status"].value == 0


async def test_debians_tcp_plugin_tells_an_open_port_from_a_closed_one():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        number = str(sock.getsockname()[1])
        found = await plugin("check_tcp", "-H", "127.0.0.1", "-p", number)
        assert found["status"].value == 0 and found["time"].unit == "s"
    found = await plugin("check_tcp", "-H", "127.0.0.1", "-p", number)
    assert found["status"].value == 2 and "refused" in found["status"].note.en


async def test_a_plugin_that_goes_by_several_names_keeps_the_one_it_was_called_by():
    with pytest.raises(Unmeasurable, match="check_ftp"):
        await plugin("check_ftp", "--version")
