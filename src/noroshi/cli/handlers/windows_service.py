"""`noroshi service install|uninstall|status`: Noroshi as a service of Windows, and away again."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import os
    import socket
    import subprocess
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import contextmanager, suppress
    from pathlib import Path

    import noroshi
    from noroshi.cli import exits
    from noroshi.cli.context import CommandContext
    from noroshi.cli.errors import RefusedError
    from noroshi.cli.output.tables import table
    from noroshi.cli.paths import ACCOUNT, DOOR, GROUP, HOME, NAME
    from noroshi.cli.service_steps import (
        STATES,
        start_and_wait,
        stop_and_wait,
        store_copy,
        update_service,
        wait_until,
    )
    from noroshi.config.settings_file import FILE
    from noroshi.core.command_text import CommandText
    from noroshi.core.translation import Message, _, list_names, plain
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.logs.sinks import FILE as LOG_FILE
    from noroshi.system.local_group import make_local_group
    from noroshi.system.owners import close_to_others, openings
    from noroshi.system.privileges import is_administrator
    from noroshi.system.service_control import (
        ServiceSettings,
        ServiceState,
        ServiceStatus,
        install_service,
        remove_service,
        service_status,
    )
    from noroshi.system.windows_event_source import register_source, remove_source
    from noroshi.system.windows_security import group_sid

    DISPLAY_NAME = "Noroshi"
    DESCRIPTION = _("Monitors servers and sends alarms by email.")
    GROUP_COMMENT = "Noroshi operators"
    REMOVED_WITHIN = 5.0
    """Seconds."""

    NOT_ADMINISTRATOR = _(
        "Only an administrator can do this; nothing was changed. Run the command in a terminal "
        "opened with “Run as administrator”."
    )
    OTHER_HOME = _("The service's home folder is {home}, not {given}.")
    FAILED = _("The command stopped: {why}. Fix the problem, then run the command again.")
    INSTALLED = _("Noroshi is installed as a service: {service}, home folder {home}.")
    START_IT = _(
        "The service starts a few minutes after the computer starts. To start it now: "
        "Start-Service {name}"
    )
    RUNS = _("The service is running.")
    UPDATED = _(
        "The service was updated and is running. Copy of the store from before the update: "
        "{copy}"
    )
    STILL_RUNS = _(
        "The service kept running. To switch to the version and settings installed since it "
        "started: Restart-Service {name}"
    )
    LET_IN = _(
        "To let a user who is not an administrator view the state and send messages: "
        "Add-LocalGroupMember {group} USER"
    )
    NO_WAY_IN = _(
        "Only administrators can reach the node: the local group {group} could not be created."
    )
    STILL_OPEN = _(
        "Windows continues to list the service until the programs that have it open, such as the "
        "Services console, are closed."
    )
    OPEN_PROGRAM = _(
        "Warning: {names} can change {path}, and with it what the service runs. Install Python and "
        "Noroshi where only administrators can write, such as in C:\\Program Files, or remove their "
        "write access."
    )
    NOT_INSTALLED = _("Noroshi is not installed as a service.")
    LEFT = _(
        "The service was removed. The home folder {home} with its contents and the local group "
        "{group} are still there. Without a backup, deleting the folder is permanent:\n"
        "  Remove-Item -Recurse {home}\n"
        "  Remove-LocalGroup {group}"
    )

    def install(context: CommandContext) -> int:
        """Make the service, or bring it up to this version; --print shows the steps only."""
        _require_own_home(context)
        if context.args.print:
            print("\n".join(_steps(start=context.args.start)))
            return exits.DONE
        _require_administrator()
        with _telling_what_failed():
            has_group = _make_group()
            _make_home(context, has_group=has_group)
            process_before = _process()
            is_updated = _put_in_force(context)
        messages = (
            INSTALLED.fill(service=NAME, home=HOME),
            UPDATED.fill(copy=store_copy(context.config.store))
            if is_updated
            else _start_hint(process_before),
            (LET_IN if has_group else NO_WAY_IN).fill(group=GROUP),
            *program_warnings((Path(sys.executable), Path(noroshi.__file__))),
        )
        print("\n".join(context.say(words) for words in messages))
        return exits.DONE

    def program_warnings(files: Iterable[Path]) -> Iterator[Message]:
        """Yield who beside administrators could change what the service runs."""
        names_by_place = dict[Path, Sequence[str]]()
        for file in files:
            with suppress(OSError):  # a drive of another kind, which has no owners
                names_by_place.update(openings(file))
        for place, names in names_by_place.items():
            yield OPEN_PROGRAM.fill(path=place, names=list_names(names))

    def uninstall(context: CommandContext) -> int:
        """Stop the service and take it away; what it knows stays."""
        _require_own_home(context)
        if context.args.print:
            print(f"Stop-Service {NAME}\nsc.exe delete {NAME}")
            return exits.DONE
        if service_status(NAME) is not None:
            _require_administrator()
        take_service_away(context)
        return exits.DONE

    def require_removable(context: CommandContext, _command: CommandText) -> None:
        """Require what removing the service takes, before anything is done. Raises
        RefusedError."""
        _require_own_home(context)
        _require_administrator()

    def take_service_away(context: CommandContext) -> None:
        """Stop the service and take it away, and say what stays. Raises RefusedError."""
        if service_status(NAME) is None:
            print(context.say(NOT_INSTALLED))
            return
        with _telling_what_failed():
            stop_and_wait()
            remove_service(NAME)
            with suppress(OSError):
                remove_source()
        if not wait_until(lambda: service_status(NAME) is None, REMOVED_WITHIN):
            print(context.say(STILL_OPEN))
        print(context.say(LEFT.fill(home=HOME, group=GROUP)))

    STATE, PROCESS, AT_BOOT = _("state"), _("process"), _("at boot")
    ACCOUNT_TITLE, PROGRAM = _("account"), _("program")
    HOME_FOLDER, PIPE, LOG = _("home folder"), _("pipe"), _("log")
    EXIT_CODE = _("exit code")
    AUTOMATIC, MANUAL = _("starts automatically, with a delay"), _("starts manually")

    def status(context: CommandContext) -> int:
        """Print whether it is installed and runs; exit code 1 unless it runs."""
        service = service_status(NAME)
        if service is None:
            print(context.say(NOT_INSTALLED))
            return exits.TROUBLE
        rows = [(context.say(title), context.say(words)) for title, words in _rows(service)]
        print("\n".join(table(rows)))
        return exits.DONE if service.state is ServiceState.RUNNING else exits.TROUBLE

    def _rows(service: ServiceStatus) -> Iterator[tuple[Message, Message]]:
        yield STATE, STATES[service.state]
        if service.process:
            yield PROCESS, plain(str(service.process))
        elif service.exit_code:
            yield EXIT_CODE, plain(str(service.exit_code))
        yield AT_BOOT, AUTOMATIC if service.starts_at_boot else MANUAL
        yield ACCOUNT_TITLE, plain(service.account)
        yield PROGRAM, plain(service.command_line)
        yield HOME_FOLDER, plain(HOME)
        yield PIPE, plain(DOOR)
        yield LOG, plain(str(Path(HOME) / LOG_FILE))

    def _settings(context: CommandContext) -> ServiceSettings:
        return ServiceSettings(
            name=NAME,
            display_name=DISPLAY_NAME,
            description=context.say(DESCRIPTION),
            command_line=_command_line(),
            account=ACCOUNT,
        )

    def _command_line() -> str:
        """Return what Windows starts. -I: from nothing but where it is installed."""
        return subprocess.list2cmdline(
            [sys.executable, "-I", "-m", "noroshi.cli.service_program", HOME]
        )

    def _steps(*, start: bool) -> Iterator[str]:
        """Yield the steps as an administrator would type them."""
        command = _command_line().replace('"', r"\"")
        yield f"New-LocalGroup {GROUP}"
        yield "noroshi init --service"
        yield (
            f'sc.exe create {NAME} binPath= "{command}" obj= "{ACCOUNT}" start= delayed-auto '
            f"DisplayName= {DISPLAY_NAME}"
        )
        yield f"sc.exe sidtype {NAME} unrestricted"
        yield f"sc.exe failure {NAME} reset= 86400 actions= restart/10000/restart/60000/restart/60000"
        if start:
            yield f"Start-Service {NAME}"

    def _require_own_home(context: CommandContext) -> None:
        home_option = getattr(context.args, "home", "") or os.environ.get("NOROSHI_HOME")
        if home_option and context.home != Path(HOME):
            raise RefusedError("invalid", OTHER_HOME.fill(home=HOME, given=context.home))

    def _require_administrator() -> None:
        if not is_administrator():
            raise RefusedError("forbidden", NOT_ADMINISTRATOR)

    @contextmanager
    def _telling_what_failed() -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RefusedError("trouble", FAILED.fill(why=cause_text(error))) from None

    def _make_group() -> bool:
        """Make the group of the operators; return whether it is there."""
        try:
            make_local_group(GROUP, GROUP_COMMENT)
            group_sid(GROUP)
        except OSError:
            return False
        return True

    def _make_home(context: CommandContext, *, has_group: bool) -> None:
        """Make the home folder, unless there is one, and close it to all but administrators and
        the service."""
        home = Path(HOME)
        if not (home / FILE).exists():
            # Only now: it costs all of Noroshi.
            from noroshi.cli.handlers.init import create_home, name_of

            settings: dict[str, str | bool] = {"door": DOOR}
            if has_group:
                settings["door_group"] = GROUP
            if context.args.no_manager:
                settings["web"] = False
            create_home(context, name_of(socket.gethostname()), settings)
        close_to_others(home)

    def _put_in_force(context: CommandContext) -> bool:
        """Make or change the service, and start it if that was asked for. Return True if it ran
        another program before, which this one replaced."""
        settings, previous = _settings(context), service_status(NAME)
        is_other = previous is not None and previous.command_line != settings.command_line
        with suppress(OSError):  # events are shown without it, only not as well
            register_source()
        if context.args.start and is_other:
            update_service(settings, context.config.store)
            return True
        install_service(settings)
        if context.args.start:
            start_and_wait()
        return False

    def _start_hint(process_before: int) -> Message:
        process = _process()
        if not process:
            return START_IT.fill(name=NAME)
        return (STILL_RUNS if process == process_before else RUNS).fill(name=NAME)

    def _process() -> int:
        service = service_status(NAME)
        return service.process if service else 0
