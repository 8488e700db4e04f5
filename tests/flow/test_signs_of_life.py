"""The beat to a URL and systemd's watchdog: given as long as checks and commits move."""

import asyncio
import logging
import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from noroshi.engine.liveness import NOT_WRITTEN, STANDS_STILL, Liveness, find_stall
from noroshi.engine.signs_of_life import ServiceManager, SignsOfLife, fetch
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore, ManualClocks
from tests.flow.scene import Scene, disk_monitor

SECRET = "/ping/5e8f3d0c-canary"


class SystemdSocket:
    """A socket as systemd's."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)

    def manager(self, watchdog):
        """Make what speaks to it."""
        return ServiceManager(self.path, watchdog)

    def received(self):
        """Take what was said: few datagrams wait for who does not read them."""
        while True:
            try:
                yield self._socket.recv(1024).decode()
            except BlockingIOError:
                return

    def close(self):
        self._socket.close()


class PlainSupervisor:
    """Stands for what Windows has in the place of systemd, which takes words by calls."""

    def __init__(self, _folder):
        self.watchdog, self._said = 0.0, []

    def manager(self, watchdog):
        """Make what speaks to it: itself."""
        self.watchdog = watchdog
        return self

    def notify(self, text):
        self._said.append(text)

    def received(self):
        """Take what was said."""
        while self._said:
            yield self._said.pop(0)

    def close(self):
        """Nothing is open."""


SUPERVISOR = PlainSupervisor if sys.platform == "win32" else SystemdSocket


class Hearing:
    """An HTTP server that notes what it is asked, and what watches over the node."""

    def __init__(self, folder, status=200):
        self.heard, self.fed, self.status = [], [], status
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}{SECRET}"
        self.supervisor = SUPERVISOR(folder)

    def _handler(self):
        hearing = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                hearing.heard.append((self.command, self.path, body.decode()))
                self.send_response(hearing.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def do_POST(self):
                self.do_GET()

            def log_message(self, *said):
                """Silent."""

        return Handler

    def listen(self):
        """Take what was said to the supervisor."""
        self.fed += self.supervisor.received()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.supervisor.close()


@pytest.fixture
def hearing(tmp_path):
    hearing = Hearing(tmp_path)
    yield hearing
    hearing.close()


class Living(Scene):
    """A scene whose signs of life are given each second."""

    def __init__(self, hearing, url=None, watchdog=120.0):
        super().__init__(store=FaultyStore(MemoryStore()))
        self.used, self.living = {"/a": 10}, None
        self.hearing, self.url = hearing, hearing.url if url is None else url
        self.manager = hearing.supervisor.manager(watchdog)

    async def second(self, engine, second=0):
        await super().second(engine, second)
        if self.living is None:
            self.living = SignsOfLife(self.time.clocks, engine.liveness, self.manager, self.url)
        await self.live()

    async def live(self):
        self.living.step()
        self.hearing.listen()
        if self.living.fetching is not None:
            await self.living.fetching


async def test_it_beats_once_a_minute_and_feeds_the_watchdog_in_time(hearing):
    scene = Living(hearing)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 301)
    assert hearing.heard == [("GET", SECRET, "")] * 6
    assert hearing.fed == ["WATCHDOG=1"] * 11


async def test_a_store_that_fails_ends_the_beat_says_so_once_and_it_comes_back(hearing, caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Living(hearing)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.store.is_failing = True
        await scene.seconds(engine, 170)
        assert [path for _how, path, _said in hearing.heard] == [SECRET] * 4
        hearing.heard.clear()
        await scene.seconds(engine, 600)
        ((how, path, said),) = hearing.heard
        assert (how, path) == ("POST", f"{SECRET}/fail")
        assert said.startswith("nothing could be written to the store for 18")
        hearing.heard.clear()
        scene.store.is_failing = False
        await scene.seconds(engine, 65)
    assert hearing.heard == [("GET", SECRET, "")] * 2


async def test_a_store_that_fails_for_an_hour_starves_the_watchdog_until_it_works(
    hearing, caplog
):
    caplog.set_level(logging.CRITICAL)
    scene = Living(hearing, url="")
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 31)
        scene.store.read_only = True
        await scene.seconds(engine, 3570)
        assert len(hearing.fed) >= 120
        await scene.seconds(engine, 120)
        hearing.fed.clear()
        await scene.seconds(engine, 120)
        assert hearing.fed == []
        scene.store.read_only = False
        await scene.seconds(engine, 31)
    assert "WATCHDOG=1" in hearing.fed


async def test_while_samples_alone_wait_for_room_the_node_is_alive(hearing, caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Living(hearing)
    scene.store = NoRoomForSamples()
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 400)
    assert {path for _how, path, _said in hearing.heard} == {SECRET}
    assert len(hearing.heard) == 7


class NoRoomForSamples(MemoryStore):
    """Its volume is nearly full."""

    async def append(self, samples, fence=None):
        raise StoreError("samples are not kept", StoreFault.SAVING)


async def test_a_watch_that_stands_still_is_not_fed_for(hearing, caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Living(hearing)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        hearing.fed.clear()
        hearing.heard.clear()
        for _ in range(200):  # the loop lives, and nobody looks at the schedule
            scene.time.pass_by(seconds=1)
            await scene.live()
    assert len(hearing.fed) <= 2
    assert [path for _how, path, _said in hearing.heard] == [f"{SECRET}/fail"]


async def test_a_process_that_was_stopped_does_not_take_itself_for_dead(hearing):
    scene = Living(hearing)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 61)
        scene.time.pass_by(hours=1)
        scene.living.step()  # before anything else had its turn
        await scene.seconds(engine, 61)
    assert {path for _how, path, _said in hearing.heard} == {SECRET}
    assert len(hearing.heard) == 4


@pytest.mark.parametrize("status", [301, 404, 500])
async def test_a_beat_that_is_not_taken_is_logged_once_without_its_secret(
    hearing, caplog, status
):
    caplog.set_level(logging.DEBUG)
    hearing.status = status
    scene = Living(hearing)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 190)
        hearing.status = 200
        await scene.seconds(engine, 60)
    assert [path for _how, path, _said in hearing.heard] == [SECRET] * 5
    said = [record.getMessage() for record in caplog.records if "beat" in record.getMessage()]
    assert said == [
        f"the beat to 127.0.0.1 was not taken: it answered {status}",
        "the beat to 127.0.0.1 is taken again",
    ]
    assert "canary" not in caplog.text


async def test_a_beat_to_nobody_does_no_harm_and_its_secret_stays_one(hearing, caplog):
    caplog.set_level(logging.DEBUG)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        scene = Living(hearing, url=f"http://127.0.0.1:{found.getsockname()[1]}{SECRET}")
        await scene.plan(disk_monitor())
        async with scene.life() as engine:
            await scene.seconds(engine, 120)
    assert "not taken: ConnectionRefusedError" in caplog.text
    assert "canary" not in caplog.text


@pytest.mark.parametrize("host", ["no..name.test", f"{'a' * 64}.test"])
async def test_a_beat_to_what_can_be_no_name_is_logged_as_any_other(hearing, caplog, host):
    scene = Living(hearing, url=f"http://{host}{SECRET}")
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 120)
    said = [record.getMessage() for record in caplog.records if "beat" in record.getMessage()]
    (line,) = said
    assert line.startswith(f"the beat to {host} was not taken: Unicode")


def test_a_reason_is_sent_in_utf_8(hearing):
    assert fetch(hearing.url, "“the store” is full…") == 200
    assert hearing.heard == [("POST", SECRET, "“the store” is full…")]


async def test_to_a_url_with_a_query_only_silence_tells_of_trouble(hearing, caplog):
    caplog.set_level(logging.CRITICAL)
    scene = Living(hearing, url=f"{hearing.url}?status=up")
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 10)
        scene.store.is_failing = True
        await scene.seconds(engine, 400)
    assert {path for _how, path, _said in hearing.heard} == {f"{SECRET}?status=up"}


async def test_a_server_that_never_answers_holds_up_nothing(hearing):
    clocks, never = ManualClocks(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hangs(_url, _reason):
        asyncio.run_coroutine_threadsafe(never.wait(), loop).result()
        return 200

    def signs():
        now = clocks.steady_seconds
        return Liveness(now, now, now)

    living = SignsOfLife(
        clocks.clocks, signs, hearing.supervisor.manager(8.0), "http://localhost/x", hangs
    )
    for _ in range(300):
        living.step()
        hearing.listen()
        clocks.pass_by(seconds=1)
        await asyncio.sleep(0)
    assert len(hearing.fed) == 150
    never.set()
    await living.fetching


@pytest.mark.parametrize("abstract", [False, True], ids=["a path", "an abstract name"])
def test_the_service_manager_is_reached_as_its_variables_say(tmp_path, abstract):
    name = f"noroshi-{os.getpid()}-notify"
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name if abstract else path)
        manager = ServiceManager.from_environment(
            {"NOTIFY_SOCKET": "@" + name if abstract else path, "WATCHDOG_USEC": "120000000"}
        )
        assert manager.watchdog == 120
        manager.notify("READY=1")
        assert listening.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="no service manager"),
        pytest.param({"WATCHDOG_USEC": "5000000"}, id="no socket"),
        pytest.param(
            {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"},
            id="meant for another process",
        ),
        pytest.param({"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "x"}, id="no number"),
    ],
)
def test_without_a_watchdog_nobody_is_fed_and_saying_something_does_no_harm(environment):
    manager = ServiceManager.from_environment(environment)
    assert manager.watchdog == 0
    manager.notify("READY=1")


@pytest.mark.parametrize(
    ("liveness", "ill"),
    [
        pytest.param(Liveness(1000, 1000, 1000), None, id="well"),
        pytest.param(
            Liveness(1000 - STANDS_STILL - 1, 1000, 1000),
            "monitoring has stalled for 31 s",
            id="still",
        ),
        pytest.param(Liveness(1000, 1000 - NOT_WRITTEN, 1000), None, id="locked for long"),
        pytest.param(Liveness(1000, 1000 - NOT_WRITTEN - 1, 1000), "written", id="no renewal"),
        pytest.param(Liveness(1000, 1000, 1000 - NOT_WRITTEN - 1), "written", id="no flush"),
    ],
)
def test_what_is_alive(liveness, ill):
    said = find_stall(liveness, 1000)
    assert (said is None) if ill is None else (ill in said.en)
