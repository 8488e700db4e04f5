"""One look for all who follow: what is kept of it, and how soon the next one comes."""

from gc import collect
from weakref import ref

from noroshi.web.house import House
from noroshi.web.live import FRESH, SPARE, Live
from tests.service.asking import NearBy, applied


async def test_who_stalls_keeps_nothing_of_what_came_meanwhile(desk):
    await applied(NearBy(desk))
    live = Live(House(service=desk.service, people=desk.people))
    stream = live.follow()
    await anext(stream)  # and then nothing is read for long
    passed = []
    for used in (91, 92, 93):
        await desk.measured(used=used)
        live.changed()
        passed.append(ref(await live.now()))
    collect()
    assert [one() is None for one in passed] == [True, True, False]
    assert await anext(stream) is passed[-1]()
    await stream.aclose()


async def test_what_is_written_for_one_alone_puts_the_next_look_off_as_a_long_look_does(desk):
    await applied(NearBy(desk))
    time = [0.0]
    live = Live(House(service=desk.service, people=desk.people), lambda: time[0])
    first = await live.now()
    await desk.measured()
    with live.counted():
        time[0] += 2
    time[0] = FRESH + 2 * SPARE
    assert await live.now() is first
    time[0] += 1
    assert await live.now() is not first
