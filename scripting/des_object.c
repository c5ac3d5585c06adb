/* What all objects of hanse.des share: their head, their types, what keeps them alive. */
#include <float.h>
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "scripting/des.h"

static const char tag;
static const char environments_key; /* registry: address -> environment, weakly */

static const char *const type_names[HANSE__DES_N_TYPES] = {
    "environment", "event",     "process", "condition", "request", "resource",
    "store",       "container", "stream",  "tally",     "level",   "batches",
};

static struct hanse__des_object *object_at(lua_State *lua, int index)
{
    struct hanse__des_object *object = lua_touserdata(lua, index);
    if (object == NULL || lua_rawlen(lua, index) < sizeof *object || object->tag != &tag) {
        return NULL;
    }
    return object;
}

void *hanse__des_test(lua_State *lua, int index, enum hanse__des_type type)
{
    struct hanse__des_object *object = object_at(lua, index);
    return object != NULL && object->type == type ? object : NULL;
}

static int wrong_type(lua_State *lua, int index, const char *wanted)
{
    const struct hanse__des_object *object = object_at(lua, index);
    return luaL_argerror(
        lua, index,
        lua_pushfstring(lua, "%s expected, got %s", wanted,
                        object ? type_names[object->type] : luaL_typename(lua, index)));
}

/* While a Lua state closes, finalizers may still hold what an environment left behind. */
static void check_open(lua_State *lua, int index, const struct hanse__des_object *object)
{
    if (object->env != NULL && !object->env->open) {
        luaL_argerror(lua, index, "its environment was closed");
    }
    if (object->env != NULL && object->env->filtering) {
        luaL_error(lua, "a filter may only look at the item it is given");
    }
}

void *hanse__des_check(lua_State *lua, int index, enum hanse__des_type type)
{
    struct hanse__des_object *object = object_at(lua, index);
    if (object == NULL || object->type != type) {
        wrong_type(lua, index, type_names[type]);
    }
    check_open(lua, index, object);
    return object;
}

struct hanse__des_event *hanse__des_check_event(lua_State *lua, int index)
{
    struct hanse__des_object *object = object_at(lua, index);
    if (object == NULL || object->type < HANSE__DES_EVENT ||
        object->type > HANSE__DES_REQUEST) {
        wrong_type(lua, index, "event");
    }
    check_open(lua, index, object);
    return (struct hanse__des_event *)object;
}

struct hanse__des *hanse__des_check_env(lua_State *lua, int index)
{
    return hanse__des_check(lua, index, HANSE__DES_ENVIRONMENT);
}

void hanse__des_mark_env(struct hanse__des *env)
{
    env->object = (struct hanse__des_object){&tag, HANSE__DES_ENVIRONMENT, env};
}

static void push_metatable(lua_State *lua, enum hanse__des_type type)
{
    char name[32] = "hanse.des.";
    luaL_getmetatable(lua, strcat(name, type_names[type]));
}

void *hanse__des_new(lua_State *lua, enum hanse__des_type type, size_t size, int env_index)
{
    struct hanse__des *env = env_index ? hanse__des_check_env(lua, env_index) : NULL;
    env_index = lua_absindex(lua, env_index);
    struct hanse__des_object *object =
        lua_newuserdatauv(lua, size, env ? HANSE__DES_N_VALUES : 0);
    memset(object, 0, size);
    object->tag = &tag;
    object->type = type;
    object->env = env;
    if (env == NULL) {
        push_metatable(lua, type);
    } else {
        lua_pushvalue(lua, env_index);
        lua_setiuservalue(lua, -2, HANSE__DES_ENV_VALUE);
        lua_rawgeti(lua, LUA_REGISTRYINDEX, env->metatables[type]);
    }
    lua_setmetatable(lua, -2);
    return object;
}

/* `name` prints an object without its address, which would differ from run to run. */
static int object_text(lua_State *lua)
{
    const struct hanse__des_object *object = object_at(lua, 1);
    if (object != NULL && object->type == HANSE__DES_PROCESS) {
        lua_pushliteral(lua, "process '");
        hanse__des_push_name(lua, (const struct hanse__des_process *)object);
        lua_pushliteral(lua, "'");
        lua_concat(lua, 3);
    } else {
        lua_pushstring(lua, object ? type_names[object->type] : "?");
    }
    return 1;
}

void hanse__des_type(lua_State *lua, enum hanse__des_type type, const luaL_Reg *methods)
{
    char name[32] = "hanse.des.";
    luaL_newmetatable(lua, strcat(name, type_names[type]));
    lua_newtable(lua);
    for (; methods->name != NULL; methods++) {
        lua_pushcfunction(lua, methods->func);
        lua_setfield(lua, strncmp(methods->name, "__", 2) == 0 ? -3 : -2, methods->name);
    }
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, object_text);
    lua_setfield(lua, -2, "__tostring");
    lua_pushliteral(lua, "hanse.des");
    lua_setfield(lua, -2, "__metatable");
    lua_pop(lua, 1);
}

