/* Laws from their moments, as text and back. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sf_gamma.h>

#include "sim/stats/variate.h"

/* --- from moments ------------------------------------------------------------------------- */

/* scv + 1 of a Weibull law, falling in its shape. */
static double weibull_spread(double shape)
{
    return exp(gsl_sf_lngamma(1.0 + 2.0 / shape) - 2.0 * gsl_sf_lngamma(1.0 + 1.0 / shape));
}

static void weibull_of(struct hanse_variate *law, double mean, double scv)
{
    double low = log(0.1), high = log(1e6);
    for (int i = 0; i < 200; i++) {
        double middle = 0.5 * (low + high);
        if (weibull_spread(exp(middle)) > 1.0 + scv) {
            low = middle;
        } else {
            high = middle;
        }
    }
    law->p[0] = exp(0.5 * (low + high));
    law->p[1] = mean / gsl_sf_gamma(1.0 + 1.0 / law->p[0]);
}

static void balanced_of(struct hanse_variate *law, double mean, double scv)
{
    double share = 0.5 * (1.0 + sqrt((scv - 1.0) / (scv + 1.0)));
    law->p[0] = share;
    law->p[1] = mean / (2.0 * share);
    law->p[2] = mean / (2.0 * (1.0 - share));
}

static const char *broken_scv(enum hanse_variate_kind kind, double scv)
{
    switch (kind) {
    case HANSE_VARIATE_CONSTANT:
        return scv == 0.0 ? NULL : "must be 0";
    case HANSE_VARIATE_EXPONENTIAL:
        return scv == 1.0 ? NULL : "must be 1";
    case HANSE_VARIATE_HYPEREXPONENTIAL:
        return scv >= 1.0 ? NULL : "must be >= 1";
    case HANSE_VARIATE_WEIBULL:
        return scv > 0.0 && scv <= 1e4 ? NULL : "must be in (0, 10000]";
    case HANSE_VARIATE_GAMMA:
    case HANSE_VARIATE_LOGNORMAL:
        return scv > 0.0 ? NULL : "must be > 0";
    default:
        return "can't be given: the law has more than two moments to fix, give its parameters";
    }
}

enum hanse_status hanse_variate_of_moments(struct hanse_context *ctx,
                                           enum hanse_variate_kind kind, double mean,
                                           double scv, struct hanse_variate *law)
{
    const char *rule = broken_scv(kind, scv);
    if (!(mean > 0.0) || !isfinite(mean)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: mean must be > 0, got %g",
                           hanse_variate_name(kind), mean);
    }
    if (rule || !isfinite(scv)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: scv %s, got %g",
                           hanse_variate_name(kind), rule ? rule : "must be finite", scv);
    }
    *law = (struct hanse_variate){.kind = kind, .p = {mean}};
    if (kind == HANSE_VARIATE_GAMMA) {
        law->p[0] = 1.0 / scv;
        law->p[1] = mean * scv;
    } else if (kind == HANSE_VARIATE_LOGNORMAL) {
        law->p[1] = sqrt(log1p(scv));
        law->p[0] = log(mean) - 0.5 * law->p[1] * law->p[1];
    } else if (kind == HANSE_VARIATE_WEIBULL) {
        weibull_of(law, mean, scv);
    } else if (kind == HANSE_VARIATE_HYPEREXPONENTIAL) {
        balanced_of(law, mean, scv);
    }
    return HANSE_OK;
}

/* --- reading ------------------------------------------------------------------------------ */

/* Reads the number at *at and steps past it and one '/'. */
static enum hanse_status read_number(struct hanse_context *ctx, const char *text,
                                     const char **at, double *number)
{
    char *end;
    *number = strtod(*at, &end);
    if (end == *at || (*end != '/' && *end != '\0') || !isfinite(*number) ||
        isspace((unsigned char)**at)) {
        return hanse__fail(ctx, HANSE_ERR_INPUT,
                           "law '%s': must have numbers after '/', got '%.*s'", text,
                           (int)strcspn(*at, "/"), *at);
    }
    *at = *end == '/' ? end + 1 : NULL;
    return HANSE_OK;
}

