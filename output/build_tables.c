/* /scenario, /design, /events, /failures and /provenance: columns, not compound types. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/build.h"
#include "output/fingerprint.h"

/* --- /scenario ---------------------------------------------------------------------------- */

enum scenario_column {
    KIND,
    NAME,
    KEY,
    UNIT,
    TYPE,
    TEXT,
    HOW,
    SOURCE_FILE,
    VIA,
    SOURCE,
    EVIDENCE,
    LABEL,
    N_TEXTS
};

static const struct {
    const char *name, *words;
} SCENARIO_TEXTS[N_TEXTS] = {
    [KIND] = {"kind", "kind of entity"},
    [NAME] = {"name", "entity"},
    [KEY] = {"key", "field"},
    [UNIT] = {"unit", "unit of number and text"},
    [TYPE] = {"type", "type of field"},
    [TEXT] = {"text", "value as people read it"},
    [HOW] = {"how", "declared, default, override or set"},
    [SOURCE_FILE] = {"file", "file it was declared in"},
    [VIA] = {"via", "override it came through"},
    [SOURCE] = {"source", "citation"},
    [EVIDENCE] = {"evidence", "how well founded the value is"},
    [LABEL] = {"label", "what the field means"},
};

static const char *type_name(enum hanse_field_type type)
{
    static const char *const NAMES[] = {"number", "integer", "flag",      "text",
                                        "choice", "policy",  "reference", "references",
                                        "actor",  "actors",  "series",    "children"};
    return NAMES[type];
}

struct scenario_rows {
    size_t n;
    const char **texts[N_TEXTS];
    double *numbers;
    int64_t *cases, *lines, *uncertain;
};

/* Characters of the scenario's path before its own name. */
static size_t folder_length(const struct hanse_provenance *provenance)
{
    const char *slash = provenance->path != NULL ? strrchr(provenance->path, '/') : NULL;
    return slash != NULL ? (size_t)(slash + 1 - provenance->path) : 0;
}

static const char *within_folder(const struct hanse_provenance *provenance, const char *file)
{
    size_t length = folder_length(provenance);
    bool inside = file != NULL && length > 0 && strncmp(file, provenance->path, length) == 0;
    return inside ? file + length : file;
}

static void fill_row(struct scenario_rows *rows, size_t at, uint32_t case_index,
                     const struct hanse_resolved *v, const struct hanse_provenance *provenance)
{
    const char *const texts[N_TEXTS] = {
        [KIND] = v->kind,
        [NAME] = v->name,
        [KEY] = v->key,
        [UNIT] = v->unit,
        [TYPE] = type_name(v->type),
        [TEXT] = v->text,
        [HOW] = hanse_how_name(v->origin.how),
        [SOURCE_FILE] = within_folder(provenance, v->origin.file),
        [VIA] = v->origin.via,
        [SOURCE] = v->origin.source,
        [EVIDENCE] = hanse_evidence_name(v->origin.evidence),
        [LABEL] = v->label,
    };
    bool is_number =
        v->type == HANSE_NUMBER || v->type == HANSE_INTEGER || v->type == HANSE_FLAG;
    for (int t = 0; t < N_TEXTS; t++) {
        rows->texts[t][at] = texts[t];
    }
    rows->numbers[at] = is_number ? v->number : NAN;
    rows->cases[at] = case_index;
    rows->lines[at] = v->origin.line;
    rows->uncertain[at] = v->uncertain;
}

static void write_scenario(struct hanse__build *build, const struct scenario_rows *rows)
{
    struct hanse__h5 *h5 = &build->h5;
    hid_t group = hanse__h5_group(h5, h5->file, "scenario", "every resolved value");
    hanse__h5_axis_counter(h5, group, "value", "row", rows->n);
    hanse__h5_integers(h5, group, "case_index", "value", "number of the case", rows->cases);
    for (int t = 0; t < N_TEXTS && h5->status == HANSE_OK; t++) {
        hanse__h5_texts(h5, group, SCENARIO_TEXTS[t].name, "value", SCENARIO_TEXTS[t].words,
                        rows->texts[t]);
    }
    hanse__h5_numbers(h5, group, "number", "value", NULL, "value, in the row's unit",
                      rows->numbers);
    hanse__h5_integers(h5, group, "line", "value", "line it was declared on", rows->lines);
    hanse__h5_integers(h5, group, "uncertain", "value", "1: depends on a drawn input",
                       rows->uncertain);
    hanse__h5_close(h5, group);
}

