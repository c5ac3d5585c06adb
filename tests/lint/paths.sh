# No file names a folder of one machine. Tests find published data through HANSE_TEST_DATA.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"

status=0
# Written with brackets so that this file does not find itself.
if project_files '*' |
    xargs grep -nIE '(^|[^a-z0-9_.])/(wor[k]|far[m]|hom[e]|roo[t])/[a-z]'; then
    echo "the lines above name a folder of one machine"
    status=1
fi
if project_files '*' | grep -v '^tests/' | xargs grep -nI '\.\./share[d]' ||
    project_files 'tests/*' | xargs grep -nI '\.\./share[d]' |
    grep -v '\.\./share[d]/data'; then
    echo "the lines above name a folder beside the project"
    status=1
fi
exit "$status"
