"""`noroshi demo`: the whole path on this machine, shown as it happens.

A lab of Microsoft 365, a node and a process that it watches are started as programs of their
own. The node reaches the lab over sockets alone, by the profile that any other cloud would get.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from noroshi.cli.client import Far, Refused
from noroshi.cli.parser import HELP, Parser
from noroshi.config_web import HERE, PORT
from noroshi.core.words import Words
from noroshi.definitions import read_folder
from noroshi.demo.shown import folded
from noroshi.demo.texts import (
    ABOUT,
    AGAIN,
    AS_READ,
    AS_RECEIVED,
    DEFINITIONS,
    DOWN,
    ENDED,
    FAILED,
    GONE,
    HEAD,
    HINTS,
    IN_VAIN,
    KILLED,
    LAB,
    LANG,
    MANAGER,
    NO_MANAGER,
    NODE,
    ONCE,
    OWN,
    POSTS,
    SAME_THREAD,
    SHOP,
    SIGNED,
    STOPPED,
    UP,
    WALK,
)
from noroshi.lab.mailbox import Mail, Mailboxes
from noroshi.lab.person import SignInRefused, sign_in

REST = 5.0  # seconds that the shop stays down, for its alarm to be seen first
PATIENCE = 60.0  # seconds for each step; only what is broken takes so long
LOOK = 0.1
MANAGER_SAID = re.compile(r"manager: (?P<url>http\S+)[^$]*?first start: (?P<code>\S+)")
"""As the node prints it in English."""
LEAVE = 10.0  # seconds that a program has to end when asked to; the node needs five at most
# A terminal that is closed sends SIGHUP; Windows has none.
INTERRUPTS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if os.name == "posix" else [])]


class DemoError(Exception):
    """Why it cannot go on, in words for whoever looks on."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True)
class Told:
    """A mail as it lies in the mailbox, and how its envelope got there."""

    mail: Mail
    letter: Mapping[str, Any]


def main(argv: Sequence[str], *, language: str = "en") -> int:
    """Exit code 0: both mails came (`--once`), or Ctrl-C; 1: it could not go on."""
    parser = Parser(language, prog="noroshi demo", description=ABOUT.say(language))
    parser.add_argument("-h", "--help", action="help", help=HELP.say(language))
    parser.add_argument("--once", action="store_true", help=ONCE.say(language))
    parser.add_argument(
        "--lang", choices=("ja", "en"), default=language, help=LANG.say(language)
    )
    given = parser.parse_args(argv)
    _on_interrupts(signal.default_int_handler)
    code, interrupted = _tell(given.lang, once=given.once)
    if interrupted:
        with suppress(OSError):  # a terminal that was closed
            print(f"\n{STOPPED.say(given.lang)}", flush=True)
    return code


