#include "output/tables.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/results_inside.h"

enum { MAX_KINDS = 16, YEAR_MONTHS = 12 };

/* --- cells -------------------------------------------------------------------------------- */

/* Quoted only where a reader of CSV would stumble (RFC 4180). */
static void put_text(FILE *file, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', file);
        }
        fputc(*text, file);
    }
    fputc('"', file);
}

/* The fewest usual digits that give the number back; single precision stays short. */
static void put_number(FILE *file, double number)
{
    char text[40];
    if (isnan(number)) {
        return;
    }
    bool single = (double)(float)number == number;
    snprintf(text, sizeof text, single ? "%.9g" : "%.15g", number);
    if (!single && strtod(text, NULL) != number) {
        snprintf(text, sizeof text, "%.17g", number);
    }
    fputs(text, file);
}

static enum hanse_status finish(struct hanse_results *results, FILE *file)
{
    if (fflush(file) != 0 || ferror(file)) {
        return hanse__fail(results->ctx, HANSE_ERR_IO, "the table cannot be written: %s",
                           strerror(errno));
    }
    return HANSE_OK;
}

/* --- tidy CSV ----------------------------------------------------------------------------- */

/* The table being written: which kinds have a column, and the labels along every axis. */
struct table {
    struct hanse_results *results;
    FILE *file;
    const char *kinds[MAX_KINDS];
    size_t n_kinds;
    bool replications;
};

static const char *const SUFFIXES[] = {
    "_mean", "_ci_low", "_ci_high",        "_p05",       "_p25",         "_p50",         "_p75",
    "_p95",  "_sim_sd", "_sim_half_width", "_diff_mean", "_diff_ci_low", "_diff_ci_high"};
enum { N_SUFFIXES = sizeof SUFFIXES / sizeof *SUFFIXES };

/* Length of the name without its statistic; *statistic is "" for single replications. */
static size_t split(const char *name, const char **statistic)
{
    size_t length = strlen(name), longest = 0;
    *statistic = "";
    for (int s = 0; s < N_SUFFIXES; s++) {
        size_t n = strlen(SUFFIXES[s]);
        if (n > longest && n < length && strcmp(name + length - n, SUFFIXES[s]) == 0) {
            longest = n;
            *statistic = SUFFIXES[s] + 1;
        }
    }
    return length - longest;
}

