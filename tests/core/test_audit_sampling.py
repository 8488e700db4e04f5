"""Refusals are written down so that a flood of them fills nothing."""

from noroshi.core.audit_sampling import HOUR, INTERVAL, MOST_AN_HOUR, MOST_SORTS, AuditSampler


def test_one_of_a_sort_is_written_down_in_a_while():
    sparing = AuditSampler()
    assert sparing.count_refusal(("log_in", "sato"), 0.0) == 0
    assert sparing.count_refusal(("log_in", "sato"), INTERVAL - 1) is None
    assert sparing.count_refusal(("log_in", "aki"), INTERVAL - 1) == 1
    assert sparing.count_refusal(("log_in", "sato"), INTERVAL) == 0


def test_a_flood_of_many_sorts_is_some_rows_an_hour():
    sparing = AuditSampler()
    taken = [sparing.count_refusal((str(at),), at / 1000) for at in range(100_000)]
    assert len([one for one in taken if one is not None]) == MOST_AN_HOUR
    assert sparing.count_refusal(("a",), HOUR + 100) == 100_000 - MOST_AN_HOUR
    assert sparing.count_refusal(("b",), HOUR + 100) == 0


def test_what_is_remembered_is_bounded():
    sparing = AuditSampler()
    for at in range(3 * MOST_SORTS):
        sparing.count_refusal((str(at),), at * HOUR)
    assert len(sparing._last) <= MOST_SORTS
