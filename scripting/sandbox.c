#include "scripting/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    COUNT_EVERY = 1000,   /* instructions between two looks at the limit */
    CLOCK_EVERY = 16,     /* looks at the limit between two looks at the clock */
    BYTES_PER_STEP = 256, /* what an allocation is charged */
    MOST_CPU_S = 120,     /* backstop for work no count foresaw; never changes a result */
};
static const uint64_t default_steps = 100u * 1000 * 1000;
static const size_t default_memory = (size_t)1 << 30;

struct hanse_script *hanse__script_of(lua_State *lua)
{
    return *(struct hanse_script **)lua_getextraspace(lua);
}

/* --- where, and how to complain -------------------------------------------------------------
 */

const char *hanse__where(lua_State *lua, int *line)
{
    lua_Debug at;
    *line = 0;
    for (int level = 0; lua_getstack(lua, level, &at); level++) {
        lua_getinfo(lua, "Sl", &at);
        if (at.currentline > 0) {
            *line = at.currentline;
            return *at.source == '@' || *at.source == '=' ? at.source + 1 : at.source;
        }
    }
    return "?";
}

/* "file:line: " or, outside Lua code, "file: ". */
static void lead(struct hanse_script *script, char *text, size_t size)
{
    int line;
    const char *file = hanse__where(script->lua, &line);
    if (line > 0) {
        snprintf(text, size, "%s:%d: ", file, line);
    } else {
        snprintf(text, size, "%s: ",
                 script->n_sources > 0 ? script->sources[script->n_sources - 1].name : "?");
    }
}

int hanse__raise(lua_State *lua, const char *format, ...)
{
    char place[HANSE__MESSAGE_BYTES], message[HANSE__MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    lead(hanse__script_of(lua), place, sizeof place);
    lua_pushfstring(lua, "%s%s", place, message);
    return lua_error(lua);
}

int hanse__raise_broken(lua_State *lua, enum hanse__broken why, enum hanse_status status,
                        const char *message)
{
    struct hanse_script *script = hanse__script_of(lua);
    if (script->broken == HANSE__BROKEN_NOT) {
        script->broken = why;
        script->status = status;
        snprintf(script->message, sizeof script->message, "%.1000s", message);
    }
    lua_pushstring(lua, script->message);
    return lua_error(lua);
}

const char *hanse__suggest(char *text, size_t size, const char *word, const char *const *names,
                           size_t n_names)
{
    const char *near = hanse__nearest(word, names, n_names);
    text[0] = '\0';
    if (near != NULL) {
        snprintf(text, size, " (did you mean '%s'?)", near);
    }
    return text;
}

/* --- limits ---------------------------------------------------------------------------------
 */

static double cpu_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void check_limits(lua_State *lua)
{
    struct hanse_script *script = hanse__script_of(lua);
    char place[HANSE__MESSAGE_BYTES], message[2 * HANSE__MESSAGE_BYTES];
    if (script->broken != HANSE__BROKEN_NOT) {
        hanse__raise_broken(lua, script->broken, script->status, script->message);
    }
    if (script->steps > script->steps_limit) {
        lead(script, place, sizeof place);
        snprintf(message, sizeof message, "%sinstructions: at most %llu, passed here", place,
                 (unsigned long long)script->steps_limit);
        hanse__raise_broken(lua, HANSE__BROKEN_STEPS, HANSE_ERR_LIMIT, message);
    }
    if (++script->counts % CLOCK_EVERY == 0 && cpu_now_s() > script->cpu_s + MOST_CPU_S) {
        lead(script, place, sizeof place);
        snprintf(message, sizeof message, "%sprocessor time: at most %d s, passed here", place,
                 MOST_CPU_S);
        hanse__raise_broken(lua, HANSE__BROKEN_STEPS, HANSE_ERR_LIMIT, message);
    }
}

void hanse__charge(lua_State *lua, uint64_t steps)
{
    struct hanse_script *script = hanse__script_of(lua);
    script->steps += steps;
    if (script->steps > script->steps_limit || script->broken != HANSE__BROKEN_NOT) {
        check_limits(lua);
    }
}

static void on_count(lua_State *lua, lua_Debug *at)
{
    hanse__script_of(lua)->steps += COUNT_EVERY;
    check_limits(lua);
}

/* Lua says only "not enough memory", so what was refused is kept for the message. */
static void refuse(struct hanse_script *script, size_t text_bytes)
{
    script->refused_text = text_bytes;
    if (script->lua != NULL) {
        lead(script, script->refused_at, sizeof script->refused_at);
    }
}

static void *allocate(void *self, void *old, size_t old_size, size_t size)
{
    struct hanse_script *script = self;
    bool is_text = old == NULL && old_size == LUA_TSTRING;
    old_size = old != NULL ? old_size : 0;
    if (size == 0) {
        script->memory -= old_size;
        hanse__free(old);
        return NULL;
    }
    if (size > old_size) {
        script->steps += size / BYTES_PER_STEP;
        if (is_text && size > HANSE__TEXT_BYTES + 64) {
            refuse(script, size);
            return NULL;
        }
        if (size - old_size > script->memory_limit - script->memory) {
            refuse(script, 0);
            return NULL;
        }
    }
    void *block = hanse__realloc(script->ctx, old, size, 1);
    if (block == NULL) {
        if (size <= old_size) {
            return old; /* Lua relies on it that shrinking never fails */
        }
        script->machine_failed = true;
        return NULL;
    }
    script->memory = script->memory - old_size + size;
    return block;
}

/* "1 GiB" where that is exact, else MiB or bytes. */
static void bytes_text(size_t bytes, char *text, size_t size)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    int unit = 0;
    while (unit < 3 && bytes > 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, size, "%zu %s", bytes, units[unit]);
}

