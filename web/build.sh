#!/usr/bin/env bash
# Builds the web page of the audit: `web/build.sh FILE.html`.
#
# The compiler target comes from rustup. Without rustup, a compiler with the source of its library comes from Debian
# packages, which are unpacked into TINYAUDIT_WASM_TOOLS (default: web/target/tools) and not installed.
set -euo pipefail

page=$(realpath -m "${1:?name the page to write}")
cd "$(dirname "$0")"
target=wasm32-unknown-unknown
# Share build artefacts between the command and the page.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../target}
module=$CARGO_TARGET_DIR/$target/release/tinyaudit_web.wasm

# Downloads and unpacks the Debian packages. The folder is moved into place only when it is complete.
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
    echo "no compiler for $target found; install rustup" >&2
    exit 1
fi
cargo run --locked --quiet --example page -- "$module" "$page"
