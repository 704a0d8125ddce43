#!/bin/sh
# Builds shared/ui/dist, the browser's files, from shared/ui/package-lock.json. Where npm is missing, a Python package brings it.
set -eu

stop() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

new_enough='process.exit(Number(process.versions.node.split(".")[0]) < 20)'
if ! { command -v npm && node -e "$new_enough"; } >/dev/null 2>&1; then
    PATH="$PWD/.venv/bin:$PATH"
    export PATH
    command -v npm >/dev/null 2>&1 || {
        echo "setup: npm 20 or newer is missing here, a Python package brings it"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
    } || stop "npm is missing and could not be installed. Install it: apt install npm (macOS: brew install node)"
fi

cd shared/ui
# What npm says is shown when it fails; a rebuild after a change of ours needs no download.
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --loglevel=error || stop "the browser's libraries could not be installed; is there a way to an npm registry?"
fi
node build.mjs
