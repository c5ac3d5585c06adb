/* hanse.queue: closed forms for scripts. Each takes a table of named figures, checks that it
 * knows every name, and returns a table. */
#include <lauxlib.h>
#include <string.h>

#include "scripting/des.h"
#include "sim/stats/network.h"
#include "sim/stats/queueing.h"

/* The figure `name` of the table at index 1; NaN, which every closed form refuses, when it is
 * missing and has no preset. */
static double figure(lua_State *lua, const char *name, double preset)
{
    lua_getfield(lua, 1, name);
    if (lua_isnil(lua, -1) && preset == preset) {
        lua_pop(lua, 1);
        return preset;
    }
    if (!lua_isnumber(lua, -1)) {
        luaL_error(lua, "%s: a number is needed, got %s", name, luaL_typename(lua, -1));
    }
    double value = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    return value;
}

#define NEEDED (0.0 / 0.0)

static int64_t count(lua_State *lua, const char *name, double preset)
{
    double value = figure(lua, name, preset);
    int64_t whole = value > 0.0 && value < 1e15 ? (int64_t)value : 0;
    if ((double)whole != value) {
        luaL_error(lua, "%s: a whole number >= 1 is needed, got %f", name,
                   hanse__des_shown(value));
    }
    return whole;
}

/* Refuses names that the function does not know: a typo must not go by in silence. */
static void check_names(lua_State *lua, const char *const *names)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        size_t n = 0;
        bool known = false;
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        for (; names[n] != NULL; n++) {
            known = known || strcmp(names[n], name) == 0;
        }
        if (!known) {
            const char *near = hanse__nearest(name, names, n);
            luaL_error(lua, "no figure '%s'%s%s%s", name, near ? ", did you mean '" : "",
                       near ? near : "", near ? "'?" : "");
        }
    }
}

static void set(lua_State *lua, const char *name, double value)
{
    lua_pushnumber(lua, value);
    lua_setfield(lua, -2, name);
}

static struct hanse_context *context(lua_State *lua)
{
    return *(struct hanse_context **)lua_touserdata(lua, lua_upvalueindex(1));
}

static int answer(lua_State *lua, enum hanse_status status, const struct hanse_queue *queue)
{
    if (status != HANSE_OK) {
        return luaL_error(lua, "%s", hanse_context_message(context(lua)));
    }
    lua_createtable(lua, 0, 9);
    set(lua, "utilization", queue->utilization);
    set(lua, "throughput", queue->throughput);
    set(lua, "in_system", queue->in_system);
    set(lua, "in_queue", queue->in_queue);
    set(lua, "response_time", queue->response_time);
    set(lua, "wait_time", queue->wait_time);
    set(lua, "empty_probability", queue->empty_probability);
    set(lua, "wait_probability", queue->wait_probability);
    set(lua, "loss_probability", queue->loss_probability);
    return 1;
}

static int queue_mmc(lua_State *lua)
{
    static const char *const names[] = {"lambda", "mu", "c", NULL};
    struct hanse_queue queue;
    check_names(lua, names);
    enum hanse_status status =
        hanse_queue_mmc(context(lua), figure(lua, "lambda", NEEDED), figure(lua, "mu", NEEDED),
                        count(lua, "c", 1.0), &queue);
    return answer(lua, status, &queue);
}

static int queue_mmck(lua_State *lua)
{
    static const char *const names[] = {"lambda", "mu", "c", "k", NULL};
    struct hanse_queue queue;
    check_names(lua, names);
    enum hanse_status status =
        hanse_queue_mmck(context(lua), figure(lua, "lambda", NEEDED), figure(lua, "mu", NEEDED),
                         count(lua, "c", 1.0), count(lua, "k", NEEDED), &queue);
    return answer(lua, status, &queue);
}

