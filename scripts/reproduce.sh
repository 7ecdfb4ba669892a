#!/usr/bin/env bash
# Makes the release of one system twice, in two clones at different paths, under different settings of the user, and compares every
# byte. -trimpath lets both share what is compiled already.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${TARGET:-linux/amd64}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
git clone -q . "$work/one"
mkdir "$work/another"
git clone -q . "$work/another/place"
(umask 022 && cd "$work/one" && TZ=UTC LC_ALL=C GOFLAGS=-trimpath go run ./scripts/release -targets "$target" -out "$work/first")
(umask 077 && cd "$work/another/place" && TZ=Pacific/Chatham LC_ALL=C.UTF-8 GOFLAGS=-trimpath HOSTNAME=elsewhere go run ./scripts/release -targets "$target" -out "$work/second")
if ! diff "$work/first/SHA256SUMS" "$work/second/SHA256SUMS"; then
  echo "two releases of one commit differ" >&2
  exit 1
fi
(cd "$work/second" && sha256sum --quiet --check SHA256SUMS)
"$work/one/scripts/install.sh" --from "$work/first" --to "$work/prefix" >/dev/null
"$work/prefix/bin/banyan" version | grep "^banyan v[0-9]" # it was stamped
"$work/one/scripts/install.sh" --remove --to "$work/prefix" >/dev/null
if find "$work/prefix" -type f | grep .; then
  echo "the installer left these behind" >&2
  exit 1
fi
echo "$(wc -l <"$work/first/SHA256SUMS") files, twice the same bytes"
