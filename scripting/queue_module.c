/* hanse.queue: closed forms for scripts. Each takes a table of named figures, checks that it
 * knows every name, and returns a table. */
#include <lauxlib.h>
#include <string.h>

#include "scripting/des.h"
#include "scripting/queue_module.h"
#include "sim/stats/queueing.h"

/* The figure `name` of the table at index 1; NaN, which every closed form refuses, when it is
 * missing and has no preset. */
double hanse__queue_figure(lua_State *lua, const char *name, double preset)
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

int64_t hanse__queue_count(lua_State *lua, const char *name, double preset)
{
    double value = hanse__queue_figure(lua, name, preset);
    int64_t whole = value > 0.0 && value < 1e15 ? (int64_t)value : 0;
    if ((double)whole != value) {
        luaL_error(lua, "%s: a whole number >= 1 is needed, got %f", name,
                   hanse__des_shown(value));
    }
    return whole;
}

/* Refuses names that the function does not know: a typo must not go by in silence. */
void hanse__queue_check_names(lua_State *lua, const char *const *names)
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

void hanse__queue_set(lua_State *lua, const char *name, double value)
{
    lua_pushnumber(lua, value);
    lua_setfield(lua, -2, name);
}

struct hanse_context *hanse__queue_context(lua_State *lua)
{
    return *(struct hanse_context **)lua_touserdata(lua, lua_upvalueindex(1));
}

int hanse__queue_answer(lua_State *lua, enum hanse_status status,
                        const struct hanse_queue *queue)
{
    if (status != HANSE_OK) {
        return luaL_error(lua, "%s", hanse_context_message(hanse__queue_context(lua)));
    }
    lua_createtable(lua, 0, 9);
    hanse__queue_set(lua, "utilization", queue->utilization);
    hanse__queue_set(lua, "throughput", queue->throughput);
    hanse__queue_set(lua, "in_system", queue->in_system);
    hanse__queue_set(lua, "in_queue", queue->in_queue);
    hanse__queue_set(lua, "response_time", queue->response_time);
    hanse__queue_set(lua, "wait_time", queue->wait_time);
    hanse__queue_set(lua, "empty_probability", queue->empty_probability);
    hanse__queue_set(lua, "wait_probability", queue->wait_probability);
    hanse__queue_set(lua, "loss_probability", queue->loss_probability);
    return 1;
}

static int queue_mmc(lua_State *lua)
{
    static const char *const names[] = {"lambda", "mu", "c", NULL};
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    enum hanse_status status = hanse_queue_mmc(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "mu", HANSE__NEEDED), hanse__queue_count(lua, "c", 1.0),
        &queue);
    return hanse__queue_answer(lua, status, &queue);
}

static int queue_mmck(lua_State *lua)
{
    static const char *const names[] = {"lambda", "mu", "c", "k", NULL};
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    enum hanse_status status = hanse_queue_mmck(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "mu", HANSE__NEEDED), hanse__queue_count(lua, "c", 1.0),
        hanse__queue_count(lua, "k", HANSE__NEEDED), &queue);
    return hanse__queue_answer(lua, status, &queue);
}

static int queue_mg1(lua_State *lua)
{
    static const char *const names[] = {"lambda", "service_time", "scv", NULL};
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    enum hanse_status status = hanse_queue_mg1(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "service_time", HANSE__NEEDED),
        hanse__queue_figure(lua, "scv", 1.0), &queue);
    return hanse__queue_answer(lua, status, &queue);
}

/* A server that fails idle or not, or with only_busy = true only while it serves. */
static int queue_interrupted(lua_State *lua)
{
    static const char *const names[] = {
        "lambda",    "service_time", "scv",       "failure_rate",
        "down_time", "down_scv",     "only_busy", NULL};
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    lua_getfield(lua, 1, "only_busy");
    const struct hanse_interruption stop = {
        .failure_rate = hanse__queue_figure(lua, "failure_rate", HANSE__NEEDED),
        .down_time = hanse__queue_figure(lua, "down_time", HANSE__NEEDED),
        .down_scv = hanse__queue_figure(lua, "down_scv", 1.0),
        .only_busy = lua_toboolean(lua, -1)};
    enum hanse_status status = hanse_queue_interrupted(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "service_time", HANSE__NEEDED),
        hanse__queue_figure(lua, "scv", 1.0), &stop, &queue);
    return hanse__queue_answer(lua, status, &queue);
}

static int queue_finite_source(lua_State *lua)
{
    static const char *const names[] = {"failure_rate", "repair_rate", "crews",
                                        "machines",     "up",          NULL};
    struct hanse_queue queue;
    struct hanse_context *ctx = hanse__queue_context(lua);
    double enough = 0.0;
    hanse__queue_check_names(lua, names);
    double failing = hanse__queue_figure(lua, "failure_rate", HANSE__NEEDED);
    double repair = hanse__queue_figure(lua, "repair_rate", HANSE__NEEDED);
    int64_t crews = hanse__queue_count(lua, "crews", 1.0);
    int64_t machines = hanse__queue_count(lua, "machines", HANSE__NEEDED);
    int64_t up = hanse__queue_count(lua, "up", (double)machines);
    enum hanse_status status =
        hanse_queue_finite_source(ctx, failing, repair, crews, machines, &queue);
    if (status == HANSE_OK) {
        status =
            hanse_queue_finite_source_up(ctx, failing, repair, crews, machines, up, &enough);
    }
    hanse__queue_answer(lua, status, &queue);
    hanse__queue_set(lua, "expected_up", (double)machines - queue.in_system);
    hanse__queue_set(lua, "enough_up_probability", enough);
    return 1;
}

/* erlang_b(load, servers), erlang_c(load, servers) */
static int queue_erlang_b(lua_State *lua)
{
    double probability;
    if (hanse_queue_erlang_b(hanse__queue_context(lua), luaL_checknumber(lua, 1),
                             luaL_checkinteger(lua, 2), &probability) != HANSE_OK) {
        return luaL_error(lua, "%s", hanse_context_message(hanse__queue_context(lua)));
    }
    lua_pushnumber(lua, probability);
    return 1;
}

static int queue_erlang_c(lua_State *lua)
{
    double probability;
    if (hanse_queue_erlang_c(hanse__queue_context(lua), luaL_checknumber(lua, 1),
                             luaL_checkinteger(lua, 2), &probability) != HANSE_OK) {
        return luaL_error(lua, "%s", hanse_context_message(hanse__queue_context(lua)));
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
                                         {"mminf", hanse__queue_mminf},
                                         {"md1", hanse__queue_md1},
                                         {"ggc", hanse__queue_ggc},
                                         {"servers", hanse__queue_servers},
                                         {"trunks", hanse__queue_trunks},
                                         {"unequal", hanse__queue_unequal},
                                         {"k_of_n", hanse__queue_k_of_n},
                                         {"spares", hanse__queue_spares},
                                         {"jackson", hanse__queue_jackson},
                                         {"closed", hanse__queue_closed},
                                         {"classes", hanse__queue_classes},
                                         {"closed_classes", hanse__queue_closed_classes},
                                         {"units", hanse__queue_units},
                                         {"elcc", hanse__queue_elcc},
                                         {"mmc_breakdowns", hanse__queue_mmc_breakdowns},
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
