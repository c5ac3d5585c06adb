# Includes go down only, and third-party headers stay in their home (ARCHITECTURE.md).
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"

# Who may include whom: a floor and the floors it may see, itself included.
declare -A may_see=(
    [sim/base]='sim/base'
    [sim/engine]='sim/engine sim/base'
    [sim/stats]='sim/stats sim/engine sim/base'
    [sim/model]='sim/model sim/stats sim/engine sim/base'
    [sim/process]='sim/process sim/model sim/stats sim/engine sim/base'
    [sim/study]='sim/study sim/process sim/model sim/stats sim/engine sim/base'
    [kernels]='kernels sim'
    [output]='output sim'
    [scripting]='scripting output sim'
    [cli]='cli scripting output kernels sim'
)
# Third-party headers and the floors that are their home.
declare -A home=(
    ['gsl/']='sim/stats sim/engine'
    ['Random123/']='sim/engine'
    ['lua lauxlib lualib']='scripting cli'
    ['zlib']='scripting cli'
    ['jansson']='scripting cli'
    ['hdf5 H5']='output'
    ['sha2 sha256 md5']='output'
    ['mpi']='sim/study'
    ['omp']='sim/study kernels/cpu'
    ['hwloc']='kernels/cpu'
    ['CL/']='kernels/opencl'
)
status=0

within() { # path floor…
    local path=$1 floor
    shift
    for floor in "$@"; do
        [[ $path != "$floor"/* ]] || return 0
    done
    return 1
}

complain() {
    echo "$1"
    status=1
}

floor_of() { # file
    case $1 in
    sim/*/*) echo "sim/$(cut -d / -f 2 <<<"$1")" ;;
    *) echo "${1%%/*}" ;;
    esac
}

check_own() { # file floor header
    # shellcheck disable=SC2086 # a list of words
    if [[ $3 == */* ]] && ! within "$3" ${may_see[$2]}; then
        complain "$1: may not include $3: $2 sees ${may_see[$2]}"
    fi
}

check_third_party() { # file header
    local names name
    for names in "${!home[@]}"; do
        for name in $names; do
            # shellcheck disable=SC2086 # a list of words
            if [[ $2 == "$name"* ]] && ! within "$1" ${home[$names]}; then
                complain "$1: $2 has its home in ${home[$names]}"
            elif [[ $2 == "$name"* ]] && grep -qF "\"$1\"" sim/hanse.h; then
                complain "$1: a public header shows no third-party header, here $2"
            fi
        done
    done
}

files=0
while read -r file; do
    files=$((files + 1))
    floor=$(floor_of "$file")
    if [ -z "${may_see[$floor]:-}" ]; then
        [ "$file" = sim/hanse.h ] || complain "$file: no such floor as $floor"
        continue
    fi
    while read -r mark header; do
        case $mark in
        own) check_own "$file" "$floor" "$header" ;;
        system) check_third_party "$file" "$header" ;;
        esac
    done < <(sed -nE 's/^ *# *include *"([^"]+)".*/own \1/p
                      s/^ *# *include *<([^>]+)>.*/system \1/p' "$file")
done < <(project_files 'sim/*.[ch]' 'output/*.[ch]' 'scripting/*.[ch]' 'cli/*.[ch]' \
    'kernels/*.[ch]')

# The public headers are those that sim/hanse.h names: all that declare HANSE_API functions.
while read -r header; do
    grep -qF "\"$header\"" sim/hanse.h ||
        complain "$header: declares HANSE_API functions and sim/hanse.h does not name it"
done < <(project_files 'sim/*.h' | xargs grep -lE '^(extern )?HANSE_API ')

echo "$files files looked at"
[ "$files" -gt 0 ] && exit "$status"
