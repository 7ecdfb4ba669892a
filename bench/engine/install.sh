#!/usr/bin/env bash
# Installs the peers from Debian's packages where that can be done; the bench leaves out what is missing and says so. A machine with
# systemd starts what it installs: the bench uses copies of its own on free ports, so they may be stopped.
set -euo pipefail
missing=()
for program in nginx haproxy caddy; do command -v "$program" >/dev/null 2>&1 || missing+=("$program"); done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "  missing and not installable here: ${missing[*]}"
  exit 0
fi
echo "  installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
