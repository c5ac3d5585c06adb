#include "sim/stats/rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct place {
    double value;
    size_t at;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    /* Equal values may come in any order: they share their rank. */
    return (a->value > b->value) - (a->value < b->value);
}

static bool any_nan(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i])) {
            return true;
        }
    }
    return false;
}

static void share_ranks(const struct place *places, size_t n, double *ranks)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && places[end].value == places[i].value; end++) {
        }
        for (size_t k = i; k < end; k++) {
            ranks[places[k].at] = 0.5 * (double)(i + 1 + end);
        }
    }
}

enum hanse_status hanse_ranks(struct hanse_context *ctx, const double *values, size_t n,
                              double *ranks)
{
    if (any_nan(values, n)) {
        for (size_t i = 0; i < n; i++) {
            ranks[i] = NAN;
        }
        return HANSE_OK;
    }
    if (n == 0) {
        return HANSE_OK;
    }
    struct place *places = hanse__alloc(ctx, n, sizeof *places);
    if (!places) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        places[i] = (struct place){values[i], i};
    }
    qsort(places, n, sizeof *places, compare_places);
    share_ranks(places, n, ranks);
    hanse__free(places);
    return HANSE_OK;
}

/* Ranks scaled to mean 0 and sum of squares 1, so that a dot product is a correlation.
 * `varies` tells whether there was anything to scale; if not the scores are all 0. */
static enum hanse_status scores(struct hanse_context *ctx, const double *values, size_t n,
                                double *out, bool *varies)
{
    HANSE_TRY(hanse_ranks(ctx, values, n, out));
    double mean = 0.5 * (double)(n + 1), squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        out[i] -= mean;
        squares += out[i] * out[i];
    }
    *varies = squares != 0.0;
    for (size_t i = 0; i < n && *varies; i++) {
        out[i] /= sqrt(squares);
    }
    return HANSE_OK;
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

enum hanse_status hanse_spearman(struct hanse_context *ctx, const double *x, const double *y,
                                 size_t n, double *correlation)
{
    if (n < 2) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "rank correlation: needs at least 2 observations, got %zu", n);
    }
    double *work = hanse__alloc(ctx, 2 * n, sizeof *work);
    if (!work) {
        return HANSE_ERR_MEMORY;
    }
    bool x_varies = false, y_varies = false;
    enum hanse_status status = scores(ctx, x, n, work, &x_varies);
    if (status == HANSE_OK) {
        status = scores(ctx, y, n, work + n, &y_varies);
    }
    if (status == HANSE_OK) {
        double r = x_varies && y_varies ? dot(work, work + n, n) : NAN;
        *correlation = isnan(r) ? NAN : fmax(-1.0, fmin(1.0, r));
    }
    hanse__free(work);
    return status;
}

/* Cholesky factor of the k x k correlation matrix r, in its lower half; false when a pivot
 * says that an input is a function of those before it. */
static bool factorise(double *r, size_t k)
{
    for (size_t j = 0; j < k; j++) {
        for (size_t i = j; i < k; i++) {
            double sum = r[i * k + j];
            for (size_t m = 0; m < j; m++) {
                sum -= r[i * k + m] * r[j * k + m];
            }
            if (i == j && !(sum > 1e-10)) {
                return false;
            }
            r[i * k + j] = i == j ? sqrt(sum) : sum / r[j * k + j];
        }
    }
    return true;
}

/* Solves L L' b = b in place. */
static void solve(const double *l, size_t k, double *b)
{
    for (size_t i = 0; i < k; i++) {
        for (size_t m = 0; m < i; m++) {
            b[i] -= l[i * k + m] * b[m];
        }
        b[i] /= l[i * k + i];
    }
    for (size_t i = k; i-- > 0;) {
        for (size_t m = i + 1; m < k; m++) {
            b[i] -= l[m * k + i] * b[m];
        }
        b[i] /= l[i * k + i];
    }
}

