#!/usr/bin/env bash
# Builds the published program for each TARGET (default: static Linux for this machine's architecture) into dist/, with its
# digest, under the name that `cargo binstall` expects. Adds manual pages and completions if the program runs on this machine.
# `web/build.sh` builds the web page.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# -gt 0 ] || set -- "$(uname -m)-unknown-linux-musl"
digest=(sha256sum)
command -v sha256sum >/dev/null || digest=(shasum -a 256)

mkdir -p dist
for target; do
    # The binary must run on a machine where nothing else is installed.
    ending=
    case $target in
    *-windows-msvc) ending=.exe RUSTFLAGS="-C target-feature=+crt-static" ;;
    *-windows-*) ending=.exe RUSTFLAGS= ;;
    *) RUSTFLAGS= ;;
    esac
    export RUSTFLAGS
    if command -v rustup >/dev/null; then rustup target add "$target"; fi
    cargo build --profile dist --locked --target "$target"
    name="tinyaudit-$target$ending"
    cp "${CARGO_TARGET_DIR:-target}/$target/dist/tinyaudit$ending" "dist/$name"
    (cd dist && "${digest[@]}" "$name" > "$name.sha256")
    if "dist/$name" man dist/man 2>/dev/null; then
        for shell in bash zsh fish powershell; do "dist/$name" completions "$shell" > "dist/tinyaudit.$shell"; done
    fi
done
