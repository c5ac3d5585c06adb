# ./hanse in a copy of the sources: builds when it must, only then, one at a time, and says what
# is wrong where it cannot.
# shellcheck shell=bash source=tests/sources.sh
# ctest: slow
place=$PWD/copy
. "$HANSE_ROOT/tests/sources.sh"
mkdir "$place"
project_files '*' | grep -vE '^(tests|notebooks)/' | xargs cp --parents -t "$place"
cd "$place" || exit 1

fail() {
    echo "$1"
    exit 1
}
# Builds are told from the log's time: it is written by a build and by nothing else.
built_at() {
    stat -c %y build/release.log
}

./hanse --version >first.txt 2>first.err || fail "the first build failed: $(cat first.err)"
grep -q '^hanse [0-9]' first.txt || fail "no version: $(cat first.txt)"
grep -q 'building' first.err || fail "the first build said nothing"

before=$(built_at)
./hanse --version >again.txt 2>again.err || fail "the second call failed"
[ "$(built_at)" = "$before" ] || fail "built although nothing changed"
[ ! -s again.err ] || fail "had something to say: $(cat again.err)"

(cd / && "$place/hanse" --version >/dev/null) || fail "does not run from another folder"
ln -s "$place/hanse" linked
./linked --version >/dev/null || fail "does not run through a link"

sed -i 's/printf("hanse %s\\n"/printf("changed %s\\n"/' cli/main.c
./hanse --version >one.txt 2>/dev/null &
first=$!
./hanse --version >two.txt 2>/dev/null || fail "two at once: the second failed"
wait "$first" || fail "two at once: the first failed"
grep -q '^changed' one.txt || fail "did not rebuild when a source changed"
grep -q '^changed' two.txt || fail "two at once: ran the old program"

before=$(built_at)
echo 'int hanse_new_file;' >cli/new_file.c
./hanse --version >/dev/null 2>&1 || fail "a new file broke the build"
[ "$(built_at)" != "$before" ] || fail "did not rebuild when a file came"
before=$(built_at)
rm cli/new_file.c
./hanse --version >/dev/null 2>&1 || fail "a removed file broke the build"
[ "$(built_at)" != "$before" ] || fail "did not rebuild when a file went"

echo 'this is no C' >>cli/main.c
./hanse --version >/dev/null 2>broken.err && fail "a broken source went unnoticed"
grep -q 'main.c.*error' broken.err || fail "the error is not shown: $(cat broken.err)"
echo "builds when it must and only then"
