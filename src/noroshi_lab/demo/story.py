"""Tell the story of `noroshi demo`: the whole path of an alarm on this machine, shown as it
happens.

A lab of Microsoft 365, a node and a process that the node monitors are started as separate
programs. The node reaches the lab over sockets alone, by the profile that any other cloud would
get.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.config.web import LOOPBACK, PORT
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.translation import Message, _, plain
from noroshi.definitions.folder import read_folder
from noroshi.hosts.time_zone import machine_zone
from noroshi.system.port_claim import claim
from noroshi.web.server import CANNOT_OPEN, FIRST
from noroshi_lab.demo.mail_print import folded
from noroshi_lab.demo.programs import PATIENCE, DemoError, Programs
from noroshi_lab.demo.story_texts import (
    ADDRESS,
    AGAIN,
    AS_READ,
    AS_RECEIVED,
    BROWSER,
    DEFINITIONS,
    DOWN,
    GONE,
    HEAD,
    KILLED,
    LAB,
    MANAGER,
    NO_MANAGER,
    NODE,
    POSTS,
    SAME_THREAD,
    SHOP,
    SIGNED,
    STARTING,
    TENANT,
    TERMINAL,
    TITLES,
    UP,
    WATCHING,
)
from noroshi_lab.lab.mailbox import Mail, Mailboxes
from noroshi_lab.lab.person import SmtpAuthError, sign_in

REST = 5.0  # seconds that the shop stays down, for its alarm to be seen first
MANAGER_SAID = re.compile(
    re.escape(FIRST.en)
    .replace(r"\{url\}", r"(?P<url>http\S+/)")
    .replace(r"\{code\}", r"(?P<code>\S+)")
)
"""As the node prints it in English."""


@dataclass(frozen=True, slots=True)
class DeliveredMail:
    """Hold a mail as it lies in the mailbox, and the record of its envelope from the queue."""

    mail: Mail
    letter: Mapping[str, Any]


class Demo:
    """The story that is told, and the programs that take part in it."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder, self.language = folder, language
        self.home, self.lab_folder = folder / "home", folder / "lab"
        self.definitions = folder / "definitions"
        self.mark = f"noroshi-demo-{secrets.token_hex(4)}"
        self.programs = Programs(folder)
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
            for delivered in (alarm, recovery):
                self.print_mail(delivered.mail)
            return
        self.watch_on(lab)

    # the programs

    def start_lab(self) -> dict[str, Any]:
        """Return the lab, once it has said where it is."""
        self.programs.start("lab", "-m", "noroshi_lab.lab", "--folder", str(self.lab_folder))
        card = self.lab_folder / "lab.json"
        lab: dict[str, Any] = self.programs.until(
            lambda: json.loads(card.read_text("utf-8")) if card.exists() else None, "lab"
        )
        self.step(LAB.fill(**lab))
        return lab

    def start_shop(self) -> None:
        """Start a process that only sleeps; the node finds it by the mark on the command
        line."""
        self.programs.start("shop", "-c", "import time; time.sleep(10**8)", self.mark)
        self.step(SHOP.fill(pid=self.shop.pid))

    def start_node(self, lab: Mapping[str, Any], *, manager: bool) -> None:
        """Start a node with these definitions, and wait until it has seen the shop; with a
        manager, if there is somebody to look at it."""
        self.programs.start("init", "-m", "noroshi.cli", "--home", str(self.home), "init")
        if self.programs.running["init"].wait():
            raise DemoError(self.programs.ended("init"))
        with (self.home / "noroshi.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"web = {{ port = {_port()} }}\n" if manager else "web = false\n")
        self.step(STARTING)
        argv = ("-m", "noroshi.cli", "--home", str(self.home), "--lang", "en", "serve")
        self.programs.start("node", *argv)
        self.programs.until(lambda: self._door_opens() or None, "node")
        self._define(lab)
        documents = [
            {"key": document.key, "body": document.body}
            for document in read_folder(self.definitions)
        ]
        self.far.call("apply", documents=documents)
        self.programs.until(lambda: self._level() == "ok" or None, "node")
        status = self.far.call("status")
        for monitor in status["monitors"]:
            self.step(NODE.fill(line=f"{monitor['path']} ({monitor['kind']})"))
        if manager:
            self.manager = self.programs.until(self._manager, "manager")
            self.step(MANAGER if self.manager else NO_MANAGER)

    def sign_in(self, lab: Mapping[str, Any]) -> None:
        """Walk the lab's pages as a person would, and paste the address back."""
        secret = self.far.call("authorize_begin", route="smtp1")["secret"]
        self.far.call("set_secret", name=secret, value=lab["client_secret"])
        url = self.far.call("authorize_begin", route="smtp1")["url"]
        walk = sign_in(url, lab["user"], lab["password"], lab["ca_file"])
        try:
            pasted = asyncio.run(walk)
        except SmtpAuthError as refused:
            raise DemoError(plain(str(refused))) from None
        self.far.call("authorize_finish", route="smtp1", pasted=pasted)
        self.step(SIGNED.fill(user=lab["user"]))

    # the story

    def mishap(self, lab: Mapping[str, Any]) -> DeliveredMail:
        """Kill the shop; return the alarm, as it arrived."""
        time.sleep(3)  # so that whoever looks on has read so far
        self.shop.kill()
        self.shop.wait()
        self.step(KILLED.fill(pid=self.shop.pid))
        self.programs.until(lambda: self._level() == "critical" or None, "alarm")
        self.post(0, DOWN)
        return self.arrival(lab, 1)

    def repair(self, lab: Mapping[str, Any], alarm: DeliveredMail) -> DeliveredMail:
        """Start the shop again; return the recovery message, in the same thread."""
        time.sleep(3)
        self.start_again()
        self.programs.until(lambda: self._level() == "ok" or None, "recovery")
        self.post(0, UP)
        delivered = self.arrival(lab, 2)
        if alarm.mail.message_id not in delivered.mail.references:
            raise DemoError(_("the recovery message is not in the same thread"))
        self.step(SAME_THREAD)
        return delivered

    def start_again(self) -> None:
        del self.programs.running["shop"]
        self.programs.start("shop", "-c", "import time; time.sleep(10**8)", self.mark)
        self.step(AGAIN.fill(pid=self.shop.pid))

    def arrival(self, lab: Mapping[str, Any], count: int) -> DeliveredMail:
        """Return the mail of that number, with each post lit only as it is proven."""
        box = Mailboxes(self.lab_folder / "mail")
        mails = self.programs.until(lambda: self._mails(box, lab["reader"], count), "mail")
        mail = mails[count - 1]
        envelope = mail.message_id.strip("<>").rpartition("@")[0]
        letter = self.programs.until(lambda: self._accepted(envelope), "answer")
        answer = letter["tried"][-1]["said"][0]
        self.post(1, "")
        self.post(2, self._route())
        self.post(3, f"{answer['code']} {answer['text']}".partition(" [")[0])
        self.post(4, mail.subject)
        return DeliveredMail(mail, letter)

    def print_mail(self, mail: Mail) -> None:
        """Print the mail as received, but for a long block of base64, and then as a person
        reads it."""
        raw = folded(mail.raw.decode("utf-8", "replace").replace("\r\n", "\n"), self.language)
        for heading, text in (
            (AS_RECEIVED, raw),
            (AS_READ, f"{mail.subject}\n\n{mail.text}".replace("\r\n", "\n")),
        ):
            print(f"\n{heading.say(self.language)}\n\n{text.rstrip()}", flush=True)

    def watch_on(self, lab: Mapping[str, Any]) -> None:
        """Go on until Ctrl-C; a shop that somebody ends raises an alarm, and is started
        again."""
        self.tell_of_itself()
        self.say_what_to_try(lab)
        box = Mailboxes(self.lab_folder / "mail")
        count = len(box.mails(lab["reader"]))
        while True:
            self.programs.see_who_ended()
            now = len(box.mails(lab["reader"]))
            if self.shop.poll() is None:
                count = now  # counted while it lived, so its alarm is not among them
            else:
                self.bring_back(lab, count)
            time.sleep(1)

    def say_what_to_try(self, lab: Mapping[str, Any]) -> None:
        """Print what can be tried, the browser first and the manager's address last and alone."""
        noroshi = Path(sys.executable).with_name("noroshi")
        here = {"noroshi": noroshi, "lab": self.lab_folder, "home": self.home}
        if self.manager:
            self.say(BROWSER.fill(**{**lab, **self.manager}))
        self.say(TERMINAL.fill(**here, pid=self.shop.pid))
        self.say(TENANT.fill(**here))
        self.say(WATCHING)
        if self.manager:
            self.say(ADDRESS.fill(**self.manager))

    def tell_of_itself(self) -> None:
        """Remove the demo's definition of the node's own instance, so that the node's own
        monitors notify as by default."""
        self.far.call("definition_change", remove=["instances/noroshi"])
        (self.definitions / "instances" / "noroshi.toml").unlink()

    def bring_back(self, lab: Mapping[str, Any], count: int) -> None:
        """Await the alarm of a shop that somebody ended, start it again, and await the
        recovery; both mails come after the first `count`."""
        self.step(GONE)
        self.watch_arrive(lab, "critical", DOWN, count + 1)
        time.sleep(REST)
        self.start_again()
        self.watch_arrive(lab, "ok", UP, count + 2)

    def watch_arrive(
        self, lab: Mapping[str, Any], level: str, words: Message, count: int
    ) -> None:
        try:
            self.programs.until(lambda: self._level() == level or None, level)
            self.post(0, words)
            self.arrival(lab, count)
        except DemoError:
            # If none did, whoever looks on has silenced it, or watches no shop now.
            self.programs.see_who_ended()

    # what it is made of

    @property
    def shop(self) -> subprocess.Popen[bytes]:
        return self.programs.running["shop"]

    @property
    def far(self) -> SocketClient:
        return SocketClient(self.home / "door.sock", lambda _: PATIENCE)

    def say(self, words: Message) -> None:
        print(words.say(self.language), flush=True)

    def step(self, words: Message) -> None:
        """Print one line with the time of day."""
        print(
            f"  {datetime.now().astimezone():%H:%M:%S}  {words.say(self.language)}", flush=True
        )

    def post(self, number: int, text: str | Message) -> None:
        """Print one post of the relay, lit."""
        self.step(_("  ● {post}").fill(post=POSTS[number].fill(text=text)))

    def _define(self, lab: Mapping[str, Any]) -> None:
        """Write the lab's own account and cloud, as the lab left them, and the demo's
        definitions."""
        shutil.copytree(self.lab_folder / "definitions", self.definitions)
        titles = {name: words.say(self.language) for name, words in TITLES.items()}
        own = titles | {"language": self.language, "mark": self.mark, "zone": machine_zone()}
        for name, text in DEFINITIONS.items():
            path = self.definitions / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(**dict(lab), **own), encoding="utf-8")

    def _door_opens(self) -> bool:
        try:
            self.far.call("status")
        except RefusedError:
            return False
        return True

    def _manager(self) -> Mapping[str, str] | None:
        """Return the address of the manager and the code for the first start from the node's
        log; empty if the manager could not be opened, None if nothing is logged yet."""
        log = (self.folder / "node.log").read_text("utf-8", "replace")
        if CANNOT_OPEN.en.partition("{")[0] in log:
            return {}
        found = MANAGER_SAID.search(log)
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
        return letter if letter["queued"]["state"] == DeliveryState.ACCEPTED else None

    def _route(self) -> str:
        return TITLES["route"].say(self.language)


def _port() -> int:
    """Return the manager's usual port if it is free, else any (0)."""
    with socket.socket() as tried:
        claim(tried)
        try:
            tried.bind((LOOPBACK, PORT))
        except OSError:
            return 0
    return PORT
