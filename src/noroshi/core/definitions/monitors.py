"""Compile the monitors of a plan, with all that they inherit.

The nearest setting wins: that of the monitor, of its group, of its instance, of its kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from sys import intern

from noroshi.core.cadence import WEEK, Cadence, FixedInterval, FixedTimes
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
from noroshi.core.definitions.ssh_logins import ssh_login_of
from noroshi.core.definitions.value_checks import (
    all_days,
    all_known,
    host,
    in_range,
    read_length,
    title,
    zone,
)
from noroshi.core.definitions.value_syntax import DAYS, is_name, moment
from noroshi.core.definitions.winrm_logins import winrm_login_of
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

BOTH = with_settings(_("both “{every}” and “{at}” are set; keep only one"), "every", "at")
DAYS_ALONE = _("requires “at”, which is not set here")
NO_MOMENT = _('“{given}” is not a time of day; use a format such as "07:30"')
NO_NETWORK = _("is only for types that connect through a network (http), not for {kind}")
NO_ID = _("the monitor has no ID yet")
SAME_ID = _("the ID {id} is already used by {other}; remove it here, and a new one is assigned")
SAME_NAME = _("this name is used more than once ({count}); each monitor needs a unique one")
NO_NAME = _(
    "“{given}” is not a valid name: use a-z, 0-9, - and _, at most 64 characters, beginning "
    "with a letter or digit"
)
ABOVE = _("warning ({warning}) is above critical ({critical}). Change one of them")
BELOW = _(
    "warning ({warning}) is below critical ({critical}), but lower values of this reading "
    "are worse. Change one of them"
)
NEGATIVE = _("{given} is negative; a hysteresis must be 0 or more")


@dataclass(frozen=True, slots=True)
class Inheritance:
    """Hold the defaults that a monitor takes from above unless it has its own. `limits` are by
    kind and reading; the limits of a kind itself stay with the kind."""

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

    def with_rules_for(self, instance: InstanceDef) -> References:
        """Return the things that an instance may name: one that the hub gave has rules of the hub,
        the others have the node's own."""
        if all(rule.of_hub == instance.of_hub for rule in self.rules.values()):
            return self
        rules = {
            name: rule for name, rule in self.rules.items() if rule.of_hub == instance.of_hub
        }
        return replace(self, rules=rules)


def monitors(
    definitions: Definitions, references: References, problems: list[Problem]
) -> dict[str, Monitor]:
    """Return all monitors of all instances, by id."""
    by_id = dict[str, Monitor]()
    for name, instance in definitions.instances.items():
        place = file_of("instances", name, problems)
        for monitor, monitor_place in _of_instance(instance, references, place):
            if not monitor.id:
                monitor_place.say(NO_ID)
            elif monitor.id in by_id:
                monitor_place.say(SAME_ID, id=monitor.id, other=by_id[monitor.id].path)
            by_id[monitor.id] = monitor
    return by_id


MonitorsWithPlaces = list[tuple[Monitor, Place]]


def _of_instance(
    definition: InstanceDef, references: References, place: Place
) -> MonitorsWithPlaces:
    title(definition.title, place)
    instance_zone = zone(definition.zone, place)
    host(definition.address, place.at("address"))
    if definition.source:
        host(definition.source, place.at("source"))
    instance = Instance(
        name=definition.name,
        title=definition.title,
        address=definition.address,
        zone=instance_zone,
        source=definition.source,
        ssh=ssh_login_of(definition, place),
        winrm=winrm_login_of(definition, place),
        of_hub=definition.of_hub,
    )
    references = references.with_rules_for(definition)
    heritage = _inheritance(Inheritance(), definition, instance_zone, references, place)
    _check_names(definition.group, place.at("group"))
    monitors_with_places: MonitorsWithPlaces = []
    for group in definition.group:
        monitors_with_places += _of_group(
            group, instance, heritage, references, place.at("group", group.name)
        )
    return monitors_with_places


def _of_group(
    definition: GroupDef,
    instance: Instance,
    inherited: Inheritance,
    references: References,
    place: Place,
) -> MonitorsWithPlaces:
    title(definition.title, place)
    heritage = _inheritance(inherited, definition, instance.zone, references, place)
    _check_names(definition.monitor, place.at("monitor"))
    monitors_with_places: MonitorsWithPlaces = []
    for monitor in definition.monitor:
        monitor_place = place.at("monitor", monitor.name)
        monitors_with_places.append(
            (
                _monitor(monitor, instance, definition, heritage, references, monitor_place),
                monitor_place,
            )
        )
    return monitors_with_places


def _check_names(
    definitions: tuple[GroupDef, ...] | tuple[MonitorDef, ...], place: Place
) -> None:
    for name, count in Counter(one.name for one in definitions).items():
        if count > 1:
            place.at(name).say(SAME_NAME, count=count)
        if not is_name(name):
            place.say(NO_NAME, given=name)


def _inheritance(
    inherited: Inheritance,
    definition: InstanceDef | GroupDef,
    zone: str,
    references: References,
    place: Place,
) -> Inheritance:
    """Return what an instance or a group hands down."""
    limits = dict(inherited.limits)
    for kind, overrides in definition.limits.items():
        limits_place = place.at("limits", kind)
        if kind not in references.checks:
            place.at("limits").no_such(CHECK, kind, references.checks)
        else:
            kind_limits = limits.get(kind, references.checks[kind].limits)
            limits[kind] = {
                **kind_limits,
                **_limits(overrides, references.checks[kind], limits_place),
            }
    return Inheritance(
        _cadence(inherited.cadence, definition, zone, place),
        _rules(inherited.rules, definition, references, place),
        limits,
        _windows(inherited, definition, zone, place),
        inherited.disabled or not definition.enabled,
    )


