# Cards that ship are what the tables give today, one for each device of the catalogue.
# shellcheck shell=bash
set -u
status=0
n=0
while read -r id; do
    hanse calibrate -q --card "$id" -o card.csv >/dev/null || status=1
    shipped=scenarios/profiles/$id.csv
    cmp -s card.csv "$HANSE_ROOT/$shipped" || {
        echo "$shipped is out of date: hanse calibrate --card $id -o $shipped"
        status=1
    }
    n=$((n + 1))
done < <(hanse catalog accelerators --format json | python3 -c '
import json, sys
document = json.load(sys.stdin)
rows = document["rows"] if isinstance(document, dict) else document
for row in rows:
    print(row["id"])')
[ "$n" -ge 40 ] || { echo "the catalogue has $n devices"; status=1; }
exit "$status"
