"""The row of a server: its values on bars, its last day as a band and in words."""

from datetime import timedelta

import pytest

from noroshi.core.levels import Level
from noroshi.core.sources import SourceKind
from noroshi.operations.server_answers import KeyQuantity, KeyValue, ServerRow, Servers, Spell
from noroshi.testing import DAWN
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.server_rows import MOST_ROWS, glance, shown_rows

NOW = DAWN + timedelta(days=1)
HOUR = timedelta(hours=1)


def row(name="fs01", **changed):
    state = {"level": Level.OK, "is_known": True, "is_stopped": False, "monitors": 3}
    rest = {"address": "", "source": SourceKind.NODE, "key_values": (), "spells": ()}
    return ServerRow(**({"name": name, "title": name, "begins": DAWN} | state | rest | changed))


def servers(*rows, more=0):
    return Servers(at=NOW, day_begins=DAWN, rows=rows, more=more)


def shown(language="en", **changed):
    one = row(**changed)
    return glance(one, servers(one), LOCALIZERS[language])


def value(**changed):
    limits = {"warning": 80.0, "critical": 90.0, "rising": True, "level": Level.OK}
    given = {"quantity": KeyQuantity.DISK, "path": "fs01/base/disk", "item": "/srv"}
    told = {"title": "/srv", "value": 71.3, "unit": "%", "measured_at": NOW}
    return KeyValue(**(given | told | limits | changed))


def spell(level, begins, ends=None, **changed):
    place = {"path": "fs01/base/disk", "item": "/srv", "title": "Volumes"}
    ends = None if ends is None else DAWN + ends * HOUR
    return Spell(
        **(place | {"level": level, "begins": DAWN + begins * HOUR, "ends": ends} | changed)
    )


def test_a_share_stands_on_its_bar_with_the_limit_as_a_tick():
    (gauge,) = shown(key_values=(value(),)).gauges
    assert (gauge.name, gauge.value, gauge.fill, gauge.limit) == ("/srv", "71%", 71.3, 80)
    assert gauge.limit_words == "warning limit 80%" and gauge.level == "ok"


def test_a_number_without_a_limit_has_no_bar():
    response = value(
        quantity=KeyQuantity.RESPONSE, unit="ms", value=0.41, warning=None, critical=None
    )
    (gauge,) = shown(key_values=(response,)).gauges
    assert not gauge.has_bar and gauge.value == "0.41 ms" and gauge.limit == -1


def test_a_number_with_a_limit_has_a_bar_that_holds_both():
    response = value(unit="ms", value=60.0, warning=50.0, critical=None)
    (gauge,) = shown(key_values=(response,)).gauges
    assert gauge.has_bar and gauge.fill > gauge.limit > 0


def test_what_failed_has_no_value_and_no_bar():
    (gauge,) = shown(key_values=(value(value=None),)).gauges
    assert gauge.value == "no value" and not gauge.has_bar


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "No problems in the last 24 hours"),
        ({"begins": NOW - HOUR}, "No problems since 05:00"),
        ({"quiet_since": NOW - timedelta(days=9)}, "No problems for 9 days"),
        ({"is_known": False}, "Not measured yet."),
        ({"is_stopped": True}, "Monitoring is stopped."),
        ({"name": "", "agent": "fs01"}, "Nothing is monitored on this server yet."),
        ({"is_silent": True, "last_contact": NOW - HOUR}, "No data since 05:00"),
        ({"is_silent": True}, "The agent has not reported yet."),
        ({"maintenance_until": NOW + HOUR}, "Maintenance until 07:00"),
        ({"silenced_until": NOW + HOUR}, "Silenced until 07:00"),
        ({"spells": (spell(Level.CRITICAL, 20),)}, "CRITICAL since 02:00"),
        ({"spells": (spell(Level.WARNING, 19, 20),)}, "1 problem, ended 02:00"),
        (
            {
                "spells": (
                    spell(Level.WARNING, 10, 11),
                    spell(Level.CRITICAL, 11, 12, follows=True),
                    spell(Level.WARNING, 19, 20),
                )
            },
            "2 problems, the last ended 02:00",
        ),
    ],
)
def test_the_day_is_told_in_words(changed, words):
    assert shown(**changed).day == words


def test_of_what_is_not_ok_the_worst_is_named():
    spells = (spell(Level.WARNING, 10), spell(Level.CRITICAL, 20, item="/var"))
    one = shown(spells=spells, level=Level.CRITICAL)
    assert (one.day, one.details) == (
        "CRITICAL since 02:00",
        "Volumes /var and 1 other problem",
    )
    japanese = shown("ja", spells=spells, level=Level.CRITICAL)
    assert japanese.details == "Volumes /var ほか1件の異常"
    assert one.day_mark == one.sign.level == "critical"


def test_the_band_has_each_level_at_its_height_and_nothing_before_the_server_was_known():
    spells = (spell(Level.CRITICAL, 23), spell(Level.WARNING, 12, 12))
    band = shown(spells=spells, begins=DAWN + 12 * HOUR).band
    assert [(one.level, one.x, one.width, one.height) for one in band] == [
        ("ok", 120, 120, 3),
        ("warning", 120, 3, 10),
        ("critical", 230, 10, 20),
    ]


def test_a_silent_agents_band_ends_unknown():
    one = shown(
        is_silent=True, last_contact=NOW - 6 * HOUR, key_values=(value(measured_at=NOW - HOUR),)
    )
    assert one.band[-1].level == "unknown" and one.band[-1].width == 60
    assert one.is_old and one.gauges_note == "values from 05:00 (1 h ago)"


def test_japanese_names_the_same():
    one = shown("ja", spells=(spell(Level.CRITICAL, 20),))
    assert one.day == "02:00 から危険"


def test_of_very_many_servers_those_that_are_not_ok_have_rows():
    rows = [row(f"s{n:02}") for n in range(MOST_ROWS + 9)] + [row("z", level=Level.CRITICAL)]
    visible, more = shown_rows(servers(*rows, more=5))
    assert len(visible) == MOST_ROWS and visible[-1].name == "z" and more == 15
