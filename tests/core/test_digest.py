"""Which waiting envelopes of one contact become one mail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.digest import (
    LONG,
    MOST_FOLLOWED,
    MOST_MEMBERS,
    digest,
    digest_members,
    follow_up_members,
    may_be_followed_up,
    may_join,
    waits_since,
)
from noroshi.core.mail import Envelope, Lane, Origin
from noroshi.testing import DAWN

MINUTE = timedelta(minutes=1)


def alarm(id, level="critical", **other):
    given = {
        "routes": ("smtp1",),
        "contact": "ops",
        "to": ("a",),
        "order": f"{id}/ops",
        "alarms": (id,),
        "payload": {"subject": id, "told": [{"level": level}]},
        "born": DAWN,
        "lane": Lane.CRITICAL if level == "critical" else Lane.RECOVERY,
    }
    return Envelope(id=id, **given | other)


A, B, C, D = (alarm(name) for name in "abcd")
BACK = alarm("a2", "ok", order="a/ops")


def ids(first, pile, singles, now=DAWN + MINUTE):
    return "".join(one.id for one in digest_members(first, pile, now, singles))


@pytest.mark.parametrize(
    ("pile", "singles", "together"),
    [
        pytest.param([A], 3, "", id="alone"),
        pytest.param([A, B, C], 3, "", id="as many as may come one by one"),
        pytest.param([A, B, C, D], 3, "abcd", id="more than that"),
        pytest.param([A, B], 1, "ab", id="one may come, two wait"),
        pytest.param([A, B, C, D], None, "", id="all may come one by one"),
        pytest.param([A, BACK], 3, "aa2", id="it recovered while it waited"),
        pytest.param([A, BACK, B], 3, "aa2", id="it alone recovered"),
        pytest.param([A, BACK], None, "aa2", id="recovered, and no limit"),
        pytest.param([A, BACK, B, C, D], 3, "aa2bcd", id="all of a crowd"),
    ],
)
def test_so_many_become_one_mail(pile, singles, together):
    assert ids(A, pile, singles) == together


def test_one_that_is_bad_again_is_not_told_as_over():
    again = alarm("a3", order="a/ops")
    assert ids(A, [A, BACK, again], 3) == ""


def test_what_waited_for_a_day_is_told_as_what_was_missed():
    assert ids(A, [A], 3, DAWN + LONG) == "a"
    assert ids(A, [A, B], None, DAWN + LONG) == "ab"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"contact": "duty"}, id="another contact"),
        pytest.param({"to": ("a", "b")}, id="other addresses"),
        pytest.param({"routes": ("smtp2",)}, id="other routes"),
        pytest.param({"action": "webhook"}, id="another action"),
        pytest.param({"attempts": 1}, id="it was tried, and may have arrived"),
        pytest.param({"reached": ("b",)}, id="somebody has it"),
        pytest.param({"refused": ("b",)}, id="somebody was refused"),
        pytest.param({"members": ("x",)}, id="a digest itself"),
        pytest.param({"payload": {"subject": "b"}}, id="it says nothing in rows"),
    ],
)
def test_what_does_not_belong_together_stays_apart(other):
    assert ids(A, [A, replace(B, **other), C], 1) == "ac"


def test_nothing_overtakes_an_older_one_of_its_order_key_that_stays_behind():
    tried = replace(alarm("b1", order="b/ops"), attempts=1)
    younger = alarm("b2", order="b/ops")
    assert ids(A, [A, tried, younger, C], 1) == "ac"


def test_one_that_stands_behind_another_of_its_key_goes_by_itself():
    tried = replace(alarm("b1", order="b/ops"), attempts=1)
    younger = alarm("b2", order="b/ops")
    assert ids(younger, [tried, younger], 0) == ""


def test_a_digest_has_an_end():
    pile = [alarm(f"x{n}") for n in range(MOST_MEMBERS + 10)]
    assert len(digest_members(pile[0], pile, DAWN, 1)) == MOST_MEMBERS


def test_what_is_too_much_for_one_digest_leaves_the_least_urgent_for_the_next():
    back = [alarm(f"b{n}", "ok", order=f"x{n}/ops") for n in range(2)]
    late = [alarm(f"x{n}") for n in range(MOST_MEMBERS - 1)]
    early = [alarm(f"w{n}", lane=Lane.WARNING) for n in range(20)]
    pile = [*early, *late, *back]
    found = digest_members(late[0], pile, DAWN, 1)
    assert [one.id for one in found] == [*(one.id for one in late), "b0"]


def test_the_one_that_is_lent_is_in_its_digest_whatever_else_there_is():
    pile = [*(alarm(f"x{n}") for n in range(MOST_MEMBERS)), alarm("w", lane=Lane.WARNING)]
    found = digest_members(pile[-1], pile, DAWN, 1)
    assert len(found) == MOST_MEMBERS and found[-1].id == "w"


def test_nothing_overtakes_an_older_one_of_its_key_into_a_full_digest():
    back = alarm("k1", "ok", order="k/ops", lane=Lane.RECOVERY)
    again = alarm("k2", order="k/ops")
    pile = [back, again, *(alarm(f"x{n}") for n in range(MOST_MEMBERS - 1))]
    found = [one.id for one in digest_members(pile[2], pile, DAWN, 1)]
    assert found[:2] == ["k1", "k2"] and len(found) == MOST_MEMBERS


def test_a_digest_is_as_urgent_as_its_most_urgent_member_and_has_an_id_of_its_own():
    made = digest((BACK, A), {"subject": "two"}, DAWN + MINUTE)
    assert made == Envelope(
        id="a/together",
        routes=("smtp1",),
        contact="ops",
        to=("a",),
        order="a/together",
        alarms=(),
        payload={"subject": "two", "oldest": DAWN.isoformat()},
        born=DAWN + MINUTE,
        lane=Lane.CRITICAL,
        members=("a2", "a"),
    )
    assert not may_join(made)


def test_a_digest_that_was_tried_is_told_with_what_waits_behind_its_members_alone():
    first, behind = alarm("a", order="a/ops"), alarm("a2", order="a/ops")
    made = replace(digest((first, B), {}, DAWN), attempts=1)
    pile = [first, B, behind, C, made]
    assert follow_up_members(made, pile) == (first, B, behind)
    assert follow_up_members(replace(made, attempts=0), pile) == ()  # nobody has deferred it
    assert (
        follow_up_members(replace(made, unanswered=1), pile) == ()
    )  # it may have been accepted
    assert follow_up_members(made, [first, B, C, made]) == ()
    assert (
        follow_up_members(replace(made, to=("z",)), pile) == ()
    )  # a person has readdressed it


def test_what_is_put_into_a_digest_has_waited_since_it_was_made_all_the_same():
    old = replace(A, born=DAWN - LONG)
    made = digest((B, old), {"subject": "two"}, DAWN + MINUTE)
    assert waits_since(made) == DAWN - LONG
    assert waits_since(B) == DAWN


def test_it_goes_on_in_the_thread_of_its_first_member():
    first = alarm("a2", "ok", order="a/ops", thread=("a",))
    other = alarm("b2", "ok", thread=("b", "a2"))
    assert digest((first, other), {}, DAWN).thread == ("a", "b")
    assert digest((C, other), {}, DAWN).thread == ()
    many = [alarm(f"m{n}", "ok", thread=(f"t{n}",)) for n in range(500)]
    assert len(digest(many, {}, DAWN).thread) == MOST_FOLLOWED


@pytest.mark.parametrize(
    ("envelope", "may_be"),
    [
        pytest.param(A, False, id="an alarm that was never tried"),
        pytest.param(replace(A, attempts=1), True, id="an alarm that was deferred"),
        pytest.param(replace(A, attempts=1, reached=("a",)), False, id="one that somebody has"),
        pytest.param(replace(A, attempts=1, unanswered=1), False, id="one that may be there"),
        pytest.param(
            replace(A, attempts=1, payload={}), False, id="a mail that tells no alarm"
        ),
    ],
)
def test_only_an_alarm_that_was_tried_in_vain_makes_anybody_look_for_what_waits_behind_it(
    envelope, may_be
):
    assert may_be_followed_up(envelope) is may_be
    assert bool(follow_up_members(envelope, [envelope, replace(B, order=A.order)])) is may_be


# digests that a hub and its agent may both make


def of_agent(*ids, hub_offset=timedelta(0)):
    """Alarms of an agent, as either side keeps them."""
    origin = Origin("0123456789abcdef", "feedbeef01")
    return [
        alarm(
            f"{id}~feedbeef01",
            agent="a1",
            origin=origin,
            written_at=DAWN + hub_offset if hub_offset else None,
        )
        for id in ids
    ]


def known(members):
    made = digest(members, {}, DAWN + MINUTE)
    return made.origin, made.known_as


def test_equal_sets_of_an_agents_alarms_make_one_mail_whatever_their_order():
    assert known(of_agent("a", "b", "c")) == known(of_agent("c", "b", "a"))


def test_a_digest_of_an_agents_alarms_that_tells_more_is_another_mail():
    sets = ("ab", "abc", "bc", "ac", "abcd")
    assert len({known(of_agent(*letters)) for letters in sets}) == len(sets)


def test_a_digest_for_the_hub_is_dated_by_its_clock():
    five = timedelta(minutes=5)
    made = digest(of_agent("a", "b", hub_offset=five), {}, DAWN + MINUTE)
    assert (made.born, made.date) == (DAWN + MINUTE, DAWN + MINUTE + five)
    assert digest((A, B), {}, DAWN + MINUTE).date == DAWN + MINUTE


def test_a_digest_of_own_alarms_is_known_by_its_last_one():
    made = replace(digest((A, B), {}, DAWN), origin=Origin("0123456789abcdef", "feedbeef01"))
    assert made.known_as == "b/together~feedbeef01"
