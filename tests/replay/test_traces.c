/*
 * Public traces through our own readers: what the cleaning rules leave of a log, and the exact
 * table of a trace-driven queue. Read in place, below HANSE_TEST_DATA.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scripting/trace.h"
#include "sim/process/schedule/replay.h"
#include "tests/close.h"

static const char *data(const char *name)
{
    static char path[1024];
    const char *folder = getenv("HANSE_TEST_DATA");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "../shared/data", name);
    if (access(path, R_OK) != 0) {
        print_message("%s is absent; set HANSE_TEST_DATA to the folder of test data\n", path);
        skip();
    }
    return path;
}

static void replay(const char *path, const struct hanse_trace_options *options,
                   const char *policy, struct hanse_aggregates *aggregates,
                   struct hanse_drops *drops)
{
    struct hanse_context *ctx = hanse_context_create();
    struct hanse_trace *trace;
    struct hanse_metrics *metrics;
    struct hanse_replay run = {.params = NULL};
    const char *said_by;
    if (hanse_trace_open(ctx, path, options, &trace) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
    assert_int_equal(hanse_policy_find(ctx, policy, &run.policy), HANSE_OK);
    struct hanse_job_source source = hanse_trace_source(trace);
    run.processors = hanse_trace_processors(trace, &said_by);
    if (hanse_replay_run(ctx, &run, &source, NULL, metrics) != HANSE_OK) {
        fail_msg("%s", hanse_context_message(ctx));
    }
    assert_int_equal(hanse_metrics_aggregates(metrics, aggregates), HANSE_OK);
    *drops = *hanse_trace_drops(trace);
    hanse_metrics_destroy(metrics);
    hanse_trace_close(trace);
    hanse_context_destroy(ctx);
}

/* --- logs --------------------------------------------------------------------------------- */

static void cleaning_leaves_the_published_numbers_of_jobs(void **state)
{
    static const struct {
        const char *file;
        uint32_t processors; /* 0: the header's */
        enum hanse_estimates estimates;
        uint64_t jobs;
    } logs[] = {
        {"swf/sdsc-sp2-first5k.swf.gz", 0, HANSE_ESTIMATES_USER, 4606},
        {"swf/lublin_256.swf.gz", 256, HANSE_ESTIMATES_EXACT, 10000},
        {"swf/nasa-ipsc-1993-3.1-cln.swf.gz", 0, HANSE_ESTIMATES_EXACT, 18066},
        {"swf/llnl-atlas-2006-2.1-cln.swf.gz", 0, HANSE_ESTIMATES_USER, 31248},
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        struct hanse_trace_options options = {
            .factor = 1.0, .processors = logs[i].processors, .estimates = logs[i].estimates};
        struct hanse_aggregates aggregates;
        struct hanse_drops drops;
        replay(data(logs[i].file), &options, "fcfs", &aggregates, &drops);
        assert_int_equal(aggregates.jobs, logs[i].jobs);
    }
}

/* One file, one policy of swf/expected; tests/replay/test_swf_schedules.c has all of them. */
static void our_reader_gives_the_published_aggregates(void **state)
{
    struct hanse_trace_options options = {.factor = 1.0};
    struct hanse_aggregates a;
    struct hanse_drops drops;
    replay(data("swf/sdsc-sp2-first5k.swf.gz"), &options, "easy", &a, &drops);
    assert_int_equal(drops.count[HANSE_DROP_NO_RUNTIME], 355);
    assert_close(a.bounded_slowdown.mean, 18.0057522104, 1e-9);
    assert_close(a.wait_s.mean, 3641.371038, 1e-9);
    assert_close(a.work_s, 384191650.0, 0.0);
}

/* --- requests ----------------------------------------------------------------------------- */

static void azure_conversations_give_the_exact_table(void **state)
{
    static const struct {
        uint32_t servers;
        double mean, p50, p90, p99, max;
        uint64_t waited;
        double last;
    } rows[] = {
        {20, 518.955950678, 573.641443, 813.384417, 890.743447, 901.034061, 19263, 4394.207023},
        {26, 25.235528507, 23.582506, 59.211554, 68.001092, 69.986631, 17037, 3509.996254},
        {32, 0.199058569, 0, 0.602767, 3.370171, 5.366249, 3819, 3509.996254},
    };
    const char *path = data("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hanse_trace_options options = {.factor = 1.0,
                                              .processors = rows[i].servers,
                                              .service =
                                                  "0.05 + 0.0002*prompt + 0.02*generated"};
        struct hanse_aggregates a;
        struct hanse_drops drops;
        replay(path, &options, "fcfs", &a, &drops);
        assert_int_equal(a.jobs, 19366);
        assert_close(a.wait_s.mean, rows[i].mean, 1e-8);
        assert_close(a.wait_s.p50, rows[i].p50, 1e-6);
        assert_close(a.wait_s.p90, rows[i].p90, 1e-6);
        assert_close(a.wait_s.p99, rows[i].p99, 1e-6);
        assert_close(a.wait_s.max, rows[i].max, 1e-6);
        assert_int_equal(a.waited, rows[i].waited);
        assert_close(a.last_end_s, rows[i].last, 1e-9);
    }
}

/* Five requests on two servers, worked out on paper:
 *
 *     arrives  served  starts  ends  waits
 *        0       4       0      4      0
 *        1       2       1      3      0
 *        1.5     3       3      6      1.5
 *        2       1       4      5      2
 *        6       2       6      8      0      (a server is free since 5)
 */
static void five_requests_on_two_servers_by_hand(void **state)
{
    char path[] = "/tmp/hanse-requests-XXXXXX";
    int file = mkstemp(path);
    static const char text[] = "Timestamp,Request tokens,Response tokens\n"
                               "100,0,4\n101,0,2\n101.5,0,3\n102,0,1\n106,0,2\n";
    struct hanse_trace_options options = {
        .factor = 1.0, .processors = 2, .service = "generated + 0*prompt"};
    struct hanse_aggregates a;
    struct hanse_drops drops;
    assert_true(file >= 0 && write(file, text, sizeof text - 1) == sizeof text - 1);
    assert_int_equal(close(file), 0);
    static const char *const policies[] = {"fcfs", "easy", "conservative"};
    for (size_t i = 0; i < 3; i++) { /* all the same, where every job has width 1 */
        replay(path, &options, policies[i], &a, &drops);
        assert_int_equal(a.jobs, 5);
        assert_int_equal(a.waited, 2);
        assert_close(a.wait_s.mean, 0.7, 1e-15);
        assert_close(a.wait_s.p50, 0.0, 0.0);
        assert_close(a.wait_s.p90, 2.0, 0.0);
        assert_close(a.wait_s.max, 2.0, 0.0);
        assert_close(a.last_end_s, 8.0, 0.0);
        assert_close(a.utilisation, 12.0 / 16.0, 1e-15);
        assert_close(a.queue_mean, 3.5 / 8.0, 1e-15);
        assert_int_equal(a.queue_max, 2);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaning_leaves_the_published_numbers_of_jobs),
        cmocka_unit_test(our_reader_gives_the_published_aggregates),
        cmocka_unit_test(azure_conversations_give_the_exact_table),
        cmocka_unit_test(five_requests_on_two_servers_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
