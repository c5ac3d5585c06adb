/* Do intervals hold as often as they say? And the rows of engines.csv that tests fit anew. */
#ifndef HANSE_TESTS_COVERAGE_H
#define HANSE_TESTS_COVERAGE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scripting/csv.h"
#include "sim/process/predict/inference.h"

/* The count of n points that lie in their 90 % intervals must not be one that a right program
 * would give in less than 1 % of cases: the binomial's 0.5 % and 99.5 % quantiles. */
static inline bool within_the_limits(int inside, int n)
{
    double below = 0.0, above = 0.0;
    for (int k = 0; k <= n; k++) {
        double p = exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(0.9) +
                       (n - k) * log(0.1));
        below += k <= inside ? p : 0.0;
        above += k >= inside ? p : 0.0;
    }
    return below > 0.005 && above > 0.005;
}

static inline double engine_cell(const struct hanse_csv *csv, const char *column)
{
    return strtod(hanse_csv_fields(csv)[hanse_csv_column(csv, column)], NULL);
}

/* The engine that ships under this name. */
static inline struct hanse_engine shipped_engine(struct hanse_context *ctx, const char *id)
{
    struct hanse_engine engine = {0};
    struct hanse_csv *csv;
    assert_int_equal(hanse_csv_open(ctx, "scenarios/reference/engines.csv", &csv), HANSE_OK);
    while (hanse_csv_next(csv) == HANSE_OK && hanse_csv_fields(csv) != NULL) {
        if (strcmp(hanse_csv_fields(csv)[hanse_csv_column(csv, "id")], id) == 0) {
            engine = (struct hanse_engine){.step_s = 1e-3 * engine_cell(csv, "step_ms"),
                                           .layer_s = 1e-3 * engine_cell(csv, "layer_ms"),
                                           .gap_s = 1e-3 * engine_cell(csv, "gap_ms"),
                                           .request_s = 1e-3 * engine_cell(csv, "request_ms"),
                                           .device_factor = engine_cell(csv, "factor"),
                                           .log_sd = engine_cell(csv, "log_sd")};
        }
    }
    hanse_csv_destroy(csv);
    assert_true(engine.device_factor > 0.0);
    return engine;
}

#endif
