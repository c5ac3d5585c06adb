/* The text of a workload: models, their parameters, and reading them. */
#include "sim/process/synthetic/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/process/synthetic/synthetic_inside.h"

/* --- the models --------------------------------------------------------------------------- */

static const char SEED[] = "seed of the random streams";
static const char START[] = "hour of the day or week at time 0";
static const char MIX[] = "mixed (batch and interactive), batch, interactive or one-class";
static const char SAID[] =
    "what users say: exact, factor:F, spread:F or modal (Tsafrir et al., 2005)";
static const char LONGEST[] = "the longest allowed; jobs beyond are killed there";
static const char USERS[] =
    "how many users submit, the k-th 1/k as often as the first; 0: unknown";
static const char DAY[] = "weights of equal parts of the day, a/b/c; lublin: that model's";
static const char WEEK[] = "weights of equal parts of the week, from Monday 0 h";
static const char GAPS[] =
    "poisson, a law of the gaps (gamma/mean:1/scv:4), or mmpp with a rate "
    "and a stay per state; scaled to the mean gap";

static const struct hanse_synthetic_param LUBLIN_PARAMS[] = {
    {"jobs", "1", "10000", "number of jobs"},
    {"procs", "1", "128", "processors of the machine"},
    {"load", "1", "", "expected load, by the pace of arrivals; left out: as published"},
    {"mix", "", "mixed", MIX},
    {"seed", "1", "1", SEED},
    {"start", "h", "0", START},
    {"estimates", "", "exact", SAID},
    {"max-estimate", "s", "172800", LONGEST},
    {"users", "1", "0", USERS},
};
static const struct hanse_synthetic_param KTH_PARAMS[] = {
    {"jobs", "1", "28000", "number of jobs"},
    {"procs", "1", "100", "processors of the machine"},
    {"load", "1", "0.7", "expected load, by the pace of arrivals"},
    {"mix", "", "mixed", MIX},
    {"seed", "1", "1", SEED},
    {"start", "h", "0", START},
    {"estimates", "", "modal", SAID},
    {"max-estimate", "s", "172800", LONGEST},
    {"users", "1", "200", USERS},
};
static const struct hanse_synthetic_param GENERAL_PARAMS[] = {
    {"jobs", "1", "10000", "number of jobs"},
    {"procs", "1", NULL, "processors of the machine"},
    {"load", "1", "", "expected load; in place of interval"},
    {"interval", "s", "", "mean time between jobs; in place of load"},
    {"arrivals", "", "poisson", GAPS},
    {"day", "", "", DAY},
    {"week", "", "", WEEK},
    {"runtime", "s", NULL, "law of the runtime"},
    {"width", "1", NULL, "law of the width, rounded up; twostage/...; or table/W:SHARE/..."},
    {"correlation", "1", "0", "rank correlation of width and runtime; needs interval"},
    {"resolution", "s", "1", "times are rounded down to multiples of it; 0: not"},
    {"seed", "1", "1", SEED},
    {"start", "h", "0", START},
    {"estimates", "", "exact", SAID},
    {"max-estimate", "s", "172800", LONGEST},
    {"users", "1", "0", USERS},
};
static const struct hanse_synthetic_param REQUESTS_PARAMS[] = {
    {"requests", "1", "10000", "number of requests"},
    {"interval", "s", NULL, "mean time between requests"},
    {"arrivals", "", "poisson", GAPS},
    {"day", "", "", DAY},
    {"week", "", "", WEEK},
    {"prompt", "1", NULL, "law of the prompt's tokens, rounded up"},
    {"generated", "1", NULL, "law of the generated tokens, rounded up"},
    {"seed", "1", "1", SEED},
    {"start", "h", "0", START},
};

#define ROWS(table) (table), sizeof(table) / sizeof *(table)

static const struct hanse_synthetic_model LUBLIN_MODEL = {
    "lublin99", "Rigid jobs of a supercomputer, as Lublin and Feitelson found them.",
    "Lublin and Feitelson, JPDC 63(11), 2003; m_lublin99.c, Parallel Workloads Archive",
    ROWS(LUBLIN_PARAMS), false};
