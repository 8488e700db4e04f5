"""What means harm is refused with the reason, or bounded: on a real node, from data/hostile."""

from __future__ import annotations

import json
import os

import pytest

from tests.e2e.world import Home, until
from tests.hostile.home import HOSTILE, REFUSED, allow, lay, levels_seen, put_programs, words_of
from tests.hosts.folder import Sleeper, folder  # noqa: F401  a fixture

REASONS = {
    "template-with-nested-loops": "it takes too long (more than 0.2 s)",
    "template-of-a-billion-letters": "it needs too much memory",
    "template-that-climbs-out": "not allowed: access to attribute '__class__'",
    "subject-of-two-lines": "a subject must be one line",
    "name-of-two-lines": "is not a valid name: use a-z, 0-9, - and _",
    "recipient-of-two-lines": "is not an email address",
    "pattern-with-back-reference": "back references are not supported",
    "program-in-a-writable-folder": "other users can write to",
    "program-by-a-link-out": "is not in a folder whose programs may run",
}
BOUNDED = {
    "never-ends": "more than 1024 KiB",
    "errors-never-end": "more than 1024 KiB",
    "one-long-line": "more than 64 KiB",
    "hangs": "no answer within 3 s",
    "prints-its-environment": "PATH=",
    "forks": "",
}
CANARY = "canary-5b1d0c7e"


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_the_reason_and_nothing_is_taken(case, home, folder):  # noqa: F811
    programs = put_programs(folder)
    allow(home.folder, programs)
    given = lay(HOSTILE / "refused" / case, folder / "defined", programs, Sleeper())
    done = home.run("apply", str(given), check=False)
    assert done.returncode == 3
    assert REASONS[case] in done.stderr
    assert "\r" not in done.stderr
    assert json.loads(home.run("status", "--json").stdout)["version"] == 0


def test_every_case_has_its_reason():
    assert sorted(REASONS) == REFUSED


def test_programs_that_mean_harm_are_bounded_and_see_no_secret(
    home,
    folder,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setenv("NOROSHI_TEST_SECRET", CANARY)
    sleeper, programs = Sleeper(), put_programs(folder)
    allow(home.folder, programs)
    home.run(
        "apply", str(lay(HOSTILE / "bounded" / "definitions", folder / "d", programs, sleeper))
    )
    home.serve()
    until(lambda: words_of(home).keys() >= BOUNDED.keys(), "all of them were measured")
    said = words_of(home)
    assert {name: part for name, part in BOUNDED.items() if part not in said[name]} == {}
    everything = home.run("status", "--all", "--json").stdout
    assert CANARY not in everything
    assert str(home.folder) not in said["prints-its-environment"]
    home.end()
    until(lambda: not sleeper.pids, "its children are gone")
    assert CANARY in os.environ.values()


def test_an_exploding_pattern_and_a_line_of_a_megabyte_are_read_like_any_other(
    home,
    folder,  # noqa: F811
):
    log = folder / "app.log"
    log.write_text("a" * 10**6 + "!\nneedle aaa\n", encoding="utf-8")
    given = lay(HOSTILE / "bounded" / "logs", folder / "d", folder, Sleeper())
    file = given / "instances" / "web1.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("LOG", str(log)), encoding="utf-8")
    home.run("apply", str(given))
    home.serve()
    for name in ("explodes", "one-line"):
        until(lambda name=name: "warning" in levels_seen(home, name), f"{name} found its line")
        assert levels_seen(home, name) <= {"warning", "ok"}
