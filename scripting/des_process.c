/* Processes: coroutines that hold, are woken, interrupted and killed. */
#include <lauxlib.h>

#include "scripting/des.h"

static const char interrupt_key; /* registry: metatable of interrupts */

/* --- names ------------------------------------------------------------------------------- */

void hanse__des_push_process(lua_State *lua, const struct hanse__des_process *process)
{
    hanse__des_push_env(lua, process->event.object.env);
    lua_getiuservalue(lua, -1, HANSE__DES_PROCESSES);
    lua_rawgeti(lua, -1, process->event.slot + 1);
    lua_replace(lua, -3);
    lua_pop(lua, 1);
}

static void push_name_of(lua_State *lua, int index, const struct hanse__des_process *process)
{
    if (lua_getiuservalue(lua, index, HANSE__DES_NAME) != LUA_TSTRING) {
        lua_pop(lua, 1);
        lua_pushfstring(lua, "%I", (LUAI_UACINT)process->serial);
    }
}

/* The name of a process that is alive, or lies at index 1. */
void hanse__des_push_name(lua_State *lua, const struct hanse__des_process *process)
{
    if (lua_touserdata(lua, 1) == process) {
        push_name_of(lua, 1, process);
        return;
    }
    hanse__des_push_process(lua, process);
    push_name_of(lua, -1, process);
    lua_replace(lua, -2);
}

struct hanse__des_process *hanse__des_process_in(const struct hanse__des *env, uint32_t slot,
                                                 uint64_t serial)
{
    if (serial == 0 || slot >= env->processes.n || env->processes.items[slot] == NULL) {
        return NULL;
    }
    struct hanse__des_process *process =
        (struct hanse__des_process *)env->processes.items[slot];
    return process->serial == serial ? process : NULL;
}

/* --- interrupts -------------------------------------------------------------------------- */

/* Pushes the first of the causes still to be met. */
static void take_cause(lua_State *lua, struct hanse__des_process *process)
{
    luaL_checkstack(lua, 6, NULL);
    hanse__des_push_process(lua, process);
    lua_getiuservalue(lua, -1, HANSE__DES_CAUSES);
    lua_rawgeti(lua, -1, 1);
    for (uint32_t i = 1; i <= process->n_interrupts; i++) {
        lua_rawgeti(lua, -2, i + 1);
        lua_rawseti(lua, -3, i);
    }
    process->n_interrupts--;
    lua_replace(lua, -3);
    lua_pop(lua, 1);
}

/* Raises {cause = …}, whose metatable tells it from the errors of others. */
static int raise_interrupt(lua_State *lua, struct hanse__des_process *process)
{
    lua_createtable(lua, 0, 1);
    take_cause(lua, process);
    lua_setfield(lua, -2, "cause");
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &interrupt_key);
    lua_setmetatable(lua, -2);
    return lua_error(lua);
}

static bool is_interrupt(lua_State *lua, int index)
{
    if (!lua_istable(lua, index) || !lua_getmetatable(lua, index)) {
        return false;
    }
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &interrupt_key);
    bool same = lua_rawequal(lua, -1, -2);
    lua_pop(lua, 2);
    return same;
}

/* "interrupted: cause", without a table's address, which would differ from run to run. */
static int interrupt_text(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    int type = lua_getfield(lua, 1, "cause");
    if (type == LUA_TNIL) {
        lua_pushliteral(lua, "interrupted");
    } else if (type == LUA_TSTRING || type == LUA_TNUMBER ||
               luaL_getmetafield(lua, -1, "__tostring") != LUA_TNIL) {
        lua_pushfstring(lua, "interrupted: %s", luaL_tolstring(lua, 2, NULL));
    } else {
        lua_pushfstring(lua, "interrupted with a %s", lua_typename(lua, type));
    }
    return 1;
}

/* Takes a process off what it waits for, so that nothing of this wait is left anywhere. */
static void end_wait(lua_State *lua, struct hanse__des_process *process)
{
    struct hanse__des *env = process->event.object.env;
    if (process->wake != 0) {
        hanse_calendar_cancel(&env->calendar, process->wake);
        process->wake = 0;
    }
    hanse__des_unlink(&process->link);
    struct hanse__des_line *line = process->claim.line;
    if (line != NULL) {
        hanse__des_line_leave(&process->claim);
        hanse__des_unpin(lua, env, &process->claim);
        hanse__des_line_moved(lua, line);
    }
}

