#include "scripting/quantity.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scripting/sandbox.h"

enum { MOST_TERMS = 4096, MOST_POWER = 16 };

static const char metatable_name[] = "quantity";

/* --- making ---------------------------------------------------------------------------------
 */

struct hanse__quantity *hanse__quantity_push(lua_State *lua, uint32_t n_terms)
{
    if (n_terms > MOST_TERMS) {
        hanse__raise(lua, "quantity: a formula of at most %d terms, got %u", MOST_TERMS,
                     n_terms);
    }
    struct hanse__quantity *made =
        lua_newuserdatauv(lua, sizeof *made + n_terms * sizeof made->terms[0], 1);
    memset(made, 0, sizeof *made + n_terms * sizeof made->terms[0]);
    made->n_terms = n_terms;
    luaL_setmetatable(lua, metatable_name);
    return made;
}

struct hanse__quantity *hanse__quantity_push_number(lua_State *lua, double in_base_units,
                                                    const struct hanse_dim *dim)
{
    struct hanse__quantity *made = hanse__quantity_push(lua, 1);
    made->terms[0] = (struct hanse_term){.op = HANSE_OP_CONSTANT, .number = in_base_units};
    if (dim != NULL) {
        made->dim = *dim;
    }
    return made;
}

const struct hanse__quantity *hanse__quantity_at(lua_State *lua, int index)
{
    return luaL_testudata(lua, index, metatable_name);
}

void hanse__quantity_mark(lua_State *lua, const char *source, enum hanse_evidence evidence)
{
    struct hanse__quantity *quantity = lua_touserdata(lua, -1);
    quantity->evidence = evidence;
    lua_pushstring(lua, source); /* NULL pushes nil */
    lua_setiuservalue(lua, -2, 1);
}

const char *hanse__quantity_source(lua_State *lua, int index)
{
    lua_getiuservalue(lua, index, 1);
    const char *source = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
    lua_pop(lua, 1);
    return source;
}

bool hanse__quantity_constant(const struct hanse__quantity *quantity, double *value)
{
    if (quantity->n_terms != 1 || quantity->terms[0].op != HANSE_OP_CONSTANT) {
        return false;
    }
    *value = quantity->terms[0].number;
    return true;
}

/* An operand: a quantity, or a number as a dimensionless one put in its place. */
static const struct hanse__quantity *operand(lua_State *lua, int index)
{
    const struct hanse__quantity *quantity = hanse__quantity_at(lua, index);
    if (quantity != NULL) {
        return quantity;
    }
    if (lua_type(lua, index) != LUA_TNUMBER) {
        hanse__raise(lua, "arithmetic: works on quantities and numbers, got a %s",
                     luaL_typename(lua, index));
    }
    quantity = hanse__quantity_push_number(lua, lua_tonumber(lua, index), NULL);
    lua_replace(lua, index);
    return quantity;
}

/* --- evidence -------------------------------------------------------------------------------
 */

/* What is computed from two marked values is no better than the worse of them: an assumption
 * stays one, anything else is derived. */
static enum hanse_evidence join_evidence(enum hanse_evidence a, enum hanse_evidence b)
{
    if (a == HANSE_EVIDENCE_UNVERIFIED || b == HANSE_EVIDENCE_UNVERIFIED) {
        return HANSE_EVIDENCE_UNVERIFIED;
    }
    if (a == HANSE_EVIDENCE_ASSUMPTION || b == HANSE_EVIDENCE_ASSUMPTION) {
        return HANSE_EVIDENCE_ASSUMPTION;
    }
    return HANSE_EVIDENCE_DERIVED;
}

/* Marks the result on top from the operands at a and b (0: none). `scales`: the operation is a
 * product or quotient, where an unmarked constant only changes the unit. */