def _windows(
    inherited: Inheritance,
    definition: InstanceDef | GroupDef | MonitorDef,
    zone: str,
    place: Place,
) -> tuple[Window, ...]:
    """Return the maintenance planned above and here: the same object where nothing is added here."""
    windows = maintenance(definition, zone, place)
    return (*inherited.maintenance, *windows) if windows else inherited.maintenance


def _monitor(
    definition: MonitorDef,
    instance: Instance,
    group: GroupDef,
    inherited: Inheritance,
    references: References,
    place: Place,
) -> Monitor:
    title(definition.title, place)
    in_range(definition.patience, 1, MOST_PATIENCE, place.at("patience"))
    options, limits = _kind(definition, inherited, references, place)
    kind = references.checks.get(definition.kind)
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
        cadence=_cadence(inherited.cadence, definition, instance.zone, place),
        timeout=timeout or TIMEOUT,
        patience=definition.patience,
        may_vanish=definition.may_vanish or (kind is not None and kind.may_vanish),
        rules=_rules(inherited.rules, definition, references, place),
        goes_to=_goes_to(kind, options, instance),
        occurrences=kind.occurrences if kind is not None else frozenset(),
        maintenance=_windows(inherited, definition, instance.zone, place),
        disabled=inherited.disabled or not definition.enabled,
        network=_network(definition, kind, references, place),
    )


def _network(
    definition: MonitorDef, kind: Kind | None, references: References, place: Place
) -> Network:
    if definition.network and kind is not None and not kind.by_network:
        place.at("network").say(NO_NETWORK, kind=definition.kind)
        return DIRECT
    return network_of(definition.network, references.networks, place)


def _goes_to(kind: Kind | None, options: object, instance: Instance) -> str:
    if kind is None or kind.goes_to is None or options is None:
        return ""
    return kind.goes_to(options, instance.address)


def _kind(
    definition: MonitorDef, inherited: Inheritance, references: References, place: Place
) -> tuple[object, Mapping[str, Limits]]:
    """Return the monitor's options as its kind reads them, and its limits, which override those
    of the kind."""
    kind = references.checks.get(definition.kind)
    if kind is None:
        place.at("kind").no_such(CHECK, definition.kind, references.checks)
        return None, {}
    options, problems = kind.read(definition.options, place.at("options").location)
    place.problems.extend(problems)
    inherited_limits = inherited.limits.get(definition.kind, kind.limits)
    own_limits = (
        _limits(definition.limits, kind, place.at("limits")) if definition.limits else {}
    )
    return options, {**inherited_limits, **own_limits} if own_limits else inherited_limits


def _limits(
    definitions: Mapping[str, LimitsDef], kind: Kind, place: Place
) -> dict[str, Limits]:
    limits_by_name = dict[str, Limits]()
    for name, definition in definitions.items():
        if kind.readings is not None and name not in kind.readings:
            place.no_such(READING, name, kind.readings)
        else:
            limits_by_name[name] = _checked_limits(
                definition, kind.limits.get(name, Limits()), place.at(name)
            )
    return limits_by_name


def _checked_limits(definition: LimitsDef, default: Limits, place: Place) -> Limits:
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
        problem_text = ABOVE if rising else BELOW
        place.say(
            problem_text, warning=f"{definition.warning:g}", critical=f"{definition.critical:g}"
        )
        return default


def _rules(
    inherited: tuple[Rule, ...],
    definition: InstanceDef | GroupDef | MonitorDef,
    references: References,
    place: Place,
) -> tuple[Rule, ...]:
    if definition.rules is None:
        return inherited
    all_known(definition.rules, references.rules, RULE, place.at("rules"))
    return tuple(
        references.rules[name] for name in definition.rules if name in references.rules
    )


def _cadence(
    inherited: Cadence, definition: InstanceDef | GroupDef | MonitorDef, zone: str, place: Place
) -> Cadence:
    if definition.every and definition.at:
        place.say(BOTH)
    if definition.days and not definition.at:
        place.at("days").say(DAYS_ALONE)
    if definition.at:
        return fixed_times(definition, zone, place)
    period = read_length(definition.every, "1s", place.at("every"))
    return inherited if period is None else FixedInterval(period)


def fixed_times(
    definition: InstanceDef | GroupDef | MonitorDef | NotificationDef, zone: str, place: Place
) -> FixedTimes:
    """Return the times of day that `at` and `days` say."""
    times = [definition.at] if isinstance(definition.at, str) else definition.at
    time_by_text = {text: moment(text) for text in times}
    for text, time_of_day in time_by_text.items():
        if time_of_day is None:
            place.at("at").say(NO_MOMENT, given=text)
    all_days(definition.days, place.at("days"))
    return FixedTimes(
        times=tuple(
            sorted(
                time_of_day for time_of_day in time_by_text.values() if time_of_day is not None
            )
        ),
        zone=zone,
        days=frozenset(DAYS[day] for day in definition.days if day in DAYS) or WEEK,
    )
