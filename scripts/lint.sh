#!/usr/bin/env bash
# gofmt, go vet and golangci-lint, at a fixed version that is built once into bin/.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v2.15.0
# The toolchain's own gofmt: another one on the PATH may be of another version, or missing.
unformatted=$("$(go env GOROOT)/bin/gofmt" -l .)
if [ -n "$unformatted" ]; then
  echo "gofmt would change:" >&2
  echo "$unformatted" >&2
  exit 1
fi
go vet ./...
GOOS=darwin go vet ./...
GOOS=windows go vet ./...
linter=bin/golangci-lint-$version
if [ ! -x "$linter" ]; then
  echo "  building golangci-lint $version"
  GOBIN="$PWD/bin" GOFLAGS=-mod=mod go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
  mv bin/golangci-lint "$linter"
fi
"$linter" run ./...
