#!/bin/sh
# Measure every figure beside its peer and print one table; keeps it in bench/RESULTS.md.
# usage: bench/run.sh PYTHON VENV_BIN [SCRIPT.py ...]   (with names: only these, nothing is kept)
set -eu
python=$1 bin=$2
shift 2
peers=.venv-peers lock=requirements/peers.lock

# The peers live in an environment of their own; the product never imports them.
if [ ! -e "$peers/.made" ] || [ "$lock" -nt "$peers/.made" ]; then
    echo "tocsin: making $peers (once)" >&2
    if "$python" -m venv "$peers" &&
        "$peers/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    then
        touch "$peers/.made"
    else
        echo "tocsin: the peers could not be installed; their figures are left out" >&2
    fi
fi
exec "$bin/python" bench/lib/table.py "$@"
