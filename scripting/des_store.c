/*
 * Stores: items that processes put and get, by arrival, by a filter or by priority.
 *
 * Items lie in a Lua table, the store's user value HANSE__DES_VALUE, at places 1 … size. By
 * arrival they form a ring there; by priority a heap of (priority, order, place) says which is
 * next. What a blocked put brings and what a blocked get looks for is pinned under the claim.
 */
#include <lauxlib.h>
#include <math.h>

#include "scripting/des.h"

enum discipline { BY_ARRIVAL, BY_FILTER, BY_PRIORITY };

struct ranked {
    double priority;
    uint64_t order;
    uint32_t place;
};

struct store {
    struct hanse__des_object object;
    enum discipline discipline;
    double capacity;
    uint32_t n;           /* items */
    uint32_t first, size; /* of the ring: 0-based place of the first item; a power of two */
    uint64_t order;
    struct ranked *heap;
    uint32_t *free; /* places of the heap's items */
    uint32_t n_free;
    size_t heap_capacity, free_capacity;
    struct hanse__des_line getters, putters;
};

/* --- the ring ---------------------------------------------------------------------------- */

enum { FIRST_SIZE = 8 };

static lua_Integer place_of(const struct store *store, uint32_t i)
{
    return ((store->first + i) & (store->size - 1)) + 1;
}

/* Lays the items out anew, twice as roomy. The table of items is on top of the stack. */
static void ring_grow(lua_State *lua, struct store *store)
{
    uint32_t size = store->size ? store->size * 2 : FIRST_SIZE;
    luaL_checkstack(lua, 4, NULL);
    lua_createtable(lua, (int)size, 0);
    for (uint32_t i = 0; i < size; i++) {
        if (i < store->n) {
            lua_rawgeti(lua, -2, place_of(store, i));
        } else {
            lua_pushboolean(lua, false); /* keeps the table an array */
        }
        lua_rawseti(lua, -2, i + 1);
    }
    store->first = 0;
    store->size = size;
    lua_replace(lua, -2);
    lua_pushvalue(lua, -1);
    hanse__des_push_pinned(lua, store->object.env, store);
    lua_insert(lua, -2);
    lua_setiuservalue(lua, -2, HANSE__DES_VALUE);
    lua_pop(lua, 1);
}

/* Adds the item below the table on top of the stack; leaves both there. */
static void ring_add(lua_State *lua, struct store *store)
{
    if (store->n == store->size) {
        ring_grow(lua, store);
    }
    lua_pushvalue(lua, -2);
    lua_rawseti(lua, -2, place_of(store, store->n));
    store->n++;
}

/* Pushes the i-th item and closes the gap. The table is on top. */
static void ring_take(lua_State *lua, struct store *store, uint32_t i)
{
    lua_rawgeti(lua, -1, place_of(store, i));
    for (; i > 0; i--) {
        lua_rawgeti(lua, -2, place_of(store, i - 1));
        lua_rawseti(lua, -3, place_of(store, i));
    }
    lua_pushboolean(lua, false);
    lua_rawseti(lua, -3, place_of(store, 0));
    store->first = (store->first + 1) & (store->size - 1);
    store->n--;
}

/* --- the heap ---------------------------------------------------------------------------- */

static bool goes_before(const struct ranked *a, const struct ranked *b)
{
    return a->priority < b->priority || (a->priority == b->priority && a->order < b->order);
}

static void heap_up(struct ranked *heap, uint32_t i, struct ranked item)
{
    for (; i > 0 && goes_before(&item, &heap[(i - 1) / 2]); i = (i - 1) / 2) {
        heap[i] = heap[(i - 1) / 2];
    }
    heap[i] = item;
}

static void heap_down(struct ranked *heap, uint32_t n, struct ranked item)
{
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && goes_before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!goes_before(&heap[child], &item)) {
            break;
        }
        heap[i] = heap[child];
    }
    heap[i] = item;
}

