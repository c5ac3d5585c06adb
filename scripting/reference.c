/*
 * reference "name": the rows of a shipped table, each figure with its source and evidence.
 *
 *     local chips = reference "accelerators"
 *     chips.h100_sxm5_80gb.tdp_w                        a plain number
 *     chips.h100_sxm5_80gb:quantity("tdp_w", W)         a quantity with the cell's source
 *     reference("reliability"):find{ metric = "…", setting = "…" }:quantity("value")
 *
 * A cell's source and evidence stand in COLUMN_source and COLUMN_evidence, or, where those are
 * empty or missing, in the row's own `source` and `evidence`.
 */
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scripting/csv_box.h"
#include "scripting/declare.h"
#include "scripting/quantity.h"

/* Registry keys of the metatables of tables and rows. A row's cells are raw fields of its
 * Lua table; where it stands is kept in a second table so that cells may have any name. */
static const char row_metatable[] = "hanse.row";
static const char places_key[] = "hanse.places";   /* row → "file:line" */
static const char columns_key[] = "hanse.columns"; /* row → table of column names */

/* --- cells ----------------------------------------------------------------------------------
 */

static void push_cell(lua_State *lua, const char *cell)
{
    char *end;
    double number = strtod(cell, &end);
    bool plain = strspn(cell, "0123456789+-.eE") == strlen(cell);
    if (plain && end != cell && *end == '\0') {
        if (number == (double)(lua_Integer)number && strpbrk(cell, ".eE") == NULL) {
            lua_pushinteger(lua, (lua_Integer)number);
        } else {
            lua_pushnumber(lua, number);
        }
    } else {
        lua_pushstring(lua, cell);
    }
}

static void remember(lua_State *lua, const char *registry, int row)
{
    lua_getfield(lua, LUA_REGISTRYINDEX, registry);
    lua_pushvalue(lua, row);
    lua_pushvalue(lua, -3);
    lua_rawset(lua, -3);
    lua_pop(lua, 2);
}

/* Pushes what `registry` remembers of the row at `row`. */
static int recall(lua_State *lua, const char *registry, int row)
{
    lua_getfield(lua, LUA_REGISTRYINDEX, registry);
    lua_pushvalue(lua, row);
    int type = lua_rawget(lua, -2);
    lua_remove(lua, -2);
    return type;
}

/* Pushes a row; the table of columns is at `columns`. */
static void push_row(lua_State *lua, const struct hanse_csv *csv, const char *shown,
                     int columns)
{
    const char *const *names = hanse_csv_columns(csv);
    const char *const *cells = hanse_csv_fields(csv);
    lua_newtable(lua);
    int row = lua_gettop(lua);
    for (size_t i = 0; i < hanse_csv_n_columns(csv); i++) {
        if (*cells[i] != '\0') {
            push_cell(lua, cells[i]);
            lua_setfield(lua, row, names[i]);
        }
    }
    lua_pushfstring(lua, "%s:%d", shown, (int)hanse_csv_line(csv));
    remember(lua, places_key, row);
    lua_pushvalue(lua, columns);
    remember(lua, columns_key, row);
    luaL_setmetatable(lua, row_metatable);
    hanse__charge(lua, 2 * hanse_csv_n_columns(csv));
}

/* --- rows in scripts ------------------------------------------------------------------------
 */

static const char *place_of(lua_State *lua, int row)
{
    if (lua_type(lua, row) != LUA_TTABLE || recall(lua, places_key, row) != LUA_TSTRING) {
        hanse__raise(lua, "reference: not a row of a table; call with ':', as in "
                          "row:quantity(\"tdp_w\", W)");
    }
    return lua_tostring(lua, -1);
}

/* Raises when the table behind the row has no such column. */
static void check_column(lua_State *lua, int row, const char *column)
{
    const char *place = place_of(lua, row);
    recall(lua, columns_key, row);
    size_t n = lua_rawlen(lua, -1);
    const char **names = lua_newuserdatauv(lua, (n + 1) * sizeof *names, 0);
    int columns = lua_gettop(lua) - 1;
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(lua, columns, (lua_Integer)i + 1);
        names[i] = lua_tostring(lua, -1);
        lua_pop(lua, 1);
        if (strcmp(names[i], column) == 0) {
            return;
        }
    }
    char hint[160];
    hanse__raise(lua, "%s: there is no column '%s'%s", place, column,
                 hanse__suggest(hint, sizeof hint, column, names, n));
}

/* Upvalue 1: the methods. An empty cell is nil, an unknown column an error. */
static int row_index(lua_State *lua)
{
    const char *key = luaL_checkstring(lua, 2);
    if (lua_getfield(lua, lua_upvalueindex(1), key) == LUA_TNIL) {
        check_column(lua, 1, key);
        lua_pushnil(lua);
    }
    return 1;
}

