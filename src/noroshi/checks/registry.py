"""Registry of Windows: whether a value is there, is as expected, and stays the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import NOTHING, Message, _, plain
from noroshi.ports import Check, Host, Outcome, options
from noroshi.system.windows_registry import split_key

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import RegistryValue

MOST_SHOWN = 200
"""Characters of a value that an alarm shows."""
LONGEST = 1000
"""Characters of a value that are remembered as they are; of a longer one, a fingerprint is."""

NO_KEY = with_settings(
    _("{key} must be a registry key, such as HKLM\\SOFTWARE\\Contoso"), "key"
)
NO_VALUE = _("there is no value “{name}” in {key}")
NO_DEFAULT = _("{key} does not exist, or has no default value")
VALUE = _("the value is {value}")
DIFFERENT = _("the value is {value}, but should be {expected}")
CHANGED = _("the value changed from {old} to {new}")
CHANGED_AT_LENGTH = _("the value changed; it starts with {new}")


@options
class Options:
    key: str
    """Registry key

    Key, such as HKLM\\SOFTWARE\\Contoso. HKCU refers to the user that Noroshi runs
    as."""
    value: str = ""
    """Value name

    Name of the value. Default: the default value of the key."""
    expected: str = ""
    """Expected value

    Text or number that the value should be. Default: any."""
    view: Literal["64-bit", "32-bit"] = "64-bit"
    """Registry view

    Registry view to read: the 64-bit or the 32-bit one."""

    def __post_init__(self) -> None:
        parts = split_key(self.key)
        if parts is None or not parts[1]:
            raise InvalidValueError(NO_KEY)


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    system = await host.system_facts()
    is_32_bit = options.view == "32-bit"
    value = await system.registry_value(options.key, options.value, is_32_bit=is_32_bit)
    if value is None:
        form = NO_VALUE if options.value else NO_DEFAULT
        note = form.fill(name=options.value, key=options.key)
        return Outcome((Reading("missing", 1, note=note),), memory)
    readings = tuple(_readings(options, value, memory.get("value")))
    return Outcome(readings, {"value": _remembered_text(value.text)})


def _readings(options: Options, value: RegistryValue, last: str | None) -> Iterator[Reading]:
    yield Reading("missing", 0)
    if options.expected:
        is_other = value.text != options.expected
        form = DIFFERENT if is_other else VALUE
        note = form.fill(value=_shown_text(value.text), expected=plain(options.expected))
        yield Reading("different", int(is_other), note=note)
    is_changed = last is not None and last != _remembered_text(value.text)
    note = _change_text(last or "", value.text) if is_changed else NOTHING
    yield Reading("changed", int(is_changed), note=note)
    if value.number is not None:
        yield Reading("value", value.number)


def _change_text(last: str, text: str) -> Message:
    new = _shown_text(text)
    if len(text) > LONGEST or last.startswith("sha256:"):
        return CHANGED_AT_LENGTH.fill(new=new)
    return CHANGED.fill(old=_shown_text(last), new=new)


def _shown_text(text: str) -> Message:
    return plain(f'"{text[:MOST_SHOWN]}{"…" if len(text) > MOST_SHOWN else ""}"')


def _remembered_text(text: str) -> str:
    """Return what is remembered of a value: its text, or a fingerprint if it is long."""
    if len(text) <= LONGEST:
        return text
    return f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


CHECK = Check(
    kind="registry",
    title=_("Registry (Windows)"),
    help=_(
        "Monitors a value in the Windows registry: whether it exists, whether it is as expected, "
        "and whether it changed since the last measurement. This type is verified under Wine "
        "only, not on a real Windows system."
    ),
    options=Options,
    limits={
        "missing": Limits(critical=1),
        "different": Limits(critical=1),
        "changed": Limits(warning=1),
    },
    yes_no=frozenset({"missing", "different"}),
    occurrences=frozenset({"changed"}),
    names={
        "missing": _("Value missing"),
        "different": _("Unexpected value"),
        "changed": _("Changes"),
        "value": _("Value"),
    },
    run=run,
    asks_computer=True,
    blocks=True,
    modules=("noroshi.hosts.operating_system.local_system",),
)