/* Texts of a resolved value last as long as the scenario, except those it has to compose, so
 * all are copied here. */
static char *keep(struct hanse__build *build, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = hanse__build_alloc(build, bytes, 1);
    return copy != NULL ? memcpy(copy, text, bytes) : NULL;
}

static void fill_rows(struct hanse__build *build, struct scenario_rows *rows)
{
    size_t at = 0;
    for (uint32_t c = 0; c < build->study->n_cases; c++) {
        const struct hanse_scenario *scenario = build->study->cases[c];
        for (size_t i = 0; i < hanse_scenario_n_values(scenario); i++) {
            struct hanse_resolved value;
            hanse_scenario_value(scenario, i, &value);
            value.text = keep(build, value.text != NULL ? value.text : "");
            fill_row(rows, at++, c, &value, build->provenance);
        }
    }
}

void hanse__build_scenario(struct hanse__build *build)
{
    struct scenario_rows rows = {0};
    for (uint32_t c = 0; c < build->study->n_cases; c++) {
        rows.n += hanse_scenario_n_values(build->study->cases[c]);
    }
    rows.numbers = hanse__build_alloc(build, rows.n, sizeof *rows.numbers);
    rows.cases = hanse__build_alloc(build, rows.n, sizeof *rows.cases);
    rows.lines = hanse__build_alloc(build, rows.n, sizeof *rows.lines);
    rows.uncertain = hanse__build_alloc(build, rows.n, sizeof *rows.uncertain);
    for (int t = 0; t < N_TEXTS; t++) {
        rows.texts[t] = hanse__build_alloc(build, rows.n, sizeof *rows.texts[t]);
    }
    if (build->h5.status == HANSE_OK) {
        fill_rows(build, &rows);
        write_scenario(build, &rows);
    }
    for (size_t i = 0; i < rows.n && rows.texts[TEXT] != NULL; i++) {
        hanse__free((void *)rows.texts[TEXT][i]);
    }
    for (int t = 0; t < N_TEXTS; t++) {
        hanse__free(rows.texts[t]);
    }
    hanse__free(rows.numbers);
    hanse__free(rows.cases);
    hanse__free(rows.lines);
    hanse__free(rows.uncertain);
}

/* --- /design ------------------------------------------------------------------------------ */

/* One base unit's worth in the parameter's own unit. */
static double in_unit(struct hanse__build *build, const struct hanse_param *param)
{
    struct hanse_unit unit = {.scale = 1.0};
    if (param->unit == NULL || param->unit[0] == '\0' ||
        hanse_unit_parse(build->ctx, param->unit, &unit) != HANSE_OK) {
        hanse_context_clear(build->ctx);
        return 1.0;
    }
    return 1.0 / unit.scale;
}

static void drawn_inputs(struct hanse__build *build, hid_t group, size_t p, double *values)
{
    const struct hanse_study *study = build->study;
    const struct hanse_param *param = hanse_scenario_param(study->cases[0], p);
    double factor = in_unit(build, param);
    const struct hanse__h5_spec spec = {.name = param->name,
                                        .unit = param->unit,
                                        .long_name = param->label,
                                        .type = HANSE__H5_DOUBLE,
                                        .rank = 2,
                                        .axes = {"case", "replication"},
                                        .chunk = {0, 65536}};
    hid_t dataset = hanse__h5_dataset(&build->h5, group, &spec);
    for (uint32_t c = 0; c < study->n_cases && build->h5.status == HANSE_OK; c++) {
        for (uint32_t r = 0; r < study->n_replications; r++) {
            struct hanse_record record;
            if (!hanse__build_record(build, c, false, r, &record)) {
                break;
            }
            values[r] = p < record.n_inputs ? record.inputs[p] * factor : NAN;
        }
        const hsize_t start[] = {c, 0}, count[] = {1, study->n_replications};
        hanse__h5_write(&build->h5, dataset, H5T_NATIVE_DOUBLE, start, count, values);
    }
    hanse__h5_close_dataset(&build->h5, dataset);
}

