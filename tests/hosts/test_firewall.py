"""The command that opens a port in this computer's firewall."""

from noroshi.hosts.firewall import firewall_caution, firewall_command
from tests.sweeps import sweep


@sweep(
    ("installed", "command"),
    [
        (set(), ""),
        ({"ufw", "nft"}, "sudo ufw allow 7664/tcp"),
        (
            {"firewall-cmd", "nft"},
            "sudo firewall-cmd --permanent --add-port=7664/tcp && sudo firewall-cmd --reload",
        ),
        ({"nft"}, "sudo nft add rule inet filter input tcp dport 7664 accept"),
    ],
)
def test_it_is_that_of_the_program_that_manages_the_rules(installed, command):
    found = firewall_command(7664, lambda name: name in installed)
    assert found == command
    assert (firewall_caution(found) is not None) == (installed == {"nft"})
