"""`noroshi selftest`: what it tries, and what of that fails where Windows is Wine."""

from __future__ import annotations

from noroshi.checks import KINDS
from noroshi.cli import exits
from noroshi.cli.handlers.windows_selftest import KINDS_TRIED
from noroshi.cli.run import run

FAILS_UNDER_WINE = {
    "PowerShell script",
    "System updates (updates)",
    "Scheduled task (task)",
    "Event log (Windows) (eventlog)",
    "Performance counter (Windows) (counter)",
}
NOT_INSTALLED = {"service", "node"}


def titles(report, verdict):
    """The trials that ended so."""
    lines = [line for line in report.splitlines() if line.startswith(verdict)]
    return {line.removeprefix(verdict).strip().partition("  ")[0] for line in lines}


def test_each_trial_is_reported_and_what_wine_lacks_has_failed(tmp_path, capsys):
    report = tmp_path / "report.txt"
    code = run(["--home", str(tmp_path / "none"), "--lang", "en", "selftest", str(report)])
    shown, written = capsys.readouterr().out, report.read_text(encoding="utf-8")
    assert code == exits.TROUBLE
    assert titles(written, "failed") == FAILS_UNDER_WINE, written
    assert titles(written, "not tried") == NOT_INSTALLED
    assert {"named pipe", "protected folder", "exclusive port"} <= titles(written, "passed")
    assert str(report) in shown


def test_it_tries_what_there_is():
    assert set(KINDS_TRIED) <= set(KINDS)