static void mark_result(lua_State *lua, int a, int b, bool scales)
{
    const struct hanse__quantity *x = hanse__quantity_at(lua, a);
    const struct hanse__quantity *y = b != 0 ? hanse__quantity_at(lua, b) : NULL;
    enum hanse_evidence of_x = x->evidence, of_y = y ? y->evidence : HANSE_EVIDENCE_NONE;
    const char *source_x = hanse__quantity_source(lua, a);
    const char *source_y = y ? hanse__quantity_source(lua, b) : NULL;
    double number;
    if (of_x == HANSE_EVIDENCE_NONE && of_y == HANSE_EVIDENCE_NONE) {
        return;
    }
    if (scales && of_y == HANSE_EVIDENCE_NONE &&
        (y == NULL || hanse__quantity_constant(y, &number))) {
        hanse__quantity_mark(lua, source_x, of_x);
        return;
    }
    if (scales && of_x == HANSE_EVIDENCE_NONE && hanse__quantity_constant(x, &number)) {
        hanse__quantity_mark(lua, source_y, of_y);
        return;
    }
    if (source_x != NULL && source_y != NULL && strstr(source_x, source_y) == NULL) {
        source_x = lua_pushfstring(lua, "%s; %s", source_x, source_y);
        lua_insert(lua, -2);
    } else if (source_x == NULL) {
        source_x = source_y;
    }
    hanse__quantity_mark(lua, source_x, join_evidence(of_x, of_y));
}

/* --- arithmetic -----------------------------------------------------------------------------
 */

static double evaluate(enum hanse_op op, double a, double b)
{
    switch (op) {
    case HANSE_OP_ADD:
        return a + b;
    case HANSE_OP_SUB:
        return a - b;
    case HANSE_OP_MUL:
        return a * b;
    case HANSE_OP_DIV:
        return a / b;
    case HANSE_OP_POW:
        return pow(a, b);
    case HANSE_OP_NEG:
        return -a;
    case HANSE_OP_MIN:
        return a < b ? a : b;
    case HANSE_OP_MAX:
        return a > b ? a : b;
    case HANSE_OP_EXP:
        return exp(a);
    case HANSE_OP_LOG:
        return log(a);
    case HANSE_OP_SQRT:
        return sqrt(a);
    default:
        return NAN;
    }
}

/* Pushes op(a[, b]); constants are folded. */
static struct hanse__quantity *push_operation(lua_State *lua, enum hanse_op op, int a, int b)
{
    const struct hanse__quantity *x = hanse__quantity_at(lua, a);
    const struct hanse__quantity *y = b != 0 ? hanse__quantity_at(lua, b) : NULL;
    struct hanse__quantity *made;
    double value_x, value_y = 0;
    if (hanse__quantity_constant(x, &value_x) &&
        (y == NULL || hanse__quantity_constant(y, &value_y))) {
        double value = evaluate(op, value_x, value_y);
        if (!isfinite(value)) {
            hanse__raise(lua, "quantity: must be a finite number, got %s",
                         isnan(value) ? "nan"
                         : value > 0  ? "inf"
                                      : "-inf");
        }
        return hanse__quantity_push_number(lua, value, NULL);
    }
    uint32_t n_y = y != NULL ? y->n_terms : 0;
    hanse__charge(lua, x->n_terms + n_y);
    made = hanse__quantity_push(lua, x->n_terms + n_y + 1);
    memcpy(made->terms, x->terms, x->n_terms * sizeof *made->terms);
    if (y != NULL) {
        memcpy(made->terms + x->n_terms, y->terms, n_y * sizeof *made->terms);
    }
    made->terms[x->n_terms + n_y].op = op;
    return made;
}

static void require_same(lua_State *lua, const char *verb, const struct hanse__quantity *x,
                         const struct hanse__quantity *y)
{
    char text_x[128], text_y[128];
    if (!hanse_dim_equal(&x->dim, &y->dim)) {
        hanse__raise(lua, "%s: both sides need one unit, got %s and %s", verb,
                     hanse_dim_text(&x->dim, text_x, sizeof text_x),
                     hanse_dim_text(&y->dim, text_y, sizeof text_y));
    }
}

static void require_plain(lua_State *lua, const char *verb, const struct hanse__quantity *x)
{
    static const struct hanse_dim plain;
    char text[128];
    if (!hanse_dim_equal(&x->dim, &plain)) {
        hanse__raise(lua, "%s: needs a plain number, got %s", verb,
                     hanse_dim_text(&x->dim, text, sizeof text));
    }
}

static int same_unit_operation(lua_State *lua, enum hanse_op op, const char *verb)
{
    const struct hanse__quantity *x = operand(lua, 1), *y = operand(lua, 2);
    lua_settop(lua, 2);
    require_same(lua, verb, x, y);
    push_operation(lua, op, 1, 2)->dim = x->dim;
    mark_result(lua, 1, 2, false);
    return 1;
}

