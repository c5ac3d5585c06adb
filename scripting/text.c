/*
 * The string functions: Lua's where they are harmless, ours where they match patterns (counted
 * steps), could show an address (format) or make texts of any length (rep).
 */
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "scripting/pattern.h"
#include "scripting/sandbox.h"

/* --- captures -------------------------------------------------------------------------------
 */

static void push_capture(lua_State *lua, const char *text, const struct hanse__match *match,
                         int i)
{
    const struct hanse__capture *capture = &match->captures[i];
    if (capture->to == HANSE__CAPTURE_PLACE) {
        lua_pushinteger(lua, (lua_Integer)capture->from + 1);
    } else {
        lua_pushlstring(lua, text + capture->from, capture->to - capture->from);
    }
}

static void push_whole(lua_State *lua, const char *text, const struct hanse__match *match)
{
    lua_pushlstring(lua, text + match->from, match->to - match->from);
}

/* All captures, or the whole match when the pattern has none. */
static int push_captures(lua_State *lua, const char *text, const struct hanse__match *match)
{
    luaL_checkstack(lua, HANSE__MOST_CAPTURES + 1, "captures");
    if (match->n_captures == 0) {
        push_whole(lua, text, match);
        return 1;
    }
    for (int i = 0; i < match->n_captures; i++) {
        push_capture(lua, text, match, i);
    }
    return match->n_captures;
}

/* --- find, match, gmatch --------------------------------------------------------------------
 */

/* A 1-based start, negative from the end, as a 0-based place; past the end: length + 1. */
static size_t start_at(lua_State *lua, int argument, size_t length)
{
    lua_Integer start = luaL_optinteger(lua, argument, 1);
    if (start > 0) {
        return (lua_Unsigned)start - 1 > length ? length + 1 : (size_t)start - 1;
    }
    if (start == 0 || start < -(lua_Integer)length) {
        return 0;
    }
    return length + (size_t)start;
}

/* The first match at or after `from`. */
static bool search(lua_State *lua, const struct hanse__pattern *pattern, const char *text,
                   size_t length, size_t from, struct hanse__match *match)
{
    for (; from <= length; from++) {
        if (hanse__pattern_match(lua, pattern, text, length, from, match)) {
            return true;
        }
        if (hanse__pattern_is_anchored(pattern)) {
            return false;
        }
    }
    return false;
}

static int find_plain(lua_State *lua, const char *text, size_t length, size_t from)
{
    size_t wanted_length;
    const char *wanted = luaL_checklstring(lua, 2, &wanted_length);
    hanse__charge(lua, (length - from) / 16);
    const char *found = wanted_length == 0
                            ? text + from
                            : memmem(text + from, length - from, wanted, wanted_length);
    if (found == NULL) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushinteger(lua, found - text + 1);
    lua_pushinteger(lua, found - text + (lua_Integer)wanted_length);
    return 2;
}

static int find_or_match(lua_State *lua, bool find)
{
    size_t length, pattern_length;
    const char *text = luaL_checklstring(lua, 1, &length);
    const char *pattern_text = luaL_checklstring(lua, 2, &pattern_length);
    size_t from = start_at(lua, 3, length);
    struct hanse__match match;
    if (from > length) {
        lua_pushnil(lua);
        return 1;
    }
    if (find && lua_toboolean(lua, 4)) {
        return find_plain(lua, text, length, from);
    }
    const struct hanse__pattern *pattern =
        hanse__pattern_compile(lua, pattern_text, pattern_length);
    if (!search(lua, pattern, text, length, from, &match)) {
        lua_pushnil(lua);
        return 1;
    }
    if (!find) {
        return push_captures(lua, text, &match);
    }
    lua_pushinteger(lua, (lua_Integer)match.from + 1);
    lua_pushinteger(lua, (lua_Integer)match.to);
    return 2 + (match.n_captures > 0 ? push_captures(lua, text, &match) : 0);
}

static int text_find(lua_State *lua)
{
    return find_or_match(lua, true);
}

static int text_match(lua_State *lua)
{
    return find_or_match(lua, false);
}

/* Upvalues: text, pattern, next place to look, end of the last match (-1 none). An empty match
 * right where the last one ended would find nothing new. */
