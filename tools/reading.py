"""Write down all that people read of Noroshi, once for each language, for somebody to read through.

    make reading                              # build/reading/en and build/reading/ja, ten minutes
    .venv/bin/python tools/reading.py ja      # one of them

A node that is made up shows its pages, also those that come after something was done, in
Chromium; then follow mails, helps and answers of commands, mistakes in definitions, and the texts
of the catalogue. `rest.txt` has the texts that stand in none of these, by the file of the program,
and `distinct.txt` each line of all files once, in the order in which it is first seen.
"""

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from babel.messages.catalog import Message
from catalogue import ROOT, Found, catalogue, texts

INTO = ROOT / "build" / "reading"
LANGUAGES = ("en", "ja")
READ_PAGE = """() => {
  const beside = [];
  const say = (element, word) => {
    const mark = document.createElement('span');
    mark.textContent = `\\u27e8${word}\\u27e9`;
    element.after(mark);
    beside.push(mark);
  };
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  for (const name of ['title', 'placeholder', 'aria-label', 'alt'])
    for (const element of document.body.querySelectorAll(`[${name}]`))
      if (element.getAttribute(name)) say(element, `${name}: ${element.getAttribute(name)}`);
  const read = `${document.title}\\n${document.body.innerText}`;
  beside.forEach(mark => mark.remove());
  return read;
}"""
"""The visible text in its order, with what stands in tooltips, empty fields and for screen readers."""
CATALOGUES = {
    "kinds": ("src/noroshi/checks/", "src/noroshi/definitions/blueprints/"),
    "routes": ("src/noroshi/transports/", "src/noroshi/oauth/", "src/noroshi/guides/"),
    "operations": ("src/noroshi/operations/", "src/noroshi/service/"),
    "knowledge": ("src/noroshi/knowledge/",),
}
"""The parts of the catalogue that people look things up in, with the files of the program."""
COMMANDS = """
status --all
status
alarms
log
log fs01/disks/volumes
contacts
health
places
kinds
kinds disk
kinds smtp
versions
versions 2
queue list
ledger
definition show
blueprint list
blueprint show web-server
audit
user list
token list
secret list
silence list
agent list
agent listener
agent show fs02
agent show web02
agent invitations
hub
check-config {root}/examples
plan {root}/examples
guide m365
doctor relay
instance stop db01
instance start db01
monitor disable fs01/disks
monitor enable fs01/disks
silence add fs01 --for 2h --reason x
silence end fs01
alarm acknowledge db01/service/postgres --comment x
alarm take-back db01/service/postgres
alarm comment fs01/disks/volumes x
send --to ops --subject x x
queue retry-all
queue retry absent1
queue hold absent1
queue drop absent1
queue show absent1
instance stop absent1
monitor disable absent1/x
silence add absent1 --for 2h --reason x
silence add fs01 --for soon --reason x
alarm acknowledge fs01/system/cpu
try absent1
doctor absent1
guide absent1
agent show absent1
agent rename fs02 db01
agent revoke fs02
agent update fs02
definition show absent1
definition remove contacts/ops
definition rename contacts/ops boss
take-back 9
take-back 1
versions 9
user add sato
user add tanaka
user remove absent1
token revoke absent1
token new zabbix --role administrator
secret remove m365
cert show absent1
authorize relay
beat nightly
beat absent1
blueprint show absent1
apply {root}/absent1
export .
queue
send
status --jsn
statsu
kinds dsk
plan
audit --last x
silence add fs01
"""
WITHOUT_A_NODE = """
init
init
check-store
key check
secret list
cert new m365
cert show m365
places
status
health
queue list
send --to ops --subject x x
service status
restore absent.db
backup absent/copy.db
doctor
check-config absent
key restore absent.db
join 127.0.0.1:9 nonsense
leave
setup microsoft365
first look
"""
"""What a command says where no node runs, one after the other in one home folder."""
PLACE = re.compile(r"\{[^{}]*\}|%\(\w+\)[sr]|%[sr]")
VARIES = re.compile(r"[0-9][0-9:.,]*|[0-9A-HJKMNP-TV-Z]{26}")
"""Numbers, times and IDs, which tell no two lines apart."""


@dataclass(frozen=True, slots=True)
class Section:
    """One page, mail or answer, with what is read of it."""

    title: str
    text: str


