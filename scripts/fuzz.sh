#!/usr/bin/env bash
# Runs each fuzz target of the project for FUZZTIME.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-5s}
grep -rl --include='*_test.go' '^func Fuzz' internal | while read -r file; do
  grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r target; do
    echo "  fuzz $(dirname "$file") $target"
    go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$time" </dev/null >/tmp/banyan-fuzz.$$ 2>&1 || { cat /tmp/banyan-fuzz.$$; exit 1; }
  done
done
rm -f /tmp/banyan-fuzz.$$
