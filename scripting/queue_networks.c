/* hanse.queue, second part: other stations, counts of servers and spares, and networks. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "scripting/queue_module.h"
#include "sim/stats/stock.h"

enum { MOST = 64 };

static int fail(lua_State *lua)
{
    return luaL_error(lua, "%s", hanse_context_message(hanse__queue_context(lua)));
}

/* --- stations ----------------------------------------------------------------------------- */

int hanse__queue_mminf(lua_State *lua)
{
    static const char *const names[] = {"lambda", "mu", NULL};
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    enum hanse_status status = hanse_queue_mminf(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "mu", HANSE__NEEDED), &queue);
    return hanse__queue_answer(lua, status, &queue);
}

int hanse__queue_md1(lua_State *lua)
{
    static const char *const names[] = {"lambda", "service_time", NULL};
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    enum hanse_status status = hanse_queue_mg1(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "service_time", HANSE__NEEDED), 0.0, &queue);
    return hanse__queue_answer(lua, status, &queue);
}

/* Approximate: Allen and Cunneen. */
int hanse__queue_ggc(lua_State *lua)
{
    static const char *const names[] = {"lambda", "arrival_scv", "service_time",
                                        "scv",    "c",           NULL};
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    enum hanse_status status = hanse_queue_ggc(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
        hanse__queue_figure(lua, "arrival_scv", 1.0),
        hanse__queue_figure(lua, "service_time", HANSE__NEEDED),
        hanse__queue_figure(lua, "scv", 1.0), hanse__queue_count(lua, "c", 1.0), &queue);
    return hanse__queue_answer(lua, status, &queue);
}

/* The fewest servers with P(wait <= time) >= chance. */
int hanse__queue_servers(lua_State *lua)
{
    static const char *const names[] = {"lambda", "mu", "time", "chance", NULL};
    int64_t servers;
    hanse__queue_check_names(lua, names);
    if (hanse_queue_mmc_servers(
            hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED),
            hanse__queue_figure(lua, "mu", HANSE__NEEDED),
            hanse__queue_figure(lua, "time", 0.0),
            1.0 - hanse__queue_figure(lua, "chance", 0.95), &servers) != HANSE_OK) {
        return fail(lua);
    }
    lua_pushinteger(lua, servers);
    return 1;
}

/* The fewest servers that lose at most 1 - chance. */
int hanse__queue_trunks(lua_State *lua)
{
    static const char *const names[] = {"load", "chance", NULL};
    int64_t servers;
    hanse__queue_check_names(lua, names);
    if (hanse_queue_loss_servers(
            hanse__queue_context(lua), hanse__queue_figure(lua, "load", HANSE__NEEDED),
            1.0 - hanse__queue_figure(lua, "chance", 0.95), &servers) != HANSE_OK) {
        return fail(lua);
    }
    lua_pushinteger(lua, servers);
    return 1;
}

/* k of n units up with a share of failures common to all: a probability. */
int hanse__queue_k_of_n(lua_State *lua)
{
    static const char *const names[] = {"n", "k", "availability", "common", NULL};
    double enough;
    hanse__queue_check_names(lua, names);
    int64_t n = hanse__queue_count(lua, "n", HANSE__NEEDED);
    if (hanse_k_of_n_common(hanse__queue_context(lua), n,
                            hanse__queue_count(lua, "k", (double)n),
                            hanse__queue_figure(lua, "availability", HANSE__NEEDED),
                            hanse__queue_figure(lua, "common", 0.0), &enough) != HANSE_OK) {
        return fail(lua);
    }
    lua_pushnumber(lua, enough);
    return 1;
}

/* The stock that leaves nobody waiting with the chance asked for, and the one for the fill
 * rate. */
int hanse__queue_spares(lua_State *lua)
{
    static const char *const names[] = {"in_repair", "chance", NULL};
    int64_t ready, fill;
    struct hanse_context *ctx = hanse__queue_context(lua);
    hanse__queue_check_names(lua, names);
    double mean = hanse__queue_figure(lua, "in_repair", HANSE__NEEDED);
    double chance = hanse__queue_figure(lua, "chance", 0.95);
    if (hanse_stock_ready(ctx, mean, chance, &ready) != HANSE_OK ||
        hanse_stock_fill(ctx, mean, chance, &fill) != HANSE_OK) {
        return fail(lua);
    }
    lua_pushinteger(lua, ready);
    lua_pushinteger(lua, fill);
    return 2;
}