void hanse__des_interrupt(lua_State *lua, struct hanse__des_process *process)
{
    luaL_checkstack(lua, 6, NULL);
    hanse__des_push_process(lua, process);
    if (lua_getiuservalue(lua, -1, HANSE__DES_CAUSES) != LUA_TTABLE) {
        lua_pop(lua, 1);
        lua_createtable(lua, 1, 0);
        lua_pushvalue(lua, -1);
        lua_setiuservalue(lua, -3, HANSE__DES_CAUSES);
    }
    lua_pushvalue(lua, -3);
    lua_rawseti(lua, -2, ++process->n_interrupts);
    lua_pop(lua, 3);
    switch (process->wait) {
    case HANSE__DES_HOLDING:
    case HANSE__DES_ON_EVENT:
    case HANSE__DES_NOTIFIED:
    case HANSE__DES_IN_LINE:
        end_wait(lua, process);
        process->wait = HANSE__DES_CUT;
        hanse__des_wake_in(lua, process, 0.0, HANSE__DES_URGENT);
        break;
    default: /* it runs, starts or was answered: its next wait meets the interrupt */
        break;
    }
}

static int process_interrupt(lua_State *lua)
{
    struct hanse__des_process *process = hanse__des_check(lua, 1, HANSE__DES_PROCESS);
    struct hanse__des *env = process->event.object.env;
    if (process->event.state != HANSE__DES_PENDING) {
        hanse__des_push_name(lua, process);
        return luaL_error(lua, "interrupt: process '%s' is over", lua_tostring(lua, -1));
    }
    if (process == env->current) {
        return luaL_error(lua, "interrupt: a process cannot interrupt itself");
    }
    lua_settop(lua, 2);
    hanse__des_interrupt(lua, process);
    return 0;
}

/* --- waiting ----------------------------------------------------------------------------- */

struct hanse__des_process *hanse__des_self(lua_State *lua, struct hanse__des *env,
                                           const char *verb)
{
    struct hanse__des_process *process = env->current;
    if (process == NULL || process->thread != lua) {
        luaL_error(lua,
                   "%s: only a process can wait: call it in a function that was started "
                   "with env:process, and in no other coroutine",
                   verb);
        __builtin_unreachable();
    }
    if (process->n_interrupts > 0) {
        raise_interrupt(lua, process);
    }
    return process;
}

void hanse__des_wake_in(lua_State *lua, struct hanse__des_process *process, double delay,
                        int order)
{
    struct hanse__des *env = process->event.object.env;
    const struct hanse_event event = {.time = env->now + delay,
                                      .kind = HANSE__DES_WAKE,
                                      .order = (uint8_t)order,
                                      .entity = process->event.slot};
    if (hanse_calendar_schedule(&env->calendar, &event, &process->wake) != HANSE_OK) {
        hanse__des_raise(lua, env, "environment");
    }
}

int hanse__des_sleep(lua_State *lua, struct hanse__des_process *process,
                     enum hanse__des_wait wait, lua_KFunction then)
{
    process->wait = wait;
    process->n_values = 0;
    return lua_yieldk(lua, 0, (lua_KContext)process, then);
}

struct hanse__des_process *hanse__des_woken(lua_State *lua, lua_KContext context)
{
    struct hanse__des_process *process = (struct hanse__des_process *)context;
    if (process->cut) {
        raise_interrupt(lua, process);
    }
    return process;
}

void hanse__des_answer(lua_State *lua, struct hanse__des_process *process, int n_values)
{
    hanse_calendar_cancel(&process->event.object.env->calendar, process->wake);
    process->wait = HANSE__DES_ANSWERED;
    process->n_values = n_values;
    hanse__des_wake_in(lua, process, 0.0, HANSE__DES_NORMAL);
}

void hanse__des_notify(lua_State *lua, struct hanse__des_process *process)
{
    process->wait = HANSE__DES_NOTIFIED;
    hanse__des_wake_in(lua, process, 0.0, HANSE__DES_NORMAL);
}

static int held(lua_State *lua, int status, lua_KContext context)
{
    hanse__des_woken(lua, context);
    return 0;
}

/* Where nothing else can happen before the end of the hold, the clock just advances. */
static bool advance(struct hanse__des *env, double delay)
{
    double end = env->now + delay;
    if (end < hanse_calendar_peek(&env->calendar) && !env->stopped &&
        !(env->until != NULL && env->until->state != HANSE__DES_PENDING)) {
        env->now = end;
        env->n_events++;
        return true;
    }
    return false;
}

int hanse__des_env_hold(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    double delay = hanse__des_number(lua, 2, "hold: the delay");
    struct hanse__des_process *process = hanse__des_self(lua, env, "hold");
    if (advance(env, delay)) {
        return 0;
    }
    hanse__des_wake_in(lua, process, delay, HANSE__DES_NORMAL);
    return hanse__des_sleep(lua, process, HANSE__DES_HOLDING, held);
}

