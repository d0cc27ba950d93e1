#!/usr/bin/env sh
# Makes .venv and installs what requirements/$1.txt pins, with uv where it is, else with venv and pip.
set -eu
cd "$(dirname "$0")/.."
profile=$1
python=${2:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Gatefold needs Python 3.11 or later, and '$python' is not. Try: make PYTHON=python3.12 ..." >&2
    exit 1
fi

echo "Installing what Gatefold needs into .venv (once; a minute at most) ..." >&2
if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
    export VIRTUAL_ENV="$PWD/.venv"
    uv pip install --quiet -r "requirements/$profile.txt"
    uv pip install --quiet --no-deps -e .
else
    if [ ! -x .venv/bin/pip ] && ! "$python" -m venv .venv; then
        rm -rf .venv
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "This Python cannot make virtual environments. On Debian: apt-get install python$version-venv" >&2
        exit 1
    fi
    .venv/bin/pip install --quiet --disable-pip-version-check -r "requirements/$profile.txt"
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps -e .
fi
touch ".venv/.$profile"
