#include "sim/process/synthetic/fit_workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/process/synthetic/fit_inside.h"
#include "sim/process/synthetic/synthetic.h"
#include "sim/stats/distance.h"
#include "sim/stats/distribution.h"

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A sorted copy in `out`. */
static void sorted(const double *values, size_t n, double *out)
{
    memcpy(out, values, n * sizeof *values);
    qsort(out, n, sizeof *values, by_size);
}

/* --- sizes -------------------------------------------------------------------------------- */

/* Whole numbers are the middle of what was rounded to them. */
static double rounding(const struct hanse_workload_columns *c, const double *values)
{
    for (size_t i = 0; i < c->n; i++) {
        if (values[i] != floor(values[i])) {
            return 0.0;
        }
    }
    return c->processors > 0 ? 0.5 : -0.5;
}

static enum hanse_status fit_size(struct hanse_context *ctx,
                                  const struct hanse_workload_columns *c, const double *values,
                                  double *room, struct hanse_size_fit *fit)
{
    double shift = rounding(c, values), square = 0.0;
    sorted(values, c->n, room);
    for (size_t i = 0; i < c->n; i++) {
        fit->mean += room[i] / (double)c->n;
        square += room[i] * room[i] / (double)c->n;
        room[i] += shift;
    }
    fit->scv = square / (fit->mean * fit->mean) - 1.0;
    if (room[0] == room[c->n - 1]) {
        fit->laws[0] = (struct hanse_fit){
            .law = {.kind = HANSE_VARIATE_CONSTANT, .p = {values[0]}}, .p_bound = 1.0};
        fit->n_laws = 1;
        return HANSE_OK;
    }
    return hanse_fit_all(ctx, room, c->n, fit->laws, &fit->n_laws);
}

/* --- widths and estimates ----------------------------------------------------------------- */

struct ranked {
    double value, rank;
    size_t at;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;
    return (x > y) - (x < y);
}

/* Ranks, equal values sharing their mean. */
static void rank(const double *values, size_t n, struct ranked *room, double *ranks)
{
    for (size_t i = 0; i < n; i++) {
        room[i] = (struct ranked){values[i], 0.0, i};
    }
    qsort(room, n, sizeof *room, by_value);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && room[end].value == room[i].value) {
            end++;
        }
        for (size_t j = i; j < end; j++) {
            ranks[room[j].at] = 0.5 * (double)(i + end - 1);
        }
        i = end;
    }
}

static enum hanse_status correlate(struct hanse_context *ctx, const double *a, const double *b,
                                   size_t n, double *rank_correlation)
{
    struct ranked *room = hanse__alloc(ctx, n, sizeof *room);
    double *ranks = hanse__alloc(ctx, 2 * n, sizeof *ranks);
    double middle = 0.5 * (double)(n - 1), cross = 0.0, aa = 0.0, bb = 0.0;
    bool found = room != NULL && ranks != NULL;
    if (found) {
        rank(a, n, room, ranks);
        rank(b, n, room, ranks + n);
    }
    for (size_t i = 0; found && i < n; i++) {
        double x = ranks[i] - middle, y = ranks[n + i] - middle;
        cross += x * y;
        aa += x * x;
        bb += y * y;
    }
    *rank_correlation = aa > 0.0 && bb > 0.0 ? cross / sqrt(aa * bb) : 0.0;
    hanse__free(ranks);
    hanse__free(room);
    return found ? HANSE_OK : HANSE_ERR_MEMORY;
}

static void describe_jobs(const struct hanse_workload_columns *c,
                          struct hanse_workload_fit *fit)
{
    double work = 0.0;
    fit->exact_estimates = true;
    for (size_t i = 0; i < c->n; i++) {
        double runtime = c->size[0][i], estimate = c->estimate_s[i], width = c->width[i];
        uint32_t whole = (uint32_t)width;
        work += runtime * width;
        fit->mean_width += width / (double)c->n;
        fit->serial_share += width == 1.0 ? 1.0 / (double)c->n : 0.0;
        fit->pow2_share += width > 1.0 && (whole & (whole - 1)) == 0 ? 1.0 / (double)c->n : 0.0;
        fit->accuracy += runtime / estimate / (double)c->n;
        fit->longest_estimate_s = fmax(fit->longest_estimate_s, estimate);
        fit->exact_estimates = fit->exact_estimates && estimate == runtime;
    }
    fit->load = work / (c->processors * (c->time_s[c->n - 1] - c->time_s[0]));
}

