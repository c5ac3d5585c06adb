# Shell scripts pass shellcheck.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"
needs shellcheck

project_files '*.sh' hanse check .ci/run | xargs shellcheck -x
