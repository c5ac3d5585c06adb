/* Parameters, overrides and cases. */
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scripting/declare.h"
#include "scripting/quantity.h"

/* --- parameters -----------------------------------------------------------------------------
 */

/* The constant under `key` in base units; `otherwise` when it is absent. The first number read
 * decides the dimension. */
static double read_constant(lua_State *lua, const struct hanse__declaration *declaration,
                            const char *key, double otherwise, bool *has_dim,
                            struct hanse_param *param)
{
    struct hanse__spot spot = hanse__declaration_spot(declaration, key);
    struct hanse_dim dim = {{0}};
    double value = 0.0;
    int type = lua_getfield(lua, declaration->table, key);
    const struct hanse__quantity *quantity = hanse__quantity_at(lua, -1);
    if (type == LUA_TNIL) {
        return otherwise;
    }
    if (quantity != NULL) {
        dim = quantity->dim;
        if (!hanse__quantity_constant(quantity, &value)) {
            hanse__refuse(lua, &spot, "must not depend on another parameter");
        }
        if (quantity->evidence != HANSE_EVIDENCE_NONE) {
            param->origin.evidence = quantity->evidence;
            param->origin.source = hanse__quantity_source(lua, -1);
        }
    } else if (type == LUA_TNUMBER) {
        value = lua_tonumber(lua, -1);
        if (param->unit != NULL && strcmp(param->unit, "1") != 0) {
            hanse__refuse(lua, &spot,
                          "needs its unit, such as %.14g*%s, got the bare number %.14g", value,
                          param->unit, value);
        }
    } else {
        hanse__refuse(lua, &spot, "expected a number or a quantity, got a %s",
                      luaL_typename(lua, -1));
    }
    if (*has_dim && !hanse_dim_equal(&dim, &param->dim)) {
        char want[128], got[128];
        hanse__refuse(lua, &spot, "expected %s as the others, got %s",
                      hanse_dim_text(&param->dim, want, sizeof want),
                      hanse_dim_text(&dim, got, sizeof got));
    }
    *has_dim = true;
    param->dim = dim;
    return value;
}

static void read_values(lua_State *lua, const struct hanse__declaration *declaration,
                        struct hanse_param *param)
{
    bool has_dim = false;
    param->min = read_constant(lua, declaration, "min", -INFINITY, &has_dim, param);
    param->max = read_constant(lua, declaration, "max", INFINITY, &has_dim, param);
    param->step = read_constant(lua, declaration, "step", 0, &has_dim, param);
    param->mid = read_constant(lua, declaration, "value", NAN, &has_dim, param);
    param->low = read_constant(lua, declaration, "low", NAN, &has_dim, param);
    param->high = read_constant(lua, declaration, "high", NAN, &has_dim, param);
    double mid = read_constant(lua, declaration, "mid", NAN, &has_dim, param);
    bool lever = !isnan(param->mid);
    bool uncertain = !isnan(param->low) && !isnan(param->high) && !isnan(mid);
    bool any = !isnan(param->low) || !isnan(param->high) || !isnan(mid);
    if (lever == uncertain || (lever && any)) {
        hanse__refuse(lua, &declaration->spot, "needs either value, or low, mid and high");
    }
    if (lever) {
        param->low = param->high = param->mid;
    } else {
        param->mid = mid;
    }
}

static void read_evidence(lua_State *lua, const struct hanse__declaration *declaration,
                          struct hanse_param *param)
{
    const char *source = hanse__declaration_text(lua, declaration, "source");
    const char *word = hanse__declaration_text(lua, declaration, "evidence");
    param->origin.source = source != NULL ? source : param->origin.source;
    if (word != NULL && !hanse_evidence_parse(word, &param->origin.evidence)) {
        struct hanse__spot spot = hanse__declaration_spot(declaration, "evidence");
        hanse__refuse(lua, &spot,
                      "must be primary, press, aggregator, derived, assumption or unverified, "
                      "got '%s'",
                      word);
    }
}

static void check_unit(lua_State *lua, const struct hanse__declaration *declaration,
                       const struct hanse_param *param)
{
    struct hanse_script *script = hanse__script_of(lua);
    struct hanse__spot spot = hanse__declaration_spot(declaration, "unit");
    struct hanse_unit unit;
    char want[128];
    if (hanse_unit_parse(script->ctx, param->unit, &unit) != HANSE_OK) {
        hanse__refuse(lua, &spot, "%s", hanse_context_message(script->ctx));
    }
    if (!hanse_dim_equal(&unit.dim, &param->dim)) {
        hanse__refuse(lua, &spot, "must be a unit of %s, got '%s'",
                      hanse_dim_text(&param->dim, want, sizeof want), param->unit);
    }
}