static bool is_kind(const char *axis)
{
    static const char *const OTHERS[] = {"case", "replication", "central_replication", "time",
                                         "window"};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        if (strcmp(axis, OTHERS[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void add_kinds(struct table *table, const struct hanse_variable *v)
{
    for (int d = 0; d < v->rank; d++) {
        bool known = !is_kind(v->dim_names[d]) || table->n_kinds == MAX_KINDS;
        for (size_t k = 0; k < table->n_kinds; k++) {
            known = known || strcmp(table->kinds[k], v->dim_names[d]) == 0;
        }
        if (!known) {
            table->kinds[table->n_kinds++] = v->dim_names[d];
        }
    }
}

/* Where the variable stands along the axis, "" when it hasn't got it. */
static enum hanse_status put_place(struct table *table, const struct hanse_variable *v,
                                   const size_t *at, const char *axis)
{
    for (int d = 0; d < v->rank; d++) {
        if (strcmp(v->dim_names[d], axis) != 0) {
            continue;
        }
        if (strstr(axis, "replication") != NULL) {
            fprintf(table->file, "%zu", at[d]);
            return HANSE_OK;
        }
        if (strcmp(axis, "time") == 0) {
            struct hanse_variable time;
            HANSE_TRY(hanse_results_variable(table->results, "/time", &time));
            put_number(table->file, time.data[at[d]]);
            return HANSE_OK;
        }
        const char *const *labels;
        size_t n;
        HANSE_TRY(hanse_results_labels(table->results, axis, &labels, &n));
        put_text(table->file, labels[at[d]]);
        return HANSE_OK;
    }
    return HANSE_OK;
}

static enum hanse_status put_row(struct table *table, const char *group,
                                 const struct hanse_variable *v, const size_t *at,
                                 const char *variable, const char *statistic, double value)
{
    FILE *file = table->file;
    const char *const axes[] = {"case", "replication", NULL, "window", "time"};
    fputs(group, file);
    for (size_t a = 0; a < sizeof axes / sizeof *axes; a++) {
        fputc(',', file);
        if (axes[a] == NULL) {
            fputs(statistic, file);
        } else {
            HANSE_TRY(put_place(table, v, at, axes[a]));
        }
    }
    for (size_t k = 0; k < table->n_kinds; k++) {
        fputc(',', file);
        HANSE_TRY(put_place(table, v, at, table->kinds[k]));
    }
    fputc(',', file);
    put_text(file, variable);
    fputc(',', file);
    put_text(file, v->unit);
    fputc(',', file);
    put_number(file, value);
    fputc('\n', file);
    return HANSE_OK;
}

static enum hanse_status put_variable(struct table *table, const char *group,
                                      const struct hanse_variable *v)
{
    char name[160];
    const char *statistic;
    size_t at[HANSE_VARIABLE_RANK] = {0};
    snprintf(name, sizeof name, "%.*s", (int)split(v->name, &statistic), v->name);
    char *by = strstr(name, "_by_"); /* the dimensions have columns of their own */
    if (by != NULL) {
        *by = '\0';
    }
    for (size_t i = 0; i < v->n; i++) {
        HANSE_TRY(put_row(table, group, v, at, name, statistic, v->data[i]));
        for (int d = v->rank - 1; d >= 0 && ++at[d] == v->dims[d]; d--) {
            at[d] = 0;
        }
    }
    return HANSE_OK;
}

/* Is the variable one for the table? Central tasks are raw material of the _sim_ figures. */
static bool belongs(const struct table *table, const struct hanse_variable *v)
{
    for (int d = 0; d < v->rank; d++) {
        if (strcmp(v->dim_names[d], "central_replication") == 0 ||
            (strcmp(v->dim_names[d], "replication") == 0 && !table->replications)) {
            return false;
        }
    }
    return true;
}

/* Walks a group; write == false only learns its kinds. */
static enum hanse_status walk_group(struct table *table, const char *group, bool write)
{
    const char *const *names;
    char path[512];
    size_t n;
    snprintf(path, sizeof path, "/%s", group);
    HANSE_TRY(hanse_results_list(table->results, path, &names, &n));
    for (size_t i = 0; i < n; i++) {
        struct hanse_variable v;
        snprintf(path, sizeof path, "/%s/%s", group, names[i]);
        HANSE_TRY(hanse_results_variable(table->results, path, &v));
        if (!write) {
            add_kinds(table, &v);
        } else if (belongs(table, &v)) {
            HANSE_TRY(put_variable(table, group, &v));
        }
    }
    return HANSE_OK;
}

enum hanse_status hanse_write_csv(struct hanse_results *results,
                                  const struct hanse_csv_options *options, FILE *file)
{
    struct table table = {.results = results,
                          .file = file,
                          .replications = options != NULL && options->replications};
    HANSE_TRY(walk_group(&table, "summary", false));
    fputs("group,case,replication,statistic,window,time_h", file);
    for (size_t k = 0; k < table.n_kinds; k++) {
        fprintf(file, ",%s", table.kinds[k]);
    }
    fputs(",variable,unit,value\n", file);
    HANSE_TRY(walk_group(&table, "summary", true));
    if (options != NULL && options->series) {
        HANSE_TRY(walk_group(&table, "series", true));
    }
    return finish(results, file);
}

/* --- IAMC --------------------------------------------------------------------------------- */

/* One year of a month-by-month mean, by its output's own reducer. `cells` is [month × item]. */
static double reduce_year(const char *reducer, const double *cells, size_t n_items, size_t item,
                          size_t year)
{
    const double *from = cells + year * YEAR_MONTHS * n_items + item;
    if (strcmp(reducer, "last") == 0) {
        return from[(YEAR_MONTHS - 1) * n_items];
    }
    double sum = 0.0;
    for (size_t m = 0; m < YEAR_MONTHS; m++) {
        sum += from[m * n_items];
    }
    bool rate = strcmp(reducer, "mean") == 0 || strcmp(reducer, "per_year") == 0;
    return rate ? sum / YEAR_MONTHS : sum;
}

/* A view's mean, [case, time] or [case, time, region]. */
struct yearly {
    struct hanse_variable v;
    const char *reducer;
    size_t n_months, n_items;
};

static enum hanse_status open_yearly(struct hanse_results *results, const char *view,
                                     struct yearly *y)
{
    char path[512];
    snprintf(path, sizeof path, "/series/%s_mean", view);
    HANSE_TRY(hanse_results_variable(results, path, &y->v));
    y->reducer = hanse_results_variable_attribute(results, path, "reducer");
    y->n_months = y->v.dims[1];
    y->n_items = y->v.rank > 2 ? y->v.dims[2] : 1;
    return HANSE_OK;
}

static double year_value(const struct yearly *y, size_t c, size_t item, size_t year)
{
    return reduce_year(y->reducer, y->v.data + c * y->n_months * y->n_items, y->n_items, item,
                       year);
}

/* What a view is made of: itself, or numerator and denominator. */
struct line {
    char name[160]; /* of the output */
    const char *unit;
    bool by_region, ratio;
    struct yearly above, below;
};

static enum hanse_status open_line(struct hanse_results *results, const char *view,
                                   struct line *line)
{
    HANSE_TRY(open_yearly(results, view, &line->above));
    line->unit = line->above.v.unit;
    line->ratio = strcmp(line->above.reducer, "ratio") == 0;
    if (line->ratio) {
        const char *path = line->above.v.path;
        const char *above = hanse_results_variable_attribute(results, path, "numerator");
        const char *below = hanse_results_variable_attribute(results, path, "denominator");
        HANSE_TRY(open_yearly(results, above, &line->above));
        HANSE_TRY(open_yearly(results, below, &line->below));
    }
    line->by_region = line->above.v.rank == 3;
    size_t length = strlen(view) - (line->by_region ? strlen("_by_region") : 0);
    snprintf(line->name, sizeof line->name, "%.*s", (int)length, view);
    return HANSE_OK;
}

static double line_value(const struct line *line, size_t c, size_t item, size_t year)
{
    double value = year_value(&line->above, c, item, year);
    if (!line->ratio) {
        return value;
    }
    double below = year_value(&line->below, c, item, year);
    return below != 0.0 ? value / below : NAN;
}

static enum hanse_status put_line(struct hanse_results *results, FILE *file,
                                  const struct line *line)
{
    static const char *const WORLD[] = {"World"};
    const char *const *cases, *const *regions = WORLD;
    size_t n_cases, n_regions, n_years = line->above.n_months / YEAR_MONTHS;
    const char *version = hanse_results_attribute(results, "program_version");
    const int start = atoi(hanse_results_attribute(results, "start"));
    HANSE_TRY(hanse_results_labels(results, "case", &cases, &n_cases));
    if (line->by_region) {
        HANSE_TRY(hanse_results_labels(results, "region_label", &regions, &n_regions));
    }
    for (size_t i = 0; i < n_cases * line->above.n_items * n_years; i++) {
        size_t year = i % n_years, item = i / n_years % line->above.n_items;
        size_t c = i / n_years / line->above.n_items;
        fprintf(file, "hanse %s,", version);
        put_text(file, cases[c]);
        fputc(',', file);
        put_text(file, regions[item]);
        fprintf(file, ",%s,", line->name);
        put_text(file, line->unit);
        fprintf(file, ",%d,", start + (int)year);
        put_number(file, line_value(line, c, item, year));
        fputc('\n', file);
    }
    return HANSE_OK;
}

/* A total or by region, as [case, time] or [case, time, region]. */
static bool suits(const struct hanse_variable *v)
{
    return v->rank == 2 || (v->rank == 3 && strcmp(v->dim_names[2], "region") == 0);
}

/* Quantiles of latencies can't be taken over a year from its months'. */
static bool is_quantile(struct hanse_results *results, const char *path)
{
    return hanse_results_variable_attribute(results, path, "reducer")[0] == 'p';
}

enum hanse_status hanse_write_iamc(struct hanse_results *results, FILE *file)
{
    const char *const *names;
    size_t n;
    HANSE_TRY(hanse_results_list(results, "/series", &names, &n));
    fputs("model,scenario,region,variable,unit,year,value\n", file);
    for (size_t i = 0; i < n; i++) {
        char path[512], view[256];
        const char *statistic;
        struct hanse_variable v;
        struct line line;
        size_t length = split(names[i], &statistic);
        if (strcmp(statistic, "mean") != 0) {
            continue;
        }
        snprintf(path, sizeof path, "/series/%s", names[i]);
        HANSE_TRY(hanse_results_variable(results, path, &v));
        if (suits(&v) && !is_quantile(results, path)) {
            snprintf(view, sizeof view, "%.*s", (int)length, names[i]);
            HANSE_TRY(open_line(results, view, &line));
            HANSE_TRY(put_line(results, file, &line));
        }
    }
    return finish(results, file);
}
