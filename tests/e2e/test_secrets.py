"""No secret is told: a whole installation is used, spoilt and looked through, to its last file."""

import base64
import json
import re
import signal
import sys
import zipfile
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from noroshi_lab.lab.directory import ClientSecret
from tests.e2e.canaries import PIECE, Canaries
from tests.e2e.labs import LabInReach, SigningIn, define, secret_file, walked
from tests.e2e.test_networks import running
from tests.e2e.world import PATIENCE, Home, until
from tests.network.sites import Site, says

MISTYPED = "canary-Mistyped~8Q.client-secret"

# What a server may make of the line that it refuses; {line} is what we said to sign in.
ECHOES = {
    "the whole line": "535 5.7.3 Authentication unsuccessful: AUTH XOAUTH2 {line}",
    "the token": "535 5.7.8 Bad credentials ({token})",
    "a named token": "535 5.7.8 Bad credentials, token={token}",
    "a glued token": "535 5.7.8 Bad:{token}:is.not.good",
    "a cut token": "535 5.7.8 Bad credentials: {cut}",
    "several lines": "535-5.7.8 Bad credentials:\r\n535-5.7.8 {token}\r\n535 5.7.8 {cut}",
    "another code": "454 4.7.0 Temporary failure for {line}",
    "a challenge": "334 {line}",
}
COMMANDS = {
    "status": ("status", "--all"),
    "the queue": ("queue", "list"),
    "the kinds": ("kinds",),
    "the plan": ("plan", "{definitions}"),
    "the page that is watched": ("try", "shop/web/page"),
    "what happened to it": ("log", "shop/web/page"),
    "the audit log": ("audit",),
}
PAGE_KEY = "Bearer canary-Zk8Q3aB9xY7w-header-of-a-page"
PAGE = """
    rules = []
    [[group]]
    name = "web"
    [[group.monitor]]
    name = "page"
    kind = "http"
    every = "1s"
    [group.monitor.options]
    url = "http://127.0.0.1:{port}/"
    redirects = 1
    has = ["all is well"]
    secret_headers = {{ "Authorization" = "page-key" }}
"""


