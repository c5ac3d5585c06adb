/*
 * The basic functions, as a deterministic language needs them.
 *
 * Lua's own `next` follows hash values that differ from run to run, so `pairs` here goes by
 * key: numbers ascending, then texts by bytes, then false and true. Keys without an order
 * (tables, functions) are refused. `tostring` shows no addresses.
 */
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "scripting/sandbox.h"

/* --- order of keys --------------------------------------------------------------------------
 */

/* A key outside Lua: for texts a pointer into the table that keeps it alive. */
struct key {
    int type;
    lua_Number number;
    lua_Integer integer;
    bool is_integer;
    const char *text;
    size_t length;
};

static int rank(int type)
{
    return type == LUA_TNUMBER ? 0 : type == LUA_TSTRING ? 1 : 2;
}

static int compare_numbers(const struct key *a, const struct key *b)
{
    if (a->is_integer && b->is_integer) {
        return (a->integer > b->integer) - (a->integer < b->integer);
    }
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    if (a->type != b->type) {
        return rank(a->type) - rank(b->type);
    }
    if (a->type == LUA_TSTRING) {
        size_t shorter = a->length < b->length ? a->length : b->length;
        int order = memcmp(a->text, b->text, shorter);
        return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
    }
    return compare_numbers(a, b); /* false and true are 0 and 1 */
}

static struct key key_at(lua_State *lua, int index)
{
    struct key key = {.type = lua_type(lua, index)};
    if (key.type == LUA_TNUMBER) {
        key.is_integer = lua_isinteger(lua, index);
        key.integer = lua_tointeger(lua, index);
        key.number = lua_tonumber(lua, index);
    } else if (key.type == LUA_TSTRING) {
        key.text = lua_tolstring(lua, index, &key.length);
    } else if (key.type == LUA_TBOOLEAN) {
        key.is_integer = true;
        key.integer = lua_toboolean(lua, index);
    } else {
        hanse__raise(lua,
                     "pairs: keys must be numbers, texts or true and false, got a %s, whose "
                     "order is not known",
                     lua_typename(lua, key.type));
    }
    return key;
}

static void push_key(lua_State *lua, const struct key *key)
{
    if (key->type == LUA_TSTRING) {
        lua_pushlstring(lua, key->text, key->length);
    } else if (key->type == LUA_TBOOLEAN) {
        lua_pushboolean(lua, (int)key->integer);
    } else if (key->is_integer) {
        lua_pushinteger(lua, key->integer);
    } else {
        lua_pushnumber(lua, key->number);
    }
}

/* Pushes the keys of the table at 1, in order, as a list. */
static void push_sorted_keys(lua_State *lua)
{
    size_t n = 0;
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        n++;
    }
    hanse__charge(lua, 4 * n);
    struct key *keys = lua_newuserdatauv(lua, (n + 1) * sizeof *keys, 0);
    n = 0;
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        keys[n++] = key_at(lua, -2);
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    lua_createtable(lua, (int)(n < 1 << 24 ? n : 1 << 24), 0);
    for (size_t i = 0; i < n; i++) {
        push_key(lua, &keys[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    lua_remove(lua, -2);
}

/* Upvalues: the list of keys, how many of them were given. Keys taken away on the way are
 * left out; new ones are not seen. */
static int pairs_step(lua_State *lua)
{
    lua_Integer i = lua_tointeger(lua, lua_upvalueindex(2));
    for (;;) {
        if (lua_rawgeti(lua, lua_upvalueindex(1), ++i) == LUA_TNIL) {
            return 1;
        }
        lua_pushvalue(lua, -1);
        if (lua_rawget(lua, 1) != LUA_TNIL) {
            break;
        }
        hanse__charge(lua, 1);
        lua_pop(lua, 2);
    }
    lua_pushinteger(lua, i);
    lua_replace(lua, lua_upvalueindex(2));
    return 2;
}

static int base_pairs(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    push_sorted_keys(lua);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, pairs_step, 2);
    lua_pushvalue(lua, 1);
    lua_pushnil(lua);
    return 3;
}

/* The next key in order; looks at every key, so loops should use pairs. */
static int base_next(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    bool from_start = lua_isnil(lua, 2);
    struct key after = {0}, best = {0};
    bool found = false;
    size_t n = 0;
    if (!from_start) {
        after = key_at(lua, 2);
    }
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        struct key key = key_at(lua, -2);
        if ((from_start || compare_keys(&key, &after) > 0) &&
            (!found || compare_keys(&key, &best) < 0)) {
            best = key;
            found = true;
        }
        n++;
    }
    hanse__charge(lua, n);
    if (!found) {
        lua_pushnil(lua);
        return 1;
    }
    push_key(lua, &best);
    lua_pushvalue(lua, -1);
    lua_rawget(lua, 1);
    return 2;
}

/* --- texts and metatables -------------------------------------------------------------------
 */

static int base_tostring(lua_State *lua)
{
    luaL_checkany(lua, 1);
    if (luaL_callmeta(lua, 1, "__tostring")) {
        if (lua_type(lua, -1) != LUA_TSTRING) {
            return hanse__raise(lua, "tostring: '__tostring' must return a text");
        }
        return 1;
    }
    int type = lua_type(lua, 1);
    if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER ||
        type == LUA_TSTRING) {
        luaL_tolstring(lua, 1, NULL);
    } else {
        lua_pushstring(lua,
                       luaL_typename(lua, 1)); /* an address would differ from run to run */
    }
    return 1;
}

static int base_getmetatable(lua_State *lua)
{
    luaL_checkany(lua, 1);
    if (lua_type(lua, 1) != LUA_TTABLE) {
        return hanse__raise(lua, "getmetatable: only a table's can be had, not that of a %s",
                            luaL_typename(lua, 1));
    }
    if (!lua_getmetatable(lua, 1)) {
        lua_pushnil(lua);
    } else if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL) {
        return 1;
    }
    return 1;
}

static int base_setmetatable(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_argexpected(lua, lua_isnil(lua, 2) || lua_istable(lua, 2), 2, "nil or table");
    lua_settop(lua, 2);
    if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL) {
        return hanse__raise(lua, "setmetatable: this metatable is protected");
    }
    static const char *const refused[] = {"__gc", "__mode"};
    for (int i = 0; i < 2 && lua_istable(lua, 2); i++) {
        lua_pushstring(lua, refused[i]);
        if (lua_rawget(lua, 2) != LUA_TNIL) {
            return hanse__raise(lua,
                                "setmetatable: '%s' is not available, results may not depend "
                                "on when memory is freed",
                                refused[i]);
        }
        lua_pop(lua, 1);
    }
    lua_settop(lua, 2);
    lua_setmetatable(lua, 1);
    return 1;
}

void hanse__open_base(lua_State *lua)
{
    static const char *const kept[] = {"assert", "error",  "ipairs", "rawequal", "rawget",
                                       "rawlen", "rawset", "select", "tonumber", "type"};
    static const luaL_Reg own[] = {{"pairs", base_pairs},
                                   {"next", base_next},
                                   {"tostring", base_tostring},
                                   {"getmetatable", base_getmetatable},
                                   {"setmetatable", base_setmetatable},
                                   {NULL, NULL}};
    luaL_requiref(lua, "_G", luaopen_base, 0);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        lua_getfield(lua, -1, kept[i]);
        lua_setfield(lua, -3, kept[i]);
    }
    lua_pop(lua, 1);
    luaL_setfuncs(lua, own, 0);
}
