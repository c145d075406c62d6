#!/usr/bin/env bash
# The gate: sets the machine up, builds, and passes every test.
#
#   tests/run.sh            the gate: format, build, all unit and functional tests
#   tests/run.sh --full     and the long ones: the tests again under AddressSanitizer with
#                           UndefinedBehaviorSanitizer and under ThreadSanitizer, ten minutes of
#                           each fuzz target (SLUIS_FUZZ_SECONDS for another time), and clang-tidy
#   tests/run.sh -R NAME    options of ctest's are passed on
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

full=no
if [ "${1:-}" = --full ]; then full=yes; shift; fi

./deploy/setup.sh --tests

say() { printf '\n== %s\n' "$*"; }
sources() { git ls-files '*.cpp' '*.hpp'; }

say "format"
sources | tr '\n' '\0' | xargs -0 clang-format-14 --dry-run --Werror

# Compiling Beast takes most of a gigabyte; a small machine is given fewer jobs than processors.
memory_kb=$(awk '/MemAvailable/ {print $2}' /proc/meminfo)
jobs=$(nproc)
[ $((memory_kb / 1500000)) -ge "$jobs" ] || jobs=$((memory_kb / 1500000 > 0 ? memory_kb / 1500000 : 1))

run_preset() {  # preset, then options for ctest
  local preset=$1; shift
  say "build ($preset)"
  mkdir -p build
  cmake --preset "$preset" >"build/configure-$preset.log" 2>&1 ||
    { cat "build/configure-$preset.log" >&2; exit 1; }
  cmake --build --preset "$preset" -j "$jobs"
  say "test ($preset)"
  ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@"
}

if [ $full = yes ]; then
  run_preset asan "$@"
  run_preset tsan "$@"
  export SLUIS_FUZZ_SECONDS="${SLUIS_FUZZ_SECONDS:-600}"
fi
run_preset dev "$@"
if [ $full = yes ]; then
  say "clang-tidy"
  ./tests/tidy.sh dev "$jobs"
  say "clean"
  ctest --test-dir build/dev -N "$@" | tail -n 1
fi
