import pytest

from tests.web.browser import browsing, with_user


@pytest.fixture
async def harness():
    return await with_user()


@pytest.fixture
async def browser(request, harness, tmp_path):
    """On the manager of the module's harness; where the mark says so, sato has logged in."""
    async with browsing(harness, tmp_path) as found:
        if request.node.get_closest_marker("logged_in"):
            await found.log_in()
        yield found
