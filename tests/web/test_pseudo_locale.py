"""Every text of the manager's pages is in the catalogue, and every link of an administrator leads somewhere."""

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from tests.pseudo_locale import BACK, plain_words, program, texts, words
from tests.web.test_links import THERE

ROOT = Path(__file__).parents[2]
NAMES = words(
    """
    boss disks errors first grafana jobs logs memory minato nginx nightly node
    postgres relay root sato service shop suzuki system volumes
    """
)
"""Of what is watched, and of people: the test's own, or a title that is in one language."""
DEFINITIONS = words(
    """
    accounts blueprints clouds contacts counter disk eventlog every grace heartbeat http
    include instances limits logfile mail name networks normal notifications port
    process reach registry routes rules script sources task updates value word
    """
)
"""What stands in a definition file as the page shows it."""
BRANDS = words(
    """
    Discord Graph Kerberos Microsoft Nagios Noroshi OpenAPI Python Slack Teams noroshi
    """
) | {platform.system()}
QUOTED = words(
    """
    Application Date From Importance Server Subject System authorize busy change queue show
    """
)
"""Answers of others, heads of a mail, logs of Windows, and lines to be typed."""
KEYS = words("Ctrl Enter")
"""As they stand on a keyboard."""
COMMAND = re.compile(r"(?<!\\)noroshi [a-z]+")
"""But for a user of a Windows domain, such as EXAMPLE\\noroshi."""
MESSAGE = "/queue/mail/html"
"""A message as it is sent, which is read anywhere and so names commands."""
WITHOUT_A_PAGE = {"noroshi apply", "noroshi authorize", "noroshi beat", "noroshi export"}
"""What only a terminal does: a sign-in to read the mailbox, a job's own report, and a folder of
files. All else has its place in the manager."""


def commands(page):
    return {found for text in texts(page) for found in COMMAND.findall(text.translate(BACK))}


def test_every_word_of_the_pages_is_in_the_catalogue_and_every_link_leads_somewhere(tmp_path):
    path = os.pathsep.join([str(program(tmp_path / "src")), str(ROOT)])
    (tmp_path / "home").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.pseudo_pages", str(tmp_path / "home")],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > 60
    dead = {path: status for path, (status, _) in found.items() if status not in THERE}
    assert dead == {}
    pages = {path: page for path, (_, page) in found.items()}
    left = {word for page in pages.values() for word in plain_words(page)}
    assert left == NAMES | DEFINITIONS | BRANDS | KEYS | QUOTED
    own = (page for path, page in pages.items() if not path.startswith(MESSAGE))
    assert {command for page in own for command in commands(page)} == WITHOUT_A_PAGE
