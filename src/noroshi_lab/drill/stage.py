"""Drive the two sides of a drill: the lab by its control, the node by its door."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from noroshi.cli.clients.socket import Caller
from noroshi.cli.errors import RefusedError
from noroshi.core.delivery_state import DeliveryState
from noroshi.transports.mime.message import is_of
from noroshi_lab.drill.setup import Setup
from noroshi_lab.lab.remote import Remote

Answer = Mapping[str, Any]
TOKEN_LIFE = 6.0
"""Seconds; what months bring to a token comes as soon."""
LONGEST_OUT = 30.0
"""Seconds; Exchange takes five for a refusal."""
LOOK = 0.2
"""Seconds between two looks."""
TOUCHED = (
    "secret",
    "token-life",
    "retry-after",
    "tenant-smtp-auth",
    "mailbox-smtp-auth",
    "basic",
    "entra",
    "smtp",
    "graph",
    "propagation",  # the last one, so that the others hold at once
)
"""The switches that a drill may move; lab's names."""


class Stage:
    """Hold what the failures and whoever watches them work with. Calls raise as Remote and
    Caller do."""

    def __init__(self, lab: Remote, node: Caller, setup: Setup) -> None:
        self.lab, self.node, self.setup = lab, node, setup
        self.seen_in_lab = True
        """The contact's mailbox is one of the lab's, so that arrivals are seen."""

    # what is done to the lab

    def quicken(self) -> None:
        """Let tokens end in seconds, and Exchange notice changes at once. Sign in anew, as the
        token that the node has may be valid for another hour."""
        self.lab.clear()
        self.lab.set("propagation", "0s")
        self.lab.set("token-life", f"{TOKEN_LIFE:.0f}s")
        self.sign_in()
        self.cut()

    def cut(self) -> None:
        """End the open connections to Exchange, as a kept one outlives all else."""
        self.lab.set("smtp", "refuses")
        self.lab.set("smtp", "up")

    def let_tokens_end(self) -> None:
        """Wait until the present tokens have ended, so that the node needs a new one."""
        time.sleep(TOKEN_LIFE)
        self.cut()

    def fault_once(self, at: str, does: str) -> None:
        """Script a fault for the next mail alone."""
        self.lab.fault(at, does)

    # what people do

    def enter_new_secret(self) -> None:
        """Make a new secret as the app's owner does, and enter it as the node's administrator
        does."""
        value = self.lab.new("secret")["value"]
        self.node.call("set_secret", name=self.setup.secret, value=value)

    def sign_in(self) -> None:
        """Sign in as the lab's user, from the page to the pasted address."""
        url = self.node.call("authorize_begin", route=self.setup.first)["url"]
        pasted = self.lab.sign_in(url)
        self.node.call("authorize_finish", route=self.setup.first, pasted=pasted)

    def try_again(self) -> None:
        """Retry all waiting mails, with their routes; wait first for mails that are being sent,
        as a late refusal would open the circuit of the route once more."""
        end = time.monotonic() + LONGEST_OUT
        while (
            any(one["state"] == DeliveryState.OUT for one in self._queue())
            and time.monotonic() < end
        ):
            time.sleep(LOOK)
        for one in self._queue():
            if one["state"] == DeliveryState.WAITING:
                # It may leave by itself at this very moment; then there is nothing to do.
                with suppress(RefusedError):
                    self.node.call("queue_retry", id=one["id"])

    def _queue(self) -> Sequence[Answer]:
        found: Sequence[Answer] = self.node.call("queue_list")
        return found

    def send(self, subject: str, text: str, *routes: str) -> str:
        """Return the id of the envelope."""
        to = [self.setup.contact]
        mail = {"to": to, "subject": subject, "text": text, "level": "critical"}
        sent = self.node.call("send", **mail, routes=list(routes))
        return str(sent["ids"][0])

    # what is seen

    def route(self, name: str) -> Answer:
        found: Answer = next(r for r in self.node.call("status")["routes"] if r["name"] == name)
        return found

    def letter(self, id: str) -> Answer:
        """Return the envelope and what was tried."""
        found: Answer = self.node.call("queue_show", id=id)
        return found

    def copies(self, id: str) -> int:
        """Return how often a mail lies in the lab's mailboxes."""
        return sum(_is(mail, id) for mail in self.lab.mails())

    def is_calm(self) -> bool:
        """Return True if the node has nothing to say of the first route, and nothing waits."""
        status = self.node.call("status")
        waits = status["queue"]["waiting"]
        own = [m for m in status["monitors"] if m["path"].endswith(self._own)]
        return not waits and all(m["level"] == "ok" for m in own)

    def alarms_after(self, after: str) -> Sequence[Answer]:
        """Return the alarms about the first route that were raised after an instant, the oldest
        first."""
        rows = self.node.call("ledger", alarm="", last=100)["rows"]
        alarms = [
            row for row in rows if row["path"].endswith(self._own) and row["level"] != "ok"
        ]
        return [row for row in reversed(alarms) if (row["raised"] or "") >= after]

    @property
    def _own(self) -> tuple[str, str]:
        """Return the ends of the paths of the node's own monitors: of the first route and of
        the account."""
        return f"/route-{self.setup.first}", f"/account-{self.setup.account}"


@contextmanager
def left_as_found(lab: Remote) -> Iterator[None]:
    """Restore the lab's switches and faults at the end, whatever is done in between."""
    before = lab.state()
    values = {each["name"]: each["value"] for each in before["switches"]}
    try:
        yield
    finally:
        lab.clear()
        for name in TOUCHED:
            lab.set(name, values[name])
        for fault in before["faults"]:
            lab.fault(**fault)


def _is(mail: Answer, id: str) -> bool:
    return is_of(str(mail["message_id"]), id)
