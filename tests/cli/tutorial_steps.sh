# Every command `hanse tutorial` prints works as printed, in the order printed.
# shellcheck shell=bash
set -u
hanse tutorial my-first >steps.txt || exit 1
commands=0
while IFS= read -r command; do
    commands=$((commands + 1))
    echo "$ $command"
    if ! bash -c "$command" >output.txt 2>&1; then
        cat output.txt
        exit 1
    fi
done < <(sed -n 's/^    \$ //p' steps.txt)
if [ "$commands" -lt 5 ]; then
    echo "prints $commands commands"
    exit 1
fi
for file in first.lua first.h5 first.html twice.h5; do
    [ -s "my-first/$file" ] || { echo "my-first/$file is not there"; exit 1; }
done
