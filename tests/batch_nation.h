/* Batch jobs and hardware for them, in the small nations of tests. */
#ifndef HANSE_TESTS_BATCH_NATION_H
#define HANSE_TESTS_BATCH_NATION_H

#include "tests/nation.h"

static inline uint32_t add_jobs(struct nation *n, const char *name, const char *region,
                                const char *data_class, double rate, double runtime, double cv)
{
    uint32_t jobs = nation_add(n, "batch", name);
    nation_text(n, jobs, "region", region);
    nation_text(n, jobs, "data_class", data_class);
    nation_number(n, jobs, "rate", rate);
    nation_number(n, jobs, "runtime", runtime);
    nation_number(n, jobs, "runtime_cv", cv);
    nation_number(n, jobs, "deadline", 24.0);
    return jobs;
}

static inline uint32_t add_shed(struct nation *n, const char *name, const char *region)
{
    uint32_t shed = nation_site(n, name, region, "owner");
    nation_number(n, shed, "batch_share", 1.0);
    return shed;
}

/* Cell of an output in a month, and the sum over months; rows are sorted by name. */
static inline double nation_cell(const struct nation_run *run,
                                 const struct hanse_record *record, const char *output,
                                 int32_t month, int32_t item)
{
    int32_t c = hanse_layout_find(&run->layout, output);
    assert_true(c >= 0);
    const struct hanse_column *column = &run->layout.columns[c];
    return record
        ->series[column->offset + (size_t)month * (size_t)column->n_items + (size_t)item];
}

static inline double nation_item(const struct nation_run *run,
                                 const struct hanse_record *record, const char *output,
                                 int32_t item)
{
    double sum = 0.0;
    for (int32_t m = 0; m < run->layout.n_months; m++) {
        sum += nation_cell(run, record, output, m, item);
    }
    return sum;
}

#endif