static int quantity_add(lua_State *lua)
{
    return same_unit_operation(lua, HANSE_OP_ADD, "addition");
}

static int quantity_sub(lua_State *lua)
{
    return same_unit_operation(lua, HANSE_OP_SUB, "subtraction");
}

static void combine_dims(lua_State *lua, struct hanse_dim *dim, const struct hanse_dim *x,
                         const struct hanse_dim *y, int sign)
{
    for (int i = 0; i < HANSE_BASE_COUNT; i++) {
        int power = x->power[i] + sign * y->power[i];
        if (power > MOST_POWER || power < -MOST_POWER) {
            hanse__raise(lua, "quantity: powers of units from -%d to %d, got %d", MOST_POWER,
                         MOST_POWER, power);
        }
        dim->power[i] = (int8_t)power;
    }
}

static int quantity_mul(lua_State *lua)
{
    const struct hanse__quantity *x = operand(lua, 1), *y = operand(lua, 2);
    combine_dims(lua, &push_operation(lua, HANSE_OP_MUL, 1, 2)->dim, &x->dim, &y->dim, 1);
    mark_result(lua, 1, 2, true);
    return 1;
}

static int quantity_div(lua_State *lua)
{
    const struct hanse__quantity *x = operand(lua, 1), *y = operand(lua, 2);
    combine_dims(lua, &push_operation(lua, HANSE_OP_DIV, 1, 2)->dim, &x->dim, &y->dim, -1);
    mark_result(lua, 1, 2, y->evidence == HANSE_EVIDENCE_NONE);
    return 1;
}

static int quantity_pow(lua_State *lua)
{
    static const struct hanse_dim plain;
    const struct hanse__quantity *x = operand(lua, 1), *y = operand(lua, 2);
    double power;
    require_plain(lua, "power", y);
    struct hanse__quantity *made = push_operation(lua, HANSE_OP_POW, 1, 2);
    if (!hanse_dim_equal(&x->dim, &plain)) {
        if (!hanse__quantity_constant(y, &power) || power != floor(power) ||
            fabs(power) > MOST_POWER) {
            return hanse__raise(lua, "power: of a unit must be a whole number from -%d to %d",
                                MOST_POWER, MOST_POWER);
        }
        for (int i = 0; i < (int)fabs(power); i++) {
            combine_dims(lua, &made->dim, &made->dim, &x->dim, power < 0 ? -1 : 1);
        }
    }
    mark_result(lua, 1, 2, false);
    return 1;
}

static int quantity_unm(lua_State *lua)
{
    const struct hanse__quantity *x = operand(lua, 1);
    push_operation(lua, HANSE_OP_NEG, 1, 0)->dim = x->dim;
    mark_result(lua, 1, 0, true);
    return 1;
}

/* --- functions ------------------------------------------------------------------------------
 */

static int plain_function(lua_State *lua, enum hanse_op op, const char *name)
{
    luaL_checkany(lua, 1);
    require_plain(lua, name, operand(lua, 1));
    push_operation(lua, op, 1, 0);
    mark_result(lua, 1, 0, false);
    return 1;
}

static int quantity_exp(lua_State *lua)
{
    return plain_function(lua, HANSE_OP_EXP, "exp");
}

static int quantity_log(lua_State *lua)
{
    return plain_function(lua, HANSE_OP_LOG, "log");
}

static int quantity_sqrt(lua_State *lua)
{
    luaL_checkany(lua, 1);
    const struct hanse__quantity *x = operand(lua, 1);
    struct hanse__quantity *made = push_operation(lua, HANSE_OP_SQRT, 1, 0);
    for (int i = 0; i < HANSE_BASE_COUNT; i++) {
        if (x->dim.power[i] % 2 != 0) {
            char text[128];
            return hanse__raise(lua, "sqrt: of %s has no unit",
                                hanse_dim_text(&x->dim, text, sizeof text));
        }
        made->dim.power[i] = (int8_t)(x->dim.power[i] / 2);
    }
    mark_result(lua, 1, 0, false);
    return 1;
}

