/* Events: what processes wait for by name; timeouts; any or all of several. */
#include <lauxlib.h>

#include "scripting/des.h"

/* Any of several, or all: an event that follows others. Its events are in a table, its user
 * value HANSE__DES_NAME. */
struct condition {
    struct hanse__des_event event;
    bool all;
    uint32_t n, n_left;
    uint32_t decisive; /* 1-based: the one that came first, or failed */
    struct hanse__des_link links[];
};

/* --- the list of those who wait ---------------------------------------------------------- */

void hanse__des_link(struct hanse__des_link *link, struct hanse__des_event *event,
                     struct hanse__des_event *waiter)
{
    *link = (struct hanse__des_link){
        .previous = event->last, .next = NULL, .event = event, .waiter = waiter};
    if (event->last != NULL) {
        event->last->next = link;
    } else {
        event->first = link;
    }
    event->last = link;
}

void hanse__des_unlink(struct hanse__des_link *link)
{
    struct hanse__des_event *event = link->event;
    if (event == NULL) {
        return;
    }
    *(link->previous ? &link->previous->next : &event->first) = link->next;
    *(link->next ? &link->next->previous : &event->last) = link->previous;
    link->event = NULL;
}

static void decide(lua_State *lua, struct condition *condition, enum hanse__des_state state)
{
    for (uint32_t i = 0; i < condition->n; i++) {
        hanse__des_unlink(&condition->links[i]);
    }
    hanse__des_trigger(lua, &condition->event, state);
}

/* One of the condition's events came; `link` is its place there. */
static void follow(lua_State *lua, struct condition *condition,
                   const struct hanse__des_link *link, enum hanse__des_state state)
{
    condition->n_left--;
    if (state == HANSE__DES_FAILED || !condition->all) {
        condition->decisive = (uint32_t)(link - condition->links) + 1;
        decide(lua, condition, state);
    } else if (condition->n_left == 0) {
        decide(lua, condition, state);
    }
}

void hanse__des_trigger(lua_State *lua, struct hanse__des_event *event,
                        enum hanse__des_state state)
{
    struct hanse__des_link *link;
    event->state = state;
    while ((link = event->first) != NULL) {
        struct hanse__des_event *waiter = link->waiter;
        hanse__des_unlink(link);
        if (waiter->object.type == HANSE__DES_PROCESS) {
            hanse__des_notify(lua, (struct hanse__des_process *)waiter);
        } else {
            follow(lua, (struct condition *)waiter, link, state);
        }
    }
}

/* --- values ------------------------------------------------------------------------------ */

static int push_condition_values(lua_State *lua, int index, const struct condition *condition)
{
    int before = lua_gettop(lua);
    luaL_checkstack(lua, 8, "conditions nested too deeply");
    lua_getiuservalue(lua, index, HANSE__DES_NAME);
    if (condition->decisive > 0) {
        lua_rawgeti(lua, before + 1, condition->decisive);
        hanse__des_push_values(lua, -1);
    } else {
        for (uint32_t i = 1; i <= condition->n; i++) {
            luaL_checkstack(lua, 8, "too many events");
            lua_rawgeti(lua, before + 1, i);
            int at = lua_gettop(lua);
            hanse__des_push_values(lua, at);
            lua_settop(lua, at + 1); /* the first value of each */
            lua_remove(lua, at);
        }
    }
    lua_remove(lua, before + 1);
    return lua_gettop(lua) - before;
}

/* A plain event gives its value; any_of the event that came first and its values; all_of the
 * first value of each. */
int hanse__des_push_values(lua_State *lua, int index)
{
    index = lua_absindex(lua, index);
    const struct hanse__des_event *event = hanse__des_check_event(lua, index);
    if (event->object.type == HANSE__DES_CONDITION) {
        return push_condition_values(lua, index, (const struct condition *)event);
    }
    lua_getiuservalue(lua, index, HANSE__DES_VALUE);
    if (event->state == HANSE__DES_FAILED) {
        return lua_error(lua);
    }
    return 1;
}

