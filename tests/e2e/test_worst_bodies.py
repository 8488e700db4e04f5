"""One request, whatever is in it, does not stop the node: at every door bodies of the worst shapes
that each role may send are refused, /healthz answers meanwhile, and the node's memory stays."""

import asyncio
import json
import re
import zipfile
from contextlib import suppress
from io import BytesIO
from urllib.parse import quote

import pytest

from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.definitions.size_limits import MOST_DEFINITIONS, MOST_MONITORS
from noroshi.door import LONGEST_LINE
from noroshi.web.api.endpoints import LONGEST
from noroshi.web.http.request_form import LONGEST_FORM, LONGEST_IMPORT
from tests.e2e.manager import GOOD, Managed

MOST = 50 << 20
"""Bytes by which the node may grow."""
MARK = "----mark"
DOCUMENT = '{"documents":[{"key":"instances/a","body":"%s"}]}'
SHAPES = {
    "numbers": ('{"%s":[', "0,", "0]}"),
    "objects": ('{"%s":[', "{},", "{}]}"),
    "lists": ('{"%s":[', "[],", "[]]}"),
    "texts": ('{"%s":[', '"",', '""]}'),
    "names": ('{"%s":0', ',"a%08d":0', "}"),
    "deep": ('{"%s":', "[", ""),
    "a long text": ('{"%s":"', "a", '"}'),
    "letters of four bytes": ('{"%s":["', "\N{FIRE}", '"]}'),
}
INSIDE = {
    "groups that are none": ('{"group":[', "0,", "0]}"),
    "monitors that are none": ('{"group":[{"name":"a","monitor":[', "{},", "{}]}]}"),
    "unknown settings": ('{"a":0', ',"a%08d":0', "}"),
    "rules that are none": ('{"rules":[', '"x",', '"x"]}'),
    "options": (
        '{"group":[{"name":"a","monitor":[{"name":"b","kind":"script","options":{"command":[',
        "0,",
        "0]}}]}]}",
    ),
}
OPERATIONS = {
    VIEWER: ("definition_show", "keys"),
    OPERATOR: ("send", "to"),
    ADMIN: ("apply", "documents"),
}


