/* Resources: units that processes request and release, by arrival, by priority or by force. */
#include <lauxlib.h>

#include "scripting/des.h"
#include "sim/stats/timeweighted.h"

enum discipline { BY_ARRIVAL, BY_PRIORITY, PREEMPTIVE };

struct hanse__des_resource {
    struct hanse__des_object object;
    enum discipline discipline;
    bool monitored;
    uint32_t capacity, n_granted;
    struct hanse__des_grant *first, *last; /* in the order they were granted */
    struct hanse__des_line line;
    struct hanse_timeweighted busy, waiting;
};

/* --- grants ------------------------------------------------------------------------------ */

/* From now on as many hold a unit as do, and `waiting` wait. */
static void note(struct hanse__des_resource *resource, uint32_t waiting)
{
    if (resource->monitored) {
        double now = resource->object.env->now;
        hanse_timeweighted_set(&resource->busy, now, resource->n_granted);
        hanse_timeweighted_set(&resource->waiting, now, waiting);
    }
}

void hanse__des_resource_moved(struct hanse__des_object *object)
{
    struct hanse__des_resource *resource = (struct hanse__des_resource *)object;
    note(resource, resource->line.length);
}

static struct hanse__des_grant *take_grant(lua_State *lua, struct hanse__des *env)
{
    struct hanse__des_grant *grant = env->free_grants;
    if (grant != NULL) {
        env->free_grants = grant->next;
        return grant;
    }
    grant = hanse__alloc(env->ctx, 1, sizeof *grant);
    if (grant == NULL) {
        hanse__des_raise(lua, env, "request");
    }
    grant->next_made = env->grants;
    env->grants = grant;
    return grant;
}

/* Puts a unit into the hands of a claim's process. */
static void give(lua_State *lua, struct hanse__des_resource *resource,
                 const struct hanse__des_claim *claim)
{
    struct hanse__des *env = resource->object.env;
    struct hanse__des_grant *grant = take_grant(lua, env);
    struct hanse__des_request *request = claim->request;
    struct hanse__des_process *process =
        request == NULL
            ? claim->process
            : hanse__des_process_in(env, request->owner_slot, request->owner_serial);
    *grant = (struct hanse__des_grant){.previous = resource->last,
                                       .next_made = grant->next_made,
                                       .resource = resource,
                                       .process = process,
                                       .request = request,
                                       .priority = claim->priority,
                                       .since = env->now};
    *(resource->last ? &resource->last->next : &resource->first) = grant;
    resource->last = grant;
    resource->n_granted++;
    if (process != NULL) {
        grant->next_held = process->grants;
        process->grants = grant;
    }
    if (request != NULL) {
        request->grant = grant;
    }
}

/* Takes the unit out of its holder's hands; nobody gets it yet. */
static void take_back(lua_State *lua, struct hanse__des_grant *grant)
{
    struct hanse__des_resource *resource = grant->resource;
    *(grant->previous ? &grant->previous->next : &resource->first) = grant->next;
    *(grant->next ? &grant->next->previous : &resource->last) = grant->previous;
    if (grant->process != NULL) {
        struct hanse__des_grant **place = &grant->process->grants;
        while (*place != grant) {
            place = &(*place)->next_held;
        }
        *place = grant->next_held;
    }
    if (grant->request != NULL) {
        hanse__des_unpin(lua, resource->object.env, &grant->request->grant);
        grant->request->grant = NULL;
    }
    resource->n_granted--;
    grant->next = resource->object.env->free_grants;
    resource->object.env->free_grants = grant;
}

/* Whether a process waits for the event, be it through conditions. */
static bool is_awaited(const struct hanse__des_event *event)
{
    for (const struct hanse__des_link *link = event->first; link != NULL; link = link->next) {
        if (link->waiter->object.type == HANSE__DES_PROCESS || is_awaited(link->waiter)) {
            return true;
        }
    }
    return false;
}

