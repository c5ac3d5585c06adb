#include "output/influence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/quantile.h"
#include "sim/stats/rank.h"

/* Sampled inputs beside the answer, replications as rows; failed ones left out. */
struct sample {
    struct hanse_variable *inputs;
    size_t n_inputs, n;
    double *x, *y, *share, *column;
};

static void sample_fini(struct sample *s)
{
    hanse__free(s->inputs);
    hanse__free(s->x);
    hanse__free(s->y);
    hanse__free(s->share);
    hanse__free(s->column);
    *s = (struct sample){0};
}

/* Value of a design variable [replication] or [case, replication]. */
static double input_at(const struct hanse_variable *v, size_t which, size_t replication)
{
    size_t n = v->dims[v->rank - 1];

    return v->rank == 2 ? v->data[which * n + replication] : v->data[replication];
}

static bool varies(const struct hanse_variable *v, size_t which)
{
    size_t n = v->dims[v->rank - 1];
    double first = NAN;

    for (size_t i = 0; i < n; i++) {
        double value = input_at(v, which, i);

        if (isnan(first)) {
            first = value;
        } else if (!isnan(value) && value != first) {
            return true;
        }
    }
    return false;
}

static bool is_input(const struct hanse_digest *digest, const struct hanse_variable *v,
                     size_t which)
{
    return (v->rank == 1 || (v->rank == 2 && v->dims[0] == digest->n_cases)) &&
           v->dims[v->rank - 1] == digest->n_replications && varies(v, which);
}

static enum hanse_status find_inputs(const struct hanse_digest *digest, struct sample *s,
                                     size_t which)
{
    const char *const *names = NULL;
    size_t n = 0;

    /* A scenario without parameters has no /design. */
    if (hanse_results_list(digest->results, "/design", &names, &n) != HANSE_OK) {
        hanse_context_clear(digest->ctx);
        n = 0;
    }
    s->inputs = hanse__alloc(digest->ctx, n + 1, sizeof *s->inputs);
    if (!s->inputs) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        struct hanse_variable *v = &s->inputs[s->n_inputs];
        char path[160];

        snprintf(path, sizeof path, "/design/%.140s", names[i]);
        HANSE_TRY(hanse_results_variable(digest->results, path, v));
        s->n_inputs += is_input(digest, v, which) ? 1 : 0;
    }
    return HANSE_OK;
}

static enum hanse_status fill(const struct hanse_digest *digest, struct sample *s,
                              const char *output, size_t which, size_t window)
{
    size_t rows = digest->n_replications;

    s->x = hanse__alloc(digest->ctx, rows * s->n_inputs + 1, sizeof *s->x);
    s->y = hanse__alloc(digest->ctx, rows + 1, sizeof *s->y);
    s->column = hanse__alloc(digest->ctx, rows + 1, sizeof *s->column);
    s->share = hanse__alloc(digest->ctx, s->n_inputs + 1, sizeof *s->share);
    if (!s->x || !s->y || !s->column || !s->share) {
        return HANSE_ERR_MEMORY;
    }
    if (!hanse__digest_sample(digest, output, which, window, s->column)) {
        return HANSE_OK;
    }
    for (size_t i = 0; i < rows; i++) {
        if (isnan(s->column[i])) {
            continue;
        }
        for (size_t j = 0; j < s->n_inputs; j++) {
            s->x[s->n * s->n_inputs + j] = input_at(&s->inputs[j], which, i);
        }
        s->y[s->n++] = s->column[i];
    }
    return HANSE_OK;
}

static enum hanse_status describe(const struct hanse_digest *digest, struct sample *s,
                                  size_t input, struct hanse_influence *influence)
{
    const struct hanse_variable *v = &s->inputs[input];

    for (size_t i = 0; i < s->n; i++) {
        s->column[i] = s->x[i * s->n_inputs + input];
    }
    HANSE_TRY(hanse_spearman(digest->ctx, s->column, s->y, s->n, &influence->direction));
    hanse_sort(s->column, s->n);
    influence->p05 = hanse_quantile_sorted(s->column, s->n, 0.05);
    influence->p95 = hanse_quantile_sorted(s->column, s->n, 0.95);
    influence->label = v->long_name && v->long_name[0] ? v->long_name : v->name;
    influence->unit = v->unit;
    influence->share = s->share[input];
    return HANSE_OK;
}

/* Larger share first; equal ones by name, so that the order is always the same. */
static int by_share(const void *a, const void *b)
{
    const struct hanse_influence *x = a, *y = b;

    return x->share > y->share ? -1 : x->share < y->share ? 1 : strcmp(x->label, y->label);
}

static enum hanse_status split(const struct hanse_digest *digest, struct sample *s,
                               struct hanse_influences *influences)
{
    influences->items = hanse__alloc(digest->ctx, s->n_inputs + 1, sizeof *influences->items);
    if (!influences->items) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < s->n_inputs; i++) {
        HANSE_TRY(describe(digest, s, i, &influences->items[i]));
    }
    qsort(influences->items, s->n_inputs, sizeof *influences->items, by_share);
    return HANSE_OK;
}

enum hanse_status hanse__influences_init(struct hanse_influences *influences,
                                         const struct hanse_digest *digest, const char *output,
                                         size_t which_case, size_t window)
{
    struct sample s = {0};
    enum hanse_status status = find_inputs(digest, &s, which_case);

    *influences = (struct hanse_influences){.explained = NAN};
    if (status == HANSE_OK) {
        status = fill(digest, &s, output, which_case, window);
    }
    influences->n = s.n_inputs;
    influences->n_used = s.n;
    if (status == HANSE_OK && s.n_inputs > 0 && s.n >= s.n_inputs + 2) {
        status = hanse_rank_shares(digest->ctx, s.x, s.y, s.n, s.n_inputs, s.share,
                                   &influences->explained);
        if (status == HANSE_ERR_DOMAIN) { /* inputs that determine one another */
            influences->explained = NAN;
            hanse_context_clear(digest->ctx);
            status = HANSE_OK;
        }
        if (status == HANSE_OK && !isnan(influences->explained)) {
            status = split(digest, &s, influences);
        }
    }
    sample_fini(&s);
    if (status != HANSE_OK) {
        hanse__influences_fini(influences);
    }
    return status;
}

void hanse__influences_fini(struct hanse_influences *influences)
{
    hanse__free(influences->items);
    *influences = (struct hanse_influences){0};
}
