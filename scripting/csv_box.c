#include "scripting/csv_box.h"

#include <lauxlib.h>

static int box_close(lua_State *lua)
{
    struct hanse_csv **box = lua_touserdata(lua, 1);
    hanse_csv_destroy(*box);
    *box = NULL;
    return 0;
}

/* Pushes room for an open table, NULL at first. */
static struct hanse_csv **make_box(lua_State *lua)
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

struct hanse_csv *hanse__csv_open(lua_State *lua, const char *path, const char *shown)
{
    struct hanse_script *script = hanse__script_of(lua);
    int32_t number = hanse__source_read(script, path, shown);
    hanse__pass(lua, number < 0 ? script->status : HANSE_OK);
    const struct hanse__source *source = &script->sources[number];
    struct hanse_csv **box = make_box(lua);
    hanse__pass(
        lua, hanse_csv_from_text(script->ctx, source->name, source->text, source->length, box));
    return *box;
}

const char *hanse__csv_cell(lua_State *lua, const struct hanse__spot *spot,
                            struct hanse_csv *csv, const char *what, const char *column)
{
    int at = hanse_csv_column(csv, column);
    if (at < 0) {
        hanse__refuse(lua, spot, "%s has no column '%s'", what, column);
    }
    return hanse_csv_fields(csv)[at];
}
