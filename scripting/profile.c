/*
 * profile = "NAME" of an accelerator: its rates of service from a profile's card, with their
 * spread.
 *
 * A card is a small table, profiles/NAME.csv beside the scenario or in the library, that `hanse
 * calibrate --card` writes: for each precision what a device reaches, whole steps of a model,
 * in prefill and in decode, and how sure that is. Its text is kept with the result like every
 * text a scenario reads, with its hash.
 *
 * The accelerator's efficiencies become formulas over three parameters that a replication
 * draws:
 *
 *     compute_efficiency = min(1, compute rate × NAME_compute × NAME_engine ÷ peak)
 *     memory_efficiency  = min(1, memory rate × NAME_memory × NAME_engine ÷ bandwidth)
 *
 * each lognormal with median 1; NAME_engine is what the two have in common.
 *
 * A card also holds the profile's kernels, one a row. They become `kernels` and `kernel_rates`,
 * which whole steps of a model with an architecture go by (sim/process/steps.h): a rate times
 * NAME_compute where FLOP bind at the card's two rates and NAME_memory where bytes do, never
 * past the peak. engine_factor, engine_gap and engine_request are an unknown engine's ÷
 * NAME_engine.
 */
#include <lauxlib.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scripting/csv_box.h"
#include "scripting/declare.h"
#include "scripting/quantity.h"
#include "sim/model/rated.h"
#include "sim/process/predict/inference.h"

static const char profiled_key[] = "hanse.profiled";       /* the latest card's name */
static const char factors_key[] = "hanse.profile_factors"; /* parameter's name → quantity */

static const double Z95 = 1.6448536269514722; /* low and high are 5 % and 95 % quantiles */

struct card {
    double compute, compute_log_sd, memory, memory_log_sd, common_log_sd;
    enum hanse_evidence evidence;
    char source[512];
    enum hanse_precision precision;
    int words, rates; /* where on the stack lists of its kernels and their rates are */
};

/* --- the card ----------------------------------------------------------------------------- */

static const char *cell(lua_State *lua, const struct hanse__spot *spot, struct hanse_csv *csv,
                        const char *column)
{
    return hanse__csv_cell(lua, spot, csv, "the card", column);
}

static double cell_number(lua_State *lua, const struct hanse__spot *spot, struct hanse_csv *csv,
                          const char *column, bool positive)
{
    const char *text = cell(lua, spot, csv, column);
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= 0.0) || isinf(number) ||
        (positive && number == 0.0)) {
        hanse__refuse(lua, spot, "the card's %s must be %s, got '%s'", column,
                      positive ? "> 0" : ">= 0", text);
    }
    return number;
}

static void read_row(lua_State *lua, const struct hanse__spot *spot, struct hanse_csv *csv,
                     struct card *card)
{
    const char *evidence = cell(lua, spot, csv, "evidence");
    card->compute = cell_number(lua, spot, csv, "compute_flop_per_s", true);
    card->compute_log_sd = cell_number(lua, spot, csv, "compute_log_sd", false);
    card->memory = cell_number(lua, spot, csv, "memory_byte_per_s", true);
    card->memory_log_sd = cell_number(lua, spot, csv, "memory_log_sd", false);
    card->common_log_sd = cell_number(lua, spot, csv, "common_log_sd", false);
    if (!hanse_evidence_parse(evidence, &card->evidence)) {
        hanse__refuse(lua, spot, "the card has unknown evidence '%s'", evidence);
    }
    snprintf(card->source, sizeof card->source, "%.500s", cell(lua, spot, csv, "source"));
}