/* --- environments by address -------------------------------------------------------------- */

void hanse__des_know_env(lua_State *lua)
{
    struct hanse__des *env = lua_touserdata(lua, -1);
    int index = lua_gettop(lua);
    if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &environments_key) != LUA_TTABLE) {
        lua_pop(lua, 1);
        lua_newtable(lua);
        for (int type = 0; type < HANSE__DES_N_TYPES; type++) {
            push_metatable(lua, type);
            lua_pushinteger(lua, luaL_ref(lua, LUA_REGISTRYINDEX));
            lua_rawseti(lua, -2, type + 1);
        }
        lua_createtable(lua, 0, 1);
        lua_pushliteral(lua, "v");
        lua_setfield(lua, -2, "__mode");
        lua_setmetatable(lua, -2);
        lua_pushvalue(lua, -1);
        lua_rawsetp(lua, LUA_REGISTRYINDEX, &environments_key);
    }
    for (int type = 0; type < HANSE__DES_N_TYPES; type++) {
        lua_rawgeti(lua, -1, type + 1);
        env->metatables[type] = (int)lua_tointeger(lua, -1);
        lua_pop(lua, 1);
    }
    lua_pushvalue(lua, index);
    lua_rawsetp(lua, -2, env);
    lua_pop(lua, 1);
}

void hanse__des_push_env(lua_State *lua, const struct hanse__des *env)
{
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &environments_key);
    lua_rawgetp(lua, -1, env);
    lua_replace(lua, -2);
}

static void push_pins(lua_State *lua, const struct hanse__des *env)
{
    hanse__des_push_env(lua, env);
    lua_getiuservalue(lua, -1, HANSE__DES_PINNED);
    lua_replace(lua, -2);
}

void hanse__des_pin(lua_State *lua, const struct hanse__des *env, const void *address)
{
    luaL_checkstack(lua, 4, NULL);
    push_pins(lua, env);
    lua_pushvalue(lua, -2);
    lua_rawsetp(lua, -2, address);
    lua_pop(lua, 2);
}

void hanse__des_unpin(lua_State *lua, const struct hanse__des *env, const void *address)
{
    luaL_checkstack(lua, 4, NULL);
    lua_pushnil(lua);
    hanse__des_pin(lua, env, address);
}

void hanse__des_push_pinned(lua_State *lua, const struct hanse__des *env, const void *address)
{
    luaL_checkstack(lua, 4, NULL);
    push_pins(lua, env);
    lua_rawgetp(lua, -1, address);
    lua_replace(lua, -2);
}

/* --- arguments --------------------------------------------------------------------------- */

/* NaN as messages show it: its sign says nothing. */
double hanse__des_shown(double number)
{
    return number != number ? NAN : number;
}

double hanse__des_number(lua_State *lua, int index, const char *what)
{
    double number = luaL_checknumber(lua, index);
    if (!(number >= 0.0 && number <= DBL_MAX)) { /* also catches NaN */
        luaL_error(lua, "%s: must be >= 0 and finite, got %f", what, hanse__des_shown(number));
    }
    return number;
}

double hanse__des_patience(lua_State *lua, int index, const char *what)
{
    if (lua_isnoneornil(lua, index)) {
        return -1.0;
    }
    double patience = luaL_checknumber(lua, index);
    if (!(patience >= 0.0 && patience <= DBL_MAX)) {
        luaL_error(lua, "%s: patience must be >= 0 and finite, got %f", what,
                   hanse__des_shown(patience));
    }
    return patience;
}

int hanse__des_raise(lua_State *lua, const struct hanse__des *env, const char *what)
{
    luaL_error(lua, "%s: %s", what, hanse_context_message(env->ctx));
    __builtin_unreachable();
}

/* --- slots ------------------------------------------------------------------------------- */

uint32_t hanse__des_slot_take(lua_State *lua, struct hanse__des *env,
                              struct hanse__des_slots *slots, struct hanse__des_event *object)
{
    uint32_t slot;
    if (slots->n_free > 0) {
        slot = slots->free[--slots->n_free];
    } else {
        if (hanse__reserve(env->ctx, &slots->items, &slots->items_capacity, slots->n + 1,
                           sizeof *slots->items) != HANSE_OK ||
            hanse__reserve(env->ctx, &slots->free, &slots->free_capacity, slots->n + 1,
                           sizeof *slots->free) != HANSE_OK) {
            hanse__des_raise(lua, env, "environment");
        }
        slot = slots->n++;
    }
    slots->items[slot] = object;
    object->slot = slot;
    return slot;
}

void hanse__des_slot_leave(struct hanse__des_slots *slots, uint32_t slot)
{
    slots->items[slot] = NULL;
    slots->free[slots->n_free++] = slot;
}
