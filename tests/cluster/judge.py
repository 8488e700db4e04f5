"""Judge what a witness saw of nodes, beside what befell them: a program that reads two files, and knows
nothing of the nodes' own words."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from noroshi.core.cadence import EPOCH, phase
from tests.cluster.witness import CRITICAL, DIRECT, RECOVERED

BEYOND = 15.0
"""Seconds for which nobody may look at a monitor, beyond its interval."""
IN_FLIGHT = 2.0
"""Seconds before a fault within which a mail's answer may have been on its way."""
FOLLOWING = 15.0
"""Seconds after a fault of the database or of the way to it, in which its consequences end."""
AT_ONCE = 1.0
FIRST_MINUTE = 60.0
AWAY = {
    "the database is restarted",
    "the database is killed and starts again",
    "the primary is killed and the standby promoted",
    "the database's volume is full",
}
CUT = {"a node's way to the database is mute", "a node is refused at the database"}
STOPPED, KILLED = "a node stands still", "a node is killed"

Fault = Mapping[str, Any]


@dataclass
class Verdict:
    """Hold what was counted, and what must not be. Each entry of a list names one case."""

    alarms: int = 0
    recoveries: int = 0
    mails: int = 0
    looks: int = 0
    longest_unwatched: float = 0.0
    sent_directly: int = 0
    answers_lost: int = 0
    begun_as_it_stood_still: int = 0
    in_the_first_minute_of_a_cut: int = 0
    made_up_for: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unwatched: list[str] = field(default_factory=list)
    measured_twice: list[str] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        lists = self.lost, self.twice, self.wrong, self.unwatched, self.measured_twice
        return any(lists)