static void heap_add(lua_State *lua, struct store *store, double priority)
{
    struct hanse__des *env = store->object.env;
    if (hanse__reserve(env->ctx, &store->heap, &store->heap_capacity, store->n + 1,
                       sizeof *store->heap) != HANSE_OK ||
        hanse__reserve(env->ctx, &store->free, &store->free_capacity, store->n + 1,
                       sizeof *store->free) != HANSE_OK) {
        hanse__des_raise(lua, env, "put");
    }
    uint32_t place = store->n_free > 0 ? store->free[--store->n_free] : ++store->size;
    lua_pushvalue(lua, -2);
    lua_rawseti(lua, -2, place);
    heap_up(store->heap, store->n++, (struct ranked){priority, store->order++, place});
}

static void heap_take(lua_State *lua, struct store *store)
{
    uint32_t place = store->heap[0].place;
    lua_rawgeti(lua, -1, place);
    lua_pushboolean(lua, false);
    lua_rawseti(lua, -3, place);
    store->free[store->n_free++] = place;
    store->n--;
    if (store->n > 0) {
        heap_down(store->heap, store->n, store->heap[store->n]);
    }
}

/* --- items ------------------------------------------------------------------------------- */

/* The item and the table of items are on top of the stack. */
static void add(lua_State *lua, struct store *store, double priority)
{
    if (store->discipline == BY_PRIORITY) {
        heap_add(lua, store, priority);
    } else {
        ring_add(lua, store);
    }
}

/* Whether the filter at `filter` (0 none) lets the i-th item pass. The table is on top. */
static bool passes(lua_State *lua, const struct store *store, uint32_t i, int filter)
{
    if (filter == 0) {
        return true;
    }
    lua_pushvalue(lua, filter);
    lua_rawgeti(lua, -2, place_of(store, i));
    store->object.env->filtering = true; /* it looks, and may change nothing */
    int status = lua_pcall(lua, 1, 1, 0);
    store->object.env->filtering = false;
    if (status != LUA_OK) {
        lua_error(lua);
    }
    bool yes = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return yes;
}

/* Pushes the first item that passes and takes it out; false when none does. */
static bool take(lua_State *lua, struct store *store, int filter)
{
    if (store->discipline == BY_PRIORITY && store->n > 0) {
        heap_take(lua, store);
        return true;
    }
    for (uint32_t i = 0; i < store->n; i++) {
        if (passes(lua, store, i, filter)) {
            ring_take(lua, store, i);
            return true;
        }
    }
    return false;
}

/* --- serving those in line --------------------------------------------------------------- */

/* Lets in blocked puts while there is room. The table of items is on top. */
static bool admit_puts(lua_State *lua, struct store *store)
{
    bool any = false;
    struct hanse__des_claim *claim;
    while ((claim = store->putters.first) != NULL && store->n < store->capacity) {
        hanse__des_push_pinned(lua, store->object.env, claim);
        hanse__des_unpin(lua, store->object.env, claim);
        lua_insert(lua, -2);
        add(lua, store, claim->amount);
        lua_remove(lua, -2);
        hanse__des_claim_answer(lua, claim, 0);
        any = true;
    }
    return any;
}

/* Answers gets in order; with filters one that finds nothing lets others pass. */
static bool answer_gets(lua_State *lua, struct store *store)
{
    bool any = false;
    struct hanse__des_claim *claim = store->getters.first, *next;
    for (; claim != NULL && store->n > 0; claim = next) {
        int table = lua_gettop(lua), filter = 0;
        next = claim->next;
        if (store->discipline == BY_FILTER) {
            hanse__des_push_pinned(lua, store->object.env, claim);
            filter = lua_isnil(lua, -1) ? 0 : lua_gettop(lua);
        }
        lua_pushvalue(lua, table);
        if (take(lua, store, filter)) {
            hanse__des_unpin(lua, store->object.env, claim);
            hanse__des_claim_answer(lua, claim, 1);
            any = true;
        }
        lua_settop(lua, table);
    }
    return any;
}

void hanse__des_store_serve(lua_State *lua, struct hanse__des_object *object)
{
    struct store *store = (struct store *)object;
    if (store->putters.first == NULL && store->getters.first == NULL) {
        return;
    }
    luaL_checkstack(lua, 12, NULL);
    hanse__des_push_pinned(lua, object->env, store);
    int at = lua_gettop(lua);
    do {
        lua_settop(lua, at);
        lua_getiuservalue(lua, at, HANSE__DES_VALUE);
        bool admitted = admit_puts(lua, store);
        lua_settop(lua, at);
        lua_getiuservalue(lua, at, HANSE__DES_VALUE); /* the ring may have grown */
        if (!answer_gets(lua, store) && !admitted) {
            break;
        }
    } while (store->putters.first != NULL || store->getters.first != NULL);
    lua_settop(lua, at - 1);
}

