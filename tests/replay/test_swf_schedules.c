/*
 * Public logs under published policies: every wait and the aggregates as the simulator pyss
 * gave them.
 */
#include "tests/workload.h"

static const struct trace {
    const char *file, *waits, *name;
    uint32_t processors;
    int user_estimates;
    uint64_t jobs;
} traces[] = {
    {"swf/sdsc-sp2-first5k.swf.gz", "swf/expected/waits_sdsc-sp2-first5k.csv.gz",
     "sdsc-sp2-first5k", 128, 1, 4606},
    {"swf/lublin_256.swf.gz", "swf/expected/waits_lublin_256.csv.gz", "lublin_256", 256, 0,
     10000},
    {"swf/nasa-ipsc-1993-3.1-cln.swf.gz", "swf/expected/waits_nasa-ipsc.csv.gz", "nasa-ipsc",
     128, 0, 18066},
    {"swf/llnl-atlas-2006-2.1-cln.swf.gz", "swf/expected/waits_llnl-atlas.csv.gz", "llnl-atlas",
     9216, 1, 31248},
};

static const char *const policies[] = {"fcfs", "easy", "conservative", "easy-sjbf"};
enum { N_POLICIES = 4 };

/* The row of `trace` and `policy` in the table of aggregates, from its third column. */
static void expected_aggregates(const char *trace, const char *policy, double out[9])
{
    FILE *file = open_data("swf/expected/aggregates.csv");
    char line[1024], start[128];
    int n = 0;
    snprintf(start, sizeof start, "%s,%s,", trace, policy);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, start, strlen(start)) == 0) {
            char *at = line + strlen(start);
            for (; n < 9; n++) {
                out[n] = strtod(at, &at);
                at++;
            }
        }
    }
    assert_int_equal(n, 9);
    fclose(file);
}

static void compare_aggregates(const struct trace *t, const char *policy,
                               struct hanse_metrics *metrics)
{
    double want[9];
    struct hanse_aggregates a;
    expected_aggregates(t->name, policy, want);
    assert_int_equal(hanse_metrics_aggregates(metrics, &a), HANSE_OK);
    assert_close((double)a.jobs, want[0], 0.0);
    assert_close(a.bounded_slowdown.mean, want[1], 1e-9);
    assert_close(a.wait_s.mean, want[2], 1e-9);
    assert_close(a.flow_s.mean, want[3], 1e-9);
    assert_close(a.flow_s.max, want[4], 1e-9);
    assert_close(a.wait_s.max, want[5], 1e-9);
    assert_close(a.slowdown.mean, want[6], 1e-9);
    assert_close(a.makespan_s, want[7], 1e-9);
    assert_close(a.work_s, want[8], 1e-9);
}

static void replay_all(struct hanse_context *ctx, const struct trace *t,
                       const struct workload *w, struct schedule out[N_POLICIES])
{
    for (int p = 0; p < N_POLICIES; p++) {
        struct hanse_metrics *metrics;
        struct hanse_replay replay = {.policy = policy_named(ctx, policies[p]),
                                      .processors = t->processors};
        assert_int_equal(hanse_metrics_create(ctx, &metrics), HANSE_OK);
        workload_replay(ctx, w, &replay, &out[p], metrics);
        compare_aggregates(t, policies[p], metrics);
        hanse_metrics_destroy(metrics);
    }
}

static void compare_trace(const struct trace *t)
{
    struct hanse_context *ctx = hanse_context_create();
    struct workload w;
    struct schedule got[N_POLICIES];
    char line[256];
    uint64_t i = 0, differ = 0;
    read_swf(t->file, t->processors, t->user_estimates, &w);
    assert_int_equal(w.n, t->jobs);
    replay_all(ctx, t, &w, got);
    FILE *file = open_data(t->waits);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); i++) {
        char *at = line;
        if (w.jobs == NULL || i >= w.n) {
            break;
        }
        assert_int_equal(strtoll(at, &at, 10), w.jobs[i].number);
        for (int p = 0; p < N_POLICIES; p++) {
            assert_non_null(got[p].start_s);
            double wait = strtod(at + 1, &at), mine = got[p].start_s[i] - w.jobs[i].submit_s;
            if (wait != mine && differ++ < 5) {
                print_error("%s, %s, job %lld: wait %.17g, published %.17g\n", t->name,
                            policies[p], (long long)w.jobs[i].number, mine, wait);
            }
        }
    }
    close_gzip(file);
    assert_int_equal(i, w.n);
    assert_int_equal(differ, 0);
    for (int p = 0; p < N_POLICIES; p++) {
        schedule_free(&got[p]);
    }
    free(w.jobs);
    hanse_context_destroy(ctx);
}

static void sdsc_sp2_waits_are_those_published(void **state)
{
    compare_trace(&traces[0]);
}

static void lublin_256_waits_are_those_published(void **state)
{
    compare_trace(&traces[1]);
}

static void nasa_ipsc_waits_are_those_published(void **state)
{
    compare_trace(&traces[2]);
}

static void llnl_atlas_waits_are_those_published(void **state)
{
    compare_trace(&traces[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sdsc_sp2_waits_are_those_published),
        cmocka_unit_test(lublin_256_waits_are_those_published),
        cmocka_unit_test(nasa_ipsc_waits_are_those_published),
        cmocka_unit_test(llnl_atlas_waits_are_those_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