/* --- lists -------------------------------------------------------------------------------- */

/* Reads the list on the top of the stack into out and pops it. */
static size_t read_list(lua_State *lua, const char *name, double *out, size_t most)
{
    if (!lua_istable(lua, -1)) {
        luaL_error(lua, "%s: a list of numbers is needed, got %s", name,
                   luaL_typename(lua, -1));
    }
    size_t n = (size_t)lua_rawlen(lua, -1);
    if (n < 1 || n > most) {
        luaL_error(lua, "%s: must have 1 to %d numbers, got %d", name, (int)most, (int)n);
    }
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        if (!lua_isnumber(lua, -1)) {
            luaL_error(lua, "%s[%d]: a number is needed, got %s", name, (int)i + 1,
                       luaL_typename(lua, -1));
        }
        out[i] = lua_tonumber(lua, -1);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return n;
}

static bool has(lua_State *lua, const char *name)
{
    bool given = lua_getfield(lua, 1, name) != LUA_TNIL;
    lua_pop(lua, 1);
    return given;
}

static size_t list(lua_State *lua, const char *name, double *out, size_t most)
{
    lua_getfield(lua, 1, name);
    return read_list(lua, name, out, most);
}

/* A list of n numbers, or n times the preset when it is left out. */
static void list_of(lua_State *lua, const char *name, size_t n, double preset, double *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = preset;
    }
    size_t got = has(lua, name) || isnan(preset) ? list(lua, name, out, n) : n;
    if (got != n) {
        luaL_error(lua, "%s: must have %d numbers, got %d", name, (int)n, (int)got);
    }
}

static void whole_list(lua_State *lua, const char *name, size_t n, double preset, int64_t *out)
{
    double numbers[MOST];
    list_of(lua, name, n, preset, numbers);
    for (size_t i = 0; i < n; i++) {
        out[i] = fabs(numbers[i]) < 1e15 ? (int64_t)numbers[i] : -1;
        if ((double)out[i] != numbers[i]) {
            luaL_error(lua, "%s[%d]: a whole number is needed", name, (int)i + 1);
        }
    }
}

/* A matrix of n_rows lists of *n_columns numbers, which is found where it is 0. */
static void matrix(lua_State *lua, const char *name, size_t n_rows, size_t *n_columns,
                   double *out)
{
    lua_getfield(lua, 1, name);
    if (!lua_istable(lua, -1) || lua_rawlen(lua, -1) != n_rows) {
        luaL_error(lua, "%s: must be a list of %d lists", name, (int)n_rows);
    }
    for (size_t r = 0; r < n_rows; r++) {
        lua_rawgeti(lua, -1, (lua_Integer)r + 1);
        size_t most = *n_columns > 0 ? *n_columns : MOST / n_rows;
        size_t n = read_list(lua, name, out + r * *n_columns, most);
        *n_columns = *n_columns > 0 ? *n_columns : n;
        if (n != *n_columns) {
            luaL_error(lua, "%s: its lists must be of one length, got %d and %d", name,
                       (int)*n_columns, (int)n);
        }
    }
    lua_pop(lua, 1);
}

static void push_station(lua_State *lua, const struct hanse_station *station)
{
    lua_createtable(lua, 0, 5);
    hanse__queue_set(lua, "visits", station->visits);
    hanse__queue_set(lua, "utilization", station->utilization);
    hanse__queue_set(lua, "throughput", station->throughput);
    hanse__queue_set(lua, "in_system", station->in_system);
    hanse__queue_set(lua, "response_time", station->response_time);
}

