"""Forms as browsers send them: how much of them is taken apart."""

import tracemalloc

import pytest
from hypothesis import given, strategies as st

from noroshi.service import administrator, run_as_json
from noroshi.web.http.multipart import MOST_PARTS, Upload, parts_of
from tests.service.harness import documents
from tests.web.browser import browsing
from tests.web.test_editing_pages import again

MARK = b"----mark"
FIELD = b'\r\nContent-Disposition: form-data; name="n%d"\r\n\r\nx'


def body(count):
    parts = [b"--" + MARK + FIELD % n for n in range(count)]
    return b"\r\n".join((*parts, b"--" + MARK + b"--\r\n"))


def test_as_many_parts_as_there_may_be_are_read_and_no_more():
    fields, files = parts_of(body(MOST_PARTS), MARK.decode())
    assert len(fields) == MOST_PARTS and not files
    with pytest.raises(ValueError, match="too many parts"):
        parts_of(body(MOST_PARTS + 1), MARK.decode())


def test_what_has_too_many_parts_is_not_taken_apart_first():
    nothing = (b"--" + MARK + b"\r\n") * (1 << 17)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="too many parts"):
            parts_of(nothing, MARK.decode())
        assert tracemalloc.get_traced_memory()[1] < len(nothing)
    finally:
        tracemalloc.stop()


HEAD = "Content-Disposition: form-data"
PIECES = [
    b"--" + MARK,
    b"--",
    b"\r\n",
    b"\r\n\r\n",
    b"\r",
    b"\n",
    HEAD.encode(),
    b'; name="a"',
    b'; filename="a.toml"',
    b"; filename*=utf-8''b",
    b"Content-Transfer-Encoding: base64\r\n",
    b"QQ=",
    b":",
    b'"',
    b"\\",
    b"\xff",
]


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_whatever_comes_is_a_form_or_refused(pieces):
    for one in (pieces, [PIECES[0], b"\r\n", *pieces, b"\r\n", PIECES[0], b"--\r\n"]):
        try:
            fields, files = parts_of(b"".join(one), MARK.decode())
        except ValueError:
            continue
        assert all(isinstance(text, str) for text in (*fields, *fields.values()))
        assert all(file.name for file in files)


@given(st.binary(max_size=200), st.sampled_from(["a.toml", "設定/a.toml", "a;b=c.toml"]))
def test_a_file_arrives_as_it_is(content, name):
    heads = [f'{HEAD}; name="note"', f'{HEAD}; name="files"; filename="{name}"']
    parts = zip(heads, ("é".encode(), content), strict=True)
    whole = b"".join(
        b"--%b\r\n%b\r\n\r\n%b\r\n" % (MARK, head.encode(), part) for head, part in parts
    )
    found = parts_of(whole + b"--" + MARK + b"--\r\n", MARK.decode())
    assert found == ({"note": "é"}, (Upload(name, content),))


def test_a_name_is_as_it_was_before_a_browser_wrote_it():
    sent = f'--x\r\n{HEAD}; name="f"; filename="a%22b%0A%41.toml"\r\n\r\n\r\n--x--\r\n'
    assert parts_of(sent.encode(), "x")[1] == (Upload('a"b\n%41.toml', b""),)


async def test_the_largest_form_that_we_draw_can_be_sent(harness, tmp_path):
    """A box for each of four hundred instances, and one for each of as many contacts."""
    many = [f"node-{n:04}" for n in range(400)]
    all_of_it = {f"instances__{one}": {"group": []} for one in many}
    all_of_it |= {f"contacts__{one}": {"addresses": [f"{one}@example.com"]} for one in many}
    notice = {"events": ["started"], "contacts": ["ops"], "routes": ["plain"]}
    given = documents(**all_of_it, notifications__day=notice)
    told = await run_as_json(
        harness.service, administrator("boss"), "apply", {"documents": given}
    )
    assert "ok" in told, told
    page = "/settings/notification?name=day"
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        await browser.get(page)
        ticked = {f"{what}.{one}": "yes" for what in ("instances", "contacts") for one in many}
        await again(browser, page, **ticked)
    assert browser.status == 303, browser.text[-500:]
    (made,) = [
        d for d in (await harness.store.current()).documents if d.key.startswith("notif")
    ]
    assert made.body.count("node-") == 800
