"""While the demo watches on: who looks on may enter the manager, and who ends the watched process
sees its alarm and its recovery."""

import re
import signal
from urllib.request import urlopen

import pytest

from noroshi.cli.clients.socket import SocketClient
from noroshi_lab.demo import story_texts
from tests.e2e.demos import Demo
from tests.e2e.world import until


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path / "demo", "--lang", "en")
    yield demo
    demo.end()


def test_who_looks_on_may_enter_and_a_service_that_is_killed_is_told_of_and_comes_back(demo):
    """One demo: its story takes longer than all that is looked at."""
    is_told_where_the_manager_is_and_may_enter(demo)
    demo.until_it_says("Ctrl-C")
    pid = re.search(r"  kill (\d+)", demo.said)[1]
    next(child for child in demo.children if str(child.pid) == pid).kill()
    demo.until_it_says(story_texts.GONE.en)
    until(lambda: demo.said.count("● Mailbox") == 4, "both mails")
    told = demo.said.partition(story_texts.GONE.en)[2]
    assert re.findall(r"● Mailbox +\[(\w+)\]", told) == ["CRITICAL", "RECOVERED"]
    demo.until_it_says(story_texts.GONE.en)  # so that the new one is known, too
    demo.process.send_signal(signal.SIGINT)
    assert demo.wait() == 0
    assert demo.complained == ""
    assert demo.said.endswith(f"\n{story_texts.STOPPED.en}\n")
    assert demo.left == [] and not list(demo.temporary.iterdir())


def is_told_where_the_manager_is_and_may_enter(demo):
    demo.until_it_says("start?code=")
    address = re.compile(r"\n\n  (http://127\.0\.0\.1:\d+/start)\?code=([A-Z0-9-]+)\n\n")
    until(lambda: address.search(demo.said), "the address on a line of its own")
    before, url, code, after = address.split(demo.said)
    assert after == "" and code not in before
    headings = [before.index(heading) for heading in ("in a browser", "real tenant")]
    assert headings == sorted(headings)
    with urlopen(f"{url}?code={code}") as answer:
        page = answer.read().decode()
    assert f'value="{code}"' in page and 'id="password"' in page
    home = next(demo.temporary.iterdir()) / "home"
    status = SocketClient(home / "door.sock").call("status")
    assert status["cautions"] == []
