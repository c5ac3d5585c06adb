/*
 * Functions among a scenario's values, called from C while it runs.
 *
 * Functions are numbered in the order in which the script hands them over. A replication's
 * state runs the scenario's texts once more, so it holds the same functions under the same
 * numbers; its own draft is thrown away.
 */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scripting/declare.h"

static char hooks_key; /* its address is where the registry keeps them */

int32_t hanse__hook_keep(lua_State *lua, int index)
{
    index = lua_absindex(lua, index);
    if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &hooks_key) == LUA_TNIL) {
        lua_pop(lua, 1);
        lua_newtable(lua);
        lua_pushvalue(lua, -1);
        lua_rawsetp(lua, LUA_REGISTRYINDEX, &hooks_key);
    }
    lua_Unsigned n = lua_rawlen(lua, -1);
    lua_pushvalue(lua, index);
    lua_rawseti(lua, -2, (lua_Integer)n + 1);
    lua_pop(lua, 1);
    return (int32_t)n;
}

/* --- the view -------------------------------------------------------------------------------
 */

/* A number as Lua's integer where it is one, so that it can be an index and prints as one. */
static void push_number(lua_State *lua, double number)
{
    if (number == floor(number) && fabs(number) < 9007199254740992.0) {
        lua_pushinteger(lua, (lua_Integer)number);
    } else {
        lua_pushnumber(lua, number);
    }
}

/* A refusal by a method, with the place in the script that asked for it. */
static int refuse_call(lua_State *lua, enum hanse_status status)
{
    char message[HANSE__MESSAGE_BYTES];
    int line;
    const char *file = hanse__where(lua, &line);
    snprintf(message, sizeof message, "%.200s:%d: %.700s", file, line,
             hanse_context_message(hanse__script_of(lua)->ctx));
    return hanse__raise_broken(lua, HANSE__BROKEN_DECLARATION, status, message);
}

int hanse__hook_method(lua_State *lua, const struct hanse_hook_method *method, void *self)
{
    double in[HANSE_HOOK_ARGUMENTS], out[HANSE_HOOK_ARGUMENTS];
    int n_in = lua_gettop(lua), n_out = 0;
    while (n_in > 0 && lua_isnil(lua, n_in)) {
        n_in--;
    }
    if (n_in > HANSE_HOOK_ARGUMENTS) {
        return hanse__raise(lua, "%s: at most %d arguments, got %d", method->name,
                            HANSE_HOOK_ARGUMENTS, n_in);
    }
    for (int i = 0; i < n_in; i++) {
        in[i] = luaL_checknumber(lua, i + 1);
    }
    hanse__charge(lua, 16);
    enum hanse_status status =
        method->call(self, hanse__script_of(lua)->ctx, in, n_in, out, &n_out);
    if (status != HANSE_OK) {
        return refuse_call(lua, status);
    }
    if (n_out == 0) {
        lua_pushnil(lua);
        return 1;
    }
    for (int i = 0; i < n_out; i++) {
        if (method->yes_or_no) {
            lua_pushboolean(lua, out[i] != 0.0);
        } else {
            push_number(lua, out[i]);
        }
    }
    return n_out;
}

/* Upvalues: the method's number, the call's. A script may keep the function; what it would
 * reach after the call is gone, so it reaches nothing then. */
static int call_method(lua_State *lua)
{
    const struct hanse_script *script = hanse__script_of(lua);
    const struct hanse_hook_call *call = script->call;
    if (call == NULL ||
        (lua_Integer)script->n_calls != lua_tointeger(lua, lua_upvalueindex(2))) {
        return hanse__raise(lua, "a view must not be used after its call");
    }
    return hanse__hook_method(lua, &call->methods[lua_tointeger(lua, lua_upvalueindex(1))],
                              call->self);
}

static void push_lists(lua_State *lua, const struct hanse_hook_call *call)
{
    for (size_t l = 0; l < call->n_lists; l++) {
        const struct hanse_hook_list *list = &call->lists[l];
        lua_createtable(lua, list->n, 0);
        for (int32_t i = 0; i < list->n; i++) {
            push_number(lua, list->items[i]);
            lua_rawseti(lua, -2, i + 1);
        }
        lua_setfield(lua, -2, list->key);
    }
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Names what a view has, so that a typo in a policy is an error and not a nil. */
static int view_lacks(lua_State *lua)
{
    char hint[160];
    enum { MOST = 64 };
    const char *names[MOST],
        *word = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
    size_t n = 0;
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        if (n < MOST) {
            names[n++] = lua_tostring(lua, -2);
        }
    }
    qsort(names, n, sizeof *names, by_text); /* so that a tie never depends on a hash */
    return hanse__raise(lua, "the view has no '%s'%s", word,
                        hanse__suggest(hint, sizeof hint, word, names, n));
}

static int view_set(lua_State *lua)
{
    return hanse__raise(lua, "the view is for reading; answer with return { … }");
}

void hanse__view_seal(lua_State *lua)
{
    lua_newtable(lua);
    lua_pushcfunction(lua, view_lacks);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, view_set);
    lua_setfield(lua, -2, "__newindex");
    lua_pushboolean(lua, false);
    lua_setfield(lua, -2, "__metatable");
    lua_setmetatable(lua, -2);
}

