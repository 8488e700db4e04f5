"""Try a log's terms on real lines: for each of the last lines, which terms hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from noroshi.checks.logs.bookmarks import head_of
from noroshi.checks.logs.encodings import Encoding, codec_of
from noroshi.checks.logs.families import is_packed
from noroshi.checks.logs.file_access import Member, opened_member
from noroshi.checks.logs.filters import Expression, leaves
from noroshi.checks.logs.line_matcher import shown_line
from noroshi.core.translation import Message, _, ngettext, pgettext, plain
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Files, Host, Unmeasurable

LINES = 20
NEAR_END = 256 * 1024
"""Bytes before the end in which the last lines are looked for."""
HIT, NO_HIT = _("found"), _("-")
LINE = _("{verdict}: {line}")
TERM = _("    {verdict} {term}")
HOLDS, HOLDS_NOT = pgettext("logs.filter_preview", "yes"), pgettext("logs.filter_preview", "no")
HEAD = _("{path}: a line matches if it {terms}")
SUM = ngettext(
    "{hits} found in the last {count} line", "{hits} found in the last {count} lines"
)
UNREADABLE = _("{path} cannot be read: {why}")
NO_LOG = _("no file matches {path}")


async def preview(
    path: str, encoding: Encoding, expression: Expression, host: Host
) -> Sequence[Message]:
    """Return the last lines of each log that the path stands for, judged; Unmeasurable if
    none."""

    def work(files: Files) -> Sequence[Message]:
        lines_by_log = list[Message]()
        for fact in files.find(path):
            if fact.regular and not is_packed(fact.path):
                lines = last_lines(files, Member(fact, is_log=True), encoding)
                lines_by_log.append(HEAD.fill(path=fact.path, terms=expression.words))
                lines_by_log += verdicts_of_lines(expression, lines)
        return lines_by_log

    try:
        lines_by_log = await host.with_files(work)
    except OSError as error:
        raise Unmeasurable(UNREADABLE.fill(path=path, why=cause_text(error))) from None
    if not lines_by_log:
        raise Unmeasurable(NO_LOG.fill(path=path))
    return lines_by_log


def verdicts_of_lines(expression: Expression, lines: Sequence[bytes]) -> Iterator[Message]:
    """Return, for each line (UTF-8), whether it is found, and what each single term says of
    it."""
    hits = [expression.matches(line) for line in lines]
    yield SUM.fill(hits=sum(hits), count=len(lines))
    for line, hit in zip(lines, hits, strict=True):
        yield LINE.fill(verdict=HIT if hit else NO_HIT, line=plain(shown_line(line)))
        for leaf in leaves(expression):
            verdict = HOLDS if leaf.matches(line) else HOLDS_NOT
            yield TERM.fill(verdict=verdict, term=leaf.words)


def last_lines(files: Files, log: Member, encoding: Encoding) -> Sequence[bytes]:
    """Return the last lines in UTF-8, oldest first; the last may not have ended yet."""
    with opened_member(files, log) as (file, fact):
        codec = codec_of(encoding, head_of(file))
        start = max(0, fact.size - NEAR_END)
        start -= start % 2
        file.seek(start)
        block = file.read(NEAR_END) or b""
    if start:
        block = block[codec.first_end(bytearray(block), len(block)) :]
    text = codec.utf8(block).removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n")
    lines = text.split(b"\n")[-LINES:] if text else []
    return [line.lstrip(b"\0").removesuffix(b"\r") for line in lines]
