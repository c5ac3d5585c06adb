/* The environment: the clock, the run, and handlers for models without coroutines. */
#include <float.h>
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "scripting/des.h"

enum { FIRST_ARENA_BYTES = 64 << 10 };

/* --- a new one --------------------------------------------------------------------------- */

static void open_engine(lua_State *lua, struct hanse__des *env)
{
    env->ctx = hanse_context_create();
    if (env->ctx == NULL) {
        luaL_error(lua, "environment: the machine has no memory left");
    }
    if (hanse_arena_init(&env->arena, env->ctx, FIRST_ARENA_BYTES) != HANSE_OK ||
        hanse_calendar_init(&env->calendar, &env->arena, HANSE_CALENDAR_LADDER) != HANSE_OK) {
        hanse__des_raise(lua, env, "environment");
    }
    env->open = true;
}

static int environment_collect(lua_State *lua)
{
    struct hanse__des *env = hanse__des_test(lua, 1, HANSE__DES_ENVIRONMENT);
    if (env == NULL || env->ctx == NULL) {
        return 0;
    }
    env->open = false;
    while (env->grants != NULL) {
        struct hanse__des_grant *grant = env->grants;
        env->grants = grant->next_made;
        hanse__free(grant);
    }
    hanse__free(env->processes.items);
    hanse__free(env->processes.free);
    hanse__free(env->timeouts.items);
    hanse__free(env->timeouts.free);
    hanse__free(env->threads);
    hanse_arena_fini(&env->arena);
    hanse_context_destroy(env->ctx);
    env->ctx = NULL;
    return 0;
}

static uint64_t option(lua_State *lua, const char *name, uint64_t most)
{
    if (!lua_istable(lua, 1) || lua_getfield(lua, 1, name) == LUA_TNIL) {
        return 0;
    }
    int is_integer;
    lua_Integer value = lua_tointegerx(lua, -1, &is_integer);
    if (!is_integer || value < 0 || (uint64_t)value > most) {
        luaL_error(lua, "Environment: %s: must be an integer >= 0, got %s", name,
                   luaL_tolstring(lua, -1, NULL));
    }
    lua_pop(lua, 1);
    return (uint64_t)value;
}

static int environment_now(lua_State *lua)
{
    const struct hanse__des *env = lua_touserdata(lua, lua_upvalueindex(1));
    size_t length = 0;
    const char *key = lua_tolstring(lua, 2, &length);
    if (length == 3 && memcmp(key, "now", 3) == 0) {
        lua_pushnumber(lua, env->now);
        return 1;
    }
    return luaL_error(lua, "environment: there is no '%s'", key ? key : "?");
}

static void push_methods(lua_State *lua);

/* Methods are looked up in a plain table; what is not there, `now` alone, is asked of C. So a
 * method costs no call, and env.now is no method. The table is one per environment. */
static void push_metatable(lua_State *lua, struct hanse__des *env)
{
    lua_createtable(lua, 0, 4);
    push_methods(lua);
    lua_createtable(lua, 0, 2);
    lua_pushlightuserdata(lua, env);
    lua_pushcclosure(lua, environment_now, 1);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, environment_collect);
    lua_setfield(lua, -2, "__gc");
    lua_pushliteral(lua, "environment");
    lua_setfield(lua, -2, "__name");
    lua_pushliteral(lua, "hanse.des");
    lua_setfield(lua, -2, "__metatable");
}

/* des.Environment{seed = 1, replication = 0} */
int hanse__des_new_environment(lua_State *lua)
{
    if (!lua_isnoneornil(lua, 1)) {
        luaL_checktype(lua, 1, LUA_TTABLE);
    }
    uint64_t seed = option(lua, "seed", INT64_MAX);
    uint64_t replication = option(lua, "replication", UINT32_MAX);
    struct hanse__des *env = lua_newuserdatauv(lua, sizeof *env, HANSE__DES_N_TABLES);
    memset(env, 0, sizeof *env);
    push_metatable(lua, env);
    lua_setmetatable(lua, -2);
    env->seed = seed;
    env->replication = (uint32_t)replication;
    for (int i = 1; i <= HANSE__DES_N_TABLES; i++) {
        lua_newtable(lua);
        lua_setiuservalue(lua, -2, i);
    }
    hanse__des_mark_env(env);
    hanse__des_know_env(lua);
    open_engine(lua, env);
    return 1;
}

/* --- handlers ---------------------------------------------------------------------------- */

/* The kind called by the name, or of the number, at `index`; 0 when there is none. */
static int kind_at(lua_State *lua, int index)
{
    const struct hanse__des *env = lua_touserdata(lua, 1);
    if (lua_type(lua, index) == LUA_TNUMBER) {
        lua_Integer kind = lua_tointeger(lua, index);
        return kind >= 1 && kind <= env->n_kinds ? (int)kind : 0;
    }
    luaL_checktype(lua, index, LUA_TSTRING);
    lua_getiuservalue(lua, 1, HANSE__DES_KINDS);
    lua_pushvalue(lua, index);
    lua_rawget(lua, -2);
    int kind = (int)lua_tointeger(lua, -1);
    lua_pop(lua, 2);
    return kind;
}

