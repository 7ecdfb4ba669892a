#!/usr/bin/env bash
# Builds Banyan and starts the shop example in the background. Needs Go, make and git.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v go >/dev/null 2>&1; then
  echo "Go is missing: install it from https://go.dev/dl and run make demo again." >&2
  exit 1
fi
echo "  build    bin/banyan (the first time takes a minute or two: every library is compiled once)"
start=$SECONDS
# -v names each package as it is compiled: with a terminal that is one line which moves, otherwise one line at the end.
if [ -t 1 ]; then
  go build -v -trimpath -o bin/banyan ./cmd/banyan 2>&1 | while read -r package; do printf '\r\033[K  compile  %s' "${package:0:60}"; done
  printf '\r\033[K'
else
  go build -trimpath -o bin/banyan ./cmd/banyan
fi
echo "  built in $((SECONDS - start)) s"
bin/banyan up -d --wait --timeout 5m --file examples/shop/banyan.yaml
echo
echo "  to type these: export PATH=\"$PWD/bin:\$PATH\" && cd examples/shop"
echo "  make demo-down stops the shop"