/* true, or false and the cause. */
static int tried_to_hold(lua_State *lua, int status, lua_KContext context)
{
    struct hanse__des_process *process = (struct hanse__des_process *)context;
    lua_pushboolean(lua, !process->cut);
    if (!process->cut) {
        return 1;
    }
    take_cause(lua, process);
    return 2;
}

int hanse__des_env_try_hold(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    double delay = hanse__des_number(lua, 2, "try_hold: the delay");
    struct hanse__des_process *process = env->current;
    if (process != NULL && process->thread == lua && process->n_interrupts > 0) {
        lua_pushboolean(lua, false);
        take_cause(lua, process);
        return 2;
    }
    hanse__des_self(lua, env, "try_hold");
    if (advance(env, delay)) {
        lua_pushboolean(lua, true);
        return 1;
    }
    hanse__des_wake_in(lua, process, delay, HANSE__DES_NORMAL);
    return hanse__des_sleep(lua, process, HANSE__DES_HOLDING, tried_to_hold);
}

static int caught(lua_State *lua, int status, lua_KContext context)
{
    if (status == LUA_OK || status == LUA_YIELD) {
        return lua_gettop(lua);
    }
    if (!is_interrupt(lua, -1)) {
        return lua_error(lua);
    }
    lua_getfield(lua, -1, "cause");
    lua_pushboolean(lua, false);
    lua_replace(lua, -3);
    return 2;
}

/* catch(function, …): true and its results, or false and the interrupt's cause. Other errors
 * pass through. */
int hanse__des_catch(lua_State *lua)
{
    luaL_checkany(lua, 1);
    lua_pushboolean(lua, true);
    lua_insert(lua, 1);
    int status = lua_pcallk(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0, 0, caught);
    return caught(lua, status, 0);
}

/* --- from start to end ------------------------------------------------------------------- */

/* The coroutine of a slot: made once, used by every process that has the slot. */
static lua_State *thread_of(lua_State *lua, struct hanse__des *env, uint32_t slot)
{
    while (env->n_threads <= slot) {
        if (hanse__reserve(env->ctx, &env->threads, &env->threads_capacity, slot + 1,
                           sizeof *env->threads) != HANSE_OK) {
            hanse__des_raise(lua, env, "process");
        }
        lua_getiuservalue(lua, 1, HANSE__DES_THREADS);
        env->threads[env->n_threads] = lua_newthread(lua);
        lua_rawseti(lua, -2, env->n_threads + 1);
        env->n_threads++;
        lua_pop(lua, 1);
    }
    return env->threads[slot];
}

/* env:process([name,] function, …) */
int hanse__des_env_process(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    int body = lua_type(lua, 2) == LUA_TSTRING ? 3 : 2;
    luaL_checktype(lua, body, LUA_TFUNCTION);
    int n_args = lua_gettop(lua) - body;
    struct hanse__des_process *process =
        hanse__des_new(lua, HANSE__DES_PROCESS, sizeof *process, 1);
    if (body == 3) {
        lua_pushvalue(lua, 2);
        lua_setiuservalue(lua, -2, HANSE__DES_NAME);
    }
    uint32_t slot = hanse__des_slot_take(lua, env, &env->processes, &process->event);
    lua_getiuservalue(lua, 1, HANSE__DES_PROCESSES);
    lua_pushvalue(lua, -2);
    lua_rawseti(lua, -2, slot + 1);
    lua_pop(lua, 1);
    process->serial = ++env->n_started;
    env->n_live++;
    process->claim.process = process;
    process->thread = thread_of(lua, env, slot);
    luaL_checkstack(process->thread, n_args + LUA_MINSTACK, "too many arguments");
    lua_insert(lua, body);
    lua_xmove(lua, process->thread, n_args + 1);
    process->n_values = n_args;
    process->wait = HANSE__DES_STARTING;
    hanse__des_wake_in(lua, process, 0.0, HANSE__DES_URGENT);
    return 1;
}

/* The process, which is on top of the stack and popped, is over. */
static void finish(lua_State *lua, struct hanse__des_process *process,
                   enum hanse__des_state state)
{
    struct hanse__des *env = process->event.object.env;
    lua_settop(process->thread, 0);
    process->wait = HANSE__DES_NOT_WAITING;
    if (process->grants != NULL) {
        hanse__des_grants_end(lua, process);
    }
    hanse__des_slot_leave(&env->processes, process->event.slot);
    env->n_live--;
    hanse__des_trigger(lua, &process->event, state);
    lua_pop(lua, 1);
}

