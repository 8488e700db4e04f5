"""From rows of figures to docs/benchmarks.md: each promise, and what every run showed."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from benchmarks.programs import HOUSE
from benchmarks.promises import Promise, Row, promises

PAGE = HOUSE / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench` ({command}); do not edit. Raw figures of each run: `build/bench.json`.

All figures are measured from outside. The monitored ports (a listener) and the mail server are separate
programs that record each arrival. Lateness is the time of arrival at the listener, compared with the
fixed grid (epoch + interval × CRC-32 of the monitor's ID / 2³² + n × interval). CPU time depends on the
processor as much as on the program. It is therefore promised as a ratio to a reference: bare Python that
does the same work without Noroshi, in the same run. Each table names its reference
(`benchmarks/reference.py`, `benchmarks/bare.py`). Times that a person waits, or that follow a clock,
are promised in seconds.

CPU, memory and bytes written are the kernel's figures for the process, its children and ended
children. State, events, samples and log are written as always.

A storm's mails are counted from the moment at which there is something to report, the mail server
answers and the node runs: the last of these. Connections that the silent mail server accepted in its
silence stay silent for good. A healthy port's lateness counts from the storm on. If the node
was killed, it counts from 4 s after the restart (2 to start, 2 for the checks that became due). For each
connection of the route two copies of mails (same Message-ID) are allowed, one in transit and one
being stored, if the first was sent within the second before the kill.

{machine}
"""
TITLES = {
    "load": "## Load: {monitors:,} port monitors every {period:g} s, {variant}",
    "local": "## Local: {monitors:,} monitors of disks, memory and processes every {period:g} s, {variant}",
    "scripts": "## Scripts: {monitors:,} monitors that run a program every {period:g} s, {variant}",
    "browsers": "## Browsers: {browsers} follow the overview of {monitors:,} monitors every {period:g} s",
    "apply": "## Apply: {monitors:,} port monitors every {period:g} s, {variant}",
    "logs": "## Log: a word in {size:,} bytes of {variant}, in one line of 100, in memory",
    "storm": "## Storm {variant}: {sick} ports close, {healthy} stay; {fails}",
    "outage": "## Outage: {monitors:,} port monitors every {period:g} s, and all of them close",
    "sending": "## Sending: {mails:,} mails from the queue by {connections} connections, in TLS with "
    "XOAUTH2",
    "hub": "## Hub: {agents:,} agents with {monitors} monitors each, every minute",
    "cluster": "## Cluster: {variant}, on one PostgreSQL",
    "start": "## Start-up",
}
REFERENCES = {
    "load": "an asyncio loop that connects to the same ports, as often per second; none for a slow disk "
    "or silent ports, because those figures measure waiting",
    "local": "bare Python that reads the disks, the memory and the process table once a second, for "
    "all checks due within it, and neither judges nor stores the result",
    "scripts": "bare posix_spawn of the same program, as often, with a wait for its end; the CPU of "
    "the thousand a second is not promised",
    "browsers": "none: the figures are times of waiting, bytes and memory",
    "apply": "tomllib and sqlite3 alone, which read the same files and store them in one transaction",
    "logs": "grep(1), which counts the same lines",
    "storm": "none: the figures are mails and times of waiting",
    "outage": "for `apply`: tomllib and sqlite3 alone, as above; for `health`: none, because a person "
    "waits for it",
    "sending": "bare aiosmtplib, which sends the same mails over as many connections and stores nothing",
    "hub": "for CPU: bare Python that verifies the signatures of as many requests, reads each and answers "
    "it, through TLS in memory; it neither judges nor stores anything",
    "cluster": "for changes: asyncpg alone, which inserts rows as large into three tables, fifty in a "
    "transaction; for CPU: one node with a file and the same monitors",
    "start": "`python -c pass`",
}
NOTES = {
    "load": "{window:g} s a run, {due:,} checks due. Lateness of half the checks: {late_half:.3f} s; "
    "the worst: {late_worst:.3f} s. CPU for 1,000 checks on {processor}: {cpu_per_1000:.3f} s; for 1,000 "
    "bare connections: {bare_cpu_per_1000:.3f} s{unmeasured}. Resident at the end: {resident:.0f} MB. "
    "(Last run.)",
    "local": "{window:g} s a run; the samples that the node wrote are held against the grid; the CPU includes its own watch. The monitors belong to "
    "instances with 50 each, all on one computer with {processes} processes (at least 150, some of them idle "
    "ones of the bench). On {processor}: {thousand}{of_a_core:.4f} of a core, bare {bare_of_a_core:.4f}. "
    "Resident at the end: "
    "{resident:.0f} MB. (Last run.)",
    "scripts": "{window:g} s a run; the samples that the node wrote are held against the grid. The program is printf(1). CPU of one check on "
    "{processor}: {cpu:.2f} ms, of the program alone {bare_cpu:.2f} ms. Resident at the end: {resident:.0f} MB. "
    "(Last run.)",
    "browsers": "{window:g} s without events, then the page is opened {looks} times; lateness "
    "covers the whole time. The browsers share one log-in. First byte, median: {middle:.3f} s; the page: "
    "{size:,} bytes. CPU without events, monitoring included: {cpu:.3f} s a second. (Last run.)",
    "apply": "{window:g} s a run, {due:,} checks due, the apply {before:g} s after the beginning. "
    "Lateness that 99 % stay below: {late_99:.3f} s. On {processor} the command took {took:.2f} s, the "
    "node went by it after {until_in_use:.2f} s, and tomllib with sqlite3 took {bare:.2f} s; `status --json` of "
    "all took {status:.2f} s. Resident at most: {peak:.0f} MB. (Last run.)",
    "logs": "{rounds} checks in turns with `LC_ALL={locale} grep -a -c -F WORD`, the times added: "
    "grep {grep:.2f} s, the monitor {ours:.2f} s. {our_hits:,} of {lines:,} lines found. The "
    "loop was blocked for {held:.3f} s at most. (Last run.)",
    "storm": "{mails} mails, at most {most_a_second} a second{before}; sent again with the same "
    "Message-ID: {copies}. (Last run.)",
    "outage": "{asked} requests of `health` within {window:g} s on {processor}: half answered within "
    "{half:.3f} s, the slowest while all was well in {calm_worst:.3f} s. One whole `status` during the outage: "
    "{status:.2f} s. `noroshi apply` took {applied:.2f} s, {under} the {most:g} s that it may take, and "
    "tomllib with sqlite3 {bare:.2f} s. First mail after {first:.2f} s, {mails} mails. (Last run.)",
    "sending": "Mails a second at the mail server, from the first to the last: {ours:.0f} by the node, "
    "with each attempt and result stored; {bare:.0f} by bare aiosmtplib, which stores nothing. "
    "CPU for 1,000 mails on {processor}: {cpu_per_1000:.2f} s, bare {bare_cpu_per_1000:.2f} s. (Last run.)",
    "hub": "The agents but one are stand-ins in a program of their own (`benchmarks/fleet.py`), which speak the "
    "link over TLS and are told no more than agents are. {window:g} s a run, {alarms} alarms meanwhile, each "
    "of another agent; then {orders} orders to measure in {orders_window:g} s; then the hub is killed, and started {dead_for:g} s later. {requests:,} requests; {of_a_core:.3f} "
    "of a core on {processor}, {cpu:.2f} ms a request, bare {bare_cpu:.2f} ms. Half the alarms were stored "
    "after {half_stored:.3f} s and told after {half_told:.3f} s, half the orders answered after {half_answered:.3f} s. They joined in {joined:.0f} s. Resident at the end: {resident:.0f} MB. "
    "The bytes of a day are those of the window, as if an agent had {alarms_a_day:.0f} alarms a day. "
    "The agent that is a node has the monitors of the others, and measures them. It was "
    "started again once it had them; before, it took {agent_at_first:.0f} MB. (Last run.)",
    "start": "Milliseconds on {processor}, least / median / most of {count} runs: bare Python {bare}; "
    "`noroshi --version` {version}; `--help` {help}; `send` through a running node {send}; `apply` of "
    "100 monitors, none changed, {apply}; `check-config` of their folder {check_config}.",
}
CLUSTER_NOTES = {
    "writing": "{seconds:g} s each, by 1 / 2 / 4 writers; counted in PostgreSQL, which writes to the disk. Changes "
    "a second, each with a state, an event and a message: one at a time {singly}; {at_once} at a time by "
    "each {together}; bare asyncpg {bare:,.0f}. Messages lent and settled a second: {sent}. (Last run.)",
    "two nodes": "{ports:,} port monitors every {period:g} s, {window:g} s a run, {due:,} checks due. The nodes had "
    "{shares} monitors. Lateness of half the checks: {late_half:.3f} s; the worst: {late_worst:.3f} s. CPU for 1,000 checks "
    "on {processor}: {cpu_per_1000:.3f} s in the nodes and {database_cpu_per_1000:.3f} s in PostgreSQL; one node "
    "with a file: {file_cpu_per_1000:.3f} s. (Last run.)",
}
WAITS = ("bare", "version", "help", "send", "apply", "check_config")
LISTS = ("singly", "together", "sent", "shares")  # figures of several writers or nodes
DAY = 86_400.0  # seconds
MOST = 8.0  # seconds that the apply of ten thousand monitors may take
THOUSAND = "{cpu_per_1000:.3f} s of CPU for 1,000 checks, bare {bare_cpu_per_1000:.3f} s; "
FAILS = {
    "a": "mail server up",
    "b": "mail server refusing for {outage:g} s",
    "c": "mail server accepting and then silent for {outage:g} s",
    "d": "node killed after {killed_after:g} s, started again {dead_for:g} s later",
    "e": "mail server refusing for {outage:g} s, and node killed after {killed_after:g} s, "
    "started again {dead_for:g} s later",
}


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """One JSON object a line."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def sections_of(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the tables of the page for these rows, by their measure."""
    sections: dict[str, list[str]] = {}
    for measure, variant, runs in _tables(rows):
        sections.setdefault(measure, []).append(_table(measure, variant, runs))
    return sections