def of_length(shape, most, name=""):
    """As often as it fits into so many bytes."""
    start, part, end = shape
    start = start.replace("%s", name)
    room = most - len(start.encode()) - len(end.encode())
    if "%" not in part:
        return (start + part * (room // len(part.encode())) + end).encode()
    return (start + "".join(part % n for n in range(room // len(part % 0))) + end).encode()


def documents(shape, most):
    """As a text in a text."""
    before, after = DOCUMENT.split("%s")
    quoted = tuple(part.replace('"', '\\"') for part in shape)
    return before.encode() + of_length(quoted, most - len(DOCUMENT)) + after.encode()


def changes(shape, most):
    return b'{"put":{"instances/a":' + of_length(shape, most - 40) + b"}}"


SOME = ("objects", "names", "a long text", "monitors that are none")
"""Those of which most is made; each takes as long as another process takes to start."""
FEW = ("objects", "a long text")
"""Enough for roles that may send less, and for the local door: what reads them is the same."""
EACH = pytest.mark.parametrize(
    "whole",
    [
        pytest.param(False, id="the worst"),
        pytest.param(True, id="all", marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)


def among(shapes, whole, some=SOME):
    return [one for name, one in shapes.items() if whole or name in some]


def bodies_of(role, whole, some=SOME):
    """Operation and body, each as long as that role's may be."""
    op, name = OPERATIONS[role]
    for shape in among(SHAPES, whole, some):
        yield op, of_length(shape, LONGEST[role], name)
    if role == OPERATOR:
        to = json.dumps([f"a{n}@example.com" for n in range(20_000)])
        text = "x" * (1 << 19)
        yield "send", f'{{"subject":"s","text":"{text}","to":{to}}}'.encode()
    if role == ADMIN:
        keys = json.dumps([{"key": f"instances/a{n}", "body": "{"} for n in range(100_000)])
        yield "plan", f'{{"documents":{keys}}}'.encode()
        for shape in among(INSIDE, whole, some):
            yield "plan", documents(shape, LONGEST[role])
            yield "definition_change", changes(shape, LONGEST[role])


@pytest.fixture
def node(tmp_path):
    found = Managed(tmp_path)
    try:
        yield found.open()
    finally:
        found.close()


class Watched:
    """Sends what is hostile, one after the other, while somebody else asks whether it lives."""

    def __init__(self, node):
        self.node, self.answered = node, 0

    async def sending(self, ways):
        """The answers; each way is a function that sends something."""
        node = self.node
        await node.healthy()
        before = node.memory("VmRSS")
        node.forget_the_peak()
        answers = []
        for way in ways:
            told, asked = asyncio.ensure_future(way()), 0
            while not told.done():
                assert await node.healthy()
                asked += 1
                await asyncio.wait([told], timeout=0.25)
            answers.append((await told, asked))
        grown = node.memory("VmHWM") - before
        print(f"{len(answers)} requests, memory grew by {grown / (1 << 20):.1f} MiB")
        assert grown < MOST
        assert node.node.poll() is None
        return answers


def refused(body):
    """A refusal is short, whatever was sent, and says what is wrong."""
    assert len(body) < 64 << 10
    answer = json.loads(body)
    assert answer["error"] in ("invalid", "trouble", "not found"), answer
    assert len(answer["problems"]) <= 51
    assert answer["words"]["ja"]


@EACH
@pytest.mark.parametrize("role", [VIEWER, OPERATOR, ADMIN])
async def test_by_the_api(node, role, whole):
    token = node.token(role)
    start = f"authorization: Bearer {token}\r\ncontent-type: application/json"

    def way(op, body):
        return lambda: node.request(f"POST /api/{op} HTTP/1.1\r\n{start}", body)

    bodies = bodies_of(role, whole, SOME if role == ADMIN else FEW)
    found = await Watched(node).sending([way(op, body) for op, body in bodies])
    for (status, _, body), _ in found:
        assert status in (400, 404, 503), body[:300]
        refused(body)
    assert role == VIEWER or any(asked for _, asked in found)


def sound(definitions):
    """A body with these definitions, nothing of which is wrong in itself."""
    made = [{"key": key, "body": json.dumps(said)} for key, said in definitions.items()]
    return json.dumps({"documents": made}).encode()


def instances(count, monitors):
    named = [{"name": f"m{n}", "kind": "memory"} for n in range(monitors)]
    said = {"group": [{"name": "a", "monitor": named}]} if monitors else {}
    return {f"instances/i{n}": said for n in range(count)}


def too_much(whole):
    """More than a node takes, and what is said of it."""
    yield sound(instances(1, 70_000)), "70000 monitors"
    contact = {"addresses": ["a@example.jp"]}
    yield sound({f"contacts/c{n}": contact for n in range(60_000)}), "60000 definitions"
    if whole:
        yield sound(instances(15_000, 2)), "30000 monitors"
        yield sound(instances(60_000, 0)), "60000 definitions"


@EACH
async def test_more_sound_definitions_than_a_node_takes_are_not_even_looked_at_by_it(
    node, whole
):
    token = node.token(ADMIN)
    start = f"authorization: Bearer {token}\r\ncontent-type: application/json"
    head = f"POST /api/plan HTTP/1.1\r\n{start}"
    bodies = [*too_much(whole)]
    ways = [lambda body=body: node.request(head, body) for body, _ in bodies]
    found = await Watched(node).sending(ways)
    for ((status, _, body), asked), (sent, told) in zip(found, bodies, strict=True):
        assert len(sent) < LONGEST[ADMIN] and status == 400 and asked
        refused(body)
        assert told in json.loads(body)["problems"][0]["what"]["en"]


PORT = {"kind": "port", "options": {"port": 22}}
PAGE = {"kind": "http", "options": {"url": "http://www.example.com/"}}


def at_the_bound(count, second, monitor, title=""):
    """So many instances, the first `second` of them of two such monitors and the others of one,
    which has the title."""
    for number in range(count):
        more = {"title": title} if title else {}
        names = [("up", {}), ("down", {})] if number < second else [("up", more)]
        its = [{"name": name, **monitor, **more} for name, more in names]
        told = {"group": [{"name": "base", "monitor": its}]}
        body = json.dumps(told, ensure_ascii=False)
        yield {"key": f"instances/web-{number:05}", "body": body}


EACH_OF_TWO = MOST_MONITORS - MOST_DEFINITIONS
THE_MOST = (MOST_DEFINITIONS, EACH_OF_TWO, PORT)
HEAVY = (MOST_DEFINITIONS, 0, PAGE, "a" * 32)
OF_FOUR_BYTES = (10_000, 0, PAGE, "\N{FIRE}" * 6)
"""Letters of four bytes."""


@EACH
async def test_sound_definitions_at_the_bound(node, whole):
    """What may be asked for is looked at within the same memory, time after time."""
    start = f"authorization: Bearer {node.token(ADMIN)}\r\ncontent-type: application/json"

    def planned(how):
        body = json.dumps({"documents": [*at_the_bound(*how)]}, ensure_ascii=False).encode()
        assert len(body) < LONGEST[ADMIN]
        return lambda: node.request(f"POST /api/plan HTTP/1.1\r\n{start}", body)

    await planned(
        (1, 0, PAGE, "a")
    )()  # a node loads what plans need when it is first asked for one
    each = [THE_MOST, HEAVY, OF_FOUR_BYTES, THE_MOST] if whole else [HEAVY, HEAVY]
    found = await Watched(node).sending([planned(how) for how in each])
    for ((status, _, answer), asked), how in zip(found, each, strict=True):
        told = json.loads(answer)["ok"]
        assert (status, told["problems"]) == (200, [])
        assert len(told["differences"]) + told["more"] == how[0]
        assert len(answer) < 1 << 20
        assert asked


async def test_by_several_at_once(node):
    token = node.token(ADMIN)
    start = f"authorization: Bearer {token}\r\ncontent-type: application/json"
    body = of_length(SHAPES["objects"], LONGEST[ADMIN], "documents")

    async def all_at_once():
        asked = [node.request(f"POST /api/apply HTTP/1.1\r\n{start}", body) for _ in range(8)]
        return await asyncio.gather(*asked)

    ((answers, asked),) = await Watched(node).sending([all_at_once])
    assert asked
    for status, _, body in answers:
        assert status in (400, 503)
        refused(body)


@EACH
async def test_by_the_local_door(node, whole):
    async def said(line):
        reader, writer = await asyncio.open_unix_connection(str(node.door), limit=1 << 20)
        with suppress(ConnectionError):
            writer.write(line)
            await writer.drain()
            answer = await reader.readline()
        await left(writer)
        return answer

    def way(op, body):
        line = b'{"op":"%s","args":%s}\n' % (op.encode(), body)
        assert len(line) < LONGEST_LINE + 256
        return lambda: said(line)

    bodies = [
        *bodies_of(ADMIN, whole, FEW),
        ("x" * 200, of_length(SHAPES["numbers"], LONGEST[ADMIN], "a")),
    ]
    for answer, _ in await Watched(node).sending([way(*one) for one in bodies]):
        refused(answer)


async def test_by_many_halves_of_lines_at_the_local_door(node):
    """Nothing of them is a request yet, and none of them may be kept."""

    async def half():
        _, writer = await asyncio.open_unix_connection(str(node.door))
        writer.write(b'{"op":"apply","args":{"documents":["')
        for _ in range(120):
            writer.write(b"x" * (1 << 16))
            with suppress(TimeoutError):
                await asyncio.wait_for(writer.drain(), 0.05)
        return writer

    async def halves():
        return await asyncio.gather(*(half() for _ in range(20)))

    ((writers, _),) = await Watched(node).sending([halves])
    for writer in writers:
        writer.transport.abort()
        await left(writer)


async def left(writer):
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def logged_in(node):
    """The cookie of an administrator, and what forms carry."""
    _, headers, body = await node.request("GET /login HTTP/1.1")
    form = f"csrf={mark_of(body)}&name=boss&password={quote(GOOD)}".encode()
    kind = "content-type: application/x-www-form-urlencoded"
    cookie = cookie_of(headers)
    status, headers, _ = await node.request(
        f"POST /login HTTP/1.1\r\ncookie: {cookie}\r\n{kind}", form
    )
    assert status == 303
    cookie = cookie_of(headers)
    _, _, body = await node.request(f"GET /settings/files HTTP/1.1\r\ncookie: {cookie}")
    return cookie, mark_of(body)


def mark_of(body):
    return re.search(rb'name="csrf" value="([0-9a-f]+)"', body)[1].decode()


def cookie_of(headers):
    """That of the session; beside it is the mark by which the browser is known the next time."""
    found = (v.partition(";")[0] for name, v in headers if name == "set-cookie")
    return next(one for one in found if "-known=" not in one)


def multipart(fields, *files):
    parts = [
        f'--{MARK}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    parts += [
        f'--{MARK}\r\ncontent-disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{MARK}--\r\n".encode()


def zipped(name, content):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
    return out.getvalue()


ROOM = LONGEST_IMPORT - 2000
IMPORTS = {
    "nesting": lambda: ("a.toml", b"a = " + b"[" * (ROOM - 10)),
    "a bomb": lambda: ("bomb.zip", zipped("instances/a.toml", b"\n" * (1 << 28))),
    "a list of nothing": lambda: ("none.zip", b"PK\x03\x04" + b"PK\x01\x02" * (ROOM // 5)),
}
LONG_IMPORTS = {
    "tables": lambda: ("a.toml", b"[[group]]\n" * (ROOM // 10)),
    "lists": lambda: ("a.toml", b"rules = [" + b"[]," * (ROOM // 3 - 10) + b"]"),
    "names": lambda: ("a.toml", b"".join(b"a%07d=0\n" % n for n in range(ROOM // 11))),
    "packed lists": lambda: (
        "a.zip",
        zipped("instances/a.toml", b"rules = [" + b"[]," * (1 << 20)),
    ),
}
"""TOML that a reader takes half a minute for, of which it is given no more."""


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(IMPORTS, id="quick"),
        pytest.param(
            LONG_IMPORTS, id="slow", marks=[pytest.mark.long, pytest.mark.timeout(1800)]
        ),
    ],
)
async def test_by_the_import_of_files(node, files):
    cookie, mark = await logged_in(node)
    kind = f"content-type: multipart/form-data; boundary={MARK}"

    def way(body):
        head = f"POST /settings/files HTTP/1.1\r\ncookie: {cookie}\r\n{kind}"
        return lambda: node.request(head, body)

    looked = {"csrf": mark, "do": "look", "how": "some", "sort": "instances"}
    bodies = [multipart(looked, one) for one in (made() for made in files.values())]
    many = {**looked, **{f"a{n}": "" for n in range(100_000)}}
    bodies.append(multipart(many)[: LONGEST_IMPORT - 100])
    bodies.append(
        multipart({"csrf": mark, "do": "apply", "packed": "A" * (LONGEST_IMPORT - 2000)})
    )
    for (status, _, body), _ in await Watched(node).sending([way(one) for one in bodies]):
        assert status in (200, 400, 403, 409, 413, 503), (status, body[:200])
        assert len(body) < 1 << 20 and b'name="packed"' not in body


FIELDS = ("addresses", "title", "options.terms.1.word", "note", "name", "id")
PARTS = ("%F0%9F%94%A5", "1%0A", "a,", "a", "[")


@EACH
async def test_by_the_forms_of_pages(node, whole):
    node.home.define(
        contacts__ops='addresses = ["ops@example.com"]',
        instances__web1="""
            rules = []
            [[group]]
            name = "base"
            [[group.monitor]]
            name = "log"
            kind = "logfile"
            [group.monitor.options]
            path = "/var/log/syslog"
            terms = [{ word = "error" }]
            """,
    )
    cookie, mark = await logged_in(node)
    kind = "content-type: application/x-www-form-urlencoded"

    def way(path, body):
        head = f"POST {path} HTTP/1.1\r\ncookie: {cookie}\r\n{kind}"
        return lambda: node.request(head, body)

    ways = []
    for path in (
        "/settings/contact?name=ops",
        "/settings/monitor?path=web1/base/log",
        "/settings/instance?name=web1",
        "/queue/mail?id=x",
    ):
        for field in FIELDS if whole else FIELDS[:2]:
            for part in PARTS if whole else PARTS[:2]:
                start = f"csrf={mark}&do=save&etag=x&version=1&{field}="
                room = LONGEST_FORM - len(start)
                ways.append(way(path, (start + part * (room // len(part))).encode()))
        start = f"csrf={mark}&do=save&etag=x&version=1"
        many = "".join(f"&contacts.a{n}=yes" for n in range(19_000))
        ways.append(way(path, (start + many)[:LONGEST_FORM].encode()))
    for (status, _, body), _ in await Watched(node).sending(ways):
        assert status in (200, 303, 400, 403, 404, 409, 413, 422), (status, body[:200])
        assert len(body) < 4 << 20
