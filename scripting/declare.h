/*
 * Declaring: what a script's tables become in the draft.
 *
 * A spot is where a message points: file, line, and the kind, name and key it is about. Any
 * refusal breaks the script for good, so that pcall cannot make a typo disappear.
 */
#ifndef HANSE_SCRIPTING_DECLARE_H
#define HANSE_SCRIPTING_DECLARE_H

#include "scripting/sandbox.h"
#include "scripting/scan.h"

struct hanse__spot {
    const char *file;
    int line;
    const char *kind, *name, *key; /* NULL: left out */
};

/* A declaration under way: its table on the stack and its constructor in the text. */
struct hanse__declaration {
    int table;
    const struct hanse__scan *scan; /* NULL: the table was computed */
    int32_t node;                   /* -1: likewise */
    struct hanse__spot spot;        /* of the call */
};

/* Raises "file:line: kind 'name': key: message". */
int hanse__refuse(lua_State *lua, const struct hanse__spot *spot, const char *format, ...)
    HANSE_PRINTF(3, 4);
/* Raises the context's message when status isn't OK. */
void hanse__pass(lua_State *lua, enum hanse_status status);

/* Reads the call that is running: one table as its argument, after `hanse_schema = 1`. */
struct hanse__declaration hanse__declaration_begin(lua_State *lua, const char *constructor);
/* The spot of a key of the declaration. */
struct hanse__spot hanse__declaration_spot(const struct hanse__declaration *declaration,
                                           const char *key);
/* Refuses every key that isn't among the sorted-or-not `keys`, and keys that are no texts. */
void hanse__declaration_keys(lua_State *lua, const struct hanse__declaration *declaration,
                             const char *const *keys, size_t n_keys);
/* A text without zero bytes under `key`, pushed; NULL (nil pushed) when absent. */
const char *hanse__declaration_text(lua_State *lua,
                                    const struct hanse__declaration *declaration,
                                    const char *key);
/* profile = "NAME" of an accelerator: gives its efficiencies (scripting/profile.c). */
void hanse__declare_profile(lua_State *lua, const struct hanse__declaration *declaration,
                            uint32_t entity);
/* Once all is declared: says of models without an architecture how a profile serves them. */
void hanse__declare_profiled(lua_State *lua);
/* architecture = "NAME" of a model: gives its layers and widths (scripting/architecture.c). */
void hanse__declare_architecture(lua_State *lua, const struct hanse__declaration *declaration,
                                 uint32_t entity);
/* Marks the models without one as served at the two rates of `card`. */
void hanse__declare_plain_models(lua_State *lua, const char *card);
struct hanse_origin hanse__declared_at(const struct hanse__spot *spot);

/* Makes the value at `index` one of the draft's. What it points to is pushed onto the stack or
 * reachable from the value. `unit`: what a plain number must be, NULL when not known; a bare
 * number where another unit than "1" is due is refused. */
void hanse__value_read(lua_State *lua, int index, const char *unit,
                       const struct hanse__spot *spot, struct hanse_value *value);
/* The unit wanted at a path, "1" for what is no number; NULL when the path leads nowhere. */
const char *hanse__path_unit(const struct hanse_draft *draft, const char *path);

/* Calls a method of a view with the arguments on the stack and pushes what it answers. What it
 * refuses breaks the script, with the line that called it. */
struct hanse_hook_method;
int hanse__hook_method(lua_State *lua, const struct hanse_hook_method *method, void *self);
/* Makes the table on top a view: what it lacks is an error that names the nearest, and nothing
 * can be written into it. */
void hanse__view_seal(lua_State *lua);

/* The marker that `absent` is. */
void hanse__push_absent(lua_State *lua);
bool hanse__is_absent(lua_State *lua, int index);

#endif