/* --- put --------------------------------------------------------------------------------- */

static int was_put(lua_State *lua, int status, lua_KContext context)
{
    lua_pushboolean(lua, !hanse__des_woken(lua, context)->expired);
    return 1;
}

static double priority_at(lua_State *lua, const struct store *store)
{
    double priority = store->discipline == BY_PRIORITY ? luaL_checknumber(lua, 3) : 0.0;
    if (priority != priority) {
        luaL_error(lua, "put: the priority must be a number, got nan");
    }
    return priority;
}

/* Puts the item at index 2 when there is room. */
static bool put_now(lua_State *lua, struct store *store, double priority)
{
    luaL_argcheck(lua, !lua_isnoneornil(lua, 2), 2, "an item must not be nil");
    if (store->putters.first != NULL || store->n >= store->capacity) {
        return false;
    }
    lua_pushvalue(lua, 2);
    if (store->n == 0 && store->getters.first != NULL && store->discipline != BY_FILTER) {
        hanse__des_claim_answer(lua, store->getters.first, 1); /* from hand to hand */
        return true;
    }
    lua_getiuservalue(lua, 1, HANSE__DES_VALUE);
    add(lua, store, priority);
    lua_pop(lua, 2);
    hanse__des_store_serve(lua, &store->object);
    return true;
}

/* store:put(item [, patience]); with priorities store:put(item, priority [, patience]).
 * Outside a process there must be room. */
static int store_put(lua_State *lua)
{
    struct store *store = hanse__des_check(lua, 1, HANSE__DES_STORE);
    struct hanse__des *env = store->object.env;
    double priority = priority_at(lua, store);
    double patience = hanse__des_patience(lua, store->discipline == BY_PRIORITY ? 4 : 3, "put");
    struct hanse__des_process *process =
        env->current != NULL ? hanse__des_self(lua, env, "put") : NULL;
    if (put_now(lua, store, priority)) {
        lua_pushboolean(lua, true);
        return 1;
    }
    process = process ? process : hanse__des_self(lua, env, "put");
    lua_pushvalue(lua, 2);
    hanse__des_pin(lua, env, &process->claim);
    process->claim.amount = priority;
    process->claim.priority = 0.0;
    return hanse__des_claim_sleep(lua, process, &store->putters, patience, was_put);
}

static int store_put_event(lua_State *lua)
{
    struct store *store = hanse__des_check(lua, 1, HANSE__DES_STORE);
    double priority = priority_at(lua, store);
    struct hanse__des_request *request = hanse__des_request_new(lua, 1);
    if (put_now(lua, store, priority)) {
        request->event.state = HANSE__DES_SUCCEEDED;
        return 1;
    }
    lua_pushvalue(lua, 2);
    hanse__des_pin(lua, store->object.env, &request->claim);
    request->claim.amount = priority;
    hanse__des_request_join(lua, request, &store->putters);
    return 1;
}

/* --- get --------------------------------------------------------------------------------- */

/* The item, or nil and "expired". */
static int got(lua_State *lua, int status, lua_KContext context)
{
    const struct hanse__des_process *process = hanse__des_woken(lua, context);
    if (process->expired) {
        lua_pushnil(lua);
        lua_pushliteral(lua, "expired");
        return 2;
    }
    return 1;
}

/* Pushes an item when there is one for this get. Others in line are not passed over: but for
 * filters, they wait only while there is none. */
static bool get_now(lua_State *lua, struct store *store, int filter)
{
    if (store->n == 0) {
        return false;
    }
    lua_getiuservalue(lua, 1, HANSE__DES_VALUE);
    if (!take(lua, store, filter)) {
        lua_pop(lua, 1);
        return false;
    }
    if (store->putters.first != NULL) {
        hanse__des_store_serve(lua, &store->object);
    }
    return true;
}

