#!/bin/sh
# Make the virtual environment and install what a lock file names, hashes checked, nothing else.
# usage: tools/install.sh PYTHON VENV LOCKFILE
set -eu
python=$1 venv=$2 lock=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "tocsin: Python 3.11 or newer is needed. Install it, or name it: make PYTHON=python3.12" >&2
    exit 2
}
if [ ! -x "$venv/bin/pip" ]; then
    echo "tocsin: making $venv"
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        # Debian keeps ensurepip in a package of its own.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
            "$python" -m venv --clear "$venv"
        else
            echo "tocsin: $python cannot make virtual environments. Run: sudo apt install python3-venv" >&2
            exit 2
        fi
    fi
fi
echo "tocsin: installing $lock (about a minute, once)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
