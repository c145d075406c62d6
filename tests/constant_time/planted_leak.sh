#!/usr/bin/env bash
# Passes where memcheck finds the planted branch, names it, and finds nothing else.
#   planted_leak.sh valgrind OPTION… PROGRAM
set -euo pipefail

status=0
said=$("$@" 2>&1) || status=$?
printf '%s\n' "$said"
[ "$status" -eq 9 ] || { echo "planted_leak: status $status, want 9 of valgrind" >&2; exit 1; }
grep -q 'Conditional jump or move depends on uninitialised value' <<<"$said" &&
  grep -q 'planted_branch' <<<"$said" || { echo "planted_leak: it was not named" >&2; exit 1; }
grep -q '^a planted leak: 1 reports$' <<<"$said" &&
  grep -q 'ERROR SUMMARY: 1 errors' <<<"$said" || { echo "planted_leak: another number of reports" >&2; exit 1; }