/* Adds a kernel's word and rate to the lists. */
static void read_kernel(lua_State *lua, const struct hanse__spot *spot, struct hanse_csv *csv,
                        const struct card *card)
{
    char word[HANSE__KERNEL_WORD];
    const char *shape = cell(lua, spot, csv, "shape"), *text = word;
    struct hanse_rate rate;
    int n = snprintf(word, sizeof word, "%s/%s%s%s", cell(lua, spot, csv, "kernel"),
                     cell(lua, spot, csv, "precision"), *shape != '\0' ? "/" : "", shape);
    if (n >= (int)sizeof word || !hanse__kernel_word(&text, &rate) || *text != '\0') {
        hanse__refuse(lua, spot, "the card has no kernel, precision and shape in '%.100s'",
                      word);
    }
    lua_Integer next = (lua_Integer)lua_rawlen(lua, card->words) + 1;
    lua_pushstring(lua, word);
    lua_rawseti(lua, card->words, next);
    lua_pushnumber(lua, cell_number(lua, spot, csv, "rate", true));
    lua_rawseti(lua, card->rates, next);
    hanse__charge(lua, 16);
}

/* All rows: the one of a precision, which must be there, and the kernels. A card may have no
 * kernels, then it has no column of them. */
static void read_rows(lua_State *lua, const struct hanse__spot *spot, struct hanse_csv *csv,
                      const char *precision, struct card *card)
{
    char known[256] = "";
    bool found = false, kernels = hanse_csv_column(csv, "kernel") >= 0;
    for (;;) {
        hanse__pass(lua, hanse_csv_next(csv));
        if (hanse_csv_fields(csv) == NULL) {
            break;
        }
        if (kernels && *cell(lua, spot, csv, "kernel") != '\0') {
            read_kernel(lua, spot, csv, card);
            continue;
        }
        const char *word = cell(lua, spot, csv, "precision");
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", used > 0 ? ", " : "", word);
        if (strcmp(word, precision) == 0) {
            read_row(lua, spot, csv, card);
            found = true;
        }
    }
    if (!found) {
        hanse__refuse(lua, spot, "the card has no rates in %s; it has %s", precision, known);
    }
}

static void read_card(lua_State *lua, const struct hanse__spot *spot, const char *name,
                      const char *precision, struct card *card)
{
    struct hanse_script *script = hanse__script_of(lua);
    char file[160], path[PATH_MAX], shown[PATH_MAX];
    if (strlen(name) > 100 || name[0] == '\0' ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0') {
        hanse__refuse(lua, spot, "must be a name of small letters, digits and '_', got '%s'",
                      name);
    }
    snprintf(file, sizeof file, "profiles/%s.csv", name);
    if (!hanse__find_file(script, file, path, sizeof path, shown, sizeof shown)) {
        hanse__refuse(lua, spot,
                      "there is no %s beside the scenario or in the library; 'hanse calibrate "
                      "--card %s' makes one of a device of the catalogue",
                      file, name);
    }
    struct hanse_csv *csv = hanse__csv_open(lua, path, shown);
    read_rows(lua, spot, csv, precision, card);
    lua_pop(lua, 1);
}

/* --- from the card to formulas ------------------------------------------------------------ */

/* Pushes the parameter NAME_WHAT, made at its first use: devices that share a profile share its
 * luck. */
static void push_factor(lua_State *lua, const struct hanse__spot *spot, const char *name,
                        const char *what, double log_sd, const struct card *card)
{
    char full[128], label[160];
    snprintf(full, sizeof full, "%s_%s", name, what);
    if (lua_getfield(lua, LUA_REGISTRYINDEX, factors_key) != LUA_TTABLE) {
        lua_pop(lua, 1);
        lua_newtable(lua);
        lua_pushvalue(lua, -1);
        lua_setfield(lua, LUA_REGISTRYINDEX, factors_key);
    }
    if (lua_getfield(lua, -1, full) == LUA_TNIL) {
        uint32_t index;
        lua_pop(lua, 1);
        snprintf(label, sizeof label, "%s of %s relative to its profile's median", what, name);
        struct hanse_param param = {.name = full,
                                    .label = label,
                                    .unit = "1",
                                    .low = exp(-Z95 * log_sd),
                                    .mid = 1.0,
                                    .high = exp(Z95 * log_sd),
                                    .min = exp(-4.0 * log_sd),
                                    .max = exp(4.0 * log_sd),
                                    .origin = hanse__declared_at(spot)};
        param.origin.source = card->source;
        param.origin.evidence = card->evidence;
        hanse__pass(lua, hanse_draft_param(hanse__script_of(lua)->draft, &param, &index));
        struct hanse__quantity *quantity = hanse__quantity_push(lua, 1);
        quantity->terms[0] = (struct hanse_term){.op = HANSE_OP_PARAM, .param = index};
        hanse__quantity_mark(lua, card->source, card->evidence);
        lua_pushvalue(lua, -1);
        lua_setfield(lua, -3, full);
    }
    lua_remove(lua, -2);
}

