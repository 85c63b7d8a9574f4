#!/usr/bin/env bash
# The steps of the GitHub Action: annotate, write the SARIF log and the results table, exit with the status of the check.
# All inputs are environment variables, so that the name of a branch or folder is never run as a command.
set -euo pipefail

path=${TINYAUDIT_PATH:-.}
options=()
[ -z "${TINYAUDIT_ROUND:-}" ] || options+=(--round "$TINYAUDIT_ROUND")
[ -z "${TINYAUDIT_SUBMITTER:-}" ] || options+=(--submitter "$TINYAUDIT_SUBMITTER")

status=0
tinyaudit check "${options[@]}" --fail-on "${TINYAUDIT_FAIL_ON:-error}" --format github -- "$path" || status=$?
[ "$status" -le 1 ] || exit "$status"
if [ -n "${TINYAUDIT_SARIF:-}" ]; then
    tinyaudit check "${options[@]}" --format sarif --out "$TINYAUDIT_SARIF" --force -- "$path" || [ $? = 1 ]
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    tinyaudit results "${options[@]}" --include-invalid --format markdown -- "$path" >> "$GITHUB_STEP_SUMMARY"
fi
exit "$status"
