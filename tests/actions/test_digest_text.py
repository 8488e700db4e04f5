"""What a digest says: by host and name, each outage with its own times, one from several."""

from datetime import UTC, datetime, timedelta

import pytest

from noroshi.actions.digest_text import digest_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINE = "FS01 D: used 95% (limit 95%)"


def row(at, level="critical", *, where="FS01 D:", bad=None, before="ok", **other):
    minute = NOW + timedelta(minutes=at)
    since = minute if bad is None else NOW + timedelta(minutes=bad)
    given = {
        "level": level,
        "before": before,
        "ended": False,
        "stopped": False,
        "about": where,
        "where": where,
        "what": "" if level == "ok" else " used 95% (limit 95%)",
        "item": "",
        "at": minute.isoformat(),
        "bad_since": since.isoformat(),
        "mail": f"{where}/{at}",
        "alarm": f"{where}/{at}",
    }
    return given | other


def over(at, bad, **other):
    return row(at, "ok", bad=bad, before="critical", **other)


def told(*rows, language="en", now=5):
    payload = {"language": language, "zone": "UTC"}
    payloads = [payload | {"told": [one]} for one in rows]
    return digest_of(payloads, NOW + timedelta(minutes=now))


def listed(said):
    return [line.strip() for line in said["text"].split("\n") if line.startswith("  ")]


def test_it_lists_by_host_and_name_as_people_count():
    names = ("web10 disk", "web2 port", "web2 disk", "app1 disk", "WEB3 disk")
    said = told(*(row(0, where=name) for name in names))
    found = [" ".join(line.split()[:2]) for line in listed(said)]
    assert found == ["app1 disk", "web2 disk", "web2 port", "WEB3 disk", "web10 disk"]
    assert said["subject"].startswith("[5 alarms] app1 disk used 95%")


def test_a_name_of_more_digits_than_a_number_may_have_is_told_like_any_other():
    names = ("9" * 5000, "10", "09")
    said = told(*(row(0, where=f"web2/{name}") for name in names))
    found = [line.split()[0] for line in listed(said)]
    assert found == ["web2/09", "web2/10", f"web2/{'9' * 5000}"]


def test_it_says_when_the_outage_began_that_it_tells_and_names_what_was_over_before():
    other = row(0, where="FS02 E:")
    said = told(row(0), over(1, 0), row(3), other)
    assert listed(said)[0] == (
        f"{LINE} · since 12:03:00 +00:00; before that: CRITICAL from 12:00:00 +00:00 to "
        "12:01:00 +00:00"
    )
    ja = told(row(0), over(1, 0), row(3), other, language="ja")
    assert listed(ja)[0].endswith(
        "12:03:00 +00:00 から。その前: 「危険」12:00:00 +00:00 ～ 12:01:00 +00:00"
    )


def test_a_recovery_has_the_times_of_its_own_outage_and_not_the_first_one_s():
    said = told(row(0), over(1, 0), row(3), over(4, 3), row(0, where="FS02 E:"))
    (line,) = (one for one in listed(said) if one.startswith("FS01"))
    assert line == (
        "FS01 D: was CRITICAL from 12:03:00 +00:00 to 12:04:00 +00:00; before that: CRITICAL "
        "from 12:00:00 +00:00 to 12:01:00 +00:00"
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "from Fri 20 Nov 2026 12:00:00 +00:00 to Mon 23 Nov 2026 12:04:00 +00:00"),
        ("ja", "2026年11月20日(金) 12:00:00 +00:00 ～ 2026年11月23日(月) 12:04:00 +00:00"),
    ],
)
def test_an_outage_of_days_ends_on_a_day_too(language, expected):
    days = 3 * 24 * 60
    said = told(over(4, -days), row(0, where="FS02 E:"), language=language)
    assert expected in said["text"]


def test_of_many_outages_the_last_three_have_their_times_and_the_others_are_counted():
    times = [one for n in range(5) for one in (row(2 * n), over(2 * n + 1, 2 * n))]
    said = told(*times, row(10), row(0, where="FS02 E:"), now=11)
    line = listed(said)[0]
    assert line.count("CRITICAL from") == 3 and line.endswith("2 more outages")
    assert "12:04:00 +00:00 to 12:05:00 +00:00" in line