/* Folds the arguments from `first` on with MIN or MAX. */
static int extreme(lua_State *lua, int first, enum hanse_op op, const char *name)
{
    int n = lua_gettop(lua);
    luaL_checkany(lua, first);
    luaL_checkstack(lua, 4, name);
    operand(lua, first);
    lua_pushvalue(lua, first);
    for (int i = first + 1; i <= n; i++) {
        const struct hanse__quantity *best = hanse__quantity_at(lua, -1);
        const struct hanse__quantity *x = operand(lua, i);
        int top = lua_gettop(lua);
        require_same(lua, name, best, x);
        push_operation(lua, op, top, i)->dim = x->dim;
        mark_result(lua, top, i, false);
        lua_copy(lua, -1, top);
        lua_settop(lua, top);
    }
    return 1;
}

static int quantity_max(lua_State *lua)
{
    return extreme(lua, 1, HANSE_OP_MAX, "max");
}

/* `min` is the minute and the smallest of several: a unit that can be called. */
static int quantity_call(lua_State *lua)
{
    lua_getfield(lua, LUA_REGISTRYINDEX, "hanse.minute");
    if (!lua_rawequal(lua, 1, -1)) {
        return hanse__raise(lua, "a quantity is not a function; is a ',' or '*' missing?");
    }
    lua_pop(lua, 1);
    return extreme(lua, 2, HANSE_OP_MIN, "min");
}

static int quantity_abs(lua_State *lua)
{
    luaL_checkany(lua, 1);
    const struct hanse__quantity *x = operand(lua, 1);
    lua_settop(lua, 1);
    push_operation(lua, HANSE_OP_NEG, 1, 0)->dim = x->dim;
    push_operation(lua, HANSE_OP_MAX, 1, 2)->dim = x->dim;
    mark_result(lua, 1, 0, true);
    return 1;
}

/* number(q): a quantity without unit or parameter as a plain number of Lua's. */
static int quantity_number(lua_State *lua)
{
    double value;
    luaL_checkany(lua, 1);
    const struct hanse__quantity *x = operand(lua, 1);
    require_plain(lua, "number (divide by the unit first)", x);
    if (!hanse__quantity_constant(x, &value)) {
        return hanse__raise(lua, "number: a parameter's value is not known while the scenario "
                                 "is declared");
    }
    lua_pushnumber(lua, value);
    return 1;
}

/* --- comparing and showing ------------------------------------------------------------------
 */

static void comparable(lua_State *lua, double *x, double *y)
{
    const struct hanse__quantity *a = operand(lua, 1), *b = operand(lua, 2);
    require_same(lua, "comparison", a, b);
    if (!hanse__quantity_constant(a, x) || !hanse__quantity_constant(b, y)) {
        hanse__raise(lua, "comparison: a parameter's value is not known while the scenario is "
                          "declared; use min, max or cases");
    }
}

static int quantity_eq(lua_State *lua)
{
    double x, y;
    comparable(lua, &x, &y);
    lua_pushboolean(lua, x == y);
    return 1;
}

static int quantity_lt(lua_State *lua)
{
    double x, y;
    comparable(lua, &x, &y);
    lua_pushboolean(lua, x < y);
    return 1;
}

static int quantity_le(lua_State *lua)
{
    double x, y;
    comparable(lua, &x, &y);
    lua_pushboolean(lua, x <= y);
    return 1;
}

static int quantity_tostring(lua_State *lua)
{
    const struct hanse__quantity *quantity = hanse__quantity_at(lua, 1);
    char dim[128], text[192];
    double value;
    if (quantity == NULL) {
        return hanse__raise(lua, "tostring: not a quantity");
    }
    hanse_dim_text(&quantity->dim, dim, sizeof dim);
    if (hanse__quantity_constant(quantity, &value)) {
        snprintf(text, sizeof text, strcmp(dim, "1") == 0 ? "%.14g" : "%.14g %s", value, dim);
    } else {
        snprintf(text, sizeof text, "a formula of parameters, in %s", dim);
    }
    lua_pushstring(lua, text);
    return 1;
}

