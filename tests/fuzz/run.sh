#!/usr/bin/env bash
# One fuzz target: first its seeds, each of which must be taken or refused as its name says, so that
# a target that no longer reaches its decoder is noticed; then new inputs for a while.
#
#   run.sh PROGRAM NAME          SLUIS_FUZZ_SECONDS=10 seconds of them
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 name=$2 seconds=${SLUIS_FUZZ_SECONDS:-10}
corpus=$here/corpus/$name

# What it finds stays outside the sources: inputs that reach new code, and those that end it.
found=$(dirname "$program")/../tests/fuzz/found/$name
mkdir -p "$found/inputs" "$found/crashes"
found=$(cd "$found" && pwd)

seeds_are() {  # accepted|refused, then the seeds; each is run, some twice, to look for leaks
  local want=$1 count said
  shift
  said=$("$program" -artifact_prefix="$found/crashes/" "$@" 2>&1) || {
    printf '%s\n' "$said"
    echo "a seed ends fuzz_$name: run $program with each of $corpus"
    exit 1; }
  read -r _ count _ all _ <<<"$(grep -a '^accepted [0-9]* of [0-9]* inputs$' <<<"$said")"
  [ "$want" = accepted ] && [ "$count" -eq "$all" ] && return
  [ "$want" = refused ] && [ "$count" -eq 0 ] && return
  echo "$count of $all were accepted: not all of these are $want any more."
  printf '  %s\n' "$@"
  echo "Has the format changed? README.md in $here says how to make the seeds again."
  exit 1
}
seeds_are accepted "$corpus"/good-*
seeds_are refused "$corpus"/bad-*

# Few changes at a time: what is changed in many places at once is refused at the first.
options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -mutate_depth=2
  -print_final_stats=1 -artifact_prefix="$found/crashes/")
dictionary=$here/dictionaries/$name.dict
[ ! -e "$dictionary" ] || options+=(-dict="$dictionary")
"$program" "${options[@]}" "$found/inputs" "$corpus" || {
  echo
  echo "fuzz_$name was ended by an input, which is kept where \"Test unit written to\" says. To see it again:"
  echo "    $program $found/crashes/…"
  exit 1; }
