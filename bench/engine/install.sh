#!/usr/bin/env bash
# Installs the peers from Debian's packages; none of them is started as a service.
set -euo pipefail
missing=()
for program in nginx haproxy caddy; do command -v "$program" >/dev/null 2>&1 || missing+=("$program"); done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "  installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
