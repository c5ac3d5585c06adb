#include "output/build.h"

#include <stdio.h>
#include <string.h>

#include "sim/model/nouns.h"

enum { MONTH_H = 730, TILE_BYTES = 32 << 20 };

bool hanse__build_record(struct hanse__build *build, uint32_t case_index, bool central,
                         uint32_t replication, struct hanse_record *record)
{
    uint64_t task = hanse_study_task(build->study, case_index, replication, central);
    if (build->h5.status == HANSE_OK) {
        build->h5.status = hanse__journal_record(build->journal, build->ctx, task, record);
    }
    return build->h5.status == HANSE_OK;
}

void *hanse__build_alloc(struct hanse__build *build, size_t n, size_t size)
{
    void *block = hanse__alloc(build->ctx, n, size);
    if (block == NULL && build->h5.status == HANSE_OK) {
        build->h5.status = HANSE_ERR_MEMORY;
    }
    return block;
}

/* --- axes --------------------------------------------------------------------------------- */

static void case_axes(struct hanse__build *build)
{
    const struct hanse_study *study = build->study;
    struct hanse__h5 *h5 = &build->h5;
    const char **labels = hanse__build_alloc(build, study->n_cases, sizeof *labels);
    if (labels == NULL) {
        return;
    }
    for (uint32_t c = 0; c < study->n_cases; c++) {
        const char *label = study->case_labels != NULL ? study->case_labels[c] : NULL;
        labels[c] = label != NULL && label[0] != '\0' ? label : study->case_names[c];
    }
    hanse__h5_axis_texts(h5, h5->file, "case", "case; the first is the baseline",
                         study->case_names, study->n_cases);
    hanse__h5_texts(h5, h5->file, "case_label", "case", "case in words", labels);
    hanse__free(labels);
    hanse__h5_axis_counter(h5, h5->file, "replication", "replication, inputs drawn",
                           study->n_replications);
    if (study->n_central > 0) {
        hanse__h5_axis_counter(h5, h5->file, "central_replication",
                               "replication, inputs at their mid values", study->n_central);
    }
}

static const struct hanse_settings *settings_of(const struct hanse__build *build)
{
    int32_t n;
    return hanse_scenario_table(build->study->cases[0], &hanse_kind_scenario, &n);
}

static void time_axis(struct hanse__build *build)
{
    size_t n = (size_t)build->study->layout.n_months;
    double *hours = hanse__build_alloc(build, n, sizeof *hours);
    if (hours == NULL) {
        return;
    }
    for (size_t m = 0; m < n; m++) {
        hours[m] = (double)(m * MONTH_H);
    }
    char unit[64];
    snprintf(unit, sizeof unit, "hours since %sT00:00", settings_of(build)->start);
    hid_t axis = hanse__h5_axis_numbers(&build->h5, build->h5.file, "time", unit,
                                        "start of the month of 730 h", hours, n);
    hanse__h5_attribute(&build->h5, axis, "calendar", "noleap");
    hanse__h5_attribute(&build->h5, axis, "standard_name", "time");
    hanse__free(hours);
}

static void window_axis(struct hanse__build *build)
{
    struct hanse__h5 *h5 = &build->h5;
    size_t n = build->n_windows;
    const char **texts = hanse__build_alloc(build, 2 * n, sizeof *texts);
    double *hours = hanse__build_alloc(build, 2 * n, sizeof *hours);
    int64_t *shade = hanse__build_alloc(build, n, sizeof *shade);
    int32_t n_rows;
    const struct hanse_window_noun *rows =
        hanse_scenario_table(build->study->cases[0], &hanse_kind_window, &n_rows);
    for (size_t w = 0; w < n && h5->status == HANSE_OK; w++) {
        texts[w] = build->windows[w].name;
        texts[n + w] = build->windows[w].label;
        hours[w] = (double)build->windows[w].from_month * MONTH_H;
        hours[n + w] = (double)build->windows[w].to_month * MONTH_H;
        shade[w] = w > 0 && rows[w - 1].shade;
    }
    if (h5->status == HANSE_OK) {
        hanse__h5_axis_texts(h5, h5->file, "window", "stretch of time a summary is taken over",
                             texts, n);
        hanse__h5_texts(h5, h5->file, "window_label", "window", "window in words", texts + n);
        hanse__h5_numbers(h5, h5->file, "window_from", "window", "h", "start, since hour 0",
                          hours);
        hanse__h5_numbers(h5, h5->file, "window_to", "window", "h", "end, since hour 0",
                          hours + n);
        hanse__h5_integers(h5, h5->file, "window_shade", "window", "1: shaded in charts",
                           shade);
    }
    hanse__free(texts);
    hanse__free(hours);
    hanse__free(shade);
}

/* A row's label: the field "label" where its kind has one and the row fills it in. */
static const char *row_label(const struct hanse_kind *kind, const char *row)
{
    const char *name;
    memcpy(&name, row, sizeof name);
    if (kind->derive != NULL) { /* its struct starts with name and label */
        memcpy(&name, row + sizeof name, sizeof name);
        return name;
    }
    for (size_t f = 0; f < kind->n_fields; f++) {
        if (strcmp(kind->fields[f].key, "label") == 0 && kind->fields[f].type == HANSE_TEXT) {
            const char *label;
            memcpy(&label, row + kind->fields[f].offset, sizeof label);
            return label != NULL && label[0] != '\0' ? label : name;
        }
    }
    return name;
}

