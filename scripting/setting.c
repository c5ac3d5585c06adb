/* --set path=expression: a value from the command line, read in the scenario's sandbox. */
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "scripting/declare.h"

enum { LONGEST_ARGUMENT = 4000 };

/* Memory that lives as long as the script. */
static void *keep(struct hanse_script *script, size_t n, size_t size)
{
    if (hanse__reserve(script->ctx, &script->blocks, &script->blocks_capacity,
                       script->n_blocks + 1, sizeof *script->blocks) != HANSE_OK) {
        return NULL;
    }
    void *block = hanse__alloc(script->ctx, n + 1, size);
    if (block != NULL) {
        script->blocks[script->n_blocks++] = block;
    }
    return block;
}

static bool keep_text(struct hanse_script *script, const char **text)
{
    if (*text == NULL) {
        return true;
    }
    char *copy = keep(script, strlen(*text), 1);
    if (copy != NULL) {
        *text = strcpy(copy, *text);
    }
    return copy != NULL;
}

/* Replaces what the value borrows from Lua by copies of the script's own. */
static bool keep_value(struct hanse_script *script, struct hanse_value *value)
{
    struct hanse_formula *formula = &value->formula;
    if (!keep_text(script, &value->text) || !keep_text(script, &value->source)) {
        return false;
    }
    if (value->type == HANSE_VALUE_FORMULA) {
        struct hanse_term *terms = keep(script, formula->n_terms, sizeof *terms);
        if (terms == NULL) {
            return false;
        }
        memcpy(terms, formula->terms, formula->n_terms * sizeof *terms);
        formula->terms = terms;
    }
    if (value->type == HANSE_VALUE_LIST) {
        struct hanse_value *items = keep(script, value->n_items, sizeof *items);
        for (size_t i = 0; items != NULL && i < value->n_items; i++) {
            items[i] = value->items[i];
            if (!keep_value(script, &items[i])) {
                return false;
            }
        }
        value->items = items;
        return items != NULL;
    }
    return true;
}

/* Arguments: the expression, the path and the value to fill, as light userdata. */
static int read_setting(lua_State *lua)
{
    struct hanse_script *script = hanse__script_of(lua);
    const char *expression = lua_touserdata(lua, 1), *path = lua_touserdata(lua, 2);
    struct hanse_value *value = lua_touserdata(lua, 3);
    char text[LONGEST_ARGUMENT + 16];
    snprintf(text, sizeof text, "return %s", expression);
    if (luaL_loadbufferx(lua, text, strlen(text), "=--set", "t") != LUA_OK) {
        return lua_error(lua);
    }
    lua_call(lua, 0, LUA_MULTRET);
    struct hanse__spot spot = {.file = "--set", .line = 1, .kind = path};
    if (lua_gettop(lua) != 4) {
        return hanse__refuse(lua, &spot, "expected one value, got %d", lua_gettop(lua) - 3);
    }
    hanse__value_read(lua, 4, hanse__path_unit(script->draft, path), &spot, value);
    if (!keep_value(script, value)) {
        hanse__pass(lua, HANSE_ERR_MEMORY);
    }
    return 0;
}

/* "--set:1: …" would point to a line that nobody wrote. */
static enum hanse_status name_argument(struct hanse_script *script, enum hanse_status status,
                                       const char *path)
{
    const char *message = hanse_context_message(script->ctx);
    const char lead[] = "--set:1: ";
    if (strncmp(message, lead, strlen(lead)) != 0) {
        return status;
    }
    message += strlen(lead);
    size_t length = strlen(path);
    if (strncmp(message, path, length) == 0 && message[length] == ':') {
        message += length + 2;
    }
    return hanse__fail(script->ctx, status, "--set %s: %s", path, message);
}

enum hanse_status hanse_script_setting(struct hanse_context *ctx, struct hanse_script *script,
                                       const char *argument, struct hanse_setting *setting)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument || equals[1] == '\0' ||
        strlen(argument) > LONGEST_ARGUMENT) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "--set %.80s: must read path=value, at most %d bytes long", argument,
                           LONGEST_ARGUMENT);
    }
    char *path = keep(script, (size_t)(equals - argument), 1);
    if (path == NULL) {
        return HANSE_ERR_MEMORY;
    }
    memcpy(path, argument, (size_t)(equals - argument));
    *setting = (struct hanse_setting){.path = path};
    lua_State *lua = script->lua;
    lua_pushcfunction(lua, read_setting);
    lua_pushlightuserdata(lua, (void *)(uintptr_t)(equals + 1));
    lua_pushlightuserdata(lua, path);
    lua_pushlightuserdata(lua, &setting->value);
    enum hanse_status status = hanse__sandbox_call(script, 3, 0);
    return status == HANSE_OK ? HANSE_OK : name_argument(script, status, path);
}