/* Pushes min(1, rate × factors ÷ peak); the peak is on top of the stack. */
static void push_share(lua_State *lua, const struct hanse__spot *spot, const char *name,
                       const char *what, double rate, double log_sd, const char *unit,
                       const struct card *card)
{
    int peak = lua_gettop(lua);
    struct hanse_unit parsed = {.scale = 1};
    hanse__pass(lua, hanse_unit_parse(hanse__script_of(lua)->ctx, unit, &parsed));
    lua_getfield(lua, LUA_REGISTRYINDEX, "hanse.minute"); /* `min`, when called */
    hanse__quantity_push_number(lua, rate * parsed.scale, &parsed.dim);
    hanse__quantity_mark(lua, card->source, card->evidence);
    if (log_sd > 0.0) {
        push_factor(lua, spot, name, what, log_sd, card);
        lua_arith(lua, LUA_OPMUL);
    }
    if (card->common_log_sd > 0.0) {
        push_factor(lua, spot, name, "engine", card->common_log_sd, card);
        lua_arith(lua, LUA_OPMUL);
    }
    lua_pushvalue(lua, peak);
    lua_arith(lua, LUA_OPDIV);
    lua_pushinteger(lua, 1);
    lua_call(lua, 2, 1);
}

static void set_share(lua_State *lua, const struct hanse__declaration *declaration,
                      uint32_t entity, const char *key)
{
    struct hanse__spot spot = hanse__declaration_spot(declaration, "profile");
    struct hanse_value value;
    hanse__value_read(lua, -1, "1", &spot, &value);
    struct hanse_origin origin = hanse__declared_at(&spot);
    hanse__pass(lua,
                hanse_draft_set(hanse__script_of(lua)->draft, entity, key, &value, &origin));
}

/* --- kernels --------------------------------------------------------------------------------
 */

/* What binds the kernel at the card's two rates; NULL: neither, it goes between devices. */
static const char *bound_of(const struct hanse_rate *rate, const struct card *card)
{
    struct hanse_work work = hanse_kernel_work(rate->kernel, rate->precision, &rate->shape);
    if (rate->kernel == HANSE_KERNEL_RING_ALLREDUCE) {
        return NULL;
    }
    bool known = work.bytes > 0.0;
    bool computes = known ? work.flop / card->compute >= work.bytes / card->memory
                          : hanse_kernel_kind(rate->kernel)->unit == HANSE_FLOP_PER_S;
    return computes ? "compute" : "memory";
}

/* Pushes min(peak, a) of the plain quantity on top, when the peak is known and not passed at
 * the median. */
static void cap(lua_State *lua, const struct hanse__declaration *declaration, const char *key,
                const char *unit, double rate)
{
    double peak;
    struct hanse_unit parsed = {.scale = 1};
    hanse__pass(lua, hanse_unit_parse(hanse__script_of(lua)->ctx, unit, &parsed));
    lua_getfield(lua, LUA_REGISTRYINDEX, "hanse.minute");
    lua_insert(lua, -2);
    lua_getfield(lua, declaration->table, key);
    const struct hanse__quantity *given = hanse__quantity_at(lua, -1);
    if (given == NULL ||
        (hanse__quantity_constant(given, &peak) && peak / parsed.scale < rate)) {
        lua_pop(lua, 1);
        lua_remove(lua, -2);
        return;
    }
    hanse__quantity_push_number(lua, parsed.scale, &parsed.dim);
    lua_arith(lua, LUA_OPDIV);
    lua_call(lua, 2, 1);
}