static int queue_mg1(lua_State *lua)
{
    static const char *const names[] = {"lambda", "service_time", "scv", NULL};
    struct hanse_queue queue;
    check_names(lua, names);
    enum hanse_status status =
        hanse_queue_mg1(context(lua), figure(lua, "lambda", NEEDED),
                        figure(lua, "service_time", NEEDED), figure(lua, "scv", 1.0), &queue);
    return answer(lua, status, &queue);
}

/* A server that fails idle or not, or with only_busy = true only while it serves. */
static int queue_interrupted(lua_State *lua)
{
    static const char *const names[] = {
        "lambda",    "service_time", "scv",       "failure_rate",
        "down_time", "down_scv",     "only_busy", NULL};
    struct hanse_queue queue;
    check_names(lua, names);
    lua_getfield(lua, 1, "only_busy");
    const struct hanse_interruption stop = {.failure_rate = figure(lua, "failure_rate", NEEDED),
                                            .down_time = figure(lua, "down_time", NEEDED),
                                            .down_scv = figure(lua, "down_scv", 1.0),
                                            .only_busy = lua_toboolean(lua, -1)};
    enum hanse_status status = hanse_queue_interrupted(
        context(lua), figure(lua, "lambda", NEEDED), figure(lua, "service_time", NEEDED),
        figure(lua, "scv", 1.0), &stop, &queue);
    return answer(lua, status, &queue);
}

static int queue_finite_source(lua_State *lua)
{
    static const char *const names[] = {"failure_rate", "repair_rate", "crews", "machines",
                                        NULL};
    struct hanse_queue queue;
    check_names(lua, names);
    enum hanse_status status = hanse_queue_finite_source(
        context(lua), figure(lua, "failure_rate", NEEDED), figure(lua, "repair_rate", NEEDED),
        count(lua, "crews", 1.0), count(lua, "machines", NEEDED), &queue);
    return answer(lua, status, &queue);
}

/* erlang_b(load, servers), erlang_c(load, servers) */
static int queue_erlang_b(lua_State *lua)
{
    double probability;
    if (hanse_queue_erlang_b(context(lua), luaL_checknumber(lua, 1), luaL_checkinteger(lua, 2),
                             &probability) != HANSE_OK) {
        return luaL_error(lua, "%s", hanse_context_message(context(lua)));
    }
    lua_pushnumber(lua, probability);
    return 1;
}

static int queue_erlang_c(lua_State *lua)
{
    double probability;
    if (hanse_queue_erlang_c(context(lua), luaL_checknumber(lua, 1), luaL_checkinteger(lua, 2),
                             &probability) != HANSE_OK) {
        return luaL_error(lua, "%s", hanse_context_message(context(lua)));
    }
    lua_pushnumber(lua, probability);
    return 1;
}

static int context_collect(lua_State *lua)
{
    struct hanse_context **place = lua_touserdata(lua, 1);
    if (place != NULL && *place != NULL) {
        hanse_context_destroy(*place);
        *place = NULL;
    }
    return 0;
}

int hanse__open_queue(lua_State *lua)
{
    static const luaL_Reg functions[] = {{"mmc", queue_mmc},
                                         {"mmck", queue_mmck},
                                         {"mg1", queue_mg1},
                                         {"interrupted", queue_interrupted},
                                         {"finite_source", queue_finite_source},
                                         {"erlang_b", queue_erlang_b},
                                         {"erlang_c", queue_erlang_c},
                                         {NULL, NULL}};
    luaL_newlibtable(lua, functions);
    struct hanse_context **place = lua_newuserdatauv(lua, sizeof(void *), 0);
    *place = NULL;
    lua_createtable(lua, 0, 2);
    lua_pushcfunction(lua, context_collect);
    lua_setfield(lua, -2, "__gc");
    lua_setmetatable(lua, -2);
    *place = hanse_context_create();
    if (*place == NULL) {
        return luaL_error(lua, "hanse.queue: the machine has no memory left");
    }
    luaL_setfuncs(lua, functions, 1);
    return 1;
}
