#include "scripting/analyst.h"

#include <lauxlib.h>
#include <limits.h>
#include <lualib.h>
#include <string.h>

#include "scripting/des.h"
#include "scripting/library.h"

static void set_arguments(lua_State *lua, const struct hanse_analyst *analyst)
{
    lua_createtable(lua, analyst->n_arguments, 1);
    lua_pushstring(lua, analyst->path);
    lua_rawseti(lua, -2, 0);
    for (int i = 0; i < analyst->n_arguments; i++) {
        lua_pushstring(lua, analyst->arguments[i]);
        lua_rawseti(lua, -2, i + 1);
    }
    lua_setglobal(lua, "arg");
}

/* Pushes the folder a path lies in. */
static void push_folder(lua_State *lua, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        lua_pushliteral(lua, ".");
    } else {
        lua_pushlstring(lua, path, slash == path ? 1 : (size_t)(slash - path));
    }
}

/* Beside the script, then in the library, then where Lua looks by itself. */
static void set_path(lua_State *lua, const struct hanse_analyst *analyst, const char *library)
{
    lua_getglobal(lua, "package");
    push_folder(lua, analyst->path);
    const char *beside = lua_tostring(lua, -1);
    lua_getfield(lua, -2, "path");
    const char *usual = lua_tostring(lua, -1);
    if (library[0] != '\0') {
        lua_pushfstring(lua, "%s/?.lua;%s/?.lua;%s/lib/?.lua;%s", beside, library, library,
                        usual ? usual : "");
    } else {
        lua_pushfstring(lua, "%s/?.lua;%s", beside, usual ? usual : "");
    }
    lua_setfield(lua, -4, "path");
    lua_pop(lua, 3);
}

struct call {
    const struct hanse_analyst *analyst;
    const char *library;
};

static int run_script(lua_State *lua)
{
    const struct call *call = lua_touserdata(lua, 1);
    luaL_openlibs(lua);
    hanse__des_preload(lua);
    set_arguments(lua, call->analyst);
    set_path(lua, call->analyst, call->library);
    if (luaL_loadfilex(lua, call->analyst->path, "t") != LUA_OK) {
        return lua_error(lua);
    }
    for (int i = 0; i < call->analyst->n_arguments; i++) {
        luaL_checkstack(lua, 1, "too many arguments");
        lua_pushstring(lua, call->analyst->arguments[i]);
    }
    lua_call(lua, call->analyst->n_arguments, 0);
    return 0;
}

static int with_traceback(lua_State *lua)
{
    const char *message = luaL_tolstring(lua, 1, NULL);
    luaL_traceback(lua, lua, message, 1);
    return 1;
}

static int as_text(lua_State *lua)
{
    luaL_tolstring(lua, 1, NULL);
    return 1;
}

/* Calls function(what); a failure's message goes to the context. */
static enum hanse_status protected_call(lua_State *lua, struct hanse_context *ctx,
                                        lua_CFunction function, void *what, bool traceback)
{
    lua_pushcfunction(lua, traceback ? with_traceback : as_text);
    lua_pushcfunction(lua, function);
    lua_pushlightuserdata(lua, what);
    int status = lua_pcall(lua, 1, 0, 1);
    if (status == LUA_OK) {
        return HANSE_OK;
    }
    const char *message = lua_tostring(lua, -1);
    return hanse__fail(ctx, status == LUA_ERRMEM ? HANSE_ERR_MEMORY : HANSE_ERR_INPUT, "%s",
                       message ? message : "an error without a message");
}

enum hanse_status hanse_analyst_run(struct hanse_context *ctx,
                                    const struct hanse_analyst *analyst)
{
    char found[PATH_MAX] = "";
    const char *library = analyst->library;
    if (library == NULL) {
        /* Without the shipped modules a script may still run. */
        if (hanse_library_find(ctx, found, sizeof found) != HANSE_OK) {
            found[0] = '\0';
            hanse_context_clear(ctx);
        }
        library = found;
    }
    lua_State *lua = luaL_newstate();
    if (lua == NULL) {
        return hanse__fail(ctx, HANSE_ERR_MEMORY, "study: the machine has no memory left");
    }
    struct call call = {analyst, library};
    enum hanse_status status = protected_call(lua, ctx, run_script, &call, analyst->traceback);
    lua_close(lua);
    return status;
}

struct text_call {
    const char *name, *text;
    const double *arguments;
    double *results;
    int n_arguments, n_results;
};

static int run_text(lua_State *lua)
{
    const struct text_call *call = lua_touserdata(lua, 1);
    luaL_openlibs(lua);
    hanse__des_preload(lua);
    if (luaL_loadbufferx(lua, call->text, strlen(call->text), call->name, "t") != LUA_OK) {
        return lua_error(lua);
    }
    for (int i = 0; i < call->n_arguments; i++) {
        lua_pushnumber(lua, call->arguments[i]);
    }
    lua_call(lua, call->n_arguments, call->n_results);
    for (int i = 0; i < call->n_results; i++) {
        int index = i - call->n_results;
        if (!lua_isnumber(lua, index)) {
            return luaL_error(lua, "%s: result %d must be a number, got %s", call->name, i + 1,
                              luaL_typename(lua, index));
        }
        call->results[i] = lua_tonumber(lua, index);
    }
    return 0;
}

enum hanse_status hanse_analyst_call(struct hanse_context *ctx, const char *name,
                                     const char *text, const double *arguments, int n_arguments,
                                     double *results, int n_results)
{
    struct text_call call = {name, text, arguments, results, n_arguments, n_results};
    lua_State *lua = luaL_newstate();
    if (lua == NULL) {
        return hanse__fail(ctx, HANSE_ERR_MEMORY, "%s: the machine has no memory left", name);
    }
    enum hanse_status status = protected_call(lua, ctx, run_text, &call, false);
    lua_close(lua);
    return status;
}
