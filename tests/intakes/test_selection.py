"""By what a mailbox is read: Graph where there is one, else IMAP, else nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from noroshi.core.mail import Network, Route
from noroshi.intakes.graph_inbox import GraphInbox
from noroshi.intakes.imap_inbox import ImapInbox
from noroshi.intakes.selection import mailbox_source_of
from noroshi.oauth.account import Account
from noroshi.oauth.well_known_clouds import GOOGLE, MICROSOFT365
from noroshi.ports import TransportContext
from noroshi.testing import ManualClocks
from tests.intakes.test_graph_inbox import no_secret

BOX = "alerts@contoso.example"
SILENT = replace(GOOGLE, imap_host="")


@dataclass
class Options:
    account: str = "a"


@dataclass
class Plan:
    accounts: dict


async def box(cloud, reads=True, network=None):
    account = Account(
        name="a", cloud=cloud, tenant="t", client_id="c", mailbox=BOX, reads_inbox=reads
    )
    route = Route(name="r", kind="smtp", options=Options(), network=network or Network())
    outside = TransportContext(ManualClocks().clocks, no_secret, no_secret, Network())
    return mailbox_source_of(Plan({"a": account}), route, outside)


@pytest.mark.parametrize(
    ("cloud", "kind"), [(MICROSOFT365, GraphInbox), (GOOGLE, ImapInbox)], ids=["graph", "imap"]
)
async def test_a_mailbox_is_read_by_what_its_provider_has(cloud, kind):
    found = await box(cloud)
    assert (found.account, found.address) == ("a", BOX)
    inbox = found.open()
    assert isinstance(inbox, kind)
    await inbox.close()


async def test_nobody_s_mailbox_is_read_without_being_asked_to_or_without_a_server():
    assert await box(GOOGLE, reads=False) is None and await box(SILENT) is None


async def test_another_network_is_another_way_to_it():
    other = Network(source="127.0.0.1")
    assert await box(GOOGLE) == await box(GOOGLE) != await box(GOOGLE, network=other)
