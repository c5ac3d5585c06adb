# The module for a stock lua5.4, which brings Lua itself: none is linked to it.
# shellcheck shell=bash source=tests/sources.sh
. "$HANSE_ROOT/tests/sources.sh"
needs lua5.4
needs nm

module=$HANSE_BUILD/lua/hanse.so
status=0
shown=$(nm -D --defined-only "$module" | awk '$3 ~ /^luaopen_/ {print $3}' | sort | xargs)
if [ "$shown" != "luaopen_hanse luaopen_hanse_des luaopen_hanse_queue" ]; then
    echo "hanse.so opens: $shown"
    status=1
fi
if ! nm -D --undefined-only "$module" | grep -q ' lua_resume$'; then
    echo "hanse.so brings a Lua of its own"
    status=1
fi
export LUA_CPATH="$HANSE_BUILD/lua/?.so" LUA_PATH="$HANSE_ROOT/tests/des/?.lua"
for test in processes shared; do
    lua5.4 "$HANSE_ROOT/tests/des/$test.lua" || status=1
done
lua5.4 -e 'print(require("hanse").version, require("hanse.queue").erlang_b(10, 12))' || status=1
exit "$status"
