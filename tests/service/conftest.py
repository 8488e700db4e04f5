import pytest

from noroshi.config.config import Config
from noroshi.door import open_door
from tests.service.asking import FarAway, FarByWeb, NearBy, let_in, opened
from tests.service.desk import Desk


@pytest.fixture(params=["near", "far", "web"])
async def ask(request, tmp_path):
    desk = Desk()
    if request.param == "near":
        yield NearBy(desk)
    elif request.param == "far":
        config = Config(
            home=tmp_path, store=tmp_path / "s", key=tmp_path / "k", door=tmp_path / "door.sock"
        )
        async with open_door(config, desk.service, lambda: None):
            yield FarAway(desk, config.door)
    else:
        token = await let_in(desk)
        async with opened(desk, tmp_path) as url:
            yield FarByWeb(desk, url, token)
