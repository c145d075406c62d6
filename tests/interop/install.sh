#!/usr/bin/env bash
# Puts the clients of this folder into FOLDER, with the libraries that their lock files pin. Nothing
# is written here, and no script of a package runs.
#
#   tests/interop/install.sh FOLDER
set -euo pipefail
[ $# -eq 1 ] || { echo "install.sh: it takes one folder" >&2; exit 2; }
mkdir -p -- "$1"
folder=$(realpath -- "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"

for program in node npm; do
  command -v "$program" >/dev/null || {
    echo "interop: there is no $program here, so nothing was compared with other implementations;" \
      "deploy/setup.sh --tests installs it" >&2
    exit 1
  }
done
node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' || {
  echo "interop: node $(node --version) is too old; the clients need 18 or newer" >&2
  exit 1
}

cp -- ./*.mjs "$folder/"
for library in noble cloudflare; do
  mkdir -p -- "$folder/$library"
  cp -- "$library"/*.mjs "$library"/package.json "$library"/package-lock.json "$folder/$library/"
  log=$folder/$library/npm.log
  if ! (cd "$folder/$library" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund \
    --fetch-retries=3 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000) >"$log" 2>&1; then
    tail -n 15 -- "$log" >&2
    echo "interop: npm could not install the packages of tests/interop/$library (the lines above say" \
      "why: is the registry reachable?), so nothing was compared with other implementations" >&2
    exit 1
  fi
done
