/*
 * architecture = "NAME" of a model: its layers and widths from reference/models.csv.
 *
 * The row becomes the model's own fields, each with the row's source and evidence, so that
 * nothing depends on the table afterwards. What a model does not state of parameters,
 * active_parameters and kv_per_token is counted from the widths; what it states must agree
 * (sim/model/nouns_models.c).
 *
 * A model without one is served at two rates wherever it runs. On an accelerator with a profile
 * those were found from whole steps of another model; each such model's `layers` then carries
 * that as an assumption, for `hanse check` and the report to show.
 */
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scripting/csv_box.h"
#include "scripting/declare.h"
#include "scripting/quantity.h"
#include "sim/model/transformer.h"

static const char plain_key[] = "hanse.plain_models"; /* list of {entity, file, line} */

enum { MOST_MODELS = 512 };

static const struct {
    const char *key;
    size_t offset;
    bool flag;
} COLUMNS[] = {
#define COUNT(key, member)                                                                     \
    {                                                                                          \
        key, offsetof(struct hanse_transformer, member), false                                 \
    }
#define FLAG(key, member)                                                                      \
    {                                                                                          \
        key, offsetof(struct hanse_transformer, member), true                                  \
    }
    COUNT("layers", layers),
    COUNT("hidden", hidden),
    COUNT("heads", heads),
    COUNT("kv_heads", kv_heads),
    COUNT("head_width", width),
    COUNT("ffn", ffn),
    COUNT("vocabulary", vocabulary),
    FLAG("gated", gated),
    FLAG("tied", tied),
    COUNT("experts", experts),
    COUNT("experts_used", experts_used),
    COUNT("shared_ffn", shared_ffn),
    COUNT("dense_layers", dense_layers),
    COUNT("dense_ffn", dense_ffn),
#undef COUNT
#undef FLAG
};
enum { N_COLUMNS = sizeof COLUMNS / sizeof *COLUMNS };

struct row {
    struct hanse_transformer model;
    char source[512];
    enum hanse_evidence evidence;
};

/* --- the table ------------------------------------------------------------------------------
 */

static const char *cell(lua_State *lua, const struct hanse__spot *spot, struct hanse_csv *csv,
                        const char *column)
{
    return hanse__csv_cell(lua, spot, csv, "reference/models.csv", column);
}

static void read_row(lua_State *lua, const struct hanse__spot *spot, struct hanse_csv *csv,
                     const char *name, struct row *row)
{
    for (size_t i = 0; i < N_COLUMNS; i++) {
        char *end;
        const char *text = cell(lua, spot, csv, COLUMNS[i].key);
        long long count = strtoll(text, &end, 10);
        if (end == text || *end != '\0' || count < 0) {
            hanse__refuse(lua, spot, "reference/models.csv: %s of '%s' must be whole, got '%s'",
                          COLUMNS[i].key, name, text);
        }
        if (COLUMNS[i].flag) {
            *(bool *)((char *)&row->model + COLUMNS[i].offset) = count != 0;
        } else {
            *(int64_t *)((char *)&row->model + COLUMNS[i].offset) = count;
        }
    }
    const char *evidence = cell(lua, spot, csv, "evidence");
    snprintf(row->model.name, sizeof row->model.name, "%.40s", name);
    snprintf(row->source, sizeof row->source, "%s of models.csv: %.440s", row->model.name,
             cell(lua, spot, csv, "source"));
    if (!hanse_evidence_parse(evidence, &row->evidence)) {
        hanse__refuse(lua, spot, "reference/models.csv has unknown evidence '%s'", evidence);
    }
    hanse__pass(lua, hanse_transformer_check(hanse__script_of(lua)->ctx, &row->model));
}

