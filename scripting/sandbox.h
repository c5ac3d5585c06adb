/*
 * The sandbox: a Lua state in which a stranger's text can do no harm.
 *
 * It has its own allocator with a limit, and counts steps: instructions of the machine, plus
 * what our C functions charge for work whose size the script chooses, plus a charge per byte
 * allocated. Past a limit the script is broken, and stays so: every further step and every
 * pcall raises again, so the script cannot catch its way out. A refused declaration breaks it
 * too: a typo is never swallowed.
 *
 * What is missing is missing on purpose: no io, os, debug, load, coroutines, finalisers or
 * weak tables. What is there is deterministic: ordered pairs, stable sort, no addresses.
 *
 * Functions with a lua_State raise Lua errors (longjmp), so they own nothing when they do:
 * whatever they allocate is a Lua userdata.
 */
#ifndef HANSE_SCRIPTING_SANDBOX_H
#define HANSE_SCRIPTING_SANDBOX_H

#include <lua.h>

#include "scripting/script.h"

enum hanse__broken {
    HANSE__BROKEN_NOT,
    HANSE__BROKEN_STEPS,
    HANSE__BROKEN_MEMORY,
    HANSE__BROKEN_DECLARATION,
};

enum {
    HANSE__TEXT_BYTES = 4 << 20, /* longest text a script may make, largest file it may read */
    HANSE__MESSAGE_BYTES = 1024,
};

struct hanse__scan;

/* A text that was read: the scenario, a module or a table. */
struct hanse__source {
    char *name; /* as messages show it */
    char *text;
    size_t length;
    struct hanse__scan *scan; /* Lua texts only */
};

struct hanse_script {
    struct hanse_context *ctx;
    struct hanse_draft *draft;
    lua_State *lua;
    uint64_t steps, steps_limit;
    size_t memory, memory_limit;
    enum hanse__broken broken;
    enum hanse_status status;              /* what the load returns when it fails */
    char message[HANSE__MESSAGE_BYTES];    /* why it is broken */
    char refused_at[HANSE__MESSAGE_BYTES]; /* "file:line: " of the last refused allocation */
    size_t refused_text; /* bytes, when a single text was too long; 0: all memory together */
    bool machine_failed; /* the machine refused, not we */
    double cpu_s;        /* processor time when this call into Lua began */
    uint32_t counts;
    char *folder, *library;             /* real paths; library may be NULL */
    const struct hanse_script *parent;  /* whose texts are run again; NULL: read afresh */
    const struct hanse_hook_call *call; /* under way; NULL none */
    uint64_t n_calls;                   /* so far: a view is good for its own call only */
    struct hanse__source *sources;
    size_t n_sources, sources_capacity;
    void **blocks; /* what settings point to */
    size_t n_blocks, blocks_capacity;
};

struct hanse_script *hanse__script_of(lua_State *lua);

/* Makes the state and fills its globals. */
enum hanse_status hanse__sandbox_open(struct hanse_script *script);
/* Calls the function and arguments on the stack under fresh limits; results as lua_pcall. On
 * failure the message is on the context and the stack is empty. */
enum hanse_status hanse__sandbox_call(struct hanse_script *script, int n_args, int n_results);

/* Counts `steps` of work done in C; raises when past the limit. */
void hanse__charge(lua_State *lua, uint64_t steps);

/* Where the innermost running Lua code stands; "?" and 0 when there is none. */
const char *hanse__where(lua_State *lua, int *line);
/* Raises "file:line: message", the position being that of the innermost Lua code. */
int hanse__raise(lua_State *lua, const char *format, ...) HANSE_PRINTF(2, 3);
/* Raises a message that is whole already and breaks the script for good. */
int hanse__raise_broken(lua_State *lua, enum hanse__broken why, enum hanse_status status,
                        const char *message);

/* Reads a file of at most HANSE__TEXT_BYTES into the script's sources; -1 with a message on
 * the context when it cannot. `shown` is how messages name it. */
int32_t hanse__source_read(struct hanse_script *script, const char *path, const char *shown);
int32_t hanse__source_add(struct hanse_script *script, const char *shown, const char *text,
                          size_t length);
/* The Lua source that messages call `shown`, or NULL. */
const struct hanse__source *hanse__source_find(const struct hanse_script *script,
                                               const char *shown);
/* Loads source i as a function onto the stack; false with a message on the context. */
bool hanse__source_compile(struct hanse_script *script, int32_t i);

/* The pieces that fill the table of globals on top of the stack. */
void hanse__open_base(lua_State *lua);
void hanse__open_tables(lua_State *lua);
void hanse__open_text(lua_State *lua);
void hanse__open_quantities(lua_State *lua);
void hanse__open_declare(lua_State *lua);
void hanse__open_params(lua_State *lua);
void hanse__open_modules(lua_State *lua);
void hanse__open_reference(lua_State *lua);

/* Runs the script's texts once more in a state of its own; its draft is of no use. */
enum hanse_status hanse__script_again(struct hanse_context *ctx,
                                      const struct hanse_script *script,
                                      struct hanse_script **again);
/* Functions among a scenario's values: keeps the one at `index` and says its number. */
int32_t hanse__hook_keep(lua_State *lua, int index);

/* Finds NAME under the script's folder, then under the library's, never outside either.
 * `path` gets the real path, `shown` how to name it. False when there is none. */
bool hanse__find_file(const struct hanse_script *script, const char *name, char *path,
                      size_t path_size, char *shown, size_t shown_size);
/* " (did you mean 'x'?)" or "". */
const char *hanse__suggest(char *text, size_t size, const char *word, const char *const *names,
                           size_t n_names);

#endif