/* The copula of width and runtime by the work they make together; 0 where ranks show no tie. */
static enum hanse_status fit_tie(struct hanse_context *ctx,
                                 const struct hanse_workload_columns *c,
                                 const double *rising_widths, struct hanse_workload_fit *fit)
{
    double work = 0.0;
    if (fabs(fit->rank_correlation) <= 3.0 / sqrt((double)c->n) || fit->size[0].scv <= 0.0) {
        return HANSE_OK;
    }
    double *room = hanse__alloc(ctx, 2 * c->n, sizeof *room);
    if (room == NULL) {
        return HANSE_ERR_MEMORY;
    }
    struct hanse_width_steps steps = {.width = room, .edge = room + c->n};
    for (size_t i = 0; i < c->n; i++) {
        work += c->width[i] * c->size[0][i] / (double)c->n;
        if (i == 0 || rising_widths[i] != rising_widths[i - 1]) {
            room[steps.n] = rising_widths[i];
            room[c->n + steps.n++] =
                i > 0 ? hanse_normal_quantile((double)i / (double)c->n) : 0.0;
        }
    }
    fit->copula_correlation = hanse__fit_copula(&fit->size[0].laws[0].law, &steps,
                                                work / (fit->mean_width * fit->size[0].mean));
    hanse__free(room);
    return HANSE_OK;
}

/* --- the text ----------------------------------------------------------------------------- */

struct words {
    char *text;
    size_t room, used;
};

static void add(struct words *words, const char *text)
{
    words->used +=
        (size_t)snprintf(words->text + words->used, words->room - words->used, "%s", text);
}

static void add_number(struct words *words, const char *before, double value)
{
    char text[64];
    snprintf(text, sizeof text, "%s%.10g", before, value);
    add(words, text);
}

static void add_law(struct words *words, const char *before, const struct hanse_variate *law)
{
    char text[HANSE_VARIATE_TEXT];
    hanse_variate_print(law, text);
    add(words, before);
    add(words, text);
}

static void add_arrivals(struct words *words, const struct hanse_arrivals_fit *fit)
{
    add_number(words, ",interval=", fit->interval_s);
    if (fit->modulated) {
        add(words, ",arrivals=mmpp");
        for (uint32_t i = 0; i < 2; i++) {
            add_number(words, "/", fit->mmpp.rate_per_s[i]);
            add_number(words, "/", fit->mmpp.stay_s[i]);
        }
    } else {
        add_law(words, ",arrivals=", &fit->gaps[0].law);
    }
    for (uint32_t b = 0; b < fit->rhythm.n; b++) {
        char weight[32];
        snprintf(weight, sizeof weight, "%s%.4g",
                 b > 0                 ? "/"
                 : fit->rhythm.n == 24 ? ",day="
                                       : ",week=",
                 fit->rhythm.weight[b]);
        add(words, weight);
    }
}

static void add_widths(struct words *words, const double *rising, size_t n)
{
    add(words, ",width=table");
    for (size_t i = 0; i < n;) {
        char row[64];
        size_t end = i;
        while (end < n && rising[end] == rising[i]) {
            end++;
        }
        snprintf(row, sizeof row, "/%.0f:%zu", rising[i], end - i);
        add(words, row);
        i = end;
    }
}

static size_t count_different(const double *rising, size_t n)
{
    size_t different = 0;
    for (size_t i = 0; i < n; i++) {
        different += i == 0 || rising[i] != rising[i - 1];
    }
    return different;
}

static enum hanse_status write_text(struct hanse_context *ctx,
                                    const struct hanse_workload_columns *c,
                                    const double *rising_widths, struct hanse_workload_fit *fit)
{
    struct words words = {.room = 4096};
    words.room += c->processors > 0 ? 40 * count_different(rising_widths, c->n) : 0;
    words.text = fit->text = hanse__alloc(ctx, words.room, 1);
    if (fit->text == NULL) {
        return HANSE_ERR_MEMORY;
    }
    if (c->processors == 0) {
        add_number(&words, "requests:requests=", (double)c->n);
        add_arrivals(&words, &fit->arrivals);
        add_law(&words, ",prompt=", &fit->size[0].laws[0].law);
        add_law(&words, ",generated=", &fit->size[1].laws[0].law);
        return HANSE_OK;
    }
    add_number(&words, "jobs:jobs=", (double)c->n);
    add_number(&words, ",procs=", c->processors);
    add_arrivals(&words, &fit->arrivals);
    add_law(&words, ",runtime=", &fit->size[0].laws[0].law);
    if (fit->copula_correlation != 0.0) {
        add_number(&words, ",correlation=", fit->copula_correlation);
    }
    add(&words, fit->exact_estimates || fit->longest_estimate_s < 3600.0 ? ",estimates=exact"
                                                                         : ",estimates=modal");
    add_number(&words, ",max-estimate=", ceil(fit->longest_estimate_s));
    if (rounding(c, c->size[0]) == 0.0) {
        add(&words, ",resolution=0");
    }
    add_widths(&words, rising_widths, c->n);
    return HANSE_OK;
}