/* Whether a request outlived the process that made it, and nobody else waits for it. */
static bool is_orphan(const struct hanse__des_request *request)
{
    return request != NULL && request->owner_serial != 0 &&
           hanse__des_process_in(request->event.object.env, request->owner_slot,
                                 request->owner_serial) == NULL &&
           !is_awaited(&request->event);
}

/* Hands free units to those in line. */
static void serve(lua_State *lua, struct hanse__des_resource *resource)
{
    while (resource->n_granted < resource->capacity && resource->line.first != NULL) {
        struct hanse__des_claim *claim = resource->line.first;
        if (is_orphan(claim->request)) {
            hanse__des_line_leave(claim);
            hanse__des_unpin(lua, resource->object.env, claim->request);
            continue;
        }
        give(lua, resource, claim);
        if (claim->request != NULL) {
            hanse__des_push_pinned(lua, resource->object.env, claim->request);
            hanse__des_pin(lua, resource->object.env, &claim->request->grant);
        }
        hanse__des_claim_answer(lua, claim, 0);
    }
    note(resource, resource->line.length);
}

void hanse__des_grant_end(lua_State *lua, struct hanse__des_grant *grant)
{
    struct hanse__des_resource *resource = grant->resource;
    take_back(lua, grant);
    serve(lua, resource);
}

void hanse__des_grants_end(lua_State *lua, struct hanse__des_process *process)
{
    while (process->grants != NULL) {
        hanse__des_grant_end(lua, process->grants);
    }
}

/* --- preemption -------------------------------------------------------------------------- */

/* Who would have to go for a claim of this priority: of those worse, the worst and latest. */
static struct hanse__des_grant *victim_for(const struct hanse__des_resource *resource,
                                           double priority)
{
    struct hanse__des_grant *victim = NULL;
    for (struct hanse__des_grant *grant = resource->first; grant; grant = grant->next) {
        if (grant->priority > priority &&
            (victim == NULL || grant->priority >= victim->priority)) {
            victim = grant;
        }
    }
    return victim;
}

/* The victim is interrupted with {resource, since, by}. The resource lies at index 1. */
static void preempt(lua_State *lua, struct hanse__des_grant *victim)
{
    struct hanse__des *env = victim->resource->object.env;
    struct hanse__des_process *process = victim->process;
    double since = victim->since;
    take_back(lua, victim);
    if (process == NULL) {
        return;
    }
    luaL_checkstack(lua, 8, NULL);
    lua_createtable(lua, 0, 3);
    lua_pushvalue(lua, 1);
    lua_setfield(lua, -2, "resource");
    lua_pushnumber(lua, since);
    lua_setfield(lua, -2, "since");
    if (env->current != NULL) {
        hanse__des_push_process(lua, env->current);
        lua_setfield(lua, -2, "by");
    }
    hanse__des_interrupt(lua, process);
}

/* Whether the claim gets a unit now; makes room by force where it may. */
static bool admit(lua_State *lua, struct hanse__des_resource *resource,
                  const struct hanse__des_claim *claim)
{
    if (resource->n_granted < resource->capacity) {
        return true;
    }
    if (resource->discipline != PREEMPTIVE || !claim->preempt) {
        return false;
    }
    struct hanse__des_grant *victim = victim_for(resource, claim->priority);
    if (victim == NULL) {
        return false;
    }
    if (victim->process != NULL && victim->process == resource->object.env->current) {
        luaL_error(lua, "request: a process cannot preempt itself");
    }
    preempt(lua, victim);
    return true;
}

/* --- requests ---------------------------------------------------------------------------- */

static void read_options(lua_State *lua, struct hanse__des_claim *claim, double *patience)
{
    claim->preempt = true;
    if (!lua_istable(lua, 2)) {
        claim->priority = luaL_optnumber(lua, 2, 0.0);
        *patience = hanse__des_patience(lua, 3, "request");
    } else {
        lua_settop(lua, 2);
        lua_getfield(lua, 2, "priority");
        claim->priority = luaL_optnumber(lua, 3, 0.0);
        lua_getfield(lua, 2, "patience");
        *patience = hanse__des_patience(lua, 4, "request");
        lua_getfield(lua, 2, "preempt");
        claim->preempt = lua_isnil(lua, 5) || lua_toboolean(lua, 5);
    }
    if (claim->priority != claim->priority) {
        luaL_error(lua, "request: the priority must be a number, got nan");
    }
}

