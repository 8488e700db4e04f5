"""Why a monitor was told of, or not: the tellings of a day beside what the rules answered last."""

from noroshi.web.decided import cut_short, decided

NOW = "2026-11-25T10:00:00+00:00"
BECAUSE = {"en": "it got worse", "ja": "悪化したため"}


def answered(at, *, speaks=True, item="/var"):
    return {
        "rule": "ops",
        "called": "ops",
        "item": item,
        "at": at,
        "speaks": speaks,
        "because": BECAUSE,
    }


def alarm(at, *, path="web1/base/disks", item="/var"):
    more = {"subject": f"at {at[11:16]}", "contact": "ops", "alarm": f"e.1/{at}"}
    return {"path": path, "item": item, "queued": at} | more


def told(decisions, ledger):
    found = decided("web1/base/disks", {"decisions": decisions}, ledger, NOW)
    return [(one.at[11:16], one.speaks, bool(one.because), one.contact) for one in found]


def test_each_telling_of_the_last_day_is_there_beside_the_newest_answer():
    earlier = [alarm("2026-11-25T08:00:00+00:00"), alarm("2026-11-24T12:00:00+00:00")]
    still = answered("2026-11-25T08:10:00+00:00", speaks=False)
    assert told([still], earlier) == [
        ("08:10", False, True, ""),
        ("08:00", True, False, "ops"),
        ("12:00", True, False, "ops"),
    ]


def test_an_answer_and_the_telling_that_came_of_it_are_one():
    at = "2026-11-25T08:00:00+00:00"
    assert told([answered(at)], [alarm(at)]) == [("08:00", True, True, "ops")]


def test_what_is_older_or_of_another_monitor_is_left_to_the_ledger():
    old = alarm("2026-11-24T09:59:00+00:00")
    other = alarm("2026-11-25T09:00:00+00:00", path="web1/base/cpu")
    assert told([], [old, other]) == []


def test_where_the_newest_alarms_do_not_reach_back_a_day_that_is_known():
    new, old = alarm("2026-11-25T08:00:00+00:00"), alarm("2026-11-24T09:00:00+00:00")
    assert cut_short([new, new], NOW, 2)
    assert not cut_short([new, old], NOW, 2) and not cut_short([new], NOW, 2)
    assert not cut_short([], NOW, 2)