/* low, mid or high of every parameter in every case. */
static void param_numbers(struct hanse__build *build, hid_t file, size_t n, const char *name,
                          const char *words, size_t offset)
{
    const struct hanse_study *study = build->study;
    const struct hanse__h5_spec spec = {.name = name,
                                        .long_name = words,
                                        .type = HANSE__H5_DOUBLE,
                                        .rank = 2,
                                        .axes = {"case", "param"}};
    double *values = hanse__build_alloc(build, n, sizeof *values);
    hid_t dataset = hanse__h5_dataset(&build->h5, file, &spec);
    for (uint32_t c = 0; c < study->n_cases && build->h5.status == HANSE_OK; c++) {
        for (size_t p = 0; p < n; p++) {
            const struct hanse_param *param = hanse_scenario_param(study->cases[c], p);
            double number;
            memcpy(&number, (const char *)param + offset, sizeof number);
            values[p] = number * in_unit(build, param);
        }
        const hsize_t start[] = {c, 0}, count[] = {1, n};
        hanse__h5_write(&build->h5, dataset, H5T_NATIVE_DOUBLE, start, count, values);
    }
    hanse__h5_close_dataset(&build->h5, dataset);
    hanse__free(values);
}

static void param_texts(struct hanse__build *build, hid_t file, size_t n)
{
    struct hanse__h5 *h5 = &build->h5;
    const char **texts = hanse__build_alloc(build, 5 * n, sizeof *texts);
    if (texts == NULL) {
        return;
    }
    for (size_t p = 0; p < n; p++) {
        const struct hanse_param *param = hanse_scenario_param(build->study->cases[0], p);
        texts[p] = param->name;
        texts[n + p] = param->label != NULL ? param->label : param->name;
        texts[2 * n + p] = param->unit != NULL ? param->unit : "";
        texts[3 * n + p] = param->origin.source != NULL ? param->origin.source : "";
        texts[4 * n + p] = hanse_evidence_name(param->origin.evidence);
    }
    hanse__h5_axis_texts(h5, file, "param", "parameter", texts, n);
    hanse__h5_texts(h5, file, "param_label", "param", "parameter in words", texts + n);
    hanse__h5_texts(h5, file, "param_unit", "param", "unit of the parameter", texts + 2 * n);
    hanse__h5_texts(h5, file, "param_source", "param", "citation", texts + 3 * n);
    hanse__h5_texts(h5, file, "param_evidence", "param", "how well founded it is",
                    texts + 4 * n);
    hanse__free(texts);
}

static void design_group(struct hanse__build *build)
{
    struct hanse__h5 *h5 = &build->h5;
    size_t n = hanse_scenario_n_params(build->study->cases[0]);
    if (n == 0) {
        return;
    }
    param_texts(build, h5->file, n);
    param_numbers(build, h5->file, n, "param_low", "5 % quantile, in param_unit",
                  offsetof(struct hanse_param, low));
    param_numbers(build, h5->file, n, "param_mid", "median or fixed value, in param_unit",
                  offsetof(struct hanse_param, mid));
    param_numbers(build, h5->file, n, "param_high", "95 % quantile, in param_unit",
                  offsetof(struct hanse_param, high));
    double *values = hanse__build_alloc(build, build->study->n_replications, sizeof *values);
    hid_t group = hanse__h5_group(h5, h5->file, "design", "inputs as drawn");
    for (size_t p = 0; p < n && h5->status == HANSE_OK; p++) {
        drawn_inputs(build, group, p, values);
    }
    hanse__h5_close(h5, group);
    hanse__free(values);
}

/* --- /events ------------------------------------------------------------------------------ */

struct event_rows {
    size_t n;
    int64_t *cases, *replications;
    double *times, *values;
    const char **what, **kinds, **entities;
};

static const char *entity_name(const struct hanse__build *build, uint32_t case_index,
                               const struct hanse_note *note, const char **kind_name)
{
    size_t n_kinds;
    int32_t n_rows;
    const struct hanse_kind *const *kinds = hanse_kinds(&n_kinds);
    *kind_name = note->kind < n_kinds ? kinds[note->kind]->name : "";
    if (note->kind >= n_kinds) {
        return "";
    }
    const char *rows =
        hanse_scenario_table(build->study->cases[case_index], kinds[note->kind], &n_rows);
    const char *name = "";
    if (note->entity < (uint32_t)n_rows) {
        memcpy(&name, rows + note->entity * kinds[note->kind]->size, sizeof name);
    }
    return name;
}

