import pytest

from noroshi.config.config import Config
from noroshi.door import open_door
from tests.service.clients import (
    HttpClient,
    InProcessClient,
    SocketClient,
    make_api_token,
    open_manager,
)
from tests.service.harness import Harness


@pytest.fixture(params=["near", "far", "web"])
async def ask(request, tmp_path):
    harness = Harness()
    if request.param == "near":
        yield InProcessClient(harness)
    elif request.param == "far":
        config = Config(
            home=tmp_path, store=tmp_path / "s", key=tmp_path / "k", door=tmp_path / "door.sock"
        )
        async with open_door(config, harness.open_service, lambda: None):
            yield SocketClient(harness, config.door)
    else:
        token = await make_api_token(harness)
        async with open_manager(harness, tmp_path) as url:
            yield HttpClient(harness, url, token)
