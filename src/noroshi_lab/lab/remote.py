"""Call the control of a running lab from another program.

The lab's own commands use it; so can a program that drives the lab through a story.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from noroshi.core.translation import Message, _, bilingual

_PATIENCE = 60  # seconds; a sign-in has several pages
_NO_LAB = _("No lab is running in {folder}. Start one: noroshi lab --folder {folder}")
Answer = Mapping[str, Any]


class LabError(Exception):
    """Report that no lab runs there, or that it refuses a request; the words say which."""

    def __init__(self, words: Message) -> None:
        super().__init__(words.en)
        self.words = words


class Remote:
    """Call the lab of a folder. Each call raises LabError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def card(self) -> Answer:
        """Return what `lab.json` says."""
        try:
            found = json.loads((self._folder / "lab.json").read_bytes())
        except (OSError, ValueError):
            raise self._gone() from None
        return found if isinstance(found, dict) else {}

    def state(self) -> Answer:
        """Return the time, all switches, the pending changes, and scripted faults."""
        return self._ask("state")

    def set(self, name: str, value: str) -> Answer:
        """Set one switch; return the new state."""
        return self._ask("set", {"name": name, "value": value})

    def fault(
        self, at: str, does: str, *, to: str = "", left: int | None = 1, side: str = "microsoft"
    ) -> Answer:
        """Script a fault; `left` None: until it is cleared. Return the new state."""
        return self._ask(
            "fault", {"at": at, "does": does, "to": to, "left": left, "side": side}
        )

    def clear(self) -> Answer:
        """Clear all scripted faults; return the new state."""
        return self._ask("clear", {})

    def reset(self) -> Answer:
        """Reset clock, switches and faults; return the new state."""
        return self._ask("reset", {})

    def new(self, what: str, *, ends: str = "", alone: bool = False) -> Answer:
        """Make a further client `secret` or `certificate` of the app; return the value and the
        end.

        `alone`: the earlier ones end at once.
        """
        return self._ask("new", {"what": what, "ends": ends, "alone": alone})

    def upload(self, certificate: str, *, alone: bool = False) -> Answer:
        """Register a certificate with the app, in PEM and without the private key; return the
        thumbprint and the end. `alone`: in the place of all others."""
        return self._ask("upload", {"certificate": certificate, "alone": alone})

    def sign_in(self, url: str, *, code: str = "", admin: bool = False) -> str:
        """Sign in at a page as the user, or as the administrator for all; return the redirect's
        address, or, with a device's code, the text of the last page."""
        arguments = {"url": url, "code": code, "admin": admin}
        return str(self._ask("sign-in", arguments)["goes_to"])

    def mails(self, mailbox: str = "", folder: str = "inbox", after: int = 0) -> list[Answer]:
        """Return the mails of one mailbox, or of all, that came after a number."""
        query = {"box": mailbox, "folder": folder, "after": str(after)}
        found: list[Answer] = self._ask(f"mails?{urlencode(query)}")["mails"]
        return found

    def empty(self, mailbox: str) -> int:
        """Delete all mails of a mailbox; return how many they were."""
        return int(self._ask("empty", {"mailbox": mailbox})["deleted"])

    def events(self, after: int = 0) -> list[Answer]:
        """Return what the lab has seen and answered after an event's number."""
        found: list[Answer] = self._ask(f"events?after={after}")["events"]
        return found

    def _ask(self, what: str, arguments: Mapping[str, object] | None = None) -> Answer:
        """Ask one question; None is a question without a body."""
        try:
            status, answer = _exchange(self.card, f"/lab/{what}", arguments)
        except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
            raise self._gone() from None
        if status == 200:
            return answer
        why = answer.get("error")
        # Otherwise the lab of another folder has its port now.
        raise LabError(bilingual(**why)) if isinstance(why, dict) else self._gone()

    def _gone(self) -> LabError:
        return LabError(_NO_LAB.fill(folder=self._folder))


def _exchange(
    card: Answer, path: str, arguments: Mapping[str, object] | None
) -> tuple[int, Mapping[str, Any]]:
    place = urlsplit(card["control_at"])
    tls = ssl.create_default_context(cafile=card["ca_file"])
    connection = http.client.HTTPSConnection(
        place.hostname or "", place.port, context=tls, timeout=_PATIENCE
    )
    with closing(connection):
        connection.request(
            "GET" if arguments is None else "POST",
            path,
            None if arguments is None else json.dumps(arguments),
            {"Authorization": f"Bearer {card['control']}"},
        )
        answer = connection.getresponse()
        return answer.status, json.load(answer)
