# docs/reference.md is what `hanse reference` prints, and its JSON form says the same.
# shellcheck shell=bash
set -u
status=0
hanse reference >printed.md || exit 1
if ! diff -u "$HANSE_ROOT/docs/reference.md" printed.md >difference; then
    head -40 difference
    echo "docs/reference.md is out of date: hanse reference >docs/reference.md"
    status=1
fi
keys=$(grep -c '^| [^a-z][a-z_0-9]*[^a-z0-9] | .* | .* | .* | .* | .* |$' printed.md)
listed=$(hanse reference --format json | grep -c '"key":')
if [ "$keys" -lt 50 ] || [ "$keys" -ne "$listed" ]; then
    echo "the page has $keys keys, the JSON $listed"
    status=1
fi
# A place for whoever looks up a unit or an output.
for heading in '## site' '## Outputs' '## Units'; do
    grep -qx "$heading" printed.md || { echo "no '$heading'"; status=1; }
done
exit "$status"