/* The sample as scores: one column per input that varies, and y's. */
struct regression {
    size_t n, n_inputs, k; /* k of the inputs vary */
    double *column;        /* n, a scratch */
    double *input;         /* n_inputs columns of n; the first k are in use */
    double *answer;        /* n */
    double *matrix;        /* k x k correlations */
    double *with_answer;   /* k correlations with y */
    double *coefficient;   /* k */
    size_t *which;         /* k: the input a column belongs to */
};

static enum hanse_status fill(struct hanse_context *ctx, struct regression *reg,
                              const double *x)
{
    for (size_t j = 0; j < reg->n_inputs; j++) {
        bool varies;
        for (size_t i = 0; i < reg->n; i++) {
            reg->column[i] = x[i * reg->n_inputs + j];
        }
        HANSE_TRY(scores(ctx, reg->column, reg->n, reg->input + reg->k * reg->n, &varies));
        if (varies) {
            reg->which[reg->k++] = j;
        }
    }
    return HANSE_OK;
}

static enum hanse_status regress(struct hanse_context *ctx, struct regression *reg)
{
    size_t n = reg->n, k = reg->k;
    for (size_t j = 0; j < k; j++) {
        for (size_t i = 0; i < k; i++) {
            reg->matrix[j * k + i] = dot(reg->input + j * n, reg->input + i * n, n);
        }
        reg->with_answer[j] = dot(reg->input + j * n, reg->answer, n);
        reg->coefficient[j] = reg->with_answer[j];
    }
    if (!factorise(reg->matrix, k)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "rank regression: the %zu inputs determine one another", k);
    }
    solve(reg->matrix, k, reg->coefficient);
    return HANSE_OK;
}

static enum hanse_status split(struct hanse_context *ctx, struct regression *reg,
                               const double *x, const double *y, double *share,
                               double *explained)
{
    bool y_varies;
    HANSE_TRY(scores(ctx, y, reg->n, reg->answer, &y_varies));
    HANSE_TRY(fill(ctx, reg, x));
    bool known =
        y_varies && !any_nan(reg->answer, reg->n) && !any_nan(reg->input, reg->k * reg->n);
    if (known) {
        HANSE_TRY(regress(ctx, reg));
    }
    *explained = known ? 0.0 : NAN;
    for (size_t j = 0; j < reg->n_inputs; j++) {
        share[j] = known ? 0.0 : NAN;
    }
    for (size_t j = 0; j < reg->k && known; j++) {
        share[reg->which[j]] = reg->coefficient[j] * reg->with_answer[j];
        *explained += share[reg->which[j]];
    }
    return HANSE_OK;
}

enum hanse_status hanse_rank_shares(struct hanse_context *ctx, const double *x, const double *y,
                                    size_t n, size_t n_inputs, double *share, double *explained)
{
    if (n < n_inputs + 2) {
        return hanse__fail(
            ctx, HANSE_ERR_DOMAIN,
            "rank regression: %zu inputs need at least %zu observations, got %zu", n_inputs,
            n_inputs + 2, n);
    }
    size_t columns = n * (n_inputs + 2), small = n_inputs * (n_inputs + 2);
    double *work = hanse__alloc(ctx, columns + small, sizeof *work);
    size_t *which = hanse__alloc(ctx, n_inputs + 1, sizeof *which);
    enum hanse_status status = HANSE_ERR_MEMORY;
    if (work && which) {
        struct regression reg = {.n = n, .n_inputs = n_inputs, .which = which};
        reg.column = work;
        reg.answer = reg.column + n;
        reg.input = reg.answer + n;
        reg.with_answer = reg.input + n * n_inputs;
        reg.coefficient = reg.with_answer + n_inputs;
        reg.matrix = reg.coefficient + n_inputs;
        status = split(ctx, &reg, x, y, share, explained);
    }
    hanse__free(which);
    hanse__free(work);
    return status;
}
