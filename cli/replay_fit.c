#include "cli/replay_fit.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/fit_plot.h"
#include "scripting/trace.h"
#include "sim/process/synthetic/fit_workload.h"
#include "sim/process/synthetic/synthetic.h"

/* --- the trace, whole --------------------------------------------------------------------- */

struct columns {
    double *time_s, *size[2], *estimate_s, *width;
    size_t n, room;
    uint32_t processors; /* 0: requests */
};

static void drop_columns(struct columns *c)
{
    double *all[] = {c->time_s, c->size[0], c->size[1], c->estimate_s, c->width};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        hanse__free(all[i]);
    }
}

static enum hanse_status grow(struct hanse_context *ctx, struct columns *c)
{
    double **all[] = {&c->time_s, &c->size[0], &c->size[1], &c->estimate_s, &c->width};
    size_t room = c->room > 0 ? 2 * c->room : 4096;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        double *more = hanse__realloc(ctx, *all[i], room, sizeof *more);
        if (more == NULL) {
            return HANSE_ERR_MEMORY;
        }
        *all[i] = more;
    }
    c->room = room;
    return HANSE_OK;
}

static enum hanse_status add_job(struct hanse_context *ctx, struct columns *c,
                                 const struct hanse_job *job)
{
    if (c->n == c->room) {
        HANSE_TRY(grow(ctx, c));
    }
    c->time_s[c->n] = job->submit_s;
    c->size[0][c->n] = job->runtime_s;
    c->estimate_s[c->n] = job->estimate_s;
    c->width[c->n++] = job->width;
    return HANSE_OK;
}

static enum hanse_status read_all(struct hanse_context *ctx, struct hanse_trace *trace,
                                  struct columns *c)
{
    struct hanse_job_source source = hanse_trace_source(trace);
    struct hanse_job jobs[256];
    uint32_t count;
    do {
        HANSE_TRY(source.next(source.state, ctx, jobs, 256, &count));
        for (uint32_t i = 0; i < count; i++) {
            HANSE_TRY(add_job(ctx, c, &jobs[i]));
        }
    } while (count > 0);
    return HANSE_OK;
}

/* One reading of the trace; of requests it gives one column as service time. */
static enum hanse_status read_trace(struct hanse_context *ctx,
                                    const struct hanse_cli_fit *command, const char *service,
                                    struct columns *c)
{
    struct hanse_trace *trace;
    const char *said_by;
    struct hanse_trace_options options = {.lenient = command->lenient, .service = service};
    HANSE_TRY(hanse_trace_estimates(ctx, command->estimates, &options));
    options.processors = service ? 1 : 0;
    if (service == NULL && command->processors > 0) {
        options.processors = (uint32_t)command->processors;
    }
    HANSE_TRY(hanse_trace_open(ctx, command->path, &options, &trace));
    c->processors = service ? 0 : hanse_trace_processors(trace, &said_by);
    enum hanse_status status = read_all(ctx, trace, c);
    hanse_trace_close(trace);
    return status;
}

static enum hanse_status read_columns(struct hanse_context *ctx,
                                      const struct hanse_cli_fit *command, struct columns *c)
{
    bool requests;
    HANSE_TRY(hanse_trace_is_requests(ctx, command->path, &requests));
    if (!requests) {
        return read_trace(ctx, command, NULL, c);
    }
    struct columns generated = {.n = 0};
    enum hanse_status status = read_trace(ctx, command, "max(prompt, 1)", c);
    if (status == HANSE_OK) {
        status = read_trace(ctx, command, "max(generated, 1)", &generated);
    }
    if (status == HANSE_OK && generated.n != c->n) { /* the file grew between two readings */
        status = hanse__fail(ctx, HANSE_ERR_IO, "%s: changed while it was read", command->path);
    }
    if (status == HANSE_OK && c->n > 0 && generated.size[0] != NULL) {
        memcpy(c->size[1], generated.size[0], c->n * sizeof(double));
    }
    drop_columns(&generated);
    return status;
}

