"""A node without the database: one table of what it knows, and what it does."""

import pytest

from noroshi.core.database_absence import (
    LEASE,
    PEER_PATIENCE,
    SAFE_LEASE,
    STANDBY_TAKEOVER,
    Absence,
    AbsenceReason,
    PeerAnswer,
    conduct_in,
)
from noroshi.ports import SHARED_LEASE

HAS, LACKS = PeerAnswer.HAS_IT, PeerAnswer.LACKS_IT
TWO = frozenset({"two"})
THREE = frozenset({"two", "three"})


def knowing(seconds, peer_answers=None, peers=TWO, **other):
    return Absence(
        seconds=seconds, can_ask=True, peers=peers, peer_answers=peer_answers, **other
    )


TABLE = [
    # what it knows                                   monitors  notifies  as
    (knowing(7.9), True, False, "HELD"),
    (knowing(7.9, {"two": HAS}), True, False, "HELD"),
    (knowing(8.0), False, False, "ASKING"),
    (knowing(3600.0), False, False, "ASKING"),
    (knowing(8.0, {"two": HAS}), False, False, "CUT_OFF"),
    (knowing(3600.0, {"two": HAS}), False, False, "CUT_OFF"),
    (knowing(3600.0, {"two": LACKS, "three": HAS}, THREE), False, False, "CUT_OFF"),
    (knowing(3600.0, {"three": HAS}, THREE), False, False, "CUT_OFF"),
    (knowing(8.0, {"two": LACKS}), True, False, "NOBODY_HAS_IT"),
    (knowing(29.9, {"two": LACKS}), True, False, "NOBODY_HAS_IT"),
    (knowing(30.0, {"two": LACKS}), True, True, "NOBODY_HAS_IT"),
    (knowing(30.0, {"two": LACKS, "three": LACKS}, THREE), True, True, "NOBODY_HAS_IT"),
    (knowing(8.0, {}), True, False, "NO_ANSWER"),
    (knowing(59.9, {}), True, False, "NO_ANSWER"),
    (knowing(60.0, {}), True, True, "NO_ANSWER"),
    (knowing(59.9, {"two": LACKS}, THREE), True, False, "NO_ANSWER"),
    (knowing(60.0, {"two": LACKS}, THREE), True, True, "NO_ANSWER"),
    # another node may have its monitors by now: if that one lives, it has them for good
    (knowing(3600.0, {"two": LACKS}, was_taken_over=True), False, False, "TAKEN_OVER"),
    (knowing(3600.0, {}, was_taken_over=True, silence=59.9), False, False, "TAKEN_OVER"),
    (knowing(3600.0, {}, was_taken_over=True, silence=60.0), True, True, "NO_ANSWER"),
    # a node alone, and nodes without a link between them, do as they always did
    (knowing(8.0, peers=frozenset()), True, True, "NOBODY_TO_ASK"),
    (Absence(seconds=8.0, can_ask=False, peers=TWO), True, True, "NOBODY_TO_ASK"),
    (Absence(seconds=1.0, can_ask=False, peers=TWO), True, True, "NOBODY_TO_ASK"),
]


@pytest.mark.parametrize(("absence", "monitors", "notifies", "reason"), TABLE)
def test_what_a_node_does_without_the_database(absence, monitors, notifies, reason):
    conduct = conduct_in(absence)
    assert (conduct.monitors, conduct.notifies) == (monitors, notifies)
    assert conduct.reason is AbsenceReason[reason]


def test_a_node_stops_before_another_one_may_have_its_monitors():
    assert SAFE_LEASE < LEASE == SHARED_LEASE.total_seconds() < STANDBY_TAKEOVER < PEER_PATIENCE