/* --- how good it is ----------------------------------------------------------------------- */

/* The drawn workload's columns: gaps, sizes, widths, n of each. */
struct drawn {
    double *gap, *size[2], *width;
    double span_s, work;
};

static void gaps_of(const double *time_s, size_t n, double *gaps)
{
    for (size_t i = 1; i < n; i++) {
        gaps[i - 1] = time_s[i] - time_s[i - 1];
    }
}

static enum hanse_status draw(struct hanse_context *ctx, struct hanse_synthetic *made, size_t n,
                              struct drawn *d)
{
    struct hanse_job_source source = hanse_synthetic_jobs(made);
    double first_s = 0.0, last_s = 0.0;
    for (size_t i = 0; i < n; i++) {
        struct hanse_synthetic_request request = {0};
        struct hanse_job job = {0};
        uint32_t count;
        if (hanse_synthetic_processors(made) > 0) {
            HANSE_TRY(source.next(source.state, ctx, &job, 1, &count));
        } else {
            hanse_synthetic_request(made, &request);
            job.submit_s = request.time_s;
        }
        d->size[0][i] = request.prompt_tokens > 0 ? request.prompt_tokens : job.runtime_s;
        d->size[1][i] = request.generated_tokens;
        d->width[i] = job.width;
        d->work += job.width * job.runtime_s;
        first_s = i == 0 ? job.submit_s : first_s;
        if (i > 0) {
            d->gap[i - 1] = job.submit_s - last_s;
        }
        last_s = job.submit_s;
    }
    d->span_s = last_s - first_s;
    return HANSE_OK;
}

static double apart(const double *log, const double *made, size_t n, double *room)
{
    sorted(log, n, room);
    sorted(made, n, room + n);
    return hanse_distance_between(room, n, room + n, n);
}

static enum hanse_status compare(struct hanse_context *ctx,
                                 const struct hanse_workload_columns *c, double *room,
                                 struct hanse_workload_fit *fit)
{
    struct hanse_synthetic *made;
    size_t n = c->n;
    struct drawn d = {room, {room + n, room + 2 * n}, room + 3 * n, 0.0, 0.0};
    double *log_gaps = room + 4 * n, *both = room + 5 * n;
    HANSE_TRY(hanse_synthetic_create(ctx, fit->text, &made));
    enum hanse_status status = draw(ctx, made, n, &d);
    hanse_synthetic_destroy(made);
    HANSE_TRY(status);
    gaps_of(c->time_s, n, log_gaps);
    fit->gap_distance = apart(log_gaps, d.gap, n - 1, both);
    fit->size[0].distance = apart(c->size[0], d.size[0], n, both);
    if (c->processors == 0) {
        fit->size[1].distance = apart(c->size[1], d.size[1], n, both);
        return HANSE_OK;
    }
    fit->width_distance = apart(c->width, d.width, n, both);
    fit->made_load = d.work / (c->processors * d.span_s);
    return HANSE_OK;
}

/* --- all ---------------------------------------------------------------------------------- */

static enum hanse_status fit_all(struct hanse_context *ctx,
                                 const struct hanse_workload_columns *c, double *room,
                                 struct hanse_workload_fit *fit)
{
    HANSE_TRY(hanse_fit_arrivals(ctx, c->time_s, c->n, &fit->arrivals));
    HANSE_TRY(fit_size(ctx, c, c->size[0], room, &fit->size[0]));
    if (c->processors == 0) {
        HANSE_TRY(fit_size(ctx, c, c->size[1], room, &fit->size[1]));
    } else {
        describe_jobs(c, fit);
        HANSE_TRY(correlate(ctx, c->width, c->size[0], c->n, &fit->rank_correlation));
        sorted(c->width, c->n, room);
        HANSE_TRY(fit_tie(ctx, c, room, fit));
    }
    HANSE_TRY(write_text(ctx, c, room, fit));
    return compare(ctx, c, room, fit);
}

enum hanse_status hanse_fit_workload(struct hanse_context *ctx,
                                     const struct hanse_workload_columns *c,
                                     struct hanse_workload_fit *fit)
{
    *fit = (struct hanse_workload_fit){.n = c->n, .processors = c->processors};
    double *room = hanse__alloc(ctx, 7 * c->n + 1, sizeof *room);
    if (room == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = fit_all(ctx, c, room, fit);
    hanse__free(room);
    if (status != HANSE_OK) {
        hanse_workload_fit_fini(fit);
    }
    return status;
}

void hanse_workload_fit_fini(struct hanse_workload_fit *fit)
{
    hanse__free(fit->text);
    fit->text = NULL;
}
