"""Compile the monitors of a plan, with all that they inherit.

The nearest wins: the monitor's own word, its group's, its instance's, its kind's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from sys import intern

from noroshi.core.cadence import WEEK, At, Cadence, Every
from noroshi.core.definitions.kinds import Kind
from noroshi.core.definitions.maintenance import maintenance
from noroshi.core.definitions.networks import network_of
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.definitions.schema import (
    Definitions,
    GroupDef,
    InstanceDef,
    LimitsDef,
    MonitorDef,
    NotificationDef,
)
from noroshi.core.definitions.value_checks import (
    all_known,
    host,
    in_range,
    read_length,
    title,
    zone,
)
from noroshi.core.definitions.value_syntax import DAYS, is_name, moment
from noroshi.core.mail import DIRECT, Network
from noroshi.core.maintenance import Window
from noroshi.core.marked_names import with_settings
from noroshi.core.model import MINUTELY, Instance, Limits, Monitor, Rule
from noroshi.core.translation import _

MOST_PATIENCE = 100
TIMEOUT = timedelta(seconds=20)
LONGEST_TIMEOUT = "1h"

RULE = _("rule")
CHECK = _("type of monitor")
READING = _("reading")
DAY = _("day of the week")

BOTH = with_settings(_("both {every} and {at} are given; keep one of them"), "every", "at")
DAYS_ALONE = _("requires at, which is not set here")
NO_MOMENT = _('{given} is not a time of day; write it as in "07:30"')
NO_NETWORK = _("is only for types that connect through a network (http), not for {kind}")
NO_ID = _("the monitor has no id yet")
SAME_ID = _("the id {id} is already used by {other}; remove it here, and a new one is assigned")
SAME_NAME = _("{count} have this name; each needs a unique name")
NO_NAME = _(
    "{given} is not a valid name: use a-z, 0-9, - and _, at most 64 characters, beginning "
    "with a letter or digit"
)
ABOVE = _("warning ({warning}) is above critical ({critical}). Change one of them")
BELOW = _(
    "warning ({warning}) is below critical ({critical}), but low values of this reading are "
    "bad. Change one of them"
)
NEGATIVE = _("{given} is negative; a hysteresis must be 0 or more")


@dataclass(frozen=True, slots=True)
class Inheritance:
    """Defaults that a monitor takes from above unless it has its own. Limits by kind, reading; those
    of a kind are with the kind's own."""

    cadence: Cadence = MINUTELY
    rules: tuple[Rule, ...] = ()
    limits: Mapping[str, Mapping[str, Limits]] = field(default_factory=dict)
    maintenance: tuple[Window, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class References:
    """The things that definitions of monitors may name."""

    checks: Mapping[str, Kind]
    rules: Mapping[str, Rule]
    networks: Mapping[str, Network] = field(default_factory=dict)


def monitors(
    definitions: Definitions, known: References, found: list[Problem]
) -> dict[str, Monitor]:
    """Return all monitors of all instances, by id."""
    made = dict[str, Monitor]()
    for name, instance in definitions.instances.items():
        place = file_of("instances", name, found)
        for monitor, where in _of_instance(instance, known, place):
            if not monitor.id:
                where.say(NO_ID)
            elif monitor.id in made:
                where.say(SAME_ID, id=monitor.id, other=made[monitor.id].path)
            made[monitor.id] = monitor
    return made


Made = list[tuple[Monitor, Place]]


def _of_instance(definition: InstanceDef, known: References, place: Place) -> Made:
    title(definition.title, place)
    instance_zone = zone(definition.zone, place)
    host(definition.address, place.at("address"))
    instance = Instance(
        name=definition.name,
        title=definition.title,
        address=definition.address,
        zone=instance_zone,
    )
    heritage = _under(Inheritance(), definition, instance_zone, known, place)
    _check_names(definition.group, place.at("group"))
    made: Made = []
    for group in definition.group:
        made += _of_group(group, instance, heritage, known, place.at("group", group.name))
    return made


def _of_group(
    definition: GroupDef,
    instance: Instance,
    above: Inheritance,
    known: References,
    place: Place,
) -> Made:
    title(definition.title, place)
    heritage = _under(above, definition, instance.zone, known, place)
    _check_names(definition.monitor, place.at("monitor"))
    made: Made = []
    for monitor in definition.monitor:
        where = place.at("monitor", monitor.name)
        made.append((_monitor(monitor, instance, definition, heritage, known, where), where))
    return made


def _check_names(
    definitions: tuple[GroupDef, ...] | tuple[MonitorDef, ...], place: Place
) -> None:
    for name, count in Counter(one.name for one in definitions).items():
        if count > 1:
            place.at(name).say(SAME_NAME, count=count)
        if not is_name(name):
            place.say(NO_NAME, given=repr(name))


def _under(
    above: Inheritance,
    definition: InstanceDef | GroupDef,
    zone: str,
    known: References,
    place: Place,
) -> Inheritance:
    """Return what an instance or a group hands down."""
    limits = dict(above.limits)
    for kind, overrides in definition.limits.items():
        where = place.at("limits", kind)
        if kind not in known.checks:
            place.at("limits").no_such(CHECK, kind, known.checks)
        else:
            inherited = limits.get(kind, known.checks[kind].limits)
            limits[kind] = {**inherited, **_limits(overrides, known.checks[kind], where)}
    return Inheritance(
        _cadence(above.cadence, definition, zone, place),
        _rules(above.rules, definition, known, place),
        limits,
        _windows(above, definition, zone, place),
        above.disabled or not definition.enabled,
    )


def _windows(
    above: Inheritance, definition: InstanceDef | GroupDef | MonitorDef, zone: str, place: Place
) -> tuple[Window, ...]:
    """Return the maintenance planned above and here: the same object where nothing is added here."""
    own = maintenance(definition, zone, place)
    return (*above.maintenance, *own) if own else above.maintenance


def _monitor(
    definition: MonitorDef,
    instance: Instance,
    group: GroupDef,
    above: Inheritance,
    known: References,
    place: Place,
) -> Monitor:
    title(definition.title, place)
    in_range(definition.patience, 1, MOST_PATIENCE, place.at("patience"))
    options, limits = _kind(definition, above, known, place)
    kind = known.checks.get(definition.kind)
    timeout = read_length(definition.timeout, "1s", place.at("timeout"), LONGEST_TIMEOUT)
    return Monitor(
        id=definition.id,
        name=intern(definition.name),  # thousands are called the same
        instance=instance,
        group=intern(group.name),
        group_title=group.title,
        kind=intern(definition.kind),
        options=options,
        title=definition.title,
        limits=limits,
        cadence=_cadence(above.cadence, definition, instance.zone, place),
        timeout=timeout or TIMEOUT,
        patience=definition.patience,
        may_vanish=definition.may_vanish or (kind is not None and kind.may_vanish),
        rules=_rules(above.rules, definition, known, place),
        goes_to=_goes_to(kind, options, instance),
        occurrences=kind.occurrences if kind is not None else frozenset(),
        maintenance=_windows(above, definition, instance.zone, place),
        disabled=above.disabled or not definition.enabled,
        network=_network(definition, kind, known, place),
    )


def _network(
    definition: MonitorDef, kind: Kind | None, known: References, place: Place
) -> Network:
    if definition.network and kind is not None and not kind.by_network:
        place.at("network").say(NO_NETWORK, kind=definition.kind)
        return DIRECT
    return network_of(definition.network, known.networks, place)


def _goes_to(kind: Kind | None, options: object, instance: Instance) -> str:
    if kind is None or kind.goes_to is None or options is None:
        return ""
    return kind.goes_to(options, instance.address)


def _kind(
    definition: MonitorDef, above: Inheritance, known: References, place: Place
) -> tuple[object, Mapping[str, Limits]]:
    """Return the monitor's options as its kind reads them, and its limits on top of the
    kind's."""
    kind = known.checks.get(definition.kind)
    if kind is None:
        place.at("kind").no_such(CHECK, definition.kind, known.checks)
        return None, {}
    options, problems = kind.read(definition.options, place.at("options").where)
    place.problems.extend(problems)
    inherited = above.limits.get(definition.kind, kind.limits)
    own = _limits(definition.limits, kind, place.at("limits")) if definition.limits else {}
    return options, {**inherited, **own} if own else inherited


def _limits(
    definitions: Mapping[str, LimitsDef], kind: Kind, place: Place
) -> dict[str, Limits]:
    read = dict[str, Limits]()
    for name, definition in definitions.items():
        if kind.readings is not None and name not in kind.readings:
            place.no_such(READING, name, kind.readings)
        else:
            read[name] = _checked(definition, kind.limits.get(name, Limits()), place.at(name))
    return read


def _checked(definition: LimitsDef, default: Limits, place: Place) -> Limits:
    """Check limits. Which way is bad is a fact of the reading, so the kind's default stands
    unless the definition says otherwise."""
    rising = default.rising if definition.rising is None else definition.rising
    if definition.margin < 0:
        place.at("margin").say(NEGATIVE, given=f"{definition.margin:g}")
        return default
    try:
        return Limits(
            warning=definition.warning,
            critical=definition.critical,
            rising=rising,
            margin=definition.margin,
        )
    except ValueError:
        wrong = ABOVE if rising else BELOW
        place.say(wrong, warning=f"{definition.warning:g}", critical=f"{definition.critical:g}")
        return default


def _rules(
    above: tuple[Rule, ...],
    definition: InstanceDef | GroupDef | MonitorDef,
    known: References,
    place: Place,
) -> tuple[Rule, ...]:
    if definition.rules is None:
        return above
    all_known(definition.rules, known.rules, RULE, place.at("rules"))
    return tuple(known.rules[name] for name in definition.rules if name in known.rules)


def _cadence(
    above: Cadence, definition: InstanceDef | GroupDef | MonitorDef, zone: str, place: Place
) -> Cadence:
    if definition.every and definition.at:
        place.say(BOTH)
    if definition.days and not definition.at:
        place.at("days").say(DAYS_ALONE)
    if definition.at:
        return fixed_times(definition, zone, place)
    period = read_length(definition.every, "1s", place.at("every"))
    return above if period is None else Every(period)


def fixed_times(
    definition: InstanceDef | GroupDef | MonitorDef | NotificationDef, zone: str, place: Place
) -> At:
    """Return the times of day that `at` and `days` say."""
    times = [definition.at] if isinstance(definition.at, str) else definition.at
    read = {text: moment(text) for text in times}
    for text, found in read.items():
        if found is None:
            place.at("at").say(NO_MOMENT, given=text)
    all_known(definition.days, DAYS, DAY, place.at("days"))
    return At(
        times=tuple(sorted(found for found in read.values() if found is not None)),
        zone=zone,
        days=frozenset(DAYS[day] for day in definition.days if day in DAYS) or WEEK,
    )
