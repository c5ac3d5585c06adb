/* From Lua's values to the draft's. */
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scripting/declare.h"
#include "scripting/quantity.h"

static char absent_marker; /* its address is `absent` */

bool hanse__is_absent(lua_State *lua, int index)
{
    return lua_type(lua, index) == LUA_TLIGHTUSERDATA &&
           lua_touserdata(lua, index) == &absent_marker;
}

int hanse__refuse(lua_State *lua, const struct hanse__spot *spot, const char *format, ...)
{
    char message[HANSE__MESSAGE_BYTES], whole[2 * HANSE__MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    snprintf(whole, sizeof whole, "%s:%d: %s%s%s%s%s%s%s%s", spot->file, spot->line,
             spot->kind != NULL ? spot->kind : "", spot->name != NULL ? " '" : "",
             spot->name != NULL ? spot->name : "", spot->name != NULL ? "'" : "",
             spot->kind != NULL ? ": " : "", spot->key != NULL ? spot->key : "",
             spot->key != NULL ? ": " : "", message);
    return hanse__raise_broken(lua, HANSE__BROKEN_DECLARATION, HANSE_ERR_INPUT, whole);
}

void hanse__pass(lua_State *lua, enum hanse_status status)
{
    if (status != HANSE_OK) {
        struct hanse_script *script = hanse__script_of(lua);
        hanse__raise_broken(lua, HANSE__BROKEN_DECLARATION, status,
                            hanse_context_message(script->ctx));
    }
}

struct hanse_origin hanse__declared_at(const struct hanse__spot *spot)
{
    return (struct hanse_origin){
        .file = spot->file, .line = spot->line, .how = HANSE_HOW_DECLARED};
}

const char *hanse__path_unit(const struct hanse_draft *draft, const char *path)
{
    const char *dot = strchr(path, '.'), *key = strrchr(path, '.');
    size_t n_kinds;
    const struct hanse_kind *const *kinds = hanse_draft_kinds(draft, &n_kinds);
    if (dot == NULL) {
        return NULL;
    }
    size_t length = (size_t)(dot - path);
    if (length == strlen("param") && strncmp(path, "param", length) == 0) {
        for (size_t i = 0; i < hanse_draft_n_params(draft); i++) {
            const struct hanse_param *param = hanse_draft_param_at(draft, i);
            if (strcmp(param->name, dot + 1) == 0) {
                return param->unit;
            }
        }
        return NULL;
    }
    for (size_t k = 0; k < n_kinds; k++) {
        for (size_t f = 0; strlen(kinds[k]->name) == length &&
                           memcmp(kinds[k]->name, path, length) == 0 && f < kinds[k]->n_fields;
             f++) {
            if (strcmp(kinds[k]->fields[f].key, key + 1) == 0) {
                return kinds[k]->fields[f].unit != NULL ? kinds[k]->fields[f].unit : "1";
            }
        }
    }
    return NULL;
}

static void read_text(lua_State *lua, int index, const struct hanse__spot *spot,
                      struct hanse_value *value)
{
    size_t length;
    value->type = HANSE_VALUE_TEXT;
    value->text = lua_tolstring(lua, index, &length);
    if (strlen(value->text) != length) {
        hanse__refuse(lua, spot, "a text must not hold a zero byte");
    }
}

/* `room` holds the term of a bare number. */
static void read_number(lua_State *lua, int index, const char *unit,
                        const struct hanse__spot *spot, struct hanse_term *room,
                        struct hanse_value *value)
{
    double number = lua_tonumber(lua, index);
    if (unit != NULL && strcmp(unit, "1") != 0) {
        hanse__refuse(lua, spot, "needs its unit, such as %.14g*%s, got the bare number %.14g",
                      number, unit, number);
    }
    *room = (struct hanse_term){.op = HANSE_OP_CONSTANT, .number = number};
    value->type = HANSE_VALUE_FORMULA;
    value->formula = (struct hanse_formula){.terms = room, .n_terms = 1};
}

/* Anything but a list. False when it is nothing a draft knows. */
static bool read_single(lua_State *lua, int index, const char *unit,
                        const struct hanse__spot *spot, struct hanse_term *room,
                        struct hanse_value *value)
{
    const struct hanse__quantity *quantity = hanse__quantity_at(lua, index);
    *value = (struct hanse_value){.type = HANSE_VALUE_ABSENT};
    if (quantity != NULL) {
        value->type = HANSE_VALUE_FORMULA;
        value->formula = (struct hanse_formula){
            .terms = quantity->terms, .n_terms = quantity->n_terms, .dim = quantity->dim};
        value->source = hanse__quantity_source(lua, index);
        value->evidence = quantity->evidence;
        return true;
    }
    switch (lua_type(lua, index)) {
    case LUA_TNUMBER:
        read_number(lua, index, unit, spot, room, value);
        return true;
    case LUA_TSTRING:
        read_text(lua, index, spot, value);
        return true;
    case LUA_TBOOLEAN:
        value->type = HANSE_VALUE_FLAG;
        value->flag = lua_toboolean(lua, index);
        return true;
    default:
        return hanse__is_absent(lua, index);
    }
}

/* A list is as well founded as its items if they agree; if not, its mark is left to them. */
static void mark_list(struct hanse_value *list)
{
    for (size_t i = 0; i < list->n_items; i++) {
        const struct hanse_value *item = &list->items[i];
        if (i == 0) {
            list->source = item->source;
            list->evidence = item->evidence;
        } else if (item->evidence != list->evidence) {
            list->evidence = HANSE_EVIDENCE_DERIVED;
        }
    }
}

static void check_list_keys(lua_State *lua, int index, size_t n, const struct hanse__spot *spot)
{
    for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
        lua_Integer key = lua_isinteger(lua, -2) ? lua_tointeger(lua, -2) : 0;
        if (key < 1 || (lua_Unsigned)key > n) {
            hanse__refuse(lua, spot,
                          "expected a list without gaps or keys, got a table with "
                          "other keys than 1 to %zu",
                          n);
        }
    }
}

