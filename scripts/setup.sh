#!/bin/sh
# Makes .venv from the hashed lock and sees to the walls. Needs Python 3.11 to 3.13 with pip; not ensurepip, which Debian
# ships apart: pip works on the environment from outside.
set -eu
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
say() { printf 'set-up: %s\n' "$*" >&2; }
stop() {
	say "$@"
	exit 2
}
install() {
	"$PYTHON" -m pip --python .venv/bin/python --disable-pip-version-check install --quiet --no-input "$@"
}

command -v "$PYTHON" >/dev/null 2>&1 || stop "$PYTHON is not there; install Python 3.11 to 3.13, or name one: make PYTHON=..."
"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' ||
	stop "$("$PYTHON" --version 2>&1) found, expected Python 3.11 to 3.13; name one: make PYTHON=..."
version=$("$PYTHON" -c 'import pip; print(pip.__version__)' 2>/dev/null) ||
	stop "$PYTHON has no pip; install it (Debian: apt-get install python3-pip)"
# `pip --python` came with 22.3.
"$PYTHON" -c 'import re, sys; sys.exit([*map(int, re.findall(r"\d+", sys.argv[1])[:2])] < [22, 3])' "$version" ||
	stop "pip $version found, expected 22.3 or newer; upgrade it: $PYTHON -m pip install --upgrade pip"

# The copy of the lock is written when all of it is installed: without it, or with another one, all is made anew.
if ! { .venv/bin/python -c '' && cmp -s requirements.lock .venv/.lock; } 2>/dev/null; then
	rm -rf .venv
	"$PYTHON" -m venv --without-pip .venv
	say "installing the locked packages into .venv"
	install --require-hashes -r requirements.lock
	cp requirements.lock .venv/.lock
fi
install --no-deps --no-build-isolation --editable .
# matplotlib looks for fonts once and remembers; without this every start of the sandbox would look again.
MPLBACKEND=agg .venv/bin/python -c 'import matplotlib.pyplot' >/dev/null 2>&1 || true
sh scripts/walls.sh --install
