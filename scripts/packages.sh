#!/usr/bin/env bash
# Installs from Debian what tests and benches use where it is missing and can be installed: nothing here is needed by users.
# A machine where that cannot be done is no failure: the tests that need it say so.
set -uo pipefail
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
command -v certutil >/dev/null 2>&1 || missing+=(libnss3-tools)
[ -x /usr/sbin/update-ca-certificates ] || missing+=(ca-certificates)
command -v openssl >/dev/null 2>&1 || missing+=(openssl)
command -v curl >/dev/null 2>&1 || missing+=(curl)
command -v node >/dev/null 2>&1 || missing+=(nodejs)
command -v python3 >/dev/null 2>&1 || missing+=(python3)
if [ ${#missing[@]} -eq 0 ]; then
  echo "all there"
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "missing and not installable here: ${missing[*]}"
  exit 0
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
if ! (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}") >"$said" 2>&1; then
  tail -n 5 "$said"
  echo "could not install: ${missing[*]}"
fi
exit 0
