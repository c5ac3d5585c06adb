#include "scripting/script.h"

#include <errno.h>
#include <lauxlib.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scripting/declare.h"
#include "scripting/library.h"
#include "sim/process/mechanism.h"

/* --- sources --------------------------------------------------------------------------------
 */

int32_t hanse__source_add(struct hanse_script *script, const char *shown, const char *text,
                          size_t length)
{
    struct hanse_context *ctx = script->ctx;
    struct hanse__source made = {.length = length};
    script->status = HANSE_ERR_MEMORY;
    if (hanse__reserve(ctx, &script->sources, &script->sources_capacity, script->n_sources + 1,
                       sizeof *script->sources) != HANSE_OK) {
        return -1;
    }
    made.name = hanse__strdup(ctx, shown);
    made.text = hanse__alloc(ctx, length + 1, 1);
    if (made.name == NULL || made.text == NULL) {
        hanse__free(made.name);
        hanse__free(made.text);
        return -1;
    }
    memcpy(made.text, text, length);
    script->sources[script->n_sources] = made;
    script->status = HANSE_OK;
    return (int32_t)script->n_sources++;
}

static int32_t read_fail(struct hanse_script *script, enum hanse_status status,
                         const char *shown, const char *what)
{
    script->status = hanse__fail(script->ctx, status, "%s: %s", shown, what);
    return -1;
}

static int32_t read_open_file(struct hanse_script *script, FILE *file, const char *shown)
{
    struct stat about;
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode)) {
        return read_fail(script, HANSE_ERR_INPUT, shown, "must be a file");
    }
    if (about.st_size > HANSE__TEXT_BYTES) {
        return read_fail(script, HANSE_ERR_LIMIT, shown, "must be at most 4 MiB long");
    }
    size_t length = (size_t)about.st_size;
    char *text = hanse__alloc(script->ctx, length + 1, 1);
    if (text == NULL) {
        script->status = HANSE_ERR_MEMORY;
        return -1;
    }
    int32_t source = fread(text, 1, length, file) == length
                         ? hanse__source_add(script, shown, text, length)
                         : read_fail(script, HANSE_ERR_IO, shown, "could not be read");
    hanse__free(text);
    return source;
}

int32_t hanse__source_read(struct hanse_script *script, const char *path, const char *shown)
{
    /* A state of the same scenario sees the same texts, whatever became of the files. */
    for (size_t i = 0; script->parent != NULL && i < script->parent->n_sources; i++) {
        const struct hanse__source *known = &script->parent->sources[i];
        if (strcmp(known->name, shown) == 0) {
            return hanse__source_add(script, shown, known->text, known->length);
        }
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return read_fail(script, HANSE_ERR_INPUT, shown, strerror(errno));
    }
    int32_t source = read_open_file(script, file, shown);
    fclose(file);
    return source;
}

const struct hanse__source *hanse__source_find(const struct hanse_script *script,
                                               const char *shown)
{
    for (size_t i = 0; i < script->n_sources; i++) {
        if (script->sources[i].scan != NULL && strcmp(script->sources[i].name, shown) == 0) {
            return &script->sources[i];
        }
    }
    return NULL;
}

/* The scan runs only on what Lua accepted, so it need not judge the language. */
static bool scan_source(struct hanse_script *script, struct hanse__source *source)
{
    source->scan = hanse__scan_create(script->ctx, source->text, source->length);
    if (source->scan == NULL) {
        script->status = HANSE_ERR_MEMORY;
        return false;
    }
    struct hanse__duplicate twice = hanse__scan_duplicate(source->scan);
    if (twice.line > 0) {
        script->status = hanse__fail(
            script->ctx, HANSE_ERR_INPUT, "%s:%d: key '%.*s' is set twice, first on line %d",
            source->name, twice.line, twice.length, twice.key, twice.first_line);
        return false;
    }
    return true;
}

bool hanse__source_compile(struct hanse_script *script, int32_t i)
{
    struct hanse__source *source = &script->sources[i];
    char chunk[PATH_MAX + 2];
    script->status = HANSE_ERR_INPUT;
    if (source->length > 0 && source->text[0] == LUA_SIGNATURE[0]) {
        hanse__fail(script->ctx, HANSE_ERR_INPUT,
                    "%s:1: scenario: must be Lua text, got a compiled chunk", source->name);
        return false;
    }
    snprintf(chunk, sizeof chunk, "@%s", source->name);
    int status = luaL_loadbufferx(script->lua, source->text, source->length, chunk, "t");
    if (status != LUA_OK) {
        /* A message or, out of memory, the error itself: both are the caller's to raise. */
        if (status == LUA_ERRMEM) {
            lua_error(script->lua);
        }
        hanse__fail(script->ctx, HANSE_ERR_INPUT, "%s", lua_tostring(script->lua, -1));
        return false;
    }
    return scan_source(script, source);
}

/* --- loading --------------------------------------------------------------------------------
 */