static void read_list(lua_State *lua, int index, const char *unit,
                      const struct hanse__spot *spot, struct hanse_value *value)
{
    size_t n = lua_rawlen(lua, index);
    check_list_keys(lua, index, n, spot);
    hanse__charge(lua, 4 * n);
    struct hanse_value *items = lua_newuserdatauv(lua, (n + 1) * sizeof *items, 0);
    struct hanse_term *rooms = lua_newuserdatauv(lua, (n + 1) * sizeof *rooms, 0);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(lua, index, (lua_Integer)i + 1);
        if (!read_single(lua, -1, unit, spot, &rooms[i], &items[i])) {
            hanse__refuse(lua, spot,
                          "item %zu: expected a number, text, true or false, got a %s", i + 1,
                          luaL_typename(lua, -1));
        }
        lua_pop(lua, 1); /* texts and quantities stay alive in the list */
    }
    *value = (struct hanse_value){.type = HANSE_VALUE_LIST, .items = items, .n_items = n};
    mark_list(value);
}

/* What it is shown as is pushed. */
static void read_function(lua_State *lua, int index, struct hanse_value *value)
{
    lua_Debug about;
    lua_pushvalue(lua, index);
    lua_getinfo(lua, ">S", &about);
    int32_t hook = hanse__hook_keep(lua, index);
    const char *text = lua_pushfstring(
        lua, "function at %s:%d", *about.source == '@' ? about.source + 1 : about.short_src,
        about.linedefined);
    *value = (struct hanse_value){.type = HANSE_VALUE_HOOK, .text = text, .hook = hook};
}

void hanse__value_read(lua_State *lua, int index, const char *unit,
                       const struct hanse__spot *spot, struct hanse_value *value)
{
    index = lua_absindex(lua, index);
    if (lua_type(lua, index) == LUA_TTABLE) {
        read_list(lua, index, unit, spot, value);
        return;
    }
    if (lua_type(lua, index) == LUA_TFUNCTION) {
        read_function(lua, index, value);
        return;
    }
    struct hanse_term *room = lua_newuserdatauv(lua, sizeof *room, 0);
    if (!read_single(lua, index, unit, spot, room, value)) {
        hanse__refuse(lua, spot, "expected a number, text, true, false or a list, got a %s",
                      luaL_typename(lua, index));
    }
}

