"""An agent of an earlier version becomes the hub's version when it is told to, by the hub's file."""

import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from pathlib import Path

import pytest

import noroshi
from noroshi.cli.errors import RefusedError
from noroshi.link.join_code import JoinCode
from tests.e2e.world import until

SOURCES = Path(noroshi.__file__).parents[1]
MAKES_AN_ENVIRONMENT = """
import pathlib, subprocess, sys
folder = sys.argv[-1]
subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
(packages,) = pathlib.Path(folder).glob("lib/python3*/site-packages")
(packages / "noroshi.pth").write_text({paths!r})
"""
"""What pex's own tool does with the self-contained file, in short."""


def paths(sources):
    return f"{sources}\n{sysconfig.get_path('purelib')}\n"


def made_environment(folder, sources):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    (packages / "noroshi.pth").write_text(paths(sources))


@pytest.fixture
def place(tmp_path):
    """The folder of an earlier version, as the pasted line makes it."""
    place, earlier = tmp_path / "place", tmp_path / "earlier"
    shutil.copytree(SOURCES / "noroshi", earlier / "noroshi")
    text = f'__version__ = "{noroshi.__version__}"'
    source = earlier / "noroshi" / "__init__.py"
    source.write_text(source.read_text().replace(text, '__version__ = "0.0.9"'))
    place.mkdir()
    made_environment(place / "0.0.9-00000000", earlier)
    for name in ("current", "fallback"):
        (place / name).symlink_to("0.0.9-00000000")
    return place


def make_file(file):
    """The self-contained file of the hub's version, as far as an update looks at it."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f".deps/noroshi-{noroshi.__version__}-py3-none-any.whl/noroshi", "")
        archive.writestr("__main__.py", MAKES_AN_ENVIRONMENT.format(paths=paths(SOURCES)))
        archive.writestr("large", bytes(5_000_000), zipfile.ZIP_STORED)  # more than one part


def hub_key(hub):
    """The key that the script of the pasted line brings along."""
    invited = hub.call("agent_invite", updates=True)
    assert "| sudo sh -s -- --updates" in invited["install_line"]
    secret = JoinCode.read(invited["code"]).secret.hex()
    url = f"https://{invited['address']}/link/1/install/{secret}"
    unverified = ssl._create_unverified_context()
    with urllib.request.urlopen(url, context=unverified) as answer:
        return re.search("^HUB_KEY='(.*)'$", answer.read().decode(), re.MULTILINE)[1]


def refusal(hub):
    with pytest.raises(RefusedError) as refused:
        hub.call("agent_update", agent="fs01")
    return refused.value.words.en


def test_an_agent_becomes_the_version_of_its_hub(hub, server, place):
    hub.begin()
    server.run(*hub.line(), "--name", "fs01")
    python = place / "current" / "bin" / "python"
    command = [python, "-I", "-u", "-m", "noroshi.cli", *server._home(), "serve"]
    node = server._said(server._open(command, env=server._env()))
    server.until_linked()
    assert hub.agent()["version"] == "0.0.9"
    assert "has no file" in refusal(hub)
    make_file(hub.folder / "noroshi.pex")
    assert "updates by the hub are not allowed" in refusal(hub)
    (place / "hub-key").write_text(hub_key(hub).replace('"x": "', '"x": "A'))
    assert "not signed by the hub" in refusal(hub)
    (place / "hub-key").write_text(hub_key(hub))
    assert hub.call("agent_update", agent="fs01")["version"] == noroshi.__version__
    until(lambda: hub.agent()["version"] == noroshi.__version__, "the new version")
    until(lambda: hub.agent()["update"] is None, "word that it is done")
    assert node.poll() is None and not hub.agent()["has_other_version"]
    assert (place / "current").readlink() != (place / "fallback").readlink()
    server.until_linked()
    until(lambda: not hub.agent()["is_silent"], "the agent to be heard")
    assert "already running" in refusal(hub)