/* The index of the filter given, 0 none. Only filter stores take one. */
static int filter_at(lua_State *lua, const struct store *store)
{
    if (store->discipline != BY_FILTER || lua_isnoneornil(lua, 2)) {
        return 0;
    }
    luaL_checktype(lua, 2, LUA_TFUNCTION);
    return 2;
}

/* store:get([patience]); a filter store's get([filter [, patience]]) */
static int store_get(lua_State *lua)
{
    struct store *store = hanse__des_check(lua, 1, HANSE__DES_STORE);
    struct hanse__des *env = store->object.env;
    int filter = filter_at(lua, store);
    double patience = hanse__des_patience(lua, store->discipline == BY_FILTER ? 3 : 2, "get");
    struct hanse__des_process *process = hanse__des_self(lua, env, "get");
    if (get_now(lua, store, filter)) {
        return 1;
    }
    if (filter != 0) {
        lua_pushvalue(lua, filter);
        hanse__des_pin(lua, env, &process->claim);
    }
    process->claim.priority = 0.0;
    return hanse__des_claim_sleep(lua, process, &store->getters, patience, got);
}

static int store_get_event(lua_State *lua)
{
    struct store *store = hanse__des_check(lua, 1, HANSE__DES_STORE);
    int filter = filter_at(lua, store);
    struct hanse__des_request *request = hanse__des_request_new(lua, 1);
    int at = lua_gettop(lua);
    if (get_now(lua, store, filter)) {
        lua_setiuservalue(lua, at, HANSE__DES_VALUE);
        lua_settop(lua, at);
        request->event.state = HANSE__DES_SUCCEEDED;
        return 1;
    }
    if (filter != 0) {
        lua_pushvalue(lua, filter);
        hanse__des_pin(lua, store->object.env, &request->claim);
    }
    hanse__des_request_join(lua, request, &store->getters);
    return 1;
}

/* --- questions and a new one ------------------------------------------------------------- */

static int store_count(lua_State *lua)
{
    const struct store *store = hanse__des_check(lua, 1, HANSE__DES_STORE);
    lua_pushinteger(lua, store->n);
    return 1;
}

/* How many wait to get, and to put. */
static int store_queue_length(lua_State *lua)
{
    const struct store *store = hanse__des_check(lua, 1, HANSE__DES_STORE);
    lua_pushinteger(lua, store->getters.length);
    lua_pushinteger(lua, store->putters.length);
    return 2;
}

static int store_collect(lua_State *lua)
{
    struct store *store = hanse__des_test(lua, 1, HANSE__DES_STORE);
    if (store != NULL) {
        hanse__free(store->heap);
        hanse__free(store->free);
        store->heap = NULL;
        store->free = NULL;
    }
    return 0;
}

static int new_store(lua_State *lua, enum discipline discipline)
{
    struct hanse__des *env = hanse__des_check_env(lua, 1);
    double capacity = luaL_optnumber(lua, 2, HUGE_VAL);
    if (!(capacity >= 1.0)) {
        return luaL_error(lua, "Store: the capacity must be >= 1, got %f",
                          hanse__des_shown(capacity));
    }
    struct store *store = hanse__des_new(lua, HANSE__DES_STORE, sizeof *store, 1);
    store->discipline = discipline;
    store->capacity = capacity;
    store->getters.owner = store->putters.owner = &store->object;
    lua_newtable(lua);
    lua_setiuservalue(lua, -2, HANSE__DES_VALUE);
    lua_pushvalue(lua, -1);
    hanse__des_pin(lua, env, store);
    return 1;
}

int hanse__des_new_store(lua_State *lua)
{
    return new_store(lua, BY_ARRIVAL);
}

int hanse__des_new_filter_store(lua_State *lua)
{
    return new_store(lua, BY_FILTER);
}

int hanse__des_new_priority_store(lua_State *lua)
{
    return new_store(lua, BY_PRIORITY);
}

void hanse__des_open_store(lua_State *lua)
{
    static const luaL_Reg methods[] = {{"get", store_get},
                                       {"put", store_put},
                                       {"get_event", store_get_event},
                                       {"put_event", store_put_event},
                                       {"count", store_count},
                                       {"queue_length", store_queue_length},
                                       {"__gc", store_collect},
                                       {NULL, NULL}};
    hanse__des_type(lua, HANSE__DES_STORE, methods);
}
