/* Engines around a device: named in engines.csv, stated, fitted to points, or not known. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/device.h"
#include "scripting/csv.h"

bool hanse_cli_engine_stated(const struct hanse_cli_engine_settings *s)
{
    return !isnan(s->step_ms) || !isnan(s->layer_ms) || !isnan(s->gap_ms) ||
           !isnan(s->request_ms) || !isnan(s->factor);
}

bool hanse_cli_engine_said(const struct hanse_cli_engine_settings *s)
{
    return s->name != NULL || s->points != NULL || hanse_cli_engine_stated(s);
}

/* --- named -------------------------------------------------------------------------------- */

static enum hanse_status read_named(struct hanse_cli_device *d)
{
    struct hanse_table table;
    size_t r;
    HANSE_TRY(hanse_cli_open_table(d, "engines", &table));
    enum hanse_status status =
        hanse_cli_find_row(d->ctx, &table, "engine", d->s->engine.name, &r);
    if (status == HANSE_OK) {
        d->engine = (struct hanse_engine){
            .step_s = 1e-3 * hanse_table_number(&table, r, "step_ms"),
            .layer_s = 1e-3 * hanse_table_number(&table, r, "layer_ms"),
            .gap_s = 1e-3 * hanse_table_number(&table, r, "gap_ms"),
            .request_s = 1e-3 * hanse_table_number(&table, r, "request_ms"),
            .device_factor = hanse_table_number(&table, r, "factor"),
            .log_sd = hanse_table_number(&table, r, "log_sd")};
        snprintf(d->engine_label, sizeof d->engine_label, "%s",
                 hanse_table_cell(&table, r, "label"));
    }
    hanse_table_fini(&table);
    return status;
}

/* --- stated ------------------------------------------------------------------------------- */

static double or_zero(double x)
{
    return isnan(x) ? 0.0 : x;
}

static void take_stated(struct hanse_cli_device *d)
{
    const struct hanse_cli_engine_settings *s = &d->s->engine;
    d->engine = (struct hanse_engine){.step_s = 1e-3 * or_zero(s->step_ms),
                                      .layer_s = 1e-3 * or_zero(s->layer_ms),
                                      .gap_s = 1e-3 * or_zero(s->gap_ms),
                                      .request_s = 1e-3 * or_zero(s->request_ms),
                                      .device_factor = isnan(s->factor) ? 1.0 : s->factor};
    snprintf(d->engine_label, sizeof d->engine_label, "as stated");
}

/* --- fitted ------------------------------------------------------------------------------- */

enum { COLUMNS = 6, TTFT = 4, MOST_POINTS = 256 };
static const char *const POINT_COLUMNS[COLUMNS] = {"tensor",        "batch",   "prompt_tokens",
                                                   "output_tokens", "ttft_ms", "tpot_ms"};

/* The device's time of a row's prompts or of its tokens. */
static double device_time(const struct hanse_cli_device *d, const double *x, bool decoding)
{
    const struct hanse_engine none = {0};
    const struct hanse_parallel parallel = {(int64_t)x[0], d->s->pipeline, 1};
    struct hanse_answer a =
        hanse_answer_time(d->law, &d->model, &parallel, x[1], x[2], x[3], &none);
    return decoding ? a.next.seconds : a.first.seconds;
}

/* A row's numbers; x of an empty time is 0. */
static enum hanse_status read_row(struct hanse_cli_device *d, const struct hanse_csv *csv,
                                  const char *path, const int *at, double *x)
{
    const char *const *fields = hanse_csv_fields(csv);
    for (int c = 0; c < COLUMNS; c++) {
        bool empty = c >= TTFT && fields[at[c]][0] == '\0';
        x[c] = 0.0;
        if (!empty && (!hanse_cli_number(fields[at[c]], &x[c]) || !(x[c] > 0.0))) {
            return hanse__fail(d->ctx, HANSE_ERR_INPUT, "%s:%zu: %s must be > 0, got '%s'",
                               path, hanse_csv_line(csv), POINT_COLUMNS[c], fields[at[c]]);
        }
    }
    if (x[0] > 1.0 && !d->linked) {
        return hanse__fail(d->ctx, HANSE_ERR_INPUT,
                           "%s:%zu: a point of %g devices needs the rate of the link between "
                           "them, --link",
                           path, hanse_csv_line(csv), x[0]);
    }
    return HANSE_OK;
}

static enum hanse_status read_points(struct hanse_cli_device *d, struct hanse_csv *csv,
                                     const char *path, struct hanse_engine_point *points,
                                     size_t *n)
{
    int at[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        at[c] = hanse_csv_column(csv, POINT_COLUMNS[c]);
        if (at[c] < 0) {
            return hanse__fail(d->ctx, HANSE_ERR_INPUT, "%s: has no column '%s'", path,
                               POINT_COLUMNS[c]);
        }
    }
    for (*n = 0;;) {
        double x[COLUMNS];
        HANSE_TRY(hanse_csv_next(csv));
        if (hanse_csv_fields(csv) == NULL) {
            return HANSE_OK;
        }
        HANSE_TRY(read_row(d, csv, path, at, x));
        for (int c = TTFT; c < COLUMNS; c++) {
            if (x[c] > 0.0 && *n == MOST_POINTS) {
                return hanse__fail(d->ctx, HANSE_ERR_INPUT, "%s:%zu: more than %d points", path,
                                   hanse_csv_line(csv), MOST_POINTS);
            }
            if (x[c] > 0.0) {
                points[(*n)++] = (struct hanse_engine_point){device_time(d, x, c > TTFT),
                                                             1e-3 * x[c], d->model.layers};
            }
        }
    }
}

static enum hanse_status fit(struct hanse_cli_device *d, const char *path)
{
    struct hanse_engine_point points[MOST_POINTS];
    struct hanse_csv *csv;
    size_t n = 0;
    HANSE_TRY(hanse_csv_open(d->ctx, path, &csv));
    enum hanse_status status = read_points(d, csv, path, points, &n);
    hanse_csv_destroy(csv);
    HANSE_TRY(status);
    d->engine_fitted = true;
    snprintf(d->engine_label, sizeof d->engine_label, "fitted to %zu point%s", n,
             n == 1 ? "" : "s");
    return hanse_engine_fit(d->ctx, points, n, &d->engine);
}

/* --- any of them -------------------------------------------------------------------------- */

enum hanse_status hanse_cli_engine_read(struct hanse_cli_device *d)
{
    const struct hanse_cli_engine_settings *s = &d->s->engine;
    if (s->points != NULL) {
        return fit(d, s->points);
    }
    if (hanse_cli_engine_stated(s)) {
        take_stated(d);
        return HANSE_OK;
    }
    if (s->name != NULL && strcmp(s->name, "none") == 0) {
        d->engine = (struct hanse_engine){0};
        snprintf(d->engine_label, sizeof d->engine_label, "none");
        return HANSE_OK;
    }
    if (s->name != NULL && strcmp(s->name, "unknown") != 0) {
        return read_named(d);
    }
    d->engine = hanse_engine_unknown();
    snprintf(d->engine_label, sizeof d->engine_label, "not known");
    return HANSE_OK;
}

json_t *hanse_cli_engine_json(const struct hanse_cli_device *d)
{
    const struct hanse_engine *e = &d->engine;
    return json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f}", "name", d->engine_label, "step_ms",
                     1e3 * e->step_s, "layer_ms", 1e3 * e->layer_s, "gap_ms", 1e3 * e->gap_s,
                     "request_ms", 1e3 * e->request_s, "factor",
                     e->device_factor > 0.0 ? e->device_factor : 1.0, "log_sd", e->log_sd);
}
