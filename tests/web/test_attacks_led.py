"""Where nobody may make a node go by a monitor, and who is told what was answered there."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from noroshi.app.composition import open_app
from noroshi.config.config import Config
from noroshi.config.web import Web
from noroshi.core.people import Person
from noroshi.core.roles import ADMIN, OPERATOR, VIEWER, roles_up_to
from noroshi.definitions.document_content import document
from noroshi.service import administrator, run_as_json
from noroshi.service.operation_list import OFFERED
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.vault import make_key
from tests.network.sites import Site, says

BOSS = administrator("boss")
PATH = "web1/web/page"
SECRET = "hunter2-of-the-inner-network"
METADATA = "http://169.254.169.254/latest/meta-data/"


@pytest.fixture
async def site():
    async with Site().open() as found:
        yield found


@asynccontextmanager
async def watching(folder, manager, kind="http", **options):
    """A whole node that watches such a page, or a log, with its manager on that port."""
    home = folder / "home"
    home.mkdir()
    files = {"store": home / "s", "key": home / "k", "door": home / "d"}
    config = Config(home=home, **files, web=Web(port=manager))
    make_key(config.key)
    page = {"name": "page", "kind": kind, "options": options}
    one = document(
        "instances/web1", {"every": "1s", "group": [{"name": "web", "monitor": [page]}]}
    )
    async with open_app(config, open_store=SqliteStore.open) as app:
        given = {"documents": [{"key": one.key, "body": one.body}]}
        assert "ok" in await run_as_json(app.service, BOSS, "apply", given)
        working = asyncio.create_task(app.engine.run())
        yield app
        working.cancel()
        await asyncio.wait((working,))


async def tried(app, who=BOSS):
    return await run_as_json(app.service, who, "try_monitor", {"monitor": PATH})


@pytest.mark.parametrize("led", [False, True], ids=["directly", "by a redirect"])
async def test_no_monitor_leads_to_the_manager_or_to_a_cloud_s_metadata(tmp_path, site, led):
    async with Site().open() as manager:
        there = f"http://127.0.0.1:{manager.port}/api/users"
        for number, (url, why) in enumerate(
            [(there, "Noroshi's own manager"), (METADATA, "a cloud gives")]
        ):
            site.answers = [says(302, location=url)]
            folder = tmp_path / str(number)
            folder.mkdir()
            given = {"url": site.url if led else url, "redirects": 5}
            async with watching(folder, manager.port, **given) as app:
                told = (await tried(app))["ok"]
            assert why in told["fault"]["en"] and not told["readings"]
        assert manager.connections == 0


async def test_what_was_answered_is_shown_to_administrators_alone(tmp_path, site):
    site.answers = [says(500, SECRET.encode(), X_Detail=SECRET)]
    async with watching(tmp_path, 0, url=site.url, has=["ok"]) as app:
        told = await tried(app)
        assert SECRET in str(told["ok"]["seen"])
        assert SECRET not in str(told["ok"] | {"seen": ()})
        for role in (VIEWER, OPERATOR):
            who = Person("them", roles_up_to(role))
            assert "ok" not in await tried(app, who)
            answers = [await asked(app, who, name) for name in OFFERED]
            assert any(PATH in one for one in answers)
            assert not any(SECRET in one for one in answers)
        assert SECRET not in await asked(app, Person("boss", roles_up_to(ADMIN)), "audit")


@pytest.mark.parametrize("name", ["k", "s", "k.old-1", "web-key.pem", "noroshi.toml", "link"])
async def test_no_log_monitor_shows_what_is_in_a_file_of_our_own(tmp_path, name):
    """A stolen session reads the vault's key by no definition, and so no secret in the store."""
    home = tmp_path / "home"
    log = {"path": str(home / name), "terms": [{"not_word": "x"}], "from_start": True}
    async with watching(tmp_path, 0, kind="logfile", **log) as app:
        for one in ("k.old-1", "web-key.pem", "noroshi.toml"):
            (home / one).write_text(f"{SECRET}\n")
        (home / "link").symlink_to(home / "k")
        told = await tried(app)
        key = (home / "k").read_text().strip()
    assert "a Noroshi file that holds or protects secrets" in str(told["ok"]["fault"])
    assert key not in str(told) and SECRET not in str(told)


async def asked(app, who, name):
    """What such a person gets from an operation, with as little as can be said to it."""
    given = {"monitor": PATH} if "monitor" in OFFERED[name].arguments else {}
    return str(await run_as_json(app.service, who, name, given))