/* Walks the sampled records; rows == NULL counts only. */
static size_t walk_events(struct hanse__build *build, struct event_rows *rows)
{
    const struct hanse_study *study = build->study;
    size_t n = 0;
    for (uint32_t c = 0; c < study->n_cases; c++) {
        for (uint32_t r = 0; r < study->n_replications; r++) {
            struct hanse_record record;
            if (!hanse__build_record(build, c, false, r, &record)) {
                return 0;
            }
            for (size_t i = 0; i < record.n_notes && rows != NULL; i++) {
                const struct hanse_note *note = &record.notes[i];
                const char *what = hanse_note_name(note->what);
                rows->cases[n + i] = c;
                rows->replications[n + i] = r;
                rows->times[n + i] = note->time_h;
                rows->values[n + i] = note->value;
                rows->what[n + i] = what != NULL ? what : "";
                rows->entities[n + i] = entity_name(build, c, note, &rows->kinds[n + i]);
            }
            n += record.n_notes;
        }
    }
    return n;
}

static void write_events(struct hanse__build *build, const struct event_rows *rows)
{
    struct hanse__h5 *h5 = &build->h5;
    hid_t group = hanse__h5_group(h5, h5->file, "events", "what happened, in task order");
    hanse__h5_axis_counter(h5, group, "event", "row", rows->n);
    hanse__h5_integers(h5, group, "case_index", "event", "number of the case", rows->cases);
    hanse__h5_integers(h5, group, "replication_index", "event", "replication",
                       rows->replications);
    hanse__h5_numbers(h5, group, "time_h", "event", "h", "time since hour 0", rows->times);
    hanse__h5_texts(h5, group, "what", "event", "what happened", rows->what);
    hanse__h5_texts(h5, group, "kind", "event", "kind of entity", rows->kinds);
    hanse__h5_texts(h5, group, "entity", "event", "to whom", rows->entities);
    hanse__h5_numbers(h5, group, "amount", "event", NULL, "amount, where there is one",
                      rows->values);
    hanse__h5_close(h5, group);
}

static void events_group(struct hanse__build *build)
{
    struct event_rows rows = {.n = walk_events(build, NULL)};
    if (rows.n == 0) {
        return;
    }
    rows.cases = hanse__build_alloc(build, rows.n, sizeof *rows.cases);
    rows.replications = hanse__build_alloc(build, rows.n, sizeof *rows.replications);
    rows.times = hanse__build_alloc(build, rows.n, sizeof *rows.times);
    rows.values = hanse__build_alloc(build, rows.n, sizeof *rows.values);
    rows.what = hanse__build_alloc(build, rows.n, sizeof *rows.what);
    rows.kinds = hanse__build_alloc(build, rows.n, sizeof *rows.kinds);
    rows.entities = hanse__build_alloc(build, rows.n, sizeof *rows.entities);
    if (build->h5.status == HANSE_OK) {
        walk_events(build, &rows);
        write_events(build, &rows);
    }
    hanse__free(rows.cases);
    hanse__free(rows.replications);
    hanse__free(rows.times);
    hanse__free(rows.values);
    hanse__free(rows.what);
    hanse__free(rows.kinds);
    hanse__free(rows.entities);
}

/* --- /failures ---------------------------------------------------------------------------- */

struct failure_rows {
    size_t n;
    int64_t *cases, *replications, *central;
    char (*reasons)[256];
    const char **texts;
};

static size_t walk_failures(struct hanse__build *build, struct failure_rows *rows)
{
    const struct hanse_study *study = build->study;
    uint32_t per_case = study->n_replications + study->n_central;
    size_t n = 0;
    for (uint64_t task = 0; task < hanse_study_n_turns(study); task++) {
        struct hanse_record record;
        uint32_t c = (uint32_t)(task / per_case), r = (uint32_t)(task % per_case);
        bool central = r >= study->n_replications;
        r -= central ? study->n_replications : 0;
        if (!hanse__build_record(build, c, central, r, &record)) {
            return 0;
        }
        if (record.failed && rows != NULL) {
            rows->cases[n] = c;
            rows->replications[n] = r;
            rows->central[n] = central;
            memcpy(rows->reasons[n], record.failure, sizeof record.failure);
            rows->texts[n] = rows->reasons[n];
        }
        n += record.failed;
    }
    return n;
}

