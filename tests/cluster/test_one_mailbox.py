"""Two nodes send a storm of alarms from one mailbox of Microsoft 365, and its limits hold also where the one
that sends is killed: at most 30 mails in any minute, and three connections at once."""

import signal
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import LabProgram, define, secret_file, signed_in
from tests.e2e.test_on_postgres import made
from tests.e2e.world import PATIENCE, until
from tests.ports import free_port

A_MINUTE, MINUTE = 30, timedelta(minutes=1)
MONITOR = """
[[group.monitor]]
name = "port-{number}"
kind = "port"
rules = ["rule{number}"]
[group.monitor.options]
port = {port}
"""


@pytest.fixture
def lab(tmp_path):
    """It refuses what is above a limit, so that a refusal shows who did not keep it."""
    lab = LabProgram(tmp_path / "lab").start()
    Remote(lab.folder).set("throttling", "reject")
    yield lab
    lab.end()


def storm(count, port, address):
    """Define so many monitors of a closed port, each told to a contact of its own: alarms of one contact
    would become a digest, as they wait."""
    shop = 'every = "1h"\nsource = "network"\n[[group]]\nname = "net"\n'
    documents = {}
    for number in range(count):
        shop += MONITOR.format(number=number, port=port)
        documents[f"contacts__contact{number}"] = f'addresses = ["{address}"]'
        rule = f'action = "mail"\ncontacts = ["contact{number}"]\nroutes = ["m365"]'
        documents[f"rules__rule{number}"] = rule
    return {**documents, "instances__shop": shop}


def sent(lab):
    """Return when each mail came, in their order."""
    written = (mail.received.rpartition(";")[2] for mail in alarms(lab))
    return sorted(map(parsedate_to_datetime, written))


def alarms(lab):
    return [mail for mail in lab.mails if "port-" in mail.subject]


def sender_of(*homes):
    """Return the home of the node that sends, as any of them knows."""
    until(lambda: any(one["sends"] for one in homes[0].status()["nodes"]), "a sender")
    (name,) = (one["name"] for one in homes[0].status()["nodes"] if one["sends"])
    return next(home for home in homes if home.folder.parent.name == name)


@pytest.mark.parametrize(
    ("count", "kills"),
    [
        pytest.param(36, (8,), id="short", marks=pytest.mark.timeout(900)),
        pytest.param(
            500, (100, 300), id="whole", marks=[pytest.mark.long, pytest.mark.timeout(3600)]
        ),
    ],
)
def test_a_storm_through_one_mailbox_keeps_to_its_limits_though_the_sender_is_killed(
    tmp_path, postgres, lab, count, kills
):
    url = postgres.tcp_url(postgres.make_database())
    one, two = (made(tmp_path / name, name, url) for name in ("one", "two"))
    (two.folder / "key").write_bytes((one.folder / "key").read_bytes())
    with ExitStack() as stack:
        stack.callback(two.end)
        stack.callback(one.end)
        define(one, lab)
        processes = {"one": one.serve()}
        signed_in(one, lab, *secret_file(one, lab))
        processes["two"] = two.serve()
        define(one, lab, **storm(count, free_port(), lab.card["reader"]))
        killed_at = []
        for after in kills:
            until(lambda after=after: len(alarms(lab)) >= after, f"{after} mails", 1200)
            home = sender_of(one, two)
            name = home.folder.parent.name
            killed_at.append(datetime.now(UTC).replace(microsecond=0))
            processes[name].send_signal(signal.SIGKILL)
            processes[name].wait(PATIENCE)
            processes[name] = home.serve()
        until(lambda: len({m.message_id for m in alarms(lab)}) == count, "all of them", 2400)
        until(lambda: not one.queue(), "an empty queue")
    copies = Counter(mail.message_id for mail in alarms(lab))
    # Of each connection of who was killed one answer may have been lost.
    assert sum(copies.values()) - count <= 3 * len(kills)
    # The server still counts the connections of a process that was killed for some seconds.
    refusals = [at for at in refused(lab) if not any(k <= at < k + MINUTE for k in killed_at)]
    assert not refusals, "the mailbox's limits were not kept"
    assert most_in_a_minute(sent(lab)) <= A_MINUTE


def refused(lab):
    """Return when the lab refused mails or connections as too many."""
    events = Remote(lab.folder).events()
    return [datetime.fromisoformat(one["at"]) for one in events if "432" in one["answer"]]


def most_in_a_minute(times):
    return max(
        sum(first <= other < first + MINUTE for other in times[place:])
        for place, first in enumerate(times)
    )
