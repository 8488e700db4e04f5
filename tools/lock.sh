#!/bin/sh
# Pins what pyproject.toml asks for, with hashes and without any address:
# requirements.lock to run Noroshi and its lab, requirements-dev.lock to work on it.
# Give --upgrade to take newer releases; without it, pins that still fit stay.
set -eu
cd "$(dirname "$0")/.."

pin() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        pyproject.toml --extra lab --group build "$@" >/dev/null
}

pin --output-file requirements.lock "$@"
pin --output-file requirements-dev.lock --group dev --constraint requirements.lock "$@"