class Judge:
    """Go through a record."""

    def __init__(self, record: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        self._looks, self._mails = record["looks"], record["mails"]
        self._closings, self._faults = record["closings"], told["faults"]
        self._every, self._began, self._ended = told["every"], told["began"], told["ended"]
        self._ids, self._names = told["ids"], told["names"]
        self._beyond = told.get("beyond", BEYOND)
        self.verdict = Verdict()

    def run(self) -> Verdict:
        """Return the verdict."""
        self.verdict.mails = len(self._mails)
        self.verdict.looks = sum(map(len, self._looks))
        for place, closing in enumerate(self._closings):
            self._judge_closing(closing, self._next_closing(place))
        for mail in self._mails:
            self._judge_mail(mail)
        for port, looks in enumerate(self._looks):
            self._judge_gaps(port, [at for at, _ in looks])
            self._judge_turns(port, looks)
        return self.verdict

    # mails

    def _next_closing(self, place: int) -> float:
        port = self._closings[place]["port"]
        later = (c["closed"] for c in self._closings[place + 1 :] if c["port"] == port)
        return next(later, float("inf"))

    def _judge_closing(self, closing: Mapping[str, Any], until: float) -> None:
        port, closed = closing["port"], closing["closed"]
        mails = [m for m in self._of(port) if closed <= m["at"] < until]
        alarms = [m for m in mails if CRITICAL in m["subject"]]
        recoveries = [m for m in mails if RECOVERED in m["subject"]]
        self.verdict.alarms += bool(alarms)
        self.verdict.recoveries += bool(recoveries)
        if not alarms:
            self.verdict.lost.append(f"port {port}, closed at {self._at(closed)}: no alarm")
        if not recoveries:
            self.verdict.lost.append(f"port {port}, closed at {self._at(closed)}: no recovery")
        self._judge_copies(port, alarms)
        self._judge_copies(port, recoveries)

    def _of(self, port: int) -> list[Mapping[str, Any]]:
        return [m for m in self._mails if port in m["ports"] and not _is_direct(m)]

    def _judge_copies(self, port: int, mails: Sequence[Mapping[str, Any]]) -> None:
        by_id = defaultdict[str, list[Mapping[str, Any]]](list)
        for mail in mails:
            by_id[mail["id"]].append(mail)
        if len(by_id) > 1:
            times = ", ".join(self._at(mail["at"]) for mail in mails)
            self.verdict.twice.append(f"port {port}: under several Message-IDs, at {times}")
        for copies in by_id.values():
            for earlier, later in pairwise(copies):
                if self._answer_was_lost(earlier):
                    self.verdict.answers_lost += 1
                else:
                    times = f"{self._at(earlier['at'])} and {self._at(later['at'])}"
                    self.verdict.twice.append(f"port {port}: no answer was lost, at {times}")

    def _answer_was_lost(self, mail: Mapping[str, Any]) -> bool:
        name = self._names.get(mail["node"], "")
        return any(
            fault["begin"] - IN_FLIGHT <= mail["at"] <= fault["end"] + self._following(fault)
            for fault in self._faults
            if not fault["node"] or fault["node"] == name
        )

    def _following(self, fault: Fault) -> float:
        return IN_FLIGHT if fault["kind"] in {STOPPED, KILLED} else FOLLOWING

    def _judge_mail(self, mail: Mapping[str, Any]) -> None:
        if _is_direct(mail):
            self.verdict.sent_directly += 1
            is_end = RECOVERED in mail["subject"]
            may_be = (self._may_send_directly(fault, mail["at"]) for fault in self._faults)
            if not is_end and not any(may_be):
                self.verdict.wrong.append(f"sent directly at {self._at(mail['at'])}")
        elif not any(level in mail["subject"] for level in (CRITICAL, RECOVERED)):
            self.verdict.wrong.append(f"{self._at(mail['at'])} {mail['subject']}")
        for port in mail["ports"]:
            begun = [
                c for c in self._closings if c["port"] == port and c["closed"] <= mail["at"]
            ]
            if not begun:
                self.verdict.wrong.append(f"{self._at(mail['at'])} {mail['subject']}")

    def _may_send_directly(self, fault: Fault, at: float) -> bool:
        is_away = fault["kind"] in AWAY | CUT
        return is_away and fault["begin"] <= at <= fault["end"] + FOLLOWING

    # looks

    def _judge_gaps(self, port: int, looks: Sequence[float]) -> None:
        inside = [
            self._began,
            *(at for at in looks if self._began < at < self._ended),
            self._ended,
        ]
        for before, after in pairwise(inside):
            if not self._was_closed(port, before, after):
                gap = after - before - self._away(before, after)
                beyond = gap - self._every
                self.verdict.longest_unwatched = max(self.verdict.longest_unwatched, beyond)
                if beyond > self._beyond:
                    self.verdict.unwatched.append(
                        f"port {port}: {gap:.1f} s from {self._at(before)}"
                    )

    def _was_closed(self, port: int, before: float, after: float) -> bool:
        return any(
            one["closed"] <= after and before <= (one["opened"] or float("inf"))
            for one in self._closings
            if one["port"] == port
        )

    def _away(self, before: float, after: float) -> float:
        """Return for how long the database was away between two instants."""
        overlaps = (
            min(after, fault["end"]) - max(before, fault["begin"])
            for fault in self._faults
            if fault["kind"] in AWAY
        )
        return sum(max(0.0, one) for one in overlaps)

    def _judge_turns(self, port: int, looks: Sequence[tuple[float, str]]) -> None:
        offset = EPOCH.timestamp() + phase(self._ids[port]) * self._every
        turns = defaultdict[int, list[tuple[float, str]]](list)
        for at, address in looks:
            turns[int((at - offset) // self._every)].append((at, self._names[address]))
        for turn, looks_of_turn in turns.items():
            names = {name for _, name in looks_of_turn}
            next_names = {name for _, name in turns.get(turn + 1, ())}
            for first, second in pairwise(looks_of_turn):
                if first[1] != second[1]:
                    is_kept_up = len(names & next_names) > 1
                    self._judge_pair(port, first, second, is_kept_up)

    def _judge_pair(
        self, port: int, first: tuple[float, str], second: tuple[float, str], is_kept_up: bool
    ) -> None:
        """Judge two looks of two nodes in one turn. They looked at once if they did within a second, as
        both know when the turn is, or if both did so in the next turn, too. Else the second one took over
        from one that was late, and made up for a turn of which it did not know the result."""
        (began, one), (ended, other) = first, second
        if any(self._was_down(name, began, ended) for name in (one, other)):
            self.verdict.made_up_for += 1
        elif any(self._stood_still(name, at) for at, name in (first, second)):
            self.verdict.begun_as_it_stood_still += 1
        elif any(self._was_cut(name, at) for at in (began, ended) for name in (one, other)):
            self.verdict.in_the_first_minute_of_a_cut += 1
        elif ended - began > AT_ONCE and not is_kept_up:
            self.verdict.made_up_for += 1
        else:
            self.verdict.measured_twice.append(
                f"port {port}: {one} at {self._at(began)}, {other} at {self._at(ended)}"
            )

    def _was_down(self, name: str, began: float, ended: float) -> bool:
        """Return whether a node ended, or began to stand still, between two looks."""
        return any(
            began < fault["begin"] < ended
            for fault in self._of_node(name)
            if fault["kind"] in {KILLED, STOPPED}
        )

    def _stood_still(self, name: str, at: float) -> bool:
        return any(
            fault["end"] - 0.1 <= at <= fault["end"] + IN_FLIGHT
            for fault in self._of_node(name)
            if fault["kind"] == STOPPED
        )

    def _was_cut(self, name: str, at: float) -> bool:
        return any(
            fault["begin"] <= at <= fault["begin"] + FIRST_MINUTE
            for fault in self._of_node(name)
            if fault["kind"] in CUT
        )

    def _of_node(self, name: str) -> Iterator[Fault]:
        return (fault for fault in self._faults if fault["node"] == name)

    def _at(self, at: float) -> str:
        return f"{at - self._began:+.1f}"


def _is_direct(mail: Mapping[str, Any]) -> bool:
    """Return whether a mail was sent past the queue, or tells the end of what was."""
    return DIRECT in mail["subject"] or mail["id"].startswith("<without-the-queue/")


def main(folder: Path) -> int:
    """Print the verdict on a folder's record.json and told.json; 1: something must not be."""
    record, told = (
        json.loads((folder / f"{name}.json").read_text()) for name in ("record", "told")
    )
    verdict = Judge(record, told).run()
    print(json.dumps(asdict(verdict), indent=1, ensure_ascii=False))
    return int(verdict.broken)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
