#!/usr/bin/env sh
# Finds the programs that the tests use beside Python, an nginx and a Chromium, or brings them. Leaves the browser's path
# in .venv/.programs.
set -eu
cd "$(dirname "$0")/.."

on_path() {
    for name in "$@"; do
        if PATH="$PATH:/usr/sbin" command -v "$name"; then return; fi
    done
    return 1
}

from_debian() {
    command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 0
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1 || true
}

browser_is() {
    echo "export GATEFOLD_TEST_BROWSER='$1'" >.venv/.programs
    exit 0
}

browser_on_path() {
    if path=$(on_path chromium chromium-browser google-chrome google-chrome-stable); then browser_is "$path"; fi
}

if [ -z "${GATEFOLD_TEST_NGINX:-}" ] && ! on_path nginx >/dev/null; then
    echo "No nginx here: bringing one for the tests of the gate ..." >&2
    from_debian nginx-light
    on_path nginx >/dev/null || {
        echo "No nginx could be brought. Install one (on Debian: apt-get install nginx-light), or name it in" >&2
        echo "GATEFOLD_TEST_NGINX. Until then its tests are left out, and fail where CI is set." >&2
    }
fi

[ -z "${GATEFOLD_TEST_BROWSER:-}" ] || browser_is "$GATEFOLD_TEST_BROWSER"
browser_on_path
echo "No Chromium here: bringing one for the browser tests ..." >&2
from_debian chromium fonts-dejavu-core
browser_on_path
if .venv/bin/playwright install chromium >/dev/null 2>&1; then
    browser_is "$(.venv/bin/python -c 'from playwright.sync_api import sync_playwright as p
with p() as tools: print(tools.chromium.executable_path)')"
fi
if command -v npm >/dev/null 2>&1 && npm install --silent --prefix .venv/chromium @sparticuz/chromium >/dev/null 2>&1; then
    path=$(cd .venv/chromium && node --input-type=module -e \
        'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath())') && browser_is "$path"
fi
echo "No Chromium could be found or brought. Install one (on Debian: apt-get install chromium), or name it in" >&2
echo "GATEFOLD_TEST_BROWSER. Until then the browser tests are left out, and fail where CI is set." >&2
: >.venv/.programs