static int gmatch_step(lua_State *lua)
{
    size_t length;
    const char *text = lua_tolstring(lua, lua_upvalueindex(1), &length);
    const struct hanse__pattern *pattern = lua_touserdata(lua, lua_upvalueindex(2));
    size_t from = (size_t)lua_tointeger(lua, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(lua, lua_upvalueindex(4));
    struct hanse__match match;
    for (; from <= length; from++) {
        if (hanse__pattern_match(lua, pattern, text, length, from, &match) &&
            (lua_Integer)match.to != last) {
            lua_pushinteger(lua, (lua_Integer)match.to);
            lua_copy(lua, -1, lua_upvalueindex(3));
            lua_replace(lua, lua_upvalueindex(4));
            return push_captures(lua, text, &match);
        }
    }
    return 0;
}

static int text_gmatch(lua_State *lua)
{
    size_t length, pattern_length;
    luaL_checklstring(lua, 1, &length);
    const char *pattern = luaL_checklstring(lua, 2, &pattern_length);
    size_t from = start_at(lua, 3, length);
    lua_settop(lua, 2);
    /* In gmatch '^' is no anchor but would stop every search after the first; refuse it. */
    if (pattern_length > 0 && *pattern == '^') {
        return hanse__raise(lua, "gmatch: a pattern for gmatch must not begin with '^'");
    }
    lua_pushvalue(lua, 1);
    hanse__pattern_compile(lua, pattern, pattern_length);
    lua_pushinteger(lua, (lua_Integer)from);
    lua_pushinteger(lua, -1);
    lua_pushcclosure(lua, gmatch_step, 4);
    return 1;
}

/* --- gsub -----------------------------------------------------------------------------------
 */

static void add_template(lua_State *lua, luaL_Buffer *buffer, const char *text,
                         const struct hanse__match *match)
{
    size_t length;
    const char *template = lua_tolstring(lua, 3, &length);
    for (size_t i = 0; i < length; i++) {
        if (template[i] != '%') {
            luaL_addchar(buffer, template[i]);
            continue;
        }
        char c = ++i < length ? template[i] : '\0';
        int number = c - '0';
        int captures = match->n_captures > 0 ? match->n_captures : 1;
        if (c == '%') {
            luaL_addchar(buffer, '%');
        } else if (number < 0 || number > 9 || number > captures) {
            hanse__raise(lua, "gsub: '%%' in the replacement must be followed by '%%' or the "
                              "number of a capture");
        } else if (number == 0 || match->n_captures == 0) {
            luaL_addlstring(buffer, text + match->from, match->to - match->from);
        } else {
            push_capture(lua, text, match, number - 1);
            luaL_tolstring(lua, -1, NULL);
            lua_remove(lua, -2);
            luaL_addvalue(buffer);
        }
    }
    hanse__charge(lua, length / 16);
}

static void add_replacement(lua_State *lua, luaL_Buffer *buffer, const char *text,
                            const struct hanse__match *match)
{
    int type = lua_type(lua, 3);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        add_template(lua, buffer, text, match);
        return;
    }
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(lua, 3);
        int n = push_captures(lua, text, match);
        lua_call(lua, n, 1);
    } else {
        if (match->n_captures > 0) {
            push_capture(lua, text, match, 0);
        } else {
            push_whole(lua, text, match);
        }
        lua_gettable(lua, 3);
    }
    if (!lua_toboolean(lua, -1)) {
        lua_pop(lua, 1);
        push_whole(lua, text, match);
    } else if (!lua_isstring(lua, -1)) {
        hanse__raise(lua, "gsub: the replacement must be a text, got a %s",
                     luaL_typename(lua, -1));
    }
    luaL_addvalue(buffer);
}