static int quantity_index(lua_State *lua)
{
    return hanse__raise(lua, "a quantity has no fields, asked for '%s'",
                        lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?");
}

/* --- evidence in scripts --------------------------------------------------------------------
 */

/* Pushes a copy of the number or quantity at `index` with a citation and evidence. */
static void push_marked(lua_State *lua, int index, const char *source,
                        enum hanse_evidence evidence)
{
    lua_pushvalue(lua, index);
    int copy = lua_gettop(lua);
    const struct hanse__quantity *x = operand(lua, copy);
    struct hanse__quantity *made = hanse__quantity_push(lua, x->n_terms);
    memcpy(made->terms, x->terms, x->n_terms * sizeof *made->terms);
    made->dim = x->dim;
    hanse__quantity_mark(lua, source, evidence);
    lua_remove(lua, copy);
}

/* The value at 1, a number, a quantity or a list of them, marked. */
static int mark(lua_State *lua, const char *function, const char *source,
                enum hanse_evidence evidence)
{
    if (lua_type(lua, 1) == LUA_TNUMBER || hanse__quantity_at(lua, 1) != NULL) {
        push_marked(lua, 1, source, evidence);
        return 1;
    }
    if (lua_type(lua, 1) != LUA_TTABLE || lua_rawlen(lua, 1) == 0) {
        return hanse__raise(lua, "%s: takes a number, a quantity or a list of them, got a %s",
                            function, luaL_typename(lua, 1));
    }
    lua_Integer n = (lua_Integer)lua_rawlen(lua, 1);
    lua_createtable(lua, 0, 0);
    int list = lua_gettop(lua);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(lua, 1, i);
        push_marked(lua, -1, source, evidence);
        lua_rawseti(lua, list, i);
        lua_settop(lua, list);
        hanse__charge(lua, 4);
    }
    return 1;
}

static int quantity_sourced(lua_State *lua)
{
    static const char *const words[] = {"primary", "press",      "aggregator",
                                        "derived", "assumption", "unverified"};
    enum hanse_evidence evidence;
    luaL_checkany(lua, 1);
    const char *source = luaL_checkstring(lua, 2), *word = luaL_checkstring(lua, 3);
    if (!hanse_evidence_parse(word, &evidence) || evidence == HANSE_EVIDENCE_NONE) {
        char hint[128];
        hanse__suggest(hint, sizeof hint, word, words, 6);
        return hanse__raise(lua,
                            "sourced: evidence must be primary, press, aggregator, derived, "
                            "assumption or unverified, got '%s'%s",
                            word, hint);
    }
    if (*source == '\0') {
        return hanse__raise(lua, "sourced: the citation must not be empty");
    }
    return mark(lua, "sourced", source, evidence);
}

static int quantity_assumption(lua_State *lua)
{
    luaL_checkany(lua, 1);
    const char *why = luaL_checkstring(lua, 2);
    if (*why == '\0') {
        return hanse__raise(lua, "assumption: say why");
    }
    return mark(lua, "assumption", why, HANSE_EVIDENCE_ASSUMPTION);
}

void hanse__open_quantities(lua_State *lua)
{
    static const luaL_Reg meta[] = {{"__add", quantity_add},
                                    {"__sub", quantity_sub},
                                    {"__mul", quantity_mul},
                                    {"__div", quantity_div},
                                    {"__pow", quantity_pow},
                                    {"__unm", quantity_unm},
                                    {"__eq", quantity_eq},
                                    {"__lt", quantity_lt},
                                    {"__le", quantity_le},
                                    {"__call", quantity_call},
                                    {"__tostring", quantity_tostring},
                                    {"__index", quantity_index},
                                    {NULL, NULL}};
    static const luaL_Reg functions[] = {{"max", quantity_max},
                                         {"exp", quantity_exp},
                                         {"log", quantity_log},
                                         {"sqrt", quantity_sqrt},
                                         {"abs", quantity_abs},
                                         {"number", quantity_number},
                                         {"sourced", quantity_sourced},
                                         {"assumption", quantity_assumption},
                                         {NULL, NULL}};
    const char *name;
    struct hanse_unit unit;
    luaL_newmetatable(lua, metatable_name);
    luaL_setfuncs(lua, meta, 0);
    lua_pop(lua, 1);
    luaL_setfuncs(lua, functions, 0);
    for (size_t i = 0; hanse_unit_named(i, &name, &unit); i++) {
        hanse__quantity_push_number(lua, unit.scale, &unit.dim);
        if (strcmp(name, "min") == 0) {
            lua_pushvalue(lua, -1);
            lua_setfield(lua, LUA_REGISTRYINDEX, "hanse.minute");
        }
        lua_setfield(lua, -2, name);
    }
}