/* Declares the parameter whose table is on top of the stack and pushes its quantity. */
static void declare_param(lua_State *lua, const struct hanse__declaration *declaration)
{
    static const char *const keys[] = {"value", "low",  "mid",   "high",   "min",     "max",
                                       "step",  "unit", "label", "source", "evidence"};
    struct hanse_script *script = hanse__script_of(lua);
    struct hanse_param param = {.name = declaration->spot.name,
                                .origin = hanse__declared_at(&declaration->spot)};
    char base[128];
    uint32_t index;
    int top = lua_gettop(lua);
    hanse__declaration_keys(lua, declaration, keys, sizeof keys / sizeof keys[0]);
    luaL_checkstack(lua, 32, "params");
    param.unit = hanse__declaration_text(lua, declaration, "unit");
    param.label = hanse__declaration_text(lua, declaration, "label");
    param.label = param.label != NULL ? param.label : param.name;
    read_values(lua, declaration, &param);
    read_evidence(lua, declaration, &param);
    if (param.unit == NULL) {
        param.unit = hanse_dim_text(&param.dim, base, sizeof base);
    }
    check_unit(lua, declaration, &param);
    hanse__pass(lua, hanse_draft_param(script->draft, &param, &index));
    struct hanse__quantity *quantity = hanse__quantity_push(lua, 1);
    quantity->dim = param.dim;
    quantity->terms[0] = (struct hanse_term){.op = HANSE_OP_PARAM, .param = index};
    hanse__quantity_mark(lua, param.origin.source, param.origin.evidence);
    lua_replace(lua, top + 1);
    lua_settop(lua, top + 1);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Pushes an array of the text keys of a table, sorted by bytes; they live as long as it. */
static const char **push_sorted_keys(lua_State *lua, const struct hanse__spot *spot, int table,
                                     size_t *n)
{
    *n = 0;
    for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
        ++*n;
    }
    hanse__charge(lua, 4 * *n);
    const char **keys = lua_newuserdatauv(lua, (*n + 1) * sizeof *keys, 0);
    *n = 0;
    for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
        if (lua_type(lua, -2) != LUA_TSTRING) {
            hanse__refuse(lua, spot, "expected only name = value, got a value without name");
        }
        keys[(*n)++] = lua_tostring(lua, -2);
    }
    qsort(keys, *n, sizeof *keys, by_text);
    return keys;
}

/* __index of the table that params returns. */
static int unknown_param(lua_State *lua)
{
    struct hanse_draft *draft = hanse__script_of(lua)->draft;
    const char *word = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
    size_t n = hanse_draft_n_params(draft);
    const char **names = lua_newuserdatauv(lua, (n + 1) * sizeof *names, 0);
    char hint[160];
    for (size_t i = 0; i < n; i++) {
        names[i] = hanse_draft_param_at(draft, i)->name;
    }
    struct hanse__spot spot = {.kind = "params"};
    spot.file = hanse__where(lua, &spot.line);
    return hanse__refuse(lua, &spot, "there is no parameter '%s'%s", word,
                         hanse__suggest(hint, sizeof hint, word, names, n));
}

static int base_params(lua_State *lua)
{
    struct hanse__declaration all = hanse__declaration_begin(lua, "params");
    size_t n;
    const char **names = push_sorted_keys(lua, &all.spot, all.table, &n);
    lua_newtable(lua);
    int result = lua_gettop(lua);
    for (size_t i = 0; i < n; i++) {
        struct hanse__declaration one = all;
        one.spot = hanse__declaration_spot(&all, names[i]);
        one.spot.kind = "param";
        one.spot.name = names[i];
        one.spot.key = NULL;
        if (all.scan != NULL) {
            one.node = hanse__scan_key_node(all.scan, all.node, names[i]);
        }
        lua_getfield(lua, all.table, names[i]);
        one.table = lua_gettop(lua);
        if (lua_type(lua, -1) != LUA_TTABLE) {
            hanse__refuse(lua, &one.spot, "expected a table, { value = … }, got a %s",
                          luaL_typename(lua, -1));
        }
        declare_param(lua, &one);
        lua_setfield(lua, result, names[i]);
        lua_settop(lua, result);
    }
    lua_newtable(lua);
    lua_pushcfunction(lua, unknown_param);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, result);
    return 1;
}

