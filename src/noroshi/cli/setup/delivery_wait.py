"""Waiting until a mail is through: when the node tries it next stands there, and Enter hurries it."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.cli.output.times import clock, lasted
from noroshi.cli.setup import test_mail_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.core.delivery_state import DeliveryState

LOOK = 0.5
A_WORD_AGAIN = 60.0
"""Seconds after which it is said again how long it still takes."""
Letter = Mapping[str, Any]


class Waiting:
    """Looks after one mail, and tells whatever changes."""

    def __init__(self, talk: Dialogue, id: str) -> None:
        self._talk, self._asked, self._id = talk, talk.asked, id
        self._known: object = None
        self._told = -A_WORD_AGAIN

    def accepted(self) -> Letter:
        """Once it is. Raises RefusedError if it cannot be looked after any more."""
        self._talk.say(test_mail_texts.WAITING)
        while True:
            try:
                letter: Letter = self._asked.call("queue_show", id=self._id)
                if letter["queued"]["state"] == DeliveryState.ACCEPTED:
                    return letter
                self._say_when(letter["queued"], len(letter["tried"]))
                self._pause()
            except RefusedError as refused:
                if refused.kind not in ("trouble", "conflict"):
                    raise

    def _say_when(self, queued: Letter, tried: int) -> None:
        now = datetime.now(UTC)
        next = datetime.fromisoformat(queued["next"]) if queued["next"] else now
        known = (tried, queued["next"])
        recently = time.monotonic() - self._told < A_WORD_AGAIN
        if next <= now or (known == self._known and recently):
            return
        self._known, self._told = known, time.monotonic()
        at, left = clock(queued["next"], now), lasted(queued["next"], now)
        self._talk.say(test_mail_texts.NEXT_TRY.fill(tried=tried, at=at, left=left))

    def _pause(self) -> None:
        """Until it is to be looked at again, or somebody presses Enter."""
        if select.select([sys.stdin], [], [], LOOK)[0]:
            if not sys.stdin.readline():
                raise self._talk.left()
            self._asked.call("queue_retry", id=self._id)
            self._talk.say(test_mail_texts.TRIED_NOW)
