#!/usr/bin/env bash
# Installs what building and running Sluis needs on Debian 12, and nothing twice.
#
#   deploy/setup.sh           what the gateway and the demo need
#   deploy/setup.sh --tests   and what the tests need
#   deploy/setup.sh --check   only says what is missing (exit status 1 if anything is)
set -euo pipefail

build=(g++ cmake ninja-build ccache mold pkg-config git ca-certificates
  libsodium-dev libssl-dev libboost1.81-dev nlohmann-json3-dev libvalijson-dev libicu-dev
  libsqlite3-dev libspdlog-dev libfmt-dev libcli11-dev libp11-kit-dev
  libengine-pkcs11-openssl)
tests=(softhsm2 catch2 clang-format-14 clang-tidy-14 openssl curl sqlite3 python3-minimal
  clang-14 libclang-rt-14-dev valgrind libdecaf-dev gcovr)

wanted=("${build[@]}")
check=no
for option in "$@"; do
  case "$option" in
    --tests)
      wanted+=("${tests[@]}")
      # A Node.js that did not come as a package serves as well.
      command -v npm >/dev/null || wanted+=(nodejs npm) ;;
    --check) check=yes ;;
    *) echo "setup.sh: unknown option $option; see the top of deploy/setup.sh" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: this is not Debian. Sluis is built and tested on Debian 12 (bookworm)." >&2
  exit 1
fi

missing=()
for package in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ $check = yes ]; then
  echo "missing: ${missing[*]}" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: these packages are missing, and installing them needs root or sudo:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "setup: installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update -qq &&
       "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  echo "setup.sh: apt-get could not install them (the lines above say why). Missing: ${missing[*]}" >&2
  exit 1
fi