/* Pushes a kernel's rate as the draws have it. */
static void push_rate(lua_State *lua, const struct hanse__declaration *declaration,
                      const char *name, const struct hanse_rate *rate, const struct card *card)
{
    struct hanse__spot spot = hanse__declaration_spot(declaration, "profile");
    const char *bound = bound_of(rate, card);
    bool computes = bound != NULL && strcmp(bound, "compute") == 0;
    double log_sd = bound == NULL ? 0.0 : computes ? card->compute_log_sd : card->memory_log_sd;
    hanse__quantity_push_number(lua, rate->rate, &(struct hanse_dim){{0}});
    hanse__quantity_mark(lua, card->source, card->evidence);
    if (log_sd > 0.0) {
        push_factor(lua, &spot, name, bound, log_sd, card);
        lua_arith(lua, LUA_OPMUL);
        if (!computes) {
            cap(lua, declaration, "bandwidth", "B/s", rate->rate);
        } else if (hanse__is_product(rate, (int32_t)card->precision)) {
            cap(lua, declaration, "peak", "FLOP/s", rate->rate);
        }
    }
}

static void set_value(lua_State *lua, const struct hanse__declaration *declaration,
                      uint32_t entity, const char *key, const char *unit,
                      const struct card *card)
{
    struct hanse__spot spot = hanse__declaration_spot(declaration, "profile");
    struct hanse_value value;
    hanse__value_read(lua, -1, unit, &spot, &value);
    value.source = value.source != NULL ? value.source : card->source;
    value.evidence = value.evidence != HANSE_EVIDENCE_NONE ? value.evidence : card->evidence;
    struct hanse_origin origin = hanse__declared_at(&spot);
    hanse__pass(lua,
                hanse_draft_set(hanse__script_of(lua)->draft, entity, key, &value, &origin));
}

/* Leaves the list of rates, with their draws, in place of the plain ones, and the words as one
 * text on top. */
static void build_kernels(lua_State *lua, const struct hanse__declaration *declaration,
                          const char *name, const struct card *card)
{
    lua_Integer n = (lua_Integer)lua_rawlen(lua, card->words);
    luaL_Buffer text;
    for (lua_Integer i = 1; i <= n; i++) {
        struct hanse_rate rate;
        lua_rawgeti(lua, card->words, i);
        const char *word = lua_tostring(lua, -1);
        hanse__kernel_word(&word, &rate);
        lua_rawgeti(lua, card->rates, i);
        rate.rate = lua_tonumber(lua, -1);
        lua_pop(lua, 2);
        push_rate(lua, declaration, name, &rate, card);
        lua_rawseti(lua, card->rates, i);
    }
    luaL_buffinit(lua, &text);
    for (lua_Integer i = 1; i <= n; i++) {
        if (i > 1) {
            luaL_addchar(&text, ' ');
        }
        lua_rawgeti(lua, card->words, i);
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
}

/* The engine that nobody measured, in the luck of NAME_engine, where none is stated. */
static void declare_engine(lua_State *lua, const struct hanse__declaration *declaration,
                           uint32_t entity, const char *name, const struct card *card)
{
    const struct hanse_engine engine = hanse_engine_unknown();
    const struct {
        const char *key, *unit;
        double number;
    } terms[] = {{"engine_factor", "1", engine.device_factor},
                 {"engine_gap", "s", engine.gap_s},
                 {"engine_request", "s", engine.request_s}};
    struct hanse__spot spot = hanse__declaration_spot(declaration, "profile");
    for (size_t i = 0; i < sizeof terms / sizeof *terms && card->common_log_sd > 0.0; i++) {
        if (lua_getfield(lua, declaration->table, terms[i].key) == LUA_TNIL) {
            struct hanse_unit unit = {.scale = 1};
            hanse__pass(lua,
                        hanse_unit_parse(hanse__script_of(lua)->ctx, terms[i].unit, &unit));
            hanse__quantity_push_number(lua, terms[i].number * unit.scale, &unit.dim);
            hanse__quantity_mark(lua, card->source, card->evidence);
            push_factor(lua, &spot, name, "engine", card->common_log_sd, card);
            lua_arith(lua, LUA_OPDIV);
            set_value(lua, declaration, entity, terms[i].key, terms[i].unit, card);
        }
    }
}

static void declare_kernels(lua_State *lua, const struct hanse__declaration *declaration,
                            uint32_t entity, const char *name, const struct card *card)
{
    static const char *const keys[] = {"kernels", "kernel_rates", "kernel_precision"};
    struct hanse__spot spot = hanse__declaration_spot(declaration, "profile");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (lua_getfield(lua, declaration->table, keys[i]) != LUA_TNIL) {
            hanse__refuse(lua, &spot, "gives %s; leave one of the two out", keys[i]);
        }
    }
    if (lua_rawlen(lua, card->words) == 0) {
        struct card none = {.evidence = HANSE_EVIDENCE_ASSUMPTION};
        snprintf(none.source, sizeof none.source,
                 "no kernels in profiles/%.100s.csv: every model is served at the two rates "
                 "that llama-3-8b reaches",
                 name);
        lua_pushliteral(lua, "");
        set_value(lua, declaration, entity, "kernels", "1", &none);
        return;
    }
    build_kernels(lua, declaration, name, card);
    set_value(lua, declaration, entity, "kernels", "1", card);
    lua_pushvalue(lua, card->rates);
    set_value(lua, declaration, entity, "kernel_rates", "1", card);
    lua_pushstring(lua, hanse_precision_name(card->precision));
    set_value(lua, declaration, entity, "kernel_precision", "1", card);
    declare_engine(lua, declaration, entity, name, card);
}