/* The resource itself, so that `local r <close> = resource:request()` releases it; or false
 * when patience ended. */
static int requested(lua_State *lua, int status, lua_KContext context)
{
    const struct hanse__des_process *process = hanse__des_woken(lua, context);
    if (process->expired) {
        lua_pushboolean(lua, false);
    } else {
        lua_pushvalue(lua, 1);
    }
    return 1;
}

/* resource:request([priority [, patience]]) or {priority, patience, preempt} */
static int resource_request(lua_State *lua)
{
    struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    struct hanse__des_process *process = hanse__des_self(lua, resource->object.env, "request");
    double patience;
    read_options(lua, &process->claim, &patience);
    if (resource->discipline == BY_ARRIVAL) {
        process->claim.priority = 0.0;
    }
    if (admit(lua, resource, &process->claim)) {
        give(lua, resource, &process->claim);
        note(resource, resource->line.length);
        lua_settop(lua, 1);
        return 1;
    }
    note(resource, resource->line.length + 1);
    return hanse__des_claim_sleep(lua, process, &resource->line, patience, requested);
}

/* resource:request_event(…): the same as an event, for any_of and its like. */
static int resource_request_event(lua_State *lua)
{
    struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    struct hanse__des_claim options;
    double patience;
    read_options(lua, &options, &patience);
    lua_settop(lua, 1);
    struct hanse__des_request *request = hanse__des_request_new(lua, 1);
    request->claim.priority = resource->discipline == BY_ARRIVAL ? 0.0 : options.priority;
    request->claim.preempt = options.preempt;
    if (admit(lua, resource, &request->claim)) {
        give(lua, resource, &request->claim);
        lua_pushvalue(lua, -1);
        hanse__des_pin(lua, resource->object.env, &request->grant);
        request->event.state = HANSE__DES_SUCCEEDED;
    } else {
        hanse__des_request_join(lua, request, &resource->line);
    }
    note(resource, resource->line.length);
    return 1;
}

static struct hanse__des_grant *grant_of(const struct hanse__des_resource *resource,
                                         const struct hanse__des_process *process)
{
    struct hanse__des_grant *grant = process ? process->grants : NULL;
    while (grant != NULL && (grant->resource != resource || grant->request != NULL)) {
        grant = grant->next_held;
    }
    return grant;
}

/* resource:release() of what the running process holds; resource:release(request). */
static int resource_release(lua_State *lua)
{
    struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    struct hanse__des *env = resource->object.env;
    struct hanse__des_grant *grant;
    if (lua_isnoneornil(lua, 2)) {
        grant = grant_of(resource, env->current);
    } else {
        struct hanse__des_request *request = hanse__des_check(lua, 2, HANSE__DES_REQUEST);
        grant = request->grant;
        if (grant != NULL && grant->resource != resource) {
            return luaL_error(lua, "release: the request is for another resource");
        }
    }
    if (grant == NULL) {
        if (env->current == NULL) {
            return luaL_error(lua, "release: at time %f no process runs that could hold it",
                              env->now);
        }
        hanse__des_push_name(lua, env->current);
        return luaL_error(lua, "release: process '%s' does not hold this at time %f",
                          lua_tostring(lua, -1), env->now);
    }
    hanse__des_grant_end(lua, grant);
    return 0;
}

/* The end of `local r <close> = resource:request()`: what was preempted is gone already. */
static int resource_close(lua_State *lua)
{
    struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    const struct hanse__des_process *process = resource->object.env->current;
    struct hanse__des_grant *grant =
        process != NULL && process->thread == lua ? grant_of(resource, process) : NULL;
    if (grant != NULL) {
        hanse__des_grant_end(lua, grant);
    }
    return 0;
}

/* --- questions --------------------------------------------------------------------------- */

