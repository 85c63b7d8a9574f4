#!/usr/bin/env bash
# Builds static Linux binaries and the page into dist/, each with its digest, manual pages and completions.
set -euo pipefail
cd "$(dirname "$0")/../.."

mkdir -p dist
for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
    rustup target add "$target"
    cargo build --release --locked --target "$target"
    cp "target/$target/release/tinyaudit" "dist/tinyaudit-$target"
done
dist/tinyaudit-"$(uname -m)"-unknown-linux-musl man dist/man
for shell in bash zsh fish; do dist/tinyaudit-"$(uname -m)"-unknown-linux-musl completions "$shell" > "dist/tinyaudit.$shell"; done
web/build.sh "$PWD/dist/tinyaudit-web.html"
(cd dist && sha256sum tinyaudit-* > SHA256SUMS)