def written_sections(text: str) -> dict[str, list[str]]:
    """Return the tables of a page that was written before, by their measure."""
    sections: dict[str, list[str]] = {}
    for body in text.split("\n## ")[1:]:
        section = f"## {body.rstrip()}\n"
        (measure,) = (one for one, start in _starts() if section.startswith(start))
        sections.setdefault(measure, []).append(section)
    return sections


def _starts() -> Iterator[tuple[str, str]]:
    """The measures, and the words with which the titles of their tables begin."""
    for measure, title in TITLES.items():
        yield measure, re.split("[:{]", title)[0]


def commit_of_house() -> str:
    """Return the commit that is measured."""
    command = ["git", "-C", str(HOUSE), "describe", "--always", "--dirty"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip() or "unknown"


def broken(rows: Sequence[Row]) -> list[str]:
    """Each promise that a run did not keep, as a line."""
    return [
        f"{measure} {variant}: {promise.about}: {_spread(promise, runs)}"
        for measure, variant, runs in _tables(rows)
        for promise in promises(measure, variant)
        if not _kept(promise, runs)
    ]


def page(sections: Mapping[str, Sequence[str]], command: str) -> str:
    """Return the whole of docs/benchmarks.md, its tables in the order of the titles."""
    tables = (table for measure in TITLES for table in sections.get(measure, ()))
    return "\n".join((HEAD.format(command=command, machine=_machine()), *tables))


def _tables(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    for (measure, variant), runs in groupby(rows, key=lambda r: (r["measure"], r["variant"])):
        yield measure, variant, list(runs)


def _table(measure: str, variant: str, runs: list[Row]) -> str:
    head = TITLES[measure].format(fails=FAILS.get(variant, "").format(**runs[-1]), **runs[-1])
    lines = ["| | at most | measured | |", "| --- | --- | --- | --- |"]
    for promise in promises(measure, variant):
        says = "holds" if _kept(promise, runs) else "**does not hold**"
        most = promise.form.format(promise.most)
        lines.append(f"| {promise.about} | {most} | {_spread(promise, runs)} | {says} |")
    beside = f"Commit {runs[-1]['commit']}. Reference: {REFERENCES[measure]}."
    return "\n".join([head, "", *lines, "", beside, _note(measure, runs[-1]), ""])


def _note(measure: str, row: Row) -> str:
    shown = {**row, "processor": _processor()}
    if measure == "load":
        measured = row["bare_cpu_per_1000"]
        shown["unmeasured"] = "" if measured else " (not measured here)"
    if measure == "local":
        shown["thousand"] = THOUSAND.format(**row) if row["monitors"] else ""
    if measure == "start":
        shown |= {name: _three(row[name]) for name in WAITS}
        shown["count"] = len(row["bare"])
    if measure == "browsers":
        first = row["first"]
        shown |= {"looks": len(first), "middle": first[len(first) // 2]}
    if measure == "hub":
        shown |= {"half_stored": _half(row["stored"]), "half_told": _half(row["told"])}
        shown["half_answered"] = _half(row["answered"])
        shown["alarms_a_day"] = row["alarms"] / row["agents"] / row["window"] * DAY
    if measure == "outage":
        answers = row["answers"]
        shown |= {"asked": len(answers), "half": answers[len(answers) // 2]}
        shown |= {"calm_worst": row["calm"][-1], "most": MOST}
        shown["under"] = "under" if row["applied"] < MOST else "**not under**"
    if measure == "storm":
        shown["copies"] = len(row["again"])
        shown["before"] = (
            f"; {row['out_at_kill']} were in transit at the kill" if row["kill"] else ""
        )
    if measure == "cluster":
        shown |= {name: _by_number(row[name]) for name in LISTS if name in row}
    return _notes(measure, row).format(**shown)


def _notes(measure: str, row: Row) -> str:
    return CLUSTER_NOTES[row["variant"]] if measure == "cluster" else NOTES[measure]


def _by_number(values: Sequence[float]) -> str:
    return " / ".join(f"{value:,.0f}" for value in values)


def _half(values: Sequence[float]) -> float:
    return values[len(values) // 2]


def _three(values: Sequence[float]) -> str:
    return f"{values[0]:.0f} / {values[len(values) // 2]:.0f} / {values[-1]:.0f}"


def _kept(promise: Promise, runs: Sequence[Row]) -> bool:
    return all(promise.value(row) <= promise.most for row in runs)


def _spread(promise: Promise, runs: Sequence[Row]) -> str:
    values = sorted(map(promise.value, runs))
    least, most = promise.form.format(values[0]), promise.form.format(values[-1])
    return most if least == most else f"{least} to {most}"


def _machine() -> str:
    return (
        f"{time.strftime('%Y-%m-%d')}; "
        f"{os.cpu_count()} cores ({_processor()}), Linux {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite.sqlite_version}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
