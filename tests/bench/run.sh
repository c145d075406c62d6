#!/usr/bin/env bash
# Builds what is installed (release) and measures it: every benchmark, or the one that is named.
#
#   tests/bench/run.sh           all of them
#   tests/bench/run.sh region    one: crypto, evaluations, policy, region
#
# Each prints a table and ends with one line: NAME: figure unit, ratio R of BOUND.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

all=(crypto evaluations policy region)
wanted=("$@")
[ $# -gt 0 ] || wanted=("${all[@]}")
for name in "${wanted[@]}"; do
  case " ${all[*]} " in *" $name "*) ;; *) echo "run.sh: no benchmark $name; there are: ${all[*]}" >&2; exit 2 ;; esac
done

./deploy/setup.sh --tests
mkdir -p build
if ! { cmake --preset release && cmake --build --preset release --target "${wanted[@]/%/_bench}"; } >build/bench-build.log 2>&1; then
  tail -n 30 build/bench-build.log >&2
  echo "run.sh: the build failed; see build/bench-build.log" >&2
  exit 1
fi
for name in "${wanted[@]}"; do
  printf '\n── %s\n' "$name"
  case "$name" in
    region) build/release/bin/region_bench tests/data/region ;;
    *) "build/release/bin/${name}_bench" ;;
  esac
done