static const struct hanse_synthetic_model KTH_MODEL = {
    "kth-like", "lublin99 on a machine like KTH's SP2: its size, number of jobs and load.",
    "Parallel Workloads Archive, KTH-SP2-1996: 28,489 jobs, 100 processors, load 0.70",
    ROWS(KTH_PARAMS), false};
static const struct hanse_synthetic_model GENERAL_MODEL = {
    "jobs", "Jobs whose gaps, runtimes and widths are laws of your choice, independent.",
    "docs/workload-models.md", ROWS(GENERAL_PARAMS), false};
static const struct hanse_synthetic_model REQUESTS_MODEL = {
    "requests", "Inference calls whose gaps, prompts and answers are laws of your choice.",
    "docs/workload-models.md", ROWS(REQUESTS_PARAMS), true};

static const struct hanse_synthetic_model *const MODELS[] = {
    &LUBLIN_MODEL, &KTH_MODEL, &GENERAL_MODEL, &REQUESTS_MODEL, NULL};

const struct hanse_synthetic_model *const *hanse_synthetic_models(void)
{
    return MODELS;
}

static const struct hanse_synthetic_model *model_named(const char *text, size_t length)
{
    for (size_t i = 0; MODELS[i] != NULL; i++) {
        if (strlen(MODELS[i]->name) == length && strncmp(MODELS[i]->name, text, length) == 0) {
            return MODELS[i];
        }
    }
    return NULL;
}

bool hanse_synthetic_is(const char *text)
{
    return model_named(text, strcspn(text, ":")) != NULL;
}

/* --- reading ------------------------------------------------------------------------------ */

static enum hanse_status find_model(struct hanse_context *ctx, const char *text,
                                    const struct hanse_synthetic_model **model)
{
    char word[64];
    const char *names[8];
    size_t n = 0;
    *model = model_named(text, strcspn(text, ":"));
    if (*model != NULL) {
        return HANSE_OK;
    }
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, ":"), text);
    for (; MODELS[n] != NULL; n++) {
        names[n] = MODELS[n]->name;
    }
    const char *near = hanse__nearest(word, names, n);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "no synthetic workload '%s'%s%s%s", word,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static enum hanse_status unknown_key(struct hanse_context *ctx,
                                     const struct hanse_synthetic_model *model, const char *key)
{
    const char *names[HANSE_SYNTHETIC_PARAMS_MOST];
    for (uint32_t i = 0; i < model->n_params; i++) {
        names[i] = model->params[i].key;
    }
    const char *near = hanse__nearest(key, names, model->n_params);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: no parameter '%s'%s%s%s", model->name, key,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static enum hanse_status read_pair(struct hanse_context *ctx, struct hanse_synthetic *s,
                                   char *pair)
{
    char *mark = strchr(pair, '=');
    if (mark == NULL || mark == pair || mark[1] == '\0') {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "%s: must be key=value with commas between, "
                           "got '%s'",
                           s->model->name, pair);
    }
    *mark = '\0';
    for (uint32_t i = 0; i < s->model->n_params; i++) {
        if (strcmp(s->model->params[i].key, pair) == 0) {
            if (s->values[i] != NULL) {
                return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: %s is given twice",
                                   s->model->name, pair);
            }
            s->values[i] = mark + 1;
            return HANSE_OK;
        }
    }
    return unknown_key(ctx, s->model, pair);
}

static enum hanse_status read_pairs(struct hanse_context *ctx, struct hanse_synthetic *s,
                                    const char *text)
{
    size_t skip = strcspn(text, ":");
    s->text = hanse__strdup(ctx, text[skip] ? text + skip + 1 : "");
    if (s->text == NULL) {
        return HANSE_ERR_MEMORY;
    }
    char *at = s->text;
    while (*at != '\0') {
        size_t length = strcspn(at, ",");
        bool more = at[length] == ',';
        at[length] = '\0';
        HANSE_TRY(read_pair(ctx, s, at));
        at += length + more;
    }
    for (uint32_t i = 0; i < s->model->n_params; i++) {
        const struct hanse_synthetic_param *param = &s->model->params[i];
        if (s->values[i] == NULL && param->standard == NULL) {
            return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: needs %s=: %s", s->model->name,
                               param->key, param->doc);
        }
    }
    return HANSE_OK;
}

