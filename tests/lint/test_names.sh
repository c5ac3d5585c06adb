# No test is a copy: no test runs twice in its program, no two programs bear one name, no two
# tests say the same under two names, no command is tried twice in one list of cases.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"

status=0
report() { # sentence, findings on stdin
    if grep .; then
        echo "$1"
        status=1
    fi
}

mapfile -t programs < <(project_files 'tests/*/test_*.c')
mapfile -t lists < <(project_files 'tests/*.t')

# "file test" for each row in a main's table of tests.
registered() {
    awk '/^int main/ { inside = 1 }
         FNR == 1 { inside = 0 }
         inside && match($0, /[a-z_]+\([a-z0-9_]+[,)]/) && !/assert|return/ {
             name = substr($0, RSTART, RLENGTH)
             gsub(/^[a-z_]+\(|[,)]$/, "", name)
             print FILENAME, name
         }' "${programs[@]}"
}

# "body<TAB>file test" for each test function, blanks aside.
bodies() {
    awk '/^static void [a-z0-9_]+\(void \*\*/ {
             name = $3; sub(/\(.*/, "", name); body = ""; inside = 1; next
         }
         inside && /^}/ { print body "\t" FILENAME " " name; inside = 0 }
         inside { gsub(/[ \t]+/, " "); body = body $0 }' "${programs[@]}"
}

report "the tests above run twice" < <(registered | sort | uniq -d)
report "the programs above share their name" \
    < <(printf '%s\n' "${programs[@]##*/}" | sort | uniq -d)
report "the tests above say the same" < <(bodies | sort | awk -F '\t' '
    $1 == last { print place " and " $2 } { last = $1; place = $2 }')
for list in "${lists[@]}"; do
    report "$list tries the commands above twice" < <(grep '^\$ ' "$list" | sort | uniq -d)
done
echo "$(registered | wc -l) tests in ${#programs[@]} programs, ${#lists[@]} lists of cases"
exit "$status"
