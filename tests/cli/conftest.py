import pytest


@pytest.fixture
def terminal():
    """Name what a test opens to type as a person does; it uses pty, which Windows has not."""
    from tests.cli.terminal import Terminal

    return Terminal
