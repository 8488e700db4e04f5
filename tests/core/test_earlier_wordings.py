"""A text stored under a wording that had its command in it reads as the text of today does."""

import re
from string import Formatter

from noroshi.checks import noroshi_queue
from noroshi.core.earlier_wordings import EARLIER
from noroshi.core.stored_message import message_from
from noroshi.core.translation import Medium, plain
from noroshi.oauth.errors import messages
from tests.sweeps import sweep

CAREFUL = re.compile(r"[{}]")


def places_of(text):
    return {name for _text, name, _spec, _as in Formatter().parse(text) if name}


def row(id):
    return {"id": id, "arguments": {name: f"<{name}>" for name in places_of(id)}}


@sweep("id", EARLIER)
def test_it_reads_well_in_both_languages_wherever_it_is_read(id):
    text, values = message_from(row(id)), row(id)["arguments"].values()
    for medium in Medium:
        en, ja = text.say("en", medium), text.say("ja", medium)
        assert not CAREFUL.search(en + ja)
        assert id == "{meaning} {action}" or en != ja
    assert all(value in text.en for value in values)


def test_it_is_what_a_node_of_today_would_store():
    old = (
        "The vault has no certificate “{secret}” for {name}. Make one: noroshi cert new {name}"
    )
    stored = {"id": old, "arguments": {"secret": "cert", "name": "m365"}}
    today = messages.CERTIFICATE_MISSING.fill(secret="cert", account="m365")
    for medium in Medium:
        assert message_from(stored).both(medium) == today.both(medium)


def test_of_several_things_the_number_decides_still():
    id = "{count} mail was refused by every route: noroshi queue list"
    several = "{count} mails were refused by every route: noroshi queue list"
    kept = {"id": id, "several": several, "by": "count", "arguments": {"count": 3}}
    for count in (1, 3):
        row = kept | {"arguments": {"count": count}}
        assert message_from(row) == noroshi_queue.ASIDE.fill(count=count)


def test_a_damaged_row_shows_what_it_has():
    id = "Nobody has signed in for {name} yet. Run: noroshi authorize {route}"
    kept = {"id": id, "arguments": {"name": "m365"}}
    assert message_from(kept).en == (
        "Nobody has signed in for m365 yet. Run: noroshi authorize {route}"
    )


def test_texts_within_it_are_told_in_the_language_of_whoever_reads():
    meaning = {"id": "x", "arguments": {}, "translations": {"ja": "エ"}}
    kept = {"id": "{meaning} {action}", "arguments": {"meaning": meaning, "action": "y"}}
    assert message_from(kept).en == plain("x y").en
    assert message_from(kept).ja.startswith("エ")
