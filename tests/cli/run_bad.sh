#!/usr/bin/env bash
# Every scenario in tests/cli/bad must be refused with exit status 2, nothing on stdout and the
# message that its comment "-- expect: …" gives, which goes on in lines "--   …"; "..." stands
# for any characters. The message names the file as it lies in that folder.
set -uo pipefail

program=$(command -v hanse) || { echo "no hanse on the path"; exit 1; }
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/bad" || exit 1
failures=0
count=0
for file in *.lua; do
    count=$((count + 1))
    expected=$(awk '/^-- expect: / { sub(/^-- expect: /, ""); printf "%s", $0; on = 1; next }
        on && /^--   / { sub(/^--   /, " "); printf "%s", $0; next }
        on { exit }' "$file")
    # shellcheck disable=SC2001 # bash 5.2 gave & a meaning in replacements
    pattern=$(sed 's/[^a-zA-Z0-9 ]/\\&/g' <<<"$expected")
    pattern=${pattern//'\.\.\.'/*}
    got=$(timeout 60 "$program" check "$file" 2>&1 </dev/null)
    status=$?
    # shellcheck disable=SC2053 # a pattern is wanted
    if [ "$status" -ne 2 ] || [[ $got != $pattern ]] || [ -z "$expected" ]; then
        printf '%s\n  expected %s\n  got      %s [exit %s]\n' "$file" "$expected" "$got" \
            "$status"
        failures=$((failures + 1))
    fi
done
echo "$count bad scenarios, $failures not refused as expected"
[ "$count" -ge 30 ] && [ "$failures" -eq 0 ]
