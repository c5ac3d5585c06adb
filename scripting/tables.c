/*
 * The table functions. They work on the table's own items, so that their cost is bounded by
 * what is really there, and charge for it. `sort` is stable.
 */
#include <lauxlib.h>
#include <string.h>

#include "scripting/sandbox.h"

static lua_Integer length_of(lua_State *lua, int index)
{
    luaL_checktype(lua, index, LUA_TTABLE);
    return (lua_Integer)lua_rawlen(lua, index);
}

static int table_insert(lua_State *lua)
{
    lua_Integer n = length_of(lua, 1), at = n + 1;
    int count = lua_gettop(lua);
    if (count == 3) {
        at = luaL_checkinteger(lua, 2);
        luaL_argcheck(lua, at >= 1 && at <= n + 1, 2, "position out of bounds");
    } else if (count != 2) {
        return hanse__raise(lua, "table.insert: takes a table, a position if wanted, a value");
    }
    hanse__charge(lua, (uint64_t)(n + 1 - at));
    for (lua_Integer i = n; i >= at; i--) {
        lua_rawgeti(lua, 1, i);
        lua_rawseti(lua, 1, i + 1);
    }
    lua_settop(lua, count);
    lua_rawseti(lua, 1, at);
    return 0;
}

static int table_remove(lua_State *lua)
{
    lua_Integer n = length_of(lua, 1);
    lua_Integer at = luaL_optinteger(lua, 2, n);
    luaL_argcheck(lua, lua_isnoneornil(lua, 2) || n + 1 == at || (at >= 1 && at <= n), 2,
                  "position out of bounds");
    lua_rawgeti(lua, 1, at);
    hanse__charge(lua, (uint64_t)(n > at ? n - at : 0));
    for (; at < n; at++) {
        lua_rawgeti(lua, 1, at + 1);
        lua_rawseti(lua, 1, at);
    }
    if (at == n) {
        lua_pushnil(lua);
        lua_rawseti(lua, 1, at);
    }
    return 1;
}

