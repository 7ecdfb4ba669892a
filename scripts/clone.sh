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
# Every line of the README's first five minutes that stands between the marks below.
awk '/<!-- commands -->/{on=1;next} /<!-- end -->/{on=0} on && /^\$ /{print substr($0,3)}' README.md > commands.txt
[ -s commands.txt ] || { echo "README.md marks no commands" >&2; exit 1; }
PATH="$PWD/bin:$PATH"
cd examples/shop
while read -r line; do
  echo "\$ $line"
  bash -o pipefail -c "$line" </dev/null | head -n 40
done < ../../commands.txt
cd ../..
make demo-down