static void succeed(lua_State *lua, struct hanse__des_process *process, int n_results)
{
    lua_rawgeti(lua, HANSE__DES_AT_PROCESSES, process->event.slot + 1);
    if (n_results > 0) {
        lua_settop(process->thread, 1);
        lua_xmove(process->thread, lua, 1);
        lua_setiuservalue(lua, -2, HANSE__DES_VALUE);
    }
    lua_pushnil(lua);
    lua_rawseti(lua, HANSE__DES_AT_PROCESSES, process->event.slot + 1);
    finish(lua, process, HANSE__DES_SUCCEEDED);
}

/* The error is on top of the thread's stack. Whoever waits for the process gets it; if nobody
 * does, it ends the run. */
static void fail(lua_State *lua, struct hanse__des_process *process)
{
    struct hanse__des *env = process->event.object.env;
    lua_rawgeti(lua, HANSE__DES_AT_PROCESSES, process->event.slot + 1);
    lua_xmove(process->thread, lua, 1);
    push_name_of(lua, -2, process);
    const char *what = luaL_tolstring(lua, -2, NULL);
    lua_pushfstring(lua, "process '%s' at time %f: %s", lua_tostring(lua, -2), env->now, what);
    lua_replace(lua, -3);
    lua_pop(lua, 1);
    lua_rotate(lua, -3, 1); /* sentence, process, error */
    lua_setiuservalue(lua, -2, HANSE__DES_VALUE);
    lua_pushnil(lua);
    lua_rawseti(lua, HANSE__DES_AT_PROCESSES, process->event.slot + 1);
    lua_resetthread(process->thread);
    bool awaited = process->event.first != NULL;
    finish(lua, process, HANSE__DES_FAILED);
    if (!awaited) {
        lua_error(lua);
    }
    lua_pop(lua, 1);
}

void hanse__des_resume(lua_State *lua, struct hanse__des *env,
                       struct hanse__des_process *process)
{
    process->cut = process->wait == HANSE__DES_CUT;
    process->expired = process->wait == HANSE__DES_IN_LINE;
    process->wake = 0;
    if (process->expired) {
        end_wait(lua, process);
    }
    process->wait = HANSE__DES_NOT_WAITING;
    env->current = process;
    int n_results;
    int status = lua_resume(process->thread, lua, process->n_values, &n_results);
    env->current = NULL;
    if (status == LUA_OK) {
        succeed(lua, process, n_results);
    } else if (status != LUA_YIELD) {
        fail(lua, process);
    } else if (process->wait == HANSE__DES_NOT_WAITING) {
        lua_pushliteral(process->thread, "coroutine.yield in a process: a process waits with "
                                         "env:hold, env:wait and the like");
        fail(lua, process);
    }
}

static int process_kill(lua_State *lua)
{
    struct hanse__des_process *process = hanse__des_check(lua, 1, HANSE__DES_PROCESS);
    struct hanse__des *env = process->event.object.env;
    if (process == env->current) {
        return luaL_error(lua, "kill: a process cannot kill itself: it returns");
    }
    bool alive = process->event.state == HANSE__DES_PENDING;
    if (alive) {
        end_wait(lua, process);
        lua_resetthread(process->thread);
        hanse__des_push_env(lua, env);
        lua_getiuservalue(lua, -1, HANSE__DES_PROCESSES);
        lua_pushnil(lua);
        lua_rawseti(lua, -2, process->event.slot + 1);
        lua_pushvalue(lua, 1);
        finish(lua, process, HANSE__DES_SUCCEEDED);
    }
    lua_pushboolean(lua, alive);
    return 1;
}

/* --- questions --------------------------------------------------------------------------- */

int hanse__des_env_active_process(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    if (env->current == NULL) {
        return 0;
    }
    hanse__des_push_process(lua, env->current);
    return 1;
}

static int process_is_alive(lua_State *lua)
{
    const struct hanse__des_process *process = hanse__des_check(lua, 1, HANSE__DES_PROCESS);
    lua_pushboolean(lua, process->event.state == HANSE__DES_PENDING);
    return 1;
}

static int process_name(lua_State *lua)
{
    hanse__des_push_name(lua, hanse__des_check(lua, 1, HANSE__DES_PROCESS));
    return 1;
}

void hanse__des_open_process(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"interrupt", process_interrupt},
                                       {"kill", process_kill},
                                       {"is_alive", process_is_alive},
                                       {"name", process_name},
                                       {"triggered", hanse__des_event_triggered},
                                       {"value", hanse__des_event_value},
                                       {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_PROCESS, methods);
    lua_createtable(lua, 0, 3);
    lua_pushcfunction(lua, interrupt_text);
    lua_setfield(lua, -2, "__tostring");
    lua_pushliteral(lua, "hanse.des.interrupt");
    lua_setfield(lua, -2, "__name");
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &interrupt_key);
}
