"""Where an agent asks its hub: at the announced address, if it works."""

from noroshi.agent.enrolment import Enrolment
from noroshi.agent.hub_addresses import MOST_NODES, TRY_AGAIN, HubAddresses
from noroshi.link.link_messages import HubPlace
from noroshi.testing import DAWN

OLD, NEW, THIRD = (HubPlace(host=name, port=7664) for name in ("old", "new", "third"))
AT_OLD = HubAddresses(current=OLD)
JOINED = AT_OLD.with_announced(OLD)
MOVING = JOINED.with_announced(NEW)


def test_a_new_address_of_the_hub_is_tried_at_once():
    assert JOINED.place_to_try(0.0) is None
    assert MOVING.place_to_try(0.0) == NEW
    assert MOVING.with_announced(OLD).place_to_try(0.0) is None
    assert JOINED.with_announced(None) == JOINED


def test_the_way_by_which_a_server_joined_stays():
    """It may be a forwarded port; what the hub names itself is for the case that it is gone."""
    forwarded = AT_OLD.with_announced(NEW)
    assert forwarded.place_to_try(0.0) is None
    assert forwarded.place_after_failure(OLD) == NEW
    assert forwarded.with_announced(THIRD).place_to_try(0.0) == THIRD


def test_one_that_does_not_work_is_tried_again_after_an_hour():
    tried = MOVING.with_attempt(100.0)
    assert tried.place_to_try(100.0 + TRY_AGAIN - 1) is None
    assert tried.place_to_try(100.0 + TRY_AGAIN) == NEW
    assert tried.with_announced(NEW).place_to_try(101.0) is None  # no news
    assert tried.with_announced(THIRD).place_to_try(101.0) == THIRD


def test_where_the_hub_answers_is_current_and_the_other_stays_known():
    moved = MOVING.with_answer(NEW)
    assert (moved.current, moved.other) == (NEW, OLD)
    assert moved.place_to_try(0.0) is None
    assert moved.with_answer(NEW) == moved


def test_where_the_hub_does_not_answer_the_other_address_is_next():
    assert AT_OLD.place_after_failure(OLD) == OLD
    assert MOVING.place_after_failure(OLD) == NEW
    assert MOVING.place_after_failure(NEW) == OLD
    assert MOVING.with_announced(THIRD).place_after_failure(NEW) == OLD


def test_where_the_hub_does_not_answer_its_nodes_are_asked_in_turn():
    of_nodes = MOVING.with_nodes((NEW, THIRD))
    assert of_nodes.place_after_failure(OLD) == NEW
    assert of_nodes.place_after_failure(NEW) == THIRD
    assert of_nodes.place_after_failure(THIRD) == OLD
    assert of_nodes.place_to_try(0.0) == NEW and of_nodes.with_nodes(None) == of_nodes
    at_third = of_nodes.with_answer(THIRD)
    assert (at_third.current, at_third.other) == (THIRD, OLD)
    assert at_third.place_after_failure(THIRD) == OLD
    assert at_third.place_after_failure(OLD) == NEW
    assert len(of_nodes.with_nodes((OLD,) * 99).nodes) == MOST_NODES
    assert of_nodes.with_nodes(()).place_after_failure(NEW) == OLD


def test_both_addresses_are_kept():
    enrolment = Enrolment(
        hub="h1",
        hub_name="Tokyo",
        host="old",
        port=7664,
        pins=("00",),
        agent="a1",
        name="fs01",
        joined_at=DAWN,
        key_since=DAWN,
    )
    assert enrolment.addresses == AT_OLD
    kept = enrolment.with_addresses(MOVING)
    assert kept.host == "old" and kept.addresses == MOVING
    of_nodes = MOVING.with_nodes((NEW, THIRD))
    assert enrolment.with_addresses(of_nodes).addresses == of_nodes
    kept = enrolment.with_addresses(MOVING.with_answer(NEW))
    assert (kept.host, kept.other_place) == ("new", OLD)
    assert kept.addresses == HubAddresses(current=NEW, other=OLD, announced=NEW)
