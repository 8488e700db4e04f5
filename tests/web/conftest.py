import pytest

from tests.web.browser import browsing, with_user


@pytest.fixture
async def desk():
    return await with_user()


@pytest.fixture
async def browser(desk, tmp_path):
    async with browsing(desk, tmp_path) as found:
        yield found
