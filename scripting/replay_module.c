/* hanse.replay: a trace through a scheduler, for scripts. It takes a table of named settings,
 * checks that it knows every one, and returns the figures and, if wanted, a column per field.
 */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "scripting/des.h"
#include "scripting/policy_spec.h"
#include "scripting/trace.h"
#include "sim/study/contest.h"

/* What became of a job, by order of submission. */
struct row {
    struct hanse_job job;
    double start_s, end_s;
};

/* All that a call holds; Lua's collector closes it when the call raises. */
struct call {
    struct hanse_context *ctx;
    struct hanse_trace *trace;
    struct hanse_metrics *metrics;
    struct row *rows; /* columns = true */
    size_t n_rows, capacity;
    struct hanse_trace_options options;
    struct hanse_policy_spec spec;
    bool machine_sets, columns;
};

static int close_call(lua_State *lua)
{
    struct call *call = lua_touserdata(lua, 1);
    hanse_metrics_destroy(call->metrics);
    hanse_trace_close(call->trace);
    hanse__free(call->rows);
    hanse_context_destroy(call->ctx);
    memset(call, 0, sizeof *call);
    return 0;
}

static struct call *open_call(lua_State *lua)
{
    struct call *call = lua_newuserdatauv(lua, sizeof *call, 0);
    memset(call, 0, sizeof *call);
    lua_createtable(lua, 0, 2);
    lua_pushcfunction(lua, close_call);
    lua_setfield(lua, -2, "__gc");
    lua_setmetatable(lua, -2);
    call->ctx = hanse_context_create();
    if (call->ctx == NULL) {
        luaL_error(lua, "hanse.replay: the machine has no memory left");
    }
    return call;
}

static void must(lua_State *lua, const struct call *call, enum hanse_status status)
{
    if (status != HANSE_OK) {
        luaL_error(lua, "%s", hanse_context_message(call->ctx));
    }
}

/* --- settings ----------------------------------------------------------------------------- */

static const char *const keys[] = {"trace",   "policy",  "estimates",    "service", "procs",
                                   "servers", "lenient", "machine_sets", "columns"};
enum { N_KEYS = sizeof keys / sizeof keys[0] };

/* A typo must not go by in silence. */
static void check_keys(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        bool known = false;
        for (int i = 0; i < N_KEYS; i++) {
            known = known || strcmp(keys[i], key) == 0;
        }
        if (!known) {
            const char *near = hanse__nearest(key, keys, N_KEYS);
            luaL_error(lua, "hanse.replay: no setting '%s'%s%s%s", key,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
        }
    }
}

/* The text of a key; it stays in the table. */
static const char *text_of(lua_State *lua, const char *key, const char *preset)
{
    lua_getfield(lua, 1, key);
    if (!lua_isnil(lua, -1) && lua_type(lua, -1) != LUA_TSTRING) {
        luaL_error(lua, "hanse.replay: %s: must be a text, got %s", key,
                   luaL_typename(lua, -1));
    }
    const char *text = lua_isnil(lua, -1) ? preset : lua_tostring(lua, -1);
    lua_pop(lua, 1);
    return text;
}

static uint32_t count_of(lua_State *lua, const char *key)
{
    int whole = 0;
    lua_getfield(lua, 1, key);
    lua_Integer count = lua_tointegerx(lua, -1, &whole);
    if (!lua_isnil(lua, -1) && (!whole || count < 1 || count > 1 << 24)) {
        luaL_error(lua, "hanse.replay: %s: must be a whole number from 1 to %d", key, 1 << 24);
    }
    bool given = !lua_isnil(lua, -1);
    lua_pop(lua, 1);
    return given ? (uint32_t)count : 0;
}

static bool flag_of(lua_State *lua, const char *key)
{
    lua_getfield(lua, 1, key);
    if (!lua_isnil(lua, -1) && !lua_isboolean(lua, -1)) {
        luaL_error(lua, "hanse.replay: %s: must be true or false, got %s", key,
                   luaL_typename(lua, -1));
    }
    bool flag = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return flag;
}

static void read_settings(lua_State *lua, struct call *call)
{
    uint32_t procs = count_of(lua, "procs"), servers = count_of(lua, "servers");
    if (procs > 0 && servers > 0) {
        luaL_error(lua, "hanse.replay: procs and servers are the same: give one");
    }
    call->options.processors = procs > 0 ? procs : servers;
    call->options.service = text_of(lua, "service", NULL);
    call->options.lenient = flag_of(lua, "lenient");
    call->machine_sets = flag_of(lua, "machine_sets");
    call->columns = flag_of(lua, "columns");
    must(lua, call,
         hanse_trace_estimates(call->ctx, text_of(lua, "estimates", "user"), &call->options));
    must(lua, call,
         hanse_policy_spec_read(call->ctx, text_of(lua, "policy", "easy"), &call->spec));
    const char *path = text_of(lua, "trace", NULL);
    if (path == NULL) {
        luaL_error(lua, "hanse.replay: trace: must be the path of a trace");
    }
    must(lua, call, hanse_trace_open(call->ctx, path, &call->options, &call->trace));
}