static const char *cell_text(lua_State *lua, const char *column, const char *suffix)
{
    lua_pushfstring(lua, "%s%s", column, suffix);
    return lua_rawget(lua, 1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
}

/* The unit given as the argument after `column`, else by the row's `unit`. */
static void unit_of(lua_State *lua, const char *place, double *scale, struct hanse_dim *dim)
{
    struct hanse_script *script = hanse__script_of(lua);
    const struct hanse__quantity *given = hanse__quantity_at(lua, 3);
    struct hanse_unit unit = {.scale = 1};
    if (given != NULL) {
        if (!hanse__quantity_constant(given, scale)) {
            hanse__raise(lua, "quantity: a unit must not depend on a parameter");
        }
        *dim = given->dim;
        return;
    }
    if (!lua_isnoneornil(lua, 3)) {
        hanse__raise(lua, "quantity: the unit must be a quantity, such as W, got a %s",
                     luaL_typename(lua, 3));
    }
    lua_pushliteral(lua, "unit");
    if (lua_rawget(lua, 1) != LUA_TNIL) {
        luaL_tolstring(lua, -1, NULL);
        if (hanse_unit_parse(script->ctx, lua_tostring(lua, -1), &unit) != HANSE_OK) {
            hanse__raise(lua, "%s: %s; give the unit as an argument", place,
                         hanse_context_message(script->ctx));
        }
    }
    *scale = unit.scale;
    *dim = unit.dim;
}

/* row:quantity(column[, unit]) */
static int row_quantity(lua_State *lua)
{
    lua_settop(lua, 3);
    const char *place = place_of(lua, 1);
    const char *column = luaL_checkstring(lua, 2);
    double scale;
    struct hanse_dim dim = {{0}};
    enum hanse_evidence evidence = HANSE_EVIDENCE_NONE;
    check_column(lua, 1, column);
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, 1) != LUA_TNUMBER) {
        return hanse__raise(lua, "%s: %s: %s", place, column,
                            lua_isnil(lua, -1) ? "the table has no value here"
                                               : "the value is not a number");
    }
    double number = lua_tonumber(lua, -1);
    unit_of(lua, place, &scale, &dim);
    const char *word = cell_text(lua, column, "_evidence");
    const char *source = cell_text(lua, column, "_source");
    word = word != NULL ? word : cell_text(lua, "evidence", "");
    source = source != NULL ? source : cell_text(lua, "source", "");
    if (word != NULL && !hanse_evidence_parse(word, &evidence)) {
        return hanse__raise(lua, "%s: %s: unknown evidence '%s'", place, column, word);
    }
    hanse__quantity_push_number(lua, number * scale, &dim);
    hanse__quantity_mark(lua, source, evidence);
    return 1;
}

/* --- tables in scripts ----------------------------------------------------------------------
 */

/* rows:find{ column = value, … }: the one row whose cells say so. */
static int rows_find(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_checktype(lua, 2, LUA_TTABLE);
    lua_settop(lua, 2);
    lua_getiuservalue(lua, lua_upvalueindex(1), 1); /* the list of rows */
    int found = 0, list = 3;
    size_t n = lua_rawlen(lua, list);
    lua_pushnil(lua); /* 4: the row found */
    for (size_t i = 1; i <= n; i++) {
        bool same = true;
        lua_rawgeti(lua, list, (lua_Integer)i);
        for (lua_pushnil(lua); lua_next(lua, 2) != 0; lua_pop(lua, 1)) {
            if (i == 1) {
                check_column(lua, 5,
                             lua_type(lua, 6) == LUA_TSTRING ? lua_tostring(lua, 6) : "?");
                lua_settop(lua, 7);
            }
            lua_pushvalue(lua, 6);
            lua_rawget(lua, 5);
            same = same && lua_compare(lua, -1, 7, LUA_OPEQ);
            lua_pop(lua, 1);
            hanse__charge(lua, 2);
        }
        if (same) {
            found++;
            lua_copy(lua, 5, 4);
        }
        lua_settop(lua, 4);
    }
    if (found != 1) {
        return hanse__raise(lua, "find: one row must fit, %d of %zu do", found, n);
    }
    return 1;
}

