"""Lines of a log are occurrences: each look's are told, in a mail of their own, and none recovers."""

from datetime import timedelta

import pytest

from noroshi.actions.mail import action
from noroshi.actions.template import TemplateRenderer
from noroshi.checks import logfile
from noroshi.checks.logs.filters import Term
from noroshi.core.cadence import FixedInterval
from noroshi.core.model import Monitor, Rule
from noroshi.hosts.files import LocalFiles
from noroshi.testing import FakeHost
from tests.flow.scene import OPS, WEB1, Scene


class Server(Scene):
    """It watches a real file."""

    def __init__(self, log):
        super().__init__()
        self.checks, self.actions = (logfile.CHECK,), (action(TemplateRenderer()),)
        self.log = log
        log.write_text("")

    def host(self, _monitor):
        return FakeHost(files=LocalFiles())

    async def minute(self, *lines):
        with self.log.open("a") as log:
            log.writelines(f"{line}\n" for line in lines)
        await self.run()


@pytest.fixture
async def server(tmp_path):
    found = Server(tmp_path / "app.log")
    rule = Rule(id="r", action="mail", contacts=(OPS,), routes=("smtp1",))
    options = logfile.Options(path=str(found.log), terms=(Term(word="ERROR"),))
    await found.plan(
        Monitor(
            id="m",
            name="app-log",
            instance=WEB1,
            group="logs",
            kind="logfile",
            options=options,
            limits=logfile.CHECK.limits,
            cadence=FixedInterval(timedelta(minutes=1)),
            occurrences=logfile.CHECK.occurrences,
            rules=(rule,),
        )
    )
    await found.minute()
    return found


async def test_every_line_is_in_a_mail_and_nothing_is_said_to_recover(server):
    await server.minute("ERROR one", "all fine", "ERROR two")
    await server.minute("ERROR three")
    await server.minute("ERROR four")
    await server.minute("all fine")
    await server.minute("ERROR five")
    texts = [text for _, text in server.mails]
    numbers = ("one", "two", "three", "four", "five")
    assert [[n for n in numbers if f"| ERROR {n}" in text] for text in texts] == [
        ["one", "two"],
        ["three"],
        ["four"],
        ["five"],
    ]
    assert [subject for subject in server.subjects if "RECOVERED" in subject] == []


async def test_a_log_that_is_not_there_is_told_once_and_its_return_too(server):
    server.log.rename(server.log.with_suffix(".away"))
    for _ in range(5):
        await server.run()
    server.log.with_suffix(".away").rename(server.log)
    await server.minute("all fine")
    assert [subject.split("]")[0] for subject in server.subjects] == ["[UNKNOWN", "[RECOVERED"]
