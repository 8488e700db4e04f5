"""Where no definition may lead: a table."""

from ipaddress import ip_network

import pytest

from noroshi.core.network_policy import CLOSED, OF_MANAGER, OF_METADATA, NetworkPolicy
from tests.sweeps import sweep

WITH_MANAGER = NetworkPolicy(7663)


@sweep(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fe80::1",
        "fe80::1%eth0",
        "[fe80::1]",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
@sweep("port", [80, 443, 25])
def test_where_a_cloud_hands_out_credentials_nothing_leads(address, port):
    assert CLOSED.refusal(address, port, is_own_address=False) == OF_METADATA


@pytest.mark.parametrize(
    ("address", "port", "here"),
    [
        ("127.0.0.1", 7663, False),
        ("127.8.8.8", 7663, False),
        ("0.0.0.0", 7663, False),
        ("::", 7663, False),
        ("::1", 7663, False),
        ("::ffff:127.0.0.1", 7663, False),
        ("192.0.2.7", 7663, True),
    ],
)
def test_to_the_manager_nothing_leads(address, port, here):
    assert WITH_MANAGER.refusal(address, port, is_own_address=here) == OF_MANAGER
    assert CLOSED.refusal(address, port, is_own_address=here) is None


@pytest.mark.parametrize(
    ("address", "port", "here"),
    [
        ("127.0.0.1", 8080, True),
        ("192.0.2.7", 7663, False),
        ("192.168.1.10", 443, False),
        ("10.0.0.1", 25, False),
        ("fd00:ec3::254", 443, False),
        ("2001:db8::1", 443, False),
        ("2002:c000:207::1", 443, False),
        ("169.253.255.255", 80, False),
        ("40.99.0.1", 587, False),
    ],
)
def test_everywhere_else_it_may_lead(address, port, here):
    assert WITH_MANAGER.refusal(address, port, is_own_address=here) is None


@sweep(
    ("host", "port", "why"),
    [
        ("metadata.google.internal", 80, OF_METADATA),
        ("Metadata.Google.Internal.", 443, OF_METADATA),
        ("169.254.169.254", 80, OF_METADATA),
        ("2852039166", 80, OF_METADATA),
        ("0xa9.0xfe.43518", 80, OF_METADATA),
        ("0251.254.0251.0376", 80, OF_METADATA),
        ("0x00000000a9fea9fe", 80, OF_METADATA),
        ("0000000000000251.254.169.254", 80, OF_METADATA),
        ("0x00000000100000000", 80, None),
        ("127.1", 7663, OF_MANAGER),
        ("0", 7663, OF_MANAGER),
        ("256.1", 7663, None),
        ("1.2.3.4.5", 7663, None),
        ("4294967296", 7663, None),
        ("localhost", 7663, OF_MANAGER),
        ("x.localhost", 7663, OF_MANAGER),
        ("127.0.0.1", 7663, OF_MANAGER),
        ("localhost", 25, None),
        ("smtp.office365.com", 587, None),
        ("metadata.example.com", 80, None),
    ],
)
def test_a_proxy_is_not_asked_for_it_either(host, port, why):
    assert WITH_MANAGER.refusal_by_name(host, port) == why


@pytest.mark.parametrize("given", ["169.254.169.254/32", "169.254.0.0/16"])
def test_the_process_s_own_file_opens_an_address(given):
    opened = NetworkPolicy(7663, (ip_network(given),))
    assert opened.refusal("169.254.169.254", 80, is_own_address=False) is None
    assert opened.refusal("::ffff:169.254.169.254", 80, is_own_address=False) is None
    assert opened.refusal_by_name("metadata.google.internal", 80) is None
    assert opened.refusal("fe80::1", 80, is_own_address=False) == OF_METADATA
    assert opened.refusal("127.0.0.1", 7663, is_own_address=True) == OF_MANAGER
    assert (
        NetworkPolicy(7663, (ip_network("127.0.0.1"),)).refusal(
            "127.0.0.1", 7663, is_own_address=True
        )
        is None
    )
