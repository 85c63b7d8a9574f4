#!/usr/bin/env bash
# Builds all fuzz targets as OSS-Fuzz expects: programs, corpora and dictionaries in the folder `OUT`. Needs a nightly toolchain and
# cargo-fuzz, which the images of OSS-Fuzz have. It can be run anywhere: `OUT=/tmp/fuzzers fuzz/oss-fuzz.sh`.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${OUT:?names the folder for the programs}"

mkdir -p "$OUT"
cargo +nightly fuzz build --release --debug-assertions
built=fuzz/target/$(rustc -vV | sed -n 's/^host: //p')/release
for target in $(cargo +nightly fuzz list); do
    cp "$built/$target" "$OUT/$target"
    cp fuzz/words.dict "$OUT/$target.dict"
    printf '[libfuzzer]\nmax_len = 8192\ntimeout = 30\n' > "$OUT/$target.options"
    (cd "fuzz/corpus/$target" && python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" ./*)
done
