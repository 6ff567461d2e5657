#!/bin/sh
# Resolves the dependencies for every supported Python and platform into requirements.lock; options go to the resolver.
# uv works in an environment of its own, thrown away afterwards: it is needed for nothing else.
set -eu
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT INT TERM
"$PYTHON" -m venv --without-pip "$tools"
"$PYTHON" -m pip --python "$tools/bin/python" --disable-pip-version-check install --quiet --no-input uv
"$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header --extra dev --extra mutants "$@" pyproject.toml --output-file requirements.lock
