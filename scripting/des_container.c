/* Containers: an amount of something that is all alike, between nothing and a capacity. */
#include <float.h>
#include <lauxlib.h>
#include <math.h>

#include "scripting/des.h"

struct container {
    struct hanse__des_object object;
    double capacity, level;
    struct hanse__des_line getters, putters;
};

/* The first in each line goes when there is enough, or room; nobody overtakes. */
static bool serve_one(lua_State *lua, struct container *c)
{
    struct hanse__des_claim *put = c->putters.first, *get = c->getters.first;
    if (put != NULL && c->level + put->amount <= c->capacity) {
        c->level += put->amount;
        hanse__des_claim_answer(lua, put, 0);
        return true;
    }
    if (get != NULL && get->amount <= c->level) {
        c->level -= get->amount;
        hanse__des_claim_answer(lua, get, 0);
        return true;
    }
    return false;
}

void hanse__des_container_serve(lua_State *lua, struct hanse__des_object *object)
{
    while (serve_one(lua, (struct container *)object)) {
    }
}

static double amount_at(lua_State *lua, const struct container *c, const char *verb)
{
    double amount = luaL_checknumber(lua, 2);
    if (!(amount > 0.0 && amount <= DBL_MAX)) { /* also catches NaN */
        luaL_error(lua, "%s: the amount must be > 0 and finite, got %f", verb,
                   hanse__des_shown(amount));
    }
    if (amount > c->capacity) {
        luaL_error(lua, "%s: the amount must be at most the capacity %f, got %f", verb,
                   c->capacity, amount);
    }
    return amount;
}

/* true, or false when patience ended. */
static int moved(lua_State *lua, int status, lua_KContext context)
{
    lua_pushboolean(lua, !hanse__des_woken(lua, context)->expired);
    return 1;
}

/* Moves `change` when the line before it is empty and it fits. */
static bool move_now(lua_State *lua, struct container *c, const struct hanse__des_line *line,
                     double change)
{
    double level = c->level + change;
    if (line->first != NULL || level < 0.0 || level > c->capacity) {
        return false;
    }
    c->level = level;
    hanse__des_container_serve(lua, &c->object);
    return true;
}

static int wait_or_move(lua_State *lua, bool put)
{
    const char *verb = put ? "put" : "get";
    struct container *c = hanse__des_check(lua, 1, HANSE__DES_CONTAINER);
    double amount = amount_at(lua, c, verb);
    double patience = hanse__des_patience(lua, 3, verb);
    struct hanse__des_line *line = put ? &c->putters : &c->getters;
    struct hanse__des_process *process = NULL;
    if (!put || c->object.env->current != NULL) {
        process = hanse__des_self(lua, c->object.env, verb);
    }
    if (move_now(lua, c, line, put ? amount : -amount)) {
        lua_pushboolean(lua, true);
        return 1;
    }
    process = process ? process : hanse__des_self(lua, c->object.env, verb);
    process->claim.amount = amount;
    process->claim.priority = 0.0;
    return hanse__des_claim_sleep(lua, process, line, patience, moved);
}

/* container:get(amount [, patience]) */
static int container_get(lua_State *lua)
{
    return wait_or_move(lua, false);
}

/* container:put(amount [, patience]); outside a process it must fit. */
static int container_put(lua_State *lua)
{
    return wait_or_move(lua, true);
}

static int move_event(lua_State *lua, bool put)
{
    const char *verb = put ? "put_event" : "get_event";
    struct container *c = hanse__des_check(lua, 1, HANSE__DES_CONTAINER);
    struct hanse__des_line *line = put ? &c->putters : &c->getters;
    double amount = amount_at(lua, c, verb);
    struct hanse__des_request *request = hanse__des_request_new(lua, 1);
    request->claim.amount = amount;
    if (move_now(lua, c, line, put ? amount : -amount)) {
        request->event.state = HANSE__DES_SUCCEEDED;
    } else {
        hanse__des_request_join(lua, request, line);
    }
    return 1;
}

static int container_get_event(lua_State *lua)
{
    return move_event(lua, false);
}

static int container_put_event(lua_State *lua)
{
    return move_event(lua, true);
}

static int container_level(lua_State *lua)
{
    const struct container *c = hanse__des_check(lua, 1, HANSE__DES_CONTAINER);
    lua_pushnumber(lua, c->level);
    return 1;
}

static int container_capacity(lua_State *lua)
{
    const struct container *c = hanse__des_check(lua, 1, HANSE__DES_CONTAINER);
    lua_pushnumber(lua, c->capacity);
    return 1;
}

/* How many wait to get, and to put. */
static int container_queue_length(lua_State *lua)
{
    const struct container *c = hanse__des_check(lua, 1, HANSE__DES_CONTAINER);
    lua_pushinteger(lua, c->getters.length);
    lua_pushinteger(lua, c->putters.length);
    return 2;
}

static double field(lua_State *lua, const char *name, double preset)
{
    lua_getfield(lua, 2, name);
    double value = luaL_optnumber(lua, -1, preset);
    lua_pop(lua, 1);
    return value;
}

/* des.Container(env [, {capacity =, level =}]) */
int hanse__des_new_container(lua_State *lua)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    lua_settop(lua, 2);
    if (lua_isnil(lua, 2)) {
        lua_newtable(lua);
        lua_replace(lua, 2);
    }
    luaL_checktype(lua, 2, LUA_TTABLE);
    double capacity = field(lua, "capacity", HUGE_VAL), level = field(lua, "level", 0.0);
    if (!(capacity > 0.0)) {
        return luaL_error(lua, "Container: the capacity must be > 0, got %f",
                          hanse__des_shown(capacity));
    }
    if (!(level >= 0.0 && level <= capacity && level <= DBL_MAX)) {
        return luaL_error(lua, "Container: the level must be 0 to the capacity %f, got %f",
                          capacity, hanse__des_shown(level));
    }
    struct container *c = hanse__des_new(lua, HANSE__DES_CONTAINER, sizeof *c, 1);
    c->capacity = capacity;
    c->level = level;
    c->getters.owner = c->putters.owner = &c->object;
    lua_pushvalue(lua, -1);
    hanse__des_pin(lua, env, c);
    return 1;
}

void hanse__des_open_container(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"get", container_get},
                                       {"put", container_put},
                                       {"get_event", container_get_event},
                                       {"put_event", container_put_event},
                                       {"level", container_level},
                                       {"capacity", container_capacity},
                                       {"queue_length", container_queue_length},
                                       {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_CONTAINER, methods);
}