static enum hanse_status read_kind(struct hanse_context *ctx, const char *text,
                                   struct hanse_variate *law)
{
    const char *names[HANSE_N_VARIATES];
    char word[32];
    size_t length = strcspn(text, "/");
    snprintf(word, sizeof word, "%.*s", (int)length, text);
    for (uint32_t k = 0; k < HANSE_N_VARIATES; k++) {
        names[k] = hanse_variate_name(k);
        if (strcmp(names[k], word) == 0) {
            *law = (struct hanse_variate){.kind = k};
            return HANSE_OK;
        }
    }
    const char *near = hanse__nearest(word, names, HANSE_N_VARIATES);
    return hanse__fail(ctx, HANSE_ERR_INPUT, "law '%s': no such law%s%s%s", word,
                       near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* mean:M or mean:M/scv:X */
static enum hanse_status read_moments(struct hanse_context *ctx, const char *text,
                                      const char *at, struct hanse_variate *law)
{
    double mean, scv = law->kind == HANSE_VARIATE_CONSTANT ? 0.0 : 1.0;
    at += strlen("mean:");
    HANSE_TRY(read_number(ctx, text, &at, &mean));
    if (at == NULL && law->kind > HANSE_VARIATE_EXPONENTIAL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "law '%s': needs /scv:X after the mean", text);
    }
    if (at != NULL) {
        if (strncmp(at, "scv:", 4) != 0) {
            return hanse__fail(ctx, HANSE_ERR_INPUT,
                               "law '%s': must be mean:M/scv:X, got '%s' in place of scv", text,
                               at);
        }
        at += strlen("scv:");
        HANSE_TRY(read_number(ctx, text, &at, &scv));
    }
    if (at != NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "law '%s': nothing may follow scv, got '%s'",
                           text, at);
    }
    return hanse_variate_of_moments(ctx, law->kind, mean, scv, law);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum hanse_status read_values(struct hanse_context *ctx, const char *text,
                                     const char *at, struct hanse_variate *law)
{
    size_t n = 1, i = 0;
    for (const char *mark = at; mark && *mark; mark++) {
        n += *mark == '/';
    }
    law->owned = hanse__alloc(ctx, n, sizeof *law->owned);
    if (law->owned == NULL) {
        return HANSE_ERR_MEMORY;
    }
    while (at != NULL) {
        enum hanse_status status = read_number(ctx, text, &at, &law->owned[i++]);
        if (status != HANSE_OK) {
            hanse_variate_fini(law);
            return status;
        }
    }
    qsort(law->owned, i, sizeof *law->owned, by_size);
    law->values = law->owned;
    law->n = i;
    return HANSE_OK;
}

static enum hanse_status read_params(struct hanse_context *ctx, const char *text,
                                     const char *at, struct hanse_variate *law)
{
    uint32_t n = hanse_variate_n_params(law->kind), i = 0;
    for (; at != NULL && i < n; i++) {
        HANSE_TRY(read_number(ctx, text, &at, &law->p[i]));
    }
    if (i < n) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "law '%s': needs /%s", text,
                           hanse_variate_param(law->kind, i));
    }
    if (at != NULL) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "law '%s': has %u parameters, got '%s' after",
                           text, n, at);
    }
    return HANSE_OK;
}

enum hanse_status hanse_variate_parse(struct hanse_context *ctx, const char *text,
                                      struct hanse_variate *law)
{
    HANSE_TRY(read_kind(ctx, text, law));
    const char *at = strchr(text, '/');
    at = at ? at + 1 : NULL;
    if (at && strncmp(at, "mean:", 5) == 0) {
        return read_moments(ctx, text, at, law);
    }
    HANSE_TRY(law->kind == HANSE_VARIATE_EMPIRICAL && at ? read_values(ctx, text, at, law)
                                                         : read_params(ctx, text, at, law));
    enum hanse_status status = hanse_variate_check(ctx, law);
    if (status != HANSE_OK) {
        hanse_variate_fini(law);
    }
    return status;
}

void hanse_variate_fini(struct hanse_variate *law)
{
    hanse__free(law->owned);
    law->owned = NULL;
    law->values = NULL;
    law->n = 0;
}

/* --- writing ------------------------------------------------------------------------------ */

/* The fewest digits that read back as the same number. */
static int shortest(char *text, size_t size, double value)
{
    char trial[32];
    int digits = 6;
    do {
        snprintf(trial, sizeof trial, "%.*g", digits, value);
    } while (strtod(trial, NULL) != value && ++digits < 18);
    return snprintf(text, size, "/%s", trial);
}

void hanse_variate_print(const struct hanse_variate *law, char text[HANSE_VARIATE_TEXT])
{
    size_t used =
        (size_t)snprintf(text, HANSE_VARIATE_TEXT, "%s", hanse_variate_name(law->kind));
    for (uint32_t i = 0; i < hanse_variate_n_params(law->kind); i++) {
        used += (size_t)shortest(text + used, HANSE_VARIATE_TEXT - used, law->p[i]);
    }
    if (law->kind == HANSE_VARIATE_EMPIRICAL) {
        snprintf(text + used, HANSE_VARIATE_TEXT - used, " of %llu values",
                 (unsigned long long)law->n);
    }
}

enum hanse_status hanse_variate_scale(struct hanse_context *ctx, struct hanse_variate *law,
                                      double factor)
{
    if (!(factor > 0.0) || !isfinite(factor)) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN, "%s: factor must be > 0, got %g",
                           hanse_variate_name(law->kind), factor);
    }
    switch (law->kind) {
    case HANSE_VARIATE_CONSTANT:
    case HANSE_VARIATE_EXPONENTIAL:
        law->p[0] *= factor;
        return HANSE_OK;
    case HANSE_VARIATE_GAMMA:
    case HANSE_VARIATE_WEIBULL:
        law->p[1] *= factor;
        return HANSE_OK;
    case HANSE_VARIATE_LOGNORMAL:
        law->p[0] += log(factor);
        return HANSE_OK;
    case HANSE_VARIATE_HYPEREXPONENTIAL:
        law->p[1] *= factor;
        law->p[2] *= factor;
        return HANSE_OK;
    case HANSE_VARIATE_HYPERGAMMA:
        law->p[2] *= factor;
        law->p[4] *= factor;
        return HANSE_OK;
    case HANSE_VARIATE_LOGHYPERGAMMA:
        law->p[6] *= factor;
        return HANSE_OK;
    default:
        break;
    }
    if (law->owned == NULL && factor != 1.0) {
        return hanse__fail(ctx, HANSE_ERR_DOMAIN,
                           "empirical: borrowed values can't be scaled; the factor must be 1, "
                           "got %g",
                           factor);
    }
    for (uint64_t i = 0; law->owned != NULL && i < law->n; i++) {
        law->owned[i] *= factor;
    }
    return HANSE_OK;
}
