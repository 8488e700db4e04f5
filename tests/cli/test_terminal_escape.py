"""A terminal obeys nothing of what others have said."""

import io
import json

import pytest

from noroshi.cli.terminal_escape import Readable, escaped, obey, readable
from noroshi.core.printable import LONG
from noroshi.service import administrator, run_as_json
from tests.cli.command_process import a_node, typed
from tests.service.harness import AKI, Harness, documents

BAD = "a\x1b[2J\x9b31m\x07\r\u202eb\u2028"
SHOWN = "a?[2J?31m???b?"


@pytest.fixture
async def harness(tmp_path):
    harness = Harness()
    async with a_node(tmp_path, harness.service):
        yield harness


def test_what_people_write_is_shown_as_it_is():
    out = io.StringIO()
    text = "容量\u3000がいっぱい\tです。\ud83d\ude00 Grüße\n"
    Readable(out).write(text.encode("utf-16", "surrogatepass").decode("utf-16"))
    assert out.getvalue() == "容量\u3000がいっぱい\tです。😀 Grüße\n"


@pytest.mark.parametrize("times", [pytest.param(1, id="short"), pytest.param(LONG, id="long")])
def test_json_says_the_same_without_what_is_obeyed(times):
    note = BAD + "あ" * times
    told = escaped(json.dumps({"note": note, "x": "\udcff"}, ensure_ascii=False))
    assert json.loads(told) == {"note": note, "x": "\udcff"}
    assert told.isprintable()


def test_what_the_terminal_is_to_do_comes_through(capsys):
    with readable():
        print(BAD)
        obey("\r\x1b[K")
    assert capsys.readouterr().out == f"{SHOWN}\n\r\x1b[K"


async def test_a_note_on_a_version_obeys_no_terminal(harness, tmp_path):
    """An operator may stop an instance, and say why; root reads it."""
    await run_as_json(harness.service, AKI, "apply", {"documents": documents()})
    given = {"instance": "web1", "note": BAD}
    assert "ok" in await run_as_json(
        harness.service, administrator(BAD), "instance_stop", given
    )
    told = await typed("versions", home=tmp_path)
    assert SHOWN in told.out and "\x1b" not in told.out and "\x9b" not in told.out
    told = await typed("versions", "--json", home=tmp_path)
    assert json.loads(told.out)[0]["note"] == {"en": BAD, "ja": BAD} and "\x9b" not in told.out


async def test_a_refusal_obeys_no_terminal_either(harness, tmp_path):
    told = await typed("queue", "show", BAD, home=tmp_path)
    assert told.code and "\x1b" not in told.err and "\x9b" not in told.err
