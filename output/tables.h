/*
 * Tables: results as plain rows, for spreadsheets and for other people's models.
 *
 * Tidy CSV has one value per row and names every axis in a column of its own. IAMC is the
 * long format that integrated-assessment tools exchange: one row per model, scenario, region,
 * variable, unit and year. Both are written from a result file and depend on nothing else.
 */
#ifndef HANSE_OUTPUT_TABLES_H
#define HANSE_OUTPUT_TABLES_H

#include <stdio.h>

#include "output/results.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hanse_csv_options {
    bool replications; /* every replication's value too, not only means, bounds and bands */
    bool series;       /* months too, not only windows */
};

/* Columns: group, case, replication, statistic, window, time_h, one per kind that indexes an
 * output (region, workload …), variable, unit, value. A cell that has no meaning in a row is
 * empty, a missing value too. `options` may be NULL. HANSE_ERR_IO when writing fails. */
enum hanse_status hanse_write_csv(struct hanse_results *results,
                                  const struct hanse_csv_options *options, FILE *file);

/* Columns: model, scenario (the case), region, variable, unit, year, value. Means over
 * replications per year of 8,760 h from the start, named by the calendar year it begins in;
 * what is left of a year at the end is left out. Flows are summed, levels averaged, of stocks
 * the last is taken, ratios are quotients of the year's means. Outputs by region carry their
 * region, totals "World"; other dimensions are summed over. HANSE_ERR_IO when writing fails. */
enum hanse_status hanse_write_iamc(struct hanse_results *results, FILE *file);

#ifdef __cplusplus
}
#endif
#endif
