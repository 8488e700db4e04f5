"""When a node that shares its monitors may start checks, and take what looks free."""

from noroshi.engine.monitoring.sharing import LONGEST_HOLD, STOOD_STILL, Sharing
from noroshi.ports import SHARED_LEASE, Renewal

LEASE = SHARED_LEASE.total_seconds()


def renewed(at):
    sharing = Sharing("one")
    sharing.record_renewal(Renewal({}, 1, nodes=("one", "two"), sender="one"), at)
    return sharing


def test_a_node_starts_nothing_once_another_one_may_have_its_monitors():
    sharing = renewed(100.0)
    assert sharing.may_start(100.0 + LONGEST_HOLD - 0.1) and LONGEST_HOLD < LEASE
    assert not sharing.may_start(100.0 + LONGEST_HOLD)


def test_a_node_whose_database_is_away_watches_on_unless_it_stood_still_meanwhile():
    sharing = renewed(100.0)
    sharing.record_failure()
    assert sharing.may_start(1000.0)
    sharing.record_tick(STOOD_STILL + 1)
    assert not sharing.may_start(1000.0), "others may have gone on: it asks first"
    sharing.record_failure()
    assert sharing.may_start(1000.0)


def test_as_the_database_is_back_a_node_takes_nothing_until_the_others_have_renewed():
    sharing = renewed(100.0)
    assert sharing.may_take(102.0)
    sharing.record_failure()
    sharing.record_renewal(Renewal({}, 1, nodes=("one",), sender="one"), 200.0)
    assert not sharing.may_take(200.0) and not sharing.may_take(200.0 + LEASE)
    assert sharing.may_take(200.1 + LEASE)