/* --- printing ----------------------------------------------------------------------------- */

struct shown {
    const struct hanse_cli_fit *command;
    const struct hanse_workload_fit *fit;
    double p[3]; /* bootstrap of gaps, size 0, size 1; NaN: not asked for */
};

static void print_laws(const char *what, const struct hanse_fit *laws, size_t n, double p)
{
    printf("\n%-28s %12s %10s %10s\n", what, "AIC - best", "distance", "p");
    for (size_t k = 0; k < n; k++) {
        char text[HANSE_VARIATE_TEXT], chance[32];
        hanse_variate_print(&laws[k].law, text);
        snprintf(chance, sizeof chance, "<= %.2g", laws[k].p_bound);
        if (k == 0 && !isnan(p)) {
            snprintf(chance, sizeof chance, "%.2g", p);
        }
        printf("  %-26s %12.1f %10.4f %10s  %s\n", hanse_variate_name(laws[k].law.kind),
               laws[k].aic - laws[0].aic, laws[k].distance, chance, text);
    }
}

static void print_arrivals(const struct shown *shown)
{
    const struct hanse_arrivals_fit *a = &shown->fit->arrivals;
    printf("%-28s %12llu\n%-28s %12.6g s\n%-28s %12s\n%-28s %12.4g\n%-28s %12.4g\n",
           shown->fit->processors > 0 ? "jobs" : "requests", (unsigned long long)a->n,
           "interval", a->interval_s, "rhythm",
           a->rhythm.n == 0    ? "none"
           : a->rhythm.n == 24 ? "day"
                               : "week",
           "gap_scv", a->gap_scv, "gap_correlation", a->gap_correlation);
    for (uint32_t i = 0; i < a->n_windows; i++) {
        char name[48];
        snprintf(name, sizeof name, "dispersion in %.4g s", a->window_s[i]);
        printf("%-28s %12.4g\n", name, a->dispersion[i]);
    }
    print_laws("law of gaps", a->gaps, a->n_gaps, shown->p[0]);
    printf("  %-26s %12.1f %10s %10s  mmpp/%.6g/%.6g/%.6g/%.6g\n", "mmpp, two states",
           a->mmpp_aic - (a->n_gaps > 0 ? a->gaps[0].aic : 0.0), "-", "-",
           a->mmpp.rate_per_s[0], a->mmpp.stay_s[0], a->mmpp.rate_per_s[1], a->mmpp.stay_s[1]);
}

static void print_text(const struct shown *shown)
{
    const struct hanse_workload_fit *fit = shown->fit;
    bool jobs = fit->processors > 0;
    print_arrivals(shown);
    print_laws(jobs ? "law of the runtime" : "law of the prompt", fit->size[0].laws,
               fit->size[0].n_laws, shown->p[1]);
    if (!jobs) {
        print_laws("law of the answer", fit->size[1].laws, fit->size[1].n_laws, shown->p[2]);
    } else {
        printf("\n%-28s %12.6g\n%-28s %12.4g\n%-28s %12.4g\n%-28s %12.4g\n%-28s %12.4g\n"
               "%-28s %12.4g\n",
               "width_mean", fit->mean_width, "serial_share", fit->serial_share, "pow2_share",
               fit->pow2_share, "rank_correlation", fit->rank_correlation, "copula_correlation",
               fit->copula_correlation, "accuracy", fit->accuracy);
    }
    printf("\n%-28s %12s\n%-28s %12.4f\n%-28s %12.4f\n", "made from the line below", "distance",
           "gap", fit->gap_distance, jobs ? "runtime" : "prompt", fit->size[0].distance);
    if (jobs) {
        printf("%-28s %12.4f\n%-28s %12.4g, made %.4g\n", "width", fit->width_distance, "load",
               fit->load, fit->made_load);
    } else {
        printf("%-28s %12.4f\n", "answer", fit->size[1].distance);
    }
    printf("\nhanse replay '%s'%s\n", fit->text,
           jobs ? "" : " --servers N --service EXPRESSION");
}

