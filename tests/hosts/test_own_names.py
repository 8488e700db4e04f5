"""By which addresses this computer is known."""

from noroshi.hosts.own_names import KEPT, OwnNames, addresses_of_interfaces
from noroshi.testing import ManualClocks


def test_the_interfaces_of_this_computer_are_among_its_addresses():
    assert "127.0.0.1" in addresses_of_interfaces()
    assert not any("%" in address for address in addresses_of_interfaces())


def test_an_address_that_comes_later_is_known_within_a_minute_and_stays():
    time, interfaces = ManualClocks(), {"127.0.0.1"}
    names = OwnNames("minato", "kanri01", time.clocks.steady, lambda: frozenset(interfaces))
    first = names.current()
    interfaces.add("192.0.2.1")
    assert names.current() is first
    time.pass_by(seconds=KEPT)
    assert names.current().has_address("192.0.2.1")
    interfaces.clear()  # the cable was pulled
    time.pass_by(seconds=KEPT)
    assert names.current().has_address("192.0.2.1")


def test_addresses_of_a_link_alone_go_with_it():
    """Each container brings one: of years of them no node keeps a list."""
    time, interfaces = ManualClocks(), {"192.0.2.1", "fe80::1"}
    names = OwnNames("minato", "kanri01", time.clocks.steady, lambda: frozenset(interfaces))
    assert names.current().addresses == {"192.0.2.1", "fe80::1"}
    interfaces.clear()
    interfaces.add("fe80::2")
    time.pass_by(seconds=KEPT)
    assert names.current().addresses == {"192.0.2.1", "fe80::2"}


def test_an_agent_that_joins_is_known_at_once():
    agents = set[str]()
    names = OwnNames(
        "minato",
        "kanri01",
        ManualClocks().clocks.steady,
        lambda: frozenset({"192.0.2.1"}),
        lambda: frozenset(agents),
    )
    first = names.current()
    assert names.current() is first
    agents.add("FS01")
    assert names.current().agents == {"FS01"}
    assert names.current().addresses == {"192.0.2.1"}
