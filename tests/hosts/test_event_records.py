"""Records of Windows' event log as XML, written after Microsoft's schema of events.

https://learn.microsoft.com/windows/win32/wes/eventschema-schema. No real Windows wrote them.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noroshi.hosts.operating_system.event_records import event_record, xpath_of
from noroshi.ports import EventQuery, EventRecord

XML = """\
<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
<Provider Name='Service Control Manager' Guid='{555908d1-a6d7-4695-8e1e-26931d2012f4}'
 EventSourceName='Service Control Manager'/><EventID Qualifiers='49152'>7031</EventID>
<Version>0</Version><Level>2</Level><Task>0</Task><Opcode>0</Opcode>
<Keywords>0x8080000000000000</Keywords>
<TimeCreated SystemTime='2026-11-29T05:12:44.1234567Z'/><EventRecordID>123456</EventRecordID>
<Correlation/><Execution ProcessID='712' ThreadID='5304'/><Channel>System</Channel>
<Computer>fs01.example.com</Computer><Security/></System>
<EventData><Data Name='param1'>印刷スプーラー</Data><Data Name='param2'>1</Data>
<Binary>530070006F00</Binary></EventData></Event>"""
XPATH = """\
*[System[Provider[(@Name='disk' or @Name="Bob's")] and (EventID=7) and EventRecordID>9]]"""
USER_DATA = """\
<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
<Provider Name='x'/><EventID>1</EventID><Level>4</Level>
<TimeCreated SystemTime='2026-11-29T05:12:44Z'/><EventRecordID>1</EventRecordID></System>
<UserData><EventXML xmlns='urn:x'><Reason>full</Reason></EventXML></UserData></Event>"""


def test_a_record_is_read():
    assert event_record(XML, "印刷スプーラー サービスは予期せず終了しました。") == EventRecord(
        number=123456,
        created_at=datetime(2026, 11, 29, 5, 12, 44, 123456, tzinfo=UTC),
        source="Service Control Manager",
        event_id=7031,
        level=2,
        text="印刷スプーラー サービスは予期せず終了しました。",
    )


def test_without_a_message_its_data_are_the_text():
    assert event_record(XML, "").text == "印刷スプーラー 1 530070006F00"
    assert event_record(USER_DATA, "").text == "full"


@pytest.mark.parametrize(
    "letter", ["\x01", "\x00", "\ufffe", "\ud83d", "&#1;", "&#x1B;", "&#xD800;"]
)
def test_a_letter_that_xml_forbids_hides_no_record(letter):
    """Any program may write one into a log, and Windows gives it as it is."""
    xml = XML.replace("<Data Name='param2'>1", f"<Data Name='param2'>a{letter}b")
    assert event_record(xml, "").text == "印刷スプーラー a\ufffdb 530070006F00"


def test_letters_that_are_escaped_stay():
    xml = XML.replace("<Data Name='param2'>1", "<Data Name='param2'>&#x72FC;&#65;&amp;#1;")
    assert event_record(xml, "").text == "印刷スプーラー 狼A&#1; 530070006F00"


@pytest.mark.parametrize("xml", ["", "<Event/>", "<Event"])
def test_what_is_no_event_is_refused(xml):
    with pytest.raises(ValueError, match=r"."):
        event_record(xml, "")


@pytest.mark.parametrize(
    ("query", "xpath"),
    [
        ({}, "*"),
        ({"levels": (1, 2)}, "*[System[(Level=1 or Level=2)]]"),
        ({"levels": (4,)}, "*[System[(Level=4 or Level=0)]]"),
        ({"sources": ("disk", "Bob's"), "ids": (7,), "after_number": 9}, XPATH),
    ],
    ids=["all", "levels", "information", "the rest"],
)
def test_a_query_becomes_an_xpath(query, xpath):
    assert xpath_of(EventQuery(log="System", **query)) == xpath
