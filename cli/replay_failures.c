/*
 * `hanse replay --failures`: what fails and what jobs save, as one line of text, and what came
 * of it.
 *
 *     mtbf=60day,repair=4h,checkpoint=daly,checkpoint_cost=5min,restart=10min
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/replay.h"

enum key_type { TIME, NUMBER, COUNT, CHECKPOINT, WORD };

static const char *const REQUEUES[] = {"front", "back", "never", NULL};
static const char *const ANSWERS[] = {"no", "yes", NULL};
static const char *const CHECKPOINTS[] = {"none", "young", "daly", NULL};

enum key {
    MTBF,
    SHAPE,
    REPAIR,
    NODE,
    REQUEUE,
    CHECKPOINT_EACH,
    CHECKPOINT_COST,
    RESTART,
    WALLTIME_KILL,
    ATTEMPTS,
    SEED,
    KEYS
};

static const struct {
    const char *name;
    enum key_type type;
    const char *const *words;
    double low, high; /* low itself is allowed, except of mtbf and shape */
} KEY[KEYS] = {
    [MTBF] = {"mtbf", TIME, NULL, 0.0, 1e12},
    [SHAPE] = {"shape", NUMBER, NULL, 0.0, 100.0},
    [REPAIR] = {"repair", TIME, NULL, 0.0, 1e12},
    [NODE] = {"node", COUNT, NULL, 1.0, 1e6},
    [REQUEUE] = {"requeue", WORD, REQUEUES, 0.0, 0.0},
    [CHECKPOINT_EACH] = {"checkpoint", CHECKPOINT, CHECKPOINTS, 0.0, 1e12},
    [CHECKPOINT_COST] = {"checkpoint_cost", TIME, NULL, 0.0, 1e9},
    [RESTART] = {"restart", TIME, NULL, 0.0, 1e9},
    [WALLTIME_KILL] = {"walltime_kill", WORD, ANSWERS, 0.0, 0.0},
    [ATTEMPTS] = {"attempts", COUNT, NULL, 0.0, 1e6},
    [SEED] = {"seed", COUNT, NULL, 0.0, 9007199254740992.0},
};

/* --- reading --------------------------------------------------------------------------------
 */

static enum hanse_status no_key(struct hanse_context *ctx, const char *name)
{
    const char *names[KEYS];
    for (int k = 0; k < KEYS; k++) {
        names[k] = KEY[k].name;
    }
    const char *near = hanse__nearest(name, names, KEYS);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "--failures: no key '%s'%s%s%s", name,
                       near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                       near != NULL ? "'?" : "");
}

static int find_word(const char *const *words, const char *text)
{
    for (int i = 0; words != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return -1;
}

static enum hanse_status no_word(struct hanse_context *ctx, enum key key, const char *text)
{
    const char *const *words = KEY[key].words;
    size_t n = 0;
    char list[128] = "";
    for (; words[n] != NULL; n++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", n > 0 ? ", " : "", words[n]);
    }
    const char *near = hanse__nearest(text, words, n);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "--failures: %s: must be %s%s, got '%s'%s%s%s",
                       KEY[key].name, KEY[key].type == CHECKPOINT ? "a time or " : "", list,
                       text, near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
                       near != NULL ? "'?" : "");
}

/* Seconds of "5min"; NaN when it is no time. Bare numbers have no unit and are refused. */
static double time_of(const char *text)
{
    static const struct {
        const char *unit;
        double seconds;
    } UNITS[] = {{"s", 1.0},       {"min", 60.0},        {"h", 3600.0},
                 {"day", 86400.0}, {"month", 2628000.0}, {"year", 31536000.0}};
    char *end;
    double number = strtod(text, &end);
    end += *end == '*';
    for (size_t i = 0; end != text && i < sizeof UNITS / sizeof *UNITS; i++) {
        if (strcmp(end, UNITS[i].unit) == 0) {
            return number * UNITS[i].seconds;
        }
    }
    return NAN;
}

