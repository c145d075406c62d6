#!/usr/bin/env bash
# `sluis policy` as its users run it, over the templates of deploy/policies.
#
#   commands.sh PROGRAM TEMPLATES
set -euo pipefail
sluis=$1 templates=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
words=(--directory "$templates/regio.json" --day 2026-11-23)
fail() { echo "commands.sh: $*" >&2; exit 1; }
ends_with() {  # status, command...
  local wanted=$1 got=0; shift
  "$@" >"$work/out" 2>"$work/err" || got=$?
  [ $got -eq "$wanted" ] || { cat "$work/out" "$work/err" >&2; fail "$* ended with $got, not $wanted"; }
}
says() { grep -qF -- "$1" "$work/out" "$work/err" || { cat "$work/out" "$work/err" >&2; fail "does not say: $1"; }; }

# check: a malformed policy, with line, column and what was meant; a warning only under --strict
sed 's/"severityAtLeast": "hoog"/"severityAtLeest": "hoog"/' "$templates/ggz.json" >"$work/wrong.json"
ends_with 1 "$sluis" policy check "$work/wrong.json" "${words[@]}"
says 'line '; says 'did you mean "severityAtLeast"?'
sed 's/"until": "[^"]*"//; s/"revealAfterPartners": 2/"revealAfterPartners": 9/' "$templates/ggz.json" >"$work/high.json"
ends_with 0 "$sluis" policy check "$work/high.json" "${words[@]}"
says 'warning: never-applies (ggz-zvh-verward-gedrag)'
ends_with 1 "$sluis" policy check "$work/high.json" "${words[@]}" --strict
sed 's/"keep": "P90D"/"keep": "P3Y"/' "$templates/ggz.json" >"$work/long.json"
ends_with 1 "$sluis" policy check "$work/long.json" "${words[@]}" --json
says '"code": "keep-too-long"'
ends_with 5 "$sluis" policy check "$work/nothing.json" "${words[@]}"
ends_with 2 "$sluis" policy check "$templates/ggz.json"

# explain: the whole document, and one question
ends_with 0 "$sluis" policy explain "$templates/ggz.json" "${words[@]}"
says 'Wij delen met Zorg- en Veiligheidshuis signalen over Verward gedrag met een hoog risico'
ends_with 0 "$sluis" policy explain "$templates/ggz.json" "${words[@]}" --language en
says 'Forbidden, whatever another rule permits'
cat >"$work/question.json" <<'Q'
{ "direction": "send", "partner": "zvh", "theme": "verward-hoog-risico-gedrag", "severity": "midden",
  "purpose": "persoonsgerichte-aanpak", "identifiers": ["bsn"] }
Q
ends_with 0 "$sluis" policy explain "$templates/ggz.json" "${words[@]}" --question "$work/question.json"
says 'severity-too-low'; says 'Het beleid deelt dit pas bij een hogere ernst.'

# compare: all six
ends_with 0 "$sluis" policy compare "$templates"/{veilig-thuis,ggz,politie,gemeente,ggd,zvh}.json "${words[@]}" --html "$work/gaps.html"
says 'sluit aan'; says 'gevraagd, niet aangeboden'
grep -q '<table>' "$work/gaps.html" || fail "no table in the page"
! grep -qE 'https?://|<script' "$work/gaps.html" || fail "the page needs more than itself"
ends_with 5 "$sluis" policy compare "$templates/ggz.json" "$templates/ggz.json" "${words[@]}"
ends_with 0 "$sluis" policy compare "$templates"/{veilig-thuis,ggz,politie,gemeente,ggd,zvh}.json "${words[@]}" --json
python3 - "$work/out" <<'P' || fail "not the gap table as JSON"
import json, sys
table = json.load(open(sys.argv[1]))
assert len(table["organisations"]) == 6, table["organisations"]
states = {"agreed", "not-accepted", "not-offered", "forbidden"}
for gap in table["gaps"]:
    assert gap["state"] in states and gap["from"] != gap["to"], gap
    assert (gap["state"] == "agreed") <= (gap["offered"] and gap["accepted"]), gap
    for each in gap["differences"]:
        assert each["nl"] and each["en"], gap
agreed = [g for g in table["gaps"] if (g["theme"], g["from"], g["to"]) == ("verward-hoog-risico-gedrag", "ggz", "zvh")]
assert agreed and agreed[0]["offers"] == ["ggz-zvh-verward-gedrag"], agreed
P

# test: a case that fails
sed 's/"rule": "ggz-vt-geweld"/"rule": "another"/' "$templates/cases/ggz.json" >"$work/cases.json"
ends_with 1 "$sluis" policy test "$templates/ggz.json" --cases "$work/cases.json" "${words[@]}"
says 'expected: permit by another'; says '7 of 8 cases passed'