class Installation:
    """A home, a lab, and all that was said and left while both were used."""

    def __init__(self, folder, page):
        self.home, self.page = Home(folder), page
        self.lab = LabInReach(folder / "lab")
        self.canaries, self.seen = Canaries(), {}
        with (self.home.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
            settings.write('\nlog_level = "debug"\nlog = "file"\n')
        define(self.home, self.lab, instances__shop=PAGE.format(port=page.port))
        self.home.run("secret", "set", "page-key", "--file", "-", input=f"{PAGE_KEY}\n")

    def keep(self, place, *told):
        raws = [one if isinstance(one, bytes) else one.encode() for one in told]
        self.seen[place] = self.seen.get(place, b"") + b"\n".join(raws)

    def send(self, subject):
        ops = ("--to", "ops", "--subject", subject, "--text", "text")
        return self.home.run("send", *ops).stdout.strip()

    @property
    def tried(self):
        """The attempts at the mail that fails."""
        return self._shown["tried"]

    @property
    def _shown(self):
        shown = self.home.run("queue", "show", self.failing, "--json").stdout
        self.keep("a mail in full", shown)
        return json.loads(shown)

    def retry(self):
        """Try the mail that fails once more, and wait for what comes of it."""
        before = len(self.tried)
        self.home.run("queue", "retry", self.failing, check=False)  # it may be out just now
        until(lambda: len(self.tried) > before, "one more attempt")

    # what is done

    def sign_in(self):
        """After two mistakes: a wrong secret, and an address that is used for the second time."""
        wrong = self.home.folder.parent / "mistyped"
        wrong.write_text(MISTYPED, encoding="utf-8")
        first = self._sitting("--secret-file", str(wrong))
        assert self._paste(first) == 1
        second = self._sitting(*secret_file(self.home, self.lab))
        used = self._paste(second)
        assert used == 0
        third = self._sitting()
        code, said = third.paste(self.address)
        self.keep("the sign-in", said)
        assert code == 3

    def _sitting(self, *argv):
        noroshi = (sys.executable, "-m", "noroshi.cli")  # what /proc tells of it is looked at
        sitting = SigningIn(self.home, *argv, noroshi=noroshi)
        self.look_at_process("the sign-in's process", sitting.process.pid)
        self.keep("the sign-in", sitting.shown)
        return sitting

    def _paste(self, sitting):
        self.address = walked(self.lab.card, sitting.url)
        code, said = sitting.paste(self.address)
        self.canaries.add("a code", re.search(r"code=([^&]+)", self.address)[1])
        self.keep("the sign-in", said)
        return code

    def look_at_process(self, place, pid):
        files = (Path(f"/proc/{pid}/{name}") for name in ("cmdline", "environ"))
        self.keep(place, *(file.read_bytes() for file in files))

    def send_and_fail(self):
        """A mail that leaves, and one that meets with all that a server can say to a sign-in."""
        self.lab.faults.drop_after_ok = 1
        self.send("it leaves")
        until(lambda: self.lab.mails and not self.home.queue(), "the mail")
        answers = self.lab.faults.answers
        answers["AUTH"] = self._echo("the whole line")
        self.failing = self.send("it fails")
        until(lambda: self.tried, "the first attempt")
        for name in ECHOES:
            answers["AUTH"] = self._echo(name)
            self.retry()
        self.lab.faults.refuse_auth = True  # from here on, so that it does not leave unasked
        del answers["AUTH"]
        for name, text in {"CONNECT": "\0\xff no mail server", "EHLO": "garbage"}.items():
            answers[name] = text
            self.retry()
            del answers[name]
        self.retry()
        self.keep("a mail in full", self.home.run("queue", "show", self.failing).stdout)

    def _echo(self, name):
        token, user = self.lab.mint.access[-1], self.lab.card["user"]
        line = base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode())
        return ECHOES[name].format(line=line.decode(), token=token, cut=token[100:160])

    def be_refused_tokens(self):
        """The provider is out of order, then does not know our secret any more."""
        apps = self.lab.lab.directory.tenants[0].apps
        app = next(iter(apps.values()))
        for spoil in (
            lambda: setattr(self.lab.faults, "token_code", 90033),
            lambda: apps.update(
                {app.client_id: replace(app, secrets=(ClientSecret("other"),))}
            ),
        ):
            spoil()
            self.forget_tokens()
            self.begin()
            self.retry()
            self.look()
            self.stop()
            self.lab.faults.token_code = 0
        apps[app.client_id] = app

    def forget_tokens(self):
        """What a life leaves to the next, so that it need not ask: as with an older backup."""
        with closing(driver.connect(self.home.folder / "noroshi.db")) as db:
            db.execute("delete from secret where name like 'access/%' or name like 'refused/%'")
            db.commit()

    def fill_the_disk(self):
        """The rotated token cannot be kept: a fault that is logged with its traceback."""
        self.forget_tokens()
        self.node = self.home.start(
            "-m", "tests.e2e.rotation_node", str(self.home.folder), "full"
        )
        self.home.until_its_door_is_open()
        self.retry()
        until(lambda: "No space left" in self.log, "the fault")
        self.look()
        self.stop()

    def ask_wrongly(self):
        """Requests with a secret where none belongs, as a hasty program makes them."""
        far = SocketClient(self.home.folder / "door.sock")
        secret = self.lab.card["client_secret"]
        for op, args in (
            ("set_secret", {"name": "lab-secret", "value": [secret]}),
            ("set_secret", {"name": "lab-secret", "valeu": secret}),
            ("set_secret", {"name": "", "value": secret}),
            ("set_secret", {"name": {secret: secret}, "value": secret}),
            ("authorize_finish", {"route": "m365", "pasted": {"address": self.address}}),
            ("authorize_finish", {"route": "m365", "pasted": self.address[:-20]}),
            ("status", {"secret": secret}),
        ):
            with pytest.raises(RefusedError) as refused:
                far.call(op, **args)
            problems = [(where, what.en, what.ja) for where, what in refused.value.problems]
            self.keep("refusals at the door", refused.value.words.en, repr(problems))

    # how it is looked at

    def begin(self):
        self.node = self.home.serve()

    def stop(self):
        self.node.send_signal(signal.SIGTERM)
        assert self.node.wait(PATIENCE) == 0
        self.keep("what serve says", self.node.stdout.read())

    def look(self):
        """By every command that looks, and in the running process."""
        for place, argv in COMMANDS.items():
            command = [word.format(definitions=self.home.definitions) for word in argv]
            for more in ((), ("--json",)):
                for language in ("en", "ja"):
                    self.keep(place, self.home.run("--lang", language, *command, *more).stdout)
        self.look_at_process("the node's process", self.node.pid)

    @property
    def log(self):
        """Of the node, and what else it said on its standard error."""
        files = (self.home.folder / "noroshi.log", self.home.folder.parent / "node.log")
        return "".join(file.read_text("utf-8") for file in files)

    def look_through_the_files(self):
        exported = self.home.folder.parent / "exported"
        self.home.run("export", str(exported))
        self.keep("the export", *(file.read_bytes() for file in exported.rglob("*.toml")))
        self.keep("the log", self.log)
        self.look_for_support()
        kept = [file for file in self.home.folder.iterdir() if file.is_file()]
        self.keep("the home's files", *(f.read_bytes() for f in kept if f.name != "key"))

    def look_for_support(self):
        """All that doctor says and writes, while the sign-in does not hold."""
        file = self.home.folder.parent / "support.zip"
        told = self.home.run("doctor", "--json", "--bundle", str(file), check=False)
        assert told.returncode == 1, told.stderr
        with zipfile.ZipFile(file) as bundle:
            told_there = [bundle.read(name) for name in bundle.namelist()]
        self.keep("what doctor says and writes", told.stdout, *told_there)

    def know_the_secrets(self):
        key = (self.home.folder / "key").read_text("ascii").strip()
        self.canaries.add("the vault's key", key)
        self.canaries.add("the vault's key", bytes.fromhex(key))
        self.canaries.add("the mistyped secret", MISTYPED)
        self.canaries.add("the secret header of a page", PAGE_KEY)
        self.canaries.add("the client secret", self.lab.card["client_secret"])
        for token in self.lab.mint.access:
            self.canaries.add("an access token", token)
        for token in self.lab.mint.refresh:
            self.canaries.add("a refresh token", token)


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """An installation that has been through all of it."""
    with ExitStack() as opened:
        environment = opened.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("PYTHONASYNCIODEBUG", "1")  # asyncio then logs what it calls
        page = opened.enter_context(running(quoting()))
        used = Installation(tmp_path_factory.mktemp("used"), page)
        try:
            used.begin()
            used.sign_in()
            used.send_and_fail()
            used.ask_wrongly()
            used.look()
            used.keep("the home's files", (used.home.folder / "noroshi.db-wal").read_bytes())
            used.stop()
            used.be_refused_tokens()
            used.fill_the_disk()
            used.look_through_the_files()
            used.know_the_secrets()
            yield used
        finally:
            used.home.end()
            used.lab.end()


