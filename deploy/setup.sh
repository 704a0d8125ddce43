#!/bin/sh
# Builds .venv from the locks: `sh deploy/setup.sh runtime` or `sh deploy/setup.sh development`.
set -eu

wanted="$1"
case "$wanted" in
    runtime) locks="requirements.lock" ;;
    development) locks="requirements.lock requirements-dev.lock" ;;
    *) echo "setup: say runtime or development" >&2; exit 2 ;;
esac

stop() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

command -v git >/dev/null 2>&1 || stop "git is missing. Install it: apt install git (macOS: xcode-select --install)"

# The first Python that is new enough; PYTHON=/path/to/python chooses another one.
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
python=""
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$new_enough"; then
        python="$candidate"
        break
    fi
done
[ -n "$python" ] || stop "Python 3.11 or newer is missing. Install it: apt install python3 python3-venv (macOS: brew install python@3.13)"

if ! .venv/bin/python -c "$new_enough" >/dev/null 2>&1 || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        stop "Python's venv module is missing. Install it: apt install python3-venv"
    "$python" -m venv --clear .venv
fi

# uv is quicker; it does not read pip's configuration, so where only pip is configured, pip does the work.
uv_version="$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements-dev.lock)"
install_with_uv() {
    .venv/bin/python -m uv --version 2>/dev/null | grep -qF "uv $uv_version" ||
        .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version" || return 1
    # shellcheck disable=SC2086
    .venv/bin/python -m uv pip sync --python .venv/bin/python --require-hashes $locks
}
install_with_pip() {
    set --
    for lock in $locks; do set -- "$@" -r "$lock"; done
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes "$@"
}
install_with_uv || {
    echo "setup: uv could not install the locks, pip tries"
    install_with_pip
} || stop "the locked packages could not be installed; is there a way to a package index?"