static int new_kind(lua_State *lua, struct hanse__des *env)
{
    if (env->n_kinds >= HANSE__DES_MOST_KINDS) {
        return luaL_error(lua, "on: at most %d kinds", HANSE__DES_MOST_KINDS);
    }
    env->n_kinds++;
    lua_getiuservalue(lua, 1, HANSE__DES_KINDS);
    lua_pushvalue(lua, 2);
    lua_pushinteger(lua, env->n_kinds);
    lua_rawset(lua, -3);
    lua_pushvalue(lua, 2);
    lua_rawseti(lua, -2, env->n_kinds);
    lua_pop(lua, 1);
    return env->n_kinds;
}

/* env:on(kind, function) returns the kind's number, which schedule takes faster. */
static int environment_on(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    luaL_checktype(lua, 2, LUA_TSTRING);
    luaL_checktype(lua, 3, LUA_TFUNCTION);
    int kind = kind_at(lua, 2);
    kind = kind ? kind : new_kind(lua, env);
    lua_getiuservalue(lua, 1, HANSE__DES_HANDLERS);
    lua_pushvalue(lua, 3);
    lua_rawseti(lua, -2, kind);
    lua_pushinteger(lua, kind);
    return 1;
}

/* env:schedule(delay, kind [, entity [, priority]]) returns a handle for env:cancel. */
static int environment_schedule(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    double delay = hanse__des_number(lua, 2, "schedule: the delay");
    int kind = kind_at(lua, 3);
    if (kind == 0) {
        return luaL_error(lua, "schedule: no handler for kind '%s': env:on gives it one",
                          luaL_tolstring(lua, 3, NULL));
    }
    lua_Integer entity = luaL_optinteger(lua, 4, 0);
    lua_Integer priority = luaL_optinteger(lua, 5, 0);
    if (entity < 0 || entity > (lua_Integer)UINT32_MAX) {
        return luaL_error(lua, "schedule: the entity: must be 0 to 4294967295, got %I", entity);
    }
    if (priority < INT8_MIN || priority > INT8_MAX) {
        return luaL_error(lua, "schedule: the priority: must be -128 to 127, got %I", priority);
    }
    hanse_handle handle;
    const struct hanse_event event = {.time = env->now + delay,
                                      .kind = (uint16_t)(HANSE__DES_FIRST_HANDLER - 1 + kind),
                                      .order = HANSE__DES_NORMAL,
                                      .priority = (int8_t)priority,
                                      .entity = (uint32_t)entity};
    if (hanse_calendar_schedule(&env->calendar, &event, &handle) != HANSE_OK) {
        return hanse__des_raise(lua, env, "schedule");
    }
    lua_pushinteger(lua, (lua_Integer)handle);
    return 1;
}

static int environment_cancel(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    hanse_handle handle = (hanse_handle)luaL_checkinteger(lua, 2);
    lua_pushboolean(lua, hanse_calendar_cancel(&env->calendar, handle));
    return 1;
}

/* --- the run ----------------------------------------------------------------------------- */

static void timeout_due(lua_State *lua, struct hanse__des *env, uint32_t slot)
{
    struct hanse__des_event *event = env->timeouts.items[slot];
    lua_rawgeti(lua, HANSE__DES_AT_TIMEOUTS, slot + 1);
    lua_pushnil(lua);
    lua_rawseti(lua, HANSE__DES_AT_TIMEOUTS, slot + 1);
    hanse__des_slot_leave(&env->timeouts, slot);
    event->handle = 0;
    hanse__des_trigger(lua, event, HANSE__DES_SUCCEEDED);
    lua_pop(lua, 1);
}

static void handle(lua_State *lua, struct hanse__des *env, const struct hanse_event *event)
{
    env->kind_running = event->kind - HANSE__DES_FIRST_HANDLER + 1;
    lua_rawgeti(lua, HANSE__DES_AT_HANDLERS, env->kind_running);
    lua_pushinteger(lua, event->entity);
    lua_call(lua, 1, 0);
    env->kind_running = 0;
}

/* Stack: environment and the tables. */
static int loop(lua_State *lua)
{
    struct hanse__des *env = lua_touserdata(lua, 1);
    const struct hanse__des_event *until = env->until;
    struct hanse_event event;
    while (!env->stopped && !(until != NULL && until->state != HANSE__DES_PENDING) &&
           hanse_calendar_next(&env->calendar, &event)) {
        env->now = event.time;
        env->n_events++;
        switch (event.kind) {
        case HANSE__DES_STOP:
            env->stopped = true;
            break;
        case HANSE__DES_WAKE:
            hanse__des_resume(lua, env,
                              (struct hanse__des_process *)env->processes.items[event.entity]);
            break;
        case HANSE__DES_TIMEOUT:
            timeout_due(lua, env, event.entity);
            break;
        default:
            handle(lua, env, &event);
            break;
        }
    }
    return 0;
}

