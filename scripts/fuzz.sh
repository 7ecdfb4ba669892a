#!/usr/bin/env bash
# Runs each fuzz target of the project for FUZZTIME. What it finds is kept in the testdata/fuzz beside the target.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-5s}
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# The time may run out while the fuzzer tries an input; it then ends with "context deadline exceeded" and has found nothing. A
# crash writes its input, and is told at once.
fuzz() {
  local try
  for try in 1 2 3; do
    go test "./$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" </dev/null >"$said" 2>&1 && return 0
    if grep -q 'Failing input written' "$said" || ! grep -q 'context deadline exceeded' "$said"; then
      return 1
    fi
    echo "    its time ran out within an input (try $try of 3)"
  done
  return 1
}
grep -rl --include='*_test.go' '^func Fuzz' internal examples | sort | while read -r file; do
  grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r target; do
    echo "  fuzz $(dirname "$file") $target"
    fuzz "$(dirname "$file")" "$target" || { cat "$said"; exit 1; }
  done
done