static void push_view(lua_State *lua, const struct hanse_hook_call *call)
{
    lua_newtable(lua);
    for (size_t i = 0; i < call->n_numbers; i++) {
        push_number(lua, call->numbers[i].number);
        lua_setfield(lua, -2, call->numbers[i].key);
    }
    for (size_t i = 0; i < call->n_texts; i++) {
        lua_pushstring(lua, call->texts[i].text);
        lua_setfield(lua, -2, call->texts[i].key);
    }
    push_lists(lua, call);
    for (size_t i = 0; i < call->n_methods; i++) {
        lua_pushinteger(lua, (lua_Integer)i);
        lua_pushinteger(lua, (lua_Integer)hanse__script_of(lua)->n_calls);
        lua_pushcclosure(lua, call_method, 2);
        lua_setfield(lua, -2, call->methods[i].name);
    }
    hanse__view_seal(lua);
}

/* --- the answer -----------------------------------------------------------------------------
 */

static bool is_answer(const struct hanse_hook_call *call, const char *key)
{
    for (size_t i = 0; i < call->n_answers; i++) {
        if (strcmp(call->answers[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* Of several wrong keys the first by bytes is named, so that the message never varies. */
static void check_answer_keys(lua_State *lua, int table, const struct hanse_hook_call *call)
{
    const char *unknown = NULL, *names[HANSE_HOOK_ANSWERS];
    for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
        const char *key =
            lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "(not a text)";
        if (!is_answer(call, key) && (unknown == NULL || strcmp(key, unknown) < 0)) {
            unknown = key;
        }
    }
    if (unknown != NULL) {
        char hint[160];
        size_t n = 0;
        for (; n < call->n_answers && n < HANSE_HOOK_ANSWERS; n++) {
            names[n] = call->answers[n].key;
        }
        hanse__raise(lua, "%s: its function answered with an unknown key '%s'%s", call->what,
                     unknown, hanse__suggest(hint, sizeof hint, unknown, names, n));
    }
}

/* The value on top of the stack becomes the answer's number. */
static void read_number(lua_State *lua, const struct hanse_hook_call *call,
                        struct hanse_hook_answer *answer)
{
    double number = lua_type(lua, -1) == LUA_TNUMBER ? lua_tonumber(lua, -1) : NAN;
    if (number >= answer->low && number <= answer->high &&
        (!answer->whole || number == floor(number))) {
        answer->number = number;
        return;
    }
    char rule[160], got[64];
    snprintf(got, sizeof got, "%.14g", number);
    snprintf(rule, sizeof rule, "a %snumber from %.14g to %.14g", answer->whole ? "whole " : "",
             answer->low, answer->high);
    hanse__raise(lua, "%s: %s must be %s, got %s", call->what, answer->key, rule,
                 lua_type(lua, -1) == LUA_TNUMBER ? got : luaL_typename(lua, -1));
}

/* The answer is on top of the stack. */
static void read_answer(lua_State *lua, const struct hanse_hook_call *call)
{
    if (lua_isnil(lua, -1)) {
        return;
    }
    if (lua_type(lua, -1) != LUA_TTABLE) {
        hanse__raise(lua, "%s: its function must return a table or nothing, got a %s",
                     call->what, luaL_typename(lua, -1));
    }
    int table = lua_gettop(lua);
    check_answer_keys(lua, table, call);
    for (size_t i = 0; i < call->n_answers; i++) {
        lua_pushstring(lua, call->answers[i].key);
        if (lua_rawget(lua, table) != LUA_TNIL) {
            read_number(lua, call, &call->answers[i]);
        }
        lua_pop(lua, 1);
    }
}

/* Argument 1: the call. */
static int run_hook(lua_State *lua)
{
    const struct hanse_hook_call *call = lua_touserdata(lua, 1);
    luaL_checkstack(lua, 32, call->what);
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &hooks_key);
    lua_rawgeti(lua, -1, (lua_Integer)call->hook + 1);
    push_view(lua, call);
    lua_call(lua, 1, 1);
    read_answer(lua, call);
    return 0;
}

/* --- for workers ----------------------------------------------------------------------------
 */

static enum hanse_status call_hook(void *self, struct hanse_context *ctx,
                                   const struct hanse_hook_call *call)
{
    struct hanse_script *script = self;
    script->ctx = ctx;
    script->call = call;
    script->n_calls++;
    lua_pushcfunction(script->lua, run_hook);
    lua_pushlightuserdata(script->lua, (void *)(uintptr_t)call);
    enum hanse_status status = hanse__sandbox_call(script, 1, 0);
    script->call = NULL;
    return status;
}

static enum hanse_status make_hooks(const void *self, struct hanse_context *ctx,
                                    struct hanse_hooks *hooks)
{
    struct hanse_script *again;
    HANSE_TRY(hanse__script_again(ctx, self, &again));
    *hooks = (struct hanse_hooks){.self = again, .call = call_hook};
    return HANSE_OK;
}

static void unmake_hooks(struct hanse_hooks *hooks)
{
    hanse_script_destroy(hooks->self);
}

struct hanse_hook_maker hanse_script_hooks(const struct hanse_script *script)
{
    return (struct hanse_hook_maker){script, make_hooks, unmake_hooks};
}
