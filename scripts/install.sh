#!/bin/sh
# Installs Banyan from a folder or a URL that holds what `make release` wrote: takes the archive of this machine, compares its
# SHA-256 with SHA256SUMS, and puts the binary, completions and manual pages below a prefix. Needs a shell, tar, and sha256sum or
# shasum; curl for a URL. It asks nothing, runs nothing of what it fetched, and writes nothing unless the sum is right.
set -eu

# There is no public address of releases yet; --from is needed until there is one.
RELEASES=''

from=$RELEASES to=$HOME/.local only='' dry='' remove=''
fail() {
  echo "install.sh: $1" >&2
  exit 1
}
usage() {
  cat <<'TEXT'
Install Banyan.

  sh install.sh --from FOLDER_OR_URL [--to PREFIX] [--version VERSION] [--dry-run]
  sh install.sh --remove [--to PREFIX]

  --from       where SHA256SUMS and the archives lie
  --to         the prefix to install below; ~/.local when it is not given
  --version    the version, where several lie there
  --dry-run    say what would be done, and write nothing
  --remove     remove what an earlier run installed
TEXT
}
while [ $# -gt 0 ]; do
  case $1 in
    --from | --to | --version)
      [ $# -ge 2 ] || fail "$1 takes a value"
      case $1 in --from) from=$2 ;; --to) to=$2 ;; --version) only=$2 ;; esac
      shift
      ;;
    --dry-run) dry=1 ;;
    --remove) remove=1 ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) fail "there is no option $1; --help lists them" ;;
  esac
  shift
done

list=$to/share/doc/banyan/installed
if [ -n "$remove" ]; then
  [ -f "$list" ] || fail "nothing was installed below $to by this script"
  while read -r path; do
    case $path in *..* | /*) fail "$list names $path, which this script did not write" ;; esac
    rm -f "$to/$path"
  done <"$list"
  rm -f "$list"
  rmdir "$to/share/doc/banyan" 2>/dev/null || true
  echo "removed Banyan from $to; banyan purge --user removes what it kept for you"
  exit 0
fi

[ -n "$from" ] || fail "there is no public address of releases yet: name the folder or the URL with --from"
case $(uname -s) in
  Linux) system=linux ;;
  Darwin) system=darwin ;;
  *) fail "there is no archive for $(uname -s) here; on Windows unpack the .zip" ;;
esac
case $(uname -m) in
  x86_64 | amd64) arch=amd64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) fail "there is no binary for the processor $(uname -m)" ;;
esac
if command -v sha256sum >/dev/null 2>&1; then
  sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
elif command -v shasum >/dev/null 2>&1; then
  sum() { shasum -a 256 <"$1" | cut -d ' ' -f 1; }
else
  fail "neither sha256sum nor shasum is here, and nothing is installed unchecked"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
fetch() {
  case $from in
    *://*@*) fail "$from has a name or password before its host" ;; # http://localhost:80@elsewhere is elsewhere
    https://*) curl -fsSL --proto '=https' "${from%/}/$1" -o "$work/$1" || fail "$from has no $1" ;; # wherever it leads
    http://127.0.0.1:* | http://localhost:*) curl -fsS --proto '=http' "${from%/}/$1" -o "$work/$1" || fail "$from has no $1" ;;
    *://*) fail "$from is neither https nor this machine" ;;
    *) cp "$from/$1" "$work/$1" 2>/dev/null || fail "$from has no $1" ;;
  esac
}

fetch SHA256SUMS
found=$(grep "  banyan_${only:-[^_ /]*}_${system}_${arch}\.tar\.gz\$" "$work/SHA256SUMS" || true)
[ -n "$found" ] || fail "$from has no archive ${only:+of version $only }for $system on $arch"
[ "$(echo "$found" | wc -l)" -eq 1 ] || fail "several versions lie there: name one with --version"
want=${found%% *} archive=${found##* }
fetch "$archive"
got=$(sum "$work/$archive")
[ "$got" = "$want" ] || fail "$archive is not what SHA256SUMS says: $got, not $want; nothing was installed"

folder=$work/${archive%.tar.gz}
tar -xzf "$work/$archive" -C "$work"
[ -f "$folder/banyan" ] || fail "$archive holds no binary"
: >"$work/installed"
# record adds what was written to what an earlier run wrote: --remove then finds all of it, after a failure too.
record() {
  mkdir -p "$to/share/doc/banyan"
  [ ! -f "$list" ] || cat "$list" >>"$work/installed"
  sort -u "$work/installed" >"$list.new$$" && mv -f "$list.new$$" "$list"
}
unwritten() { # path below the prefix
  rm -f "$to/$1.new$$"
  record || true
  fail "$to/$1 cannot be written; what was installed before it can be removed with --remove"
}
put() { # mode, file, path below the prefix
  [ -f "$2" ] || return 0
  if [ -n "$dry" ]; then
    echo "would write $to/$3"
    return 0
  fi
  mkdir -p "$to/$(dirname "$3")" || unwritten "$3"
  # A binary that runs is replaced, not written to.
  { cp "$2" "$to/$3.new$$" && chmod "$1" "$to/$3.new$$" && mv -f "$to/$3.new$$" "$to/$3"; } || unwritten "$3"
  echo "$3" >>"$work/installed"
}
put 755 "$folder/banyan" bin/banyan
put 644 "$folder/completions/banyan.bash" share/bash-completion/completions/banyan
put 644 "$folder/completions/_banyan" share/zsh/site-functions/_banyan
put 644 "$folder/completions/banyan.fish" share/fish/vendor_completions.d/banyan.fish
for page in "$folder"/man/*.1; do put 644 "$page" "share/man/man1/$(basename "$page")"; done
put 644 "$folder/LICENSE" share/doc/banyan/LICENSE
[ -n "$dry" ] && exit 0
record || fail "$list cannot be written"
echo "installed $archive below $to; its SHA-256 is that of SHA256SUMS"
case :$PATH: in
  *":$to/bin:"*) ;;
  *) echo "$to/bin is not on your PATH: export PATH=\"$to/bin:\$PATH\"" ;;
esac
