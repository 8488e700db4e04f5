"""A queue of mails leaves by kept connections, each once. Full size: -m long."""

from __future__ import annotations

import pytest

from benchmarks.promises import promises
from benchmarks.sending import Size, run_sending

pytestmark = pytest.mark.xdist_group("load")  # they wait: one at a time, beside the others


def test_every_mail_of_a_queue_comes_once(tmp_path):
    seen = run_sending(tmp_path / "run", Size(mails=60))
    assert (seen.missing, seen.left_in_queue) == (0, 0)
    assert seen.ours > 0 and seen.bare > 0 and seen.cpu_per_1000 > 0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_long_queue_leaves_in_time(tmp_path):
    row = vars_of(run_sending(tmp_path / "run", Size()))
    broken = {p.about: p.value(row) for p in promises("sending", "") if p.value(row) > p.most}
    assert broken == {}


def vars_of(seen):
    return {name: getattr(seen, name) for name in seen.__slots__}
