import pytest
import pytest_asyncio

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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium():
    """One for all tests of a worker, which have windows of their own: to start it takes longer than
    most pages. Who uses it says `pytestmark = ON_ITS_LOOP`."""
    from tests.web.window import launched  # not for all that look at no page

    async with launched() as found:
        yield found
