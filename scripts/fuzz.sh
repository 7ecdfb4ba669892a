#!/usr/bin/env bash
# Runs each fuzz target of the project for FUZZTIME. What it finds is kept in the testdata/fuzz beside the target.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-5s}
said=$(mktemp)
trap 'rm -f "$said"' EXIT
grep -rl --include='*_test.go' '^func Fuzz' internal examples | sort | while read -r file; do
  grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r target; do
    echo "  fuzz $(dirname "$file") $target"
    go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$time" </dev/null >"$said" 2>&1 || { cat "$said"; exit 1; }
  done
done