static json_t *laws_json(const struct hanse_fit *laws, size_t n)
{
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++) {
        char text[HANSE_VARIATE_TEXT];
        hanse_variate_print(&laws[k].law, text);
        json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "law",
                                              hanse_variate_name(laws[k].law.kind), "text",
                                              text, "log_likelihood", laws[k].log_likelihood,
                                              "aic", laws[k].aic, "distance", laws[k].distance,
                                              "p_bound", laws[k].p_bound));
    }
    return list;
}

static json_t *arrivals_json(const struct hanse_arrivals_fit *a)
{
    json_t *windows = json_array(), *weights = json_array();
    for (uint32_t i = 0; i < a->n_windows; i++) {
        json_array_append_new(windows, json_pack("{s:f, s:f}", "window_s", a->window_s[i],
                                                 "dispersion", a->dispersion[i]));
    }
    for (uint32_t i = 0; i < a->rhythm.n; i++) {
        json_array_append_new(weights, json_real(a->rhythm.weight[i]));
    }
    return json_pack("{s:f, s:f, s:f, s:o, s:o, s:o, s:b, s:f, s:[f,f], s:[f,f]}", "interval_s",
                     a->interval_s, "gap_scv", a->gap_scv, "gap_correlation",
                     a->gap_correlation, "dispersion", windows, "rhythm", weights, "gaps",
                     laws_json(a->gaps, a->n_gaps), "modulated", (int)a->modulated, "mmpp_aic",
                     a->mmpp_aic, "mmpp_rates_per_s", a->mmpp.rate_per_s[0],
                     a->mmpp.rate_per_s[1], "mmpp_stays_s", a->mmpp.stay_s[0],
                     a->mmpp.stay_s[1]);
}

static void print_json(const struct shown *shown)
{
    const struct hanse_workload_fit *fit = shown->fit;
    static const char *const names[2][2] = {{"prompt", "generated"}, {"runtime", NULL}};
    bool jobs = fit->processors > 0;
    json_t *document = json_pack("{s:s, s:I, s:o, s:f, s:s}", "trace", shown->command->path,
                                 jobs ? "jobs" : "requests", (json_int_t)fit->n, "arrivals",
                                 arrivals_json(&fit->arrivals), "gap_distance",
                                 fit->gap_distance, "synthetic", fit->text);
    for (int i = 0; i < 2 && names[jobs][i] != NULL; i++) {
        const struct hanse_size_fit *size = &fit->size[i];
        json_object_set_new(document, names[jobs][i],
                            json_pack("{s:f, s:f, s:f, s:o}", "mean", size->mean, "scv",
                                      size->scv, "made_distance", size->distance, "laws",
                                      laws_json(size->laws, size->n_laws)));
    }
    if (jobs) {
        json_object_update_new(
            document,
            json_pack("{s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "processors",
                      (int)fit->processors, "width_mean", fit->mean_width, "width_distance",
                      fit->width_distance, "serial_share", fit->serial_share, "pow2_share",
                      fit->pow2_share, "rank_correlation", fit->rank_correlation,
                      "copula_correlation", fit->copula_correlation, "accuracy", fit->accuracy,
                      "load", fit->load, "made_load", fit->made_load));
    }
    for (int i = 0; i < 3; i++) {
        static const char *const p_names[] = {"gap_p", "first_size_p", "second_size_p"};
        if (!isnan(shown->p[i])) {
            json_object_set_new(document, p_names[i], json_real(shown->p[i]));
        }
    }
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    printf("\n");
    json_decref(document);
}