/* Names the nearest of the ids that are listed in the table on top of the stack. */
static void no_row(lua_State *lua, const struct hanse__spot *spot, const char *name)
{
    const char *names[MOST_MODELS];
    char hint[160];
    int list = lua_gettop(lua);
    size_t n = lua_rawlen(lua, list);
    n = n < MOST_MODELS ? n : MOST_MODELS;
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(lua, list, (lua_Integer)i + 1);
        names[i] = lua_tostring(lua, -1); /* the list keeps it */
        lua_pop(lua, 1);
    }
    hanse__refuse(lua, spot,
                  "no model '%s' in reference/models.csv%s; 'hanse catalog models' "
                  "lists them",
                  name, hanse__suggest(hint, sizeof hint, name, names, n));
}

static void find_row(lua_State *lua, const struct hanse__spot *spot, const char *name,
                     struct row *row)
{
    static const char file[] = "reference/models.csv";
    struct hanse_script *script = hanse__script_of(lua);
    char path[PATH_MAX], shown[PATH_MAX];
    if (!hanse__find_file(script, file, path, sizeof path, shown, sizeof shown)) {
        hanse__refuse(lua, spot, "there is no %s beside the scenario or in the library", file);
    }
    struct hanse_csv *csv = hanse__csv_open(lua, path, shown);
    lua_newtable(lua);
    for (lua_Integer i = 1;; i++) {
        hanse__pass(lua, hanse_csv_next(csv));
        if (hanse_csv_fields(csv) == NULL) {
            no_row(lua, spot, name);
        }
        const char *id = cell(lua, spot, csv, "id");
        if (strcmp(id, name) == 0) {
            read_row(lua, spot, csv, name, row);
            return;
        }
        lua_pushstring(lua, id);
        lua_rawseti(lua, -2, i);
    }
}

/* --- fields of the model --------------------------------------------------------------------
 */

/* Sets a field to the quantity or plain number on top of the stack. */
static void set_field(lua_State *lua, const struct hanse__declaration *declaration,
                      uint32_t entity, const char *key, const char *unit, const struct row *row)
{
    struct hanse__spot spot = hanse__declaration_spot(declaration, "architecture");
    struct hanse_value value;
    hanse__value_read(lua, -1, unit, &spot, &value);
    value.source = row->source;
    value.evidence = row->evidence;
    struct hanse_origin origin = hanse__declared_at(&spot);
    hanse__pass(lua,
                hanse_draft_set(hanse__script_of(lua)->draft, entity, key, &value, &origin));
}

static void set_columns(lua_State *lua, const struct hanse__declaration *declaration,
                        uint32_t entity, const struct row *row)
{
    struct hanse__spot spot = hanse__declaration_spot(declaration, "architecture");
    int top = lua_gettop(lua);
    for (size_t i = 0; i < N_COLUMNS; i++, lua_settop(lua, top)) {
        const char *at = (const char *)&row->model + COLUMNS[i].offset;
        if (lua_getfield(lua, declaration->table, COLUMNS[i].key) != LUA_TNIL) {
            hanse__refuse(lua, &spot, "gives %s; leave one of the two out", COLUMNS[i].key);
        }
        if (COLUMNS[i].flag) {
            lua_pushboolean(lua, *(const bool *)at);
        } else {
            lua_pushinteger(lua, (lua_Integer) * (const int64_t *)at);
        }
        set_field(lua, declaration, entity, COLUMNS[i].key, "1", row);
    }
}

/* Pushes 2 layers kv_heads width elements a token, each of bytes_per_parameter. */
static void push_cache(lua_State *lua, const struct hanse__declaration *declaration,
                       const struct hanse_transformer *model)
{
    struct hanse_context *ctx = hanse__script_of(lua)->ctx;
    struct hanse_unit per_token = {.scale = 1}, byte = {.scale = 1};
    hanse__pass(lua, hanse_unit_parse(ctx, "1/token", &per_token));
    hanse__pass(lua, hanse_unit_parse(ctx, "B", &byte));
    hanse__quantity_push_number(
        lua, hanse_transformer_cache_bytes(model, 1.0) * per_token.scale, &per_token.dim);
    if (lua_getfield(lua, declaration->table, "bytes_per_parameter") == LUA_TNIL) {
        lua_pop(lua, 1);
        hanse__quantity_push_number(lua, 2.0 * byte.scale, &byte.dim);
    }
    lua_arith(lua, LUA_OPMUL);
}