static enum hanse_status read_number(struct hanse_context *ctx, enum key key, const char *text,
                                     double *value)
{
    bool is_time = KEY[key].type == TIME || KEY[key].type == CHECKPOINT;
    *value = is_time ? time_of(text) : NAN;
    if (!is_time && !hanse_cli_number(text, value)) {
        *value = NAN;
    }
    bool open = key == MTBF || key == SHAPE || key == CHECKPOINT_EACH;
    bool whole = KEY[key].type != COUNT || *value == floor(*value);
    if (!(*value >= KEY[key].low && *value <= KEY[key].high) || !whole ||
        (open && !(*value > 0.0))) {
        return hanse__fail(
            ctx, HANSE_ERR_INPUT, "--failures: %s: must be %s from %s%g to %g%s, got '%s'",
            KEY[key].name,
            is_time                  ? "a time with its unit (s, min, h, day, "
                                       "month, year)"
            : KEY[key].type == COUNT ? "a whole number"
                                     : "a number",
            open ? "above " : "", KEY[key].low, KEY[key].high, is_time ? " s" : "", text);
    }
    return HANSE_OK;
}

static void keep(struct hanse_interruptions *rules, enum key key, double value, int word)
{
    switch (key) {
    case MTBF:
        rules->mtbf_s = value;
        break;
    case SHAPE:
        rules->shape = value;
        break;
    case REPAIR:
        rules->repair_s = value;
        break;
    case NODE:
        rules->node_processors = (uint32_t)value;
        break;
    case REQUEUE:
        rules->requeue = (enum hanse_requeue)word;
        break;
    case CHECKPOINT_EACH:
        rules->checkpoint = word == 0   ? HANSE_CHECKPOINT_NONE
                            : word == 1 ? HANSE_CHECKPOINT_YOUNG
                            : word == 2 ? HANSE_CHECKPOINT_DALY
                                        : HANSE_CHECKPOINT_EVERY;
        rules->interval_s = word < 0 ? value : 0.0;
        break;
    case CHECKPOINT_COST:
        rules->checkpoint_s = value;
        break;
    case RESTART:
        rules->restart_s = value;
        break;
    case WALLTIME_KILL:
        rules->walltime_kill = word == 1;
        break;
    case ATTEMPTS:
        rules->attempts = (uint32_t)value;
        break;
    default:
        rules->seed = (uint64_t)value;
        break;
    }
}

static enum hanse_status read_pair(struct hanse_context *ctx, char *pair, bool *given,
                                   struct hanse_interruptions *rules)
{
    char *text = strchr(pair, '=');
    if (text == NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "--failures: must be KEY=VALUE,…, got '%s'",
                           pair);
    }
    *text++ = '\0';
    int key = 0;
    while (key < KEYS && strcmp(KEY[key].name, pair) != 0) {
        key++;
    }
    if (key == KEYS) {
        return no_key(ctx, pair);
    }
    if (given[key]) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "--failures: %s: is given twice", pair);
    }
    given[key] = true;
    int word = find_word(KEY[key].words, text);
    double value = 0.0;
    if (word < 0 && KEY[key].type == WORD) {
        return no_word(ctx, (enum key)key, text);
    }
    if (word < 0 && KEY[key].type == CHECKPOINT && isnan(time_of(text))) {
        return no_word(ctx, (enum key)key, text);
    }
    if (word < 0) {
        HANSE_TRY(read_number(ctx, (enum key)key, text, &value));
    }
    keep(rules, (enum key)key, value, word);
    return HANSE_OK;
}