void hanse__declare_profiled(lua_State *lua)
{
    if (lua_getfield(lua, LUA_REGISTRYINDEX, profiled_key) == LUA_TSTRING) {
        hanse__declare_plain_models(lua, lua_tostring(lua, -1));
    }
    lua_pop(lua, 1);
}

void hanse__declare_profile(lua_State *lua, const struct hanse__declaration *declaration,
                            uint32_t entity)
{
    static const struct {
        const char *key, *peak;
    } shares[] = {{"compute_efficiency", "peak"}, {"memory_efficiency", "bandwidth"}};
    int top = lua_gettop(lua);
    struct hanse__spot spot = hanse__declaration_spot(declaration, "profile");
    struct card card;
    const char *name = hanse__declaration_text(lua, declaration, "profile");
    if (name == NULL) {
        lua_settop(lua, top);
        return;
    }
    const char *precision = hanse__declaration_text(lua, declaration, "profile_precision");
    precision = precision != NULL ? precision : "bf16";
    lua_newtable(lua);
    card.words = lua_gettop(lua);
    lua_newtable(lua);
    card.rates = lua_gettop(lua);
    read_card(lua, &spot, name, precision, &card);
    card.precision = hanse_precision_named(precision);
    for (int i = 0; i < 2; i++) {
        if (lua_getfield(lua, declaration->table, shares[i].key) != LUA_TNIL) {
            hanse__refuse(lua, &spot, "gives %s; leave one of the two out", shares[i].key);
        }
        if (lua_getfield(lua, declaration->table, shares[i].peak) == LUA_TNIL) {
            hanse__refuse(lua, &spot, "needs %s beside it", shares[i].peak);
        }
        push_share(lua, &spot, name, i == 0 ? "compute" : "memory",
                   i == 0 ? card.compute : card.memory,
                   i == 0 ? card.compute_log_sd : card.memory_log_sd, i == 0 ? "FLOP/s" : "B/s",
                   &card);
        set_share(lua, declaration, entity, shares[i].key);
    }
    declare_kernels(lua, declaration, entity, name, &card);
    lua_pushstring(lua, name);
    lua_setfield(lua, LUA_REGISTRYINDEX, profiled_key);
    lua_settop(lua, top);
}
