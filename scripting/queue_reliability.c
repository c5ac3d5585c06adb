/* hanse.queue, third part: units against a load, and servers that break. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "scripting/queue_module.h"
#include "sim/stats/reliability.h"

enum { MOST_HOURS = 87600 };

static int fail(lua_State *lua)
{
    return luaL_error(lua, "%s", hanse_context_message(hanse__queue_context(lua)));
}

/* --- arguments ---------------------------------------------------------------------------- */

/* The i-th group, with its table moved to index 1, where figures are looked for. */
static struct hanse_unit_group read_group(lua_State *lua)
{
    static const char *const names[] = {"capacity", "availability", "count", "down", NULL};
    hanse__queue_check_names(lua, names);
    return (struct hanse_unit_group){
        .capacity = hanse__queue_figure(lua, "capacity", HANSE__NEEDED),
        .availability = hanse__queue_figure(lua, "availability", HANSE__NEEDED),
        .count = hanse__queue_count(lua, "count", 1.0),
        .down_h = hanse__queue_figure(lua, "down", 0.0),
    };
}

static int read_group_call(lua_State *lua)
{
    struct hanse_unit_group *to = lua_touserdata(lua, 2);
    *to = read_group(lua);
    return 0;
}

/* Lists stand as userdata on the stack, so that an error frees them. */
static struct hanse_unit_group *read_units(lua_State *lua, size_t *n)
{
    lua_getfield(lua, 1, "units");
    luaL_checktype(lua, -1, LUA_TTABLE);
    int list = lua_gettop(lua);
    *n = (size_t)lua_rawlen(lua, list);
    struct hanse_unit_group *groups = lua_newuserdatauv(lua, (*n + 1) * sizeof *groups, 0);
    for (size_t i = 0; i < *n; i++) {
        lua_pushcfunction(lua, read_group_call);
        lua_rawgeti(lua, list, (lua_Integer)i + 1);
        lua_pushlightuserdata(lua, &groups[i]);
        lua_call(lua, 2, 0);
    }
    return groups;
}

static double *read_load(lua_State *lua, size_t *n)
{
    bool whole = lua_getfield(lua, 1, "load") == LUA_TTABLE;
    int list = lua_gettop(lua);
    *n = whole ? (size_t)lua_rawlen(lua, list) : 1;
    luaL_argcheck(lua, *n <= MOST_HOURS, 1, "load: at most 87600 hours");
    double *load = lua_newuserdatauv(lua, (*n + 1) * sizeof *load, 0);
    for (size_t i = 0; i < *n; i++) {
        if (whole) {
            lua_rawgeti(lua, list, (lua_Integer)i + 1);
        } else {
            lua_pushvalue(lua, list);
        }
        if (!lua_isnumber(lua, -1)) {
            luaL_error(lua, "load: a number or a list of numbers is needed, got %s",
                       luaL_typename(lua, -1));
        }
        load[i] = lua_tonumber(lua, -1);
        lua_pop(lua, 1);
    }
    return load;
}

static struct hanse_common_cause read_cause(lua_State *lua)
{
    return (struct hanse_common_cause){hanse__queue_figure(lua, "common_outage", 0.0),
                                       hanse__queue_figure(lua, "common_down", 0.0)};
}

/* --- answers ------------------------------------------------------------------------------ */

int hanse__queue_units(lua_State *lua)
{
    static const char *const names[] = {"units",       "load",  "common_outage",
                                        "common_down", "value", NULL};
    hanse__queue_check_names(lua, names);
    struct hanse_context *ctx = hanse__queue_context(lua);
    struct hanse_common_cause cause = read_cause(lua);
    double value = hanse__queue_figure(lua, "value", 0.0);
    size_t n, hours;
    const struct hanse_unit_group *groups = read_units(lua, &n);
    const double *load = read_load(lua, &hours);
    struct hanse_capacity_table table;
    struct hanse_adequacy a = {0};
    enum hanse_status status = hanse_capacity_table_init(ctx, groups, n, &cause, &table);
    if (status == HANSE_OK) {
        status = hanse_adequacy_of(ctx, &table, load, hours, &a);
    }
    double installed = table.installed;
    hanse_capacity_table_fini(&table);
    if (status != HANSE_OK) {
        return fail(lua);
    }
    lua_createtable(lua, 0, 8);
    hanse__queue_set(lua, "capacity_installed", installed);
    hanse__queue_set(lua, "loss_probability", a.loss_probability);
    hanse__queue_set(lua, "lole", a.lole);
    hanse__queue_set(lua, "lolh", a.lolh);
    hanse__queue_set(lua, "lolev", a.lolev);
    hanse__queue_set(lua, "eue", a.eue);
    hanse__queue_set(lua, "neue", a.neue);
    hanse__queue_set(lua, "cost_unserved", a.eue * value);
    return 1;
}

static enum hanse_credit_by read_by(lua_State *lua)
{
    static const char *const words[] = {"eue", "lolh", "lole", NULL};
    lua_getfield(lua, 1, "by");
    int by = luaL_checkoption(lua, -1, "eue", words);
    lua_pop(lua, 1);
    return (enum hanse_credit_by)by;
}

/* One number for each group: what one of its units is worth in perfect capacity. */
int hanse__queue_elcc(lua_State *lua)
{
    static const char *const names[] = {"units", "load", "common_outage", "by", NULL};
    hanse__queue_check_names(lua, names);
    struct hanse_common_cause cause = {hanse__queue_figure(lua, "common_outage", 0.0), 0.0};
    enum hanse_credit_by by = read_by(lua);
    size_t n, hours;
    const struct hanse_unit_group *groups = read_units(lua, &n);
    const double *load = read_load(lua, &hours);
    lua_createtable(lua, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        double credit;
        if (hanse_capacity_credit(hanse__queue_context(lua), groups, n, &cause, i, load, hours,
                                  by, &credit) != HANSE_OK) {
            return fail(lua);
        }
        lua_pushnumber(lua, credit);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    return 1;
}

int hanse__queue_mmc_breakdowns(lua_State *lua)
{
    static const char *const names[] = {"lambda",      "mu",    "c", "failure_rate",
                                        "repair_rate", "crews", NULL};
    hanse__queue_check_names(lua, names);
    int64_t c = hanse__queue_count(lua, "c", 1.0);
    const struct hanse_breakdowns stop = {
        hanse__queue_figure(lua, "failure_rate", HANSE__NEEDED),
        hanse__queue_figure(lua, "repair_rate", HANSE__NEEDED),
        hanse__queue_count(lua, "crews", (double)c)};
    struct hanse_queue queue;
    double up = NAN;
    enum hanse_status status = hanse_queue_mmc_breakdowns(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "mu", HANSE__NEEDED), c, &stop, &queue, &up);
    hanse__queue_answer(lua, status, &queue);
    hanse__queue_set(lua, "expected_up", up);
    return 1;
}
