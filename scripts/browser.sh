#!/bin/sh
# Sees to the Chromium that tests look at pages with; nothing else needs it. Root installs it, others are told how.
set -eu

say() { printf 'set-up: %s\n' "$*" >&2; }
for name in chromium chromium-browser google-chrome; do
	command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	say "not installed: Chromium (Debian: apt-get install chromium); tests that look at pages will fail"
	exit 0
fi
say "installing Chromium"
# What could not be updated may be there all the same.
log=$( (apt-get update -q || true
	DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends chromium) 2>&1) ||
	say "that failed: $(printf '%s' "$log" | tail -n 1)"
