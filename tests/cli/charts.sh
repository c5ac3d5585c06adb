# Every kind of chart is drawn as well-formed SVG and as PNG; the page's own SVG is well-formed.
# shellcheck shell=bash
set -eu
for tool in gnuplot xmllint; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed"; exit 77; }
done
"$HANSE_BUILD/tests/test_report" show.h5
for kind in fan difference bars tornado; do
    hanse plot show.h5 --what on_time_share --kind "$kind" --case stop -o "$kind.svg"
    xmllint --noout "$kind.svg"
    [ "$(grep -c '<path\|<polygon\|<polyline' "$kind.svg")" -gt 3 ]
    hanse plot show.h5 --what on_time_share --kind "$kind" --case stop -o "$kind.png"
    [ "$(head -c 8 "$kind.png" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
done
hanse plot show.h5 --kind shortfall --viewer all -o shortfall.svg
xmllint --noout shortfall.svg
hanse plot show.h5 --what on_time_share --region a -o "a'b.svg"
grep -q 'supply &lt;stop' "a'b.svg"

hanse report show.h5 -o page.html
drawings=$(grep -c '<svg' page.html)
[ "$drawings" -ge 6 ]
# Every drawing of the page alone, as XML.
awk '/<svg/ { n++; sub(/.*<svg/, "<svg"); inside = 1 }
     inside { print > ("drawing" n ".svg") }
     /<\/svg>/ { inside = 0 }' page.html
for drawing in drawing*.svg; do
    sed -i 's|</svg>.*|</svg>|' "$drawing"
    xmllint --noout "$drawing"
done
echo "$drawings drawings"