static int table_concat(lua_State *lua)
{
    lua_Integer n = length_of(lua, 1);
    size_t separator_length;
    const char *separator = luaL_optlstring(lua, 2, "", &separator_length);
    lua_Integer from = luaL_optinteger(lua, 3, 1), to = luaL_optinteger(lua, 4, n);
    luaL_Buffer buffer;
    luaL_buffinit(lua, &buffer);
    for (lua_Integer i = from; i <= to; i++) {
        int type = lua_rawgeti(lua, 1, i);
        if (type != LUA_TSTRING && type != LUA_TNUMBER) {
            return hanse__raise(lua,
                                "table.concat: item %lld must be a text or a number, "
                                "got a %s",
                                (long long)i, lua_typename(lua, type));
        }
        luaL_addvalue(&buffer);
        if (i < to) {
            luaL_addlstring(&buffer, separator, separator_length);
        }
        hanse__charge(lua, 1 + separator_length / 64);
        if (i == LUA_MAXINTEGER) {
            break;
        }
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int table_unpack(lua_State *lua)
{
    lua_Integer from = luaL_optinteger(lua, 2, 1);
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_Integer to = luaL_optinteger(lua, 3, (lua_Integer)lua_rawlen(lua, 1));
    if (from > to) {
        return 0;
    }
    lua_Unsigned n = (lua_Unsigned)to - (lua_Unsigned)from;
    if (n >= 1000000 || !lua_checkstack(lua, (int)n + 1)) {
        return hanse__raise(lua, "table.unpack: too many values");
    }
    hanse__charge(lua, n);
    for (lua_Unsigned i = 0; i <= n; i++) {
        lua_rawgeti(lua, 1, (lua_Integer)((lua_Unsigned)from + i));
    }
    return (int)n + 1;
}

static int table_pack(lua_State *lua)
{
    int n = lua_gettop(lua);
    lua_createtable(lua, n, 1);
    lua_insert(lua, 1);
    for (int i = n; i >= 1; i--) {
        lua_rawseti(lua, 1, i);
    }
    lua_pushinteger(lua, n);
    lua_setfield(lua, 1, "n");
    return 1;
}

static int table_move(lua_State *lua)
{
    length_of(lua, 1);
    lua_Integer from = luaL_checkinteger(lua, 2), to = luaL_checkinteger(lua, 3);
    lua_Integer at = luaL_checkinteger(lua, 4);
    int target = lua_isnoneornil(lua, 5) ? 1 : 5;
    luaL_checktype(lua, target, LUA_TTABLE);
    if (to >= from) {
        lua_Unsigned n = (lua_Unsigned)to - (lua_Unsigned)from + 1;
        luaL_argcheck(lua, n <= (lua_Unsigned)1 << 32 && at <= LUA_MAXINTEGER - (lua_Integer)n,
                      4, "too many items to move");
        bool upwards = at > from && target == 1;
        for (lua_Unsigned i = 0; i < n; i++) {
            lua_Integer k = (lua_Integer)(upwards ? n - 1 - i : i);
            hanse__charge(lua, 1);
            lua_rawgeti(lua, 1, from + k);
            lua_rawseti(lua, target, at + k);
        }
    }
    lua_pushvalue(lua, target);
    return 1;
}

/* --- sort -----------------------------------------------------------------------------------
 */

enum { ARG_TABLE = 1, ARG_ORDER = 2, ARG_COPY = 3 };

/* Whether item b of the copy must come before item a. */
static bool comes_before(lua_State *lua, lua_Integer b, lua_Integer a, bool has_order)
{
    bool before;
    if (has_order) {
        lua_pushvalue(lua, ARG_ORDER);
        lua_rawgeti(lua, ARG_COPY, b);
        lua_rawgeti(lua, ARG_COPY, a);
        lua_call(lua, 2, 1);
        before = lua_toboolean(lua, -1);
        lua_pop(lua, 1);
    } else {
        lua_rawgeti(lua, ARG_COPY, b);
        lua_rawgeti(lua, ARG_COPY, a);
        before = lua_compare(lua, -2, -1, LUA_OPLT);
        lua_pop(lua, 2);
    }
    hanse__charge(lua, 4);
    return before;
}

/* Merges the sorted runs [from, middle) and [middle, to) of item numbers. Of equals the one
 * that came first stays first. */
static void merge(lua_State *lua, const lua_Integer *in, lua_Integer *out, size_t from,
                  size_t middle, size_t to, bool has_order)
{
    size_t left = from, right = middle;
    for (size_t k = from; k < to; k++) {
        bool take_right =
            left == middle || (right < to && comes_before(lua, in[right], in[left], has_order));
        out[k] = take_right ? in[right++] : in[left++];
    }
}

static int table_sort(lua_State *lua)
{
    size_t n = (size_t)length_of(lua, ARG_TABLE);
    bool has_order = !lua_isnoneornil(lua, ARG_ORDER);
    if (has_order) {
        luaL_checktype(lua, ARG_ORDER, LUA_TFUNCTION);
    }
    lua_settop(lua, ARG_ORDER);
    lua_newtable(lua);
    lua_Integer *in = lua_newuserdatauv(lua, (n + 1) * sizeof *in, 0);
    lua_Integer *out = lua_newuserdatauv(lua, (n + 1) * sizeof *out, 0);
    for (size_t i = 0; i < n; i++) {
        in[i] = (lua_Integer)i + 1;
        lua_rawgeti(lua, ARG_TABLE, in[i]);
        lua_rawseti(lua, ARG_COPY, in[i]);
    }
    hanse__charge(lua, 2 * n);
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t middle = from + width < n ? from + width : n;
            size_t to = from + 2 * width < n ? from + 2 * width : n;
            merge(lua, in, out, from, middle, to, has_order);
        }
        lua_Integer *swap = in;
        in = out;
        out = swap;
    }
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(lua, ARG_COPY, in[i]);
        lua_rawseti(lua, ARG_TABLE, (lua_Integer)i + 1);
    }
    return 0;
}

void hanse__open_tables(lua_State *lua)
{
    static const luaL_Reg functions[] = {{"concat", table_concat}, {"insert", table_insert},
                                         {"move", table_move},     {"pack", table_pack},
                                         {"remove", table_remove}, {"sort", table_sort},
                                         {"unpack", table_unpack}, {NULL, NULL}};
    luaL_newlib(lua, functions);
    lua_setfield(lua, -2, "table");
}