static void break_for_memory(struct hanse_script *script)
{
    char limit[32];
    if (script->broken != HANSE__BROKEN_NOT) {
        return;
    }
    script->broken = HANSE__BROKEN_MEMORY;
    script->status = script->machine_failed ? HANSE_ERR_MEMORY : HANSE_ERR_LIMIT;
    if (script->machine_failed) {
        snprintf(script->message, sizeof script->message, "out of memory");
    } else if (script->refused_text > 0) {
        bytes_text(HANSE__TEXT_BYTES, limit, sizeof limit);
        snprintf(script->message, sizeof script->message,
                 "%.900stext: at most %s long, got %zu bytes", script->refused_at, limit,
                 script->refused_text);
    } else {
        bytes_text(script->memory_limit, limit, sizeof limit);
        snprintf(script->message, sizeof script->message,
                 "%.900smemory: at most %s, passed here", script->refused_at, limit);
    }
}

/* --- protected calls ------------------------------------------------------------------------
 */

/* After a failed call inside the script: limits and refused declarations go on rising. */
static void rethrow_if_broken(lua_State *lua, int status)
{
    struct hanse_script *script = hanse__script_of(lua);
    if (status == LUA_ERRMEM) {
        break_for_memory(script);
    }
    if (script->broken != HANSE__BROKEN_NOT) {
        hanse__raise_broken(lua, script->broken, script->status, script->message);
    }
}

static int base_pcall(lua_State *lua)
{
    luaL_checkany(lua, 1);
    int status = lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0);
    if (status == LUA_OK) {
        lua_pushboolean(lua, true);
        lua_insert(lua, 1);
        return lua_gettop(lua);
    }
    rethrow_if_broken(lua, status);
    lua_pushboolean(lua, false);
    lua_insert(lua, -2);
    return 2;
}

/* Calls the script's handler, upvalue 1, unless the script is broken: the error may come from
 * the counting hook itself, and while that runs nothing is counted. */
static int guarded_handler(lua_State *lua)
{
    if (hanse__script_of(lua)->broken != HANSE__BROKEN_NOT) {
        return 1;
    }
    lua_settop(lua, 1);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, 1, 1);
    return 1;
}

