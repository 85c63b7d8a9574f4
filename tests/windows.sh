#!/usr/bin/env bash
# Builds the program for Windows and runs it with wine next to the native one: reports, tables, packages and sessions must be
# the same bytes. `tests/windows.sh [PROGRAM]`; the default is the program that `cargo test` built.
#
# The target comes from rustup. If rustup does not have it, Debian packages with a compiler and the source of its library are
# unpacked into TINYAUDIT_WINDOWS_TOOLS (default: target/windows-tools). MinGW links, wine runs.
set -euo pipefail
cd "$(dirname "$0")/.."

skipped() {
    echo "Windows is skipped: $1"
    exit 0
}

here=$(realpath "${1:-target/debug/tinyaudit}")
target=x86_64-pc-windows-gnu
wine=/usr/lib/wine/wine64
if { ! command -v x86_64-w64-mingw32-gcc || [ ! -x "$wine" ]; } >/dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || skipped "MinGW or wine is not installed"
    { apt-get update && apt-get install -y --no-install-recommends gcc-mingw-w64-x86-64-posix wine64; } >/dev/null 2>&1 ||
        skipped "MinGW or wine is not available"
fi

# Without debug information, which makes the build faster.
build=(cargo build --locked --bin tinyaudit --target "$target" --config profile.dev.debug=false)
if rustup target add "$target" >/dev/null 2>&1; then
    "${build[@]}"
else
    tools=${TINYAUDIT_WINDOWS_TOOLS:-target/windows-tools}
    if [ ! -d "$tools" ]; then
        rm -rf "$tools.part" && mkdir -p "$tools.part"
        (cd "$tools.part" && apt-get download -o APT::Sandbox::User=root rustc-web libstd-rust-web-dev libstd-rust-web-1.96 \
            rust-web-src libllvm22 && for package in *.deb; do dpkg -x "$package" .; done && rm ./*.deb) >/dev/null 2>&1 ||
            skipped "no compiler is available"
        mv "$tools.part" "$tools"
    fi
    tools=$(realpath "$tools")
    LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu RUSTC=$tools/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        "${build[@]}" -Zbuild-std=std,panic_unwind
fi

# Each program runs in its own folder with a copy of the input.
work=$(mktemp -d)
export WINEDEBUG=-all WINEPREFIX="$work/wine"
# Ends processes that still run in wine.
trap '"${wine%64}server" -k 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/program" "$work/here" "$work/there"
cp "${CARGO_TARGET_DIR:-target}/$target/debug/tinyaudit.exe" "$work/program"
for folder in here there; do cp -r fixtures/submission "$work/$folder/mine"; done
# Old versions of wine lack the library for random numbers.
cat > "$work/random.c" <<'END'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, size); }
END
x86_64-w64-mingw32-gcc -shared -o "$work/program/bcryptprimitives.dll" "$work/random.c" -ladvapi32

there() { (cd "$work/there" && timeout 300 "$wine" "$work/program/tinyaudit.exe" "$@"); }
here() { (cd "$work/here" && "$here" "$@"); }

# wine makes its configuration with the first program, which can fail and then says nothing about tinyaudit. Its server stays, so
# that no program meets one that is ending.
for _ in 1 2 3; do
    rm -rf "$WINEPREFIX"
    "${wine%64}server" -p >/dev/null 2>&1 || true
    there --version > "$work/there.out" 2>/dev/null && started=1 && break
    "${wine%64}server" -k 2>/dev/null || true
done
[ -n "${started:-}" ] || skipped "wine runs no program here"
failed=0
# Output and exit code must be equal; paths in the arguments have `/` here and `\` on Windows.
both() {
    local code=0 other=0
    here "$@" > "$work/here.out" 2> "$work/here.err" || code=$?
    there "${@//\//\\}" > "$work/there.out" 2> "$work/there.err" || other=$?
    if [ "$code" = "$other" ] && cmp -s "$work/here.out" "$work/there.out"; then return; fi
    echo "\`tinyaudit $*\` differs: exit code $code and $other"
    diff <(cat "$work/here.out" "$work/here.err") <(cat "$work/there.out" "$work/there.err") | head -20
    failed=1
}
expect() {
    local words=$1
    shift
    there "$@" > "$work/there.out" 2>&1 && failed=1
    if ! grep -qF -- "$words" "$work/there.out"; then
        echo "\`tinyaudit $*\` should say: $words"
        cat "$work/there.out"
        failed=1
    fi
}

for format in text json jsonl sarif junit github html; do both check --round v1.3 --format "$format" mine; done
for format in json csv xlsx html markdown official-csv; do
    both results --round v1.3 mine --format "$format" --out "results.$format"
done
both package mine --round v1.3 --out mine.zip
cp "$work/here/mine.zip" "$work/there/of-linux.zip"
there verify of-linux.zip >/dev/null || failed=1
cp "$work/here/mine.zip" "$work/here/of-linux.zip"
both explain accuracy-mismatch
printf 'fail-on = "note"\r\nround = "v1.3"\r\n' | tee "$work/here/tinyaudit.toml" > "$work/there/tinyaudit.toml"
both check mine
rm "$work"/*here/tinyaudit.toml

both run --profile cortex-m4-reference --benchmark kws --mode performance --round v1.3 --into measured
for folder in new/a; do
    here init "$folder" --round v1.3 --division closed --submitter Co --system board --benchmark kws > "$work/here.out"
    there init "${folder//\//\\}" --round v1.3 --division closed --submitter Co --system board --benchmark kws > "$work/there.out"
    diff <(tr / '\\' < "$work/here.out") "$work/there.out" || failed=1
done
both import measured --system board --into new/a/closed/Co --round v1.3
chmod -w "$work"/*here/new/a/closed/Co/results/board/kws/performance/*
both import measured --replace --system board --into new/a/closed/Co --round v1.3
both fix new/a
expect 'is a reserved name on Windows' init new --round v1.3 --division closed --submitter nul --system board --benchmark kws
expect 'use TCP instead' simulate --profile fpga --benchmark ic --device COM3
expect 'COM3 cannot be opened' run --port COM3 --benchmark sww --mode performance --into nothing
expect '[::1]' run --port tcp:192.0.2.1:5000 --benchmark sww --mode performance --into nothing

# The program for Windows simulates, and measures over TCP.
there simulate --profile cortex-m4-reference --benchmark sww --speed 100 --board tcp:127.0.0.1:0 2> "$work/ready" &
for _ in $(seq 200); do grep -q ready "$work/ready" && break; sleep 0.1; done
port=$(tr -d '\r' < "$work/ready" | sed -n 's/^ready: //p')
there run --board "$port" --benchmark sww --mode performance --round v1.3 --into over-tcp > "$work/there.out" 2>&1 || failed=1
grep -q 'words missed' "$work/there.out" || { cat "$work/ready" "$work/there.out"; failed=1; }
here run --board "$port" --benchmark sww --mode performance --round v1.3 --into over-tcp > "$work/here.out" 2>&1 || failed=1
rm -rf "$work"/*here/over-tcp

diff -r "$work/here" "$work/there" || failed=1
[ "$failed" = 0 ] || exit 1
echo "Reports, tables, packages and sessions have the same bytes on Windows"