int hanse__des_event_triggered(lua_State *lua)
{
    lua_pushboolean(lua, hanse__des_check_event(lua, 1)->state != HANSE__DES_PENDING);
    return 1;
}

int hanse__des_event_value(lua_State *lua)
{
    if (hanse__des_check_event(lua, 1)->state == HANSE__DES_PENDING) {
        return luaL_error(lua, "value: the event has not happened yet");
    }
    return hanse__des_push_values(lua, 1);
}

/* --- plain events ------------------------------------------------------------------------ */

int hanse__des_env_event(lua_State *lua)
{
    hanse__des_new(lua, HANSE__DES_EVENT, sizeof(struct hanse__des_event), 1);
    return 1;
}

/* Its slot's table keeps the event alive while it is in the calendar. */
int hanse__des_env_timeout(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    double delay = hanse__des_number(lua, 2, "timeout: the delay");
    lua_settop(lua, 3);
    struct hanse__des_event *event = hanse__des_new(lua, HANSE__DES_EVENT, sizeof *event, 1);
    lua_pushvalue(lua, 3);
    lua_setiuservalue(lua, -2, HANSE__DES_VALUE);
    uint32_t slot = hanse__des_slot_take(lua, env, &env->timeouts, event);
    lua_getiuservalue(lua, 1, HANSE__DES_TIMEOUTS);
    lua_pushvalue(lua, -2);
    lua_rawseti(lua, -2, slot + 1);
    lua_pop(lua, 1);
    const struct hanse_event due = {.time = env->now + delay,
                                    .kind = HANSE__DES_TIMEOUT,
                                    .order = HANSE__DES_NORMAL,
                                    .entity = slot};
    if (hanse_calendar_schedule(&env->calendar, &due, &event->handle) != HANSE_OK) {
        hanse__des_slot_leave(&env->timeouts, slot);
        return hanse__des_raise(lua, env, "timeout");
    }
    return 1;
}

static struct hanse__des_event *still_open(lua_State *lua, const char *verb)
{
    struct hanse__des_event *event = hanse__des_check(lua, 1, HANSE__DES_EVENT);
    if (event->state != HANSE__DES_PENDING) {
        luaL_error(lua, "%s: the event has happened already", verb);
    }
    if (event->handle != 0) {
        luaL_error(lua, "%s: a timeout happens by itself", verb);
    }
    return event;
}

static int event_succeed(lua_State *lua)
{
    struct hanse__des_event *event = still_open(lua, "succeed");
    lua_settop(lua, 2);
    lua_setiuservalue(lua, 1, HANSE__DES_VALUE);
    hanse__des_trigger(lua, event, HANSE__DES_SUCCEEDED);
    lua_settop(lua, 1);
    return 1;
}

static int event_fail(lua_State *lua)
{
    struct hanse__des_event *event = still_open(lua, "fail");
    luaL_checkany(lua, 2);
    lua_settop(lua, 2);
    lua_setiuservalue(lua, 1, HANSE__DES_VALUE);
    hanse__des_trigger(lua, event, HANSE__DES_FAILED);
    lua_settop(lua, 1);
    return 1;
}

/* A timeout that nobody needs any more leaves the calendar. */
static int event_cancel(lua_State *lua)
{
    struct hanse__des_event *event = hanse__des_check(lua, 1, HANSE__DES_EVENT);
    struct hanse__des *env = event->object.env;
    if (event->first != NULL) {
        return luaL_error(lua, "cancel: somebody waits for this event");
    }
    bool left = event->handle != 0 && hanse_calendar_cancel(&env->calendar, event->handle);
    if (left) {
        hanse__des_push_env(lua, env);
        lua_getiuservalue(lua, -1, HANSE__DES_TIMEOUTS);
        lua_pushnil(lua);
        lua_rawseti(lua, -2, event->slot + 1);
        hanse__des_slot_leave(&env->timeouts, event->slot);
    }
    lua_pushboolean(lua, left);
    return 1;
}

/* --- conditions -------------------------------------------------------------------------- */