PLACES = (
    "the sign-in",
    "the sign-in's process",
    "what serve says",
    "a mail in full",
    "refusals at the door",
    *COMMANDS,
    "the node's process",
    "the export",
    "the log",
    "what doctor says and writes",
    "the home's files",
)


def test_no_piece_of_any_secret_is_in_what_was_said_and_left(used):
    """One test, as the installation that it looks through is made for each that asks for it."""
    assert all(used.seen[place] for place in PLACES)
    found = {place: used.canaries.found_in(used.seen[place]) for place in PLACES}
    assert {place: leaks for place, leaks in found.items() if leaks} == {}
    tells_of_all_that_happened(used)


def quoting():
    """A site that gives back what it was sent, in a header and in its text, and where it leads."""
    key = PAGE_KEY.split()[1]
    leads = says(302, location=f"/a?key={key}", X_Key=PAGE_KEY)
    refuses = says(403, f"<p>{PAGE_KEY} is refused ({key[:30]})</p>".encode(), Server=key)
    return Site(answers=[leads, refuses] * 5_000)


def tells_of_all_that_happened(used):
    """Or the search may have found nothing as there was nothing."""
    told = used.seen["a mail in full"].decode()
    assert "Bad credentials" in told and "Temporary failure for" in told
    assert "is not a mail server" in told
    assert "DEBUG" in used.log and "Traceback" in used.log and "No space left" in used.log
    assert used.page.heard[0].headers["authorization"] == PAGE_KEY
    assert "403 Forbidden" in used.seen["the page that is watched"].decode()
    assert "is refused (" in used.seen["the page that is watched"].decode()
    assert "AADSTS90033" in used.seen["status"].decode()
    assert "AADSTS7000215" in used.seen["status"].decode()
    assert len(used.lab.mint.refresh) > 1


@pytest.mark.parametrize(
    "dress",
    ["{}", "xx{}", "said: {:.20}", "AUTH {b64}", "b{b64}", "{hex}", "secret%3D{quoted}"],
)
def test_the_search_finds_what_it_is_for(dress):
    secret = "Zk~8Q.3+/aB=9xY7-w_PpLm2"
    canaries = Canaries()
    canaries.add("it", secret)
    dressed = {
        "b64": base64.b64encode(f"user=a\1auth=Bearer {secret}\1\1".encode()).decode(),
        "hex": secret.encode().hex(),
        "quoted": "Zk~8Q.3%2B%2FaB%3D9xY7-w_PpLm2",
    }
    assert canaries.found_in(dress.format(secret, **dressed)) == ["it"]
    assert canaries.found_in("another text of that length, or longer") == []
    assert len(secret) > PIECE