/* --- overrides ------------------------------------------------------------------------------
 */

static const char *required_name(lua_State *lua, struct hanse__declaration *declaration,
                                 const char *constructor)
{
    declaration->spot.name = hanse__declaration_text(lua, declaration, "name");
    if (declaration->spot.name == NULL) {
        hanse__refuse(lua, &declaration->spot, "name: must be given, as in %s{ name = \"…\" }",
                      constructor);
    }
    return declaration->spot.name;
}

static int base_override(lua_State *lua)
{
    static const char *const keys[] = {"name", "label", "set"};
    struct hanse_draft *draft = hanse__script_of(lua)->draft;
    struct hanse__declaration declaration = hanse__declaration_begin(lua, "override");
    const char *name = required_name(lua, &declaration, "override");
    hanse__declaration_keys(lua, &declaration, keys, 3);
    hanse__declaration_text(lua, &declaration, "label"); /* for people who read the file */
    struct hanse__spot spot = hanse__declaration_spot(&declaration, "set");
    if (lua_getfield(lua, 1, "set") != LUA_TTABLE) {
        hanse__refuse(lua, &spot, "must be a table of [\"path\"] = value, got %s",
                      luaL_typename(lua, -1));
    }
    struct hanse__declaration set = declaration;
    set.table = lua_gettop(lua);
    if (set.scan != NULL) {
        set.node = hanse__scan_key_node(set.scan, declaration.node, "set");
    }
    struct hanse_origin origin = hanse__declared_at(&declaration.spot);
    hanse__pass(lua, hanse_draft_override(draft, name, NULL, NULL, &origin));
    size_t n;
    const char **paths = push_sorted_keys(lua, &spot, set.table, &n);
    int top = lua_gettop(lua);
    for (size_t i = 0; i < n; i++, lua_settop(lua, top)) {
        struct hanse_value value;
        spot = hanse__declaration_spot(&set, paths[i]);
        lua_getfield(lua, set.table, paths[i]);
        hanse__value_read(lua, -1, hanse__path_unit(draft, paths[i]), &spot, &value);
        origin = hanse__declared_at(&spot);
        hanse__pass(lua, hanse_draft_override(draft, name, paths[i], &value, &origin));
    }
    lua_pushstring(lua, name);
    return 1;
}

/* --- cases ----------------------------------------------------------------------------------
 */

static int base_case(lua_State *lua)
{
    static const char *const keys[] = {"name", "label", "with"};
    struct hanse_draft *draft = hanse__script_of(lua)->draft;
    struct hanse__declaration declaration = hanse__declaration_begin(lua, "case");
    const char *name = required_name(lua, &declaration, "case");
    const char *label = hanse__declaration_text(lua, &declaration, "label");
    struct hanse__spot spot = hanse__declaration_spot(&declaration, "with");
    struct hanse_value list = {.type = HANSE_VALUE_LIST};
    hanse__declaration_keys(lua, &declaration, keys, 3);
    if (lua_getfield(lua, 1, "with") != LUA_TNIL) {
        hanse__value_read(lua, -1, NULL, &spot, &list);
    }
    if (list.type != HANSE_VALUE_LIST) {
        hanse__refuse(lua, &spot, "expected a list of overrides, { \"a\", \"b\" }, got a %s",
                      list.type == HANSE_VALUE_TEXT ? "text" : "single value");
    }
    const char **with = lua_newuserdatauv(lua, (list.n_items + 1) * sizeof *with, 0);
    for (size_t i = 0; i < list.n_items; i++) {
        if (list.items[i].type != HANSE_VALUE_TEXT) {
            hanse__refuse(lua, &spot, "item %zu: expected the name of an override", i + 1);
        }
        with[i] = list.items[i].text;
    }
    struct hanse_origin origin = hanse__declared_at(&declaration.spot);
    hanse__pass(lua, hanse_draft_case(draft, name, label, with, list.n_items, &origin));
    lua_pushstring(lua, name);
    return 1;
}

void hanse__open_params(lua_State *lua)
{
    static const luaL_Reg functions[] = {{"params", base_params},
                                         {"override", base_override},
                                         {"case", base_case},
                                         {NULL, NULL}};
    luaL_setfuncs(lua, functions, 0);
}