static uint32_t index_of(const struct hanse_synthetic_model *model, const char *key)
{
    uint32_t i = 0;
    while (i < model->n_params && strcmp(model->params[i].key, key) != 0) {
        i++;
    }
    return i;
}

const char *hanse_synthetic_value(const struct hanse_synthetic *s, const char *key)
{
    uint32_t i = index_of(s->model, key);
    if (i == s->model->n_params) {
        return NULL;
    }
    return s->values[i] ? s->values[i] : s->model->params[i].standard;
}

const char *hanse__synthetic_text(const struct hanse_synthetic *s, const char *key)
{
    const char *text = hanse_synthetic_value(s, key);
    return text ? text : "";
}

bool hanse__synthetic_given(const struct hanse_synthetic *s, const char *key)
{
    return hanse__synthetic_text(s, key)[0] != '\0';
}

enum hanse_status hanse__synthetic_number(struct hanse_context *ctx,
                                          const struct hanse_synthetic *s, const char *key,
                                          double low, double high, double *number)
{
    const char *text = hanse__synthetic_text(s, key);
    char *end;
    *number = strtod(text, &end);
    if (end == text || *end != '\0') {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: %s must be a number, got '%s'",
                           s->model->name, key, text);
    }
    if (!(*number >= low && *number <= high)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s must be in [%g, %g], got %s",
                           s->model->name, key, low, high, text);
    }
    return HANSE_OK;
}

enum hanse_status hanse__synthetic_whole(struct hanse_context *ctx,
                                         const struct hanse_synthetic *s, const char *key,
                                         uint64_t low, uint64_t high, uint64_t *number)
{
    double value;
    HANSE_TRY(hanse__synthetic_number(ctx, s, key, (double)low, (double)high, &value));
    if (value != floor(value)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: %s must be a whole number, got %g",
                           s->model->name, key, value);
    }
    *number = (uint64_t)value;
    return HANSE_OK;
}

/* --- the object --------------------------------------------------------------------------- */

static enum hanse_status prepare(struct hanse_context *ctx, struct hanse_synthetic *s)
{
    const char *length = s->model->requests ? "requests" : "jobs";
    HANSE_TRY(hanse__synthetic_whole(ctx, s, length, 0, (uint64_t)1 << 53, &s->length));
    HANSE_TRY(hanse__synthetic_whole(ctx, s, "seed", 0, (uint64_t)1 << 53, &s->seed));
    if (s->model == &GENERAL_MODEL) {
        return hanse__synthetic_general(ctx, s);
    }
    return s->model->requests ? hanse__synthetic_requests(ctx, s)
                              : hanse__synthetic_lublin(ctx, s);
}

enum hanse_status hanse_synthetic_create(struct hanse_context *ctx, const char *text,
                                         struct hanse_synthetic **synthetic)
{
    const struct hanse_synthetic_model *model;
    *synthetic = NULL;
    HANSE_TRY(find_model(ctx, text, &model));
    struct hanse_synthetic *s = hanse__alloc(ctx, 1, sizeof *s);
    if (s == NULL) {
        return HANSE_ERR_MEMORY;
    }
    s->model = model;
    enum hanse_status status = read_pairs(ctx, s, text);
    if (status == HANSE_OK) {
        status = prepare(ctx, s);
    }
    if (status != HANSE_OK) {
        hanse_synthetic_destroy(s);
        return status;
    }
    *synthetic = s;
    return HANSE_OK;
}

void hanse_synthetic_destroy(struct hanse_synthetic *s)
{
    if (s == NULL) {
        return;
    }
    hanse_variate_fini(&s->arrivals.gap);
    hanse_variate_fini(&s->sizes[0]);
    hanse_variate_fini(&s->sizes[1]);
    hanse_widths_fini(&s->widths);
    hanse__free(s->users_below);
    hanse__free(s->text);
    hanse__free(s);
}

const struct hanse_synthetic_model *hanse_synthetic_model_of(const struct hanse_synthetic *s)
{
    return s->model;
}

uint32_t hanse_synthetic_processors(const struct hanse_synthetic *s)
{
    return s->processors;
}

uint64_t hanse_synthetic_length(const struct hanse_synthetic *s)
{
    return s->length;
}
