# The shared library shows hanse_… and nothing else. What files share inside it is hanse__…,
# the descriptors of kinds and mechanisms aside.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"
needs nm

status=0
shown=$(nm -D --defined-only "$HANSE_BUILD/sim/libhanse.so" | awk '{print $3}')
if [ "$(wc -l <<<"$shown")" -lt 20 ]; then
    echo "libhanse.so shows hardly anything: $shown"
    status=1
fi
if grep -vE '^hanse_[a-z0-9]' <<<"$shown"; then
    echo "the names above are shown by libhanse.so and do not start with hanse_"
    status=1
fi
shared=$(nm --defined-only --extern-only "$HANSE_BUILD/sim/libhanse_internal.a" |
    awk 'NF == 3 && $2 != "U" {print $3}' | sort -u)
if grep -vxF "$shown" <<<"$shared" |
    grep -vE '^hanse_(_|scenario_reject$|kind_|mechanism_|nouns$|n_nouns$)'; then
    echo "the names above are shared by files of the library and neither HANSE_API nor hanse__"
    status=1
fi
exit "$status"
