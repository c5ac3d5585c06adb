#include "scripting/csv_box.h"

#include <lauxlib.h>

static int box_close(lua_State *lua)
{
    struct hanse_csv **box = lua_touserdata(lua, 1);
    hanse_csv_destroy(*box);
    *box = NULL;
    return 0;
}

struct hanse_csv **hanse__csv_box(lua_State *lua)
{
    struct hanse_csv **box = lua_newuserdatauv(lua, sizeof *box, 0);
    *box = NULL;
    if (luaL_newmetatable(lua, "hanse.csv")) {
        lua_pushcfunction(lua, box_close);
        lua_setfield(lua, -2, "__gc");
    }
    lua_setmetatable(lua, -2);
    return box;
}