/* --- plot --------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the columns: the fit is done with them. */
static enum hanse_status plot(struct hanse_context *ctx, const struct hanse_cli_fit *command,
                              struct columns *c, const struct hanse_workload_fit *fit)
{
    bool jobs = fit->processors > 0;
    if (c->n < 2 || c->time_s == NULL) {
        return HANSE_OK;
    }
    for (size_t i = c->n - 1; i > 0; i--) {
        c->time_s[i] -= c->time_s[i - 1];
    }
    qsort(c->time_s + 1, c->n - 1, sizeof(double), by_size);
    qsort(c->size[0], c->n, sizeof(double), by_size);
    qsort(c->size[1], jobs ? 0 : c->n, sizeof(double), by_size);
    const struct hanse_fit_panel panels[HANSE_FIT_PANELS] = {
        {jobs ? "Runtime" : "Prompt", jobs ? "s" : "tokens", c->size[0], c->n,
         fit->size[0].laws, fit->size[0].n_laws},
        {"Gap between arrivals, laws without the rhythm", "s", c->time_s + 1, c->n - 1,
         fit->arrivals.gaps, fit->arrivals.n_gaps},
        {"Answer", "tokens", c->size[1], c->n, fit->size[1].laws, fit->size[1].n_laws}};
    return hanse_fit_plot(ctx, command->plot, command->path, panels, jobs ? 2 : 3,
                          &fit->arrivals.rhythm);
}

/* --- the whole ---------------------------------------------------------------------------- */

static enum hanse_status bootstrap(struct hanse_context *ctx, uint32_t samples,
                                   struct shown *shown)
{
    const struct hanse_workload_fit *fit = shown->fit;
    const struct {
        const struct hanse_fit *best;
        bool wanted;
    } laws[] = {{&fit->arrivals.gaps[0], fit->arrivals.n_gaps > 0},
                {&fit->size[0].laws[0], fit->size[0].n_laws > 1},
                {&fit->size[1].laws[0], fit->size[1].n_laws > 1}};
    for (int i = 0; i < 3; i++) {
        shown->p[i] = NAN;
        if (samples > 0 && laws[i].wanted) {
            HANSE_TRY(hanse_fit_p(ctx, laws[i].best, fit->n, samples, 1, &shown->p[i]));
        }
    }
    return HANSE_OK;
}

static enum hanse_status fit_and_print(struct hanse_context *ctx,
                                       const struct hanse_cli_fit *command, struct columns *c)
{
    struct hanse_workload_fit *fit = hanse__alloc(ctx, 1, sizeof *fit);
    if (fit == NULL) {
        return HANSE_ERR_MEMORY;
    }
    const struct hanse_workload_columns columns = {
        c->n, c->processors, c->time_s, {c->size[0], c->size[1]}, c->estimate_s, c->width};
    enum hanse_status status = hanse_fit_workload(ctx, &columns, fit);
    struct shown shown = {.command = command, .fit = fit};
    if (status == HANSE_OK) {
        status = bootstrap(ctx, (uint32_t)command->bootstrap, &shown);
    }
    if (status == HANSE_OK) {
        if (command->args->json) {
            print_json(&shown);
        } else {
            print_text(&shown);
        }
        fflush(stdout);
        status = command->plot ? plot(ctx, command, c, fit) : HANSE_OK;
    }
    hanse_workload_fit_fini(fit);
    hanse__free(fit);
    return status;
}

int hanse_cli_replay_fit(struct hanse_context *ctx, const struct hanse_cli_fit *command)
{
    struct columns c = {.n = 0};
    enum hanse_status status = read_columns(ctx, command, &c);
    if (status == HANSE_OK && c.n < 21) {
        status = hanse__fail(ctx, HANSE_ERR_INPUT,
                             "%s: --fit needs at least 21 jobs, got %zu; a log without "
                             "estimates wants --estimates exact",
                             command->path, c.n);
    }
    if (status == HANSE_OK) {
        status = fit_and_print(ctx, command, &c);
    }
    drop_columns(&c);
    return hanse_cli_failure(ctx, status);
}
