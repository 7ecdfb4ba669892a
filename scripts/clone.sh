#!/usr/bin/env bash
# Tries the README as a stranger: clones what is committed and runs its commands.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
clean() { (cd "$folder/banyan" 2>/dev/null && make demo-down) || true; rm -rf "$folder"; }
trap clean EXIT
git clone -q . "$folder/banyan"
cd "$folder/banyan"
make demo
# Every line of the README's first five minutes, and of the guides' console blocks, that begins with a dollar.
awk '/<!-- commands -->/{on=1;next} /<!-- end -->/{on=0} on && /^\$ /{print substr($0,3)}' README.md > commands.txt
[ -s commands.txt ] || { echo "README.md marks no commands" >&2; exit 1; }
awk '/^```console/{on=1;next} /^```/{on=0} on && /^\$ /{print substr($0,3)}' docs/guides/*.md >> commands.txt
PATH="$PWD/bin:$PATH"
cd examples/shop
while read -r line; do
  echo "\$ $line"
  bash -c "$line" </dev/null > ../../said.txt || { cat ../../said.txt; echo "failed: $line" >&2; exit 1; }
  head -n 40 ../../said.txt
done < ../../commands.txt
cd ../..
make demo-down