static int resource_count(lua_State *lua)
{
    const struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    lua_pushinteger(lua, resource->n_granted);
    return 1;
}

static int resource_capacity(lua_State *lua)
{
    const struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    lua_pushinteger(lua, resource->capacity);
    return 1;
}

static int resource_queue_length(lua_State *lua)
{
    const struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    lua_pushinteger(lua, resource->line.length);
    return 1;
}

static struct hanse__des_resource *monitored(lua_State *lua, const char *what)
{
    struct hanse__des_resource *resource = hanse__des_check(lua, 1, HANSE__DES_RESOURCE);
    if (!resource->monitored) {
        luaL_error(lua, "%s: this resource was made without monitor = true", what);
    }
    return resource;
}

static int resource_utilization(lua_State *lua)
{
    const struct hanse__des_resource *resource = monitored(lua, "utilization");
    double busy = hanse_timeweighted_mean(&resource->busy, resource->object.env->now);
    lua_pushnumber(lua, busy / resource->capacity);
    return 1;
}

static int resource_mean_queue(lua_State *lua)
{
    const struct hanse__des_resource *resource = monitored(lua, "mean_queue");
    lua_pushnumber(lua, hanse_timeweighted_mean(&resource->waiting, resource->object.env->now));
    return 1;
}

static int resource_reset(lua_State *lua)
{
    struct hanse__des_resource *resource = monitored(lua, "reset");
    hanse_timeweighted_restart(&resource->busy, resource->object.env->now);
    hanse_timeweighted_restart(&resource->waiting, resource->object.env->now);
    return 0;
}

/* --- a new one --------------------------------------------------------------------------- */

static uint32_t capacity_at(lua_State *lua, int index)
{
    int is_integer;
    lua_Integer capacity = lua_tointegerx(lua, index, &is_integer);
    if (lua_isnoneornil(lua, index)) {
        return 1;
    }
    if (!is_integer || capacity < 1 || capacity > (lua_Integer)UINT32_MAX) {
        luaL_error(lua, "resource: the capacity must be an integer >= 1, got %s",
                   luaL_tolstring(lua, index, NULL));
    }
    return (uint32_t)capacity;
}

/* des.Resource(env [, capacity or {capacity =, monitor =}]) */
static int new_resource(lua_State *lua, enum discipline discipline)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    lua_settop(lua, 2);
    bool monitor = false;
    if (lua_istable(lua, 2)) {
        lua_getfield(lua, 2, "monitor");
        monitor = lua_toboolean(lua, -1);
        lua_getfield(lua, 2, "capacity");
        lua_replace(lua, 2);
        lua_settop(lua, 2);
    }
    uint32_t capacity = capacity_at(lua, 2);
    struct hanse__des_resource *resource =
        hanse__des_new(lua, HANSE__DES_RESOURCE, sizeof *resource, 1);
    resource->discipline = discipline;
    resource->monitored = monitor;
    resource->capacity = capacity;
    resource->line.owner = &resource->object;
    hanse_timeweighted_init(&resource->busy, env->now, 0.0);
    hanse_timeweighted_init(&resource->waiting, env->now, 0.0);
    lua_pushvalue(lua, -1);
    hanse__des_pin(lua, env, resource);
    return 1;
}

int hanse__des_new_resource(lua_State *lua)
{
    return new_resource(lua, BY_ARRIVAL);
}

int hanse__des_new_priority_resource(lua_State *lua)
{
    return new_resource(lua, BY_PRIORITY);
}

int hanse__des_new_preemptive_resource(lua_State *lua)
{
    return new_resource(lua, PREEMPTIVE);
}

void hanse__des_open_resource(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"request", resource_request},
                                       {"request_event", resource_request_event},
                                       {"release", resource_release},
                                       {"count", resource_count},
                                       {"capacity", resource_capacity},
                                       {"queue_length", resource_queue_length},
                                       {"utilization", resource_utilization},
                                       {"mean_queue", resource_mean_queue},
                                       {"reset", resource_reset},
                                       {"__close", resource_close},
                                       {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_RESOURCE, methods);
}
