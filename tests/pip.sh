#!/usr/bin/env bash
# Builds a wheel, installs it in a new environment, and runs the main job there, as somebody with Python alone would.
# `tests/pip.sh [PROFILE]`; the default is that of development.
set -euo pipefail
cd "$(dirname "$0")/.."

skipped() {
    echo "pip is skipped: $1"
    exit 0
}

python=$(command -v python3) || skipped "Python is not installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/build" 2>/dev/null || skipped "Python has no venv"
"$work/build/bin/pip" install --quiet --disable-pip-version-check 'maturin>=1.7,<2' 2>/dev/null || skipped "maturin is not available"
"$work/build/bin/maturin" build --profile "${1:-dev}" --target-dir "${CARGO_TARGET_DIR:-target}" --out "$work/wheels" \
    --compatibility linux --quiet

"$python" -m venv "$work/new"
"$work/new/bin/pip" install --quiet --disable-pip-version-check --no-index "$work"/wheels/*.whl
# Away from the checkout, whose folders must not be needed.
cp -r fixtures/submission "$work/mine"
cd "$work"
run() { env -i PATH="$work/new/bin" "$@"; }
run tinyaudit check --round v1.3 mine > here
run python -m tinyaudit check --round v1.3 mine > there
cmp here there
grep --quiet '^PASS: 0 errors' here
status=0
run python -m tinyaudit check nowhere 2>/dev/null || status=$?
[ "$status" = 2 ]
[ "$(run python -m tinyaudit --version)" = "$(run tinyaudit --version)" ]
run python -c 'import os, tinyaudit; assert os.access(tinyaudit.program(), os.X_OK)'
echo "pip: the wheel works"
