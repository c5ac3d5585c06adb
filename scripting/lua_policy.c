#include "scripting/lua_policy.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "scripting/declare.h"
#include "sim/process/schedule/function.h"

struct hanse_lua_policy {
    struct hanse_script *script;
    struct hanse_scheduler *scheduler; /* while schedule() runs; NULL otherwise */
};

static struct hanse_lua_policy *policy_of(const struct hanse_scheduler *scheduler)
{
    return scheduler->user;
}

/* --- what schedule() may call ----------------------------------------------------------- */

static char view_key; /* its address is where the registry keeps the view */

/* Upvalues: the policy, the method. */
static int call_method(lua_State *lua)
{
    const struct hanse_lua_policy *p = lua_touserdata(lua, lua_upvalueindex(1));
    if (p->scheduler == NULL) {
        return hanse__raise(lua, "the view must be used within schedule()");
    }
    return hanse__hook_method(lua, lua_touserdata(lua, lua_upvalueindex(2)), p->scheduler);
}

/* --- the policy -------------------------------------------------------------------------- */

static enum hanse_status pass(struct hanse_scheduler *scheduler)
{
    struct hanse_lua_policy *p = policy_of(scheduler);
    bool anybody;
    HANSE_TRY(hanse_function_begin(scheduler, &anybody));
    if (!anybody) {
        return HANSE_OK;
    }
    lua_State *lua = p->script->lua;
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &hanse_lua_policy_kind);
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &view_key);
    p->scheduler = scheduler;
    enum hanse_status status = hanse__sandbox_call(p->script, 1, 0);
    p->scheduler = NULL;
    return status;
}

const struct hanse_policy hanse_lua_policy_kind = {
    .name = "lua",
    .doc = "A function of the user's own, called for each pass.",
    .rule = "What schedule(view) in the file takes, starts.",
    .source = "the file",
    .init = hanse_function_init,
    .submitted = hanse_function_job,
    .ended = hanse_function_ended,
    .withdrawn = hanse_function_job,
    .changed = hanse_function_changed,
    .pass = pass,
};

/* --- files ------------------------------------------------------------------------------- */

bool hanse_lua_policy_is(const char *text)
{
    size_t length = strlen(text);
    return length > 4 && strcmp(text + length - 4, ".lua") == 0;
}

/* Keeps schedule() and the view in the registry. */
static int keep(lua_State *lua)
{
    void *policy = lua_touserdata(lua, 1);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushliteral(lua, "schedule");
    lua_rawget(lua, -2);
    if (!lua_isfunction(lua, -1)) {
        return luaL_error(lua, "schedule: must be a function of the view, got %s",
                          luaL_typename(lua, -1));
    }
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &hanse_lua_policy_kind);
    size_t n;
    const struct hanse_hook_method *methods = hanse_function_methods(&n);
    lua_createtable(lua, 0, (int)n);
    for (size_t i = 0; i < n; i++) {
        lua_pushlightuserdata(lua, policy);
        lua_pushlightuserdata(lua, (void *)(uintptr_t)&methods[i]);
        lua_pushcclosure(lua, call_method, 2);
        lua_setfield(lua, -2, methods[i].name);
    }
    hanse__view_seal(lua);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &view_key);
    return 0;
}

enum hanse_status hanse_lua_policy_open(struct hanse_context *ctx, const char *path,
                                        struct hanse_lua_policy **policy)
{
    *policy = NULL;
    struct hanse_lua_policy *made = hanse__alloc(ctx, 1, sizeof *made);
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse_script_load(ctx, path, NULL, NULL, &made->script);
    if (status == HANSE_OK) {
        lua_pushcfunction(made->script->lua, keep);
        lua_pushlightuserdata(made->script->lua, made);
        status = hanse__sandbox_call(made->script, 1, 0);
        if (status != HANSE_OK) {
            char message[HANSE__MESSAGE_BYTES];
            snprintf(message, sizeof message, "%s", hanse_context_message(ctx));
            status = hanse__fail(ctx, HANSE_ERR_INPUT, "%s: %s", path, message);
        }
    }
    if (status != HANSE_OK) {
        hanse_lua_policy_close(made);
        return status;
    }
    *policy = made;
    return HANSE_OK;
}

void hanse_lua_policy_close(struct hanse_lua_policy *policy)
{
    if (policy == NULL) {
        return;
    }
    hanse_script_destroy(policy->script);
    hanse__free(policy);
}
