#include "cli/exports.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LIMBS = 8 };

static double figure(const struct hanse_table *table, size_t row, const char *column)
{
    const char *text = hanse_table_cell(table, row, column);
    return text[0] != '\0' ? strtod(text, NULL) : NAN;
}

/* --- named parts ----------------------------------------------------------------------- */

/* The part begins a word of the name, and no digit follows: H20 is no H200. */
static bool names_part(const char *name, const char *part, size_t length)
{
    for (const char *at = name; *at != '\0'; at++) {
        bool word = at == name || at[-1] == ' ';
        if (word && strncmp(at, part, length) == 0 && !isdigit((unsigned char)at[length])) {
            return true;
        }
    }
    return false;
}

static bool names_one_of(const char *name, const char *parts)
{
    while (*parts != '\0') {
        size_t length = strcspn(parts, ";");
        if (names_part(name, parts, length)) {
            return true;
        }
        parts += length + (parts[length] == ';');
    }
    return false;
}

/* --- limbs ----------------------------------------------------------------------------- */

static struct hanse_span *span_of(struct hanse_limb *limb, const char *metric)
{
    static const struct {
        const char *metric;
        size_t offset;
    } SPANS[] = {
        {"tpp", offsetof(struct hanse_limb, tpp)},
        {"tops_times_bits", offsetof(struct hanse_limb, tpp)},
        {"performance_density", offsetof(struct hanse_limb, performance_density)},
        {"memory_bandwidth", offsetof(struct hanse_limb, memory_bandwidth_gbps)},
        {"interconnect_bandwidth", offsetof(struct hanse_limb, interconnect_gbps)},
    };
    for (size_t i = 0; i < sizeof SPANS / sizeof *SPANS; i++) {
        if (strcmp(metric, SPANS[i].metric) == 0) {
            return (struct hanse_span *)(void *)((char *)limb + SPANS[i].offset);
        }
    }
    return NULL;
}

static bool is_of(const struct hanse_table *thresholds, size_t row, const char *rule, int limb)
{
    return strcmp(hanse_table_cell(thresholds, row, "rule"), rule) == 0 &&
           (int)figure(thresholds, row, "limb") == limb;
}

/* Reads a limb; false when no row of it is about a device's metrics. */
static bool read_limb(const struct hanse_table *thresholds, const char *rule, int number,
                      struct hanse_limb *limb)
{
    bool any = false;
    *limb = hanse_limb_open();
    for (size_t row = 0; row < thresholds->n_rows; row++) {
        if (!is_of(thresholds, row, rule, number)) {
            continue;
        }
        const char *metric = hanse_table_cell(thresholds, row, "metric");
        struct hanse_span *span = span_of(limb, metric);
        if (span != NULL) {
            double low = figure(thresholds, row, "low"), high = figure(thresholds, row, "high");
            span->from = isnan(low) ? 0.0 : low;
            span->below = isnan(high) ? HANSE_SPAN_END : high;
            any = true;
        }
        limb->data_centre_only |= strcmp(metric, "data_centre") == 0;
    }
    return any;
}

static const char *parts_of(const struct hanse_table *thresholds, const char *rule)
{
    for (size_t row = 0; row < thresholds->n_rows; row++) {
        if (strcmp(hanse_table_cell(thresholds, row, "rule"), rule) == 0 &&
            strncmp(hanse_table_cell(thresholds, row, "metric"), "named_part", 10) == 0) {
            return hanse_table_cell(thresholds, row, "text");
        }
    }
    return NULL;
}

bool hanse_cli_export_on_devices(const struct hanse_table *thresholds, const char *rule)
{
    struct hanse_limb limb;
    bool any = parts_of(thresholds, rule) != NULL;
    for (int i = 1; i <= MOST_LIMBS; i++) {
        any |= read_limb(thresholds, rule, i, &limb);
    }
    return any;
}

enum hanse_caught hanse_cli_export_catches(const struct hanse_table *thresholds,
                                           const char *rule, const struct hanse_table *devices,
                                           size_t row)
{
    const struct hanse_export_metrics metrics = {
        .tpp = figure(devices, row, "tpp"),
        .performance_density = figure(devices, row, "performance_density"),
        .memory_bandwidth_gbps = figure(devices, row, "mem_bw_gbs"),
        .interconnect_gbps = 2.0 * figure(devices, row, "interconnect_gbs_unidir"),
        .data_centre = strcmp(hanse_table_cell(devices, row, "data_centre"), "yes") == 0,
    };
    const char *parts = parts_of(thresholds, rule);
    if (parts != NULL && names_one_of(hanse_table_cell(devices, row, "name"), parts)) {
        return HANSE_CAUGHT;
    }
    enum hanse_caught most = HANSE_CAUGHT_NOT;
    for (int i = 1; i <= MOST_LIMBS; i++) {
        struct hanse_limb limb;
        if (read_limb(thresholds, rule, i, &limb)) {
            enum hanse_caught caught = hanse_limb_catches(&limb, &metrics);
            most = caught > most ? caught : most;
        }
    }
    return most;
}
