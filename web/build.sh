#!/usr/bin/env bash
# Builds the page of the audit: `web/build.sh FILE.html`.
#
# The target comes from rustup; where that cannot be had, a compiler with its library's source comes from Debian's packages,
# which are unpacked into TINYAUDIT_WASM_TOOLS (by default web/target/tools) and installed nowhere.
set -euo pipefail

page=$(realpath -m "${1:?name the page to write}")
cd "$(dirname "$0")"
target=wasm32-unknown-unknown
# What both need is built once for command and page.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../target}
module=$CARGO_TARGET_DIR/$target/release/tinyaudit_web.wasm

# Debian's packages, unpacked into a folder: it is complete or not there.
tools() {
    local tools=${TINYAUDIT_WASM_TOOLS:-target/tools}
    if [ ! -d "$tools" ]; then
        mkdir -p "$tools.part"
        (cd "$tools.part" && apt-get download -o APT::Sandbox::User=root rustc-web libstd-rust-web-dev libstd-rust-web-1.96 \
            rust-web-src libllvm22 lld-19 libllvm19 && for package in *.deb; do dpkg -x "$package" .; done && rm ./*.deb) >&2
        mv "$tools.part" "$tools"
    fi
    (cd "$tools" && pwd)
}

if rustup target add "$target" 2>/dev/null; then
    cargo build --release --locked --target "$target"
elif command -v apt-get >/dev/null; then
    tools=$(tools)
    LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu RUSTC=$tools/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        RUSTFLAGS="-C linker=$tools/usr/bin/wasm-ld-19" \
        cargo build --release --locked --target "$target" -Zbuild-std=std,panic_abort
else
    echo "no compiler for $target is to be had" >&2
    exit 1
fi
cargo run --locked --quiet --example page -- "$module" "$page"
