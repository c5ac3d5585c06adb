#!/usr/bin/env bash
# Runs commands and compares what they print, stderr included, with what a file says:
#
#     $ hanse queue mmc --lambda 8 --mu 1 -c 10
#     offered_load  8 erlang
#     wait_time     ... s
#     [exit 0]
#
# Lines "> …" continue a command. A line "..." stands for any lines, "..." inside a line for
# any characters. Without [exit N] the command must succeed. Lines that start with # before the
# first command, and blank lines before a command, are for people.
set -uo pipefail
shopt -s extglob

file=$1
failures=0
cases=0
newline=$'\n'

# Turns an expected line into a pattern for [[ == ]].
pattern_of() { # line
    local literal
    # shellcheck disable=SC2001 # bash 5.2 gave & a meaning in replacements
    literal=$(sed 's/[^a-zA-Z0-9 ]/\\&/g' <<<"$1")
    printf '%s' "${literal//'\.\.\.'/"*([!$newline])"}"
}

finish() {
    local got status
    [ -n "${command:-}" ] || return 0
    cases=$((cases + 1))
    got=$( (eval "$command") 2>&1 </dev/null; echo "[exit $?]")
    status=${got##*"[exit "}
    got=${got%"[exit "*}
    [ -z "$got" ] || [[ $got == *"$newline" ]] || got+=$newline
    while [[ $got == *"$newline$newline" || $got == "$newline" ]]; do
        got=${got%"$newline"}
    done
    # shellcheck disable=SC2053 # a pattern is wanted
    if [[ $got != $pattern ]] || [ "${status%]}" != "$exit_status" ]; then
        failures=$((failures + 1))
        printf -- '--- %s\n$ %s\n' "$file" "$command"
        diff -u --label expected --label got <(printf '%s' "$expected") <(printf '%s' "$got")
        echo "exit status: expected $exit_status, got ${status%]}"
    fi
}

start() { # command
    finish
    command=$1 expected='' pattern='' blanks='' exit_status=0
}

expect() { # text, pattern
    expected+=$blanks$1$newline
    pattern+=$blanks$2
    blanks=''
}

start ''
while IFS= read -r line || [ -n "$line" ]; do
    if [[ $line == '$ '* ]]; then
        start "${line:2}"
    elif [ -z "$command" ]; then
        continue
    elif [[ $line == '> '* ]] && [ -z "$expected" ]; then
        command+=$newline${line:2}
    elif [[ $line =~ ^\[exit\ ([0-9]+)\]$ ]]; then
        exit_status=${BASH_REMATCH[1]}
    elif [ -z "$line" ]; then
        # At the end of a case blank lines are for people, and those printed are not compared.
        blanks+=$newline
    elif [ "$line" = ... ]; then
        expect "$line" "?(*$newline)"
    else
        expect "$line" "$(pattern_of "$line")$newline"
    fi
done <"$file"
finish

if [ "$cases" -eq 0 ]; then
    echo "$file: no line starts with '\$ '"
    exit 1
fi
echo "$((cases - failures)) of $cases commands as expected"
[ "$failures" -eq 0 ]
