#!/usr/bin/env sh
# Pins what pyproject.toml asks for, with hashes and without addresses. Needs uv.
set -eu
cd "$(dirname "$0")/.."
pin() {
    output=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
        --no-header --no-annotate --no-emit-index-url "$@" pyproject.toml -o "requirements/$output"
}
pin run.txt --extra demo
pin dev.txt --extra demo --extra dev
