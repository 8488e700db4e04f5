import pytest

from benchmarks.programs import PREPARER
from tests.warm import warm


@pytest.fixture(autouse=True)
def prepared_by_forks(request):
    """Forked commands make a scene ready, but where what a command takes is held to a promise."""
    if request.node.get_closest_marker("long"):
        yield
        return
    before = PREPARER.set(warm())
    yield
    PREPARER.reset(before)
