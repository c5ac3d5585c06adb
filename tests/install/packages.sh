# setup/install.sh on machines that are not like this one: no root, no Debian.
# shellcheck shell=bash
set -u
mkdir bare
for tool in bash sh sed dirname cat mktemp tail env rm; do
    ln -s "$(command -v "$tool")" bare/
done

fail() {
    echo "$1"
    exit 1
}

install() {
    PATH=$PWD/bare "$HANSE_ROOT/setup/install.sh" "$@"
}

# Not Debian: leaves the machine alone; the names are there for the asking.
install run || fail "not Debian: must leave it to the build"
install --names run >names.txt
grep -q '^libgsl-dev  *GNU Scientific Library' names.txt || fail "names: $(cat names.txt)"

# Debian with one package missing; `id` says who we are.
cat >bare/dpkg-query <<'END'
#!/bin/sh
for last; do :; done
[ "$last" = libmd-dev ] || echo installed
END
cat >bare/apt-get <<'END'
#!/bin/sh
echo "$@" >>apt.txt
case "$*" in *install*) [ -e updated ] ;; *update*) : >updated ;; esac
END
# shellcheck disable=SC2016 # the script is to expand it
printf '#!/bin/sh\necho "$WHO"\n' >bare/id
chmod +x bare/*

status=0
WHO=1000 install run 2>message.txt || status=$?
[ "$status" -eq 3 ] || fail "without root: exit status 3, got $status"
grep -qx ' *sudo apt-get install --no-install-recommends libmd-dev' message.txt ||
    fail "without root: $(cat message.txt)"
[ ! -e apt.txt ] || fail "without root: ran apt-get"

WHO=0 install run 2>message.txt || fail "as root: failed"
grep -q 'installing with apt-get: libmd-dev' message.txt || fail "as root: $(cat message.txt)"
[ "$(grep -c 'install .*libmd-dev' apt.txt)" -eq 2 ] || fail "must try again after an update"
[ "$(grep -c update apt.txt)" -eq 1 ] || fail "one update is enough: $(cat apt.txt)"

# Every line of the list names a set, a package and a reason.
list=$HANSE_ROOT/setup/packages.txt
if grep -vE '^(#.*|(run|nvidia|check|race) +[a-z0-9.+-]+ +.{5,})?$' "$list"; then
    fail "packages.txt: the lines above are not: set package reason"
fi
grep -E '^[a-z]' "$list" | awk '{ print $2 }' | sort | uniq -d |
    grep . && fail "packages.txt names the packages above twice"
echo "packages are as the list says"