def _tell(language: str, *, once: bool) -> tuple[int, bool]:
    """Exit code, and whether it was interrupted; nothing of the demo is left then."""
    folder = Path(tempfile.mkdtemp(prefix="noroshi-demo-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        demo = Demo(folder, language)
        stack.callback(demo.end)
        # Whoever presses Ctrl-C once more must not leave half of it running.
        stack.callback(_on_interrupts, signal.SIG_IGN)
        try:
            demo.run(once=once)
        except (DemoError, Refused) as failed:
            print(FAILED.fill(why=failed.words).say(language), file=sys.stderr)
            return 1, False
        except KeyboardInterrupt:
            return (130 if once else 0), True
    return 0, False


class Demo:
    """The programs that take part, and the story that is told of them."""

    def __init__(self, folder: Path, language: str, leave: float = LEAVE) -> None:
        self.folder, self.language, self.leave = folder, language, leave
        self.home, self.lab_folder = folder / "home", folder / "lab"
        self.definitions = folder / "definitions"
        self.mark = f"noroshi-demo-{secrets.token_hex(4)}"
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.manager: Mapping[str, str] = {}

    def run(self, *, once: bool) -> None:
        """Tell the story; with `once` print both mails, else watch on."""
        self.say(HEAD.fill(folder=self.folder))
        lab = self.start_lab()
        self.start_shop()
        self.start_node(lab, manager=not once)
        self.sign_in(lab)
        alarm = self.mishap(lab)
        recovery = self.repair(lab, alarm)
        if once:
            for told in (alarm, recovery):
                self.print_mail(told.mail)
            return
        self.watch_on(lab)

    # the programs

    def start_lab(self) -> dict[str, Any]:
        """The lab, once it has said where it is."""
        self._start("lab", "-m", "noroshi.lab", "--folder", str(self.lab_folder))
        card = self.lab_folder / "lab.json"
        lab: dict[str, Any] = self.until(
            lambda: json.loads(card.read_text("utf-8")) if card.exists() else None, "lab"
        )
        self.step(LAB.fill(**lab))
        return lab

    def start_shop(self) -> None:
        """A process that does nothing but be there; its mark is what the node looks for."""
        self._start("shop", "-c", "import time; time.sleep(10**8)", self.mark)
        self.step(SHOP.fill(pid=self.shop.pid))

    def start_node(self, lab: Mapping[str, Any], *, manager: bool) -> None:
        """A node with these definitions, once it has seen the shop; with a manager, if there
        is somebody to look at it."""
        self._start("init", "-m", "noroshi.cli", "--home", str(self.home), "init")
        if self.programs["init"].wait():
            raise DemoError(self._ended("init"))
        with (self.home / "noroshi.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"web = {{ port = {_port()} }}\n" if manager else "web = false\n")
        argv = ("-m", "noroshi.cli", "--home", str(self.home), "--lang", "en", "serve")
        self._start("node", *argv)
        self.until(lambda: self._door_opens() or None, "node")
        self._define(lab)
        documents = [
            {"key": document.key, "body": document.body}
            for document in read_folder(self.definitions)
        ]
        self.far.call("apply", documents=documents)
        self.until(lambda: self._level() == "ok" or None, "node")
        status = self.far.call("status")
        for monitor in status["monitors"]:
            self.step(NODE.fill(line=f"{monitor['path']} ({monitor['kind']})"))
        if manager:
            self.manager = self.until(self._manager, "manager")
            self.step(MANAGER.fill(**self.manager) if self.manager else NO_MANAGER)

    def sign_in(self, lab: Mapping[str, Any]) -> None:
        """Walk the lab's pages as a person would, and paste the address back."""
        secret = self.far.call("authorize_begin", route="smtp1")["secret"]
        self.far.call("set_secret", name=secret, value=lab["client_secret"])
        url = self.far.call("authorize_begin", route="smtp1")["url"]
        walk = sign_in(url, lab["user"], lab["password"], lab["ca_file"])
        try:
            pasted = asyncio.run(walk)
        except SignInRefused as refused:
            raise DemoError(Words(en=str(refused), ja=str(refused))) from None
        self.far.call("authorize_finish", route="smtp1", pasted=pasted)
        self.step(SIGNED.fill(user=lab["user"]))

    # the story

    def mishap(self, lab: Mapping[str, Any]) -> Told:
        """The shop ends; its alarm, as it arrived."""
        time.sleep(3)  # so that whoever looks on has read so far
        self.shop.kill()
        self.shop.wait()
        self.step(KILLED.fill(pid=self.shop.pid))
        self.until(lambda: self._level() == "critical" or None, "alarm")
        self.post(0, DOWN)
        return self.arrival(lab, 1)

    def repair(self, lab: Mapping[str, Any], alarm: Told) -> Told:
        """The shop runs again; its recovery, in the same thread."""
        time.sleep(3)
        self.start_again()
        self.until(lambda: self._level() == "ok" or None, "recovery")
        self.post(0, UP)
        told = self.arrival(lab, 2)
        if alarm.mail.message_id not in told.mail.references:
            raise DemoError(
                Words(
                    en="the recovery is in no thread",
                    ja="回復のメールが同じスレッドにありません",
                )
            )
        self.step(SAME_THREAD)
        return told

    def start_again(self) -> None:
        del self.programs["shop"]
        self._start("shop", "-c", "import time; time.sleep(10**8)", self.mark)
        self.step(AGAIN.fill(pid=self.shop.pid))

    def arrival(self, lab: Mapping[str, Any], count: int) -> Told:
        """The mail of that number, with each post lit only as it is proven."""
        box = Mailboxes(self.lab_folder / "mail")
        mails = self.until(lambda: self._mails(box, lab["reader"], count), "mail")
        mail = mails[count - 1]
        envelope = mail.message_id.strip("<>").rpartition("@")[0]
        letter = self.until(lambda: self._accepted(envelope), "answer")
        said = letter["tried"][-1]["said"][0]
        self.post(1, "")
        self.post(2, self._route())
        self.post(3, f"{said['code']} {said['text']}".partition(" [")[0])
        self.post(4, mail.subject)
        return Told(mail, letter)

    def print_mail(self, mail: Mail) -> None:
        """As it was received, but for a long block of base64, and then as a person reads it."""
        raw = folded(mail.raw.decode("utf-8", "replace").replace("\r\n", "\n"), self.language)
        for heading, text in (
            (AS_RECEIVED, raw),
            (AS_READ, f"{mail.subject}\n\n{mail.text}".replace("\r\n", "\n")),
        ):
            print(f"\n{heading.say(self.language)}\n\n{text.rstrip()}", flush=True)

    def watch_on(self, lab: Mapping[str, Any]) -> None:
        """Until Ctrl-C; a shop that somebody ends is told of, and comes back."""
        self.tell_of_itself()
        noroshi = f"{Path(sys.executable).parent / 'noroshi'}"
        hints = HINTS.fill(
            noroshi=noroshi,
            lab=self.lab_folder,
            home=self.home,
            pid=self.shop.pid,
            definitions=self.definitions,
        )
        print(hints.say(self.language), flush=True)
        if self.manager:
            self.say(WALK.fill(**{**lab, **self.manager}))
        box = Mailboxes(self.lab_folder / "mail")
        count = len(box.mails(lab["reader"]))
        while True:
            self.see_who_ended()
            now = len(box.mails(lab["reader"]))
            if self.shop.poll() is None:
                count = now  # counted while it lived, so its alarm is not among them
            else:
                self.bring_back(lab, count)
            time.sleep(1)

    def tell_of_itself(self) -> None:
        """From now on the node's own monitors tell, as they do of themselves."""
        self.far.call("definition_change", remove=["instances/noroshi"])
        (self.definitions / "instances" / "noroshi.toml").unlink()

    def bring_back(self, lab: Mapping[str, Any], count: int) -> None:
        """The shop that somebody ended; what is told of it comes after `count` mails."""
        self.step(GONE)
        self.watch_arrive(lab, "critical", DOWN, count + 1)
        time.sleep(REST)
        self.start_again()
        self.watch_arrive(lab, "ok", UP, count + 2)

    def watch_arrive(self, lab: Mapping[str, Any], level: str, seen: Words, count: int) -> None:
        try:
            self.until(lambda: self._level() == level or None, level)
            self.post(0, seen)
            self.arrival(lab, count)
        except DemoError:
            self.see_who_ended()  # else whoever looks on has silenced it, or watches no shop now

    # what it is made of

    @property
    def shop(self) -> subprocess.Popen[bytes]:
        return self.programs["shop"]

    @property
    def far(self) -> Far:
        return Far(self.home / "door.sock")

    def say(self, words: Words) -> None:
        print(words.say(self.language), flush=True)

    def step(self, words: Words) -> None:
        """One line with the time of day."""
        print(
            f"  {datetime.now().astimezone():%H:%M:%S}  {words.say(self.language)}", flush=True
        )

    def post(self, number: int, text: str | Words) -> None:
        """One post of the relay, lit."""
        self.step(
            Words(en="  ● {post}", ja="  ● {post}").fill(post=POSTS[number].fill(text=text))
        )

    def until(self, seen: Callable[[], Any], what: str) -> Any:
        """What comes, as soon as it does; DemoError if a program ends or nothing comes."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if (found := seen()) is not None:
                    return found
            except Refused as refused:
                if refused.kind != "no node":
                    raise
            self.see_who_ended()  # that is why, if nobody answered
            time.sleep(LOOK)
        raise DemoError(IN_VAIN.fill(what=what, seconds=PATIENCE))

    def see_who_ended(self) -> None:
        """DemoError if the lab or the node did; neither should."""
        for name in ("lab", "node"):
            if name in self.programs and self.programs[name].poll() is not None:
                raise DemoError(self._ended(name))

    def end(self) -> None:
        """End what was started, the node first, as it may be sending."""
        for name in ("init", "node", "lab", "shop"):
            program = self.programs.get(name)
            if program is not None and program.poll() is None:
                program.terminate()
                try:
                    program.wait(self.leave)
                except subprocess.TimeoutExpired:
                    program.kill()
                    program.wait()

    def _start(self, name: str, *argv: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log, undisturbed():  # a program that is started is known, or it would be left
            # A group of its own: Ctrl-C is ours to hand on, in the right order.
            self.programs[name] = subprocess.Popen(
                [sys.executable, *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONUTF8": "1"},
            )

    def _define(self, lab: Mapping[str, Any]) -> None:
        """The lab's own account and cloud, as it left them, and what is ours."""
        shutil.copytree(self.lab_folder / "definitions", self.definitions)
        own = OWN[self.language] | {"mark": self.mark, "zone": _zone()}
        for name, text in DEFINITIONS.items():
            path = self.definitions / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(**dict(lab), **own), encoding="utf-8")

    def _door_opens(self) -> bool:
        try:
            self.far.call("status")
        except Refused:
            return False
        return True

    def _manager(self) -> Mapping[str, str] | None:
        """Where the node's manager is, and the code for its first start, as the node said; none
        if it could not be opened."""
        said = (self.folder / "node.log").read_text("utf-8", "replace")
        if "cannot be opened" in said:
            return {}
        found = MANAGER_SAID.search(said)
        return found.groupdict() if found else None

    def _level(self) -> str:
        monitors = self.far.call("status")["monitors"]
        shop = next((m for m in monitors if m["path"].endswith("/shop")), None)
        return str(shop["level"]) if shop and shop["known"] else ""

    def _mails(self, box: Mailboxes, reader: str, count: int) -> Sequence[Mail] | None:
        mails = box.mails(reader)
        return mails if len(mails) >= count else None

    def _accepted(self, envelope: str) -> Mapping[str, Any] | None:
        letter: Mapping[str, Any] = self.far.call("queue_show", id=envelope)
        return letter if letter["queued"]["state"] == "accepted" else None

    def _route(self) -> str:
        return str(OWN[self.language]["route"])

    def _ended(self, name: str) -> Words:
        log = self.folder / f"{name}.log"
        tail = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or [""]
        return ENDED.fill(what=name, log=f"{log.name}: {tail[0]}")


def _port() -> int:
    """The manager's usual port if it is free, else any (0)."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HERE, PORT))
        except OSError:
            return 0
    return PORT


def _on_interrupts(handler: Any) -> None:
    for number in INTERRUPTS:
        signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """What would interrupt this does so at its end."""
    came, before = list[int](), [signal.getsignal(number) for number in INTERRUPTS]
    _on_interrupts(lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in zip(INTERRUPTS, before, strict=True):
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def _zone() -> str:
    """The machine's own zone, by its IANA name where that can be found."""
    try:
        return str(Path("/etc/localtime").resolve()).split("zoneinfo/")[1]
    except (OSError, IndexError):
        return "UTC"
