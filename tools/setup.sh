#!/bin/sh
# Makes .venv in the checkout and puts what a lock file names into it, hashes checked.
# Usage: tools/setup.sh LOCKFILE    (PYTHON names the interpreter, python3 by default)
set -eu
cd "$(dirname "$0")/.."
lock=$1
python=${PYTHON:-python3}
venv=.venv

say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null 2>&1; then
    say "Noroshi needs Python 3.11 or newer, and '$python' is not there. Name another: make PYTHON=python3.13"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "Noroshi needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Name another: make PYTHON=python3.13"
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    say "Noroshi needs Python's venv module, which '$python' lacks. On Debian: apt-get install python3-venv"
    exit 1
fi

packages=$(grep -c '^[A-Za-z0-9].*==' "$lock")
say "Setting up Noroshi in $venv: $packages packages, about a minute (only when what it needs has changed)."

# A virtual environment does not survive a move of the checkout or of its Python: make it anew then.
if [ -e "$venv" ] && ! "$venv/bin/pip" --version >/dev/null 2>&1; then
    rm -rf "$venv"
fi
if [ ! -e "$venv" ]; then
    say "  making the virtual environment"
    "$python" -m venv "$venv"
    # Python 3.11 brings setuptools, whose .pth file slows every start of the program.
    "$venv/bin/pip" uninstall --quiet --disable-pip-version-check --yes setuptools 2>/dev/null
fi

# What pip says of each package becomes a count; what is wrong is passed on, and its end is ours.
{
    PYTHONUNBUFFERED=1 "$venv/bin/pip" install --disable-pip-version-check --progress-bar off --require-hashes -r "$lock" 2>&1 &&
        echo "pip is done"
} | {
    count=0 done=
    while IFS= read -r line; do
        case $line in
            Collecting*|Processing*|"Requirement already satisfied"*)
                count=$((count + 1))
                [ $((count % 10)) -ne 0 ] || say "  $count of $packages packages" ;;
            "Installing collected packages"*) say "  unpacking them" ;;
            "pip is done") done=yes ;;
            ERROR*|WARNING*|"  "*==*" from "*|*Expected*|*" Got "*) say "$line" ;;
        esac
    done
    [ -n "$done" ]
}
