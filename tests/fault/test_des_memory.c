/*
 * hanse.des when memory runs out: every allocation of a model that uses all of it is made to
 * fail once. Lua must say so, nothing may crash, and closing the state must free everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <lua5.4/lualib.h>

void hanse__des_preload(lua_State *lua);

static const char *const model =
    "local des = require 'hanse.des'\n"
    "local env = des.Environment{seed = 1}\n"
    "local draw, level, tally = env:stream 'x', env:level(0), des.tally()\n"
    "local desk = des.PreemptiveResource(env, {capacity = 2, monitor = true})\n"
    "local store, sorted = des.FilterStore(env, 3), des.PriorityStore(env)\n"
    "local tank = des.Container(env, {capacity = 5})\n"
    "for i = 1, 6 do\n"
    "  env:process('p' .. i, function()\n"
    "    env:try_hold(draw:uniform())\n"
    "    if des.catch(desk.request, desk, i % 3, 2) then env:try_hold(1) end\n"
    "    store:put({i})\n"
    "    sorted:put(i, -i)\n"
    "    tank:put(1)\n"
    "    tally:add(env.now)\n"
    "  end)\n"
    "end\n"
    "env:process(function()\n"
    "  local request = desk:request_event{priority = -1}\n"
    "  local come = env:timeout(3)\n"
    "  env:wait_any(request, come, env:event())\n"
    "  request:cancel()\n"
    "  for _ = 1, 6 do\n"
    "    store:get(function(item) return item[1] > 0 end)\n"
    "    sorted:get()\n"
    "    tank:get(1)\n"
    "  end\n"
    "  level:set(1)\n"
    "end)\n"
    "env:on('tick', function(i) level:add(i) end)\n"
    "for i = 1, 80 do env:schedule(i / 40, 'tick', i) end\n"
    "env:run()\n"
    "return tally:n()\n";

struct purse {
    size_t left;  /* allocations that still succeed */
    size_t bytes; /* in use */
};

static void *allocate(void *user, void *old, size_t old_bytes, size_t bytes)
{
    struct purse *purse = user;
    old_bytes = old != NULL ? old_bytes : 0;
    if (bytes == 0) {
        purse->bytes -= old_bytes;
        free(old);
        return NULL;
    }
    if (bytes > old_bytes) {
        if (purse->left == 0) {
            return NULL;
        }
        purse->left--;
    }
    void *block = realloc(old, bytes);
    purse->bytes += block != NULL ? bytes - old_bytes : 0;
    return block;
}

static int run_model(lua_State *lua)
{
    luaL_openlibs(lua);
    hanse__des_preload(lua);
    if (luaL_loadstring(lua, model) != LUA_OK) {
        return lua_error(lua);
    }
    lua_call(lua, 0, 1);
    return 1;
}

/* Runs the model with so many allocations; true when they were enough. */
static bool runs_with(size_t allocations)
{
    struct purse purse = {.left = SIZE_MAX};
    lua_State *lua = lua_newstate(allocate, &purse);
    assert_non_null(lua);
    purse.left = allocations;
    lua_pushcfunction(lua, run_model);
    int status = lua_pcall(lua, 0, 1, 0);
    purse.left = SIZE_MAX;
    if (status == LUA_OK) {
        assert_int_equal(lua_tointeger(lua, -1), 6);
    } else {
        assert_non_null(lua_tostring(lua, -1));
        assert_non_null(strstr(lua_tostring(lua, -1), "not enough memory"));
    }
    lua_close(lua);
    assert_int_equal(purse.bytes, 0);
    return status == LUA_OK;
}

static void every_allocation_may_fail_once(void **state)
{
    size_t n = 0;
    while (!runs_with(n)) {
        n++;
    }
    assert_in_range(n, 300, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
