#!/bin/sh
# Says in one line what is missing to isolate submissions. With --install, says nothing, and root installs it instead.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*" >&2; }
missing() {
	command -v bwrap >/dev/null 2>&1 || printf ' bubblewrap'
	.venv/bin/python -c 'import ctypes; ctypes.CDLL("libseccomp.so.2")' 2>/dev/null || printf ' libseccomp'
}
install() {
	if command -v apt-get; then
		# What could not be updated may be there all the same.
		apt-get update -q || true
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y -q bubblewrap libseccomp2
	elif command -v dnf; then
		dnf install -y -q bubblewrap libseccomp
	elif command -v apk; then
		apk add bubblewrap libseccomp
	elif command -v pacman; then
		pacman -Sy --noconfirm --needed bubblewrap libseccomp
	fi
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0
if [ "$(uname -s)" != Linux ]; then
	say "submissions can be isolated on Linux only; on this machine untrusted ones are refused"
elif [ "${1:-}" != --install ]; then
	say "not installed:$wanted (Debian: apt-get install bubblewrap libseccomp2); without it untrusted submissions are refused"
elif [ "$(id -u)" = 0 ]; then
	say "installing bubblewrap and libseccomp"
	log=$(install 2>&1) || say "that failed: $(printf '%s' "$log" | tail -n 1)"
fi