/* --- the replay --------------------------------------------------------------------------- */

/* Rows of jobs that have not ended are left as they are and filled later. */
static enum hanse_status keep_job(void *state, struct hanse_context *ctx,
                                  const struct hanse_finished *finished)
{
    struct call *call = state;
    void *rows = call->rows;
    size_t at = (size_t)finished->order;
    HANSE_TRY(hanse__reserve(ctx, &rows, &call->capacity, at + 1, sizeof *call->rows));
    call->rows = rows;
    call->rows[at] = (struct row){finished->job, finished->start_s, finished->end_s};
    call->n_rows = at + 1 > call->n_rows ? at + 1 : call->n_rows;
    return HANSE_OK;
}

static void run(lua_State *lua, struct call *call)
{
    const char *said_by;
    struct hanse_job_source source = hanse_trace_source(call->trace);
    const struct hanse_finished_sink sink = {.state = call, .job = keep_job};
    const struct hanse_replay replay = {.policy = call->spec.policy,
                                        .params = call->spec.params,
                                        .processors =
                                            hanse_trace_processors(call->trace, &said_by),
                                        .machine_sets = call->machine_sets};
    must(lua, call, hanse_metrics_create(call->ctx, &call->metrics));
    must(lua, call,
         hanse_replay_run(call->ctx, &replay, &source, call->columns ? &sink : NULL,
                          call->metrics));
}

/* --- what comes out ----------------------------------------------------------------------- */

static void push_figures(lua_State *lua, struct call *call)
{
    struct hanse_aggregates aggregates;
    uint32_t n;
    const struct hanse_job_figure *figures = hanse_job_figures(&n);
    must(lua, call, hanse_metrics_aggregates(call->metrics, &aggregates));
    lua_createtable(lua, 0, (int)n + 4);
    for (uint32_t i = 0; i < n; i++) {
        double value = hanse_job_figure_value(&aggregates, i);
        if (figures[i].whole) {
            lua_pushinteger(lua, (lua_Integer)value);
        } else {
            lua_pushnumber(lua, value);
        }
        lua_setfield(lua, -2, figures[i].name);
    }
}

static void set_about(lua_State *lua, const struct call *call)
{
    const struct hanse_drops *drops = hanse_trace_drops(call->trace);
    const char *said_by;
    lua_pushstring(lua, call->spec.text);
    lua_setfield(lua, -2, "policy");
    lua_pushinteger(lua, hanse_trace_processors(call->trace, &said_by));
    lua_setfield(lua, -2, "processors");
    lua_createtable(lua, 0, HANSE_DROPS);
    for (int i = 0; i < HANSE_DROPS; i++) {
        lua_pushinteger(lua, (lua_Integer)drops->count[i]);
        lua_setfield(lua, -2, hanse_drop_name((enum hanse_drop)i));
    }
    lua_setfield(lua, -2, "dropped");
}

enum column { NUMBER, SUBMIT, START, END, WAIT, RUNTIME, ESTIMATE, WIDTH, USER, N_COLUMNS };
static const char *const column_names[N_COLUMNS] = {
    "number", "submit", "start", "finish", "wait", "runtime", "estimate", "width", "user"};

static void push_cell(lua_State *lua, const struct row *row, enum column column)
{
    switch (column) {
    case NUMBER:
        lua_pushinteger(lua, row->job.number);
        return;
    case WIDTH:
        lua_pushinteger(lua, row->job.width);
        return;
    case USER:
        lua_pushinteger(lua, row->job.user);
        return;
    case SUBMIT:
        lua_pushnumber(lua, row->job.submit_s);
        return;
    case START:
        lua_pushnumber(lua, row->start_s);
        return;
    case END:
        lua_pushnumber(lua, row->end_s);
        return;
    case WAIT:
        lua_pushnumber(lua, row->start_s - row->job.submit_s);
        return;
    case RUNTIME:
        lua_pushnumber(lua, row->job.runtime_s);
        return;
    default:
        lua_pushnumber(lua, row->job.estimate_s);
        return;
    }
}

static void set_columns(lua_State *lua, const struct call *call)
{
    lua_createtable(lua, 0, N_COLUMNS);
    for (int c = 0; c < N_COLUMNS; c++) {
        lua_createtable(lua, call->n_rows < 1 << 30 ? (int)call->n_rows : 0, 0);
        for (size_t i = 0; i < call->n_rows; i++) {
            push_cell(lua, &call->rows[i], (enum column)c);
            lua_rawseti(lua, -2, (lua_Integer)i + 1);
        }
        lua_setfield(lua, -2, column_names[c]);
    }
    lua_setfield(lua, -2, "columns");
}

int hanse__replay(lua_State *lua)
{
    lua_settop(lua, 1);
    check_keys(lua);
    struct call *call = open_call(lua);
    read_settings(lua, call);
    run(lua, call);
    push_figures(lua, call);
    set_about(lua, call);
    if (call->columns) {
        set_columns(lua, call);
    }
    lua_pushcfunction(lua, close_call); /* now rather than when the collector comes by */
    lua_pushvalue(lua, 2);
    lua_call(lua, 1, 0);
    return 1;
}