# key, sign: comments stay, and the file is a policy still
ends_with 0 "$sluis" policy key "$work/officer.json"
[ "$(stat -c %a "$work/officer.json")" = 600 ] || fail "others may read a policy key"
ends_with 5 "$sluis" policy key "$work/officer.json"
cp "$templates/ggz.json" "$work/signed.json"
ends_with 0 "$sluis" policy sign "$work/signed.json" --key "$work/officer.json"
ends_with 0 "$sluis" policy sign "$work/signed.json" --key "$work/officer.json"
says 'signed version 1'
[ "$(grep -c '"signature":' "$work/signed.json")" = 1 ] || fail "not one signature"
[ "$(grep -c '//' "$work/signed.json")" = "$(grep -c '//' "$templates/ggz.json")" ] || fail "comments are gone"
ends_with 0 "$sluis" policy check "$work/signed.json" "${words[@]}" --strict

# simulate: a log of three records, as tiles have it; then with that of the year before
cat >"$work/log.py" <<'P'
import base64, json, os, sys
root, origin, records = sys.argv[1], sys.argv[2], json.load(sys.stdin)
os.makedirs(f"{root}/tile/entries/000.p")
code = lambda size: base64.b64encode(bytes(size)).decode()
with open(f"{root}/checkpoint", "w") as note:
    note.write(f"{origin}\n{len(records)}\n{code(32)}\n\n\u2014 {origin} {code(68)}\n")
with open(f"{root}/tile/entries/000.p/{len(records)}", "wb") as bundle:
    for record in records:
        text = json.dumps(record).encode()
        bundle.write(len(text).to_bytes(2, "big") + text)
P
python3 "$work/log.py" "$work/logs/2026" sluis.test/2026 <<'J'
[
    {"id": "1", "action": "envelope.receive", "outcome": "permit", "at": "2026-11-01T09:00:00.000Z",
     "counterparty": "ggz", "purpose": "persoonsgerichte-aanpak",
     "legalBasis": "wgbo-conflict-van-plichten", "rule": "zvh-neemt-verward-gedrag-aan"},
    {"id": "2", "action": "person.query", "outcome": "permit", "at": "2026-11-01T09:00:00.000Z",
     "actor": {"id": "r", "role": "procesregisseur"}, "purpose": "persoonsgerichte-aanpak",
     "rule": "zvh-procesregisseur-vraagt"},
    {"id": "3", "action": "match.begin", "outcome": "permit", "at": "2026-11-01T09:00:00.000Z"}
]
J
ends_with 0 "$sluis" policy simulate "$templates/zvh.json" --log "$work/logs/2026" "${words[@]}" --json
says '"records": 3'; says '"decided": 2'; says '"dependsOnUntold": 1'
says '"from": "permit zvh-procesregisseur-vraagt"'; says '"to": "deny case-required"'
python3 "$work/log.py" "$work/logs/2025" sluis.test/2025 <<'J'
[ {"id": "0", "action": "match.begin", "outcome": "permit", "at": "2025-11-01T09:00:00.000Z"} ]
J
ends_with 0 "$sluis" policy simulate "$templates/zvh.json" --log "$work/logs" "${words[@]}" --json
says '"logs": 2'; says '"records": 4'; says '"decided": 2'
mkdir "$work/none"
ends_with 5 "$sluis" policy simulate "$templates/zvh.json" --log "$work/none" "${words[@]}"

# --was: what was sent is decided again, as far as the policy that decided tells what it was
hash=$("$sluis" policy sign "$work/signed.json" --key "$work/officer.json" --json | sed -n 's/.*"hash": "\([^"]*\)".*/\1/p')
python3 "$work/log.py" "$work/sent/2026" sluis.test/2026 <<J
[ {"id": "s", "action": "signal.submit", "outcome": "permit", "at": "2026-11-01T09:00:00.000Z",
   "counterparty": "zvh", "purpose": "persoonsgerichte-aanpak", "rule": "ggz-zvh-verward-gedrag",
   "policy": "$hash"} ]
J
ends_with 0 "$sluis" policy simulate "$templates/ggz.json" --log "$work/sent" "${words[@]}" --json
says '"decided": 0'; says '"untold": 1'
ends_with 0 "$sluis" policy simulate "$templates/ggz.json" --log "$work/sent" "${words[@]}" --json --was "$work/signed.json"
says '"decided": 1'; says '"same": 1'; says '"untold": 0'
echo "commands.sh: all as it should be"