/* rows:list(): every row, in the table's order. */
static int rows_list(lua_State *lua)
{
    lua_getiuservalue(lua, lua_upvalueindex(1), 1);
    size_t n = lua_rawlen(lua, -1);
    lua_createtable(lua, (int)n, 0);
    for (size_t i = 1; i <= n; i++) {
        lua_rawgeti(lua, -2, (lua_Integer)i);
        lua_rawseti(lua, -2, (lua_Integer)i);
    }
    return 1;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Upvalue 1: the methods, 2: the table's name. */
static int rows_index(lua_State *lua)
{
    const char *key = luaL_checkstring(lua, 2);
    if (lua_getfield(lua, lua_upvalueindex(1), key) != LUA_TNIL) {
        return 1;
    }
    size_t n = 0;
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        n++;
    }
    const char **names = lua_newuserdatauv(lua, (n + 1) * sizeof *names, 0);
    n = 0;
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        if (lua_type(lua, -2) == LUA_TSTRING) {
            names[n++] = lua_tostring(lua, -2);
        }
    }
    qsort(names, n, sizeof *names, by_text); /* a tie must not depend on a hash */
    char hint[160];
    return hanse__raise(lua, "reference '%s': there is no row '%s'%s",
                        lua_tostring(lua, lua_upvalueindex(2)), key,
                        hanse__suggest(hint, sizeof hint, key, names, n));
}

/* Fills the keyed table at `keyed` and the list at `list` from the text. Rows whose first
 * column repeats are only in the list. */
static void read_rows(lua_State *lua, struct hanse_csv *csv, const char *shown, int keyed,
                      int list)
{
    lua_newtable(lua);
    int columns = lua_gettop(lua);
    for (size_t i = 0; i < hanse_csv_n_columns(csv); i++) {
        lua_pushstring(lua, hanse_csv_columns(csv)[i]);
        lua_rawseti(lua, columns, (lua_Integer)i + 1);
    }
    lua_newtable(lua);
    int seen = lua_gettop(lua);
    for (lua_Integer i = 1;; i++) {
        hanse__pass(lua, hanse_csv_next(csv));
        if (hanse_csv_fields(csv) == NULL) {
            break;
        }
        push_row(lua, csv, shown, columns);
        lua_pushvalue(lua, -1);
        lua_rawseti(lua, list, i);
        const char *key = hanse_csv_fields(csv)[0];
        bool first = lua_getfield(lua, seen, key) == LUA_TNIL;
        lua_pop(lua, 1);
        lua_pushboolean(lua, true);
        lua_setfield(lua, seen, key);
        if (!first) {
            lua_pop(lua, 1);
            lua_pushnil(lua);
        }
        lua_setfield(lua, keyed, key);
    }
    lua_pop(lua, 2);
}

/* --- reading a table ------------------------------------------------------------------------
 */

static void set_rows_metatable(lua_State *lua, const char *name, int keyed, int list)
{
    static const luaL_Reg methods[] = {{"find", rows_find}, {"list", rows_list}, {NULL, NULL}};
    lua_newtable(lua);
    luaL_newlibtable(lua, methods);
    lua_newuserdatauv(lua, 0, 1);
    lua_pushvalue(lua, list);
    lua_setiuservalue(lua, -2, 1);
    luaL_setfuncs(lua, methods, 1);
    lua_pushstring(lua, name);
    lua_pushcclosure(lua, rows_index, 2);
    lua_setfield(lua, -2, "__index");
    lua_pushliteral(lua, "rows");
    lua_setfield(lua, -2, "__name");
    lua_setmetatable(lua, keyed);
}

static void check_name(lua_State *lua, const char *name, size_t length)
{
    if (length == 0 || length > 100 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
            length) {
        hanse__raise(lua, "reference: a table's name is letters, digits, '_' and '-', got '%s'",
                     name);
    }
}

/* reference(name). Upvalue 1: tables already read, by name. */
static int base_reference(lua_State *lua)
{
    struct hanse_script *script = hanse__script_of(lua);
    size_t length;
    const char *name = luaL_checklstring(lua, 1, &length);
    char file[160], path[PATH_MAX], shown[PATH_MAX];
    check_name(lua, name, length);
    if (lua_getfield(lua, lua_upvalueindex(1), name) != LUA_TNIL) {
        return 1;
    }
    snprintf(file, sizeof file, "reference/%s.csv", name);
    if (!hanse__find_file(script, file, path, sizeof path, shown, sizeof shown)) {
        return hanse__raise(lua, "reference: there is no table '%s' (%s)", name, file);
    }
    struct hanse_csv *csv = hanse__csv_open(lua, path, shown);
    lua_newtable(lua);
    int keyed = lua_gettop(lua);
    lua_newtable(lua);
    read_rows(lua, csv, shown, keyed, keyed + 1);
    set_rows_metatable(lua, name, keyed, keyed + 1);
    lua_pushvalue(lua, keyed);
    lua_setfield(lua, lua_upvalueindex(1), name);
    lua_pushvalue(lua, keyed);
    return 1;
}

void hanse__open_reference(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"quantity", row_quantity}, {NULL, NULL}};
    lua_newtable(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, places_key);
    lua_newtable(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, columns_key);
    luaL_newmetatable(lua, row_metatable);
    luaL_newlib(lua, methods);
    lua_pushcclosure(lua, row_index, 1);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 1);
    lua_newtable(lua);
    lua_pushcclosure(lua, base_reference, 1);
    lua_setfield(lua, -2, "reference");
}
