# The man page: well-formed, complete, and its examples run.
# shellcheck shell=bash
set -u
page=$HANSE_ROOT/docs/hanse.1
status=0

complain() {
    echo "$1"
    status=1
}

# The options of a subcommand's --help, one per line, as "--name".
options_of() { # subcommand
    hanse "$1" --help | sed -nE 's/^ +(-[a-z], )?(--[a-z-]+).*/\2/p'
}

# The page's paragraph on a subcommand: from its .It Cm to the next.
paragraph_of() { # subcommand
    awk -v name="$1" '/^\.It Cm / { inside = ($3 == name) } /^\.Sh / { inside = 0 } inside' \
        "$page"
}

if command -v mandoc >/dev/null; then
    # The date is the page's own; base and style remarks are about BSD's own pages.
    mandoc -T lint -W warning "$page" || complain "mandoc warns"
fi

for command in $(hanse --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
    paragraph=$(paragraph_of "$command")
    [ -n "$paragraph" ] || complain "hanse.1 says nothing about 'hanse $command'"
    for option in $(options_of "$command"); do
        case $option in --format | --quiet | --verbose | --help) continue ;; esac
        grep -qE -- "Fl Fl ${option#--}( |$)" <<<"$paragraph" ||
            complain "hanse.1 does not say what 'hanse $command $option' is"
    done
    paragraph_options=$(sed -nE 's/.*Fl Fl ([a-z-]+).*/--\1/p' <<<"$paragraph")
    for option in $paragraph_options; do
        hanse "$command" --help | grep -qE -- "$option( |$)" ||
            complain "hanse.1 gives 'hanse $command' an option $option that it has not"
    done
done

# Examples stand in the EXAMPLES section as ".Dl $ command"; each must succeed, in order.
examples=0
while IFS= read -r example; do
    examples=$((examples + 1))
    if ! bash -c "$example" >output.txt 2>&1; then
        complain "the example fails: $example"
        cat output.txt
    fi
done < <(sed -nE 's/^\.Dl \$ (.*)/\1/p' "$page" | sed 's/\\e/\\/g')
[ "$examples" -gt 0 ] || complain "hanse.1 has no examples"
echo "$examples examples"
exit "$status"
