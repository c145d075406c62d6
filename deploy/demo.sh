#!/usr/bin/env bash
# A whole region on this machine: six gateways, the region's signals in, matches out, audit logs
# verified. Real processes, real TLS, real databases; invented people.
#
#   deploy/demo.sh               everything, from an empty Debian 12 to the summary
#   deploy/demo.sh --keep        leaves the gateways running and says how to talk to them
#   deploy/demo.sh --data DIR    other data, of the form of tests/data/region
#   deploy/demo.sh --reveal 3    contents open only after three partners have signalled
#
# Exit status: 0 when matches and answers are what DATA/expect says and every log verifies; 1 when
# they differ or something failed; 2 for an option that there is not.
set -euo pipefail
started=$SECONDS
usage() { sed -n '2,/^set/p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//;/^set/d'; }

keep=no; data=; reveal=2
while [ $# -gt 0 ]; do
  case "$1" in
    --keep) keep=yes ;;
    --data) [ $# -ge 2 ] || { echo "demo.sh: --data needs a folder" >&2; exit 2; }; data=$(realpath -m -- "$2"); shift ;;
    --reveal) [ $# -ge 2 ] || { echo "demo.sh: --reveal needs 2 or 3" >&2; exit 2; }; reveal=$2; shift ;;
    -h|--help) usage; exit 0 ;;
    *) echo "demo.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
[ -n "$data" ] || data=$root/tests/data/region
for part in signals queries.jsonl expect/matches.jsonl expect/queries.jsonl expect/open.jsonl; do
  [ -e "$data/$part" ] || { echo "demo.sh: $data has no $part; a data folder has the form of tests/data/region" >&2; exit 1; }
done

say() { printf '\n── %s\n' "$*"; }

say "Setting up and building (the first time takes minutes; later, seconds)"
./deploy/setup.sh
build=$root/build/release
mkdir -p build
if ! { cmake --preset release && cmake --build --preset release --target sluisd sluis; } >build/demo-build.log 2>&1; then
  tail -n 40 build/demo-build.log >&2
  echo "demo.sh: the build failed; the whole of it is in build/demo-build.log" >&2
  exit 1
fi
sluis=$build/bin/sluis
signals=$(cat "$data"/signals/*.jsonl | wc -l)
built=$SECONDS

region=$root/build/demo-region
if [ -d "$region" ]; then
  "$sluis" region stop "$region" >/dev/null 2>&1 || true
  rm -rf -- "$region"
fi
finish() {
  status=$?
  trap - EXIT
  if [ "$keep" = no ] || [ $status -ne 0 ]; then "$sluis" region stop "$region" >/dev/null 2>&1 || true; fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

say "Making the region: six organisations, each with its own keys, certificate, policy and database"
# Twice what the data needs, at three linkage keys a signal, so that it can be sent again today.
budget=$((signals * 6 > 20000 ? signals * 6 : 20000))
"$sluis" region create "$region" --reveal "$reveal" --evaluations-per-day "$budget"
"$sluis" region start "$region"

say "Sending the signals, all organisations at once"
sending=$SECONDS
senders=()
for file in "$data"/signals/*.jsonl; do
  partner=$(basename "$file" .jsonl)
  "$sluis" send "$file" --region "$region" --as "$partner" >"$region/send-$partner.txt" 2>&1 &
  senders+=("$!:$partner")
done
failed=
for sender in "${senders[@]}"; do
  wait "${sender%%:*}" || failed="$failed ${sender#*:}"
done
for sender in "${senders[@]}"; do cat "$region/send-${sender#*:}.txt"; done
[ -z "$failed" ] || { echo "demo.sh: not every signal was accepted:$failed" >&2; exit 1; }
"$sluis" region wait "$region"
sent=$SECONDS

say "What the Zorg- en Veiligheidshuis now sees, against what must follow from the data"
different=0
"$sluis" matches --region "$region" --as zvh --limit 3
"$sluis" region compare "$region" "$data" --reveal "$reveal" || different=1

say "Verifying every organisation's audit log, offline, as a privacy officer would"
"$sluis" audit verify --region "$region" || different=1

say "Summary"
cat <<TEXT
  $signals signals from ${#senders[@]} organisations were pseudonymised together by three of them, closed,
  and delivered in $((sent - sending)) s. No organisation, and no database, holds a name or BSN that it
  did not have before. The Zorg- en Veiligheidshuis sees the content of a signal only where at
  least $reveal organisations signalled the same person. All of it is in each organisation's own log.
  Time: $((SECONDS - built)) s after building, $((SECONDS - started)) s in all.
TEXT
if [ $different -ne 0 ]; then
  echo "demo.sh: something is not as it must be; the lines above name the first of it" >&2
  exit 1
fi
if [ "$keep" = yes ]; then
  address=$(sed -n 's/.*"api": "\(.*\)".*/\1/p' "$region/zvh/settings.json")
  cat <<TEXT

  The gateways are running. Talk to them:
    alias sluis='$sluis'
    sluis region status "$region"
    sluis matches --region "$region" --as zvh
    head -n 1 "$data/queries.jsonl" | sluis query --region "$region" --as zvh -
    curl --cacert "$region/ca/ca.crt" -H "Authorization: Bearer \$(cat "$region/clients/zvh.token")" \\
         "https://$address/v1/matches?limit=1"
    sluis region stop "$region"
TEXT
fi