static int text_gsub(lua_State *lua)
{
    size_t length, pattern_length;
    const char *text = luaL_checklstring(lua, 1, &length);
    const char *pattern_text = luaL_checklstring(lua, 2, &pattern_length);
    int type = lua_type(lua, 3);
    luaL_argexpected(lua,
                     type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION ||
                         type == LUA_TTABLE,
                     3, "string/function/table");
    lua_Integer most = luaL_optinteger(lua, 4, LUA_MAXINTEGER), n = 0;
    const struct hanse__pattern *pattern =
        hanse__pattern_compile(lua, pattern_text, pattern_length);
    struct hanse__match match;
    size_t from = 0, last = (size_t)-1;
    luaL_Buffer buffer;
    luaL_buffinit(lua, &buffer);
    while (n < most && from <= length) {
        if (hanse__pattern_match(lua, pattern, text, length, from, &match) &&
            match.to != last) {
            n++;
            add_replacement(lua, &buffer, text, &match);
            from = last = match.to;
        } else if (from < length) {
            luaL_addchar(&buffer, text[from]);
            from++;
        } else {
            from++;
        }
        if (hanse__pattern_is_anchored(pattern)) {
            break;
        }
    }
    if (from < length) {
        luaL_addlstring(&buffer, text + from, length - from);
    }
    luaL_pushresult(&buffer);
    lua_pushinteger(lua, n);
    return 2;
}

/* --- rep, format ----------------------------------------------------------------------------
 */

static int text_rep(lua_State *lua)
{
    size_t length, separator_length;
    const char *text = luaL_checklstring(lua, 1, &length);
    lua_Integer n = luaL_checkinteger(lua, 2);
    const char *separator = luaL_optlstring(lua, 3, "", &separator_length);
    if (n <= 0 || length + separator_length == 0) {
        lua_pushliteral(lua, "");
        return 1;
    }
    if ((lua_Unsigned)n > HANSE__TEXT_BYTES / (length + separator_length)) {
        return hanse__raise(lua, "rep: a text of at most %d MiB, got %lld times %zu bytes",
                            HANSE__TEXT_BYTES >> 20, (long long)n, length + separator_length);
    }
    luaL_Buffer buffer;
    luaL_buffinit(lua, &buffer);
    for (lua_Integer i = 1; i <= n; i++) {
        luaL_addlstring(&buffer, text, length);
        if (i < n) {
            luaL_addlstring(&buffer, separator, separator_length);
        }
        hanse__charge(lua, 1);
    }
    luaL_pushresult(&buffer);
    return 1;
}

/* Lua's format, called with every "%s" argument made a text by our tostring. Upvalues: Lua's
 * format, our tostring. */
static int text_format(lua_State *lua)
{
    size_t length;
    const char *format = luaL_checklstring(lua, 1, &length);
    int n = lua_gettop(lua), argument = 1;
    for (size_t i = 0; i < length; i++) {
        if (format[i] != '%') {
            continue;
        }
        i++;
        if (i < length && format[i] == '%') {
            continue;
        }
        while (i < length && strchr("-+ #0123456789.", format[i]) != NULL &&
               format[i] != '\0') {
            i++;
        }
        argument++;
        if (i < length && (format[i] == 'p' || format[i] == 'q')) {
            return hanse__raise(lua, "format: '%%%c' is not available", format[i]);
        }
        if (i < length && format[i] == 's' && argument <= n) {
            lua_pushvalue(lua, lua_upvalueindex(2));
            lua_pushvalue(lua, argument);
            lua_call(lua, 1, 1);
            lua_replace(lua, argument);
        }
    }
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, n, 1);
    return 1;
}

void hanse__open_text(lua_State *lua)
{
    static const char *const kept[] = {"byte",    "char", "len",  "lower",
                                       "reverse", "sub",  "upper"};
    static const luaL_Reg own[] = {{"find", text_find},     {"match", text_match},
                                   {"gmatch", text_gmatch}, {"gsub", text_gsub},
                                   {"rep", text_rep},       {NULL, NULL}};
    luaL_newlib(lua, own);
    luaL_requiref(lua, "string", luaopen_string, 0);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        lua_getfield(lua, -1, kept[i]);
        lua_setfield(lua, -3, kept[i]);
    }
    lua_getfield(lua, -1, "format");
    lua_getfield(lua, -4, "tostring");
    lua_pushcclosure(lua, text_format, 2);
    lua_setfield(lua, -3, "format");
    lua_pop(lua, 1);
    lua_pushliteral(lua, ""); /* what ("x"):find() goes through */
    lua_getmetatable(lua, -1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 2);
    lua_setfield(lua, -2, "string");
}
