"""The judge of a cluster's record finds what must not be, and excuses what a fault explains."""

from tests.cluster.faults import Kind
from tests.cluster.judge import AWAY, CUT, KILLED, STOPPED, Judge
from tests.cluster.nodes import id_of

ONE, TWO = "192.0.2.1", "192.0.2.2"
BEGAN, EVERY = 1_800_000_000.0, 10
ALARM, END = "<a@x>", "<b@x>"


def looks(*given):
    """Looks at a port: after how many seconds, by whom."""
    return [(BEGAN + at, node) for at, node in given]


def steady(node=ONE, until=100):
    return [(at, node) for at in range(0, until, EVERY)]


def mail(at, id, word, node=ONE, subject=""):
    told = subject or f"[{word}] shop0 port-0: refuses"
    return {"at": BEGAN + at, "node": node, "id": id, "subject": told, "ports": [0]}


CLOSED = {"port": 0, "closed": BEGAN + 31, "opened": BEGAN + 50, "told": 0, "ended": 0}
TOLD = [mail(40, ALARM, "CRITICAL"), mail(60, END, "RECOVERED")]


def judged(given=None, mails=TOLD, closings=(CLOSED,), faults=(), until=100):
    record = {"looks": [looks(*(given or steady()))], "mails": mails, "closings": closings}
    told = {
        "every": EVERY,
        "began": BEGAN,
        "ended": BEGAN + until,
        "ids": [id_of(0)],
        "names": {ONE: "one", TWO: "two"},
        "faults": faults,
    }
    return Judge(record, told).run()


def fault(kind, begin, end, node=""):
    return {"kind": kind, "node": node, "begin": BEGAN + begin, "end": BEGAN + end}


def test_the_kinds_that_the_judge_knows_are_those_that_are_done():
    assert AWAY | CUT | {STOPPED, KILLED} <= set(Kind)


def test_a_record_in_which_all_is_well_breaks_nothing():
    verdict = judged()
    assert not verdict.broken and (verdict.alarms, verdict.recoveries) == (1, 1)


def test_an_alarm_or_a_recovery_that_did_not_come_is_lost():
    assert len(judged(mails=[]).lost) == 2
    assert len(judged(mails=TOLD[:1]).lost) == 1


def test_a_mail_that_came_twice_is_excused_by_a_fault_of_who_sent_it():
    twice = [*TOLD, mail(70, ALARM, "CRITICAL", TWO)]
    assert judged(mails=twice).twice
    excused = judged(mails=twice, faults=[fault(KILLED, 41, 50, "one")])
    assert not excused.broken and excused.answers_lost == 1
    assert judged(mails=twice, faults=[fault(KILLED, 41, 50, "two")]).twice
    other_id = [*TOLD, mail(70, "<c@x>", "CRITICAL", TWO)]
    assert judged(mails=other_id, faults=[fault(KILLED, 41, 50, "one")]).twice


def test_a_mail_about_what_was_well_is_wrong():
    assert judged(mails=TOLD, closings=()).wrong
    assert judged(mails=[*TOLD, mail(45, "<c@x>", "UNKNOWN")]).wrong


def test_one_past_the_queue_is_wrong_unless_the_database_was_away():
    directly = mail(45, "<c@x>", "", subject="[sent directly] [CRITICAL] shop0 port-0")
    assert judged(mails=[*TOLD, directly]).wrong
    away = [fault(min(AWAY), 40, 46)]
    assert not judged(mails=[*TOLD, directly], faults=away).broken


def test_a_monitor_at_which_nobody_looked_is_found_but_while_the_database_is_away():
    late = [(0, ONE), (24.9, ONE)]
    gone = [(0, ONE), (25.1, ONE)]
    assert not judged(late, [], (), until=30).broken
    assert judged(gone, [], (), until=60).unwatched
    assert not judged([(0, ONE), (40, ONE)], [], (), [fault(min(AWAY), 10, 30)], 50).unwatched


def test_two_nodes_that_look_at_once_are_found_unless_one_was_cut_or_just_woke_up():
    both = [*steady(), *((at + 0.1, TWO) for at in (20, 30))]
    both.sort()
    assert judged(both, [], ()).measured_twice
    for kind, end in ((max(CUT), 35), (STOPPED, 19.9)):
        other = fault(kind, 5, end, "two")
        assert bool(judged(both, [], (), [other]).measured_twice) is (kind == STOPPED)
    woken = sorted([*steady(), (20.1, TWO)])
    assert not judged(woken, [], (), [fault(STOPPED, 5, 20, "two")]).measured_twice


def test_a_node_that_takes_over_makes_up_for_a_turn_that_the_one_before_may_have_done():
    taken = [*((at, ONE) for at in (0, 10, 20)), (26, TWO), *((at, TWO) for at in (30, 40))]
    verdict = judged(taken, [], (), until=45)
    assert not verdict.broken and verdict.made_up_for <= 1
