"""Boot a system of its own, in namespaces (boot.sh), and take the steps of a program there."""

import json
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.e2e.world import PATIENCE

HERE, HOUSE = Path(__file__).parent, Path(__file__).parents[2]
LONGEST = 240  # seconds; only a broken system takes so long
UNIT = """\
[Unit]
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
TimeoutStartSec={most}
ExecStart={command}
StandardOutput=file:/srv/shared/out
StandardError=inherit
"""


def steps_told(shared, program, longest=LONGEST, **folders):
    """What came of each step of a program, which is given the places of Python, of our sources, of
    their packages, and of `folders`."""
    said = booted(shared, program, longest, **folders)
    file = shared / "told.json"
    assert file.exists(), said
    found = json.loads(file.read_text("utf-8"))
    assert "the end" in found, said
    return found


def booted(shared, program, longest=LONGEST, **folders):
    """The steps, done in a system that is there for them alone; what they say of themselves."""
    shutil.copy(HERE / program, shared)
    base = Path(sys.base_prefix)
    places = {
        base: base,
        HOUSE / "src": "/srv/noroshi/src",
        sysconfig.get_path("purelib"): "/srv/noroshi/packages",
    } | {folder: f"/srv/noroshi/{name}" for name, folder in folders.items()}
    inside = [sys._base_executable, "-I", f"/srv/shared/{program}", *places.values()]
    unit = UNIT.format(
        most=longest - 40, command=shlex.join(map(str, [*inside, "/srv/shared"]))
    )
    (shared / "walk.service").write_text(unit)
    bound = [one for pair in places.items() for one in pair]
    argv = "unshare", "--mount", "sh", HERE / "boot.sh", shared, *bound
    with (shared / "errors").open("wb") as errors:
        boot = subprocess.Popen(argv, stderr=errors)
    try:
        boot.wait(longest)
    except subprocess.TimeoutExpired:  # what it said until then tells why
        pass
    finally:
        boot.terminate()  # ends all that runs there, if that has not ended by itself
        boot.wait(PATIENCE)
    said = [shared / name for name in ("errors", "console", "out", "journal")]
    return "".join(f"{file.name}:\n{file.read_text()}\n" for file in said if file.exists())