/* --- declarations ---------------------------------------------------------------------------
 */

static void require_schema(lua_State *lua, const struct hanse__spot *spot)
{
    lua_rawgeti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushliteral(lua, "hanse_schema");
    int type = lua_rawget(lua, -2);
    if (type == LUA_TNIL) {
        hanse__refuse(lua, spot,
                      "hanse_schema: must be set before anything is declared; begin "
                      "with hanse_schema = 1");
    }
    if (!lua_isinteger(lua, -1) || lua_tointeger(lua, -1) != 1) {
        const char *got = luaL_tolstring(lua, -1, NULL);
        hanse__refuse(lua, spot, "hanse_schema: must be 1, got %s",
                      type == LUA_TNUMBER || type == LUA_TSTRING ? got
                                                                 : luaL_typename(lua, -2));
    }
    lua_pop(lua, 2);
}

struct hanse__declaration hanse__declaration_begin(lua_State *lua, const char *constructor)
{
    struct hanse__declaration declaration = {.table = 1, .node = -1};
    declaration.spot.file = hanse__where(lua, &declaration.spot.line);
    require_schema(lua, &declaration.spot);
    declaration.spot.kind = constructor;
    if (lua_gettop(lua) != 1 || lua_type(lua, 1) != LUA_TTABLE) {
        hanse__refuse(lua, &declaration.spot, "takes one table, %s{ … }, got %s", constructor,
                      lua_gettop(lua) == 1 ? luaL_typename(lua, 1) : "other arguments");
    }
    const struct hanse__source *source =
        hanse__source_find(hanse__script_of(lua), declaration.spot.file);
    if (source != NULL && source->scan != NULL) {
        declaration.scan = source->scan;
        declaration.node = hanse__scan_call(source->scan, constructor, declaration.spot.line);
    }
    luaL_checkstack(lua, 64, constructor);
    return declaration;
}

struct hanse__spot hanse__declaration_spot(const struct hanse__declaration *declaration,
                                           const char *key)
{
    struct hanse__spot spot = declaration->spot;
    spot.key = key;
    if (declaration->scan != NULL) {
        spot.line = hanse__scan_key_line(declaration->scan, declaration->node, key, spot.line);
    }
    return spot;
}

/* Of several wrong keys the first by bytes is named, so that the message never varies. */
void hanse__declaration_keys(lua_State *lua, const struct hanse__declaration *declaration,
                             const char *const *keys, size_t n_keys)
{
    const char *unknown = NULL;
    for (lua_pushnil(lua); lua_next(lua, declaration->table) != 0; lua_pop(lua, 1)) {
        if (lua_type(lua, -2) != LUA_TSTRING) {
            hanse__refuse(lua, &declaration->spot, "expected only key = value, got %s",
                          lua_type(lua, -2) == LUA_TNUMBER ? "a value without key"
                                                           : "a key that is no text");
        }
        const char *key = lua_tostring(lua, -2);
        bool known = false;
        for (size_t i = 0; i < n_keys && !known; i++) {
            known = strcmp(keys[i], key) == 0;
        }
        if (!known && (unknown == NULL || strcmp(key, unknown) < 0)) {
            unknown = key;
        }
    }
    if (unknown != NULL) {
        char hint[160];
        struct hanse__spot spot = hanse__declaration_spot(declaration, unknown);
        spot.key = NULL;
        hanse__refuse(lua, &spot, "unknown key '%s'%s", unknown,
                      hanse__suggest(hint, sizeof hint, unknown, keys, n_keys));
    }
}

const char *hanse__declaration_text(lua_State *lua,
                                    const struct hanse__declaration *declaration,
                                    const char *key)
{
    struct hanse__spot spot = hanse__declaration_spot(declaration, key);
    int type = lua_getfield(lua, declaration->table, key);
    if (type == LUA_TNIL) {
        return NULL;
    }
    if (type != LUA_TSTRING) {
        hanse__refuse(lua, &spot, "expected a text, got a %s", luaL_typename(lua, -1));
    }
    struct hanse_value value;
    read_text(lua, -1, &spot, &value);
    return value.text;
}

void hanse__push_absent(lua_State *lua)
{
    lua_pushlightuserdata(lua, &absent_marker);
}
