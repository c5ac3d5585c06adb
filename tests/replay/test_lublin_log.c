/*
 * Our Lublin–Feitelson jobs beside 10,000 that the authors' own program made for 256
 * processors (swf/lublin_256.swf.gz, one class). Two samples of 10,000 from one law lie within
 * 0.0233 of each other in 99 of 100 cases, and within 0.0314 in all but one of 10^4 or so; the
 * bound is 0.035. Gaps share the rhythm of the day, so theirs is 0.05.
 */
#include "sim/process/synthetic/lublin.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "sim/stats/distance.h"
#include "tests/close.h"

enum { JOBS = 10000 };

struct columns {
    double gap[JOBS], runtime[JOBS], width[JOBS];
    double wide[JOBS]; /* runtimes of jobs of 16 and more */
    size_t n, n_wide;
    double last_s;
};

static void keep(struct columns *columns, double submit, double runtime, double width)
{
    size_t i = columns->n++;
    columns->gap[i] = submit - columns->last_s;
    columns->last_s = submit;
    columns->runtime[i] = runtime;
    columns->width[i] = width;
    if (width >= 16.0) {
        columns->wide[columns->n_wide++] = runtime;
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort(struct columns *columns)
{
    qsort(columns->gap, columns->n, sizeof(double), by_size);
    qsort(columns->runtime, columns->n, sizeof(double), by_size);
    qsort(columns->width, columns->n, sizeof(double), by_size);
    qsort(columns->wide, columns->n_wide, sizeof(double), by_size);
}

static void read_log(struct columns *columns)
{
    char path[1024], line[512];
    const char *data = getenv("HANSE_TEST_DATA");
    snprintf(path, sizeof path, "%s/swf/lublin_256.swf.gz", data ? data : "../shared/data");
    gzFile file = gzopen(path, "r");
    if (!file) {
        print_message("%s is absent; set HANSE_TEST_DATA to the folder of test data\n", path);
        skip();
    }
    while (gzgets(file, line, sizeof line) != NULL && columns->n < JOBS) {
        double f[5];
        char *at = line;
        for (int i = 0; i < 5 && line[0] != ';'; i++) {
            f[i] = strtod(at, &at);
        }
        if (line[0] != ';') {
            keep(columns, f[1], f[3], f[4]);
        }
    }
    gzclose(file);
}

static void draw(struct hanse_context *ctx, struct columns *columns)
{
    struct hanse_lublin model;
    struct hanse_lublin_state state;
    struct hanse_job job;
    assert_int_equal(hanse_lublin_standard(ctx, 256, HANSE_LUBLIN_ONE_CLASS, &model), HANSE_OK);
    assert_int_equal(hanse_lublin_start(ctx, &model, &state, 1, 0), HANSE_OK);
    for (int i = 0; i < JOBS; i++) {
        hanse_lublin_next(&model, &state, &job);
        keep(columns, job.submit_s, job.runtime_s, job.width);
    }
}

static void our_jobs_are_like_those_of_the_authors_program(void **state)
{
    static struct columns theirs, ours;
    struct hanse_context *ctx = hanse_context_create();
    read_log(&theirs);
    draw(ctx, &ours);
    sort(&theirs);
    sort(&ours);
    double gap = hanse_distance_between(theirs.gap, theirs.n, ours.gap, ours.n);
    double runtime = hanse_distance_between(theirs.runtime, theirs.n, ours.runtime, ours.n);
    double width = hanse_distance_between(theirs.width, theirs.n, ours.width, ours.n);
    double wide = hanse_distance_between(theirs.wide, theirs.n_wide, ours.wide, ours.n_wide);
    print_message("distances: gaps %.4f, runtimes %.4f, widths %.4f, runtimes of %zu and %zu "
                  "wide jobs %.4f\n",
                  gap, runtime, width, theirs.n_wide, ours.n_wide, wide);
    assert_int_equal(theirs.n, JOBS);
    assert_true(gap < 0.05);
    assert_true(runtime < 0.035);
    assert_true(width < 0.035);
    assert_true(wide < 0.06); /* 3,000 and more on each side */
    hanse_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_jobs_are_like_those_of_the_authors_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