static int base_xpcall(lua_State *lua)
{
    luaL_checktype(lua, 2, LUA_TFUNCTION);
    lua_pushvalue(lua, 1);
    lua_pushvalue(lua, 2);
    lua_pushcclosure(lua, guarded_handler, 1);
    lua_replace(lua, 1); /* handler first, then the function and its arguments */
    lua_replace(lua, 2);
    int status = lua_pcall(lua, lua_gettop(lua) - 2, LUA_MULTRET, 1);
    if (status == LUA_OK) {
        lua_pushboolean(lua, true);
        lua_replace(lua, 1);
        return lua_gettop(lua);
    }
    rethrow_if_broken(lua, status);
    lua_pushboolean(lua, false);
    lua_insert(lua, -2);
    return 2;
}

/* Makes any error a text. Runs where the error was raised, so the position is still known. */
static int to_message(lua_State *lua)
{
    if (lua_type(lua, 1) == LUA_TSTRING) {
        return 1;
    }
    if (luaL_callmeta(lua, 1, "__tostring") && lua_type(lua, -1) == LUA_TSTRING) {
        return 1;
    }
    char place[HANSE__MESSAGE_BYTES];
    lead(hanse__script_of(lua), place, sizeof place);
    lua_pushfstring(lua, "%serror: its message must be a text, got a %s", place,
                    luaL_typename(lua, 1));
    return 1;
}

/* Lua shortens long file names in its own messages to "...tail"; puts the whole name back. */
static void fail_with_whole_name(struct hanse_script *script, const char *message)
{
    const char *end = strchr(message, ':');
    if (strncmp(message, "...", 3) == 0 && end != NULL) {
        size_t tail = (size_t)(end - message) - 3;
        for (size_t i = 0; i < script->n_sources; i++) {
            const char *name = script->sources[i].name;
            size_t length = strlen(name);
            if (length > tail && memcmp(name + length - tail, message + 3, tail) == 0) {
                hanse__fail(script->ctx, HANSE_ERR_INPUT, "%s%s", name, end);
                return;
            }
        }
    }
    hanse__fail(script->ctx, HANSE_ERR_INPUT, "%s", message);
}

enum hanse_status hanse__sandbox_call(struct hanse_script *script, int n_args, int n_results)
{
    lua_State *lua = script->lua;
    int base = lua_gettop(lua) - n_args;
    script->steps = 0;
    script->cpu_s = cpu_now_s();
    script->broken = HANSE__BROKEN_NOT;
    script->machine_failed = false;
    script->refused_at[0] = '\0';
    lua_pushcfunction(lua, to_message);
    lua_insert(lua, base);
    int status = lua_pcall(lua, n_args, n_results, base);
    if (status == LUA_OK && script->broken == HANSE__BROKEN_NOT) {
        lua_remove(lua, base);
        return HANSE_OK;
    }
    if (status == LUA_ERRMEM) {
        break_for_memory(script);
    }
    if (script->broken != HANSE__BROKEN_NOT) {
        hanse__fail(script->ctx, script->status, "%s", script->message);
    } else {
        script->status = HANSE_ERR_INPUT;
        fail_with_whole_name(script, lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1)
                                                                      : "error in an error");
    }
    lua_settop(lua, 0);
    return script->status;
}

/* --- globals --------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *why;
} absent_names[] = {
    {"io", "a scenario has no access to files"},
    {"os", "a scenario has no access to the machine or its clock"},
    {"debug", "a scenario cannot look behind the language"},
    {"load", "a scenario is one text; share code with require"},
    {"loadstring", "a scenario is one text; share code with require"},
    {"loadfile", "a scenario is one text; share code with require"},
    {"dofile", "a scenario is one text; share code with require"},
    {"package", "a scenario is one text; share code with require"},
    {"collectgarbage", "results may not depend on when memory is freed"},
    {"coroutine", "a scenario declares and is done"},
    {"print", "a scenario only declares; 'hanse check' shows every value"},
};

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The name nearest to `word` among the text keys of the table at `index`; the names are in
 * order, so that a tie never depends on a hash. */
