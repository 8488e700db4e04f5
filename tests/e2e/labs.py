"""The lab for tests that are no coroutines: as its own program, or within reach in a thread."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

from noroshi.cli.clients.socket import SocketClient
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.mailbox import Mailboxes
from noroshi_lab.lab.person import sign_in
from noroshi_lab.lab.remote import Remote
from tests.e2e.world import PATIENCE, until
from tests.noroshi_lab.lab.lab_keys import with_keys
from tests.warm import warm


class LabProgram:
    """`noroshi lab` as people start it."""

    def __init__(self, folder):
        self.folder = with_keys(folder)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "noroshi_lab.lab", "--folder", str(self.folder)],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        until(lambda: self.card.get("pid") == self.process.pid, "the lab")
        return self

    @property
    def card(self):
        """What `lab.json` says."""
        file = self.folder / "lab.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else {}

    @property
    def mails(self):
        return Mailboxes(self.folder / "mail").mails()

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class Clock:
    """The lab's clock: the real one, except while it is turned back."""

    def __init__(self):
        self.back = timedelta()

    def __call__(self):
        return datetime.now(UTC) - self.back


class Remembering:
    """A mint that remembers each token that it gave out."""

    def __init__(self, mint):
        self._mint, self.access, self.refresh = mint, [], []

    def __getattr__(self, name):
        return getattr(self._mint, name)

    def sign(self, claims):
        self.access.append(self._mint.sign(claims))
        return self.access[-1]

    def seal(self, record, now):
        self.refresh.append(self._mint.seal(record, now))
        return self.refresh[-1]


class LabInReach:
    """The lab in a thread of this process, so that a test can see and spoil what is in it."""

    def __init__(self, folder, **given):
        self.clock = Clock()
        self.lab = Lab(with_keys(folder), clock=self.clock, **given)
        self.mint = self.lab.mint = Remembering(self.lab.mint)
        self.folder, self.faults = folder, self.lab.faults
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._wait(self.lab.__aenter__())
        self.card = json.loads((folder / "lab.json").read_text("utf-8"))

    @property
    def mails(self):
        return self.lab.mailboxes.mails()

    def revoke(self, *, before):
        """End every sign-in, and every token, older than an instant."""
        self.clock.back = datetime.now(UTC) - before
        self.lab.grants.revoke(self.card["user"])
        self.clock.back = timedelta()

    def end(self):
        """To be called when no node is connected any more."""
        self._wait(self.lab.__aexit__(None, None, None))
        self._wait(_some_turns())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


async def _some_turns():
    """So many as the loop takes to let go of what was closed just now."""
    for _ in range(10):
        await asyncio.sleep(0)


def walked(card, url):
    """What a person does in the browser; gives the address at which it ends."""
    return asyncio.run(sign_in(url, card["user"], card["password"], card["ca_file"]))


def define(home, lab, **more):
    """The lab's own account and cloud, as it left them, with a route through them: m365."""
    home.definitions.mkdir(exist_ok=True)
    shutil.copytree(lab.folder / "definitions", home.definitions, dirs_exist_ok=True)
    route = f"""
        kind = "smtp"
        [options]
        account = "lab"
        sender = "{lab.card["user"]}"
    """
    contact = f'addresses = ["{lab.card["reader"]}"]'
    return home.define(**{"routes__m365": route, "contacts__ops": contact} | more)


class SigningIn:
    """`noroshi authorize` in the middle: it has shown its page and waits for the address."""

    def __init__(self, home, *argv, language="en", noroshi=None):
        command = (*(noroshi or warm()), "--home", str(home.folder))
        self.process = subprocess.Popen(
            [*command, "--lang", language, "authorize", "m365", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        self.shown = ""
        while "https://" not in self.shown:
            line = self.process.stdout.readline()
            assert line, self.shown
            self.shown += line
        self.url = line.strip()

    def paste(self, text):
        """Its exit code, and what it said from then on."""
        said, _ = self.process.communicate(text + "\n", PATIENCE)
        return self.process.returncode, said

    def end(self):
        self.process.kill()
        self.process.communicate()


def signed_in(home, lab, *argv):
    """Sign in, from the page to the pasted address."""
    sitting = SigningIn(home, *argv)
    code, said = sitting.paste(walked(lab.card, sitting.url))
    assert code == 0, said
    return said


BOTH = {
    "rules__ops": 'action = "mail"\ncontacts = ["ops"]\nroutes = ["m365", "second"]\n',
    "routes__second": 'kind = "smtp"\n[options]\naccount = "elsewhere"\n',
}
"""A second route, by the provider that is not Microsoft."""


def both_signed_in(home, lab):
    """The two routes of a running node."""
    door, remote = SocketClient(home.folder / "door.sock"), Remote(lab.folder)
    for route, card in (("m365", lab.card), ("second", lab.card["elsewhere"])):
        entry = door.call("authorize_begin", route=route)["secret"]
        door.call("set_secret", name=entry, value=card["client_secret"])
        url = door.call("authorize_begin", route=route)["url"]
        door.call("authorize_finish", route=route, pasted=remote.sign_in(url))


def secret_file(home, lab):
    """The client secret in a file, as one gives it to `--secret-file`."""
    file = home.folder.parent / "client-secret"
    file.write_text(lab.card["client_secret"] + "\n", encoding="utf-8")
    return ("--secret-file", str(file))
