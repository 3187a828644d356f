#!/bin/sh
# Resolve the dependencies anew into lock files with hashes and without download addresses.
# usage: tools/lock.sh VENV_BIN   (needs uv in that environment)
set -eu
bin=$1
compile() {
    "$bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml requirements/build.in --output-file requirements/product.lock
compile pyproject.toml requirements/build.in --group dev --output-file requirements/dev.lock
compile requirements/peers.in --output-file requirements/peers.lock
