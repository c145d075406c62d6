#!/usr/bin/env bash
# Runs the tests of deciding over an instrumented decide.cpp, and fails unless every branch of it was
# taken. Edges that only an exception takes do not count.
#
#   coverage.sh PROGRAM OBJECTS SOURCES
set -euo pipefail
program=$1 objects=$2 sources=$3
find "$objects" -name '*.gcda' -delete
"$program" '[decide]' >/dev/null
cd "$sources"  # gcovr takes a filter from where it runs
told=$(gcovr --root . --filter 'policy/decide\.cpp' --exclude-throw-branches \
  --exclude-unreachable-branches --branches --fail-under-branch 100 "$objects") || {
  echo "$told" >&2
  exit 1
}
echo "$told"
# A report about nothing has no branch that was missed.
grep -q '^policy/decide\.cpp ' <<<"$told" || { echo "coverage.sh: decide.cpp is not in it" >&2; exit 1; }
