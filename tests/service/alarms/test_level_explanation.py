"""The reason that status gives for a level: what is so now, and what keeps the level if it is not."""

from dataclasses import replace

import pytest

from noroshi.checks import cpu, heartbeat, port
from noroshi.core.judgement import advance
from noroshi.core.model import Instance, Limits, Monitor, Reading, Sample, State
from noroshi.core.translation import bilingual, plain
from noroshi.service.monitors.status_view import monitor_status
from noroshi.testing import DAWN

REFUSES = bilingual(en="web1:80 refuses connections", ja="web1:80 が接続を拒否しました")


def monitor(check, **other):
    given = {"id": "m", "name": "m", "instance": Instance(name="web1"), "group": "g"}
    return Monitor(kind=check.kind, options=None, **given | {"limits": check.limits} | other)


def as_kept(sample):
    """The history keeps no notes and no lines."""
    return replace(
        sample, readings=tuple(replace(r, note=plain(""), lines=()) for r in sample.readings)
    )


def shown(check, watched, *looks):
    """What status says of the only item after these looks."""
    state = State()
    for readings in looks:
        sample = Sample(DAWN, readings)
        state, _, _ = advance(watched, state, sample)
    status = monitor_status(watched, state, as_kept(sample), check)
    return status.items[0].words


CLOSED = (Reading("closed", 1, note=REFUSES),)
OPEN = (Reading("connect", 0.4, "ms"), Reading("closed", 0, note=plain("takes")))


def busy(percent):
    return (Reading("busy", percent, "%", note=plain("4 cores")),)


def test_while_patience_keeps_the_level_status_says_so_and_nothing_that_is_over():
    words = shown(port.CHECK, monitor(port.CHECK, patience=2), CLOSED, CLOSED, OPEN)
    assert words == bilingual(en="confirming the recovery (1 of 2)", ja="回復を確認中 (1/2)")


def test_a_number_that_is_well_again_is_told_without_the_limit_that_it_no_longer_reaches():
    watched = monitor(cpu.CHECK, patience=3)
    words = shown(cpu.CHECK, watched, *[busy(99)] * 3, busy(60), busy(55.9))
    assert words == bilingual(
        en="CPU busy 55.9%; confirming the recovery (2 of 3)",
        ja="CPU 使用率 55.9%。回復を確認中 (2/3)",
    )


def test_a_value_that_is_bad_is_told_before_patience_believes_it():
    words = shown(cpu.CHECK, monitor(cpu.CHECK, patience=3), busy(99))
    assert words == bilingual(
        en="CPU busy 99% (limit 95%); confirming WARNING (1 of 3)",
        ja="CPU 使用率 99% (しきい値 95% 以上)。「注意」かどうかを確認中 (1/3)",
    )


@pytest.mark.parametrize(
    ("limits", "values", "words"),
    [
        (
            Limits(warning=95, margin=5),
            (99, 93),
            bilingual(
                en="CPU busy 93%; stays WARNING until the value is back at 90%",
                ja="CPU 使用率 93%。90% 以下になるまで「注意」が続きます",
            ),
        ),
        (
            Limits(critical=10, margin=5, rising=False),
            (9, 12),
            bilingual(
                en="CPU busy 12%; stays CRITICAL until the value is back at 15%",
                ja="CPU 使用率 12%。15% 以上になるまで「危険」が続きます",
            ),
        ),
        (
            Limits(warning=80, critical=90, margin=5),
            (91, 86),
            bilingual(
                en="CPU busy 86%; stays CRITICAL until the value is back at 85%",
                ja="CPU 使用率 86%。85% 以下になるまで「危険」が続きます",
            ),
        ),
    ],
)
def test_while_the_margin_keeps_the_level_status_says_until_when(limits, values, words):
    watched = monitor(cpu.CHECK, limits={"busy": limits})
    assert shown(cpu.CHECK, watched, *map(busy, values)) == words


def test_the_reason_is_the_reading_that_is_bad_now():
    watched = monitor(heartbeat.CHECK)
    late = (Reading("overdue", 1, note=plain("late")), Reading("late", 9, "min"))
    failed = (
        Reading("overdue", 0, note=plain("in time")),
        Reading("failed", 1, note=plain("it failed")),
    )
    assert shown(heartbeat.CHECK, watched, late, failed) == plain("it failed")


def test_the_note_is_that_of_the_last_look():
    again = bilingual(en="web1:80 refuses still", ja="web1:80 はまだ拒否しています")
    watched = monitor(port.CHECK)
    assert shown(port.CHECK, watched, CLOSED, (Reading("closed", 1, note=again),)) == again


def test_without_a_sample_at_hand_the_reason_is_what_led_to_the_level():
    watched = monitor(port.CHECK)
    state, _, _ = advance(watched, State(), Sample(DAWN, CLOSED))
    (item,) = monitor_status(watched, state, None, port.CHECK).items
    assert item.words == REFUSES


def test_limits_that_no_look_has_judged_by_yet_confirm_nothing():
    watched = monitor(cpu.CHECK)
    state, _, _ = advance(watched, State(), Sample(DAWN, busy(96)))
    milder = replace(watched, limits={"busy": Limits(warning=99)})
    kept = as_kept(Sample(DAWN, busy(96)))
    (item,) = monitor_status(milder, state, kept, cpu.CHECK).items
    assert item.words.en == "CPU busy 96%"


def test_yes_and_no_are_told_in_words_where_their_note_was_not_kept():
    words = shown(port.CHECK, monitor(port.CHECK), OPEN[1:])
    assert words == bilingual(en="Refuses connections: no", ja="接続拒否: なし")
