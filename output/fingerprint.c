#include "output/fingerprint.h"

#include <sha2.h>
#include <string.h>

/* Every item goes in with its length, so that no two lists of items look alike. */
static void add(SHA2_CTX *sha, const void *bytes, size_t n)
{
    uint64_t length = n;
    SHA256Update(sha, (const uint8_t *)&length, sizeof length);
    SHA256Update(sha, bytes, n);
}

static void add_text(SHA2_CTX *sha, const char *text)
{
    text = text != NULL ? text : "";
    add(sha, text, strlen(text));
}

static void add_number(SHA2_CTX *sha, double number)
{
    add(sha, &number, sizeof number);
}

static void add_count(SHA2_CTX *sha, uint64_t count)
{
    add(sha, &count, sizeof count);
}

/* A series' text may be shortened for people, so its numbers go in. */
static void add_series(SHA2_CTX *sha, const struct hanse_scenario *scenario,
                       const struct hanse_resolved *value)
{
    size_t n_kinds;
    const struct hanse_kind *kind =
        hanse_kinds(&n_kinds)[hanse_scenario_kind(scenario, value->kind)];
    int32_t n, row = hanse_scenario_find(scenario, kind, value->name);
    const char *rows = hanse_scenario_table(scenario, kind, &n);
    for (size_t f = 0; f < kind->n_fields && row >= 0; f++) {
        if (strcmp(kind->fields[f].key, value->key) == 0) {
            struct hanse_series series;
            memcpy(&series, rows + (size_t)row * kind->size + kind->fields[f].offset,
                   sizeof series);
            add(sha, series.items, sizeof *series.items * (size_t)series.count);
        }
    }
}

static void add_values(SHA2_CTX *sha, const struct hanse_scenario *scenario)
{
    for (size_t i = 0; i < hanse_scenario_n_values(scenario); i++) {
        struct hanse_resolved value;
        hanse_scenario_value(scenario, i, &value);
        add_text(sha, value.kind);
        add_text(sha, value.name);
        add_text(sha, value.key);
        add_number(sha, value.number);
        add_text(sha, value.text);
        if (value.type == HANSE_SERIES) {
            add_series(sha, scenario, &value);
        }
    }
}

static void add_params(SHA2_CTX *sha, const struct hanse_scenario *scenario)
{
    for (size_t i = 0; i < hanse_scenario_n_params(scenario); i++) {
        const struct hanse_param *param = hanse_scenario_param(scenario, i);
        const double numbers[] = {param->low, param->mid, param->high,
                                  param->min, param->max, param->step};
        add_text(sha, param->name);
        add(sha, numbers, sizeof numbers);
    }
}

/* The values as replication 0 sees them. A draw out of range is a failure of that replication
 * later on, and no reason to refuse a journal now. */
static enum hanse_status add_draws(struct hanse_context *ctx, SHA2_CTX *sha,
                                   const struct hanse_scenario *scenario, uint64_t seed)
{
    struct hanse_scenario *instance;
    size_t n = hanse_scenario_n_params(scenario);
    double *draws = hanse__alloc(ctx, n, sizeof *draws);
    if (draws == NULL) {
        return HANSE_ERR_MEMORY;
    }
    enum hanse_status status = hanse_scenario_instance(ctx, scenario, &instance);
    if (status == HANSE_OK) {
        hanse_scenario_draw(scenario, seed, 0, draws);
        add(sha, draws, n * sizeof *draws);
        if (hanse_scenario_patch(ctx, instance, draws) == HANSE_OK) {
            add_values(sha, instance);
        } else {
            hanse_context_clear(ctx);
        }
        hanse_scenario_destroy(instance);
    }
    hanse__free(draws);
    return status;
}

static void add_layout(SHA2_CTX *sha, const struct hanse_layout *layout)
{
    add_count(sha, (uint64_t)layout->n_months);
    for (int32_t c = 0; c < layout->n_columns; c++) {
        const struct hanse_column *column = &layout->columns[c];
        add_text(sha, column->output->name);
        add_text(sha, column->output->unit);
        add_count(sha, column->output->reducer);
        add(sha, column->dim_size, sizeof *column->dim_size * (size_t)column->n_dims);
    }
}

enum hanse_status hanse__fingerprint(struct hanse_context *ctx, const struct hanse_study *study,
                                     const struct hanse_provenance *provenance,
                                     unsigned char digest[32])
{
    SHA2_CTX sha;
    SHA256Init(&sha);
    add_text(&sha, provenance->program_version);
    add_text(&sha, provenance->processor_class);
    add_count(&sha, study->seed);
    add_count(&sha, study->n_cases);
    add_count(&sha, hanse_study_n_planned(study));
    add_count(&sha, study->n_central);
    add_layout(&sha, &study->layout);
    for (uint32_t c = 0; c < study->n_cases; c++) {
        add_text(&sha, study->case_names[c]);
        add_text(&sha, study->case_labels[c]);
        add_values(&sha, study->cases[c]);
        add_params(&sha, study->cases[c]);
        HANSE_TRY(add_draws(ctx, &sha, study->cases[c], study->seed));
    }
    for (size_t i = 0; i < provenance->n_sources; i++) {
        add_text(&sha, provenance->sources[i].name);
        add(&sha, provenance->sources[i].text, provenance->sources[i].length);
    }
    SHA256Final(digest, &sha);
    return HANSE_OK;
}

void hanse__sha256_text(const char *text, size_t length, char hex[65])
{
    static const char DIGITS[] = "0123456789abcdef";
    unsigned char digest[32];
    SHA2_CTX sha;
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)text, length);
    SHA256Final(digest, &sha);
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = DIGITS[digest[i] >> 4];
        hex[2 * i + 1] = DIGITS[digest[i] & 15];
    }
    hex[64] = '\0';
}
