#!/usr/bin/env sh
# Finds a Chromium for the browser tests, or brings one, and leaves its path in .venv/.browser.
set -eu
cd "$(dirname "$0")/.."

found() {
    echo "export GATEFOLD_TEST_BROWSER='$1'" >.venv/.browser
    exit 0
}

on_path() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if path=$(command -v "$name"); then found "$path"; fi
    done
}

[ -z "${GATEFOLD_TEST_BROWSER:-}" ] || found "$GATEFOLD_TEST_BROWSER"
on_path
echo "No Chromium here: bringing one for the browser tests ..." >&2
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 || true
    on_path
fi
if .venv/bin/playwright install chromium >/dev/null 2>&1; then
    found "$(.venv/bin/python -c 'from playwright.sync_api import sync_playwright as p
with p() as tools: print(tools.chromium.executable_path)')"
fi
if command -v npm >/dev/null 2>&1 && npm install --silent --prefix .venv/chromium @sparticuz/chromium >/dev/null 2>&1; then
    path=$(cd .venv/chromium && node --input-type=module -e \
        'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath())') && found "$path"
fi
echo "No Chromium could be found or brought. Install one (on Debian: apt-get install chromium), or name it in" >&2
echo "GATEFOLD_TEST_BROWSER. Until then the browser tests are left out, and fail where CI is set." >&2
: >.venv/.browser
