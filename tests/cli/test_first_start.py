"""A version that does not accept noroshi.toml: the service starts the earlier one, or leaves it be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from noroshi.agent.installed_folder import InstalledFolder, UpdateRecord
from noroshi.cli import exits

VERSION = "1.5.0-00000000"


@pytest.fixture
def place(tmp_path):
    """A folder of versions, with one that consists of this Python and this Noroshi."""
    python = tmp_path / "place" / VERSION / "bin" / "python"
    python.parent.mkdir(parents=True)
    real_python = Path(sys.executable).resolve()
    python.symlink_to(real_python)
    (python.parent.parent / "pyvenv.cfg").write_text(f"home = {real_python.parent}\n")
    place = InstalledFolder(tmp_path / "place")
    for name in ("current", "fallback"):
        place.set_link(name, VERSION)
    return place


def code_of_start(place, tmp_path, environment):
    (tmp_path / "noroshi.toml").write_text("unknown_setting = 1\n")
    argv = (place.path / "current" / "bin" / "python", "-m", "noroshi.cli")
    path = os.pathsep.join(filter(None, sys.path))
    result = subprocess.run(
        (*argv, "--home", tmp_path, "serve"),
        env={"PATH": os.defpath, "PYTHONPATH": path, **environment},
        capture_output=True,
        check=False,
    )
    assert b"unknown_setting" in result.stderr + result.stdout
    return result.returncode


TRIAL = UpdateRecord(attempt="o1", phase="trial", version="1.5.0", folder=VERSION)
DONE = UpdateRecord(attempt="o1", phase="done", version="1.5.0", folder=VERSION)


@pytest.mark.parametrize(
    ("record", "environment", "code"),
    [
        (TRIAL, {"NOROSHI_UPDATE_STEP": "1"}, exits.RESTART),
        (DONE, {"NOROSHI_UPDATE_STEP": "1"}, exits.INVALID),
        (TRIAL, {}, exits.INVALID),
    ],
    ids=["first start", "later start", "no service"],
)
def test_a_first_start_that_fails_goes_on_with_the_earlier_version(
    place, tmp_path, record, environment, code
):
    place.keep_record(record)
    assert code_of_start(place, tmp_path, environment) == code
