from __future__ import annotations

import asyncio
import sys

import psutil
import pytest

from noroshi.actions.template import REFUSALS, TemplateFailed, TemplateRenderer

FACTS = {
    "level": "critical",
    "instance": "FS01",
    "items": [{"item": "/data", "value": 95.2}, {"item": "", "value": None}],
}
PATIENT = 60.0  # seconds: a busy machine is no failure


@pytest.fixture
async def renderer():
    renderer = TemplateRenderer(wall=PATIENT)
    yield renderer
    await renderer.close()


async def why(renderer, **parts):
    with pytest.raises(TemplateFailed) as caught:
        await renderer.render(parts, FACTS)
    assert caught.value.words.ja and caught.value.words.ja != caught.value.words.en
    return caught.value.words.en


async def test_a_template_is_filled_with_the_facts(renderer):
    parts = {"subject": "{{ instance }}: {{ level|upper }}", "text": "{{ items[0].value }} %"}
    assert await renderer.render(parts, FACTS) == {
        "subject": "FS01: CRITICAL",
        "text": "95.2 %",
    }
    japanese = {"text": "{% for i in items %}{{ i.item }} は {{ i.value }}\n{% endfor %}"}
    assert (await renderer.render(japanese, FACTS))["text"] == "/data は 95.2\n は None\n"


ESCAPES = [
    pytest.param("{{ level.__class__ }}", id="class"),
    pytest.param("{{ level.__class__.__mro__[1].__subclasses__() }}", id="subclasses"),
    pytest.param("{{ ''|attr('__class__') }}", id="attr filter"),
    pytest.param("{{ '{0.__class__}'.format(level) }}", id="format"),
    pytest.param("{{ self._TemplateReference__context }}", id="the template itself"),
    pytest.param("{{ cycler.__init__.__globals__.os.popen('id').read() }}", id="globals"),
    pytest.param("{{ items.append(1) }}", id="changing a fact"),
    pytest.param("{% include '/etc/passwd' %}", id="a file"),
    pytest.param("{% import 'os' as os %}", id="a module"),
    pytest.param("{{ open('/etc/passwd').read() }}", id="a built-in function"),
    pytest.param("{% set level.x = 1 %}", id="setting an attribute"),
]


@pytest.mark.parametrize("source", ESCAPES)
async def test_nothing_gets_out_of_the_sandbox(renderer, source):
    assert await why(renderer, text=source)


WRONG = [
    pytest.param("{{ nothing }}", "unknown name: nothing", id="name"),
    pytest.param("{{ items[0].size }}", "unknown name: size", id="key"),
    pytest.param("{{ items[0].size or 1 }}", "unknown name", id="key with a default"),
    pytest.param("a\n{% if %}", "line 2 is not valid", id="syntax"),
    pytest.param("{{ 1 / 0 }}", "it failed: ZeroDivisionError", id="arithmetic"),
    pytest.param("{{ 'x' * 70000 }}", "too long (at most 64 KiB)", id="long"),
    pytest.param("{% for i in range(70000) %}x{% endfor %}", "too long", id="many pieces"),
    pytest.param("{{ 'あ' * 30000 }}", "too long", id="long in bytes"),
    pytest.param("{{ 'x' * 10**9 }}", "too much memory", id="memory"),
    pytest.param("{{ range(10**9)|list }}", "OverflowError", id="range"),
    pytest.param(
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "RecursionError", id="recursion"
    ),
]


@pytest.mark.parametrize(("source", "said"), WRONG)
async def test_what_is_wrong_is_said(renderer, source, said):
    assert said in await why(renderer, text=source)
    assert await renderer.render({"text": "ok"}, FACTS) == {"text": "ok"}


SUBJECTS = [
    pytest.param("a\nb", "one line", id="line feed"),
    pytest.param("a\rBcc: x@y.example", "one line", id="carriage return"),
    pytest.param("{{ 'a\\u2028b' }}", "one line", id="unicode's line end"),
    pytest.param("a\x00b", "one line", id="control"),
    pytest.param(" ", "is empty", id="empty"),
    pytest.param("{{ 'x' * 251 }}", "too long (at most 250)", id="long"),
]


@pytest.mark.parametrize(("source", "said"), SUBJECTS)
async def test_a_subject_must_be_one_short_line(renderer, source, said):
    assert said in await why(renderer, subject=source)


ENDLESS = [
    pytest.param(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        id="nested loops",
    ),
    pytest.param("{{ 9 ** (9 ** 9) > 1 }}", id="one endless multiplication"),
]


@pytest.mark.parametrize("source", ENDLESS)
async def test_what_takes_too_long_is_ended_and_the_next_one_is_rendered(renderer, source):
    assert "too long (more than 0.2 s)" in await why(renderer, text=source)
    assert await renderer.render({"text": "ok"}, FACTS) == {"text": "ok"}
    child = renderer._child
    assert "too long (more than 0.2 s)" in await why(renderer, text=source)
    assert renderer._child is child  # it was not even tried again


async def test_the_clock_on_the_wall_bounds_it_where_cpu_time_does_not():
    renderer = TemplateRenderer(wall=PATIENT)
    await renderer.render({"text": "ok"}, FACTS)
    renderer._wall = 0.01
    psutil.Process(renderer._child.pid).suspend()
    assert "too long" in await why(renderer, text="hello")
    renderer._wall = PATIENT
    assert await renderer.render({"text": "ok"}, FACTS) == {"text": "ok"}
    await renderer.close()


async def test_what_is_wrong_is_said_in_few_words(renderer):
    for source in ("{{ " + "a" * 50_000 + " }}", "{{ 1 " + "b" * 50_000 + " }}"):
        assert len(await why(renderer, text=source)) < 500


async def test_a_child_that_was_killed_is_started_anew(renderer):
    await renderer.render({"text": "ok"}, FACTS)
    psutil.Process(renderer._child.pid).kill()
    await renderer._child.wait()
    assert await renderer.render({"text": "ok"}, FACTS) == {"text": "ok"}


async def test_a_rendering_given_up_leaves_no_answer_to_the_next_one(renderer):
    await renderer.render({"text": "ok"}, FACTS)
    psutil.Process(renderer._child.pid).suspend()
    given_up = asyncio.create_task(renderer.render({"text": "first"}, FACTS))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    assert await renderer.render({"text": "second"}, FACTS) == {"text": "second"}


async def test_many_at_once_each_get_their_own(renderer):
    wanted = [str(n) for n in range(20)]
    made = await asyncio.gather(*(renderer.render({"text": n}, FACTS) for n in wanted))
    assert [one["text"] for one in made] == wanted


async def test_closing_ends_the_child_and_may_be_done_twice(renderer):
    await renderer.render({"text": "ok"}, FACTS)
    child = renderer._child
    await renderer.close()
    await renderer.close()
    assert child.returncode == 0


async def test_a_renderer_never_used_starts_no_process():
    renderer = TemplateRenderer()
    assert renderer._child is None
    await renderer.close()


async def test_the_child_has_nothing_of_our_environment(renderer, monkeypatch):
    monkeypatch.setenv("CANARY", "ours")
    await renderer.render({"text": "ok"}, FACTS)
    names = psutil.Process(renderer._child.pid).environ().keys()
    assert "CANARY" not in names
    if sys.platform != "win32":  # which gives each process some of its own
        assert names <= {"LC_CTYPE"}


def test_every_reason_is_said_in_both_languages():
    assert all(words.en and words.ja for words in REFUSALS.values())