static void set_unstated(lua_State *lua, const struct hanse__declaration *declaration,
                         uint32_t entity, const struct row *row)
{
    if (lua_getfield(lua, declaration->table, "parameters") == LUA_TNIL) {
        lua_pushnumber(lua, hanse_transformer_parameters(&row->model));
        set_field(lua, declaration, entity, "parameters", "1", row);
    }
    if (lua_getfield(lua, declaration->table, "active_parameters") == LUA_TNIL &&
        row->model.experts > 0) {
        lua_pushnumber(lua, hanse_transformer_active_parameters(&row->model));
        set_field(lua, declaration, entity, "active_parameters", "1", row);
    }
    if (lua_getfield(lua, declaration->table, "kv_per_token") == LUA_TNIL) {
        push_cache(lua, declaration, &row->model);
        set_field(lua, declaration, entity, "kv_per_token", "B/token", row);
    }
}

/* Remembers a model that names none, for when all is declared. */
static void keep_plain(lua_State *lua, const struct hanse__declaration *declaration,
                       uint32_t entity)
{
    if (lua_getfield(lua, declaration->table, "layers") != LUA_TNIL) {
        return;
    }
    if (lua_getfield(lua, LUA_REGISTRYINDEX, plain_key) != LUA_TTABLE) {
        lua_newtable(lua);
        lua_pushvalue(lua, -1);
        lua_setfield(lua, LUA_REGISTRYINDEX, plain_key);
    }
    lua_createtable(lua, 3, 0);
    lua_pushinteger(lua, (lua_Integer)entity);
    lua_rawseti(lua, -2, 1);
    lua_pushstring(lua, declaration->spot.file);
    lua_rawseti(lua, -2, 2);
    lua_pushinteger(lua, declaration->spot.line);
    lua_rawseti(lua, -2, 3);
    lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
}

void hanse__declare_architecture(lua_State *lua, const struct hanse__declaration *declaration,
                                 uint32_t entity)
{
    int top = lua_gettop(lua);
    struct row row = {.evidence = HANSE_EVIDENCE_NONE};
    struct hanse__spot spot = hanse__declaration_spot(declaration, "architecture");
    const char *name = hanse__declaration_text(lua, declaration, "architecture");
    if (name == NULL) {
        keep_plain(lua, declaration, entity);
    } else {
        find_row(lua, &spot, name, &row);
        set_columns(lua, declaration, entity, &row);
        set_unstated(lua, declaration, entity, &row);
    }
    lua_settop(lua, top);
}

void hanse__declare_plain_models(lua_State *lua, const char *card)
{
    struct hanse_term zero = {.op = HANSE_OP_CONSTANT};
    char source[256];
    snprintf(source, sizeof source,
             "no architecture: served at the two rates that llama-3-8b reaches on %.80s, "
             "whatever the model",
             card);
    const struct hanse_value none = {.type = HANSE_VALUE_FORMULA,
                                     .formula = {.terms = &zero, .n_terms = 1},
                                     .source = source,
                                     .evidence = HANSE_EVIDENCE_ASSUMPTION};
    int top = lua_gettop(lua);
    if (lua_getfield(lua, LUA_REGISTRYINDEX, plain_key) == LUA_TTABLE) {
        lua_Integer n = (lua_Integer)lua_rawlen(lua, -1);
        for (lua_Integer i = 1; i <= n; i++) {
            lua_rawgeti(lua, top + 1, i);
            lua_rawgeti(lua, top + 2, 1);
            lua_rawgeti(lua, top + 2, 2);
            lua_rawgeti(lua, top + 2, 3);
            const struct hanse_origin origin = {.file = lua_tostring(lua, top + 4),
                                                .line = (int)lua_tointeger(lua, top + 5),
                                                .how = HANSE_HOW_DECLARED};
            hanse__pass(lua, hanse_draft_set(hanse__script_of(lua)->draft,
                                             (uint32_t)lua_tointeger(lua, top + 3), "layers",
                                             &none, &origin));
            lua_settop(lua, top + 1);
        }
    }
    lua_settop(lua, top);
}
