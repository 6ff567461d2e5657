#!/bin/sh
# Makes .venv from the hashed lock and sees to bubblewrap. Needs python3 (3.11 to 3.13) with pip; nothing else.
set -eu

PYTHON="${PYTHON:-python3}"
say() { printf '%s\n' "$*" >&2; }

"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
	say "set-up: $("$PYTHON" --version 2>&1) found, Python 3.11 to 3.13 is needed; name one with make PYTHON=..."
	exit 2
}
"$PYTHON" -c 'import sys, pip; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (22, 3))' 2>/dev/null || {
	say "set-up: pip 22.3 or newer is needed beside $PYTHON; install or upgrade pip"
	exit 2
}

# Where a virtual environment was begun and not finished it is made anew. ensurepip may be missing (Debian ships it
# apart), so pip works on the environment from outside.
rm -rf .venv
"$PYTHON" -m venv --without-pip .venv
say "set-up: installing the locked packages into .venv"
"$PYTHON" -m pip --python .venv/bin/python --disable-pip-version-check install --quiet --no-input \
	--require-hashes -r requirements.lock
"$PYTHON" -m pip --python .venv/bin/python --disable-pip-version-check install --quiet --no-input \
	--no-deps --no-build-isolation --editable .

# matplotlib looks for fonts once and remembers; without this every start of the sandbox would look again.
MPLBACKEND=agg .venv/bin/python -c 'import matplotlib.pyplot' >/dev/null 2>&1 || true

have_walls() { command -v bwrap >/dev/null 2>&1 && .venv/bin/python -c 'import ctypes; ctypes.CDLL("libseccomp.so.2")' 2>/dev/null; }

if ! have_walls && [ "$(id -u)" = 0 ]; then
	say "set-up: installing bubblewrap and libseccomp"
	if command -v apt-get >/dev/null 2>&1; then
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq bubblewrap libseccomp2 >/dev/null
	elif command -v dnf >/dev/null 2>&1; then
		dnf install -y -q bubblewrap libseccomp >/dev/null
	elif command -v pacman >/dev/null 2>&1; then
		pacman -S --noconfirm --needed bubblewrap libseccomp >/dev/null
	elif command -v apk >/dev/null 2>&1; then
		apk add --quiet bubblewrap libseccomp >/dev/null
	fi
fi
have_walls || say "set-up: bubblewrap and libseccomp are missing; install them (Debian: bubblewrap libseccomp2)." \
	"Until then there is no isolation, and submissions are refused."
