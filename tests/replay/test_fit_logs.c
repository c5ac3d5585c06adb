/*
 * Fits of public logs: figures to read, and how near the jobs made from them come.
 *
 * There is no truth to hold them to; the bounds are what was seen, with room, so that a fit
 * that gets worse is noticed. ctest: slow
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scripting/trace.h"
#include "sim/process/synthetic/fit_workload.h"
#include "tests/close.h"

enum { MOST = 40000 };

static double time_s[MOST], runtime_s[MOST], estimate_s[MOST], width[MOST];

static void fit_log(const char *name, uint32_t processors, enum hanse_estimates estimates,
                    double gap, double runtime, double widths)
{
    static struct hanse_workload_fit fit;
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_trace *trace;
    char path[1024];
    const char *data = getenv("HANSE_TEST_DATA");
    snprintf(path, sizeof path, "%s/swf/%s", data ? data : "../shared/data", name);
    if (access(path, R_OK) != 0) {
        print_message("%s is absent; set HANSE_TEST_DATA to the folder of test data\n", path);
        hanse_context_destroy(ctx);
        skip();
    }
    const struct hanse_trace_options options = {
        .processors = processors, .estimates = estimates, .factor = 1.0};
    assert_int_equal(hanse_trace_open(ctx, path, &options, &trace), HANSE_OK);
    struct hanse_job_source source = hanse_trace_source(trace);
    struct hanse_job job;
    uint32_t count;
    size_t n = 0;
    while (n < MOST && source.next(source.state, ctx, &job, 1, &count) == HANSE_OK &&
           count > 0) {
        time_s[n] = job.submit_s;
        runtime_s[n] = job.runtime_s;
        estimate_s[n] = job.estimate_s;
        width[n++] = job.width;
    }
    hanse_trace_close(trace);
    const struct hanse_workload_columns columns = {
        n, processors, time_s, {runtime_s, NULL}, estimate_s, width};
    assert_int_equal(hanse_fit_workload(ctx, &columns, &fit), HANSE_OK);
    print_message(
        "%s: rhythm of %u hours, %s; distances: gaps %.3f, runtimes %.3f (%s), widths "
        "%.3f; load %.3f, made %.3f; rank correlation %.3f\n",
        name, fit.arrivals.rhythm.n,
        fit.arrivals.modulated ? "modulated"
                               : hanse_variate_name(fit.arrivals.gaps[0].law.kind),
        fit.gap_distance, fit.size[0].distance,
        hanse_variate_name(fit.size[0].laws[0].law.kind), fit.width_distance, fit.load,
        fit.made_load, fit.rank_correlation);
    assert_true(fit.gap_distance < gap);
    assert_true(fit.size[0].distance < runtime);
    assert_true(fit.width_distance < widths);
    hanse_workload_fit_fini(&fit);
    hanse_context_destroy(ctx);
}

static void the_first_of_sdsc_are_made_again(void **state)
{
    fit_log("sdsc-sp2-first5k.swf.gz", 128, HANSE_ESTIMATES_USER, 0.08, 0.11, 0.03);
}

static void the_authors_lublin_jobs_are_made_again(void **state)
{
    fit_log("lublin_256.swf.gz", 256, HANSE_ESTIMATES_EXACT, 0.06, 0.04, 0.03);
}

static void nasas_jobs_are_made_again(void **state)
{
    fit_log("nasa-ipsc-1993-3.1-cln.swf.gz", 128, HANSE_ESTIMATES_EXACT, 0.10, 0.20, 0.03);
}

static void atlas_jobs_are_made_again(void **state)
{
    fit_log("llnl-atlas-2006-2.1-cln.swf.gz", 9216, HANSE_ESTIMATES_USER, 0.07, 0.11, 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_sdsc_are_made_again),
        cmocka_unit_test(the_authors_lublin_jobs_are_made_again),
        cmocka_unit_test(nasas_jobs_are_made_again),
        cmocka_unit_test(atlas_jobs_are_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
