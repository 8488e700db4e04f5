"""The installer in a Windows of its own, as Wine has it: installed without a word, an alarm by mail
through the lab, updated, not updated by what does not start, and removed; and as an agent of a hub."""

import json
import shutil
import subprocess

import pytest

from noroshi.cli.exits import DONE
from tests.e2e.labs import LabProgram
from tests.e2e.world import PATIENCE, until
from tests.ports import free_port
from tools import wine
from tools.windows_installer import BUILD_FILE, PACKAGES, TEST_TITLE, WORK, make_program, pack

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
VERSION = "0.1.0"
NOT_DONE = 2
SHOP = """
rules = ["ops"]
every = "1s"
[[group]]
name = "net"
[[group.monitor]]
name = "shop"
kind = "port"
[group.monitor.options]
port = {port}
"""


class Windows:
    """A computer with nothing on it, and one process that runs all the time: Wine ends services
    soon after the last program."""

    def __init__(self, folder):
        folder.mkdir(mode=0o700)
        self.environment = {
            **wine.environment(),
            "WINEPREFIX": str(folder / "prefix"),
            "XDG_RUNTIME_DIR": str(folder),
        }
        wine.make_prefix(self.environment)
        self.drive = folder / "prefix" / "drive_c"
        self.program = self.drive / "Program Files" / "Noroshi"
        self.data = self.drive / "ProgramData" / "noroshi"
        self.keeper = self.start("cmd", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def start(self, *argv, **given):
        return subprocess.Popen(["wine", *argv], cwd=self.drive, env=self.environment, **given)

    def run(self, *argv, text=None):
        """A program's exit code and what it said."""
        done = subprocess.run(
            ["wine", *argv],
            cwd=self.drive,
            env=self.environment,
            input=text and text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def noroshi(self, *arguments, text=None):
        """What a command says, as people type it; it must succeed."""
        code, said = self.run(
            r"C:\Program Files\Noroshi\noroshi.cmd", "--lang", "en", *arguments, text=text
        )
        assert code == DONE, f"{arguments} gave {code}: {said}"
        return said

    def install(self, installer, *options):
        """The exit code of an installer, and what it wrote down."""
        shutil.copy(installer, self.drive / "setup.exe")
        code, _ = self.run(r"C:\setup.exe", "/S", *options)
        log = self.program / "install.log"
        return code, log.read_text("utf-8") if log.exists() else ""

    def service(self):
        """What `noroshi service status` says, by its titles."""
        lines = self.noroshi("service", "status").splitlines()
        return {line[:13].strip(): line[13:].strip() for line in lines}

    def end(self):
        self.keeper.stdin.close()
        subprocess.run(["wineserver", "-k"], env=self.environment)
        self.keeper.wait(PATIENCE)


@pytest.fixture(scope="module")
def installers(tmp_path_factory):
    """That of this version, of a newer one, and of one whose service does not start."""
    wine.set_up()
    make_program(WORK / "program", None, "")
    folder = tmp_path_factory.mktemp("installers")
    found = {"this": WORK / "program"}
    for name in ("newer", "broken"):
        found[name] = folder / name
        shutil.copytree(WORK / "program", folder / name)
        (folder / name / BUILD_FILE).write_text(f"{name}-build\n")
    (module,) = (folder / "broken" / PACKAGES / "noroshi/cli").glob("service_program.py")
    module.write_text("raise SystemExit(3)\n")
    for compiled in module.parent.glob("__pycache__/service_program.*"):
        compiled.unlink()
    for name, program in found.items():
        pack(program, folder / f"{name}.exe", VERSION, TEST_TITLE, compressor="zlib")
    return {name: folder / f"{name}.exe" for name in found}


@pytest.fixture
def windows(tmp_path):
    windows = Windows(tmp_path / "windows")
    yield windows
    windows.end()


@pytest.fixture
def lab(tmp_path_factory):
    lab = LabProgram(tmp_path_factory.mktemp("lab")).start()
    yield lab
    lab.end()


def define(windows, lab):
    """A port that nobody listens at, and a route by which the lab's app sends."""
    folder = windows.drive / "definitions"
    shutil.copytree(lab.folder / "definitions", folder)
    shutil.copy(lab.card["ca_file"], windows.drive / "lab-ca.pem")
    for cloud in folder.glob("clouds/*.toml"):
        text = cloud.read_text().replace(json.dumps(lab.card["ca_file"]), "'C:\\lab-ca.pem'")
        cloud.write_text(text)
    documents = {
        "routes/m365": 'kind = "smtp"\n[options]\naccount = "lab-app"\n'
        f'sender = "{lab.card["user"]}"',
        "contacts/people": f'addresses = ["{lab.card["reader"]}"]',
        "rules/ops": 'action = "mail"\ncontacts = ["people"]\nroutes = ["m365"]',
        "instances/shop": SHOP.format(port=free_port()),
    }
    for name, text in documents.items():
        path = folder / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    windows.noroshi(
        "secret", "set", "lab-secret", "--file", "-", text=lab.card["client_secret"]
    )
    windows.noroshi("apply", r"C:\definitions")


def test_it_is_installed_alarms_by_mail_is_updated_and_removed(windows, installers, lab):
    code, told = windows.install(installers["this"])
    assert (code, "The service is running." in told) == (DONE, True), told
    define(windows, lab)
    until(lambda: any("shop" in mail.subject for mail in lab.mails), "the alarm")

    code, told = windows.install(installers["newer"])
    assert (code, "The service was updated and is running." in told) == (DONE, True), told
    assert "newer-build" in windows.service()["program"]
    assert (windows.data / "noroshi.db.before-update").exists()
    until(lambda: "shop" in windows.noroshi("ledger"), "the ledger of before")

    code, told = windows.install(installers["broken"])
    assert (code, "the previous version is running again" in told) == (NOT_DONE, True), told
    assert "newer-build" in windows.service()["program"]
    assert windows.service()["state"] == "running"

    windows.run(r"C:\Program Files\Noroshi\uninstall.exe", "/S")
    until(lambda: not windows.program.exists(), "the program to be gone")
    assert (windows.data / "noroshi.db").exists()


def test_it_joins_a_hub_and_is_removed_with_its_data(hub, windows, installers):
    """From a folder that others use too: theirs stays."""
    hub.begin()
    address, code = hub.line()[1:]
    windows.program = windows.drive / "programs" / "Noroshi"
    theirs = windows.drive / "programs" / "theirs.txt"
    theirs.parent.mkdir()
    theirs.touch()
    join = (f"/JOIN={address}", f"/CODE={code}", "/NAME=win01")
    done, told = windows.install(installers["this"], *join, r"/D=C:\programs")
    assert (done, "joined hub" in told) == (DONE, True), told
    until(lambda: not hub.agent()["is_silent"], "the agent's first contact")
    assert hub.agent()["name"] == "win01"
    assert "web = false" in (windows.data / "noroshi.toml").read_text("utf-8")

    windows.run(r"C:\programs\Noroshi\uninstall.exe", "/S", "/PURGE")
    until(lambda: not windows.data.exists(), "the data to be gone")
    assert theirs.exists() and not windows.program.exists()