/* Those who follow others stand in their lists, which a dead one must leave. */
static int condition_collect(lua_State *lua)
{
    struct condition *condition = hanse__des_test(lua, 1, HANSE__DES_CONDITION);
    for (uint32_t i = 0; condition != NULL && i < condition->n; i++) {
        hanse__des_unlink(&condition->links[i]);
    }
    return 0;
}

/* Follows those that are still to come; what has come already decides at once. */
static void start_following(lua_State *lua, struct condition *condition, int events)
{
    condition->n_left = condition->n;
    for (uint32_t i = 0; i < condition->n; i++) {
        lua_rawgeti(lua, events, i + 1);
        struct hanse__des_event *event = lua_touserdata(lua, -1);
        lua_pop(lua, 1);
        if (event->state == HANSE__DES_PENDING) {
            hanse__des_link(&condition->links[i], event, &condition->event);
        } else {
            follow(lua, condition, &condition->links[i], event->state);
            if (condition->event.state != HANSE__DES_PENDING) {
                return;
            }
        }
    }
}

/* Pushes a condition over the events from index 2 up. */
static void push_condition(lua_State *lua, bool all)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    int n = lua_gettop(lua) - 1;
    luaL_argcheck(lua, n > 0, 2, "event expected");
    for (int i = 2; i <= n + 1; i++) {
        if (hanse__des_check_event(lua, i)->object.env != env) {
            luaL_argerror(lua, i, "this event belongs to another environment");
        }
    }
    lua_createtable(lua, n, 0);
    lua_insert(lua, 2);
    for (int i = n; i >= 1; i--) {
        lua_rawseti(lua, 2, i);
    }
    size_t size = sizeof(struct condition) + (size_t)n * sizeof(struct hanse__des_link);
    struct condition *condition = hanse__des_new(lua, HANSE__DES_CONDITION, size, 1);
    condition->n = (uint32_t)n;
    condition->all = all;
    lua_pushvalue(lua, 2);
    lua_setiuservalue(lua, -2, HANSE__DES_NAME);
    start_following(lua, condition, 2);
    lua_replace(lua, 2);
}

int hanse__des_env_any_of(lua_State *lua)
{
    push_condition(lua, false);
    return 1;
}

int hanse__des_env_all_of(lua_State *lua)
{
    push_condition(lua, true);
    return 1;
}

/* --- waiting ----------------------------------------------------------------------------- */

static int came(lua_State *lua, int status, lua_KContext context)
{
    hanse__des_woken(lua, context);
    return hanse__des_push_values(lua, 2);
}

int hanse__des_env_wait(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    struct hanse__des_event *event = hanse__des_check_event(lua, 2);
    if (event->object.env != env) {
        luaL_argerror(lua, 2, "this event belongs to another environment");
    }
    lua_settop(lua, 2);
    struct hanse__des_process *process = hanse__des_self(lua, env, "wait");
    if (event->state != HANSE__DES_PENDING) {
        return hanse__des_push_values(lua, 2);
    }
    if (event == &process->event) {
        return luaL_error(lua, "wait: a process cannot wait for its own end");
    }
    hanse__des_link(&process->link, event, &process->event);
    return hanse__des_sleep(lua, process, HANSE__DES_ON_EVENT, came);
}

int hanse__des_env_wait_any(lua_State *lua)
{
    push_condition(lua, false);
    return hanse__des_env_wait(lua);
}

int hanse__des_env_wait_all(lua_State *lua)
{
    push_condition(lua, true);
    return hanse__des_env_wait(lua);
}

void hanse__des_open_event(lua_State *lua)
{
    static const luaL_Reg methods[] = {
        {"succeed", event_succeed},        {"fail", event_fail},
        {"cancel", event_cancel},          {"triggered", hanse__des_event_triggered},
        {"value", hanse__des_event_value}, {NULL, NULL}};
    static const luaL_Reg of_conditions[] = {{"triggered", hanse__des_event_triggered},
                                             {"value", hanse__des_event_value},
                                             {"__gc", condition_collect},
                                             {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_EVENT, methods);
    hanse__des_type(lua, HANSE__DES_CONDITION, of_conditions);
}