enum hanse_status hanse_cli_failures_read(struct hanse_context *ctx, const char *text,
                                          struct hanse_interruptions *rules)
{
    bool given[KEYS] = {false};
    char *copy = hanse__strdup(ctx, text), *rest = NULL;
    if (copy == NULL) {
        return HANSE_ERR_MEMORY;
    }
    *rules = (struct hanse_interruptions){.node_processors = 1, .seed = 1};
    enum hanse_status status = HANSE_OK;
    for (char *pair = strtok_r(copy, ",", &rest); status == HANSE_OK && pair != NULL;
         pair = strtok_r(NULL, ",", &rest)) {
        status = read_pair(ctx, pair, given, rules);
    }
    hanse__free(copy);
    if (status == HANSE_OK && !given[MTBF]) {
        status = hanse__fail(ctx, HANSE_ERR_INPUT,
                             "--failures: mtbf: is required, the mean time between failures of "
                             "a node");
    }
    bool saves = rules->checkpoint != HANSE_CHECKPOINT_NONE;
    bool optimum = saves && rules->checkpoint != HANSE_CHECKPOINT_EVERY;
    if (status == HANSE_OK && given[CHECKPOINT_COST] && !saves) {
        status = hanse__fail(ctx, HANSE_ERR_INPUT,
                             "--failures: checkpoint_cost: goes with checkpoint");
    }
    if (status == HANSE_OK && optimum && !(rules->checkpoint_s > 0.0)) {
        status = hanse__fail(ctx, HANSE_ERR_INPUT,
                             "--failures: checkpoint: young and daly need a checkpoint_cost "
                             "above 0");
    }
    return status;
}

/* --- saying ---------------------------------------------------------------------------------
 */

/* The report's figures, counts first. */
static const struct {
    const char *name, *unit;
    size_t offset;
    bool count;
} FIGURES[] = {
#define COUNTED(member)                                                                        \
    {                                                                                          \
#member, "", offsetof(struct hanse_interruption_report, member), true                  \
    }
#define TIMED(name, unit, member)                                                              \
    {                                                                                          \
        name, unit, offsetof(struct hanse_interruption_report, member), false                  \
    }
    COUNTED(failures),
    COUNTED(interrupted),
    COUNTED(killed),
    COUNTED(lost),
    TIMED("goodput", "1", goodput),
    TIMED("effective_time_ratio", "1", effective_time_ratio),
    TIMED("mtti", "s", mtti_s),
    TIMED("useful", "s", useful_s),
    TIMED("occupied", "s", occupied_s),
    TIMED("checkpoints", "s", checkpoint_s),
    TIMED("restarts", "s", restart_s),
    TIMED("wasted", "s", wasted_s),
};
enum { N_FIGURES = sizeof FIGURES / sizeof *FIGURES };

static double figure(const struct hanse_interruption_report *report, int i)
{
    const char *at = (const char *)report + FIGURES[i].offset;
    uint64_t count;
    double number;
    memcpy(&count, at, sizeof count);
    memcpy(&number, at, sizeof number);
    return FIGURES[i].count ? (double)count : number;
}

void hanse_cli_failures_print(const struct hanse_interruption_report *report)
{
    printf("\n");
    for (int i = 0; i < N_FIGURES; i++) {
        double value = figure(report, i);
        bool plain = FIGURES[i].count || strcmp(FIGURES[i].unit, "1") == 0;
        printf("%-20s  ", FIGURES[i].name);
        if (isnan(value)) {
            printf("unknown\n");
        } else if (isinf(value)) {
            printf("never\n");
        } else {
            printf(FIGURES[i].count ? "%.0f%s%s\n" : "%.8g%s%s\n", value, plain ? "" : " ",
                   plain ? "" : FIGURES[i].unit);
        }
    }
}

void *hanse_cli_failures_json(const struct hanse_interruption_report *report)
{
    json_t *object = json_object();
    for (int i = 0; i < N_FIGURES; i++) {
        double value = figure(report, i);
        json_object_set_new(object, FIGURES[i].name,
                            !isfinite(value)   ? json_null()
                            : FIGURES[i].count ? json_integer((json_int_t)value)
                                               : json_real(value));
    }
    return object;
}