static void suggest_key(lua_State *lua, int index, const char *word, char *hint, size_t size)
{
    size_t n = 0;
    index = lua_absindex(lua, index);
    for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
        n++;
    }
    const char **names = lua_newuserdatauv(lua, (n + 1) * sizeof *names, 0);
    n = 0;
    for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
        if (lua_type(lua, -2) == LUA_TSTRING) {
            names[n++] = lua_tostring(lua, -2);
        }
    }
    qsort(names, n, sizeof *names, by_text);
    hanse__suggest(hint, size, word, names, n);
    lua_pop(lua, 1);
}

/* __index of the globals; upvalue 1: what is built in. */
static int global_get(lua_State *lua)
{
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    const char *name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
    for (size_t i = 0; i < sizeof absent_names / sizeof absent_names[0]; i++) {
        if (strcmp(name, absent_names[i].name) == 0) {
            return hanse__raise(lua, "%s: not available, %s", name, absent_names[i].why);
        }
    }
    char hint[160];
    suggest_key(lua, lua_upvalueindex(1), name, hint, sizeof hint);
    return hanse__raise(lua, "unknown name '%s'%s", name, hint);
}

/* __newindex of the globals: a script's own names, but none that is taken. */
static int global_set(lua_State *lua)
{
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL && lua_type(lua, 2) == LUA_TSTRING) {
        return hanse__raise(lua, "%s: is a name of hanse's own, use 'local %s'",
                            lua_tostring(lua, 2), lua_tostring(lua, 2));
    }
    lua_settop(lua, 3);
    lua_rawset(lua, 1);
    return 0;
}

static void open_math(lua_State *lua)
{
    luaL_requiref(lua, "math", luaopen_math, 0);
    lua_pushnil(lua);
    lua_setfield(lua, -2, "random");
    lua_pushnil(lua);
    lua_setfield(lua, -2, "randomseed");
    lua_setfield(lua, -2, "math");
    luaL_requiref(lua, "utf8", luaopen_utf8, 0);
    lua_setfield(lua, -2, "utf8");
}

static int fill_globals(lua_State *lua)
{
    static const luaL_Reg calls[] = {
        {"pcall", base_pcall}, {"xpcall", base_xpcall}, {NULL, NULL}};
    lua_newtable(lua);
    luaL_setfuncs(lua, calls, 0);
    open_math(lua);
    hanse__open_base(lua);
    hanse__open_tables(lua);
    hanse__open_text(lua);
    hanse__open_quantities(lua);
    hanse__open_declare(lua);
    hanse__open_params(lua);
    hanse__open_modules(lua);
    hanse__open_reference(lua);

    lua_newtable(lua); /* the globals a script sees: its own names, then the built-in ones */
    lua_newtable(lua);
    lua_pushvalue(lua, -3);
    lua_pushcclosure(lua, global_get, 1);
    lua_setfield(lua, -2, "__index");
    lua_pushvalue(lua, -3);
    lua_pushcclosure(lua, global_set, 1);
    lua_setfield(lua, -2, "__newindex");
    lua_pushboolean(lua, false);
    lua_setfield(lua, -2, "__metatable");
    lua_setmetatable(lua, -2);
    lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushnil(lua); /* Lua's own list of loaded libraries holds the functions left out */
    lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    return 0;
}

enum hanse_status hanse__sandbox_open(struct hanse_script *script)
{
    if (script->steps_limit == 0) {
        script->steps_limit = default_steps;
    }
    if (script->memory_limit == 0) {
        script->memory_limit = default_memory;
    }
    script->lua = lua_newstate(allocate, script);
    if (script->lua == NULL) {
        return hanse__fail(script->ctx,
                           script->machine_failed ? HANSE_ERR_MEMORY : HANSE_ERR_LIMIT,
                           "memory: the limit leaves no room for Lua itself");
    }
    *(struct hanse_script **)lua_getextraspace(script->lua) = script;
    lua_sethook(script->lua, on_count, LUA_MASKCOUNT, COUNT_EVERY);
    lua_pushcfunction(script->lua, fill_globals);
    return hanse__sandbox_call(script, 0, 0);
}
