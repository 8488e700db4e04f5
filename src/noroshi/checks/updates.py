"""Updates of the operating system: how many wait, which are for security, and whether the computer
has to be restarted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from noroshi.core.model import Limits, Reading
from noroshi.core.translation import COMMA, NOTHING, Message, _, joined, plain
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import UpdateFacts

MOST_NAMED = 5
NAMED_AND_MORE = _("{names} and {count} more")
AT_LEAST = _("there are more updates than Noroshi can count: {names}")
NEVER_LISTED = _("no list of updates has been fetched yet")
SECURITY_UNKNOWN = _(
    "there are more updates than Noroshi can count, so it cannot tell whether any is a "
    "security update"
)
NO_ADVISORIES = _("the package sources do not say which updates are security updates: {names}")
REBOOT = _("installed updates take effect after a restart")
LISTED = _("the list of updates dates from {time}")
DAY = 86_400.0


@options
class Options:
    pass


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    facts = await (await host.system_facts()).updates()
    if not facts.names and facts.listed_at is None:
        raise Unmeasurable(NEVER_LISTED)
    if facts.is_partial and not facts.security_names:
        raise Unmeasurable(SECURITY_UNKNOWN)
    return Outcome(tuple(_readings(facts, await host.now())))


def _readings(facts: UpdateFacts, now: datetime) -> Iterator[Reading]:
    note = _names_text(facts.names)
    if facts.is_partial:
        note = AT_LEAST.fill(names=note)
    if facts.security_names is None:
        note = NO_ADVISORIES.fill(names=note)
    yield Reading("pending", len(facts.names), note=note)
    if facts.security_names is not None:
        security_note = _names_text(facts.security_names)
        yield Reading("security", len(facts.security_names), note=security_note)
    if facts.needs_reboot is not None:
        note = REBOOT if facts.needs_reboot else NOTHING
        yield Reading("reboot", int(facts.needs_reboot), note=note)
    if facts.listed_at is not None:
        days = (now.astimezone(UTC) - facts.listed_at).total_seconds() / DAY
        local_time = facts.listed_at.astimezone(now.tzinfo)
        note = LISTED.fill(time=f"{local_time:%Y-%m-%d %H:%M}")
        yield Reading("age", round(max(days, 0.0), 1), "d", note=note)


def _names_text(names: Sequence[str]) -> Message:
    shown_names = joined(map(plain, names[:MOST_NAMED]), COMMA)
    if (more := len(names) - MOST_NAMED) > 0:
        return NAMED_AND_MORE.fill(names=shown_names, count=more)
    return shown_names


CHECK = Check(
    kind="updates",
    title=_("System updates"),
    help=_(
        "Counts the updates that apt, dnf or Windows Update can install, and reports whether the "
        "computer must be restarted. It uses the list of updates that the system last fetched, "
        "and does not refresh it. Set `every` to a few hours, as listing the updates takes "
        "seconds of CPU time. This type is not yet verified on a real Windows system, nor on a "
        "system with dnf."
    ),
    options=Options,
    limits={
        "security": Limits(warning=1),
        "reboot": Limits(warning=1),
        "age": Limits(warning=7),
    },
    units={"age": "d"},
    yes_no=frozenset({"reboot"}),
    names={
        "pending": _("Pending updates"),
        "security": _("Security updates"),
        "reboot": _("Restart required"),
        "age": _("Age of the list"),
    },
    run=run,
    asks_computer=True,
    blocks=True,
    modules=("noroshi.hosts.operating_system.local_system",),
)
