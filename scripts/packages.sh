#!/usr/bin/env bash
# Installs from Debian what tests and benches use where it is missing and can be installed: nothing here is needed by users.
set -uo pipefail
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
command -v python3 >/dev/null 2>&1 || missing+=(python3)
command -v node >/dev/null 2>&1 || missing+=(nodejs)
if [ ${#missing[@]} -eq 0 ]; then
  echo "all there"
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "missing and not installable here: ${missing[*]}"
  exit 0
fi
(apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}") >/tmp/banyan-packages.log 2>&1 || {
  tail -n 5 /tmp/banyan-packages.log
  echo "could not install: ${missing[*]}"
}
exit 0