static void failures_group(struct hanse__build *build)
{
    struct hanse__h5 *h5 = &build->h5;
    struct failure_rows rows = {.n = walk_failures(build, NULL)};
    if (rows.n == 0) {
        return;
    }
    rows.cases = hanse__build_alloc(build, rows.n, sizeof *rows.cases);
    rows.replications = hanse__build_alloc(build, rows.n, sizeof *rows.replications);
    rows.central = hanse__build_alloc(build, rows.n, sizeof *rows.central);
    rows.reasons = hanse__build_alloc(build, rows.n, sizeof *rows.reasons);
    rows.texts = hanse__build_alloc(build, rows.n, sizeof *rows.texts);
    if (h5->status == HANSE_OK) {
        walk_failures(build, &rows);
        hid_t group = hanse__h5_group(h5, h5->file, "failures",
                                      "replications that failed and enter no figure");
        hanse__h5_axis_counter(h5, group, "failure", "row", rows.n);
        hanse__h5_integers(h5, group, "case_index", "failure", "number of the case",
                           rows.cases);
        hanse__h5_integers(h5, group, "replication_index", "failure", "replication",
                           rows.replications);
        hanse__h5_integers(h5, group, "central", "failure", "1: inputs at mid", rows.central);
        hanse__h5_texts(h5, group, "reason", "failure", "why", rows.texts);
        hanse__h5_close(h5, group);
    }
    hanse__free(rows.cases);
    hanse__free(rows.replications);
    hanse__free(rows.central);
    hanse__free(rows.reasons);
    hanse__free(rows.texts);
}

/* --- /provenance -------------------------------------------------------------------------- */

static void write_sources(struct hanse__build *build, hid_t group, char (*hashes)[65],
                          const char **texts)
{
    const struct hanse_provenance *provenance = build->provenance;
    size_t n = provenance->n_sources;
    for (size_t i = 0; i < n; i++) {
        const struct hanse_source_text *source = &provenance->sources[i];
        hanse__sha256_text(source->text, source->length, hashes[i]);
        texts[i] = source->name;
        texts[n + i] = hashes[i];
        texts[2 * n + i] = source->text;
    }
    hanse__h5_axis_texts(&build->h5, group, "source", "file, as the scenario names it", texts,
                         n);
    hanse__h5_texts(&build->h5, group, "sha256", "source", "SHA-256 of the text", texts + n);
    hanse__h5_texts(&build->h5, group, "text", "source", "the text", texts + 2 * n);
}

static void write_command(struct hanse__build *build, hid_t group)
{
    const struct hanse_provenance *provenance = build->provenance;
    size_t folder = folder_length(provenance);
    char *command = keep(build, provenance->command);
    if (command == NULL) {
        return;
    }
    char *path = folder > 0 ? strstr(command, provenance->path) : NULL;
    if (path != NULL) {
        memmove(path, path + folder, strlen(path + folder) + 1);
    }
    hanse__h5_attribute(&build->h5, group, "command", command);
    hanse__free(command);
}

void hanse__build_provenance(struct hanse__build *build)
{
    const struct hanse_provenance *provenance = build->provenance;
    struct hanse__h5 *h5 = &build->h5;
    size_t n = provenance->n_sources;
    hid_t group = hanse__h5_group(h5, h5->file, "provenance", "how this file came about");
    hanse__h5_attribute(h5, group, "program_version", provenance->program_version);
    write_command(build, group);
    hanse__h5_attribute(h5, group, "processor_class", provenance->processor_class);
    hanse__h5_attribute(h5, group, "stream_scheme",
                        "Philox4x32-10; counter {block, replication, entity}, key mix(seed, "
                        "purpose)");
    hanse__h5_attribute_integer(h5, group, "seed", (int64_t)build->study->seed);
    char(*hashes)[65] = hanse__build_alloc(build, n, sizeof *hashes);
    const char **texts = hanse__build_alloc(build, 3 * n, sizeof *texts);
    if (h5->status == HANSE_OK && n > 0) {
        write_sources(build, group, hashes, texts);
    }
    hanse__h5_close(h5, group);
    hanse__free(hashes);
    hanse__free(texts);
}

void hanse__build_tables(struct hanse__build *build)
{
    design_group(build);
    hanse__build_scenario(build);
    events_group(build);
    failures_group(build);
    hanse__build_provenance(build);
}