def test_a_level_that_rose_is_one_outage():
    rose = row(2, bad=2, before="warning")
    said = told(row(0, "warning"), rose, row(0, where="FS02 E:"))
    assert listed(said)[0] == f"{LINE} · since 12:00:00 +00:00"


def test_the_subject_says_how_many_last_and_how_many_are_over():
    bad, well = row(0), over(1, 0, where="FS02 E:")
    ended = row(1, "ok", where="APP01", before="critical", ended=True)
    subjects = [
        told(bad, row(0, where="FS03 F:"))["subject"],
        told(bad, well, ended)["subject"],
        told(well, over(1, 0, where="FS03 F:"))["subject"],
        told(well, ended)["subject"],
    ]
    assert [subject.partition("]")[0] for subject in subjects] == [
        "[2 alarms",
        "[1 alarm, 1 recovered, 1 no longer monitored",
        "[2 recovered",
        "[1 recovered, 1 no longer monitored",
    ]


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([row(0, where="FS03 F:")], "2 alarms were raised"),
        ([over(0, -5, where="FS02 E:")], "The states of 2 items changed"),
    ],
    ids=["all last", "one is over"],
)
def test_only_what_lasts_was_raised(others, said):
    assert said in told(row(0), *others)["text"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_digest_of_one_speaks_of_one_and_since_when_it_lasts(language):
    said = told(row(0), language=language, now=24 * 60)
    late = (
        "No message about this alarm could be sent for 1 d.",
        "このアラームのメールを送信できない状態が1日続きました",
    )
    assert late[language == "ja"] in said["text"]
    assert "one_by_one" not in said["text"] and "lists the alarms" not in said["text"]
    assert "lists the alarms" in told(row(0), row(0, where="FS02 E:"), now=24 * 60)["text"]
    assert ("since Mon 23 Nov 2026", "2026年11月23日(月) 12:00:00")[language == "ja"] in said[
        "text"
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_alarm_is_one_alarm(language):
    said = told(row(0, "warning"), row(2, bad=2, before="warning"), language=language)
    assert "1 alarms" not in said["text"] and "alarms were raised" not in said["text"]
    two = told(row(0), row(0, where="FS02 E:"))["text"]
    assert "2 alarms were raised" in two
    assert ("changed 2 times", "2回変わりました")[language == "ja"] in said["text"]


@pytest.mark.parametrize(
    ("rows", "en", "ja"),
    [
        pytest.param(
            (row(0), over(1, 0, where="FS02 E:"), row(0, "warning", where="FS03 F:")),
            "3 items in one message: 1 CRITICAL, 1 WARNING, 1 recovered",
            "まとめ 3件 (危険 1件、注意 1件、回復 1件)",
            id="of several kinds",
        ),
        pytest.param(
            (row(0), row(0, where="FS02 E:")),
            "2 alarms in one message",
            "まとめ 2件",
            id="all of one",
        ),
        pytest.param(
            (over(1, 0), over(1, 0, where="FS02 E:", ended=True)),
            "2 items in one message: 1 recovered, 1 no longer monitored",
            "まとめ 2件 (回復 1件、監視終了 1件)",
            id="all over",
        ),
    ],
)
def test_the_heading_counts_each_kind_unless_all_are_of_one(rows, en, ja):
    assert told(*rows)["text"].split("\n")[0].endswith(f"  {en}")
    assert told(*rows, language="ja")["text"].split("\n")[0].endswith(f"  {ja}")


def test_a_subject_tells_for_how_long_it_was_so_and_the_text_from_when_to_when():
    said = told(row(0), over(64, 0))
    assert said["subject"] == "[RECOVERED] FS01 D: was CRITICAL for 1 h 4 min"
    assert "was CRITICAL from 12:00:00 +00:00 to 13:04:00 +00:00" in said["text"]
