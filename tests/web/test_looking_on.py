"""One look for all who follow: what is kept of it, and how soon the next one comes."""

from gc import collect
from weakref import ref

from noroshi.web.context import WebContext
from noroshi.web.pages import alarms
from noroshi.web.view.live_updates import FRESH, SPARE, Live
from tests.service.clients import InProcessClient, apply_definitions
from tests.web.browser import GOOD


async def test_who_stalls_keeps_nothing_of_what_came_meanwhile(harness):
    await apply_definitions(InProcessClient(harness))
    live = Live(WebContext(service=harness.service, people=harness.people))
    stream = live.follow()
    await anext(stream)  # and then nothing is read for long
    passed = []
    for used in (91, 92, 93):
        await harness.measured(used=used)
        live.expire()
        passed.append(ref(await live.now()))
    collect()
    assert [one() is None for one in passed] == [True, True, False]
    assert await anext(stream) is passed[-1]()
    await stream.aclose()


async def test_what_is_written_for_one_alone_puts_the_next_look_off_as_a_long_look_does(
    harness,
):
    await apply_definitions(InProcessClient(harness))
    time = [0.0]
    live = Live(WebContext(service=harness.service, people=harness.people), lambda: time[0])
    first = await live.now()
    await harness.measured()
    with live.count_time():
        time[0] += 2
    time[0] = FRESH + 2 * SPARE
    assert await live.now() is first
    time[0] += 1
    assert await live.now() is not first


class Noted(Live):
    """Notes how often something is written for one alone."""

    times = 0

    def count_time(self):
        self.times += 1
        return super().count_time()


async def test_what_the_page_of_alarms_shows_when_it_is_opened_is_counted_as_well(harness):
    await apply_definitions(InProcessClient(harness))
    house = WebContext(service=harness.service, people=harness.people)
    live, answered = Noted(house), []
    inside = await harness.people.log_in("sato", GOOD, "127.0.0.1")
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/alarms",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"cookie", f"noroshi={inside.key}".encode())],
    }

    async def heard(message):
        answered.append(message)

    await alarms.routes(house, live)[0].handle(scope, None, heard)
    assert (answered[0]["status"], live.times) == (200, 1)