/* Schedules the end of the run; returns its handle, 0 when there is none. */
static hanse_handle end_at(lua_State *lua, struct hanse__des *env)
{
    if (lua_type(lua, 2) != LUA_TNUMBER) {
        return 0;
    }
    double end = lua_tonumber(lua, 2);
    if (!(end >= env->now) || (isinf(end) && end < 0)) { /* also catches NaN */
        luaL_error(lua, "run: must end at or after the time it is, %f, got %f", env->now,
                   hanse__des_shown(end));
    }
    if (isinf(end)) {
        return 0;
    }
    hanse_handle handle;
    const struct hanse_event stop = {
        .time = end, .kind = HANSE__DES_STOP, .order = HANSE__DES_URGENT};
    if (hanse_calendar_schedule(&env->calendar, &stop, &handle) != HANSE_OK) {
        hanse__des_raise(lua, env, "run");
    }
    return handle;
}

static int run_failed(lua_State *lua, struct hanse__des *env, int kind)
{
    if (kind > 0) {
        const char *what = luaL_tolstring(lua, -1, NULL);
        lua_getiuservalue(lua, 1, HANSE__DES_KINDS);
        lua_rawgeti(lua, -1, kind);
        lua_pushfstring(lua, "handler '%s' at time %f: %s", lua_tostring(lua, -1), env->now,
                        what);
    }
    return lua_error(lua);
}

static int run_result(lua_State *lua, const struct hanse__des *env,
                      const struct hanse__des_event *until)
{
    if (until == NULL) {
        lua_pushnumber(lua, env->now);
        return 1;
    }
    if (until->state == HANSE__DES_PENDING) {
        return env->stopped ? 0
                            : luaL_error(lua,
                                         "run: at time %f nothing is left to happen, and "
                                         "the event it was to run to has not",
                                         env->now);
    }
    return hanse__des_push_values(lua, 2);
}

/* env:run([time or event]) */
static int environment_run(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    lua_settop(lua, 2);
    if (env->running) {
        return luaL_error(lua, "run: this environment runs already");
    }
    struct hanse__des_event *until = NULL;
    if (!lua_isnil(lua, 2) && lua_type(lua, 2) != LUA_TNUMBER) {
        until = hanse__des_check_event(lua, 2);
    }
    hanse_handle end = end_at(lua, env);
    lua_pushcfunction(lua, loop);
    lua_pushvalue(lua, 1);
    lua_getiuservalue(lua, 1, HANSE__DES_PROCESSES);
    lua_getiuservalue(lua, 1, HANSE__DES_HANDLERS);
    lua_getiuservalue(lua, 1, HANSE__DES_TIMEOUTS);
    env->until = until;
    env->running = true;
    env->stopped = false;
    int status = lua_pcall(lua, 4, 0, 0);
    int kind = env->kind_running;
    env->until = NULL;
    env->running = false;
    env->kind_running = 0;
    hanse_calendar_cancel(&env->calendar, end);
    return status == LUA_OK ? run_result(lua, env, until) : run_failed(lua, env, kind);
}

static int environment_stop(lua_State *lua)
{
    hanse__des_check_env(lua, 1)->stopped = true;
    return 0;
}

/* When the next event is due; infinity when there is none. */
static int environment_peek(lua_State *lua)
{
    lua_pushnumber(lua, hanse_calendar_peek(&hanse__des_check_env(lua, 1)->calendar));
    return 1;
}

/* How many processes are alive, and how many events there have been. */
static int environment_count(lua_State *lua)
{
    const struct hanse__des *env = hanse__des_check_env(lua, 1);
    lua_pushinteger(lua, env->n_live);
    lua_pushinteger(lua, (lua_Integer)env->n_events);
    return 2;
}

static void push_methods(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"process", hanse__des_env_process},
                                       {"hold", hanse__des_env_hold},
                                       {"try_hold", hanse__des_env_try_hold},
                                       {"active_process", hanse__des_env_active_process},
                                       {"event", hanse__des_env_event},
                                       {"timeout", hanse__des_env_timeout},
                                       {"any_of", hanse__des_env_any_of},
                                       {"all_of", hanse__des_env_all_of},
                                       {"wait", hanse__des_env_wait},
                                       {"wait_any", hanse__des_env_wait_any},
                                       {"wait_all", hanse__des_env_wait_all},
                                       {"stream", hanse__des_new_stream},
                                       {"level", hanse__des_new_level},
                                       {"on", environment_on},
                                       {"schedule", environment_schedule},
                                       {"cancel", environment_cancel},
                                       {"run", environment_run},
                                       {"stop", environment_stop},
                                       {"peek", environment_peek},
                                       {"count", environment_count},
                                       {NULL, NULL}};
    luaL_newlib(lua, methods);
}
