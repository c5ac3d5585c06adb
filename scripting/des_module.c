/* The modules hanse, hanse.des and hanse.queue, for `hanse study` and for a stock lua5.4. */
#include <lauxlib.h>

#include "scripting/des.h"
#include "sim/base/version.h"

HANSE_API int luaopen_hanse(lua_State *lua);
HANSE_API int luaopen_hanse_des(lua_State *lua);
HANSE_API int luaopen_hanse_queue(lua_State *lua);

int luaopen_hanse_queue(lua_State *lua)
{
    return hanse__open_queue(lua);
}

int luaopen_hanse_des(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"Environment", hanse__des_new_environment},
        {"Resource", hanse__des_new_resource},
        {"PriorityResource", hanse__des_new_priority_resource},
        {"PreemptiveResource", hanse__des_new_preemptive_resource},
        {"Store", hanse__des_new_store},
        {"FilterStore", hanse__des_new_filter_store},
        {"PriorityStore", hanse__des_new_priority_store},
        {"Container", hanse__des_new_container},
        {"stream", hanse__des_new_stream},
        {"tally", hanse__des_new_tally},
        {"batches", hanse__des_new_batches},
        {"catch", hanse__des_catch},
        {NULL, NULL}};
    hanse__des_open_process(lua);
    hanse__des_open_event(lua);
    hanse__des_open_request(lua);
    hanse__des_open_resource(lua);
    hanse__des_open_store(lua);
    hanse__des_open_container(lua);
    hanse__des_open_stream(lua);
    hanse__des_open_monitor(lua);
    luaL_newlib(lua, functions);
    return 1;
}

int luaopen_hanse(lua_State *lua)
{
    lua_newtable(lua);
    lua_pushliteral(lua, HANSE_VERSION);
    lua_setfield(lua, -2, "version");
    luaL_requiref(lua, "hanse.des", luaopen_hanse_des, 0);
    lua_setfield(lua, -2, "des");
    luaL_requiref(lua, "hanse.queue", hanse__open_queue, 0);
    lua_setfield(lua, -2, "queue");
    lua_pushcfunction(lua, hanse__replay);
    lua_setfield(lua, -2, "replay");
    return 1;
}

void hanse__des_preload(lua_State *lua)
{
    luaL_getsubtable(lua, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(lua, luaopen_hanse);
    lua_setfield(lua, -2, "hanse");
    lua_pushcfunction(lua, luaopen_hanse_des);
    lua_setfield(lua, -2, "hanse.des");
    lua_pushcfunction(lua, hanse__open_queue);
    lua_setfield(lua, -2, "hanse.queue");
    lua_pop(lua, 1);
}
