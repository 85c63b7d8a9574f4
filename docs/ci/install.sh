#!/usr/bin/env bash
# Installs the published program for the GitHub Action, and checks its digest; without one, the wheel. Nothing is compiled.
set -euo pipefail

case $(uname -s)-$(uname -m) in
Linux-x86_64) target=x86_64-unknown-linux-musl ;;
Linux-aarch64) target=aarch64-unknown-linux-musl ;;
Darwin-arm64) target=aarch64-apple-darwin ;;
Darwin-x86_64) target=x86_64-apple-darwin ;;
MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-msvc ;;
*) target= ;;
esac
ending=
[ "${target%-windows-msvc}" = "$target" ] || ending=.exe
# A branch, a commit or a major version names no release; the version of the action's own copy does.
version=${TINYAUDIT_VERSION:-}
case $version in
v[0-9]*.[0-9]*.[0-9]*) ;;
*) version=v$(sed -n 's/^version = "\(.*\)"$/\1/p' "$TINYAUDIT_ACTION/Cargo.toml" | head -n 1) ;;
esac
folder=${RUNNER_TEMP:-/tmp}/tinyaudit
mkdir -p "$folder"
name=tinyaudit-$target$ending
digest=(sha256sum)
command -v sha256sum >/dev/null || digest=(shasum -a 256)
if [ -n "$target" ] && [ -n "${TINYAUDIT_REPOSITORY:-}" ] &&
    gh release download "$version" --repo "$TINYAUDIT_REPOSITORY" --pattern "$name" --pattern SHA256SUMS --dir "$folder" --clobber; then
    (cd "$folder" && grep "[ *]$name\$" SHA256SUMS | "${digest[@]}" --check)
    mv "$folder/$name" "$folder/tinyaudit$ending"
    chmod +x "$folder/tinyaudit$ending"
    echo "$folder" >> "$GITHUB_PATH"
else
    python3 -m pip install --quiet "tinyaudit==${version#v}"
fi
