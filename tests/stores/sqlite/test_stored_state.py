"""The state of a monitor is stored under the keys of the first release."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noroshi import schema
from noroshi.core.levels import Level, Reason
from noroshi.core.model import Cause, ItemState, LastNotification, Limits, Reading, State
from noroshi.core.translation import bilingual
from noroshi.stores.stored_state import read_state, state_text

NOON = datetime(2026, 4, 1, 12, 0, 0, 123456, tzinfo=UTC)
USED = Reading("used", 93.5, "%", "/var", bilingual(en="nearly full", ja="ほぼ満杯です"))
ITEM = ItemState(
    level=Level.UNKNOWN,
    level_since=NOON,
    cause=Cause(USED, Limits(warning=80, critical=90, margin=2.5), bilingual(en="a", ja="あ")),
    pending_levels=(Level.OK, Level.WARNING),
    pending_cause_count=2,
    consecutive=3,
    missing_since=NOON,
    level_before_unknown=Level.CRITICAL,
    last_notifications={
        "r": LastNotification(at=NOON, level=Level.WARNING, times=2, thread="m.1/r/ops")
    },
    reasons={"r": Reason.NEW_LEVEL},
)
STATE = State(items={"/var": ITEM, "": ItemState()}, serial=7)
AT = '"2026-04-01T12:00:00.123456Z"'
STORED = (
    '{"items":{"/var":{"level":"unknown","since":' + AT + ","
    '"cause":{"reading":{"name":"used","value":93.5,"unit":"%","item":"/var",'
    '"note":{"en":"nearly full","ja":"ほぼ満杯です"},"lines":[]},'
    '"limits":{"warning":80,"critical":90,"rising":true,"margin":2.5},'
    '"words":{"en":"a","ja":"あ"}},"looks":["ok","warning"],"turned":2,"run":3,'
    '"gone":' + AT + ',"held":"critical","told":{"r":{"at":' + AT + ","
    '"level":"warning","times":2,"thread":"m.1/r/ops","reading":null}},'
    '"reasons":{"r":"new-level"}},'
    '"":{"level":"ok","since":null,"cause":{"reading":null,"limits":null,'
    '"words":{"en":"","ja":""}},"looks":[],"turned":0,"run":0,"gone":null,"held":"ok",'
    '"told":{},"reasons":{}}},"serial":7}'
)


def test_a_state_is_written_as_every_release_wrote_it():
    assert state_text(STATE) == STORED


def test_a_state_comes_back_as_it_was_stored():
    assert read_state(STORED) == STATE
    assert read_state('{"items":{"/var":{}}}') == State(items={"/var": ItemState()})


def test_a_text_that_is_no_state_says_so():
    with pytest.raises(schema.Unreadable):
        read_state('{"items": 3}')
