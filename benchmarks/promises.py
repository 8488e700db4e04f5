"""List what is promised, and which figure of a run is held against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.scene import SLOTS
from noroshi.engine.dispatch.dispatcher import WORKERS

Row = Mapping[str, Any]
ON_DISK = 1.0  # seconds before a kill in which an answer may not have reached the disk


@dataclass(frozen=True, slots=True)
class Promise:
    """`value` of each run of a measure must not exceed `most`; `form` shows both."""

    about: str
    most: float
    form: str
    value: Callable[[Row], float]


def promises(measure: str, variant: str) -> tuple[Promise, ...]:
    """Those of one table, in its order."""
    match measure:
        case "load":
            return LOAD[variant]
        case "local":
            return LOCAL[variant]
        case "scripts":
            return SCRIPTS_MANY if variant == "a thousand a second" else SCRIPTS
        case "browsers":
            return BROWSERS
        case "apply":
            return APPLY_MANY if variant == "one of many changed" else APPLY
        case "logs":
            return _logs(variant)
        case "storm":
            return _storm(variant)
        case "outage":
            return OUTAGE
        case "sending":
            return SENDING
        case "hub":
            return HUB
        case "cluster":
            return CLUSTER[variant]
        case _:
            return START


def _missed(row: Row) -> float:
    """Of what was due, in percent."""
    done, due = float(row["done"]), float(row["due"])
    return 100 * (1 - done / due)


def _times(ours: float, bare: float) -> float:
    """Return the ratio of a figure to that of its reference; infinite if that was not measured."""
    return ours / bare if bare else float("inf")


def _slower(row: Row) -> float:
    """Return how many times longer a mail takes than bare; infinite if either was not measured."""
    return _times(row["bare"], row["ours"]) if row["bare"] else float("inf")


def _got(name: str) -> Callable[[Row], float]:
    return lambda row: float(row[name])


MISSED = Promise("checks that were due and never came", 0.1, "{:.2f} %", _missed)
LATE = Promise("lateness that 99 % stay below", 0.25, "{:.3f} s", _got("late_99"))
PEAK = Promise("resident memory, the most", 120, "{:.0f} MB", _got("peak"))
PEAK_OF_MANY = Promise(
    "resident memory, the most, while a thousand alarms are drafted",
    135,
    "{:.0f} MB",
    _got("peak"),
)
WRITTEN = Promise(
    "written to the disk each second",
    1.0,
    "{:.2f} MB",
    lambda row: row["written_per_second"] / 1e6,
)
CPU = Promise(
    "CPU of a check, all in, beside a bare asyncio connection's",
    1.8,
    "{:.2f} times",
    lambda row: _times(row["cpu_per_1000"], row["bare_cpu_per_1000"]),
)
LOAD: Mapping[str, tuple[Promise, ...]] = {
    "all answer": (MISSED, LATE, CPU, PEAK, WRITTEN),
    "each fsync takes 10 ms": (MISSED, LATE),
    "a fifth falls silent": (
        MISSED,
        Promise("worst lateness of those that answer", 0.25, "{:.3f} s", _got("late_worst")),
        Promise(
            "silent ones that are not UNKNOWN",
            0,
            "{:.0f}",
            lambda r: r["silent"] - len(r["unknown_after"]),
        ),
        Promise(
            "until the last was UNKNOWN, beyond an interval and its time-out",
            0.25,
            "{:.3f} s",
            lambda r: max(r["unknown_after"], default=0) - r["period"] - r["timeout"],
        ),
        PEAK_OF_MANY,
    ),
}
LOCAL: Mapping[str, tuple[Promise, ...]] = {
    "all well": (
        MISSED,
        Promise(
            "CPU of a check, all in, beside bare Python's that reads the same once a second",
            7.0,
            "{:.2f} times",
            lambda row: _times(row["cpu_per_1000"], row["bare_cpu_per_1000"]),
        ),
    ),
    "at rest": (
        Promise(
            "CPU of a node without monitors, beside bare Python's that looks once a second",
            0.8,
            "{:.2f} times",
            lambda row: _times(row["of_a_core"], row["bare_of_a_core"]),
        ),
    ),
}
SCRIPTS_MANY = (MISSED,)
SCRIPTS = (
    MISSED,
    Promise(
        "CPU of a check, all in, beside a bare posix_spawn of its program",
        3.0,
        "{:.2f} times",
        lambda row: _times(row["cpu"], row["bare_cpu"]),
    ),
)
BROWSERS = (
    MISSED,
    LATE,
    Promise(
        "until the page's first byte, the longest", 1.0, "{:.3f} s", lambda r: r["first"][-1]
    ),
    Promise(
        "bytes to each browser in a quiet minute, all framing included",
        1000,
        "{:.0f}",
        lambda r: r["got"] / r["browsers"] / r["window"] * 60,
    ),
    Promise("browsers that no longer follow at the end", 0, "{:.0f}", _got("ended")),
    Promise("resident memory, the most", 250, "{:.0f} MB", _got("peak")),
)
APPLY = (
    Promise(
        "`noroshi apply`, from the key to its answer, beside tomllib and sqlite3 alone",
        20.0,
        "{:.1f} times",
        lambda row: _times(row["took"], row["bare"]),
    ),
    Promise(
        "until the node goes by it, beside them",
        20.0,
        "{:.1f} times",
        lambda row: _times(row["until_in_use"], row["bare"]),
    ),
    Promise("checks that were due and never came", 0, "{:.0f}", lambda r: r["due"] - r["done"]),
    Promise("worst lateness meanwhile", 0.25, "{:.3f} s", _got("late_worst")),
    PEAK,
)
APPLY_MANY = (
    *(one for one in APPLY if one is not PEAK),
    Promise(
        "`noroshi status --json` of all of them, beside bare Python that starts and ends",
        130.0,
        "{:.0f} times",
        lambda r: _times(r["status"], r["bare_start"]),
    ),
)
OUTAGE = (
    Promise(
        "`health`, the slowest answer after they closed",
        1.0,
        "{:.3f} s",
        lambda r: max(r["answers"]),
    ),
    Promise(
        "until the first mail, in intervals", 1.0, "{:.2f}", lambda r: r["first"] / r["period"]
    ),
    Promise(
        "`noroshi apply` of all, one changed, beside tomllib and sqlite3 alone",
        20.0,
        "{:.1f} times",
        lambda row: _times(row["applied"], row["bare"]),
    ),
)
SENDING = (
    Promise("mails queued that never came, or twice", 0, "{:.0f}", _got("missing")),
    Promise("left in the queue", 0, "{:.0f}", _got("left_in_queue")),
    Promise("times as many mails a second by bare aiosmtplib", 2.5, "{:.2f}", _slower),
    Promise(
        "CPU of a mail, all in, beside bare aiosmtplib's",
        5.0,
        "{:.2f} times",
        lambda r: _times(r["cpu_per_1000"], r["bare_cpu_per_1000"]),
    ),
)

HUB = (
    Promise("alarms that no mail names", 0, "{:.0f}", _got("untold")),
    Promise("requests that were refused", 0, "{:.0f}", _got("refused")),
    Promise(
        "from an alarm at its agent until the hub has stored it, 99 % of them",
        1.0,
        "{:.3f} s",
        lambda r: _share(r["stored"], 0.99),
    ),
    Promise(
        "until its mail is at the mail server, 99 % of them",
        2.0,
        "{:.3f} s",
        lambda r: _share(r["told"], 0.99),
    ),
    Promise(
        "from an order to its answer, by whoever asks the hub, 99 % of them",
        1.0,
        "{:.3f} s",
        lambda r: _share(r["answered"], 0.99),
    ),
    Promise(
        "CPU of a request, all in, beside bare Python's that only verifies and answers it",
        100.0,
        "{:.0f} times",
        lambda r: _times(r["cpu"], r["bare_cpu"]),
    ),
    Promise("resident memory of the hub, the most", 450, "{:.0f} MB", _got("peak")),
    Promise(
        "bytes of an agent in a day, with all headers",
        5.0,
        "{:.1f} MB",
        lambda r: r["bytes_a_day"] / 1e6,
    ),
    Promise(
        "until all are back, from the start of a hub that was killed",
        60.0,
        "{:.0f} s",
        _got("back"),
    ),
    Promise("`/healthz`, the slowest answer", 1.0, "{:.3f} s", lambda r: max(r["health"])),
    Promise("resident memory of an agent", 70, "{:.0f} MB", _got("agent_resident")),
    Promise(
        "CPU of an agent, of one core", 1.0, "{:.2f} %", lambda r: 100 * r["agent_of_a_core"]
    ),
)


CLUSTER: Mapping[str, tuple[Promise, ...]] = {
    "writing": (
        Promise(
            "times as many changes a second by bare asyncpg, beside one node's, many at once",
            60.0,
            "{:.1f}",
            lambda r: _times(r["bare"], r["together"][0]),
        ),
        Promise(
            "times as many by one node as by four together, many at once",
            1.0,
            "{:.2f}",
            lambda r: _times(r["together"][0], r["together"][-1]),
        ),
    ),
    "two nodes": (
        MISSED,
        LATE,
        Promise(
            "CPU of a check, both nodes, beside one node's with a file",
            2.0,
            "{:.2f} times",
            lambda r: _times(r["cpu_per_1000"], r["file_cpu_per_1000"]),
        ),
    ),
}


def _share(sorted_values: Sequence[float], part: float) -> float:
    """Return what this part of the values does not exceed; infinite if there are none."""
    if not sorted_values:
        return float("inf")
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


def _command(typed: str, name: str, most: float, more: str = "") -> Promise:
    return Promise(
        f"`noroshi {typed}`{more}, in the middle, beside bare Python",
        most,
        "{:.1f} times",
        lambda r: _times(_middle(r[name]), _middle(r["bare"])),
    )


START = (
    _command("--version", "version", 2.0),
    _command("--help", "help", 4.0),
    _command("send", "send", 6.0),
    _command("apply", "apply", 20.0, " of 100 monitors, none changed"),
    _command("check-config", "check_config", 25.0, " of their folder"),
)


def _logs(variant: str) -> tuple[Promise, ...]:
    """With bytes alone (the C locale, for CP932) grep reads at the speed of the memory."""
    times = 2.0 if variant == "UTF-8" else 6.0
    return (
        Promise(
            "time beside grep's", times, "{:.2f} times", lambda r: _times(r["ours"], r["grep"])
        ),
        Promise(
            "lines found by one and not by the other",
            0,
            "{:.0f}",
            lambda r: abs(r["our_hits"] - r["grep_hits"]),
        ),
    )


def _storm(variant: str) -> tuple[Promise, ...]:
    first = {"a": 11.0, "c": 30.0}.get(variant, 5.0)
    return (
        Promise("ports that closed and no mail names", 0, "{:.0f}", _got("lost")),
        Promise("healthy ports that a mail names", 0, "{:.0f}", _got("wrong")),
        Promise("ports told of under two Message-IDs", 0, "{:.0f}", _got("twice")),
        Promise("mails sent again although the answer was on disk", 0, "{:.0f}", _needless),
        Promise("left in the queue", 0, "{:.0f}", _got("left_in_queue")),
        Promise("mails that tell it all", 10 + SLOTS, "{:.0f}", _got("mails")),
        Promise("first mail after", first, "{:.1f} s", _got("first")),
        Promise("all named after", 60, "{:.1f} s", _got("last")),
        Promise("worst lateness of a healthy port", 1.0, "{:.3f} s", _got("late")),
    )


def _needless(row: Row) -> float:
    """Copies but for those whose first was out when the node was killed: a few, just before. Each
    connection has one mail on its way, and others whose answers are being written down."""
    excused = [before for before in row["again"] if 0 <= before <= ON_DISK][: WORKERS * SLOTS]
    return len(row["again"]) - len(excused)


def _middle(sorted_values: list[float]) -> float:
    return sorted_values[len(sorted_values) // 2]
