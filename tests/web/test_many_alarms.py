"""The page of alarms when there are very many, and when what was told is long ago."""

from datetime import UTC, datetime, timedelta

from noroshi.core.levels import Level
from noroshi.core.translation import NOTHING, bilingual
from noroshi.operations.alarm_answers import AlarmRow, Alarms, ToldOf
from noroshi.operations.status_answers import MonitorStatus
from noroshi.web.view.alarms import MOST_SHOWN, AlarmQuery, OpenAlarms, fragments, key_of, view
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.tree import tree_of
from tests.web.sample_answers import monitor_status

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
FULL = bilingual(en="full", ja="満杯")
MAY = {"act": True, "rule": True}


class Counted(MonitorStatus):
    """A monitor as `status` answers it, which counts how often it is looked at."""

    looks = 0

    def __getattribute__(self, name):
        Counted.looks += 1
        return super().__getattribute__(name)


def monitor(n):
    titles = {"instance_title": "Shop", "title": f"Disk {n}"}
    return monitor_status(f"web1/base/d{n}", Counted, **titles)


def alarm(n, told=()):
    quiet = {"acknowledged": None, "silent": None, "maintenance": None, "since": NOW}
    return AlarmRow(
        path=f"web1/base/d{n}",
        title="",
        item="/",
        level=Level.CRITICAL,
        words=FULL,
        told=told,
        **quiet,
    )


def known(rows, ledger=()):
    alarms = Alarms(at=NOW, rows=tuple(rows), silences=(), maintenance=())
    tree = tree_of([monitor(n) for n in range(len(rows))])
    return OpenAlarms(tree=tree, route_titles={}, alarms=alarms, events=[], ledger=ledger)


def shown(what, language="en", **query):
    return view(what, AlarmQuery(**query), MAY, LOCALIZERS[language])


def looks(count, **query):
    what, Counted.looks = known([alarm(n) for n in range(count)]), 0
    shown(what, **query)
    return Counted.looks


def test_ten_times_the_alarms_of_a_group_are_not_a_hundred_times_the_looks():
    assert looks(1_000) <= 2 * looks(100)
    assert looks(1_000, find="disk") <= 11 * looks(100, find="disk")


def test_a_name_is_found_by_its_title():
    what = known([alarm(n) for n in range(30)])
    (found,) = shown(what, find="disk 17")["rows"]
    assert found.name == "Shop › Disk 17 › /"


def test_what_somebody_chose_stays_however_many_are_before_it():
    rows = [alarm(n) for n in range(MOST_SHOWN + 20)]
    last = key_of(rows[-1].path, rows[-1].item)
    found = shown(known(rows), selection=frozenset({last}))
    assert [row.key for row in found["rows"]][MOST_SHOWN:] == [last]
    assert found["more"] == 19


def cell(language, *told, ledger=()):
    made = shown(known([alarm(0, told)], ledger), language)
    return fragments(made, LOCALIZERS[language])["open"]


def test_what_was_told_long_ago_is_not_said_to_be_told_to_nobody():
    its = {"rule": "ops", "contacts": ("ops",), "reason": None, "because": NOTHING}
    its |= {"level": None, "times": 0}
    before, now = ToldOf(**its, at=None), ToldOf(**its, at=NOW - timedelta(hours=2))
    assert "nobody notified" in cell("en", before) and "未通知" in cell("ja", before)
    text = cell("ja", before, now)
    assert "未通知" not in text and "に通知を作成" in text
    assert 'href="/ledger?q=web1/base/d0"' in text
