"""`make setup` and `make run` on a new machine: what they say while they work, with a real pip and
tiny packages, without a network."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
FIRST = "Setting up Noroshi in .venv: 12 packages"
PACKAGES = [f"part{number:02}" for number in range(12)]
STAND_IN = """#!/bin/sh
# A Python with the module venv, whose pip waits for a sign after ten of twelve packages.
case "$1 $2" in
    "-m venv") mkdir -p "$3/bin" && cp "$(dirname "$0")/pip" "$3/bin/pip" ;;
esac
"""
PIP = """#!/bin/sh
case "$*" in
    *requirements.lock)
        for number in 0 1 2 3 4 5 6 7 8 9; do echo "Collecting part0$number==1"; done
        read -r sign < {sign}
        echo "Collecting part10==1"
        echo "Collecting part11==1"
        echo "Installing collected packages: part00" ;;
    *"-e .") printf '#!/bin/sh\\necho "what noroshi $1 says" >&2\\n' > .venv/bin/noroshi
        chmod +x .venv/bin/noroshi ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    """Makefile and tools/setup.sh, with a lock of twelve packages."""
    (tmp_path / "tools").mkdir()
    shutil.copy(CHECKOUT / "tools/setup.sh", tmp_path / "tools")
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    return tmp_path


def wheel(folder, name):
    """An empty package; the hash of its file."""
    path = folder / f"{name}-1-py3-none-any.whl"
    about = f"{name}-1.dist-info"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(f"{name}.py", "")
        made.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        made.writestr(
            f"{about}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        made.writestr(f"{about}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lock(checkout, name="requirements.lock"):
    wheels = checkout / "wheels"
    wheels.mkdir()
    lines = ["--no-index", f"--find-links {wheels}"]
    lines += [f"{one}==1 --hash=sha256:{wheel(wheels, one)}" for one in PACKAGES]
    (checkout / name).write_text("\n".join(lines) + "\n")
    return checkout / name


def of_a_person():
    """Return the environment without what the `make` that runs the tests hands down to others."""
    return {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS"))
    }


def made(checkout, *argv, **environment):
    return subprocess.run(
        argv,
        cwd=checkout,
        env={**of_a_person(), "PYTHON": sys.executable, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_a_package_with_another_hash_ends_the_setup_which_is_said_and_goes_on_once_it_is_right(
    checkout,
):
    """One test, as making a virtual environment takes longer than all else."""
    pinned = lock(checkout)
    right = pinned.read_text()
    start = right.index("part03==1 --hash=sha256:") + len("part03==1 --hash=sha256:")
    pinned.write_text(right[:start] + "0" * 64 + right[start + 64 :])
    refused = made(checkout, "tools/setup.sh", "requirements.lock")
    assert refused.returncode != 0
    first, second, *_ = refused.stdout.splitlines()
    assert first.startswith(FIRST) and second == "  making the virtual environment"
    _, error = refused.stdout.split("ERROR: ")
    assert "part03==1 from " in error and f"Expected sha256 {'0' * 64}" in error
    assert "Got " in error

    pinned.write_text(right)
    told = made(checkout, "make", ".venv/run.stamp", f"PYTHON={sys.executable}")
    assert told.returncode == 0, told.stdout
    first, *others = told.stdout.splitlines()
    assert first.startswith(FIRST)
    assert others == ["  10 of 12 packages", "  unpacking them"]
    there = checkout.glob(".venv/lib/python3.*/site-packages/part*.py")
    assert {path.stem for path in there} == {*PACKAGES}
    again = made(checkout, "make", ".venv/run.stamp", f"PYTHON={sys.executable}")
    assert (again.returncode, again.stdout.count(FIRST)) == (0, 0)


def test_make_run_tells_its_progress_while_packages_still_arrive(checkout):
    """Pip goes on only once what was told of its tenth package is read."""
    sign, stand_in = checkout / "sign", checkout / "python"
    os.mkfifo(sign)
    for path, text in ((stand_in, STAND_IN), (checkout / "pip", PIP.format(sign=sign))):
        path.write_text(text)
        path.chmod(0o755)
    (checkout / "requirements.lock").write_text("".join(f"{one}==1\n" for one in PACKAGES))
    for name in ("pyproject.toml", "hatch_build.py"):
        (checkout / name).touch()
    with subprocess.Popen(
        ["make", "run", f"PYTHON={stand_in}"],
        cwd=checkout,
        env=of_a_person(),
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        told = [run.stderr.readline() for _ in range(3)]
        assert told[0].startswith(FIRST)
        assert told[1:] == ["  making the virtual environment\n", "  10 of 12 packages\n"]
        assert run.poll() is None
        sign.write_text("go on\n")
        assert run.stderr.read().splitlines() == [
            "  unpacking them",
            "Putting Noroshi itself into .venv, a few seconds.",
            "what noroshi demo says",
        ]
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("python", "told"),
    [
        ("there-is-none", "'there-is-none' is not there"),
        ("old", "needs Python 3.11 or newer; '{python}' is Python 2.7"),
    ],
)
def test_a_python_that_does_not_do_is_named_with_the_way_out(checkout, python, told):
    (checkout / "some.lock").write_text("part00==1\n")
    if python == "old":
        path = checkout / "old"
        path.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 2.7" || exit 1\n')
        path.chmod(0o755)
        python = str(path)
    answer = made(checkout, "tools/setup.sh", "some.lock", PYTHON=python)
    assert answer.returncode == 1
    assert told.format(python=python) in answer.stdout
    assert "make PYTHON=" in answer.stdout