async def pages(language: str, home: Path) -> list[Section]:
    """Walk through the manager; return the text of each page, as it is and after deeds."""
    from tests.web import test_each_page as each, test_each_state as deeds
    from tests.web.servers_at_work import with_agents

    found = list[Section]()
    harness = await with_agents(await _node(language, home / "node"))
    names = await each.names_of(harness)
    async with _walking(harness, home / "node", language, found) as walk:
        for name, path in each.DOOR.items():
            await walk.see(name, path)
        await walk.seen.log_in()
        for name, path in each.PAGES.items():
            await walk.see(name, path.format(**names))
        await walk.page.context.clear_cookies()
        await deeds.at_the_door(walk, harness)
        await deeds.by_people(walk)
        await deeds.by_forms(walk, harness)
        await deeds.by_files(walk)
        await deeds.by_deeds(walk, harness)
    await _empty(language, home / "empty", found)
    return found


async def _node(language: str, home: Path) -> Any:
    from tests.web.node_at_work import living

    return await living(_folder(home), language)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


async def _empty(language: str, home: Path, found: list[Section]) -> None:
    """See the pages of a node on which nothing is set up yet."""
    from tests.web import test_each_page as each
    from tests.web.browser import with_user

    harness = each.Harness(checks=each.CHECKS, routes=each.TRANSPORTS, host=each.FOUND)
    async with _walking(harness, _folder(home), language, found) as walk:
        await walk.see("start", "/start")
        await with_user(harness=harness)
        await walk.seen.come_in(harness)
        for name in each.EMPTY:
            await walk.see(f"{name}-empty", each.PAGES[name])


@asynccontextmanager
async def _walking(
    harness: Any, home: Path, language: str, found: list[Section]
) -> AsyncIterator[Any]:
    """Yield a walk that reads each page instead of judging it."""
    from tests.web.test_each_page import walking
    from tests.web.test_each_state import Doing
    from tests.web.window import WIDE, launched

    class Reading(Doing):  # type: ignore[misc,no-untyped-call]
        async def judge(self, name: str, status: int = 200, wanted: int = 200) -> None:
            found.append(Section(name, await self.page.evaluate(READ_PAGE)))

    async with (
        launched() as chromium,
        walking(chromium, harness, home, language, "light", WIDE, kind=Reading) as walk,
    ):
        yield walk


def mails(language: str) -> list[Section]:
    """Return each sort of mail and notice: its subject, its text, and the words of its HTML."""
    from tests.actions.pseudo_mails import payloads, shown
    from tests.pseudo_locale import texts as words_of

    found = list[Section]()
    for name, payload in payloads(language):
        ways = shown(payload)
        html = "\n".join(words_of(payload.get("html", "")))
        told = [str(payload["subject"]), str(payload["text"]), html, ways["teams"]]
        found.append(Section(name, "\n".join(told)))
    return found


async def helps(language: str, home: Path) -> list[Section]:
    """Return the help of each command."""
    from noroshi.cli.commands.command_list import COMMANDS as KNOWN

    names = [[], *([one.name] for one in KNOWN)]
    names += [[one.name, sub.name] for one in KNOWN for sub in one.subcommands or ()]
    names += [["lab", "drill"]]
    return [await _typed(language, home, [*name, "--help"]) for name in names]


async def commands(language: str, home: Path) -> list[Section]:
    """Return what commands answer, of a node at work and without one, mistakes too."""
    from tests.cli.command_process import a_node
    from tests.web.servers_at_work import with_agents

    harness = await with_agents(await _node(language, home / "commands"))
    alone = _folder(home / "alone")
    async with a_node(home / "commands", harness.service):
        found = [await _typed(language, home / "commands", argv) for argv in _lines(COMMANDS)]
        for mail in [one.id for one in await harness.done("queue_list")]:
            for what in ("show", "hold", "release", "retry", "seen", "drop"):
                argv = ["queue", what, mail]
                found.append(await _typed(language, home / "commands", argv))
    return found + [await _typed(language, alone, argv) for argv in _lines(WITHOUT_A_NODE)]


def _lines(listed: str) -> Iterator[Sequence[str]]:
    for line in listed.split("\n"):
        if line:
            yield line.format(root=ROOT).split()


