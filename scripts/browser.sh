#!/bin/sh
# Sees to what tests look at pages with, and nothing else needs: Chromium, and the driver that speaks with it. Root
# installs it, others are told how.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*" >&2; }
missing() {
	command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
		command -v google-chrome >/dev/null 2>&1 || printf ' chromium'
	# The driver is a node of its own, which wants a library that minimal systems lack.
	.venv/bin/python -m playwright --version >/dev/null 2>&1 || printf ' libatomic1'
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	say "not installed:$wanted (Debian: apt-get install$wanted); tests that look at pages will fail"
	exit 0
fi
say "installing$wanted"
# What could not be updated may be there all the same. Unquoted: names of packages.
log=$( (apt-get update -q || true
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends $wanted) 2>&1) ||
	say "that failed: $(printf '%s' "$log" | tail -n 1)"
