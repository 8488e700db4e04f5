import pytest


@pytest.fixture
def terminal():
    """What a test opens to type as a person does; it uses pty, which Windows has not."""
    from tests.cli.terminal import Terminal

    return Terminal