static void kind_axis(struct hanse__build *build, const struct hanse_kind *kind)
{
    int32_t n_rows;
    struct hanse__h5 *h5 = &build->h5;
    const char *rows = hanse_scenario_table(build->study->cases[0], kind, &n_rows);
    size_t n = (size_t)n_rows;
    const char **texts = hanse__build_alloc(build, 2 * n, sizeof *texts);
    if (texts == NULL) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(&texts[i], rows + i * kind->size, sizeof texts[i]);
        texts[n + i] = row_label(kind, rows + i * kind->size);
    }
    char name[80];
    snprintf(name, sizeof name, "%s_label", kind->name);
    hanse__h5_axis_texts(h5, h5->file, kind->name, kind->name, texts, n);
    hanse__h5_texts(h5, h5->file, name, kind->name, "the same in words", texts + n);
    hanse__free(texts);
}

/* An axis for each kind that indexes some output, in the order of the kinds. */
static void kind_axes(struct hanse__build *build)
{
    size_t n_kinds;
    const struct hanse_kind *const *kinds = hanse_kinds(&n_kinds);
    const struct hanse_layout *layout = &build->study->layout;
    for (size_t k = 0; k < n_kinds; k++) {
        bool used = false;
        for (int32_t c = 0; c < layout->n_columns; c++) {
            for (int32_t d = 0; d < layout->columns[c].n_dims; d++) {
                used = used || (layout->columns[c].dim_kind[d] == (int32_t)k &&
                                layout->columns[c].dim_size[d] > 0);
            }
        }
        if (used) {
            kind_axis(build, kinds[k]);
        }
    }
}

/* --- the file ----------------------------------------------------------------------------- */

void hanse__build_describe(struct hanse__build *build)
{
    const struct hanse_settings *settings = settings_of(build);
    const struct hanse_study *study = build->study;
    struct hanse__h5 *h5 = &build->h5;
    hid_t file = h5->file;
    hanse__h5_attribute(h5, file, "Conventions", "CF-1.8");
    hanse__h5_attribute(h5, file, "format", "hanse results");
    hanse__h5_attribute_integer(h5, file, "format_version", HANSE__FORMAT_VERSION);
    hanse__h5_attribute(h5, file, "title", settings->title);
    hanse__h5_attribute(h5, file, "question", settings->question);
    hanse__h5_attribute(h5, file, "start", settings->start);
    hanse__h5_attribute(h5, file, "calendar", "noleap");
    hanse__h5_attribute(h5, file, "currency", settings->currency);
    hanse__h5_attribute_integer(h5, file, "base_year", settings->base_year);
    hanse__h5_attribute_integer(h5, file, "hypothetical", settings->hypothetical);
    hanse__h5_attribute_number(h5, file, "horizon_h", settings->horizon_h);
    hanse__h5_attribute_number(h5, file, "confidence", 0.95);
    hanse__h5_attribute_integer(h5, file, "seed", (int64_t)study->seed);
    hanse__h5_attribute_integer(h5, file, "n_replications", study->n_replications);
    hanse__h5_attribute_integer(h5, file, "n_central", study->n_central);
}

static enum hanse_status list_views(struct hanse__build *build)
{
    const struct hanse_layout *layout = &build->study->layout;
    build->n_views = hanse_views(layout, NULL, 0);
    build->n_windows = hanse_windows(build->study->cases[0], NULL, 0);
    build->views = hanse__alloc(build->ctx, build->n_views, sizeof *build->views);
    build->windows = hanse__alloc(build->ctx, build->n_windows, sizeof *build->windows);
    if (build->views == NULL || build->windows == NULL) {
        return HANSE_ERR_MEMORY;
    }
    hanse_views(layout, build->views, build->n_views);
    hanse_windows(build->study->cases[0], build->windows, build->n_windows);
    return HANSE_OK;
}

enum hanse_status hanse__build(struct hanse_context *ctx, const char *path,
                               const struct hanse_study *study,
                               const struct hanse_provenance *provenance,
                               struct hanse__journal *journal, size_t tile_bytes)
{
    struct hanse__build build = {.ctx = ctx,
                                 .study = study,
                                 .provenance = provenance,
                                 .journal = journal,
                                 .tile_bytes = tile_bytes > 0 ? tile_bytes : TILE_BYTES};
    enum hanse_status status = list_views(&build);
    if (status == HANSE_OK) {
        hanse__h5_begin(&build.h5, ctx, path);
        if (build.h5.status == HANSE_OK) {
            hanse__build_describe(&build);
            case_axes(&build);
            time_axis(&build);
            window_axis(&build);
            kind_axes(&build);
            hanse__build_views(&build);
            hanse__build_tables(&build);
        }
        status = hanse__h5_finish(&build.h5);
    }
    hanse__free(build.views);
    hanse__free(build.windows);
    return status;
}
