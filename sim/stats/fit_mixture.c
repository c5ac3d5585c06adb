/* Mixtures of two exponentials or two gammas by expectation-maximisation. */
#include <math.h>

#include <gsl/gsl_sf_gamma.h>

#include "sim/stats/fit_inside.h"

enum { STEPS_MOST = 2000, STARTS = 3 };
static const double GAIN_LEAST = 1e-9; /* of ln L per value, at which it has arrived */

struct part {
    double shape, scale;
};

struct mixture {
    double share; /* of the first part */
    struct part parts[2];
};

/* Values to work on, with their logarithms. */
struct sample {
    size_t n;
    const double *x, *log_x;
    bool exponential; /* shapes stay 1 */
};

static double log_density(const struct part *part, double constant, double x, double log_x)
{
    return constant + (part->shape - 1.0) * log_x - x / part->scale;
}

static double constant_of(const struct part *part)
{
    return -gsl_sf_lngamma(part->shape) - part->shape * log(part->scale);
}

/* Weighted sums of a part's members. */
struct sums {
    double weight, x, log_x;
};

/* Expectation: who belongs to the first part, and how likely all of it is. */
static double expect(const struct sample *s, const struct mixture *m, struct sums sums[2])
{
    double likelihood = 0.0, c0 = constant_of(&m->parts[0]), c1 = constant_of(&m->parts[1]);
    double log_share = log(m->share), log_rest = log1p(-m->share);
    sums[0] = sums[1] = (struct sums){0.0, 0.0, 0.0};
    for (size_t i = 0; i < s->n; i++) {
        double a = log_share + log_density(&m->parts[0], c0, s->x[i], s->log_x[i]);
        double b = log_rest + log_density(&m->parts[1], c1, s->x[i], s->log_x[i]);
        double gap = b - a;
        double first = gap > 700.0 ? 0.0 : 1.0 / (1.0 + exp(gap));
        likelihood += gap > 0.0 ? b + log1p(exp(-gap)) : a + log1p(exp(gap));
        sums[0].weight += first;
        sums[0].x += first * s->x[i];
        sums[0].log_x += first * s->log_x[i];
        sums[1].weight += 1.0 - first;
        sums[1].x += (1.0 - first) * s->x[i];
        sums[1].log_x += (1.0 - first) * s->log_x[i];
    }
    return likelihood;
}

/* Maximisation: each part is fitted to its members alone. False when one has none left. */
static bool maximise(const struct sample *s, const struct sums sums[2], struct mixture *m)
{
    for (int k = 0; k < 2; k++) {
        if (!(sums[k].weight > 1e-9 * (double)s->n)) {
            return false;
        }
        double mean = sums[k].x / sums[k].weight;
        double gap = log(mean) - sums[k].log_x / sums[k].weight;
        /* a part that shrinks to one value would have an infinite density there */
        m->parts[k].shape = s->exponential ? 1.0 : hanse__fit_gamma_shape(fmax(gap, 1e-7));
        m->parts[k].scale = mean / m->parts[k].shape;
    }
    m->share = sums[0].weight / (double)s->n;
    return true;
}

/* From a cut at rank `cut`: those below make the first part. */
static bool start(const struct sample *s, size_t cut, struct mixture *m)
{
    struct sums sums[2] = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    for (size_t i = 0; i < s->n; i++) {
        struct sums *sum = &sums[i < cut ? 0 : 1];
        sum->weight += 1.0;
        sum->x += s->x[i];
        sum->log_x += s->log_x[i];
    }
    return maximise(s, sums, m);
}

static double climb(const struct sample *s, struct mixture *m)
{
    struct sums sums[2];
    double best = expect(s, m, sums);
    for (int step = 0; step < STEPS_MOST; step++) {
        struct mixture next = *m;
        if (!maximise(s, sums, &next)) {
            break;
        }
        double now = expect(s, &next, sums);
        if (!isfinite(now)) {
            break;
        }
        *m = next;
        if (now - best < GAIN_LEAST * (double)s->n) {
            return now;
        }
        best = now;
    }
    return best;
}

/* The best of several starts. */
static bool search(const struct sample *s, struct mixture *best)
{
    static const double cuts[STARTS] = {0.5, 0.8, 0.2};
    double likelihood = -INFINITY;
    for (int k = 0; k < STARTS; k++) {
        struct mixture m;
        size_t cut = (size_t)(cuts[k] * (double)s->n);
        if (cut < 1 || cut >= s->n || !start(s, cut, &m)) {
            continue;
        }
        double got = climb(s, &m);
        if (got > likelihood) {
            likelihood = got;
            *best = m;
        }
    }
    return isfinite(likelihood);
}

static void keep(const struct mixture *m, double top, struct hanse_variate *law)
{
    law->p[0] = m->share;
    if (law->kind == HANSE_VARIATE_HYPEREXPONENTIAL) {
        law->p[1] = m->parts[0].scale;
        law->p[2] = m->parts[1].scale;
        return;
    }
    for (int k = 0; k < 2; k++) {
        law->p[1 + 2 * k] = m->parts[k].shape;
        law->p[2 + 2 * k] = m->parts[k].scale;
    }
    if (law->kind == HANSE_VARIATE_LOGHYPERGAMMA) {
        law->p[5] = top;
        law->p[6] = 1.0;
    }
}

enum hanse_status hanse__fit_mixture(struct hanse_context *ctx, const double *sorted, size_t n,
                                     struct hanse_variate *law)
{
    bool logs = law->kind == HANSE_VARIATE_LOGHYPERGAMMA;
    size_t most = n < HANSE_FIT_MOST ? n : HANSE_FIT_MOST;
    struct mixture best = {.share = 0.5};
    if (logs && !(sorted[0] > 1.0)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "fit: loghypergamma needs values > 1, got %g",
                           sorted[0]);
    }
    double *x = hanse__alloc(ctx, 2 * most, sizeof *x);
    if (x == NULL) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < most; i++) {
        /* the middle order statistic of each of `most` equal parts */
        double value = sorted[(size_t)(((double)i + 0.5) * (double)n / (double)most)];
        x[i] = logs ? log(value) : value;
        x[most + i] = log(x[i]);
    }
    const struct sample sample = {most, x, x + most,
                                  law->kind == HANSE_VARIATE_HYPEREXPONENTIAL};
    bool found = search(&sample, &best);
    hanse__free(x);
    if (!found) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "fit: %s: no start led anywhere with %zu values",
                           hanse_variate_name(law->kind), n);
    }
    keep(&best, sorted[n - 1], law);
    return HANSE_OK;
}
