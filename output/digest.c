#include "output/digest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/results_inside.h"

enum { PATH_BYTES = 160 };
static const double HOURS_PER_YEAR = 8760.0;

bool hanse__digest_is_share(const char *output, const char *unit)
{
    static const char *const endings[] = {"share",        "rate",     "utilization",
                                          "availability", "exposure", "probability"};
    size_t length = strlen(output);

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);

        if (strcmp(unit, "1") == 0 && length >= n &&
            strcmp(output + length - n, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *hanse__digest_case(const struct hanse_digest *digest, size_t which)
{
    const char *label = digest->case_labels ? digest->case_labels[which] : "";

    return label && label[0] != '\0' ? label : digest->case_names[which];
}

const char *hanse__digest_window(const struct hanse_digest *digest, size_t which)
{
    struct hanse_results_window window;

    if (which == 0 || hanse_results_window(digest->results, which, &window) != HANSE_OK) {
        return "whole horizon";
    }
    return window.label && window.label[0] ? window.label : window.name;
}

size_t hanse__digest_find_case(const struct hanse_digest *digest, const char *name)
{
    size_t i = 0;

    while (i < digest->n_cases && strcmp(digest->case_names[i], name) != 0) {
        i++;
    }
    return i;
}

/* A variable that may be missing: no message is left for what is only optional. */
static bool look_up(const struct hanse_digest *digest, const char *group, const char *view,
                    const char *suffix, struct hanse_variable *variable)
{
    char path[PATH_BYTES];
    enum hanse_status status;

    if (snprintf(path, sizeof path, "/%s/%s%s", group, view, suffix) >= (int)sizeof path) {
        return false;
    }
    if (!hanse_results_has(digest->results, path)) {
        return false;
    }
    status = hanse_results_variable(digest->results, path, variable);
    if (*digest->trouble == HANSE_OK) {
        *digest->trouble = status;
    }
    return status == HANSE_OK;
}

const double *hanse__digest_curve(const struct hanse_digest *digest, const char *output,
                                  const char *suffix, size_t which_case)
{
    struct hanse_variable v;

    if (!look_up(digest, "series", output, suffix, &v) || v.rank != 2 ||
        v.dims[0] != digest->n_cases || v.dims[1] != digest->n_months) {
        return NULL;
    }
    return v.data + which_case * digest->n_months;
}

/* One number of a statistic [case, window(, items)]. */
static double pick(const struct hanse_digest *digest, const char *view, const char *suffix,
                   const size_t place[3])
{
    struct hanse_variable v;
    size_t items = 1;

    if (!look_up(digest, "summary", view, suffix, &v) || v.rank < 2 || place[0] >= v.dims[0] ||
        place[1] >= v.dims[1]) {
        return NAN;
    }
    for (int i = 2; i < v.rank; i++) {
        items *= v.dims[i];
    }
    return place[2] < items ? v.data[(place[0] * v.dims[1] + place[1]) * items + place[2]]
                            : NAN;
}

struct hanse_figures hanse__digest_figures(const struct hanse_digest *digest, const char *view,
                                           size_t which_case, size_t window, size_t item)
{
    const size_t at[3] = {which_case, window, item};

    return (struct hanse_figures){
        .mean = pick(digest, view, "_mean", at),
        .ci_low = pick(digest, view, "_ci_low", at),
        .ci_high = pick(digest, view, "_ci_high", at),
        .p05 = pick(digest, view, "_p05", at),
        .p25 = pick(digest, view, "_p25", at),
        .p50 = pick(digest, view, "_p50", at),
        .p75 = pick(digest, view, "_p75", at),
        .p95 = pick(digest, view, "_p95", at),
        .diff = pick(digest, view, "_diff_mean", at),
        .diff_low = pick(digest, view, "_diff_ci_low", at),
        .diff_high = pick(digest, view, "_diff_ci_high", at),
        .sim_half_width = pick(digest, view, "_sim_half_width", at),
    };
}

bool hanse__digest_sample(const struct hanse_digest *digest, const char *output,
                          size_t which_case, size_t window, double *out)
{
    struct hanse_variable v;

    if (!look_up(digest, "summary", output, "", &v) || v.rank != 3 ||
        v.dims[0] != digest->n_cases || v.dims[1] != digest->n_replications ||
        window >= v.dims[2]) {
        return false;
    }
    for (size_t i = 0; i < v.dims[1]; i++) {
        out[i] = v.data[(which_case * v.dims[1] + i) * v.dims[2] + window];
    }
    return true;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Whether a name of the sorted list is an output by replication, which has a mean beside it. */
static bool has_mean(const char *const *names, size_t n, const char *name)
{
    char mean[PATH_BYTES];
    const char *wanted = mean;

    snprintf(mean, sizeof mean, "%s_mean", name);
    return bsearch(&wanted, names, n, sizeof *names, by_name) != NULL;
}

enum hanse_status hanse__digest_outputs(const struct hanse_digest *digest, const char ***names,
                                        size_t *n)
{
    const char *const *all;
    size_t n_all;

    *n = 0;
    HANSE_TRY(hanse_results_list(digest->results, "/summary", &all, &n_all));
    *names = hanse__alloc(digest->ctx, n_all > 0 ? n_all : 1, sizeof **names);
    if (!*names) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < n_all; i++) {
        struct hanse_variable v;
        char path[PATH_BYTES];

        if (!has_mean(all, n_all, all[i]) ||
            snprintf(path, sizeof path, "/summary/%s", all[i]) >= (int)sizeof path) {
            continue;
        }
        if (hanse__results_shape(digest->results, path, &v) == HANSE_OK && v.rank == 3 &&
            strcmp(v.dim_names[1], "replication") == 0) {
            (*names)[(*n)++] = v.name;
        }
    }
    return HANSE_OK;
}

static struct hanse_measure measure_of(const struct hanse_digest *digest, const char *group,
                                       const char *output, bool all, size_t window)
{
    struct hanse_variable v;
    double largest = 0.0;

    if (!look_up(digest, group, output, "_mean", &v)) {
        return hanse__measure("1", false, 0.0);
    }
    for (size_t i = 0; i < v.n; i++) {
        if ((all || i % v.dims[v.rank - 1] == window) && isfinite(v.data[i])) {
            largest = fmax(largest, fabs(v.data[i]));
        }
    }
    return hanse__measure(v.unit, hanse__digest_is_share(output, v.unit), largest);
}

struct hanse_measure hanse__digest_measure(const struct hanse_digest *digest,
                                           const char *output, size_t window)
{
    return measure_of(digest, "summary", output, false, window);
}

struct hanse_measure hanse__digest_measure_months(const struct hanse_digest *digest,
                                                  const char *output)
{
    return measure_of(digest, "series", output, true, 0);
}

/* "2026-01-05" as 2026.011. Leap days don't exist in the model's calendar. */
static double year_of(const char *date)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year, month, day;

    if (sscanf(date, "%d-%d-%d", &year, &month, &day) != 3 || month < 1 || month > 12) {
        return 0.0;
    }
    return year + (before[month - 1] + day - 1) / 365.0;
}

static void add_span(const struct hanse_digest *digest,
                     struct hanse_span spans[HANSE_DIGEST_SPANS], size_t *n, double from_h,
                     double to_h, const char *label)
{
    struct hanse_span span = {digest->start_year + from_h / HOURS_PER_YEAR,
                              digest->start_year + to_h / HOURS_PER_YEAR, label};

    if (!(to_h > from_h) || *n == HANSE_DIGEST_SPANS) {
        return;
    }
    for (size_t i = 0; i < *n; i++) {
        if (spans[i].from == span.from && spans[i].to == span.to) {
            return;
        }
    }
    spans[(*n)++] = span;
}

struct shock {
    const char *kind, *name, *label;
    double from_h, to_h;
};

/* Rows of one entity stand together; this gathers what a shock's rows say. */
static void gather_shock(struct shock *shock, const struct hanse_resolved *value)
{
    if (strcmp(value->key, "from") == 0) {
        shock->from_h = value->number;
    } else if (strcmp(value->key, "to") == 0) {
        shock->to_h = value->number;
    } else if (strcmp(value->key, "label") == 0 && value->text && value->text[0]) {
        shock->label = value->text;
    }
}

static bool is_shock(const char *kind)
{
    return strcmp(kind, "withdraw") == 0 || strcmp(kind, "restriction") == 0;
}

static void shock_spans(const struct hanse_digest *digest, size_t which_case,
                        struct hanse_span spans[HANSE_DIGEST_SPANS], size_t *n)
{
    struct shock shock = {0};
    size_t n_values = hanse_results_n_values(digest->results);

    for (size_t i = 0; i < n_values; i++) {
        struct hanse_resolved value;
        uint32_t in_case;

        if (hanse_results_value(digest->results, i, &in_case, &value) != HANSE_OK ||
            in_case != which_case || !is_shock(value.kind)) {
            continue;
        }
        if (!shock.name || strcmp(shock.name, value.name) || strcmp(shock.kind, value.kind)) {
            if (shock.name) {
                add_span(digest, spans, n, shock.from_h, shock.to_h, shock.label);
            }
            shock = (struct shock){value.kind, value.name, value.name, 0, 0};
        }
        gather_shock(&shock, &value);
    }
    if (shock.name) {
        add_span(digest, spans, n, shock.from_h, shock.to_h, shock.label);
    }
}

size_t hanse__digest_spans(const struct hanse_digest *digest, size_t which_case,
                           struct hanse_span spans[HANSE_DIGEST_SPANS])
{
    size_t n = 0;

    for (size_t i = 0; i < digest->n_windows; i++) {
        struct hanse_results_window window;

        if (hanse_results_window(digest->results, i, &window) == HANSE_OK && window.shade) {
            add_span(digest, spans, &n, window.from_h, window.to_h,
                     window.label && window.label[0] ? window.label : window.name);
        }
    }
    shock_spans(digest, which_case, spans, &n);
    return n;
}

static void read_headline_row(struct hanse_digest *digest, const struct hanse_resolved *value)
{
    struct hanse_digest_headline *headline = &digest->headline;
    const char *text = value->text ? value->text : "";

    if (strcmp(value->key, "text") == 0) {
        headline->text = text;
    } else if (strcmp(value->key, "output") == 0) {
        headline->output = text;
    } else if (strcmp(value->key, "case") == 0) {
        size_t which = hanse__digest_find_case(digest, text);

        headline->in_case = which < digest->n_cases ? which : 0;
    } else if (strcmp(value->key, "floor") == 0) {
        headline->floor = value->number > 0.0 ? value->number : NAN;
    } else if (strcmp(value->key, "window") == 0) {
        for (size_t i = 0; i < digest->n_windows; i++) {
            struct hanse_results_window window;

            if (hanse_results_window(digest->results, i, &window) == HANSE_OK &&
                strcmp(window.name, text) == 0) {
                headline->window = i;
            }
        }
    }
}

/* The scenario's own headline, of the baseline case; the first when it has several. */
static void find_headline(struct hanse_digest *digest)
{
    size_t n = hanse_results_n_values(digest->results);
    const char *first = NULL;

    digest->headline =
        (struct hanse_digest_headline){.floor = NAN, .in_case = digest->n_cases > 1 ? 1 : 0};
    for (size_t i = 0; i < n; i++) {
        struct hanse_resolved value;
        uint32_t in_case;

        if (hanse_results_value(digest->results, i, &in_case, &value) == HANSE_OK &&
            in_case == 0 && strcmp(value.kind, "headline") == 0 &&
            (!first || strcmp(first, value.name) == 0)) {
            first = value.name;
            read_headline_row(digest, &value);
        }
    }
}

/* A scenario without a headline leads with the share served on time, else with any share,
 * else with its first output. */
static enum hanse_status choose_output(struct hanse_digest *digest)
{
    const char **names;
    size_t n, best = 0;

    HANSE_TRY(hanse__digest_outputs(digest, &names, &n));
    for (size_t i = n; i-- > 0;) {
        if (strcmp(names[i], "on_time_share") == 0) {
            best = i;
            break;
        }
        best = hanse__digest_is_share(names[i], "1") ? i : best;
    }
    digest->headline.output = n > 0 ? names[best] : NULL;
    hanse__free(names);
    return HANSE_OK;
}

static enum hanse_status complete_headline(struct hanse_digest *digest)
{
    struct hanse_digest_headline *headline = &digest->headline;
    struct hanse_variable v;

    if (!headline->output && hanse_results_has(digest->results, "/summary")) {
        HANSE_TRY(choose_output(digest));
    }
    if (!headline->output || !look_up(digest, "summary", headline->output, "_mean", &v)) {
        return HANSE_OK;
    }
    digest->has_headline = true;
    headline->unit = v.unit;
    headline->long_name =
        look_up(digest, "summary", headline->output, "", &v) ? v.long_name : headline->output;
    headline->share = hanse__digest_is_share(headline->output, v.unit);
    if (!headline->text || headline->text[0] == '\0') {
        headline->text = headline->long_name;
    }
    return HANSE_OK;
}

enum hanse_status hanse__digest_init(struct hanse_digest *digest, struct hanse_context *ctx,
                                     struct hanse_results *results)
{
    size_t n_labels;

    *digest = (struct hanse_digest){.ctx = ctx, .results = results};
    HANSE_TRY(hanse_results_labels(results, "case", &digest->case_names, &digest->n_cases));
    if (digest->n_cases == 0) {
        return hanse__fail(ctx, HANSE_ERR_INPUT, "%s: has no cases",
                           hanse_results_path(results));
    }
    if (hanse_results_labels(results, "case_label", &digest->case_labels, &n_labels) !=
        HANSE_OK) {
        digest->case_labels = NULL;
    }
    digest->n_months = hanse_results_size(results, "time");
    digest->n_replications = hanse_results_size(results, "replication");
    digest->n_windows = hanse_results_n_windows(results);
    digest->start_year = year_of(hanse_results_attribute(results, "start"));
    digest->years = hanse__alloc(ctx, digest->n_months + 1, sizeof *digest->years);
    digest->trouble = hanse__alloc(ctx, 1, sizeof *digest->trouble);
    if (!digest->years || !digest->trouble) {
        return HANSE_ERR_MEMORY;
    }
    for (size_t i = 0; i < digest->n_months; i++) {
        digest->years[i] = digest->start_year + ((double)i + 0.5) / 12.0;
    }
    find_headline(digest);
    HANSE_TRY(complete_headline(digest));
    return hanse__digest_status(digest);
}

enum hanse_status hanse__digest_status(const struct hanse_digest *digest)
{
    return *digest->trouble;
}

void hanse__digest_fini(struct hanse_digest *digest)
{
    hanse__free(digest->years);
    hanse__free(digest->trouble);
    *digest = (struct hanse_digest){0};
}
