#!/usr/bin/env bash
# Installs the outside suites at fixed versions: Go programs into bin/conformance, each built in a module of its own, and the rest from
# Debian's packages. What cannot be had here is named, and its suite is left out.
set -uo pipefail
cd "$(dirname "$0")/../.."
to="$PWD/bin/conformance"
mkdir -p "$to"
build() { # name, package@version
  [ -x "$to/$1" ] && return
  echo "  building $1 ($2)"
  local into
  into=$(mktemp -d)
  GOFLAGS=-mod=mod GOBIN="$into" go install "$2" || { echo "  $1 cannot be built here"; return; }
  mv "$into"/* "$to/$1"
  rmdir "$into"
}
build h2spec github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible
build grpc-client google.golang.org/grpc/interop/client@v1.85.0
build grpc-server google.golang.org/grpc/interop/server@v1.85.0
build connectconformance connectrpc.com/conformance/cmd/connectconformance@v1.0.7
build referenceserver connectrpc.com/conformance/cmd/referenceserver@v1.0.7
if command -v npm >/dev/null 2>&1 && [ ! -d "$to/node/node_modules/ws" ]; then
  echo "  installing ws"
  mkdir -p "$to/node"
  (cd "$to/node" && npm install --no-audit --no-fund --silent ws@8.23.0) || echo "  ws cannot be installed here"
fi
missing=()
for program in slowhttptest curl h2load; do command -v "$program" >/dev/null 2>&1 || missing+=("${program/h2load/nghttp2-client}"); done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "  missing and not installable here: ${missing[*]}"
  exit 0
fi
echo "  installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
