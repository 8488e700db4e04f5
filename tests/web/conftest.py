import pytest

from tests.web.browser import browsing, with_user


@pytest.fixture
async def desk():
    return await with_user()


@pytest.fixture
async def browser(request, desk, tmp_path):
    """On the manager of the module's desk; where the mark says so, sato has logged in."""
    async with browsing(desk, tmp_path) as found:
        if request.node.get_closest_marker("logged_in"):
            await found.log_in()
        yield found