async def _typed(language: str, home: Path, argv: Sequence[str]) -> Section:
    """Type a command on a wide terminal, so that sentences stay in one line."""
    from tests.cli.command_process import typed

    told = await typed("--lang", language, *argv, home=home, cwd=home, COLUMNS="400")
    return Section(f"noroshi {' '.join(argv)} ({told.code})", told.out + told.err)


def mistakes(language: str) -> list[Section]:
    """Return what is said of each folder of bad definitions."""
    found = list[Section]()
    for path in sorted((ROOT / "tests/data/bad").glob("*.expected")):
        english, _blank, japanese = path.read_text("utf-8").partition("\n\n")
        found.append(Section(path.stem, english if language == "en" else japanese))
    return found


def entries(language: str) -> list[tuple[str, str]]:
    """Return all texts of the catalogue, with the file in which each is first used."""
    known, seen = catalogue(), set[tuple[str, str]]()
    found = list[tuple[str, str]]()
    for one in sorted(texts(), key=lambda text: text.file):
        if one.key not in seen:
            seen.add(one.key)
            entry = known.get(one.id, one.context or None)
            found += [(one.file, form) for form in _forms(one, entry, language)]
    return found


def _forms(text: Found, entry: Message | None, language: str) -> Sequence[str]:
    if language == "en" or entry is None:
        return [text.id, *([text.several] if text.several else [])]
    return [entry.string] if isinstance(entry.string, str) else list(entry.string)


def by_file(listed: Sequence[tuple[str, str]]) -> list[Section]:
    """Return texts of the catalogue as sections, one a file of the program."""
    return [
        Section(file, "\n".join(text for _file, text in several))
        for file, several in groupby(listed, key=lambda one: one[0])
    ]


def unseen(listed: Sequence[tuple[str, str]], sections: Sequence[Section]) -> list[Section]:
    """Return the texts that stand in no section, with anything in their places."""
    read = " ".join(" ".join(one.text for one in sections).split())
    return by_file([one for one in listed if not _stands(one[1], read)])


def _stands(text: str, read: str) -> bool:
    parts = [part for part in (" ".join(one.split()) for one in PLACE.split(text)) if part]
    if not all(part in read for part in parts):
        return False
    return not parts or any(_follow(parts, read, at) for at in _places_of(parts[0], read))


def _places_of(part: str, read: str) -> Iterator[int]:
    at = read.find(part)
    while at >= 0:
        yield at
        at = read.find(part, at + 1)


def _follow(parts: Sequence[str], read: str, at: int) -> bool:
    for part in parts:
        found = read.find(part, at, at + len(part) + 200)
        if found < 0:
            return False
        at = found + len(part)
    return True


def distinct(sections: Sequence[Section]) -> list[str]:
    """Return each line once, in the order in which it is first seen, with its number."""
    seen = dict[str, str]()
    for section in sections:
        for line in re.split(r"[\n\t]", section.text):
            told = " ".join(line.split())
            if re.search(r"[^\W\d_]{2}", told):
                seen.setdefault(VARIES.sub("0", told), told)
    return [f"{number:04} {line}" for number, line in enumerate(seen.values(), 1)]


def write(folder: Path, name: str, sections: Sequence[Section]) -> None:
    """Write one file of the corpus."""
    told = [f"\n===== {one.title}\n{one.text.strip()}\n" for one in sections]
    (folder / f"{name}.txt").write_text("".join(told), "utf-8")


async def read(language: str, home: Path) -> None:
    """Write the folder of one language."""
    found = {
        "pages": await pages(language, home),
        "mails": mails(language),
        "helps": await helps(language, home),
        "commands": await commands(language, home),
        "mistakes": mistakes(language),
    }
    every = entries(language)
    shown = [section for sections in found.values() for section in sections]
    found["rest"] = unseen(every, shown)
    for name, files in CATALOGUES.items():
        found[name] = by_file([one for one in every if one[0].startswith(files)])
    folder = INTO / language
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, sections in found.items():
        write(folder, name, sections)
    lines = distinct([*shown, *found["rest"]])
    (folder / "distinct.txt").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{folder.relative_to(ROOT)}: {len(lines)} distinct lines")


def main(chosen: Sequence[str]) -> None:
    """Write the corpus of the languages that are chosen, else of all."""
    sys.path.insert(0, str(ROOT))
    for language in chosen or LANGUAGES:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            asyncio.run(read(language, Path(home)))


if __name__ == "__main__":
    main(sys.argv[1:])
