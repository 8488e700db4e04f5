"""`noroshi service install|uninstall`: Noroshi as a service of systemd, and away again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.tables import table
from noroshi.cli.paths import DOOR, DROP_INS, GROUP, HOME, NAME, SERVICE, UNIT_FILE, USER
from noroshi.cli.systemd.install import (
    Installation,
    Remove,
    Run,
    Step,
    Write,
    install_steps,
    script,
    uninstall_steps,
)
from noroshi.cli.systemd.state import BOOTED, find_installation, service_properties
from noroshi.config.config import Config, read_config
from noroshi.config.settings_file import FILE, ConfigError
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, list_names, ngettext, plain
from noroshi.knowledge.os_errors import cause_text
from noroshi.system.privileges import is_administrator

READABLE = 0o644
NO_SYSTEMD = with_commands(
    _(
        "A service can only be installed on a system that runs systemd, and this one does not. "
        "`{service_install}` shows the steps. Other supervisors can run `{serve}`: it stays in "
        "the foreground and stops on SIGTERM."
    ),
    service_install=CommandText("service install", "--print"),
    serve=CommandText("serve"),
)
NOT_ROOT = _(
    "Only root can do this; nothing was changed. {command} --print shows all steps as a "
    "script. In short:"
)
CHANGED = _(
    "{path} was edited; nothing was done. Put changes into a drop-in file (systemctl edit "
    "{name}). --force discards these edits:"
)
FAILED = _(
    "The command stopped at `{step}` ({why}). The steps before it are done. Fix the problem, "
    "then run the command again."
)
INSTALLED = _("Noroshi is installed as a service: {service}, home folder {home}.")
START_IT = _("The service starts at boot. To start it now: systemctl start {name}")
STILL_RUNS = _(
    "The service kept running. To switch to the version and settings installed since it "
    "started: systemctl restart {name}"
)
LET_IN = _(
    "To let a user other than root view the state and send messages: usermod -aG {group} USER"
)
NO_WAY_IN = _(
    "{file} already existed and was not changed, so only root and {user} can reach the node. "
    'To give the group {group} access, add: door = "{door}" and door_group = "{group}"'
)
NOT_INSTALLED = _("Noroshi is not installed as a service.")
LEFT = _(
    "The service was removed. The home folder {home} with its contents, and its owner, the "
    "user {user}, are still there. Without a backup, deleting them is permanent:\n"
    "  rm -r {home}\n"
    "  userdel {user}"
)
LEFT_DROP_INS = _("The drop-in files are still there too: {folder}")


def install(context: CommandContext) -> int:
    """Make the service, or bring it up to this version; --print shows the steps only."""
    installation = find_installation(context)
    lang = getattr(context.args, "lang", "")
    start, manager = context.args.start, not context.args.no_manager
    steps = install_steps(installation, start=start, lang=lang, manager=manager)
    if context.args.print:
        print(script(steps))
        return exits.DONE
    _require_root(steps, CommandText("service install"))
    if installation.objection:
        raise RefusedError("trouble", installation.objection)
    _require_unedited(installation, force=context.args.force)
    previous_process = _process()
    do(steps)
    messages = (
        INSTALLED.fill(service=SERVICE, home=HOME),
        *_start_hint(previous_process),
        _access_hint(),
    )
    print("\n".join(context.say(words) for words in messages))
    return exits.DONE


def uninstall(context: CommandContext) -> int:
    """Stop the service and take it away; what it knows stays."""
    installation = find_installation(context)
    steps = uninstall_steps(installation)
    if context.args.print:
        print(script(steps))
        return exits.DONE
    if installation.unit is None and installation.user is None:
        print(context.say(NOT_INSTALLED))
        return exits.DONE
    require_removable(context, CommandText("service uninstall"), force=context.args.force)
    take_service_away(context)
    return exits.DONE


def require_removable(
    context: CommandContext, command: CommandText, *, force: bool = False
) -> None:
    """Require what removing the service takes, before anything is done. Raises RefusedError."""
    installation = find_installation(context)
    _require_root(uninstall_steps(installation), command)
    _require_unedited(installation, force=force)


def take_service_away(context: CommandContext) -> None:
    """Stop the service and take it away, and say what stays."""
    do(uninstall_steps(find_installation(context)))
    print(context.say(LEFT.fill(home=HOME, user=USER)))
    if Path(DROP_INS).exists():
        print(context.say(LEFT_DROP_INS.fill(folder=DROP_INS)))


def difference(path: str, current: str, expected: str) -> str:
    """Return what somebody made of ours: - is what we would write, + what stands there."""
    return "\n".join(
        unified_diff(expected.splitlines(), current.splitlines(), NAME, path, lineterm="", n=1)
    )


def _require_root(steps: Sequence[Step], command: CommandText) -> None:
    """Require systemd and root. Raises RefusedError, which says what root would do."""
    if not BOOTED.is_dir():
        raise RefusedError("trouble", NO_SYSTEMD)
    if not is_administrator():
        briefs = [("", step.brief) for step in steps]
        raise RefusedError("forbidden", NOT_ROOT.fill(command=command), briefs)


def _require_unedited(installation: Installation, *, force: bool) -> None:
    """Require that nobody changed a file of ours, unless the changes may be lost (`force`).
    Raises RefusedError."""
    for path, text, expected in () if force else installation.edited_files():
        lines = difference(path, text, expected).splitlines()
        problems = [("", plain(line)) for line in lines]
        raise RefusedError("conflict", CHANGED.fill(path=path, name=NAME), problems)


def do(steps: Sequence[Step]) -> None:
    """Take the steps one after the other. Raises RefusedError, naming it, at the first that
    fails."""
    for step in steps:
        try:
            _step(step)
        except OSError as error:
            raise _failure(step, cause_text(error)) from None
        except subprocess.CalledProcessError as error:
            raise _failure(step, f"exit {error.returncode}") from None


def _step(step: Step) -> None:
    match step:
        case Write(path, text):
            _write(Path(path), text)
        case Remove(path):
            Path(path).unlink(missing_ok=True)
        case Run(argv):
            subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, cwd="/")


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all, and in the place of a link: what it leads to
    (/dev/null, where the unit is masked) is not ours."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.chmod(READABLE)
    part.replace(file)


def _failure(step: Step, reason: Message | str) -> RefusedError:
    hint = step.hint if isinstance(step, Run) else None
    words = FAILED.fill(step=step.brief, why=reason)
    return RefusedError("trouble", words, [("", hint)] if hint else ())


def _process() -> str:
    """Return the number of the process that runs as the service; "" if none does."""
    number = service_properties().get("MainPID", "0")
    return "" if number == "0" else number


def _start_hint(previous_process: str) -> Iterator[Message]:
    """Say what is left to do until this version runs, if anything is."""
    now = _process()
    if not now:
        yield START_IT.fill(name=NAME)
    elif now == previous_process:
        yield STILL_RUNS.fill(name=NAME)


def _access_hint() -> Message:
    """Say who may reach the node, by the settings, which may be older than the service."""
    places = {"file": f"{HOME}/{FILE}", "door": DOOR, "user": USER, "group": GROUP}
    config = settings()
    root_only = config is not None and (str(config.door), config.door_group) != (DOOR, GROUP)
    return (NO_WAY_IN if root_only else LET_IN).fill(**places)


def settings() -> Config | None:
    """Return the service's settings; None where they are not ours to read, or to be told by who
    starts it."""
    try:
        return read_config(Path(HOME), os.environ)
    except ConfigError:
        return None


UNIT, ENABLED = _("unit"), _("at boot")
STATE, SINCE = _("state"), _("since")
HOME_FOLDER = _("home folder")
THE_DOOR, LOG = _("socket"), _("log")
AS_WRITTEN = _("as installed by this version")
OLDER = with_commands(
    _("from a different version or location of Noroshi; `{command}` updates it"),
    command=CommandText("service install"),
)
EDITED = _("edited, see below")
WITH_DROP_INS = _("{how}; with drop-ins {names}")
RAN = ngettext(
    "{at}, process {pid}, restarted {times} time",
    "{at}, process {pid}, restarted {times} times",
    by="times",
)
STRANGERS = with_commands(
    _(
        "The user {user} does not own everything in {home}, so the service may fail. `{command}` "
        "fixes this."
    ),
    command=CommandText("service install"),
)


def status(context: CommandContext) -> int:
    """Print whether it is installed, runs and since when; exit code 1 unless it runs."""
    installation = find_installation(context)
    if installation.unit is None:
        print(context.say(NOT_INSTALLED))
        return exits.TROUBLE
    properties = service_properties()
    rows = [
        (context.say(name), context.say(words))
        for name, words in _rows(installation, properties)
    ]
    print("\n".join(table(rows)))
    if installation.foreign_files:
        print(context.say(STRANGERS.fill(home=HOME, user=USER)))
    if installation.unit != installation.expected_unit:
        print(difference(UNIT_FILE, installation.unit, installation.expected_unit))
    return exits.DONE if properties.get("ActiveState") == "active" else exits.TROUBLE


def _rows(
    installation: Installation, properties: Mapping[str, str]
) -> list[tuple[Message, Message]]:
    state = f"{properties.get('ActiveState') or '?'} ({properties.get('SubState') or '?'})"
    rows = [
        (UNIT, plain(UNIT_FILE)),
        (plain(""), _kind(installation)),
        (ENABLED, plain(properties.get("UnitFileState") or "?")),
        (STATE, plain(state)),
    ]
    if properties.get("ActiveState") == "active":
        at, pid = properties.get("ActiveEnterTimestamp", ""), properties.get("MainPID", "")
        rows.append((SINCE, RAN.fill(at=at, pid=pid, times=properties.get("NRestarts", "?"))))
    return [*rows, *_places()]


def _kind(installation: Installation) -> Message:
    """Return whose text the unit is, and what is added to it."""
    is_edited = any(path == UNIT_FILE for path, _, _ in installation.edited_files())
    method = (
        EDITED
        if is_edited
        else AS_WRITTEN
        if installation.unit == installation.expected_unit
        else OLDER
    )
    drop_ins = sorted(map(str, Path(DROP_INS).glob("*.conf")))
    return WITH_DROP_INS.fill(how=method, names=list_names(drop_ins)) if drop_ins else method


def _places() -> list[tuple[Message, Message]]:
    """Return the folder, the door and the log, as the service's settings name them if they can
    be read."""
    config, log = settings(), f"journalctl -u {NAME}"
    door = str(config.door) if config else DOOR
    if config and config.log == "file":
        log = f"{HOME}/noroshi.log"
    return [(HOME_FOLDER, plain(HOME)), (THE_DOOR, plain(door)), (LOG, plain(log))]