static int push_stations(lua_State *lua, const struct hanse_station *stations, size_t n)
{
    lua_createtable(lua, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        push_station(lua, &stations[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int push_classes(lua_State *lua, const struct hanse_station *stations, size_t n_classes,
                        size_t n)
{
    lua_createtable(lua, (int)n_classes, 0);
    for (size_t c = 0; c < n_classes; c++) {
        push_stations(lua, stations + c * n, n);
        lua_rawseti(lua, -2, (lua_Integer)c + 1);
    }
    return 1;
}

/* --- networks ----------------------------------------------------------------------------- */

/* Also returns the share of time each server works. */
int hanse__queue_unequal(lua_State *lua)
{
    static const char *const names[] = {"lambda", "rates", NULL};
    double rates[HANSE_QUEUE_UNEQUAL_MOST], busy[HANSE_QUEUE_UNEQUAL_MOST];
    struct hanse_queue queue;
    hanse__queue_check_names(lua, names);
    size_t n = list(lua, "rates", rates, HANSE_QUEUE_UNEQUAL_MOST);
    enum hanse_status status = hanse_queue_unequal(
        hanse__queue_context(lua), hanse__queue_figure(lua, "lambda", HANSE__NEEDED), rates,
        (int64_t)n, &queue, busy);
    hanse__queue_answer(lua, status, &queue);
    lua_createtable(lua, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        lua_pushnumber(lua, busy[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    return 2;
}

int hanse__queue_jackson(lua_State *lua)
{
    static const char *const names[] = {"lambda", "service_time", "servers", "routing", NULL};
    double arrivals[MOST], service[MOST], *routing;
    int64_t servers[MOST];
    struct hanse_station stations[MOST];
    hanse__queue_check_names(lua, names);
    size_t n = list(lua, "service_time", service, MOST);
    list_of(lua, "lambda", n, HANSE__NEEDED, arrivals);
    whole_list(lua, "servers", n, 1.0, servers);
    routing = lua_newuserdatauv(lua, n * n * sizeof *routing, 0);
    matrix(lua, "routing", n, &n, routing);
    const struct hanse_open_network network = {n, arrivals, service, servers, routing};
    if (hanse_network_open(hanse__queue_context(lua), &network, stations) != HANSE_OK) {
        return fail(lua);
    }
    return push_stations(lua, stations, n);
}

/* Stations, and cycles per time. */
int hanse__queue_closed(lua_State *lua)
{
    static const char *const names[] = {"customers", "visits", "service_time",
                                        "servers",   "think",  NULL};
    double visits[MOST], service[MOST], cycles;
    int64_t servers[MOST];
    struct hanse_station stations[MOST];
    hanse__queue_check_names(lua, names);
    size_t n = list(lua, "service_time", service, MOST);
    list_of(lua, "visits", n, 1.0, visits);
    whole_list(lua, "servers", n, 1.0, servers);
    const struct hanse_closed_network network = {
        n,
        hanse__queue_count(lua, "customers", HANSE__NEEDED),
        hanse__queue_figure(lua, "think", 0.0),
        visits,
        service,
        servers};
    if (hanse_network_closed(hanse__queue_context(lua), &network, stations, &cycles) !=
        HANSE_OK) {
        return fail(lua);
    }
    push_stations(lua, stations, n);
    lua_pushnumber(lua, cycles);
    return 2;
}

/* lambda of each class; service_time and visits: a list per class. */
int hanse__queue_classes(lua_State *lua)
{
    static const char *const names[] = {"lambda", "service_time", "visits", NULL};
    double lambda[MOST], service[MOST], rates[MOST];
    struct hanse_station stations[MOST];
    size_t n = 0;
    hanse__queue_check_names(lua, names);
    size_t n_classes = list(lua, "lambda", lambda, MOST);
    matrix(lua, "service_time", n_classes, &n, service);
    for (size_t i = 0; i < n_classes * n; i++) {
        rates[i] = 1.0;
    }
    if (has(lua, "visits")) {
        matrix(lua, "visits", n_classes, &n, rates);
    }
    for (size_t i = 0; i < n_classes * n; i++) {
        rates[i] *= lambda[i / n];
    }
    if (hanse_network_classes(hanse__queue_context(lua), n_classes, n, rates, service,
                              stations) != HANSE_OK) {
        return fail(lua);
    }
    return push_classes(lua, stations, n_classes, n);
}

/* customers of each class; demand: a list per class; think of each class. */
int hanse__queue_closed_classes(lua_State *lua)
{
    static const char *const names[] = {"customers", "demand", "think", NULL};
    double demand[MOST], think[MOST], numbers[MOST];
    int64_t customers[MOST];
    struct hanse_station stations[MOST];
    size_t n = 0;
    hanse__queue_check_names(lua, names);
    size_t n_classes = list(lua, "customers", numbers, MOST);
    whole_list(lua, "customers", n_classes, HANSE__NEEDED, customers);
    matrix(lua, "demand", n_classes, &n, demand);
    list_of(lua, "think", n_classes, 0.0, think);
    const struct hanse_closed_classes network = {n_classes, n, customers, think, demand, NULL};
    if (hanse_network_closed_classes(hanse__queue_context(lua), &network, stations) !=
        HANSE_OK) {
        return fail(lua);
    }
    return push_classes(lua, stations, n_classes, n);
}