static int run_scenario(lua_State *lua)
{
    struct hanse_script *script = hanse__script_of(lua);
    if (!hanse__source_compile(script, 0)) {
        return hanse__raise_broken(lua, HANSE__BROKEN_DECLARATION, script->status,
                                   hanse_context_message(script->ctx));
    }
    lua_call(lua, 0, 0);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushliteral(lua, "hanse_schema");
    lua_rawget(lua, -2);
    if (!lua_isinteger(lua, -1) || lua_tointeger(lua, -1) != 1) {
        const struct hanse__spot spot = {.file = script->sources[0].name, .line = 1};
        return hanse__refuse(lua, &spot,
                             "hanse_schema: must be set to 1 in a scenario; begin "
                             "with hanse_schema = 1");
    }
    hanse__declare_profiled(lua);
    return 0;
}

static enum hanse_status find_folders(struct hanse_script *script, const char *path,
                                      const char *library)
{
    char copy[PATH_MAX], real[PATH_MAX], found[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
        return hanse__fail(script->ctx, HANSE_ERR_INPUT, "%.60s…: path is too long", path);
    }
    if (realpath(dirname(copy), real) == NULL) {
        return hanse__fail(script->ctx, HANSE_ERR_INPUT, "%s: %s", path, strerror(errno));
    }
    script->folder = hanse__strdup(script->ctx, real);
    if (library == NULL && hanse_library_find(script->ctx, found, sizeof found) == HANSE_OK) {
        library = found;
    }
    /* Without a library a scenario can still stand on its own. */
    hanse_context_clear(script->ctx);
    if (library != NULL && realpath(library, real) != NULL) {
        script->library = hanse__strdup(script->ctx, real);
        if (script->library == NULL) {
            return HANSE_ERR_MEMORY;
        }
    }
    return script->folder != NULL ? HANSE_OK : HANSE_ERR_MEMORY;
}

static enum hanse_status load(struct hanse_script *script, const char *path,
                              const char *library, const char *text, size_t length)
{
    HANSE_TRY(find_folders(script, path, library));
    HANSE_TRY(hanse_draft_create(script->ctx, &script->draft));
    int32_t source = text != NULL ? hanse__source_add(script, path, text, length)
                                  : hanse__source_read(script, path, path);
    if (source < 0) {
        return script->status;
    }
    HANSE_TRY(hanse__sandbox_open(script));
    lua_pushcfunction(script->lua, run_scenario);
    return hanse__sandbox_call(script, 0, 0);
}

enum hanse_status hanse_script_load_text(struct hanse_context *ctx, const char *path,
                                         const char *text, size_t length, const char *library,
                                         const struct hanse_script_limits *limits,
                                         struct hanse_script **script)
{
    *script = NULL;
    struct hanse_script *made = hanse__alloc(ctx, 1, sizeof *made);
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    made->ctx = ctx;
    if (limits != NULL) {
        made->steps_limit = limits->instructions;
        made->memory_limit = limits->memory_bytes;
    }
    enum hanse_status status = load(made, path, library, text, length);
    if (status != HANSE_OK) {
        hanse_script_destroy(made);
        return status;
    }
    *script = made;
    return HANSE_OK;
}

enum hanse_status hanse_script_load(struct hanse_context *ctx, const char *path,
                                    const char *library,
                                    const struct hanse_script_limits *limits,
                                    struct hanse_script **script)
{
    return hanse_script_load_text(ctx, path, NULL, 0, library, limits, script);
}

enum hanse_status hanse__script_again(struct hanse_context *ctx,
                                      const struct hanse_script *script,
                                      struct hanse_script **again)
{
    const struct hanse__source *scenario = &script->sources[0];
    struct hanse_script *made = hanse__alloc(ctx, 1, sizeof *made);
    *again = NULL;
    if (made == NULL) {
        return HANSE_ERR_MEMORY;
    }
    made->ctx = ctx;
    made->parent = script;
    made->steps_limit = script->steps_limit;
    made->memory_limit = script->memory_limit;
    enum hanse_status status =
        load(made, scenario->name, script->library, scenario->text, scenario->length);
    if (status != HANSE_OK) {
        hanse_script_destroy(made);
        return status;
    }
    *again = made;
    return HANSE_OK;
}

void hanse_script_destroy(struct hanse_script *script)
{
    if (script == NULL) {
        return;
    }
    if (script->lua != NULL) {
        lua_sethook(script->lua, NULL, 0, 0);
        lua_close(script->lua);
    }
    for (size_t i = 0; i < script->n_sources; i++) {
        hanse__scan_destroy(script->sources[i].scan);
        hanse__free(script->sources[i].name);
        hanse__free(script->sources[i].text);
    }
    for (size_t i = 0; i < script->n_blocks; i++) {
        hanse__free(script->blocks[i]);
    }
    hanse_draft_destroy(script->draft);
    hanse__free(script->sources);
    hanse__free(script->blocks);
    hanse__free(script->folder);
    hanse__free(script->library);
    hanse__free(script);
}

struct hanse_draft *hanse_script_draft(struct hanse_script *script)
{
    return script->draft;
}

size_t hanse_script_n_sources(const struct hanse_script *script)
{
    return script->n_sources;
}

void hanse_script_source(const struct hanse_script *script, size_t i, const char **name,
                         const char **text, size_t *length)
{
    const struct hanse__source *source = &script->sources[i];
    const char *slash = i == 0 ? strrchr(source->name, '/') : NULL;
    *name = slash != NULL ? slash + 1 : source->name;
    *text = source->text;
    *length = source->length;
}
