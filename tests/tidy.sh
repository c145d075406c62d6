#!/usr/bin/env bash
# clang-tidy over the sources that are compiled in a preset's tree; a finding is an error.
#
#   tests/tidy.sh [PRESET] [JOBS]
#
# A file that was clean is not looked at again while what it preprocesses to, the checks and the
# program stay the same: their hash is kept in build/tidy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tree=build/${1:-dev}
jobs=${2:-$(nproc)}
mkdir -p build/tidy

look_at() {  # compile command's folder, source, its options
  local folder=$1 file=$2 options=$3 hash report
  hash=$({ clang-tidy-14 --version; cat .clang-tidy; cd "$folder"; eval "g++ $options -E -P '$file'"; } |
    sha256sum | cut -d' ' -f1)
  [ -e "build/tidy/$hash" ] && return 0
  if report=$(clang-tidy-14 -p "$tree" --quiet "$file" 2>/dev/null); then
    touch "build/tidy/$hash"
  else
    printf '%s\n' "$report"
    return 1
  fi
}
export -f look_at
export tree

python3 - "$tree" <<'PY' | xargs -0 -n 3 -P "$jobs" bash -c 'look_at "$@"' tidy
import json, os, re, shlex, sys
here = os.getcwd() + "/"
for entry in json.load(open(sys.argv[1] + "/compile_commands.json")):
    name = entry["file"]
    if not name.startswith(here) or name.startswith((here + "tests/", here + "build/")):
        continue
    words = shlex.split(entry["command"])
    options = []
    skip = False
    for word in words[1:]:
        if skip or word in ("-c", name) or re.search(r"(g\+\+|c\+\+)$", word):
            skip = False
        elif word == "-o":
            skip = True
        else:
            options.append(shlex.quote(word))
    sys.stdout.write("\0".join([entry["directory"], name, " ".join(options)]) + "\0")
PY
